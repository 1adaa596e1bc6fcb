"""What `Task` says of samples and scores, on samples written by hand."""

import numpy as np
import pytest

from keras_rnn_study.datasets import adding, copy_memory, multiplication, recall
from keras_rnn_study.datasets.task import Task


def make_task(**facts):
    facts = {"input_shape": (None, 2), "input_dtype": "float32", "chance": 0.5, **facts}
    text = dict.fromkeys(("name", "summary", "example", "source"), "hand")
    return Task(success=0.9, read_input=list, **text, **facts)


PADDED = np.array([[[1, 0], [0, 2], [0, 0]], [[3, 0], [0, 0], [0, 0]], [[1, 1], [0, 1], [2, 0]]])


def test_padding_is_where_all_features_are_zero():
    task = make_task(num_classes=2, padded=True)
    np.testing.assert_array_equal(task.real_steps(PADDED), [[1, 1, 0], [1, 0, 0], [1, 1, 1]])
    tokens = make_task(num_classes=2, padded=True, vocabulary_size=5)
    np.testing.assert_array_equal(tokens.real_steps([[4, 2, 0], [1, 0, 0]]), [[1, 1, 0], [1, 0, 0]])


def test_zeros_are_real_steps_where_nothing_is_padded():
    assert make_task(num_classes=2).real_steps(PADDED).all()


@pytest.mark.parametrize(
    ("due", "steps"),
    [
        ((-1, -1), [[0, 1, 0], [1, 0, 0], [0, 0, 1]]),
        ((-2, -2), [[1, 0, 0], [0, 0, 0], [0, 1, 0]]),
        ((-2, -1), [[1, 1, 0], [1, 0, 0], [0, 1, 1]]),
    ],
)
def test_answers_are_due_counted_from_the_end_of_each_sequence(due, steps):
    task = make_task(num_classes=2, padded=True, due=due)
    np.testing.assert_array_equal(task.answer_steps(PADDED), steps)


def test_a_class_is_right_if_it_is_the_most_probable():
    task = make_task(num_classes=3)
    prediction = [[0.4, 0.3, 0.3], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5]]
    np.testing.assert_array_equal(task.scores(PADDED, [0, 2, 2], prediction), [1, 0, 1])
    assert (task.metric, task.loss) == ("accuracy", "sparse_categorical_crossentropy")


def test_with_a_tolerance_every_output_must_be_near():
    task = make_task(num_classes=3, tolerance=0.3)
    prediction = [[0.71, 0.1, 0.19], [0.69, 0.31, 0.0], [0.75, 0.0, 0.25]]
    np.testing.assert_array_equal(task.scores(PADDED, [0, 0, 0], prediction), [1, 0, 1])


def test_only_the_steps_that_ask_for_the_evidence_count():
    task = make_task(num_classes=2, padded=True, every_step=True, due=(-2, -1))
    y = np.array([[0, 1, 0], [1, 0, 0], [0, 1, 0]])
    says_one = np.tile([0.1, 0.9], (3, 3, 1))
    np.testing.assert_array_equal(task.scores(PADDED, y, says_one), [0.5, 1, 0.5])


def test_numbers_are_right_within_the_tolerance():
    task = make_task(tolerance=0.04)
    y, prediction = [[0.5], [0.5], [0.5]], [[0.539], [0.541], [0.47]]
    np.testing.assert_array_equal(task.scores(PADDED, y, prediction), [1, 0, 1])
    assert (task.metric, task.loss) == ("accuracy", "mean_squared_error")
    assert task.is_solved(0.9)
    assert not task.is_solved(0.89)


def test_without_a_tolerance_numbers_have_squared_errors_and_less_is_better():
    task = make_task()
    y, prediction = [[0.5], [1.0], [0.0]], [[0.0], [1.0], [-2.0]]
    np.testing.assert_array_equal(task.scores(PADDED, y, prediction), [0.25, 0, 4])
    assert task.metric == "mean_squared_error"
    assert task.is_solved(0.9)
    assert not task.is_solved(0.91)


