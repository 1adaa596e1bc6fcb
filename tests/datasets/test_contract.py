"""What every task promises, checked for all of them: a new task is in as soon as it is listed.

All that a new task must bring is `tests/helpers/slow_references/<name>.py`.
"""

import hashlib
import inspect
import os
import subprocess
import sys

import numpy as np
import pytest
import shortcuts
from hypothesis import given
from hypothesis import strategies as st
from task_cases import CASES, MODULES

from keras_rnn_study.datasets import catalog, reading

each_module = pytest.mark.parametrize("module", MODULES, ids=catalog.TASK_NAMES)
each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_variant = pytest.mark.parametrize("case", [c for c in CASES if c.task.variant], ids=str)
each_classification = pytest.mark.parametrize(
    "case", [c for c in CASES if c.task.num_classes], ids=str
)
each_single_answer = pytest.mark.parametrize(
    "case", [c for c in CASES if not c.task.every_step], ids=str
)
each_split = pytest.mark.parametrize(
    "case", [c for c in CASES if c.task.disjoint_from is not None], ids=str
)
# Three equal numbers, and images and frames that only make sense as a whole.
each_case_with_evidence_of_its_own = pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.module.TASK.name not in {"latch", "digits", "speech"}],
    ids=str,
)
# Parts of real data are other images, utterances, files and sentences.
each_generated_case = pytest.mark.parametrize(
    "case",
    [c for c in CASES if c.module.TASK.name not in {"digits", "speech", "brackets", "language"}],
    ids=str,
)
each_part = pytest.mark.parametrize("part", ["training", "held out"])
seeds = st.integers(0, 2**32)
gaps = st.integers(0, 60)


def digest(x, y):
    return hashlib.sha256(x.tobytes() + y.tobytes()).hexdigest()


def rows(x):
    return {sample.tobytes() for sample in x}


# The six names.


@each_module
def test_a_task_has_exactly_the_six_names(module):
    assert sorted(module.__all__) == ["TASK", "evidence", "load_data", "make", "stream", "tokens"]
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    }
    assert public == {"evidence", "load_data", "make", "stream", "tokens"}
    assert module.TASK.name == module.__name__.rpartition(".")[2]


@each_module
def test_arguments_after_the_first_are_keyword_only(module):
    for function in (module.load_data, module.make, module.stream, module.tokens):
        _, *others = inspect.signature(function).parameters.values()
        assert {parameter.kind for parameter in others} <= {inspect.Parameter.KEYWORD_ONLY}


@each_module
@pytest.mark.parametrize("name", ["load_data", "make", "evidence", "stream", "tokens"])
def test_the_docstring_says_all_about_arguments_and_result(module, name):
    """Also what `contract` says for all tasks."""
    function = getattr(module, name)
    told = inspect.getdoc(function).split("\n    ")
    for parameter in inspect.signature(function).parameters:
        shared = parameter in ("gap", "variant", "length", "language", "text") and name != "make"
        assert shared or any(line.startswith(f"{parameter}: ") for line in told), parameter
    assert "\n\nReturns:\n" in function.__doc__.replace("\n    ", "\n") or name == "make"


@each_module
def test_variants_are_listed_under_their_names_the_default_one_first(module):
    task = module.TASK
    for name, variant in task.variants.items():
        assert (variant.name, variant.variant) == (task.name, name)
    if task.variants:
        default = inspect.signature(module.make).parameters["variant"].default
        assert next(iter(task.variants)) == task.variant == default
        assert task.size_name == "gap"
    else:
        assert task.variant is None


# What a sample is.


@each_case
@given(seed=seeds, gap=gaps)
def test_samples_are_as_the_task_describes_them(case, seed, gap):
    task = case.task
    x, y = case.make(20, gap, seed)
    time = x.shape[1]
    assert x.dtype == task.input_dtype
    assert len(x) == 20
    assert task.input_shape[0] is None
    assert x.shape[2:] == task.input_shape[1:]
    if task.num_classes is None:
        assert (y.dtype, y.shape) == (np.float32, (20, 1))
    else:
        assert (y.dtype, y.shape) == (np.int32, (20, time) if task.every_step else (20,))
        assert y.min() >= 0
        assert y.max() < task.num_classes
    if task.vocabulary_size:
        assert x.min() >= 0
        assert x.max() < task.vocabulary_size
        assert task.padded or x.min() > 0  # 0 is for padding


