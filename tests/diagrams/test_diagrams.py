"""The numbers in a diagram are the trace's, each at its own place."""

import io
import re

import numpy as np
import pytest

from keras_rnn_study import LayerTrace
from keras_rnn_study.diagrams import chain, gru_module, lstm_module

TIME, UNITS = 4, 3
GRU_GATES = {"update": "sigmoid", "reset": "sigmoid", "candidate": "tanh"}
GATES = {"input": "sigmoid", "forget": "sigmoid", "candidate": "tanh", "output": "sigmoid"}


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.fixture(scope="module")
def lstm():
    rng = np.random.default_rng(0)
    names = [*GATES, "h", "c"]
    values = {name: rng.uniform(0.1, 0.9, (2, TIME, UNITS)) for name in names}
    states = {name: values.pop(name) for name in ("h", "c")}
    return LayerTrace(states, values, GATES)


@pytest.fixture(scope="module")
def gru():
    rng = np.random.default_rng(2)
    values = {name: rng.uniform(0.1, 0.9, (2, TIME, UNITS)) for name in [*GRU_GATES, "h"]}
    return LayerTrace({"h": values.pop("h")}, values, GRU_GATES)


@pytest.fixture(scope="module")
def simple_rnn():
    h = np.random.default_rng(1).uniform(-1, 1, (2, TIME, UNITS))
    return LayerTrace({"h": h}, {}, {"h": "tanh"})


def written(figure):
    """dict of symbol to the number beside it."""
    pairs = [re.fullmatch(r"\$(.+)\$ = (-?[\d.]+)", text) for text in texts(figure)]
    return {match[1]: float(match[2]) for match in pairs if match}


class TestLstmModule:
    def test_writes_each_quantity_of_that_step_unit_and_sample(self, lstm):
        found = written(lstm_module(lstm, 2, sample=1, unit=2))
        at = {name: values[1, :, 2] for name, values in (lstm.gates | lstm.states).items()}
        expected = {
            "c_{t-1}": at["c"][1],
            "c_t": at["c"][2],
            "h_{t-1}": at["h"][1],
            "h_t": at["h"][2],
            "f_t": at["forget"][2],
            "i_t": at["input"][2],
            r"\tilde{c}_t": at["candidate"][2],
            "o_t": at["output"][2],
        }
        assert found == pytest.approx(expected, abs=0.005)

    def test_the_line_of_h_passes_over_that_of_c(self, lstm):
        lines = [line.get_xydata() for line in lstm_module(lstm, 1).axes[0].lines]
        (bridge,) = (points for points in lines if len(points) > 4)
        x, y = bridge[1:-1].T  # between its two ends
        assert x.max() > bridge[0, 0] + 0.1
        assert np.isclose(y.mean(), 6.0)  # the level of c's line

    def test_equations_are_for_rows(self, lstm):
        for part, symbol in {"forget": "f", "input": "i", "output": "o"}.items():
            heading = texts(lstm_module(lstm, 1, part=part))[-1]
            assert rf"[h_{{t-1}}, x_t]\,W_{symbol} + b_{symbol}" in heading

    def test_before_the_first_step_states_are_zero(self, lstm):
        found = written(lstm_module(lstm, 0))
        assert found["c_{t-1}"] == found["h_{t-1}"] == 0

    @pytest.mark.parametrize(
        ("part", "symbols"),
        [
            ("state", {"c_{t-1}", "c_t"}),
            ("forget", {"c_{t-1}", "h_{t-1}", "f_t"}),
            ("input", {"h_{t-1}", "i_t", r"\tilde{c}_t"}),
            ("update", {"c_{t-1}", "c_t", "f_t", "i_t", r"\tilde{c}_t"}),
            ("output", {"c_t", "h_{t-1}", "h_t", "o_t"}),
        ],
    )
    def test_a_part_shows_what_its_equation_has(self, lstm, part, symbols):
        assert set(written(lstm_module(lstm, 1, part=part))) == symbols

    def test_has_four_boxes_and_five_circles(self, lstm):
        from matplotlib.patches import Ellipse, FancyBboxPatch

        patches = lstm_module(lstm, 1).axes[0].patches
        assert sum(isinstance(p, FancyBboxPatch) for p in patches) == 4 + 1  # and the legend's
        assert sum(isinstance(p, Ellipse) for p in patches) == 5 + 1

    def test_refuses_what_it_cannot_draw(self, lstm, simple_rnn):
        with pytest.raises(ValueError, match="For SimpleRNN there is chain"):
            lstm_module(simple_rnn, 0)
        with pytest.raises(ValueError, match="step must be 3 at most, but 4 was given"):
            lstm_module(lstm, TIME)
        with pytest.raises(ValueError, match=r"Unknown part 'forgot': .* Did you mean 'forget'"):
            lstm_module(lstm, 0, part="forgot")
        with pytest.raises(ValueError, match="sample must be 1 at most, but 99 was given"):
            lstm_module(lstm, 0, sample=99)
        with pytest.raises(ValueError, match="unit must be a whole number, 0 or more, but -1 was"):
            lstm_module(lstm, 0, unit=-1)
        with pytest.raises(ValueError, match=r"Received \{'lstm': .*expected the trace of a layer"):
            lstm_module({"lstm": lstm}, 0)
        masked = {name: np.full((1, TIME, UNITS), np.nan) for name in GATES}
        with pytest.raises(ValueError, match="masked"):
            lstm_module(LayerTrace(lstm.states, masked, GATES), 0)


