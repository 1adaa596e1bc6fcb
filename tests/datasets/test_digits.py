"""The meaning of `digits`: an image, blank steps, and which digit it was."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import slow_references.digits
from sklearn.datasets import load_digits
from task_cases import DOWNLOADED, Case

from keras_rnn_study.datasets import digits
from keras_rnn_study.datasets.sources import digit_images

TASK = digits.TASK
SHADES = " .:-=+*#%@"
SHAPES = {  # steps of an image, pixels of a step
    "rows": (8, 8),
    "pixels": (64, 1),
    "mnist_rows": (28, 28),
    "mnist_pixels": (784, 1),
    "permuted_mnist": (784, 1),
}
IMAGES, TARGETS = load_digits(return_X_y=True)
each_variant = pytest.mark.parametrize("variant", SHAPES)
each_download = pytest.mark.parametrize("variant", sorted(DOWNLOADED))


def images_of(x, variant):
    """The pixels in the order in which they are read, as integers: one tuple an image."""
    white = 255 if variant in DOWNLOADED else 16
    pixels = x[:, : SHAPES[variant][0], :-1].reshape(len(x), -1) * white
    np.testing.assert_allclose(pixels, pixels.round(), atol=1e-4)
    return [tuple(image) for image in pixels.round().astype(int).tolist()]


def tuples(images):
    return [tuple(image) for image in images.reshape(len(images), -1).astype(int).tolist()]


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    """A small file in MNIST's place, read by Keras' own loader; its arrays are returned.

    The images are scikit-learn's, three times as large and in a black frame. The last test image
    is a training image, too.
    """
    import keras

    images = np.kron(IMAGES.reshape(-1, 8, 8), np.ones((3, 3))) * 255 // 16
    images = np.pad(images, ((0, 0), (2, 2), (2, 2))).astype("uint8")
    test = [*range(300, 500), 7]
    labels = TARGETS.astype("uint8")
    arrays = {
        "x_train": images[:300],
        "y_train": labels[:300],
        "x_test": images[test],
        "y_test": labels[test],
    }
    file = tmp_path_factory.mktemp("mnist") / "mnist.npz"
    np.savez(file, **arrays)
    caches = digit_images.mnist, slow_references.digits.mnist
    with pytest.MonkeyPatch.context() as patch:
        loader = keras.datasets.mnist.load_data
        patch.setitem(loader.__globals__, "get_file", lambda *_, **__: str(file))
        for cache in caches:
            cache.cache_clear()
        yield arrays
    for cache in caches:
        cache.cache_clear()


# What a sample is.


def test_the_variants_and_the_default():
    assert list(TASK.variants) == list(SHAPES)
    assert TASK.variant == "rows"
    assert set(SHAPES) > DOWNLOADED


def test_the_sample_of_the_docstring():
    drawn = re.findall(r'\d   "(.{8})"        1            \*', digits.__doc__)
    threes = IMAGES[TARGETS == 3].reshape(-1, 8, 8)
    pictures = [
        ["".join(SHADES[round(value * 9 / 16)] for value in row) for row in image]
        for image in threes
    ]
    assert drawn in pictures
    assert f'"{drawn[0]}" "{drawn[1]}" "{drawn[2]}" ... "{drawn[7]}"' in TASK.example
    x, y = digits.make(3000, gap=3, seed=0)
    [sample, *_] = [sample for sample in x[y == 3] if TASK.read_input(sample)[:8] == drawn]
    assert TASK.read_input(sample)[8:] == ["_"] * 4
    np.testing.assert_array_equal(digits.evidence(sample[None])[0], [True] * 8 + [False] * 4)


def test_shades_grow_with_the_pixel_and_a_black_pixel_is_no_blank_step():
    steps = np.array([[pixel / 16, 1] for pixel in range(17)] + [[0, 0]])
    *shades, blank = TASK.of("pixels").read_input(steps)
    assert (shades[0], shades[-1], blank) == (" ", "@", "_")
    places = [SHADES.index(shade) for shade in shades]
    assert places == sorted(places)
    assert set(places) == set(range(10))


@each_variant
@pytest.mark.parametrize("gap", [0, 1, 30])
def test_a_sample_is_an_image_then_blank_steps(variant, gap, mnist):
    steps, pixels = SHAPES[variant]
    x, _ = digits.make(200, gap=gap, seed=0, variant=variant)
    assert x.shape == (200, steps + gap + 1, pixels + 1)
    assert x.shape[2:] == TASK.of(variant).input_shape[1:]
    assert (x.min(), x.max()) == (0, 1)
    np.testing.assert_array_equal(x[:, :steps, -1], 1)
    np.testing.assert_array_equal(x[:, steps:], 0)


@pytest.mark.parametrize("variant", ["rows", "pixels"])
def test_an_image_is_one_of_scikit_learns_with_its_digit(variant):
    known = dict(zip(tuples(IMAGES), TARGETS.tolist(), strict=True))
    for x, y in digits.load_data(5, num_train=400, num_test=400, variant=variant):
        assert [known[image] for image in images_of(x, variant)] == y.tolist()


@pytest.mark.parametrize("variant", ["mnist_rows", "mnist_pixels"])
def test_an_image_is_one_of_mnist_with_its_digit(variant, mnist):
    for part, (x, y) in zip(
        ("train", "test"),
        digits.load_data(0, num_train=400, num_test=400, variant=variant),
        strict=True,
    ):
        images, labels = mnist[f"x_{part}"], mnist[f"y_{part}"]
        known = dict(zip(tuples(images), labels.tolist(), strict=True))
        assert [known[image] for image in images_of(x, variant)] == y.tolist()


@pytest.mark.parametrize(
    ("variant", "by_rows"), [("pixels", "rows"), ("mnist_pixels", "mnist_rows")]
)
def test_pixels_are_read_row_by_row(variant, by_rows, mnist):
    for (x, y), (x_rows, y_rows) in zip(
        digits.load_data(2, num_train=30, num_test=30, variant=variant),
        digits.load_data(2, num_train=30, num_test=30, variant=by_rows),
        strict=True,
    ):
        np.testing.assert_array_equal(y, y_rows)
        width = SHAPES[by_rows][0]
        for step in range(width**2):
            row, column = divmod(step, width)
            np.testing.assert_array_equal(x[:, step, 0], x_rows[:, row, column])


def test_the_pixels_of_all_images_are_permuted_alike_in_both_parts(mnist):
    order = np.random.default_rng(0).permutation(784)
    assert np.mean(np.abs(np.diff(order)) > 28) > 0.8  # hardly a neighbour stays one
    for (x, y), (x_ordered, y_ordered) in zip(
        digits.load_data(2, num_train=30, num_test=30, variant="permuted_mnist"),
        digits.load_data(2, num_train=30, num_test=30, variant="mnist_pixels"),
        strict=True,
    ):
        np.testing.assert_array_equal(y, y_ordered)
        np.testing.assert_array_equal(x[:, :784], x_ordered[:, order])


def test_black_rows_of_an_image_are_evidence_and_blank_steps_are_none(mnist):
    x, _ = digits.make(100, gap=4, seed=0, variant="mnist_rows")
    black = ~x[..., :-1].any(axis=-1)
    assert black[:, [0, 27]].all()
    expected = np.broadcast_to(np.arange(33) < 28, (100, 33))
    np.testing.assert_array_equal(digits.evidence(x), expected)


# The variants of MNIST keep the contract, too.


@each_download
@pytest.mark.parametrize("gap", [0, 1, 1000])
def test_the_contract_holds_with_mnist(variant, gap, mnist):
    case = Case(digits, TASK.of(variant))
    x, y = case.make(6, gap, seed=1)
    assert (x.dtype, y.dtype, y.shape) == (np.float32, np.int32, (6,))
    assert [case.slow_answer(sample, variant) for sample in x] == y.tolist()
    assert (digits.evidence(x).sum(axis=1) == SHAPES[variant][0]).all()
    assert (x.shape[1] - 1 - digits.evidence(x).cumsum(axis=1).argmax(axis=1) - 1 == gap).all()
    x_again, y_again = case.make(6, gap, seed=1)
    assert x.tobytes() + y.tobytes() == x_again.tobytes() + y_again.tobytes()


@each_download
def test_streams_of_mnist_resume_anywhere(variant, mnist):
    options = {"gap": 3, "seed": 1, "variant": variant}
    second = list(digits.stream(8, **options).take(2).as_numpy_iterator())[1]
    resumed = next(digits.stream(8, **options, start=1).as_numpy_iterator())
    for array, expected in zip(resumed, second, strict=True):
        np.testing.assert_array_equal(array, expected)


# How samples are drawn.


def held_out_images():
    """Every fifth image of a digit, counted from its fifth one."""
    seen = dict.fromkeys(range(10), 0)
    images = set()
    for image, target in zip(tuples(IMAGES), TARGETS.tolist(), strict=True):
        seen[target] += 1
        if seen[target] % 5 == 0:
            images.add(image)
    return images


def test_every_fifth_image_of_each_digit_is_held_out_and_all_others_are_not():
    held_out = held_out_images()
    assert len(held_out) == 355
    (x_train, _), (x_test, _) = digits.load_data(0, num_train=20_000, num_test=6000)
    assert set(images_of(x_test, "rows")) == held_out
    assert set(images_of(x_train, "rows")) == set(tuples(IMAGES)) - held_out


@pytest.mark.parametrize("part", [0, 1])
def test_digits_are_equally_frequent_and_so_are_the_images_of_one(part):
    x, y = digits.load_data(0, num_train=40_000, num_test=40_000)[part]
    digit_share = np.bincount(y) / len(y)
    assert np.abs(digit_share - 0.1).max() < 5 * np.sqrt(0.09 / len(y))
    for digit in range(10):
        images = images_of(x[y == digit], "rows")
        counts = np.array([images.count(image) for image in set(images)])
        expected = len(images) / len(counts)
        chi_square = ((counts - expected) ** 2 / expected).sum()
        freedom = len(counts) - 1
        assert abs(chi_square - freedom) < 5 * np.sqrt(2 * freedom)


def test_mnist_has_its_own_split_but_for_a_test_image_that_is_a_training_image(mnist):
    (x_train, _), (x_test, _) = digits.load_data(
        0, num_train=5000, num_test=5000, variant="mnist_rows"
    )
    train, test = set(tuples(mnist["x_train"])), set(tuples(mnist["x_test"]))
    assert len(train & test) == 1
    assert set(images_of(x_train, "mnist_rows")) == train
    assert set(images_of(x_test, "mnist_rows")) == test - train


# When the data is not there.


def test_without_scikit_learn_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    digit_images.scikit_learn.cache_clear()
    expected = r"needs scikit-learn, .* pip install .*\[digits\]"
    for variant in ("rows", "pixels"):
        with pytest.raises(ModuleNotFoundError, match=expected):
            digits.make(4, gap=3, seed=0, variant=variant)
    with pytest.raises(ValueError, match="gap must be"):  # what was asked for is checked first
        digits.make(4, gap=-3, seed=0)


DOWNLOADS = """
import io, json, pathlib, sys, urllib.error, urllib.request
from keras_rnn_study.datasets import digits