@each_case
@given(seed=seeds, gap=gaps)
def test_padding_is_at_the_right_and_no_sequence_is_empty(case, seed, gap):
    """What a fused kernel asks of a mask."""
    x, _ = case.make(20, gap, seed)
    real = case.task.real_steps(x)
    assert real[:, 0].all()
    assert (np.diff(real.astype(int), axis=1) <= 0).all()
    if not case.task.padded:
        assert real.all()
    assert not (case.module.evidence(x) & ~real).any()


@each_case
@pytest.mark.parametrize("gap", [0, 1, 2, 3, 1000])
def test_the_gap_lies_between_the_last_evidence_and_the_answer(case, gap):
    check_gap(case, gap, seed=3)


@each_case
@given(seed=seeds, gap=gaps)
def test_the_gap_is_exact_whatever_the_seed(case, seed, gap):
    check_gap(case, gap, seed)


def check_gap(case, gap, seed):
    x, _ = case.make(8, gap, seed)
    steps, due = case.module.evidence(x), case.task.answer_steps(x)
    assert steps.shape == x.shape[:2]
    assert steps.dtype == bool
    assert due.any(axis=1).all()
    for sample_steps, sample_due in zip(steps, due, strict=True):
        last_evidence, first_due = np.flatnonzero(sample_steps)[-1], sample_due.argmax()
        if case.has_gap:
            assert first_due - last_evidence - 1 == gap
        else:
            assert last_evidence <= first_due


# What decides the answer.


@each_case
@given(seed=seeds, gap=gaps)
def test_the_answer_is_that_of_a_slow_reference(case, seed, gap):
    x, y = case.make(12, gap, seed)
    slow = np.array([case.slow_answer(sample, case.task.variant) for sample in x]).reshape(y.shape)
    if case.task.every_step:  # there is nothing to answer at padding
        real = case.task.real_steps(x)
        y, slow = y[real], slow[real]
    np.testing.assert_allclose(y, slow, rtol=1e-5)


@each_case
@given(seed=seeds, gap=gaps)
def test_other_steps_than_the_evidence_never_change_the_answer(case, seed, gap):
    """Every step up to the answer that is no evidence is taken from another sample."""
    x, y = case.make(12, gap, seed)
    free = case.hidden_steps(x) & case.task.real_steps(x)
    swap = free & np.roll(free, 1, axis=0)
    changed = np.where(swap.reshape(swap.shape + (1,) * (x.ndim - 2)), np.roll(x, 1, axis=0), x)
    np.testing.assert_allclose(case.slow_answers(changed), case.answers(x, y), rtol=1e-5)


@each_case
@given(seed=seeds, gap=gaps)
def test_the_evidence_brings_its_answer_with_it(case, seed, gap):
    """The evidence is taken from another sample, and so is the answer, then."""
    x, y = case.make(12, gap, seed)
    steps, answers = case.module.evidence(x), case.answers(x, y)
    changed, expected = x.copy(), answers.copy()
    for sample in range(len(x)):
        other = sample - 1
        if steps[sample].sum() == steps[other].sum():
            changed[sample, steps[sample]] = x[other, steps[other]]
            expected[sample] = answers[other]
    np.testing.assert_allclose(case.slow_answers(changed), expected, rtol=1e-5)
    assert (expected != answers).any()


@each_case_with_evidence_of_its_own
def test_the_last_evidence_matters(case):
    """Else the gap would really be longer."""
    x, y = case.make(30, 8, seed=4)
    changed = x.copy()
    for sample, steps in enumerate(case.module.evidence(x)):
        other = np.flatnonzero(case.module.evidence(x)[sample - 1])[-1]
        changed[sample, np.flatnonzero(steps)[-1]] = x[sample - 1, other]
    assert (case.slow_answers(changed) != case.answers(x, y)).any()


