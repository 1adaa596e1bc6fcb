"""What the figures show is read back from what they drew."""

import colorsys
import math

import numpy as np
import pytest
from made_results import MOST, curve, made, two_curves

from keras_rnn_study.study.report import figures
from keras_rnn_study.study.report.statistics import wilson
from keras_rnn_study.study.report.style import write_figure
from keras_rnn_study.study.report.summary import conditions

CURVES = [
    figures.success_curve,
    figures.updates_curve,
    figures.horizon_curve,
    figures.prediction_plot,
]


@pytest.fixture(scope="module")
def found():
    return conditions(two_curves())


def drawn(figure):
    """dict of label to (x, y, bars), of what has a label."""
    [axes] = figure.axes
    result = {}
    for container in axes.containers:
        line, _, (bars,) = (
            container.lines if container.has_yerr else (container.lines[0], (), (None,))
        )
        ends = [segment[:, 1] for segment in bars.get_segments()] if bars else None
        result[container.get_label()] = (line.get_xdata(), line.get_ydata(), ends)
    return result


def test_success_is_the_rate_with_wilsons_interval(found):
    figure = figures.success_curve(found)
    lines = drawn(figure)
    x, y, bars = lines["simple_rnn"]
    np.testing.assert_allclose(y, [1.0, 0.4, 0.0])
    np.testing.assert_allclose(bars, [wilson(5, 5), wilson(2, 5), wilson(0, 5)], atol=1e-9)
    np.testing.assert_allclose(x, [11, 51, 201], rtol=0.05)
    other = lines["lstm (chrono)"][0]
    assert (other > x * 1.03).all()  # not one upon the other
    [axes] = figure.axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["10", "50", "200"]


def test_updates_are_quartiles_and_what_never_happened_is_open_with_an_arrow(found):
    figure = figures.updates_curve(found)
    [axes] = figure.axes
    _, y, bars = drawn(figure)["simple_rnn"]
    np.testing.assert_allclose(y, [120, MOST, MOST])
    np.testing.assert_allclose(bars, [(80, 160), (80, MOST), (MOST, MOST)])
    open_markers = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert len(open_markers) == 2
    assert [text.get_text() for text in axes.texts] == ["↑", "↑"]
    assert f"not within {MOST:,}" in axes.get_title(loc="left")


def test_horizon_stands_beside_the_length_of_the_sequence(found):
    figure = figures.horizon_curve(found)
    [axes] = figure.axes
    np.testing.assert_allclose(drawn(figure)["simple_rnn"][1], [12, 23.2, 4])
    [whole] = [line for line in axes.lines if line.get_color() == "0.5"]
    np.testing.assert_allclose(whole.get_ydata(), [12, 52, 202])


def test_the_prediction_names_its_correlation(found):
    [axes] = figures.prediction_plot(found).axes
    assert "rank correlation 1.00 (1.00 to 1.00)\ngap alone: 0." in axes.get_title(loc="left")
    same = conditions(curve(limit=10_000))
    [axes] = figures.prediction_plot(same).axes
    assert "no rank correlation: all learned, or none" in axes.get_title(loc="left")


@pytest.mark.parametrize("draw", CURVES)
def test_no_line_is_told_by_its_colour_alone(draw):
    results = [r for cell in ("simple_rnn", "lstm", "gru") for r in curve(cell)]
    results += [r for cell in ("lstm", "gru") for r in curve(cell, "chrono")]
    figure = draw(conditions(results))
    [legend] = figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ["simple_rnn", "lstm", "gru", "lstm (chrono)", "gru (chrono)"]
    [axes] = figure.axes
    handles, _ = axes.get_legend_handles_labels()
    data = [handle.lines[0] if hasattr(handle, "lines") else handle for handle in handles]
    assert len({line.get_marker() for line in data}) == len(labels)
    lightness = [colorsys.rgb_to_hls(*rgb(line.get_color()))[1] for line in data]
    assert np.abs(np.diff(lightness)).min() > 0.05  # neighbours differ in greyscale, too
    if draw is not figures.prediction_plot:
        assert len({str(line._unscaled_dash_pattern) for line in data}) == len(labels)


def rgb(colour):
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


@pytest.mark.parametrize("draw", CURVES)
@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_same_results_give_the_same_bytes(draw, suffix, found, tmp_path):
    import matplotlib

    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    write_figure(draw(found), first)
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9}):  # somebody's settings
        write_figure(draw(found), second)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("draw", CURVES)
def test_one_seed_one_gap_and_gap_zero_are_drawn(draw):
    draw(conditions([made(gap=0)])).canvas.draw()


@pytest.mark.parametrize("draw", CURVES)
def test_only_broken_runs_are_drawn(draw):
    broken = made(learned=False, verdict="failed", horizon=(None, None), time=None)
    draw(conditions([broken])).canvas.draw()


@pytest.mark.parametrize("draw", CURVES)
def test_a_first_seed_that_broke_off_is_drawn_by_the_others(draw):
    broken = made(learned=False, verdict="failed", horizon=(None, None), time=None, seed=0)
    draw(conditions([broken, made(seed=1), made(seed=2, learned=False)])).canvas.draw()


def lost(gap=200):
    nan = float("nan")
    return made("gru", gap=gap, learned=False, horizon=(nan, nan), decay=(nan, nan))


@pytest.mark.parametrize("draw", CURVES)
def test_gradients_that_are_no_numbers_are_drawn(draw):
    draw(conditions([lost()])).canvas.draw()
    draw(conditions([*two_curves(), lost()])).canvas.draw()


def test_a_horizon_that_is_no_number_is_a_word_and_not_a_point():
    found = conditions([*two_curves(), lost(10), lost(200)])
    figure = figures.horizon_curve(found)
    [axes] = figure.axes
    assert np.isnan(drawn(figure)["gru"][1]).all()
    words = [text for text in axes.texts if text.get_text() == "no number"]
    np.testing.assert_allclose([text.xy[0] for text in words], [11, 201], rtol=0.1)
    [axes] = figures.prediction_plot(found).axes
    assert "not shown, as the horizon is no number: 2 of 8 conditions" in [
        text.get_text() for text in axes.texts
    ]
    shown = {line.get_label(): line.get_xdata() for line in axes.lines}
    assert len(shown["gru"]) == 0


def test_a_flow_map_is_of_the_memory(found):
    lstm = made("lstm", gap=10).run
    history = {"step": np.array([0, 40]), "gradient_flow/lstm/c": np.ones((2, 12))}
    assert figures.flow_map(history, lstm).shape == (400, 700, 3)
    assert figures.flow_map(history, made("gru").run) is None
    assert figures.flow_map({}, lstm) is None
    assert math.prod(figures.flow_map(history, lstm).shape) > 0
