"""Whatever lies in a submission's folder becomes a notebook or a reason; whatever stands in a notebook, a result."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from grader import checks
from grader.frame import as_markdown, as_notebook
from grader.grading import Assignment, grade_notebook, recognise
from grader.intake import Accepted, Refused, Slip, shown, take_file, take_folder
from grader.notebook import Unreadable, assemble, read
from grader.seeds import PUBLIC_SEED
from grader.student_ids import problem_with_id
from tests.malformed import NAME, NOTEBOOK, SOLVED, Book, Case, cases, half_solved

SOURCE = Path(__file__).parents[1] / "assignments" / NAME / NOTEBOOK
COURSE = Assignment.load(NAME, SOURCE.read_bytes())
FRAME = nbformat.read(SOURCE, as_version=4)
BOOK = half_solved(SOURCE)
CASES = cases()
TAKEN = [case for case in CASES if not case.refused]
FUZZ_EXAMPLES = int(os.environ.get("GRADER_FUZZ_EXAMPLES", "0"))
"""How many examples the fuzz takes; its usual few, always the same, if this is not set."""


@pytest.fixture
def submitted(tmp_path) -> Path:
    (tmp_path / "submitted").mkdir()
    return tmp_path / "submitted"


def take(case: Case, submitted: Path) -> Accepted | Refused:
    case.hand_in(submitted, BOOK)
    return take_folder(submitted, case.student, NAME, assignments=[COURSE])


def everything(folder: Path) -> list[tuple[str, int, int]]:
    """Names, kinds and sizes of all that lies there, without following or opening anything."""
    found = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            status = os.lstat(os.path.join(place, name))
            found.append((os.path.join(place, name), status.st_mode, status.st_size))
    return sorted(found)


# the cases


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_submission_is_taken_in_or_refused_with_its_reason(case, submitted):
    found = take(case, submitted)
    before = everything(submitted)
    assert take_folder(submitted, case.student, NAME, assignments=[COURSE]) == found
    assert everything(submitted) == before
    if case.refused and not problem_with_id(case.student):
        assert isinstance(found, Refused)
        assert case.refused in found.reason
        assert found.reason.endswith(".")
        assert found.reason.isprintable()
        assert len(found.reason) < 1000
    else:
        assert isinstance(found, Accepted)


@pytest.mark.parametrize("case", [case for case in TAKEN if case.note], ids=lambda case: case.name)
def test_what_is_out_of_the_ordinary_is_told(case, submitted):
    found = take(case, submitted)
    notes = "\n".join([*found.notes, *assemble(read(found.data), COURSE.parts, COURSE.cells).notes])
    assert case.note in notes
    assert len(notes) < 1000
    assert all(line.isprintable() and line.endswith(".") for line in notes.splitlines())


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: case.name)
def test_what_nbgrader_is_given_has_the_instructors_cells_and_marks(case, submitted):
    check_frame(take(case, submitted).data)


def check_frame(data: bytes) -> None:
    """What nbgrader is given is a valid notebook in which the instructor's cells are as they were."""
    book = as_notebook(assemble(read(data), COURSE.parts, COURSE.cells), FRAME, ("a note",))
    nbformat.validate(book)
    MetadataValidator().validate_nb(book)
    given = {cell.metadata.nbgrader.grade_id: cell for cell in book.cells if "nbgrader" in cell.metadata}
    wanted = {cell.metadata.nbgrader.grade_id: cell for cell in FRAME.cells if "nbgrader" in cell.metadata}
    assert sum("nbgrader" in cell.metadata for cell in book.cells) == len(given)
    assert set(given) - set(wanted) == set()
    for grade_id, cell in wanted.items():
        marks = cell.metadata.nbgrader
        if marks.locked or marks.grade:
            assert given[grade_id].cell_type == cell.cell_type
            assert marks.solution or given[grade_id].source == cell.source
        if grade_id in given:
            assert given[grade_id].metadata == {"nbgrader": marks}
    assert book.metadata == FRAME.metadata
    assert not any("attachments" in cell or cell.get("outputs") for cell in book.cells)


