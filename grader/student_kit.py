"""`grader student-kit`: all that a student needs, and nothing that is the instructor's.

A folder with the released notebooks, a wheel of the grader's students' part, the environment that it was made in as
pins for pip and conda, and pages to read. The wheel holds what `grader check`, `grader doctor` and a notebook's
`from grader import check` can reach, found by following imports, so that a new module of the instructor's stays out
by itself. The checks go along: they say what is true of a right answer, and students run them. Before the kit is
handed over it is searched for every line of the solutions.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from grader.build import BEGIN_SOLUTION, END_SOLUTION
from grader.course import MARKER, Course
from grader.gate import first_leak, generate, solution_lines, text_of
from grader.kit_files import DISTRIBUTION, kit_root
from grader.settings import read_settings

STAMP = ".student-kit"
"""Marks a folder as made by this command, which may replace it."""
PACKAGE = Path(__file__).parent
WHOLE = ("checks", "sandbox")
"""Packages of which every module is started or loaded by its name, where no import statement tells."""
ENTRANCES = ("grader", "grader.__main__")
FOR_INSTRUCTORS = "_add_commands_for_instructors"
"""The function of `grader.cli` through which no student comes."""
ORACLES = "grader/checks/"
COMMONPLACE = re.compile(
    r"(import|from) .+|return \w+|(self\.)?\w+ = (\w+|\[\]|\{\})|def __\w+__\([\w, ]*\):|super\(\)\.__init__\(\)"
    r"|for \w+ in range\(\w+\):|with autograd\.record\(\):"
)
"""Lines that tell nothing of a solution where they stand alone; every program has some, and so has the wheel."""
EARLIEST = "315532800"
"""1980, where the time of a file in a zip begins: the same kit gives the same wheel."""


class NoStudentKit(Exception):
    """The kit cannot be made, or must not be handed out; the message says why."""


def make_student_kit(course: Course, folder: Path) -> list[Path]:
    """Make the kit of a course's students in `folder`; its files. Raises: NoStudentKit, NoKit, NoSettings,
    NbgraderFailed."""
    if folder.exists() and not (folder / STAMP).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise NoStudentKit(f"{folder} exists and is not an earlier student kit. Name another folder.")
    names = course.assignments()
    if not names:
        raise NoStudentKit(f"There are no assignments in {course.sources}.")
    with tempfile.TemporaryDirectory(prefix="grader-student-kit-") as temporary:
        made = Path(temporary, "kit")
        made.mkdir()
        for name in names:
            shutil.copytree(generate(course, name, Path(temporary, name)), made / name)
        wheel = build_wheel(made)
        _write_requirements(made, wheel.name)
        write_settings(made, course)
        _copy_pages(kit_root() / "docs", made)
        leak = leak_in_kit(made, [course.notebook(name) for name in names])
        if leak:
            raise NoStudentKit(f"The kit leaks a solution: {leak}. Nothing was written.")
        (made / STAMP).write_text("Made by `grader student-kit`, which may replace this folder.\n", encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(made, folder)
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != STAMP)


def leak_in_kit(folder: Path, notebooks: Sequence[Path]) -> str:
    """Where a kit holds what only the instructor may know, in words; nothing if it is clean.

    No line of a solution stands in its own assignment's release, nor (commonplace ones apart) anywhere else but in two
    places: the oracles among the checks, and what another assignment gives away. These may share a line with it, as a
    formula or a loop can be written in few ways only, but no three in a row. A marker of a solution stands nowhere.
    """
    solutions = {notebook.stem: solution_lines(notebook) for notebook in notebooks}
    with tempfile.TemporaryDirectory(prefix="grader-student-kit-") as temporary:
        opened = Path(temporary)
        shutil.copytree(folder, opened, dirs_exist_ok=True)
        for wheel in list(opened.glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(opened)
            wheel.unlink()
        leaks = []
        for name, lines in solutions.items():
            leaks.append(first_leak(opened / name, lines))
            leaks += [_first_copy(opened / other, lines) for other in (*solutions, ORACLES) if other != name]
        leaks.append(first_leak(opened, [BEGIN_SOLUTION, END_SOLUTION]))
        for looked_at in (*solutions, ORACLES):
            shutil.rmtree(opened / looked_at)
        everything = (line for lines in solutions.values() for line in lines if not COMMONPLACE.fullmatch(line))
        leaks.append(first_leak(opened, list(everything)))
        return next(filter(None, leaks), "")


def _first_copy(folder: Path, lines: Sequence[str]) -> str:
    """The first three lines of a solution that follow one another in a file as they do there."""
    runs = set(zip(lines, lines[1:], lines[2:], strict=False))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found = [line for line in map(str.strip, text_of(path).splitlines()) if line]
        for run in zip(found, found[1:], found[2:], strict=False):
            if run in runs:
                return f"{path.name} holds {' and '.join(map(repr, run))}"
    return ""


# The wheel


def build_wheel(folder: Path) -> Path:
    """Put a wheel of the students' part of the grader into `folder`. Raises: NoStudentKit."""
    with tempfile.TemporaryDirectory(prefix="grader-wheel-") as temporary:
        stage = Path(temporary)
        content = hashlib.sha256()
        for path in students_files():
            target = stage / path.relative_to(PACKAGE.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            content.update(f"{target.relative_to(stage)}\0".encode() + target.read_bytes())
        # Of what is in it: another kit is another version, so that pip puts it in the place of an older one.
        version = f"{metadata.version(DISTRIBUTION)}+students.{content.hexdigest()[:8]}"
        (stage / "pyproject.toml").write_text(_pyproject(version), encoding="utf-8")
        program = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder)],
            cwd=stage,
            env={**os.environ, "SOURCE_DATE_EPOCH": EARLIEST},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        wheels = list(folder.glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            said = done.stderr.strip().splitlines()
            raise NoStudentKit(f"setuptools could not build the wheel: {said[-1] if said else 'it said nothing'}")
        return wheels[0]


def students_files() -> list[Path]:
    """The files of this package that students get, sorted."""
    package = PACKAGE.parent
    modules = {_name(path) for whole in WHOLE for path in (PACKAGE / whole).rglob("*.py")} | set(ENTRANCES)
    waiting = list(modules)
    while waiting:
        for name in _imported(waiting.pop()):
            if name not in modules:
                modules.add(name)
                waiting.append(name)
    found = {path for name in modules if (path := _file(name)) is not None}
    data = [path for path in PACKAGE.rglob("*") if path.suffix in (".html", ".css", ".typed")]
    found |= {path for path in data if path.parent / "__init__.py" in found}
    return sorted(found, key=lambda path: str(path.relative_to(package)))


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _file(name: str) -> Path | None:
    """The file of one of our modules, if it is one."""
    stem = PACKAGE.parent.joinpath(*name.split("."))
    return next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None)


