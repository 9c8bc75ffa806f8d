"""`check` and `when_ready` as a notebook uses them."""

import gc
import os
import random

import IPython
import IPython.display
import mxnet as mx
import numpy as np
import pytest
from mxnet import nd

from grader import check, part_runner, when_ready
from grader.classroom import show
from grader.results import Outcome, Part
from grader.seeds import PUBLIC_SEED
from solutions.linreg import linreg, sgd, squared_loss


def stub(X, w, b):
    raise NotImplementedError


def test_a_right_function_earns_its_points_and_a_report(capsys):
    earned = check("linreg", linreg)
    assert isinstance(earned, float)
    said = capsys.readouterr().out
    assert said.startswith(f"linreg: {earned:g} of {earned:g} points\n")
    assert "failed" not in said


def test_a_stub_earns_nothing_and_one_sentence(capsys):
    assert check("linreg", stub) == 0.0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].strip() == "linreg is not implemented yet."


def test_a_wrong_function_earns_less_and_is_shown_why(capsys):
    earned = check("squared_loss", lambda y_hat, y: 2 * squared_loss(y_hat, y))
    said = capsys.readouterr().out
    assert 0 < earned < 6
    assert " input " in said
    assert "y_hat = " in said


def test_a_function_under_another_name_is_checked_all_the_same(capsys):
    assert check("sgd", lambda *arguments: sgd(*arguments)) == 7.0


def test_the_same_functions_get_the_same_report_every_time(capsys):
    def biased(X, w, b):
        return nd.dot(X, w) + 2 * b

    reports = []
    for seed in (1, 2):
        np.random.seed(seed), random.seed(seed), mx.random.seed(seed)
        check("linreg", biased)
        reports.append(capsys.readouterr().out)
    assert reports[0] == reports[1]
    assert "b = [1]" in reports[0]


def test_wrong_use_is_told_with_the_right_one():
    with pytest.raises(LookupError, match=r"There is no part called 'sdg'\. There are: .*data_iter, linreg"):
        check("sdg", sgd)
    with pytest.raises(TypeError, match=r"takes 1 function\(s\), got 0: check\('sgd', sgd\)"):
        check("sgd")
    usage = r"takes 4 function\(s\), got 1: check\('training', data_iter, linreg, squared_loss, sgd\)"
    with pytest.raises(TypeError, match=usage):
        check("training", sgd)


def test_the_notebooks_own_random_numbers_go_on_undisturbed(capsys):
    def draws_before_and_after(seed: int, between) -> list[float]:
        random.seed(seed), np.random.seed(seed), mx.random.seed(seed)
        between()
        return [random.random(), np.random.rand(), nd.random.uniform(shape=(1,)).asscalar()]

    calm = draws_before_and_after(1, lambda: None)
    checked = draws_before_and_after(1, lambda: check("linreg", linreg))
    assert checked[:2] == calm[:2]
    assert checked == draws_before_and_after(1, lambda: check("linreg", stub))
    assert checked[2] != draws_before_and_after(2, lambda: check("linreg", linreg))[2]


def test_randomness_is_restored_after_an_exception(monkeypatch):
    def interrupted(*arguments):
        np.random.seed(0)
        raise KeyboardInterrupt

    monkeypatch.setattr(part_runner, "run_part", interrupted)
    np.random.seed(9)
    expected = np.random.RandomState(9).rand()
    with pytest.raises(KeyboardInterrupt):
        check("linreg", linreg)
    assert np.random.rand() == expected


def test_a_collection_of_garbage_in_a_check_passes_over_what_is_older(capsys):
    frozen = []

    def linreg(X, w, b):
        frozen.append(gc.get_freeze_count())
        return nd.dot(X, w) + b

    assert check("linreg", linreg) == 7
    assert min(frozen) > 1000
    assert gc.get_freeze_count() == 0


def test_students_check_with_the_public_seed_whatever_their_environment_says(monkeypatch, capsys):
    seeds = []
    run_part = part_runner.run_part
    monkeypatch.setattr(
        part_runner, "run_part", lambda spec, subject, seed: seeds.append(seed) or run_part(spec, subject, seed)
    )
    monkeypatch.setenv("GRADER_SEED", "17")
    check("linreg", stub)
    assert seeds == [PUBLIC_SEED]


def test_when_ready_waits_for_stubs_only(capsys):
    with when_ready():
        print("before")
        stub(1, 2, 3)
        print("never")
    assert capsys.readouterr().out == (
        "before\nNot implemented yet: write the function above, then run this cell again.\n"
    )
    with pytest.raises(ZeroDivisionError), when_ready():
        1 / 0  # noqa: B018


def test_in_a_notebook_the_report_comes_as_text_and_as_a_page(monkeypatch):
    shown = []
    monkeypatch.setattr(IPython, "get_ipython", object)
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: shown.append((bundle, raw)))
    passed = Outcome(id="c", status="passed", points=2, max_points=2, claim="It holds.")
    show(Part(id="sgd", score=2, max_score=2, checks=(passed,)))
    [(bundle, raw)] = shown
    assert raw
    assert list(bundle) == ["text/plain", "text/html"]
    assert bundle["text/plain"].startswith("sgd: 2 of 2 points")
    assert "<section" in bundle["text/html"]


def test_the_environment_is_left_alone(monkeypatch, capsys):
    before = dict(os.environ)
    check("linreg", stub)
    assert dict(os.environ) == before