def test_a_prediction_that_is_no_number_has_a_score_that_is_none():
    for task, y, row in (
        (make_task(num_classes=2), [0, 1, 0], [0.9, 0.1]),
        (make_task(tolerance=0.1), [[0.9]] * 3, [0.9]),
    ):
        prediction = np.tile(row, (3, 1))
        prediction[2, 0] = np.nan
        scores = task.scores(PADDED, y, prediction)
        assert np.isnan(scores).tolist() == [False, False, True]


def test_every_variant_knows_the_others():
    for task in adding.TASK.variants.values():
        assert task.of("le_2015") is adding.TASK.variants["le_2015"]
    assert adding.TASK.of("exact_gap") is adding.TASK
    with pytest.raises(
        ValueError, match=r"recall has no variants, but variant='x' .* Leave it out"
    ):
        recall.TASK.of("x")


@pytest.mark.parametrize("task", [copy_memory.TASK, adding.TASK, recall.TASK])
def test_a_baseline_of_no_size_there_is(task):
    with pytest.raises(ValueError, match="gap must be a whole number, 0 or more, but -20 was"):
        task.baseline_loss(-20)


def test_a_task_says_how_it_wants_to_be_told_its_size():
    assert adding.TASK.size(gap=3) == 3
    assert adding.TASK.of("bai_2018").size(length=40) == 40
    with pytest.raises(ValueError, match="length must be a whole number, 20 or more, but 19 was"):
        adding.TASK.of("hochreiter_1997").size(length=19)
    with pytest.raises(ValueError, match="adding takes gap, not length: its gap is exact"):
        adding.TASK.size(length=40)
    with pytest.raises(
        ValueError, match=r"adding \(bai_2018\) takes length, not gap: the evidence"
    ):
        adding.TASK.of("bai_2018").size(gap=40)


def test_labels_name_the_variant_unless_it_is_the_default_one():
    assert recall.TASK.label == "recall"
    assert adding.TASK.label == "adding"
    assert adding.TASK.of("bai_2018").label == "adding (bai_2018)"


@pytest.mark.parametrize("gap", [1, 100, 1000])
def test_copys_baseline_is_that_of_the_literature(gap):
    """10 log(8) / (T + 20), and what a blind network's cross-entropy comes to on real samples."""
    assert copy_memory.TASK.baseline_loss(gap) == pytest.approx(10 * np.log(8) / (gap + 20))
    _, y = copy_memory.make(500, gap=gap, seed=0)
    blind = np.zeros((gap + 20, 9))
    blind[: gap + 10, 8] = 1
    blind[gap + 10 :, :8] = 1 / 8
    losses = -np.log(blind[np.arange(gap + 20), y])
    assert losses.mean() == pytest.approx(copy_memory.TASK.baseline_loss(gap))


def test_chance_levels_of_numbers_are_those_of_their_distributions():
    """Against the share of a million products and sums that the best single guess gets right."""
    generator = np.random.default_rng(0)
    first, second = generator.random((2, 1_000_000))
    assert (abs(first + second - 1) < 0.08).mean() == pytest.approx(adding.TASK.chance, abs=2e-3)
    product = first * second
    assert (abs(product - 0.04) < 0.04).mean() == pytest.approx(
        multiplication.TASK.chance, abs=2e-3
    )


@pytest.mark.parametrize(
    "prediction",
    [np.ones(4), np.ones((3, 8)), np.ones((4, 3)), "abc", [[1.0], [1.0, 2.0]], None],
    ids=["flat", "another batch", "other classes", "a word", "uneven", "nothing"],
)
def test_predictions_of_other_answers_are_told(prediction):
    x, y = recall.make(4, gap=3, seed=0)
    with pytest.raises(ValueError, match=r"prediction must have the shape \(4, 8\)"):
        recall.TASK.scores(x, y, prediction)


def test_no_samples_have_no_scores():
    x, y = recall.make(4, gap=3, seed=0)
    assert recall.TASK.scores(x[:0], y[:0], np.ones((0, 8))).shape == (0,)
