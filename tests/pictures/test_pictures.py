import numpy as np
import pytest

from keras_rnn_study.event_log import quantities
from keras_rnn_study.pictures import canvas, heat_maps

AXES = (slice(60, 300), slice(150, 550))  # pixels well within the heat map
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def decaying(records, time):
    return np.exp(-0.2 * np.arange(time)[::-1])[None] * np.ones((records, 1))


def colours_in(rgb, area=AXES):
    return {tuple(pixel) for pixel in rgb[area].reshape(-1, 3).tolist()}


def text_of(draw):
    """All that is written in the picture that `draw` makes."""
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    figures = []
    with pytest.MonkeyPatch.context() as patch:
        original = Figure.__init__

        def remember(self, *args, **kwargs):
            original(self, *args, **kwargs)
            figures.append(self)

        patch.setattr(Figure, "__init__", remember)
        draw()
    return [text.get_text() for text in figures[0].findobj(Text) if text.get_text()]


def test_pictures_are_rgb_of_the_documented_size():
    for rgb in (
        heat_maps.gradient_flow(decaying(3, 20), [0, 5, 90], layer="lstm"),
        heat_maps.unit_map(np.full((20, 4), 0.5), part="forget", layer="lstm"),
    ):
        assert rgb.shape == (400, 700, 3)
        assert rgb.dtype == np.uint8


class TestGradientFlow:
    def test_time_goes_right_and_training_down(self):
        norms = np.full((2, 10), 1e-9)
        norms[0, 9] = 1.0  # the last step of the first record: top right
        rgb = heat_maps.gradient_flow(norms, [0, 1]).astype(int)
        assert rgb[80, 540].sum() > rgb[280, 540].sum()
        assert rgb[80, 540].sum() > rgb[80, 160].sum()

    def test_rows_are_named_by_the_real_training_steps(self):
        texts = text_of(
            lambda: heat_maps.gradient_flow(
                decaying(3, 9), [0, 7, 4096], state="c", layer="deep/gru"
            )
        )
        assert {"0", "7", "4096", "training step", "time step"} <= set(texts)
        assert "deep/gru: total gradient dL/dc" in texts
        assert r"log$_{10}$ |dL/dc$_t$|, batch mean" in texts

    def test_first_and_last_of_many_records_are_named(self):
        texts = text_of(lambda: heat_maps.gradient_flow(decaying(500, 9), np.arange(500) * 3 + 1))
        assert {"1", "1498"} <= set(texts)

    def test_zero_and_what_is_below_the_floor_is_black_and_the_picture_says_so(self):
        for small in (0.0, 1e-11):
            norms = np.array([[small, small, 1.0]])
            assert BLACK in colours_in(heat_maps.gradient_flow(norms, [0]))
            texts = text_of(lambda norms=norms: heat_maps.gradient_flow(norms, [0]))
            assert "black: below 1e-10 or 0" in texts

    def test_what_is_above_the_floor_is_not_black(self):
        rgb = heat_maps.gradient_flow(np.array([[1e-9, 1e-9, 1.0]]), [0])
        assert BLACK not in colours_in(rgb)

    def test_all_zero_is_all_black(self):
        rgb = heat_maps.gradient_flow(np.zeros((2, 5)), [0, 1])
        assert colours_in(rgb) == {BLACK}

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_not_finite_is_hatched_and_the_picture_says_so(self, value):
        norms = np.full((2, 5), value)
        rgb = heat_maps.gradient_flow(norms, [0, 1])
        assert BLACK not in colours_in(rgb)
        assert len(colours_in(rgb)) > 1  # a hatch, not a colour that could be a value
        texts = text_of(lambda: heat_maps.gradient_flow(norms, [0, 1]))
        assert "hatched: masked or not finite" in texts

    def test_a_record_that_is_not_finite_is_told_from_masked_steps(self):
        norms = decaying(4, 9)
        norms[:, 7:] = np.nan  # masked
        norms[2:, :3] = np.nan, np.inf, 1.0
        texts = text_of(lambda: heat_maps.gradient_flow(norms, range(4)))
        assert "hatched: not finite in 2 of 4 records" in texts

    def test_the_same_norm_has_the_same_colour_in_all_pictures(self):
        """Whatever else is in the picture: another run, or the same one later."""
        alone = heat_maps.gradient_flow([[1e-3, 1e-3]], [0])
        others = (np.full((1, 2), 1e-9), np.full((5, 2), 1e-1), np.full((2, 2), 1e12))
        for other in others:
            rgb = heat_maps.gradient_flow([[1e-3, 1e-3], *other], range(1 + len(other)))
            assert tuple(rgb[62, 300]) == tuple(alone[62, 300])  # the first row

    def test_the_card_says_the_scale_that_the_picture_has(self):
        low, high = heat_maps.FLOW_DECADES
        text = quantities.QUANTITIES["gradient_flow"].description
        assert f"1e{low} " in text
        assert f"to {10**high} " in text

    def test_one_exploded_record_does_not_hide_the_others(self):
        norms = decaying(9, 20)
        norms[4] = 1e25
        rgb = heat_maps.gradient_flow(norms, range(9))
        assert WHITE in colours_in(rgb)
        assert BLACK not in colours_in(rgb)

    def test_one_record_of_one_step(self):
        texts = text_of(lambda: heat_maps.gradient_flow([[0.5]], [12]))
        assert "12" in texts

    def test_large(self):
        assert heat_maps.gradient_flow(decaying(500, 1000), range(500)).shape == (400, 700, 3)

    @pytest.mark.parametrize(
        ("norms", "steps"), [([1.0], [0]), ([[1.0]], [0, 1]), (np.zeros((0, 3)), [])]
    )
    def test_refuses_other_shapes(self, norms, steps):
        with pytest.raises(ValueError, match=r"Received norms of shape .*norms\[None\]"):
            heat_maps.gradient_flow(norms, steps)