@pytest.mark.slow
@pytest.mark.parametrize("case", TAKEN, ids=lambda case: case.name)
def test_a_broken_submission_gets_what_can_still_be_seen_to_be_right(case, submitted, forkserver):
    found = take(case, submitted)
    result = grade_notebook(found.data, [COURSE], forkserver, name="n.ipynb", seed=PUBLIC_SEED, notes=found.notes)
    assert {part.id: part.score for part in result.parts if part.id in SOLVED} == case.points, result.parts
    assert result.score == sum(case.points.values())
    assert case.note in result.reason


def test_the_cases_are_many_and_each_says_what_it_is():
    assert len(CASES) >= 60
    for case in CASES:
        text = (Path(__file__).parent / "submissions" / "malformed" / f"{case.name}.py").read_text(encoding="utf-8")
        assert re.match(r'"""[A-Z].*\."""\n', text), case.name
        assert case.refused or not problem_with_id(case.student)


def test_the_book_that_the_cases_break_is_ordinary():
    assembled = assemble(read(BOOK.data), COURSE.parts, COURSE.cells)
    assert assembled.notes == ()
    assert [cell.source for cell in assembled.cells] == ["".join(cell["source"]) for cell in BOOK.cells]


# cells


def cells_of(book: Book) -> dict[str, Any]:
    assembled = assemble(read(book.data), COURSE.parts, COURSE.cells)
    return {cell.grade_id: cell for cell in assembled.cells if cell.grade_id}


def test_both_halves_of_a_written_answer_reach_the_person_who_marks_it():
    book = BOOK.copy()
    book.cells.append({**book["why_reshape"], "source": "The other half."})
    assert cells_of(book)["why_reshape"].source == "Broadcasting, in my own words.\n\nThe other half."


def test_a_written_answer_in_a_code_cell_is_shown_and_not_run():
    book = BOOK.copy()
    book["why_reshape"].update(cell_type="code", source="boom()", outputs=[], execution_count=None)
    assembled = assemble(read(book.data), COURSE.parts, COURSE.cells)
    assert "boom()" not in [cell.source for cell in assembled.code]
    assert ("markdown", "boom()", "why_reshape") in [(c.type, c.source, c.grade_id) for c in assembled.cells]


def test_a_deleted_answer_waits_for_a_person_and_does_not_look_like_an_untouched_one():
    book = BOOK.copy()
    del book.cells[book.place("why_reshape")]
    source = cells_of(book)["why_reshape"].source
    assert "was missing from the submission" in source
    assert "solution" not in source.lower()


# names, dates, texts


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a b.txt", "'a b.txt'"),
        ("größe.py", "'größe.py'"),
        ("a\nb\x1b[2J\u202e.txt", "'a\ufffdb\ufffd[2J\ufffd.txt'"),
        (os.fsdecode(b"\xff.txt"), "'\ufffd.txt'"),
        ("x" * 60, f"'{'x' * 60}'"),
        ("x" * 255, f"'{'x' * 59}…'"),
    ],
)
def test_file_names_are_shown_in_one_short_line(name, text):
    assert shown(name) == text


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("2026-01-31 23:59:59.123456 UTC", True),
        ("2026-01-31 23:59:59 CEST\n", True),
        ("2026-01-31 23:59:59 +0200", True),
        ("2026-01-31 23:59:59.000000", True),
        ("", False),
        ("yesterday", False),
        ("2026-02-30 00:00:00 UTC", False),
        ("2026-01-31 25:00:00 UTC", False),
        ("2026-01-31 23:59:59.123456 -03", True),
        ("2026-01-31T23:59:59.123456+05:45", True),
        ("2026-01-31T23:59:59Z", True),
        ("2026-01-31T23:59:59 PM", False),
        ("2026-01-31 23:59:59+24:00", False),
        ("0001-01-01 00:00:00 CET", False),
        ("9999-12-31 23:59:59 -1200", False),
        ("2026-01-31 23:59:59 ../../etc/passwd", False),
        ("2026-01-31 23:59:59 UTC\n2027-01-01 00:00:00 UTC", False),
        ("٢٠٢٦-01-31 23:59:59 UTC", False),
        ("2026-01-31 23:59:59 UTC" + " " * 300, False),
    ],
)
def test_a_date_is_taken_only_as_nbgrader_writes_it(tmp_path, text, taken):
    BOOK.save(tmp_path / "ada")
    (tmp_path / "ada" / "timestamp.txt").write_text(text, encoding="utf-8")
    found = take_folder(tmp_path, "ada", assignments=[COURSE])
    assert isinstance(found, Accepted)
    assert found.slip.timestamp == (text.strip() if taken else "")
    assert bool(found.notes) is not taken


