"""`grader new-course`: a course folder of one's own, made from the kit.

As with `nbgrader quickstart`, the folder's name is the course's unless another is given, and a folder with something
in it is left alone unless forced. Otherwise than there, force removes nothing: it puts the kit's own files back, and
whatever a course has produced (its seed, its gradebook, what was handed in) stays.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from pathlib import Path

from grader.course import MARKER, Course
from grader.kit_files import kit_root

COURSE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
IN_KIT = 'c.CourseDirectory.course_id = "linreg"\n'
"""The line of the kit's configuration that names the course."""
LARGEST_SEED = 2**63
GITIGNORE = """\
# Grades, submissions, the secret seed, and whatever else the course produces.
/course/
gradebook.db*
/grades*.csv
.ipynb_checkpoints/
__pycache__/
.hypothesis/
"""
README = """\
# {course_id}

A course made by `grader new-course`. Run the commands in this folder, in the environment that has the grader.

**The scripts and notebooks in `assignments/` hold the solutions.** Keep this folder, and any repository that it is put
into, where no student can read it. What students get is made by `nbgrader generate_assignment` and
`grader student-kit`.

| to | run |
|---|---|
| change an assignment | edit `assignments/NAME/NAME.py`, then `python -m grader.build` |
| prove it fit for release | `grader gate NAME` |
| make and hand out the students' version | `nbgrader generate_assignment NAME`, `nbgrader release_assignment NAME` |
| make what students install | `grader student-kit` |
| collect and grade | `nbgrader collect NAME`, `grader grade NAME` |
| grade the answers in words | *Nbgrader > Formgrader* in `jupyter lab` |
| make and hand out the feedback | `nbgrader generate_feedback NAME`, `nbgrader release_feedback NAME` |
| get the grades | `nbgrader export` |
| replay a mark | `grader check NOTEBOOK --seed NUMBER`, with the number in `course/seed` |

`course/` is ignored by git. It holds the gradebook and the seed of this course's checks, a secret until the last mark
is given: back both up elsewhere. The assignments here: {assignments}.
"""


class NoNewCourse(Exception):
    """The course cannot be made; the message says why."""


def make_course(folder: Path, *, course_id: str | None = None, force: bool = False) -> Course:
    """Make a course in `folder`, with a secret seed if there is none yet. Raises: NoNewCourse, NoKit, OSError.

    course_id: what nbgrader calls the course; the folder's name by default. force: also where there is something.
    """
    folder = folder.absolute()
    name = folder.name if course_id is None else course_id
    if not COURSE_ID.fullmatch(name):
        raise NoNewCourse(
            f"{name!r} cannot be a course's id: use letters, digits, '.', '_' and '-'. Name another with --course-id."
        )
    kit = kit_root()
    if folder.exists() and not folder.is_dir():
        raise NoNewCourse(f"{folder} is not a folder. Name another.")
    if folder.is_dir() and folder.samefile(kit):
        raise NoNewCourse(f"{folder} is the kit itself. Name another folder.")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise NoNewCourse(
            f"{folder} has something in it. Name another folder, or use --force to write the kit's assignments, "
            f"{MARKER}, .gitignore and README.md over those that are there; course/ stays as it is."
        )
    course = Course(folder)
    config = (kit / MARKER).read_text(encoding="utf-8")
    if config.count(IN_KIT) != 1:
        raise NoNewCourse(f"{kit / MARKER} must hold the line {IN_KIT.strip()}, in whose place the new name is put.")
    course.workspace.mkdir(parents=True, exist_ok=True)
    for source in Course(kit).assignments():
        ignored = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(kit / "assignments" / source, course.sources / source, dirs_exist_ok=True, ignore=ignored)
    _write_seed(course.workspace / "seed")
    listed = ", ".join(course.assignments())
    for file, text in (
        (".gitignore", GITIGNORE),
        ("README.md", README.format(course_id=name, assignments=listed)),
        (MARKER, config.replace(IN_KIT, f'c.CourseDirectory.course_id = "{name}"\n')),
    ):
        (folder / file).write_text(text, encoding="utf-8")
    return course


def _write_seed(path: Path) -> None:
    """For its owner's eyes only. One that is there has given marks already, and stays."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{secrets.randbelow(LARGEST_SEED)}\n")
