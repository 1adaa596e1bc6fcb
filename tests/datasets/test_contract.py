"""What every task promises, checked for all of them."""

import hashlib
import inspect
import os
import subprocess
import sys

import numpy as np
import pytest

from keras_rnn_study.datasets import catalog

TASKS = [catalog.get(name) for name in catalog.TASK_NAMES]
GAPS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 20, 101]

each_task = pytest.mark.parametrize("module", TASKS, ids=catalog.TASK_NAMES)
each_gap = pytest.mark.parametrize("gap", GAPS)


def digest(x, y):
    return hashlib.sha256(x.tobytes() + y.tobytes()).hexdigest()


@each_task
def test_a_task_has_exactly_the_five_names(module):
    assert sorted(module.__all__) == ["TASK", "evidence", "load_data", "make", "stream"]
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    }
    assert public == {"evidence", "load_data", "make", "stream"}
    assert module.TASK.name == module.__name__.rpartition(".")[2]


@each_task
def test_arguments_after_the_first_are_keyword_only(module):
    for function in (module.load_data, module.make, module.stream):
        _, *others = inspect.signature(function).parameters.values()
        assert {parameter.kind for parameter in others} == {inspect.Parameter.KEYWORD_ONLY}


@each_task
@each_gap
def test_the_gap_lies_between_the_last_evidence_and_the_answer(module, gap):
    x, _ = module.make(32, gap=gap, seed=3)
    steps = module.evidence(x)
    assert steps.shape == x.shape[:2]
    assert steps.dtype == bool
    answer_step = x.shape[1] - 1
    for sample in steps:
        evidence_step = np.flatnonzero(sample)[-1]
        assert answer_step - evidence_step - 1 == gap


@each_task
@each_gap
def test_the_evidence_alone_decides_the_answer(module, gap):
    x, y = module.make(4000, gap=gap, seed=5)
    answers = {}
    for sample, steps, answer in zip(x, module.evidence(x), y, strict=True):
        answers.setdefault(sample[steps].tobytes(), set()).add(int(answer))
    assert all(len(answer) == 1 for answer in answers.values())
    # and nothing else in a sample depends on it: each answer is as frequent as chance says
    frequency = np.bincount(y, minlength=module.TASK.num_classes) / len(y)
    deviation = np.sqrt(module.TASK.chance / len(y))
    assert np.abs(frequency - module.TASK.chance).max() < 5 * deviation


@each_task
@each_gap
def test_samples_are_as_the_task_describes_them(module, gap):
    facts = module.TASK
    x, y = module.make(200, gap=gap, seed=0)
    assert x.dtype == facts.input_dtype
    assert x.shape[2:] == facts.input_shape[1:]
    assert facts.input_shape[0] is None
    assert y.dtype == np.int32
    assert y.shape == (200,)
    assert y.min() >= 0
    assert y.max() < facts.num_classes
    if facts.vocabulary_size:
        assert x.min() > 0  # 0 is for padding
        assert x.max() < facts.vocabulary_size


@each_task
def test_load_data_has_the_sizes_asked_for(module):
    (x_train, y_train), (x_test, y_test) = module.load_data(7, num_train=30, num_test=20, seed=1)
    assert len(x_train) == len(y_train) == 30
    assert len(x_test) == len(y_test) == 20
    assert x_train.shape[1:] == x_test.shape[1:]


@each_task
@pytest.mark.parametrize("gap", [10, 11, 50])
def test_no_test_sequence_occurs_in_training(module, gap):
    (x_train, _), (x_test, _) = module.load_data(gap, num_train=3000, num_test=3000, seed=1)
    x_more, _ = module.make(3000, gap=gap, seed=2)
    training = {sample.tobytes() for sample in (*x_train, *x_more)}
    assert training.isdisjoint(sample.tobytes() for sample in x_test)


@each_task
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(module):
    first, again, other = (module.make(50, gap=20, seed=seed) for seed in (1, 1, 2))
    assert digest(*first) == digest(*again)
    assert digest(*first) != digest(*other)


@each_task
def test_the_uses_of_one_seed_do_not_share_samples(module):
    (x_train, _), (x_test, _) = module.load_data(50, num_train=20, num_test=20, seed=1)
    x, _ = module.make(20, gap=50, seed=1)
    x_stream = next(iter(module.stream(20, gap=50, seed=1)))[0].numpy()
    assert len({sample.tobytes() for sample in (*x_train, *x_test, *x, *x_stream)}) == 80