def _imported(name: str) -> Iterator[str]:
    """Our modules that a module of ours imports, sooner or later, and the packages on the way to them."""
    path = _file(name)
    if path is None:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    reached: Iterable[ast.AST] = _for_students(tree) if name == "grader.cli" else [tree]
    for node in (node for root in reached for node in _at_run_time(root)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for found in names:
            steps = found.split(".")
            if steps[0] == "grader" and _file(found) is not None:
                yield from (".".join(steps[:length]) for length in range(1, len(steps) + 1))


def _at_run_time(root: ast.AST) -> Iterator[ast.AST]:
    """As `ast.walk`, without what only a type checker sees."""
    yield root
    for child in ast.iter_child_nodes(root):
        if not (isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING"):
            yield from _at_run_time(child)


def _for_students(command_line: ast.Module) -> list[ast.AST]:
    """The parts of `grader.cli` that a student's commands can come to: each names the next."""
    functions = {node.name: node for node in command_line.body if isinstance(node, ast.FunctionDef)}
    reached: list[ast.AST] = [node for node in command_line.body if not isinstance(node, ast.FunctionDef)]
    waiting, seen = ["main"], {FOR_INSTRUCTORS}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        reached.append(functions[name])
        named = {node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)}
        waiting += sorted(named & functions.keys())
    return reached


def _pyproject(version: str) -> str:
    wanted = [str(line) for line in _requirements()]
    return f"""\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{DISTRIBUTION}"
version = "{version}"
description = "Checks for the assignments of a course on linear regression in MXNet: the students' part."
requires-python = ">=3.11,<3.12"
dependencies = {json.dumps(wanted)}

[project.scripts]
grader = "grader.cli:main"

[tool.setuptools.packages.find]
include = ["grader*"]

[tool.setuptools.package-data]
"*" = ["py.typed", "*.html", "*.css"]
"""


# The environment


def _requirements() -> list[Requirement]:
    """What the kit itself asks for, without its extras."""
    lines = map(Requirement, metadata.requires(DISTRIBUTION) or [])
    return [line for line in lines if line.marker is None or "extra" not in str(line.marker)]


def pins() -> list[str]:
    """Every package that the kit needs, as `name==version` of what is installed here, sorted."""
    found: dict[str, str] = {}
    waiting = [(line, "") for line in _requirements()]
    done: set[tuple[str, str]] = set()
    while waiting:
        line, extra = waiting.pop()
        if line.marker is not None and not line.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(line.name)
        found[name] = metadata.version(name)
        for wanted in {"", *line.extras}:
            if (name, wanted) not in done:
                done.add((name, wanted))
                waiting += [(Requirement(text), wanted) for text in metadata.requires(name) or []]
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def _write_requirements(kit: Path, wheel: str) -> None:
    lines = [*pins(), f"./{wheel}"]
    (kit / "requirements.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    head = "name: linreg\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n"
    listed = "".join(f"      - {line}\n" for line in lines)
    (kit / "environment.yml").write_text(head + listed, encoding="utf-8")


def write_settings(kit: Path, course: Course) -> None:
    """For `nbgrader fetch_assignment` and `submit`: which course this is, and its exchange if others can reach it."""
    settings = read_settings(course)
    lines = ["c = get_config()  # noqa: F821", f"c.CourseDirectory.course_id = {settings.course_id!r}"]
    if settings.exchange is not None and not settings.exchange.resolve().is_relative_to(course.root.resolve()):
        lines.append(f"c.Exchange.root = {str(settings.exchange)!r}")
    (kit / MARKER).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


# The pages


def _copy_pages(docs: Path, kit: Path) -> None:
    """The students' page becomes the kit's first, with the pages and pictures that it shows."""
    text = (docs / "students.md").read_text(encoding="utf-8")
    (kit / "README.md").write_text(text, encoding="utf-8")
    for link in sorted(set(re.findall(r"\]\(((?:images/)?[\w-]+\.(?:md|png))\)", text))):
        (kit / link).parent.mkdir(exist_ok=True)
        shutil.copyfile(docs / link, kit / link)
