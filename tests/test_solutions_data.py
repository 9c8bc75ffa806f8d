"""The synthetic problems."""

import dataclasses

import mxnet as mx
import numpy as np
import pytest

from solutions.data import D2L, FIRST_EDITION, GLUON, linear_data


@pytest.mark.parametrize("problem", [D2L, GLUON, FIRST_EDITION], ids=lambda problem: problem.name)
def test_the_labels_are_the_linear_function_plus_noise(problem):
    features, labels = problem.sample(seed=1, dtype="float64")
    X, y = features.asnumpy(), labels.asnumpy()
    n = problem.num_examples
    assert (X.shape, y.shape) == ((n, 2), (n,))
    noise = y - X @ np.array([2.0, -3.4]) - 4.2
    # Means of n numbers are off by sd / sqrt(n), standard deviations by sd / sqrt(2n); five of those.
    for sample, sd in ((X[:, 0], 1.0), (X[:, 1], 1.0), (noise, problem.noise)):
        assert abs(sample.mean()) < 5 * sd / np.sqrt(n)
        assert abs(sample.std() - sd) < 5 * sd / np.sqrt(2 * n)
    # A correlation of independent columns is off by 1 / sqrt(n).
    assert np.abs(np.corrcoef([*X.T, noise])[np.triu_indices(3, k=1)]).max() < 5 / np.sqrt(n)


def test_the_three_lessons_differ_in_size_and_noise():
    sizes_and_noises = [(problem.num_examples, problem.noise) for problem in (D2L, GLUON, FIRST_EDITION)]
    assert sizes_and_noises == [(1_000, 0.01), (10_000, 0.1), (10_000, 0.01)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_seed_gives_the_same_numbers_on_every_context(dtype):
    here, there = (linear_data([1.5], 0.5, 20, noise=0.1, seed=4, ctx=ctx, dtype=dtype) for ctx in map(mx.cpu, (0, 1)))
    for a, b in zip(here, there, strict=True):
        assert (a.context, b.context) == (mx.cpu(0), mx.cpu(1))
        assert a.dtype == b.dtype == np.dtype(dtype)
        assert (a.asnumpy() == b.asnumpy()).all()
    other, _ = linear_data([1.5], 0.5, 20, noise=0.1, seed=5)
    assert (other.asnumpy() != here[0].asnumpy()).any()


def test_a_generator_is_advanced():
    rng = np.random.default_rng(4)
    first, second = (D2L.sample(rng)[0].asnumpy() for _ in range(2))
    assert (first != second).all()


@pytest.mark.parametrize(
    "wrong",
    [{"num_examples": 0}, {"w": ()}, {"noise": -0.1}],
    ids=["no example", "no weight", "negative noise"],
)
def test_impossible_data_are_refused_with_the_reason(wrong):
    problem = dataclasses.replace(D2L, **wrong)
    with pytest.raises(ValueError, match="give at least one example"):
        problem.sample(seed=0)
