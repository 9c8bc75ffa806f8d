"""The calibration says what it measures: its bounds, its simulations, its mistakes, and a fault of ours if any.

`make calibrate` runs it at full length.
"""

from __future__ import annotations

import math
import runpy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import mxnet  # noqa: F401 (its import warns; better here than within a check)
import numpy as np
import pytest

from grader import checks, shuffling
from grader.checks.exercises import fit_temperature
from grader.checks.iterators_and_contexts import fit, loop, synthetic_data
from grader.checks.iterators_and_contexts import passes as passes_over_rows
from grader.checks.linreg_scratch.course import CourseSubject
from grader.checks.linreg_scratch.training import course_problem, other_problems
from grader.claims import Refuted
from grader.running import passes, run_check
from tests.rates import lower_bound, noise_safety, tail_beyond, upper_bound
from tests.simulations import (
    BATCH,
    contraction_alone,
    estimates,
    excesses,
    fair_evidence,
    fall_along_an_eigenvector,
    falling,
    largest_evidence,
    noise_alone,
    shares_of_the_interval,
    squared_distances,
    strictest_lean,
    trained,
    uniform_orders,
)
from tests.slightly_wrong import mistakes

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = runpy.run_path(str(ROOT / "scripts/calibrate.py"))
FIRST = "linreg_scratch"
PARTS = {part.id: part for part in checks.parts(FIRST)}
CHECKS = {check.id: check for part in PARTS.values() for check in part.checks}
ALL_CHECKS = {check.id: check for name in checks.assignments() for part in checks.parts(name) for check in part.checks}
EXACT_WHATEVER_IS_DRAWN = {
    "make_loader_deals_2500_batches_of_four",
    "synthetic_data_lives_on_ctx",
    "training_follows_every_step",
}
SHORT = [
    *("--seeds=1", "--reference-seeds=0", "--chance-seeds=0", "--right-seeds=1", "--mistake-seeds=1", "--every=100"),
    *("--shuffles=100", "--leans=20", "--problems=1", "--orders=200", "--draws=40", "--spectra=20", "--jobs=1"),
]
OPTIONS = SCRIPT["parsed"](SHORT)


# Rates.


@pytest.mark.parametrize(
    ("count", "total", "bound"),
    [
        (0, 1, 0.95),
        (0, 59, 1 - 0.05 ** (1 / 59)),
        (1, 1, 1.0),
        (1, 2, 0.974679),  # P(Binomial(2, p) <= 1) = 1 - p^2
        (1, 10, 0.394163),  # Clopper and Pearson's tables for two-sided 90 %
        (5, 10, 0.777559),
        (5, 100, 0.102253),
        (10, 10, 1.0),
    ],
)
def test_the_upper_bound_is_the_exact_one(count: int, total: int, bound: float) -> None:
    assert upper_bound(count, total) == pytest.approx(bound, abs=1e-6)


@pytest.mark.parametrize(("count", "total"), [(1, 7), (30, 40), (3, 100_000), (5_000, 100_000)])
def test_at_the_upper_bound_so_few_are_seen_one_time_in_twenty(count: int, total: int) -> None:
    p = upper_bound(count, total)
    logs = [
        math.lgamma(total + 1) - math.lgamma(i + 1) - math.lgamma(total - i + 1) + i * math.log(p)
        + (total - i) * math.log1p(-p)
        for i in range(count + 1)
    ]  # fmt: skip
    assert sum(map(math.exp, logs)) == pytest.approx(0.05, rel=1e-5)
    assert lower_bound(count, total) < count / total < p
    assert lower_bound(total - count, total) == pytest.approx(1 - p)


def test_bounds_of_the_impossible_are_refused() -> None:
    for count, total in ((-1, 5), (6, 5), (0, 0)):
        with pytest.raises(ValueError, match="count"):
            upper_bound(count, total)


@pytest.mark.parametrize("columns", [2, 6])
def test_a_chi_square_variable_passes_its_safety_factor_less_often_than_designed(columns: int) -> None:
    chi2 = np.random.default_rng(0).chisquare(columns, size=200_000)
    safeties = [noise_safety(level, columns) for level in (1e-1, 1e-2, 1e-3)]
    assert safeties == sorted(safeties)
    for level, safety in zip((1e-1, 1e-2, 1e-3), safeties, strict=True):
        assert math.exp(-columns * (safety - 1 - math.log(safety)) / 2) == pytest.approx(level)
        assert level / 100 < np.mean(chi2 > safety * columns) < level