@each_task
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


@each_task
def test_the_global_random_numbers_are_left_alone(module):
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    module.make(5, gap=8, seed=1)
    module.load_data(8, num_train=5, num_test=5, seed=1)
    np.testing.assert_array_equal(before, np.random.get_state()[1])


@each_task
def test_a_stream_never_repeats_a_batch_and_resumes_anywhere(module):
    batches = [
        digest(x, y) for x, y in module.stream(16, gap=20, seed=1).take(6).as_numpy_iterator()
    ]
    assert len(set(batches)) == 6
    resumed = module.stream(16, gap=20, seed=1, start=4).take(2).as_numpy_iterator()
    assert [digest(x, y) for x, y in resumed] == batches[4:]
    other = next(module.stream(16, gap=20, seed=2).as_numpy_iterator())
    assert digest(*other) not in batches


@each_task
def test_a_stream_has_no_end_and_known_shapes(module):
    dataset = module.stream(16, gap=20, seed=1)
    x, y = module.make(16, gap=20, seed=1)
    assert dataset.cardinality() < 0
    x_spec, y_spec = dataset.element_spec
    assert (tuple(x_spec.shape), x_spec.dtype.as_numpy_dtype) == (x.shape, x.dtype)
    assert (tuple(y_spec.shape), y_spec.dtype.as_numpy_dtype) == (y.shape, y.dtype)


@each_task
def test_a_stream_has_training_samples_only(module):
    gap = 10
    _, (x_test, _) = module.load_data(gap, num_train=1, num_test=4000, seed=1)
    held_out = {sample.tobytes() for sample in x_test}
    for x, _ in module.stream(500, gap=gap, seed=1).take(4).as_numpy_iterator():
        assert held_out.isdisjoint(sample.tobytes() for sample in x)


@each_task
@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        ({"gap": -1}, "gap must be a whole number, 0 or more, but -1 was given"),
        ({"gap": 2.5}, "gap must be a whole number, 0 or more, but 2.5 was given"),
        ({"gap": "5"}, "gap must be a whole number, 0 or more, but '5' was given"),
        ({"num_samples": 0}, "num_samples must be a whole number, 1 or more, but 0 was given"),
        ({"seed": -1}, "seed must be a whole number, 0 or more, but -1 was given"),
        ({"seed": None}, "seed must be a whole number, 0 or more, but None was given"),
    ],
)
def test_bad_numbers_for_make(module, arguments, received):
    arguments = {"num_samples": 4, "gap": 8, "seed": 0, **arguments}
    with pytest.raises(ValueError, match=received):
        module.make(arguments.pop("num_samples"), **arguments)


@each_task
@pytest.mark.parametrize(
    ("name", "number"), [("num_train", 0), ("num_test", -3), ("seed", 0.5), ("gap", -1)]
)
def test_bad_numbers_for_load_data(module, name, number):
    arguments = {"gap": 8, "num_train": 4, "num_test": 4, "seed": 0, name: number}
    with pytest.raises(ValueError, match=rf"{name} must be a whole number.*{number} was given"):
        module.load_data(arguments.pop("gap"), **arguments)


@each_task
@pytest.mark.parametrize(("name", "number"), [("batch_size", 0), ("start", -1), ("gap", -1)])
def test_bad_numbers_for_stream(module, name, number):
    arguments = {"batch_size": 4, "gap": 8, "seed": 0, "start": 0, name: number}
    with pytest.raises(ValueError, match=rf"{name} must be a whole number.*{number} was given"):
        module.stream(arguments.pop("batch_size"), **arguments)


@each_task
def test_whole_numbers_of_numpy_are_whole_numbers(module):
    x, y = module.make(np.int64(4), gap=np.int32(8), seed=np.uint8(0))
    assert digest(x, y) == digest(*module.make(4, gap=8, seed=0))


@each_task
def test_success_lies_above_chance(module):
    assert module.TASK.chance < module.TASK.success <= 1
    assert not module.TASK.is_solved(module.TASK.chance)
    assert module.TASK.is_solved(module.TASK.success)
    assert module.TASK.is_solved(1.0)


def test_an_unknown_task_is_told_the_nearest_name():
    with pytest.raises(ValueError, match=r"Unknown task 'recal': .* Did you mean 'recall'"):
        catalog.get("recal")