@pytest.mark.parametrize(
    ("text", "taken"),
    [("0123456789abcdef" * 8, True), ("", False), ("../../x", False), ("0" * 128 + "\n" + "1" * 128, False)],
)
def test_a_secret_is_taken_only_as_nbgrader_writes_it(tmp_path, text, taken):
    BOOK.save(tmp_path / "ada")
    (tmp_path / "ada" / "submission_secret.txt").write_text(text, encoding="utf-8")
    found = take_folder(tmp_path, "ada", assignments=[COURSE])
    assert isinstance(found, Accepted)
    assert found.slip.secret == (text if taken else "")
    assert bool(found.notes) is not taken


def test_what_nbgrader_and_jupyter_leave_behind_is_not_worth_a_word(tmp_path):
    BOOK.save(tmp_path / "ada")
    for name in ("feedback", ".ipynb_checkpoints", "__pycache__", ".hypothesis"):
        (tmp_path / "ada" / name).mkdir()
    assert take_folder(tmp_path, "ada", assignments=[COURSE]) == Accepted(COURSE, BOOK.data, tuple(read(BOOK.data)))


def test_a_refusal_keeps_the_date(tmp_path):
    BOOK.save(tmp_path / "ada").write_bytes(b"")
    (tmp_path / "ada" / "timestamp.txt").write_text("2026-01-31 23:59:59 UTC", encoding="utf-8")
    assert take_folder(tmp_path, "ada", assignments=[COURSE]) == Refused(
        "linreg_scratch.ipynb cannot be graded. The file is empty.", Slip("2026-01-31 23:59:59 UTC")
    )


def test_with_several_assignments_the_notebooks_name_decides_and_then_its_cells(tmp_path):
    other = replace(COURSE, name="other", parts=(), cells=())
    BOOK.save(tmp_path / "ada")
    assert take_folder(tmp_path, "ada", assignments=[other, COURSE]) == Accepted(
        COURSE, BOOK.data, tuple(read(BOOK.data))
    )
    BOOK.save(tmp_path / "bob", "mine.ipynb")
    found = take_folder(tmp_path, "bob", assignments=[other, COURSE])
    assert isinstance(found, Accepted)
    assert found.assignment is COURSE
    BOOK.save(tmp_path / "ada", "other.ipynb")
    assert take_folder(tmp_path, "ada", assignments=[other, COURSE]) == Refused(
        "There are notebooks of several assignments: 'other', 'linreg_scratch'."
    )


def test_a_folder_that_is_not_there_is_refused_as_well(tmp_path):
    refused = Refused("The submission's folder cannot be read. It does not exist.")
    assert take_folder(tmp_path, "ada", NAME, assignments=[COURSE]) == refused
    assert take_file(tmp_path / "gone.ipynb", [COURSE]) == Refused("It does not exist.")


def test_a_hard_link_is_refused_in_a_submission_and_taken_from_ones_own_hand(tmp_path):
    BOOK.save(tmp_path / "ada")
    os.link(tmp_path / "ada" / NOTEBOOK, tmp_path / "other.ipynb")
    assert isinstance(take_folder(tmp_path, "ada", assignments=[COURSE]), Refused)
    assert take_file(tmp_path / "other.ipynb", [COURSE]) == Accepted(COURSE, BOOK.data, tuple(read(BOOK.data)))