def test_tails_are_extrapolated_as_they_are() -> None:
    rng = np.random.default_rng(1)
    exponent, by_power, _ = tail_beyond(rng.random(100_000) ** -0.25, 20.0, count=1000)
    assert exponent == pytest.approx(4, rel=0.1)
    assert by_power == pytest.approx(20.0**-4, rel=0.5)
    _, by_power, by_exponential = tail_beyond(rng.exponential(size=100_000), 20.0, count=1000)
    assert by_exponential < 1e-7 < by_power


# Simulations.


def test_the_simulated_statistic_is_the_one_of_the_check() -> None:
    """One grading at a time, `suspicious` finds what many at a time find, at any threshold."""
    rng = np.random.default_rng(3)
    orders = uniform_orders(rng, 40, 200, 12)
    orders[:20, :60] = np.arange(12)  # and unfair ones
    found = largest_evidence(orders, BATCH)
    assert found[:20].min() > shuffling.enough(12, shuffling.FALSE_ALARM) > found[20:].max()
    for level in (0.9, 1e-10):
        called = [shuffling.suspicious(passes, BATCH, level) is not None for passes in orders.tolist()]
        assert called == (found > shuffling.enough(12, level)).tolist()


def test_fair_shuffles_are_called_wrong_less_often_than_designed() -> None:
    found = fair_evidence(np.random.default_rng(4), 300, at_once=70)
    assert len(found) == 300
    assert 0 < (found > shuffling.enough(12, 0.9)).sum() < 270
    assert (found > shuffling.enough(12, 0.1)).sum() < 30
    leans = strictest_lean(np.random.default_rng(5), 30, [0.1, 0.99])
    assert set(leans) <= {0.1, 0.99, 1.0}
    assert (leans <= 0.1).sum() < 3


def test_a_simulated_training_ends_where_the_courses_own_functions_do() -> None:
    problem = next(other_problems(np.random.default_rng(6)))
    ends = trained(problem, np.random.default_rng(7), 200)
    plan = {"lr": problem.lr, "num_epochs": problem.num_epochs, "batch_size": problem.batch_size}
    subject = CourseSubject()
    real = []
    for _ in range(50):
        last = subject.train(problem.features, problem.labels, problem.w, problem.b, **plan).epochs[-1]
        real.append(np.concatenate([last.w.reshape(-1), last.b]))
    for measure in (excesses, squared_distances):
        simulated, found = measure(problem, ends), measure(problem, np.array(real))
        assert np.mean(found) == pytest.approx(np.mean(simulated), rel=0.5)
    loss = [problem.mean_loss(theta) - problem.mean_loss(problem.solution()) for theta in ends]
    np.testing.assert_allclose(excesses(problem, ends), loss, rtol=1e-6, atol=1e-12)


def test_noise_and_the_way_from_the_start_are_told_apart() -> None:
    problem = course_problem(np.random.default_rng(8))
    noisy, exact = noise_alone(problem), contraction_alone(problem)
    assert excesses(noisy, noisy.start()[None])[0] < 1e-12
    assert exact.mean_loss(exact.solution()) < 1e-12
    assert exact.allowed_excess(0.0) == pytest.approx(problem.allowed_excess(0.0), rel=0.01)


def test_simulated_losses_are_those_of_the_training_loop() -> None:
    rng = np.random.default_rng(10)
    X, y, start = fit.problem(rng)
    simulated = falling(rng, X, y, start, 50, num_epochs=2)
    found = []
    for _ in range(10):
        theta, reports = start, []
        for order in uniform_orders(rng, 2, len(X)):
            rows = order.reshape(-1, fit.BATCH_SIZE)
            means, theta = loop.epochs(theta, [(X[some], y[some]) for some in rows], fit.LR, 1)
            reports += means
        found.append(reports)
    np.testing.assert_allclose(np.mean(found, axis=0), simulated.mean(axis=1), rtol=0.01)
    shares = shares_of_the_interval(falling(rng, X, y, start, 20), fit.theory_of(X, y))
    assert shares.shape == (20,)
    assert shares.max() < 0.2
    worst = [fall_along_an_eigenvector(np.random.default_rng(seed), 20).max() for seed in range(3)]
    assert -0.1 < min(worst) <= max(worst) < 0.2