# What does not.


@each_case
def test_without_the_evidence_nothing_beats_the_chance_level(case):
    """One guess for all is right as often as the task says, or off by as much."""
    task = case.task
    x, y = case.make(4000, 5, seed=5)
    if task.num_classes is None:
        guesses = np.linspace(y.min(), y.max(), 400)
        predictions = (np.full(y.shape, guess) for guess in guesses)
    else:
        outputs = np.eye(task.num_classes)
        shape = (*y.shape, task.num_classes)
        predictions = (np.broadcast_to(output, shape) for output in outputs)
    scores = np.array([task.scores(x, y, prediction) for prediction in predictions])
    best = scores.mean(axis=1)
    best_index = best.argmax() if task.metric == "accuracy" else best.argmin()
    error = scores[best_index].std() / np.sqrt(len(y))
    assert abs(best[best_index] - task.chance) < 5 * error + 0.003


@each_classification
@each_part
def test_classes_are_balanced(case, part):
    x, y = draw(case, part, 4000)
    answers = case.answers(x, y)
    classes = np.unique(answers)
    if not case.task.every_step:
        assert len(classes) == case.task.num_classes
    share = 1 / len(classes)
    for column in answers.T:
        frequency = np.bincount(column, minlength=classes.max() + 1)[classes] / len(y)
        assert np.abs(frequency - share).max() < 5 * np.sqrt(share * (1 - share) / len(y))


@each_single_answer  # where there are targets at every step, the task's own tests know better
def test_the_baseline_loss_is_that_of_the_best_blind_answer(case):
    task = case.task
    _, y = case.make(4000, 5, seed=7)
    size = case.size(5)
    if task.num_classes is None:
        squares = (y - y.mean()) ** 2
        assert abs(squares.mean() - task.baseline_loss(size)) < 5 * squares.std() / np.sqrt(len(y))
    else:
        share = np.bincount(y) / len(y)
        entropy = -(share * np.log(share)).sum()
        # The estimate from a sample is too small by (classes - 1) / (2 n), about.
        assert entropy == pytest.approx(task.baseline_loss(size), abs=2 * len(share) / len(y))


@each_case
@each_part
def test_there_is_no_shortcut_around_the_gap(case, part):
    """What is no evidence predicts nothing: no step, no bag, no order, no sum, no length."""
    x, y = draw(case, part, 8000)
    visible = case.hidden_steps(x) & case.task.real_steps(x)
    codes = shortcuts.encode(x, visible)
    answers = case.answers(x, y)
    for column in {0, answers.shape[1] - 1}:
        labels = shortcuts.as_classes(answers[:, column])
        found = {
            "bag": shortcuts.bag(codes, labels),
            "sequence": shortcuts.sequence(codes, labels),
            "checksum": shortcuts.checksums(codes, labels),
            "pair of steps": shortcuts.pairs(codes[..., 0], labels),
            "sample before": shortcuts.look_up(np.roll(labels, 2), labels),
        }
        for step, feature in np.ndindex(codes.shape[1:]):
            found[f"step {step}"] = shortcuts.look_up(codes[:, step, feature], labels)
        found["length"] = shortcuts.look_up(case.task.real_steps(x).sum(axis=1), labels)
        if case.has_gap:
            found["place"] = shortcuts.look_up(case.module.evidence(x).argmax(axis=1), labels)
        assert max(found.values()) < 5, {k: v for k, v in found.items() if v > 4}


def draw(case, part, num_samples):
    number = {"num_train": num_samples, "num_test": 1}
    if part == "held out":
        number = {"num_train": 1, "num_test": num_samples}
    train, test = case.load_data(12, seed=8, **number)
    return train if part == "training" else test


# Train, test, seeds.