class TestGateMap:
    def test_units_go_down_and_time_right(self):
        values = np.zeros((10, 4))
        values[9, 0] = 1.0  # first unit, last step: top right
        rgb = heat_maps.unit_map(values, part="forget").astype(int)
        assert rgb[80, 540].sum() > rgb[290, 540].sum()
        assert rgb[80, 540].sum() > rgb[80, 160].sum()

    def test_sigmoid_colours_do_not_depend_on_the_values_range(self):
        half = heat_maps.unit_map(np.full((4, 4), 0.5), part="input")
        mixed = heat_maps.unit_map(np.linspace(0.5, 1, 16).reshape(4, 4), part="input")
        assert tuple(half[100, 160]) == tuple(mixed[80, 160])

    @pytest.mark.parametrize("activation", ["tanh", "relu", "linear"])
    def test_no_scale_depends_on_the_values_range(self, activation):
        small = heat_maps.unit_map(np.full((4, 4), 0.5), part="h", activation=activation)
        mixed = heat_maps.unit_map(
            np.linspace(0.5, 9, 16).reshape(4, 4), part="h", activation=activation
        )
        assert tuple(small[100, 160]) == tuple(mixed[80, 160])

    @pytest.mark.parametrize(
        ("part", "title"), [("forget", "forget gate"), ("candidate", "candidate"), ("h", "h")]
    )
    def test_only_gates_are_called_so(self, part, title):
        texts = text_of(lambda: heat_maps.unit_map(np.zeros((3, 2)), part=part, layer="a"))
        assert f"a: {title}, one sample" in texts

    def test_zero_of_tanh_is_the_light_centre(self):
        rgb = heat_maps.unit_map(np.zeros((4, 4)), part="candidate", activation="tanh")
        assert min(min(colour) for colour in colours_in(rgb)) > 230

    @pytest.mark.parametrize(
        ("activation", "meaning"),
        [
            ("sigmoid", "0 = closed, 1 = open"),
            ("tanh", "value (tanh), -1 to 1"),
            ("relu", "value (relu), -1 to 1"),
        ],
    )
    def test_colour_bar_says_what_it_means(self, activation, meaning):
        values = np.random.default_rng(0).uniform(size=(9, 4))
        texts = text_of(
            lambda: heat_maps.unit_map(values, part="reset", activation=activation, layer="gru")
        )
        assert {meaning, "gru: reset gate, one sample", "unit", "time step"} <= set(texts)

    def test_masked_steps_are_hatched(self):
        values = np.full((4, 4), np.nan)
        texts = text_of(lambda: heat_maps.unit_map(values, part="forget"))
        assert "hatched: masked or not finite" in texts
        assert heat_maps.unit_map(values, part="x", activation="relu").shape == (400, 700, 3)

    def test_refuses_a_whole_batch(self):
        with pytest.raises(ValueError, match=r"\(2, 3, 4\); expected \(time, units\).*values\[0\]"):
            heat_maps.unit_map(np.zeros((2, 3, 4)), part="forget")


@pytest.mark.parametrize("values", [None, "0.5", object(), [[1.0], [1.0, 2.0]]])
def test_what_is_no_array_is_refused_in_our_words(values):
    with pytest.raises(ValueError, match="expected an array of them"):
        heat_maps.gradient_flow(values, [0])
    with pytest.raises(ValueError, match="expected an array of them"):
        heat_maps.unit_map(values, part="forget")


class TestSurroundings:
    def test_settings_of_matplotlib_are_left_alone_and_have_no_influence(self):
        import matplotlib

        norms = decaying(2, 9)
        usual = heat_maps.gradient_flow(norms, [0, 1])
        with matplotlib.rc_context({"text.color": "red", "font.size": 30, "axes.facecolor": "k"}):
            before = dict(matplotlib.rcParams)
            np.testing.assert_array_equal(heat_maps.gradient_flow(norms, [0, 1]), usual)
            assert dict(matplotlib.rcParams) == before

    def test_settings_come_back_after_an_error(self):
        import matplotlib

        before = dict(matplotlib.rcParams)
        with pytest.raises(ValueError, match="shape"):
            heat_maps.gradient_flow([[1.0]], [0, 1])
        with pytest.raises(KeyError), canvas.HeatMap(np.ma.ones((1, 1)), (0, 1), None, "") as _:
            raise KeyError
        assert dict(matplotlib.rcParams) == before

    @pytest.mark.parametrize("length", [1, 50, 90])
    def test_no_text_is_cut_off(self, length, monkeypatch):
        pixels = canvas.HeatMap.pixels
        seen = []

        def check(self):
            result = pixels(self)
            width, height = self._figure.bbox.size
            for text in self._figure.texts:
                box = text.get_window_extent()
                assert box.x0 >= 0, text
                assert box.y0 >= 0, text
                assert box.x1 <= width, text
                assert box.y1 <= height, text
                seen.append(text)
            box = self._figure.axes[0].get_tightbbox()
            meaning = next(t for t in self._figure.texts if t.get_rotation() == 90)
            assert meaning.get_window_extent().x1 < box.x0  # the row labels do not run into it
            assert self._figure.axes[1].get_tightbbox().x1 <= width
            return result

        monkeypatch.setattr(canvas.HeatMap, "pixels", check)
        norms = np.array([[0.0, 1.0], [1.0, 1.0], [1e9, np.nan]])
        heat_maps.gradient_flow(norms, [0, 1, 12345678], layer="l" * length)
        heat_maps.unit_map(
            -500 * np.ones((3, 512)), part="g", activation="relu", layer="l" * length
        )
        assert len(seen) == 6
