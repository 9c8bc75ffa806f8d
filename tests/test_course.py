"""Finding the course a folder belongs to."""

from pathlib import Path

import pytest

from grader.course import MARKER, Course, NoCourse, find_course


@pytest.fixture
def root(tmp_path: Path) -> Path:
    course = tmp_path / "a course"
    (course / "assignments" / "first").mkdir(parents=True)
    (course / MARKER).write_text("", encoding="utf-8")
    return course


def test_a_course_is_found_from_its_root_and_from_anywhere_below(root, monkeypatch):
    below = root / "assignments" / "first"
    for start in (root, below):
        assert find_course(start).root == root
        monkeypatch.chdir(start)
        assert find_course() == Course(root)
    assert find_course(Path("..")).root == root


def test_the_nearest_course_wins(root):
    inner = root / "assignments" / "first" / "copy"
    (inner / "assignments").mkdir(parents=True)
    (inner / MARKER).touch()
    assert find_course(inner / "assignments").root == inner


def test_outside_a_course_the_cure_is_told(tmp_path):
    with pytest.raises(NoCourse, match=r"is not inside a course\. Go to the folder that holds nbgrader_config\.py"):
        find_course(tmp_path)


@pytest.mark.parametrize("half", ["marker", "assignments"])
def test_half_a_course_is_none(tmp_path, half):
    if half == "marker":
        (tmp_path / MARKER).touch()
    else:
        (tmp_path / "assignments").mkdir()
    with pytest.raises(NoCourse):
        find_course(tmp_path)


def test_a_folder_that_is_not_there_is_not_quietly_replaced_by_one_above_it(root):
    with pytest.raises(NoCourse, match=r"There is no folder .*misspelt"):
        find_course(root / "misspelt")
    with pytest.raises(NoCourse, match="There is no folder"):
        find_course(root / MARKER)


def test_assignments_are_the_folders_with_a_notebook_of_their_name(root):
    assert Course(root).assignments() == ()
    for path in ("zeta/zeta.ipynb", "first/first.ipynb", "first/other.ipynb", "empty/empty.py", "loose.ipynb"):
        file = root / "assignments" / path
        file.parent.mkdir(exist_ok=True)
        file.touch()
    assert Course(root).assignments() == ("first", "zeta")
    assert Course(root).notebook("first") == root / "assignments" / "first" / "first.ipynb"
    assert Course(root).workspace == root / "course"