@each_generated_case
def test_both_parts_look_alike_step_by_step(case):
    train, test = case.load_data(25, num_train=4000, num_test=4000, seed=9)
    x = np.concatenate([train[0], test[0]])
    codes = shortcuts.encode(x, np.ones(x.shape[:2], bool))
    part = np.repeat([0, 1], 4000)
    order = np.random.default_rng(0).permutation(8000)
    for step, feature in np.ndindex(codes.shape[1:]):
        assert shortcuts.look_up(codes[order, step, feature], part[order]) < 5


@each_case
def test_load_data_has_the_sizes_asked_for(case):
    (x_train, y_train), (x_test, y_test) = case.load_data(7, num_train=30, num_test=20, seed=1)
    assert len(x_train) == len(y_train) == 30
    assert len(x_test) == len(y_test) == 20
    assert x_train.shape[1:] == x_test.shape[1:]


@each_split
def test_no_test_sequence_occurs_in_training(case):
    first = case.task.disjoint_from
    for gap in (first, first + 1, first + 30):
        (x_train, _), (x_test, _) = case.load_data(gap, num_train=3000, num_test=3000, seed=1)
        x_more, _ = case.make(3000, gap, seed=2)
        (x_stream, _), *_ = case.stream(1000, gap, seed=3).take(1).as_numpy_iterator()
        assert (rows(x_train) | rows(x_more) | rows(x_stream)).isdisjoint(rows(x_test))


@each_case
@given(seed=seeds, gap=gaps)
def test_the_same_seed_gives_the_same_bytes(case, seed, gap):
    assert digest(*case.make(5, gap, seed)) == digest(*case.make(5, gap, seed))


@each_case
def test_another_seed_and_another_use_of_a_seed_give_other_samples(case):
    (x_train, _), (x_test, _) = case.load_data(20, num_train=64, num_test=64, seed=1)
    x_stream, _ = next(case.stream(64, 20, seed=1).as_numpy_iterator())
    batches = [x_train, x_test, x_stream, case.make(64, 20, 1)[0], case.make(64, 20, 2)[0]]
    assert len({batch.tobytes() for batch in batches}) == 5


@each_module
def test_samples_are_the_same_in_another_process(module):
    name = module.TASK.name
    program = (
        "import hashlib, sys\n"
        f"from keras_rnn_study.datasets import {name}\n"
        f"x, y = {name}.make(50, gap=20, seed=1)\n"
        "print(hashlib.sha256(x.tobytes() + y.tobytes()).hexdigest())\n"
        "assert 'tensorflow' not in sys.modules, 'a task may not import TensorFlow'\n"
    )
    # Another hash seed, so that an order taken from a set would show.
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == digest(*module.make(50, gap=20, seed=1))


@each_case
def test_the_global_random_numbers_are_left_alone(case):
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    case.make(5, 8, seed=1)
    case.load_data(8, num_train=5, num_test=5, seed=1)
    np.testing.assert_array_equal(before, np.random.get_state()[1])


# What stands at each step.


@each_case
@given(seed=seeds, gap=gaps)
def test_tokens_name_every_step_but_padding(case, seed, gap):
    x, _ = case.make(6, gap, seed)
    tokens = case.module.tokens(x)
    assert isinstance(tokens, list)
    assert [len(names) for names in tokens] == [x.shape[1]] * 6
    assert all(type(name) is str and name == name.strip() for names in tokens for name in names)
    np.testing.assert_array_equal(np.array(tokens) != "", case.task.real_steps(x))


@each_case
@given(seed=seeds, gap=gaps)
def test_tokens_are_what_the_picture_and_the_text_of_a_task_show(case, seed, gap):
    """Where a step is drawn, as a row of an image is, a token says which one it is."""
    x, _ = case.make(6, gap, seed)
    shown = [[*map(reading.visible, case.task.read_input(sample))] for sample in x]
    if case.module.TASK.name in {"digits", "speech"}:
        evidence = case.module.evidence(x)
        kind = {9: "row", 2: "pixel", 13: "frame"}[x.shape[2]]
        shown = [
            [f"{kind} {step}" if is_there else "_" for step, is_there in enumerate(steps)]
            for steps in evidence
        ]
    assert case.module.tokens(x) == shown


