"""The published loss tables: our training fits them, and the tolerances neither cry wolf nor let a wrong training by.

The tolerances are tried on a training written here in numpy alone, many runs at once, so that a slip in the theory and
one in the reference cannot hide each other.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from solutions import seed_tables
from solutions.data import D2L, FIRST_EDITION, GLUON, Problem
from solutions.seed_tables import TABLES, Expected, LossTable, compare

Simulation = Callable[..., np.ndarray]


def simulate(problem: Problem, runs: int, step: float, batch_size: int, num_epochs: int, initial_sd: float):
    """Return the mean squares of each batch before its step (runs, steps) and of all examples after each epoch."""
    rng = np.random.default_rng(0)
    n, true = problem.num_examples, np.array([*problem.w, problem.b])
    X = np.concatenate([rng.standard_normal((runs, n, 2)), np.ones((runs, n, 1))], axis=2)
    y = X @ true + problem.noise * rng.standard_normal((runs, n))
    parameters = initial_sd * rng.standard_normal((runs, 3))
    of_batches, of_epochs = [], []
    for _ in range(num_epochs):
        order = rng.permuted(np.broadcast_to(np.arange(n), (runs, n)), axis=1)
        X, y = np.take_along_axis(X, order[:, :, None], axis=1), np.take_along_axis(y, order, axis=1)
        for start in range(0, n, batch_size):
            rows = X[:, start : start + batch_size]
            error = np.einsum("rbd,rd->rb", rows, parameters) - y[:, start : start + batch_size]
            of_batches.append((error**2).mean(axis=1))
            parameters = parameters - step * np.einsum("rbd,rb->rd", rows, error) / batch_size
        of_epochs.append(((np.einsum("rnd,rd->rn", X, parameters) - y) ** 2).mean(axis=1))
    return np.transpose(of_batches), np.transpose(of_epochs)


@cache
def d2l(problem: Problem = D2L, lr: float = 0.03, runs: int = 300) -> np.ndarray:
    return simulate(problem, runs, lr, 10, 3, 0.01)[1] / 2


@cache
def gluon(problem: Problem = GLUON, lr: float = 1e-4, runs: int = 30) -> np.ndarray:
    return simulate(problem, runs, 2 * lr, 4, 10, 1.0)[0].reshape(runs, 10, -1).mean(axis=2)


@cache
def first_edition(problem: Problem = FIRST_EDITION, lr: float = 1e-3, runs: int = 100) -> np.ndarray:
    average, rows = np.zeros(runs), []
    for step, losses in enumerate(simulate(problem, runs, 2 * lr, 4, 2, 1.0)[0].T, start=1):
        average = 0.99 * average + 0.01 * losses
        if step % 500 == 0:
            rows.append(average)
    return np.transpose(rows)


D2L_TABLE, GLUON_TABLE, _, FIRST_EDITION_TABLE = TABLES
SIMULATIONS = [
    pytest.param(D2L_TABLE, d2l, id="d2l"),
    pytest.param(GLUON_TABLE, gluon, id="gluon"),
    pytest.param(FIRST_EDITION_TABLE, first_edition, id="first edition"),
]


def rows_that_hold(table: LossTable, losses: np.ndarray) -> list[bool]:
    return [one.holds(loss) for one, loss in zip(table.expect(list(losses)), losses, strict=True)]


@pytest.mark.parametrize(("table", "simulation"), SIMULATIONS)
def test_no_sound_training_falls_out(table: LossTable, simulation: Simulation):
    assert all(all(rows_that_hold(table, run)) for run in simulation())


@pytest.mark.parametrize(("table", "simulation"), SIMULATIONS)
def test_the_intervals_lie_around_sound_trainings(table: LossTable, simulation: Simulation):
    # The mean of many runs is off by a tenth of one run's deviation, and theory by a few tenths: a quarter of the
    # interval is one deviation.
    runs = simulation()
    expectations = [table.expect(list(run)) for run in runs]
    for row in range(len(table.rows)):
        offs = []
        for run, column in zip(runs, expectations, strict=True):
            one = column[row]
            reach = one.high - one.loss if run[row] > one.loss else one.loss - one.low
            offs.append((run[row] - one.loss) / reach)
        assert abs(np.mean(offs)) < 0.25
        assert np.std(offs) > 0.1


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize(("table", "simulation"), SIMULATIONS)
def test_a_wrong_step_falls_out(table: LossTable, simulation: Simulation, factor: float):
    right = {"d2l": 0.03, "gluon": 1e-4, "first_edition": 1e-3}[simulation.__name__]
    assert not any(all(rows_that_hold(table, run)) for run in simulation(lr=factor * right, runs=5))


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize(("table", "simulation"), SIMULATIONS)
def test_a_wrong_noise_falls_out(table: LossTable, simulation: Simulation, factor: float):
    problem = {"d2l": D2L, "gluon": GLUON, "first_edition": FIRST_EDITION}[simulation.__name__]
    wrong = Problem("wrong noise", problem.w, problem.b, problem.num_examples, factor * problem.noise)
    assert not any(all(rows_that_hold(table, run)) for run in simulation(wrong, runs=5))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_theory_explains_every_published_row(table: LossTable):
    assert len(table.rows) == len(table.theirs)
    assert all(rows_that_hold(table, np.array(table.theirs)))


@pytest.mark.parametrize("seed", range(3))
def test_the_reference_reproduces_the_d2l_table(seed: int):
    # The intervals hold what sampling allows at four standard deviations: the first loss is 16.6 exp(-6.06), its
    # exponent off by 4.5 % of itself; the last one the floor 0.01^2 / 2, off by 4.5 %.
    losses = list(D2L_TABLE.run(seed))
    printed, misses = compare(D2L_TABLE, losses)
    assert printed.row_count == 3
    assert misses == 0
    assert list(D2L_TABLE.run(seed)) == losses


def test_a_row_out_of_tolerance_is_counted_on_either_side():
    theirs = D2L_TABLE.theirs
    without_the_half = tuple(2 * loss for loss in theirs)
    assert compare(D2L_TABLE, theirs)[1] == 0
    assert compare(D2L_TABLE, without_the_half)[1] == 1  # the floor tells; the ratios cannot
    doctored = LossTable("doctored", D2L_TABLE.rows, without_the_half, D2L_TABLE.run, D2L_TABLE.expect, "as before")
    assert compare(doctored, theirs)[1] == 1


def test_an_interval_includes_its_ends():
    one = Expected(loss=1.0, low=0.5, high=2.0)
    assert [one.holds(loss) for loss in (0.49, 0.5, 2.0, 2.01, float("nan"))] == [False, True, True, False, False]


def test_the_exit_code_tells_whether_every_row_held(monkeypatch, capsys):
    monkeypatch.setattr(seed_tables, "TABLES", (D2L_TABLE,))
    assert seed_tables.main(["--seed", "1"]) == 0
    printed = capsys.readouterr()
    assert "Dive into Deep Learning" in printed.out
    assert "0.000158" in printed.out
    assert "every row is within tolerance; seed 1" in printed.out

    wrong = LossTable(
        "wrong", D2L_TABLE.rows, D2L_TABLE.theirs, lambda _: iter([0.04, 0.04, 0.04]), D2L_TABLE.expect, ""
    )
    monkeypatch.setattr(seed_tables, "TABLES", (wrong,))
    assert seed_tables.main([]) == 1
    assert "2 rows are out of tolerance" in capsys.readouterr().out