def no_network(*_):
    raise urllib.error.URLError("no network")

def not_mnist(*_):
    answer = io.BytesIO(b"please log in")
    answer.info = dict
    return answer

def stopped(*_):
    raise KeyboardInterrupt

home = pathlib.Path(sys.argv[1])
file = home / "datasets" / "mnist.npz"
report = []
for before in (None, b"of another origin"):
    for open_url in (no_network, not_mnist, stopped):
        urllib.request.urlopen = open_url
        if before:
            file.write_bytes(before)
        try:
            digits.make(4, gap=3, seed=0, variant="mnist_pixels")
        except BaseException as error:
            raised = [type(error).__name__, str(error)]
        left = {path.name: path.read_text() for path in home.rglob("*") if path.is_file()}
        report.append([*raised, left])
print(json.dumps(report))
"""


def test_a_failed_download_is_explained_and_leaves_the_cache_as_it_was(tmp_path):
    """Keras itself tries, in a process of its own, where nothing is to be had."""
    done = subprocess.run(
        [sys.executable, "-c", DOWNLOADS, tmp_path],
        env={**os.environ, "KERAS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert [error for error, *_ in report] == ["OSError", "OSError", "KeyboardInterrupt"] * 2
    for _, message, _ in report[:2] + report[3:5]:
        assert f"MNIST is not at {tmp_path / 'datasets' / 'mnist.npz'} and could not be" in message
        assert "put there the mnist.npz of a machine where Keras has it" in message
    assert "no network" in report[0][1]
    for _, _, files in report[:3]:
        assert set(files) == {"keras.json"}  # Keras' own settings, of when it was imported
    for _, _, files in report[3:]:
        assert set(files) == {"keras.json", "mnist.npz"}
        assert files["mnist.npz"] == "of another origin"