def test_numbers_that_are_not_normal_are_far_from_the_distribution() -> None:
    rng = np.random.default_rng(11)
    limit = synthetic_data.largest_distance(5000)
    assert synthetic_data.distance_from_normal(rng.normal(size=5000)) < limit
    assert synthetic_data.distance_from_normal(1.2 * rng.normal(size=5000)) > limit
    assert synthetic_data.distance_from_normal(np.full(5000, np.nan)) != 0
    one = rng.normal(size=5000)
    assert abs(synthetic_data.togetherness(one, rng.normal(size=5000))) < synthetic_data.LARGEST_Z
    assert synthetic_data.togetherness(one, one + rng.normal(size=5000)) > synthetic_data.LARGEST_Z
    assert math.erfc(synthetic_data.LARGEST_Z / 2**0.5) < synthetic_data.TOGETHER


def test_without_noise_every_way_to_find_a_temperature_finds_it(monkeypatch) -> None:
    monkeypatch.setattr(fit_temperature, "NOISE", 0.0)
    assert all(abs(error) < 1e-6 for error in estimates(np.random.default_rng(12)).values())


def test_shuffles_of_both_assignments_are_tried_in_the_same_circumstances() -> None:
    assert (passes_over_rows.ROWS, passes_over_rows.BATCH, passes_over_rows.PASSES) == (12, BATCH, 200)


# Design rates are stated.


def test_every_check_that_meets_chance_states_its_rate_and_it_is_small() -> None:
    stated = {id for id, check in ALL_CHECKS.items() if check.false_alarm}
    assert {id for id, check in ALL_CHECKS.items() if check.given is None} <= stated | EXACT_WHATEVER_IS_DRAWN
    assert not stated & EXACT_WHATEVER_IS_DRAWN
    assert sum(check.false_alarm for check in ALL_CHECKS.values()) < 1e-5
    assert max(check.false_alarm for id, check in ALL_CHECKS.items() if "uniformly" in id) < 1e-9


# Mistakes.


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda mistake: f"{mistake.part}: {mistake.what}")
def test_a_mistake_of_no_size_is_none(mistake) -> None:
    assert all(passes(check, mistake.subject(0.0), 1) for check in PARTS[mistake.part].checks if check.given is None)
    first = PARTS[mistake.part].checks[0]
    assert passes(first, mistake.subject(0.0), 1)


def test_a_large_mistake_is_seen_by_its_own_part() -> None:
    for mistake in mistakes():
        for sign in mistake.signs:
            subject = mistake.subject(sign * mistake.largest)
            assert not all(passes(check, subject, 1) for check in PARTS[mistake.part].checks), mistake


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_a_verdict_alone_is_the_one_of_a_whole_run(strength: float) -> None:
    [mistake] = [known for known in mistakes() if (known.part, known.what) == ("sgd", "plus e")]
    for check in PARTS["sgd"].checks:
        outcome, _ = run_check(check, mistake.subject(strength), 5)
        assert passes(check, mistake.subject(strength), 5) == (outcome.status == "passed")


def test_the_smallest_strength_is_found() -> None:
    for least in (1e-9, 3.3e-5, 0.4):
        tried = SCRIPT["strengths"](0.5, 1e-10)
        assert tried == sorted(tried, reverse=True)
        assert (tried[0], tried[-1], len(tried)) == (0.5, 1e-10, 31)
        low, high = next((low, high) for high, low in pairwise(tried) if low < least <= high)
        found = SCRIPT["smallest_between"](low, high, lambda strength, least=least: strength >= least)
        assert least <= found <= 1.06 * least


def test_a_gap_above_the_smallest_strength_is_told() -> None:
    """What only float64 shows is seen by one check; what is larger, by others."""
    number = next(i for i, known in enumerate(mistakes()) if (known.part, known.what) == ("linreg", "w times (1 + e)"))
    seen = SCRIPT["look_for"]((number, 1, "linreg", (1,)))
    assert 1e-13 < seen.checks["linreg_keeps_float64"] < 1e-11
    assert 1e-6 < seen.checks["linreg_computes_Xw_plus_b"] < 1e-4
    assert all(min(seen.checks.values()) < gap < 1e-4 for gap in seen.gaps)


# The script.


@pytest.mark.study
def test_a_short_calibration_finds_nothing_wrong_and_prints_its_tables(monkeypatch, capsys) -> None:
    monkeypatch.setitem(SCRIPT["main"].__globals__, "MORE", 1)
    assert SCRIPT["main"](SHORT) == 0
    printed = capsys.readouterr().out
    assert [line for line in printed.splitlines() if line.startswith("## ")] == [
        "## False alarms",
        "## Design rates",
        "## Sensitivity",
    ]
    for name in checks.assignments():
        assert f"### {name}\n" in printed
    for check in ALL_CHECKS.values():
        assert f"| {check.id} | {SCRIPT['stated'](check)} | " in printed
    assert "| data_iter | a pass repeats the order of the one before, with probability e | data_iter_" in printed
    assert SCRIPT["main"](["design", *SHORT]) == 0
    assert capsys.readouterr().out in printed