def test_a_folder_full_of_files_is_listed_in_a_few_words(tmp_path):
    (tmp_path / "ada").mkdir()
    for number in range(3000):
        (tmp_path / "ada" / f"{number:04}.txt").touch()
    found = take_folder(tmp_path, "ada", assignments=[COURSE])
    assert isinstance(found, Refused)
    assert found.reason.endswith("only '0000.txt', '0001.txt', '0002.txt', '0003.txt', '0004.txt' and 2995 more.")


HOSTILE_TEXTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "`</code><svg onload=alert(1)>`",
    "$\\href{javascript:alert(1)}{x}$ \\(x\\) \\begin{x}",
    "# title\n\n- list\n\n```\ncode\n```\n\n| a |\n|---|",
    "&lt;b&gt; &#60;script&#62;",
    "__bold__ *it* ~~gone~~ <http://example.org>",
)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_text_on_a_page_is_text(text):
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    page = markdown2html_mistune(f"## Title\n\nA reason: {as_markdown(text)}")
    assert re.findall(r"<(\w+)", page) == ["h2", "a", "p"]
    body = page[page.index("<p>") :]
    assert "$" not in body
    assert "\\" not in body


# any notebook at all


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 2**70)
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["code", "markdown", "raw", "sgd", "check_sgd", "setup", "why_reshape", "../x", "\ud800", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["nbgrader", "grade_id", "source", "cell_type", "points", "tags"]), inner)
    ),
    max_leaves=4,
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A half solved notebook after a few accidents: to its cells, to anything inside of it, or to its bytes."""
    document = BOOK.copy().document
    for accident in draw(st.lists(st.sampled_from(["drop", "copy", "move", "swap", "value", "key"]), max_size=6)):
        cells = document.get("cells") if isinstance(document, dict) else None
        if accident in ("value", "key"):
            _disturb(draw, document, accident)
        elif isinstance(cells, list) and cells:
            at, to = draw(st.integers(0, len(cells) - 1)), draw(st.integers(0, len(cells) - 1))
            if accident == "drop":
                del cells[at]
            elif accident == "copy":
                cells.insert(to, json.loads(json.dumps(cells[at])))
            elif accident == "move":
                cells.insert(to, cells.pop(at))
            elif isinstance(cells[at], dict) and isinstance(cells[to], dict):
                cells[at]["metadata"], cells[to]["metadata"] = cells[to].get("metadata"), cells[at].get("metadata")
    data = json.dumps(document).encode()
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(data) - 1))
        data = data[:at] + draw(st.binary(max_size=4)) + data[at + draw(st.integers(0, 8)) :]
    return data


def _disturb(draw: st.DrawFn, document: Any, accident: str) -> None:
    """Put something else somewhere inside, at any depth, or take it away."""
    node = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        inner = node[key]
        if isinstance(inner, (dict, list)) and inner and draw(st.integers(0, 4)):
            node = inner
        elif accident == "key":
            del node[key]
            return
        else:
            node[key] = draw(JSON)
            return


def fuzz(usual: int):
    """A property-based test with the usual number of examples, or as many as the environment asks for.

    The usual ones are the same every time; those that are asked for differ with the seed that pytest is given
    (`--hypothesis-seed`).
    """
    return settings(
        max_examples=FUZZ_EXAMPLES or usual,
        derandomize=not FUZZ_EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@fuzz(60)
@given(mutated())
def test_any_notebook_at_all_is_refused_or_put_into_the_frame(data):
    try:
        recognise(data, [COURSE])
    except Unreadable:
        return
    check_frame(data)


@pytest.mark.slow
@fuzz(15)
@given(data=mutated())
def test_any_notebook_at_all_becomes_a_result(forkserver, data):
    quick = replace(COURSE, parts=tuple(part for part in checks.parts(NAME) if part.id == "sgd"))
    result = grade_notebook(data, [quick], forkserver, name="n.ipynb", seed=PUBLIC_SEED)
    if result.status == "ungradable":
        assert result.score is None
        assert "The grader failed" not in result.reason
    else:
        assert 0 <= result.score <= quick.max_score
        assert [part.id for part in result.parts] == ["sgd"]