@each_case
def test_equal_steps_have_equal_tokens_and_others_have_others(case):
    """Numbers are rounded and images numbered; all else can be told apart by its tokens."""
    x, _ = case.make(20, 30, seed=3)
    if case.module.TASK.name in {"digits", "speech", "adding", "multiplication", "latch"}:
        return
    steps = x.reshape(-1, *x.shape[2:])
    tokens = [name for names in case.module.tokens(x) for name in names]
    pairs = {(step.tobytes(), name) for step, name in zip(steps, tokens, strict=True)}
    assert len({step for step, _ in pairs}) == len({name for _, name in pairs}) == len(pairs)


@each_case
@pytest.mark.parametrize("name", ["evidence", "tokens"])
def test_an_x_of_another_form_is_told_which_one_is_right(case, name):
    function = getattr(case.module, name)
    x, _ = case.make(2, 4, seed=0)
    for wrong in (x[0], x[..., None], x[:, :0], None, "C f a h ?", [[1], [2, 3]], x.astype(str)):
        with pytest.raises(ValueError, match=r"x must have the form of inputs of .* was given"):
            function(wrong)
    assert len(function(x[:0])) == 0
    assert len(function(x.tolist())) == 2


def test_a_token_of_no_word_is_named():
    with pytest.raises(ValueError, match="tokens from 0 to 98, but 99 was given"):
        catalog.get("brackets").tokens(np.array([[1, 99]]))


# Streams.


@each_case
def test_a_stream_never_repeats_a_batch_and_resumes_anywhere(case):
    batches = [digest(x, y) for x, y in case.stream(32, 20, seed=1).take(6).as_numpy_iterator()]
    assert len(set(batches)) == 6
    for start in (1, 4):
        resumed = case.stream(32, 20, seed=1, start=start).take(2).as_numpy_iterator()
        assert [digest(x, y) for x, y in resumed] == batches[start : start + 2]
    other = next(case.stream(32, 20, seed=2).as_numpy_iterator())
    assert digest(*other) not in batches


@each_case
def test_batches_far_on_in_a_stream_are_others(case):
    starts = [0, 7, 2**16, 2**31, 2**32 + 5, 2**40]
    batches = [
        digest(*next(case.stream(32, 20, seed=1, start=start).as_numpy_iterator()))
        for start in starts
    ]
    assert len(set(batches)) == len(starts)


@each_case
def test_a_stream_has_no_end_and_known_shapes(case):
    dataset = case.stream(16, 20, seed=1)
    x, y = case.make(16, 20, seed=1)
    assert dataset.cardinality() < 0
    x_spec, y_spec = dataset.element_spec
    assert (tuple(x_spec.shape), x_spec.dtype.as_numpy_dtype) == (x.shape, x.dtype)
    assert (tuple(y_spec.shape), y_spec.dtype.as_numpy_dtype) == (y.shape, y.dtype)


# Bad input.


@each_case
@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("num_samples", 0, "1 or more, but 0 was given"),
        ("seed", -1, "0 or more, but -1 was given"),
        ("seed", None, "0 or more, but None was given"),
        ("size", -1, "or more, but -1 was given"),
        ("size", 2.5, "or more, but 2.5 was given"),
        ("size", "5", "or more, but '5' was given"),
        ("size", None, "or more, but None was given"),
        ("num_samples", True, "1 or more, but True was given"),
        ("seed", np.array([1, 2]), r"0 or more, but array\(\[1, 2\]\) was given"),
        pytest.param("seed", -(10**5000), "0 or more, but <int> was given", id="many digits"),
    ],
)
def test_bad_numbers_for_make(case, name, number, expected):
    arguments = {"num_samples": 4, "seed": 0, **case.options(8)}
    name = case.task.size_name if name == "size" else name
    arguments[name] = number
    with pytest.raises(ValueError, match=f"{name} must be a whole number, .*{expected}"):
        case.module.make(arguments.pop("num_samples"), **arguments)


