"""The gallery of messages shows what students read, and leaves no check and no known mistake out."""

from __future__ import annotations

import html
import runpy
from pathlib import Path

import mxnet  # noqa: F401 (its import warns; better here than within the script)
import pytest

from grader import checks
from grader.classroom import check

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = runpy.run_path(str(ROOT / "scripts/messages.py"))
PARTS = checks.parts("linreg_scratch")


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.id)
def test_every_check_has_an_entry_in_which_it_fails(part):
    shown = set().union(*(SCRIPT["WRONG"][name] for name in SCRIPT["chosen"](part.id)))
    assert {check.id for check in part.checks} <= shown


def test_every_wrong_submission_has_an_entry():
    assert set().union(*(SCRIPT["chosen"](part.id) for part in PARTS)) == set(SCRIPT["WRONG"])


def test_every_known_mistake_is_shown_or_listed_at_the_end():
    named = set().union(*SCRIPT["NAMED"].values())
    never = {id: {mistake.id for mistake in mistakes} for id, mistakes in SCRIPT["never_made"]().items()}
    for part in PARTS:
        assert {mistake.id for mistake in part.misconceptions} - never[part.id] <= named
    assert sum(map(len, never.values())) < 80


def test_a_page_and_a_text_are_written_with_the_reports_that_notebooks_show(tmp_path, capsys):
    names = ["sgd_forgets_batch_size", "linreg_uses_the_at_sign"]
    SCRIPT["main"]([*names, "--to", str(tmp_path)])
    assert capsys.readouterr().out.split() == [str(tmp_path / name) for name in ("index.html", "messages.txt")]
    page, text = ((tmp_path / name).read_text(encoding="utf-8") for name in ("index.html", "messages.txt"))
    for name in names:
        function = name.partition("_")[0]
        path = ROOT / "tests/submissions/wrong" / f"{name}.py"
        check(function, SCRIPT["load"](path, SCRIPT["RIGHT"])[function])
        seen = capsys.readouterr().out.strip()
        entry = SCRIPT["wrong"](name, function)
        assert entry.text == seen
        assert seen in text
        assert entry.page in page
        source = path.read_text(encoding="utf-8").strip()
        assert source in text
        assert source in html.unescape(page)


def test_what_is_told_where_nothing_can_be_compared(capsys):
    entries = {entry.title: entry.text for entry in SCRIPT["without_failure"]()}
    assert entries["everything is right"].count("passed") == 5
    assert entries["all_stubs_left_alone"] == "linreg: 0 of 7 points\n  linreg is not implemented yet."
    assert entries["there is no such function"] == "sgd: 0 of 7 points\n  There is no function called sgd."
    assert "timed out" in entries["data_iter_hangs"]
    if not capsys.readouterr().err:  # where the machine has a sandbox
        assert "sgd ended the whole process." in entries["ends_the_process"]


def test_an_unknown_submission_is_refused_in_a_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit):
        SCRIPT["main"](["nonsense", "--to", str(tmp_path)])
    assert "there is no wrong submission called nonsense" in capsys.readouterr().err
