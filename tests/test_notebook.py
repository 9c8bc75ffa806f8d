"""Any bytes at all are a notebook or a reason; what is run keeps the student's cells and the assignment's own."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import notebook as notebooks
from grader.claims import PartSpec
from grader.notebook import MAX_BYTES, Cell, Unreadable, belongs_to, check_call, read

PARTS = (PartSpec("sgd", ("sgd",), ()), PartSpec("training", ("linreg", "sgd"), ()))
CHECK_SGD, CHECK_TRAINING = (Cell("code", check_call(part), f"check_{part.id}") for part in PARTS)
SETUP = Cell("code", "import mxnet", "setup", locked=True)
HELPERS = Cell("code", "def helper(): ...", "helpers", locked=True)
ASSIGNMENT = (
    Cell("markdown", "# Sgd", "title", locked=True),
    SETUP,
    Cell("code", "def linreg(): return 'the solution'", "linreg"),
    HELPERS,
    Cell("code", "def sgd(): return 'the solution'", "sgd"),
    Cell("code", "check('sgd', sgd)", "check_sgd", locked=True),
    Cell("markdown", "An answer.", "why"),
    Cell("code", "own = 'the solution'", "own_tests"),
    Cell("code", "check('training', linreg, sgd)", "check_training", locked=True),
)
LINREG, SGD = Cell("code", "def linreg(): ...", "linreg"), Cell("code", "def sgd(): ...", "sgd")
OWN = Cell("code", "print('mine')")


def notebook(*cells: object, **changes: object) -> bytes:
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **changes}
    return json.dumps(document).encode()


def code(source: object = "x = 1", **metadata: object) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


# reading


def test_cells_are_read_with_their_types_sources_and_grade_ids():
    found = read(
        notebook(
            {"cell_type": "markdown", "source": ["# Title\n", "text"], "metadata": {}},
            code("x = 1\ny = 2", nbgrader={"grade_id": "sgd", "locked": False, "points": 100}, tags=["remove"]),
            code(["z\n"], nbgrader={"grade_id": "setup", "locked": True}),
            {"cell_type": "raw", "source": ""},
        )
    )
    assert found == [
        Cell("markdown", "# Title\ntext"),
        Cell("code", "x = 1\ny = 2", "sgd"),
        Cell("code", "z\n", "setup", locked=True),
        Cell("raw", ""),
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_no_obstacle():
    assert read(b"\xef\xbb\xbf" + notebook(code())) == [Cell("code", "x = 1")]
    assert read(notebook(code()).replace(b", ", b",\r\n")) == [Cell("code", "x = 1")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty."),
        (b" \n\t ", "The file is empty."),
        (b"\xff\xfe{\x00}\x00", "not UTF-8 text"),
        (notebook(code("é")).replace(b"\\u00e9", b"\xe9"), "not UTF-8 text"),
        (notebook(code()).decode().encode("utf-16"), "not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8 text"),
        (b"hello", "not JSON"),
        (b"%PDF-1.7", "not JSON"),
        (b"PK\x03\x04", "not JSON"),
        (b"\x00\x00", "not JSON"),
        (notebook(code())[:-20], "not JSON"),
        (notebook(code()) + b"}", "not JSON"),
        (b"<<<<<<< HEAD\n" + notebook(code()), "not JSON"),
        (b'{"cells": ' + b"[" * 100_000, "nested too deeply"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000, "nested too deeply"),
        (b"[]", "has no cells"),
        (b"null", "has no cells"),
        (b'"cells"', "has no cells"),
        (b"12", "has no cells"),
        (b"NaN", "has no cells"),
        (b"{}", "has no cells"),
        (notebook(cells={"0": code()}), "has no cells"),
        (notebook(cells=None), "has no cells"),
        (notebook(nbformat=3), "has format 3"),
        (notebook(nbformat=5), "has format 5"),
        (notebook(nbformat="4"), "has format 4"),
        (notebook(nbformat=None), "has format None"),
        (notebook(nbformat=float("nan")), "has format nan"),
        (notebook(nbformat=[[]] * 1000), "format 4 is needed"),
        (notebook(nbformat=10**4000), "format 4 is needed"),
        (b'{"cells": [], "nbformat": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"worksheets": [{"cells": []}], "nbformat": 3}', "has no cells"),
        (notebook("x = 1"), "Cell 1 is not an object"),
        (notebook(code(), None), "Cell 2 is not an object"),
        (notebook([code()]), "Cell 1 is not an object"),
        (notebook({}), "Cell 1 has no known type"),
        (notebook({"cell_type": "heading", "source": ""}), "Cell 1 has no known type"),
        (notebook({"cell_type": ["code"], "source": ""}), "Cell 1 has no known type"),
        (notebook(code(), code(None)), "source of cell 2 is not text"),
        (notebook(code(3)), "source of cell 1 is not text"),
        (notebook(code({"text": "x"})), "source of cell 1 is not text"),
        (notebook(code(["x", 1])), "source of cell 1 is not text"),
        (notebook(code([["x"]])), "source of cell 1 is not text"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:24]),
)
def test_what_is_no_notebook_is_refused_with_a_reason(data, reason):
    with pytest.raises(Unreadable, match=reason) as caught:
        read(data)
    assert len(str(caught.value)) < 400
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("depth", range(900, 1000, 7))
def test_nesting_close_to_pythons_limit_is_refused_as_well(depth):
    with pytest.raises(Unreadable):
        read(b'{"cells": [], "nbformat": ' + b"[" * depth + b"]" * depth + b"}")


def test_the_size_limit_is_exact():
    full = notebook(code())
    assert read(full + b" " * (MAX_BYTES - len(full))) == [Cell("code", "x = 1")]
    with pytest.raises(Unreadable, match="10 MiB; at most 10 are read"):
        read(full + b" " * (MAX_BYTES - len(full) + 1))


def test_lone_surrogates_do_not_get_in():
    [cell] = read(notebook(code("x = '\ud800'", nbgrader={"grade_id": "\ud800sgd"})))
    assert (cell.source, cell.grade_id) == ("x = '?'", "?sgd")
    [cell] = read(notebook(code("x = '🙂'")))
    assert cell.source == "x = '🙂'"


@pytest.mark.parametrize(
    "metadata", [None, [], "x", {"nbgrader": None}, {"nbgrader": []}, {"nbgrader": {}}, {"nbgrader": {"grade_id": ""}}]
)
def test_odd_metadata_is_no_metadata(metadata):
    assert read(notebook({**code(), "metadata": metadata})) == [Cell("code", "x = 1")]


@pytest.mark.parametrize("grade_id", [None, 3, ["sgd"], {"a": 1}, True])
@pytest.mark.parametrize("locked", [None, 1, "true", [True]])
def test_a_grade_id_is_a_text_and_locked_is_true(grade_id, locked):
    assert read(notebook(code(nbgrader={"grade_id": grade_id, "locked": locked}))) == [Cell("code", "x = 1")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "nbformat", "cell_type", "source", "metadata", "nbgrader", "grade_id"]), inner
        )
    ),
    max_leaves=5,
)


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(st.lists(JSON | st.fixed_dictionaries({"cell_type": st.just("code"), "source": JSON, "metadata": JSON})))
def test_any_json_at_all_is_cells_or_a_reason(cells):
    try:
        found = read(notebook(*cells))
    except Unreadable:
        return
    assert len(found) == len(cells)
    assert all(isinstance(cell.source, str) for cell in found)


@settings(derandomize=True, database=None, deadline=None, max_examples=100)
@given(st.binary(max_size=60))
def test_any_bytes_at_all_are_refused_in_a_sentence(data):
    with pytest.raises(Unreadable):
        read(data)


# which assignment


def test_a_notebook_belongs_to_the_assignment_whose_cells_it_has():
    assert belongs_to([], PARTS) == 0
    assert belongs_to([OWN, Cell("markdown", "", "title")], PARTS) == 0
    assert belongs_to([SGD, SGD, CHECK_SGD], PARTS) == 2
    assert belongs_to(ASSIGNMENT, PARTS) == 4


# putting together: what is run


def assemble(cells, parts, assignment=()) -> list[Cell]:
    """The code cells alone: most of what follows is about those."""
    return notebooks.assemble(cells, parts, assignment).code


def test_an_honest_notebook_runs_as_it_stands_with_our_checks_for_theirs():
    theirs = [Cell("markdown", "# Sgd"), SETUP, LINREG, HELPERS, OWN, SGD, Cell("code", "1.0", "check_sgd")]
    assert assemble([*theirs, Cell("code", "check()", "check_training")], PARTS, ASSIGNMENT) == [
        *(SETUP, LINREG, HELPERS, OWN, SGD, CHECK_SGD, CHECK_TRAINING)
    ]


def test_a_notebook_without_anything_gets_all_that_is_not_the_students():
    assert assemble([], PARTS, ASSIGNMENT) == [SETUP, HELPERS, CHECK_SGD, CHECK_TRAINING]
    assert assemble([], PARTS) == [CHECK_SGD, CHECK_TRAINING]


def test_the_instructors_solutions_never_get_in():
    placed = assemble([Cell("code", "mine", "own_tests")], PARTS, ASSIGNMENT)
    assert not any("the solution" in cell.source for cell in placed)
    assert Cell("code", "mine", "own_tests") in placed


def test_deleted_checks_come_back_at_the_end_in_their_order():
    assert assemble([SETUP, LINREG, HELPERS, SGD], PARTS, ASSIGNMENT)[-2:] == [CHECK_SGD, CHECK_TRAINING]
    assert assemble([CHECK_TRAINING, SGD], PARTS)[-1] == CHECK_SGD


def test_a_check_counts_where_it_stands_last():
    first, second = Cell("code", "a", "check_sgd"), Cell("code", "b", "check_sgd")
    assert assemble([first, SGD, second, OWN, CHECK_TRAINING], PARTS) == [SGD, CHECK_SGD, OWN, CHECK_TRAINING]


def test_reordered_answers_run_in_the_students_order():
    assert assemble([SETUP, SGD, OWN, LINREG], PARTS, ASSIGNMENT) == [
        *(SETUP, SGD, OWN, LINREG, HELPERS, CHECK_SGD, CHECK_TRAINING)
    ]


def test_a_check_that_was_moved_above_its_functions_comes_right_after_them():
    assert assemble([CHECK_TRAINING, CHECK_SGD, SGD, LINREG, OWN], PARTS) == [
        *(SGD, CHECK_SGD, LINREG, CHECK_TRAINING, OWN)
    ]
    assert assemble([CHECK_SGD, CHECK_TRAINING, LINREG, SGD, OWN], PARTS) == [
        *(LINREG, SGD, CHECK_SGD, CHECK_TRAINING, OWN)
    ]


def test_a_second_version_below_the_check_is_what_is_checked():
    second = Cell("code", "def sgd(): return 2", "sgd")
    assert assemble([LINREG, SGD, CHECK_SGD, second, CHECK_TRAINING], PARTS) == [
        *(LINREG, SGD, second, CHECK_SGD, CHECK_TRAINING)
    ]


def test_a_locked_cell_that_was_moved_below_answers_goes_back_to_its_place():
    assert assemble([LINREG, SGD, HELPERS, SETUP], PARTS, ASSIGNMENT)[:4] == [SETUP, LINREG, HELPERS, SGD]


def test_a_copy_of_a_locked_cell_is_not_run_twice():
    assert assemble([SETUP, LINREG, HELPERS, SETUP, SGD], PARTS, ASSIGNMENT)[:4] == [SETUP, LINREG, HELPERS, SGD]


@pytest.mark.parametrize("kind", ["markdown", "raw", "code"])
def test_a_check_turned_into_text_is_a_check_all_the_same(kind):
    assert assemble([SGD, Cell(kind, "no check here", "check_sgd"), CHECK_TRAINING], PARTS) == [
        *(SGD, CHECK_SGD, CHECK_TRAINING)
    ]


def test_an_edited_locked_cell_is_put_right_and_kept_in_place():
    edited = Cell("code", "import nothing", "setup")
    assert assemble([OWN, edited, SGD], PARTS, ASSIGNMENT)[:3] == [OWN, SETUP, HELPERS]
    assert assemble([OWN, edited, SGD], PARTS)[:3] == [OWN, edited, SGD]


def test_a_cell_that_says_it_is_locked_is_not_thereby_the_instructors():
    forged = Cell("code", "steal()", "sgd", locked=True)
    assert assemble([forged], PARTS, ASSIGNMENT) == [SETUP, HELPERS, forged, CHECK_SGD, CHECK_TRAINING]


def test_a_missing_locked_cell_comes_where_the_assignment_has_it():
    assert assemble([OWN, SETUP, LINREG, OWN, SGD], PARTS, ASSIGNMENT)[:6] == [OWN, SETUP, LINREG, HELPERS, OWN, SGD]
    assert assemble([OWN, LINREG, SGD], PARTS, ASSIGNMENT)[:3] == [SETUP, OWN, LINREG]


def test_markdown_is_not_run_even_under_the_name_of_a_function():
    assert assemble([Cell("markdown", "def sgd(): ...", "sgd"), Cell("raw", "%%bash")], PARTS) == [
        *(CHECK_SGD, CHECK_TRAINING)
    ]


def test_every_version_of_a_function_runs_in_order():
    second = Cell("code", "def sgd(): return 2", "sgd")
    assert assemble([SGD, second, CHECK_SGD], PARTS)[:3] == [SGD, second, CHECK_SGD]


def test_a_check_reads_as_in_the_assignment():
    assert check_call(PARTS[0]) == 'check("sgd", sgd)'
    assert check_call(PARTS[1]) == 'check("training", linreg, sgd)'
