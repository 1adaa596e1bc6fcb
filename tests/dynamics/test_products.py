"""Singular values of long products: against 800 digits, and products that are known."""

import fractions
import itertools

import numpy as np
import pytest

from keras_rnn_study.dynamics.graded import log_singular_values, multiplied
from keras_rnn_study.dynamics.product import Carried, Product

RNG = np.random.default_rng(0)


def orthogonal(n):
    return np.linalg.qr(RNG.normal(size=(n, n))).Q


def known_product(steps, rates):
    """Factors whose product has the singular values rates**steps, to rounding of each factor."""
    turns = [orthogonal(len(rates)) for _ in range(steps + 1)]
    return [a @ np.diag(rates) @ b.T for a, b in itertools.pairwise(turns)]


def product_of(factors):
    product = Product(1, len(factors[0]))
    for factor in factors:
        product.times(factor[None])
    return product.log_singular_values()[0]


def test_what_spans_hundreds_of_decades_is_known_to_its_own_precision():
    rates = np.array([1.2, 1.0, 0.6, 0.1, 1e-3])
    found = product_of(known_product(400, rates))
    np.testing.assert_allclose(found, 400 * np.log(rates), rtol=1e-12, atol=1e-11)
    assert found[-1] / np.log(10) == pytest.approx(-1200)  # no float is that small


def test_equal_values_stay_equal():
    rates = np.array([0.5, 0.5, 0.5, 0.1, 0.1])
    np.testing.assert_allclose(
        product_of(known_product(300, rates)), 300 * np.log(rates), rtol=1e-12
    )


def symmetric_2x2(a):
    """log of the singular values of an exact 2 x 2 matrix, by trace and determinant."""
    total = sum(entry**2 for row in a for entry in row)
    determinant = abs(a[0][0] * a[1][1] - a[0][1] * a[1][0])

    def log(number):  # beyond what a float holds
        digits = number.numerator.bit_length() - number.denominator.bit_length()
        return np.log(float(number / fractions.Fraction(2) ** digits)) + digits * np.log(2)

    # sigma_1^2 is total to rounding where they are far apart; else the quadratic formula.
    ratio = float(determinant**2 / total**2)
    largest = log(total) / 2 + np.log((1 + np.sqrt(1 - 4 * ratio)) / 2) / 2
    return [largest, log(determinant) - largest]


@pytest.mark.parametrize("kind", ["random", "upper triangular, growing", "upper, shrinking"])
def test_a_product_of_fractions_is_known_exactly(kind):
    factors = RNG.integers(-64, 64, size=(120, 2, 2)) / 64
    if kind == "upper triangular, growing":
        factors = np.repeat([[[1 / 64, 1], [0, 1]]], 120, axis=0)
    elif kind == "upper, shrinking":
        factors = np.repeat([[[1, 1], [0, 1 / 64]]], 120, axis=0)
    exact = [[fractions.Fraction(int(i == j)) for j in range(2)] for i in range(2)]
    product = Product(1, 2)
    for k, factor in enumerate(factors, 1):
        f = [[fractions.Fraction(float(entry)) for entry in row] for row in factor]
        exact = [[sum(exact[i][m] * f[m][j] for m in range(2)) for j in range(2)] for i in range(2)]
        product.times(factor[None])
        if k % 20 == 0 or k == 1:
            found = product.log_singular_values()[0]
            np.testing.assert_allclose(found, symmetric_2x2(exact), rtol=1e-10, atol=1e-10)


def test_a_short_product_has_the_values_of_a_plain_decomposition():
    for n in (1, 2, 5, 8):
        factors = RNG.normal(size=(4, 3, n, n)) / np.sqrt(n)
        product, plain = Product(3, n), np.eye(n)
        for factor in factors:
            product.times(factor)
            plain = plain @ factor
            np.testing.assert_allclose(
                np.exp(product.log_singular_values()),
                np.linalg.svd(plain, compute_uv=False),
                rtol=1e-9,
            )


def test_a_non_normal_kernel_grows_before_it_shrinks():
    """Radius 0.9, and 1.5e5 after 20 steps: Trefethen and Embree's point."""
    kernel = np.triu(np.ones((8, 8)), 1) * 0.9 + 0.9 * np.eye(8)
    product, plain = Product(1, 8), np.eye(8)
    for _ in range(20):
        product.times(kernel[None])
        plain = plain @ kernel
    values = np.exp(product.log_singular_values()[0])
    np.testing.assert_allclose(values, np.linalg.svd(plain, compute_uv=False), rtol=1e-9)
    assert values[0] > 1e4


def test_dead_units_are_zero_and_stay_so():
    factors = RNG.normal(size=(50, 4, 4))
    factors[:, :, 2] = 0
    found = product_of(factors)
    assert found[-1] == -np.inf
    assert np.isfinite(found[:3]).all()
    zero = Product(2, 3)
    zero.times(np.zeros((2, 3, 3)))
    assert (zero.log_singular_values() == -np.inf).all()


def test_graded_rows_keep_their_scale():
    rows, factor = RNG.normal(size=(1, 3, 3)), RNG.normal(size=(1, 3, 3))
    logs = np.array([[0.0, -5.0, 3.0]])
    new_logs, new_rows = multiplied(factor, logs, rows)
    expected = factor @ (np.exp(logs)[..., None] * rows)
    np.testing.assert_allclose(np.exp(new_logs)[..., None] * new_rows, expected, rtol=1e-12)
    np.testing.assert_allclose(
        np.exp(log_singular_values(logs, rows)),
        np.linalg.svd(np.exp(logs)[..., None] * rows, compute_uv=False),
        rtol=1e-10,
    )


def test_a_carried_vector_keeps_its_length_as_a_logarithm():
    carried = Carried(np.array([[3.0, 4.0]]))
    assert np.exp(carried.log_lengths()) == pytest.approx(5)
    for _ in range(500):
        carried.times(np.diag([0.1, 0.01])[None])
    assert carried.log_lengths()[0] == pytest.approx(np.log(3) + 500 * np.log(0.1))
    carried.plus(np.array([[0.0, -2.0]]))
    assert np.exp(carried.log_lengths()) == pytest.approx(2)
    carried.plus(np.array([[0.0, 2.0]]))
    assert carried.log_lengths()[0] == -np.inf