def test_a_check_that_is_too_strict_is_reported(monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    def too_strict(subject, rng) -> None:
        found = subject.batches(np.arange(12.0).reshape(-1, 1), np.arange(12.0), 12, passes=200, limit=2)
        firsts = [float(batches[0].pair[0].values[0, 0]) for batches in found.passes]
        if max(map(firsts.count, firsts)) > 17:  # 200 / 12 are expected
            raise Refuted("A row comes first too often.")

    part = PARTS["data_iter"]
    strict = replace(CHECKS["data_iter_shuffles_all_examples_uniformly"], body=too_strict)
    broken = {"data_iter": replace(part, checks=(strict,))}
    monkeypatch.setitem(SCRIPT["main"].__globals__, "PARTS", {FIRST: broken})
    assert SCRIPT["main"](["false-alarms", f"--assignment={FIRST}", *SHORT]) == 1
    printed = capsys.readouterr().out
    assert "FALSE ALARM: the course's own failed data_iter_shuffles_all_examples_uniformly at seed " in printed
    assert f"| data_iter_shuffles_all_examples_uniformly | {strict.false_alarm:.2g} | 10 | 10 | 1 | 1 |" in printed


def test_a_threshold_that_is_too_low_is_reported(monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(shuffling, "enough", lambda n, false_alarm: -math.log(false_alarm))
    assert not SCRIPT["shuffles_as_designed"](OPTIONS)
    assert "ABOVE ITS DESIGN: the test for uniform shuffles" in capsys.readouterr().out


def test_trainings_that_come_near_their_threshold_are_reported(monkeypatch, capsys) -> None:
    monkeypatch.setattr(SCRIPT["training"], "NOISE_SAFETY", 3.0)
    assert not SCRIPT["trainings_as_designed"](OPTIONS)
    assert "TOO NEAR" in capsys.readouterr().out


def test_a_check_that_is_too_strict_for_a_submission_is_reported(monkeypatch, capsys) -> None:
    [part] = [part for part in checks.parts("exercises") if part.id == "epoch_loss"]

    def too_strict(subject, rng) -> None:
        if subject.call("epoch_loss", np.ones(1), np.ones(1)):
            raise Refuted("It gives something.")

    strict = replace(part.checks[0], body=too_strict, given=None)
    parts = {"exercises": {part.id: replace(part, checks=(strict,))}}
    monkeypatch.setitem(SCRIPT["main"].__globals__, "PARTS", parts)
    arguments = ["false-alarms", "--assignment=exercises", *SHORT, "--chance-seeds=3", "--every=1"]
    assert SCRIPT["main"](arguments) == 1
    printed = capsys.readouterr().out
    for who in ("the reference", "epoch_loss_uses_numpy"):
        assert f"FALSE ALARM: {who} failed {strict.id} at seed " in printed
    assert f"| {strict.id} | exact | 4 | 4 | 1 | 1 |" in printed


def test_draws_falls_and_temperatures_that_come_near_their_thresholds_are_reported(monkeypatch, capsys) -> None:
    monkeypatch.setattr(SCRIPT["synthetic_data"], "largest_distance", lambda n, level=1e-10: 0.3 / n**0.5)
    assert not SCRIPT["draws_as_designed"](OPTIONS)
    assert "ABOVE ITS DESIGN: the test for a distribution" in capsys.readouterr().out
    heavy = {"heavy": lambda rng, orders: rng.random(orders) ** -0.5 / 20}
    monkeypatch.setitem(SCRIPT["main"].__globals__, "FALLS", heavy)
    assert not SCRIPT["falls_as_designed"](OPTIONS)
    assert "TOO NEAR: losses" in capsys.readouterr().out
    monkeypatch.setattr(SCRIPT["fit_temperature"], "NOISY", 0.002)
    assert not SCRIPT["temperatures_as_designed"](OPTIONS)
    assert "TOO NEAR: a sensible way" in capsys.readouterr().out


def test_several_processes_give_what_one_gives() -> None:
    alone, together = ([*SCRIPT["spread"](jobs, abs, [-1, 2, -3])] for jobs in (1, 2))
    assert alone == together == [1, 2, 3]