@each_case
@pytest.mark.parametrize(("name", "number"), [("num_train", 0), ("num_test", -3), ("seed", 0.5)])
def test_bad_numbers_for_load_data(case, name, number):
    arguments = {"num_train": 4, "num_test": 4, "seed": 0, name: number}
    with pytest.raises(ValueError, match=rf"{name} must be a whole number.*{number} was given"):
        case.load_data(8, **arguments)


@each_case
@pytest.mark.parametrize(("name", "number"), [("batch_size", 0), ("start", -1)])
def test_bad_numbers_for_stream(case, name, number):
    arguments = {"batch_size": 4, "seed": 0, "start": 0, name: number}
    with pytest.raises(ValueError, match=rf"{name} must be a whole number.*{number} was given"):
        case.stream(arguments.pop("batch_size"), 8, **arguments)


@each_case
@pytest.mark.parametrize("digits", [9, 30, 5000])
def test_more_than_memory_holds_is_refused_at_once(case, digits):
    number, options = 10**digits, case.options(8)
    with pytest.raises(ValueError, match=r"num_samples must be \d+ at most for samples of"):
        case.module.make(number, seed=0, **options)
    with pytest.raises(ValueError, match=r"batch_size must be \d+ at most"):
        case.module.stream(number, seed=0, **options)
    with pytest.raises(ValueError, match=r"num_test must be \d+ at most"):
        case.module.load_data(num_test=number, **options)
    size = case.task.size_name
    with pytest.raises(ValueError, match=f"{size}( must be 100000 at most|=.* cannot be filled)"):
        case.module.make(1, seed=0, **options | {size: number})


@each_variant
def test_gap_and_length_are_not_mistaken_for_each_other(case):
    other = "length" if case.has_gap else "gap"
    with pytest.raises(ValueError, match=rf"takes {case.task.size_name}, not {other}.*{other}=30"):
        case.module.make(4, seed=0, **case.options(8), **{other: 30})


@each_variant
def test_an_unknown_variant_is_told_the_nearest_name(case):
    name = case.task.variant
    with pytest.raises(ValueError, match=rf"Unknown variant .*Did you mean '{name}'"):
        case.module.make(4, gap=5, seed=0, variant=name + "x")


@each_case
def test_whole_numbers_of_numpy_are_whole_numbers(case):
    options = {
        name: np.int32(value) if isinstance(value, int) else value
        for name, value in case.options(8).items()
    }
    x, y = case.module.make(np.int64(4), seed=np.uint8(0), **options)
    assert digest(x, y) == digest(*case.make(4, 8, seed=0))


def test_an_unknown_task_is_told_the_nearest_name():
    with pytest.raises(ValueError, match=r"Unknown task 'recal': .* Did you mean 'recall'"):
        catalog.get("recal")


# Scores.


@each_case
def test_success_is_better_than_chance(case):
    task = case.task
    better = np.greater if task.metric == "accuracy" else np.less
    assert better(task.success, task.chance)
    assert not task.is_solved(task.chance)
    assert task.is_solved(task.success)


@each_case
def test_the_right_answers_have_the_best_score(case):
    task = case.task
    x, y = case.make(30, 6, seed=0)
    right = y if task.num_classes is None else np.eye(task.num_classes)[y]
    best = 1 if task.metric == "accuracy" else 0
    np.testing.assert_array_equal(task.scores(x, y, right), best)
    assert task.is_solved(best)
    wrong = right + 1 if task.num_classes is None else np.roll(right, 1, axis=-1)
    np.testing.assert_allclose(task.scores(x, y, wrong), 1 - best, rtol=1e-5)


@each_case
def test_a_sample_and_its_answer_can_be_read(case):
    x, y = case.make(3, 6, seed=0)
    for sample, real in zip(x, case.task.real_steps(x), strict=True):
        names = case.task.read_input(sample)
        assert len(names) == len(sample)
        assert all(isinstance(name, str) for name in names)
        assert all(name for name, is_real in zip(names, real, strict=True) if is_real)
    for answer in case.answers(x, y).flat:
        assert case.task.read_answer(answer)