def places(figure, kind, text):
    """Centres of the boxes or circles with this text in them."""
    from matplotlib.patches import Ellipse, FancyBboxPatch

    patches = [
        p
        for p in figure.axes[0].patches
        if isinstance(p, {"○": Ellipse, "□": FancyBboxPatch}[kind])
    ]
    centres = [
        np.mean(p.get_path().transformed(p.get_patch_transform()).get_extents(), axis=0)
        for p in patches
    ]
    said = [t.get_position() for t in figure.axes[0].texts if t.get_text() == text]
    return [place for place in said if any(np.allclose(place, centre) for centre in centres)]


class TestGruModule:
    def test_writes_each_quantity_of_that_step_unit_and_sample(self, gru):
        found = written(gru_module(gru, 2, sample=1, unit=2))
        h = gru.states["h"][1, :, 2]
        at = {name: gate[1, 2, 2] for name, gate in gru.gates.items()}
        expected = {"h_{t-1}": h[1], "h_t": h[2], "z_t": at["update"], "r_t": at["reset"]}
        expected[r"\tilde{h}_t"] = at["candidate"]
        assert found == pytest.approx(expected, abs=0.005)

    def test_before_the_first_step_the_state_is_zero(self, gru):
        assert written(gru_module(gru, 0))["h_{t-1}"] == 0

    @pytest.mark.parametrize(
        ("part", "symbols"),
        [
            ("state", {"h_{t-1}", "h_t"}),
            ("reset", {"h_{t-1}", "r_t"}),
            ("candidate", {"h_{t-1}", "r_t", r"\tilde{h}_t"}),
            ("update", {"h_{t-1}", "h_t", "z_t", r"\tilde{h}_t"}),
        ],
    )
    def test_a_part_shows_what_its_equation_has(self, gru, part, symbols):
        assert set(written(gru_module(gru, 1, part=part))) == symbols

    def test_has_three_layers_a_matrix_and_five_circles(self, gru):
        figure = gru_module(gru, 1)
        assert len(places(figure, "□", "σ")) == 2
        assert len(places(figure, "□", "tanh")) == len(places(figure, "□", "$U$")) == 1
        assert len(places(figure, "○", "×")) == 3
        assert len(places(figure, "○", "+")) == len(places(figure, "○", "1−")) == 1

    def test_the_reset_gate_stands_behind_the_kernel_or_before_it(self, gru):
        for after in (True, False):
            figure = gru_module(gru, 1, part="candidate", reset_after=after)
            ((kernel, level),) = places(figure, "□", "$U$")
            (gate,) = [x for x, y in places(figure, "○", "×") if y == level]
            assert (kernel < gate) == after
            assert (r"r_t \odot (h_{t-1}\,U" in texts(figure)[-1]) == after

    def test_lines_that_do_not_join_pass_over_one_another(self, gru):
        lines = [line.get_xydata() for line in gru_module(gru, 1).axes[0].lines]
        bridges = [points for points in lines if len(points) > 12]
        assert sum(len(points) // 13 for points in bridges) == 4

    def test_refuses_what_it_cannot_draw(self, gru, lstm, simple_rnn):
        with pytest.raises(ValueError, match="For LSTM there is lstm_module"):
            gru_module(lstm, 0)
        with pytest.raises(ValueError, match="For GRU there is gru_module"):
            lstm_module(gru, 0)
        with pytest.raises(ValueError, match="those of a GRU: update, reset, candidate"):
            gru_module(simple_rnn, 0)
        with pytest.raises(ValueError, match="Unknown part 'forget'"):
            gru_module(gru, 0, part="forget")
        with pytest.raises(ValueError, match="unit must be 2 at most, but 3 was given"):
            gru_module(gru, 0, unit=UNITS)
        masked = {name: np.full((1, TIME, UNITS), np.nan) for name in GRU_GATES}
        with pytest.raises(ValueError, match="masked"):
            gru_module(LayerTrace(gru.states, masked, GRU_GATES), 0)


class TestChain:
    def test_writes_every_unit_of_every_step(self, simple_rnn):
        found = [float(t) for t in texts(chain(simple_rnn, sample=1)) if re.match(r"[+-]\d", t)]
        np.testing.assert_allclose(found, simple_rnn.states["h"][1].ravel(), atol=0.005)

    def test_names_the_activation_and_the_inputs(self, simple_rnn):
        shown = texts(chain(simple_rnn, inputs=list("ABCD")))
        assert shown.count("tanh") == TIME
        assert set("ABCD") <= set(shown)

    def test_inputs_are_written_as_they_are(self, simple_rnn):
        figure = chain(simple_rnn, inputs=["$_$", "$x$", "\\frac", "A"])
        figure.savefig(io.BytesIO())
        assert {"$_$", "$x$"} <= {
            t.get_text() for t in figure.axes[0].texts if not t.get_parse_math()
        }

    def test_states_that_are_no_numbers_can_be_drawn(self):
        h = np.full((1, TIME, UNITS), np.nan)
        h[0, 0] = np.inf
        chain(LayerTrace({"h": h}, {}, {"h": "tanh"})).savefig(io.BytesIO())

    def test_refuses_what_it_cannot_draw(self, lstm, simple_rnn):
        with pytest.raises(ValueError, match="expected a SimpleRNN"):
            chain(lstm)
        with pytest.raises(ValueError, match="expected one for each"):
            chain(simple_rnn, inputs=["A"])
        with pytest.raises(ValueError, match="inputs=7; expected one str for each step"):
            chain(simple_rnn, inputs=7)
        with pytest.raises(ValueError, match="sample must be 1 at most, but 2 was given"):
            chain(simple_rnn, sample=2)
        with pytest.raises(ValueError, match="Received None; expected the trace of a layer"):
            chain(None)
        long = LayerTrace({"h": np.zeros((1, 13, 2))}, {}, {"h": "tanh"})
        with pytest.raises(ValueError, match="at most 12"):
            chain(long)
