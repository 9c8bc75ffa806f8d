"""The pages are true: links lead somewhere, commands can be given, and the blocks of commands do what is said.

A block marked `sh` is run, those of a page one after the other, in a copy of the kit in which a small class has handed
in. A block that is not run here has a line before it that says why:

    <!-- not run: downloads an environment -->

Its commands, and those within sentences and tables, must at least exist, with the options they are given.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp

from grader.cli import _parser
from grader.course import Course
from grader.demo import SAMPLES, read_class, reference_cells, solve
from grader.nbgrader_commands import run_nbgrader

NAME = "linreg_scratch"
STUDENTS = {"zoe": "ada", "joan": "joan", "olga": "olga"}
"""Who has handed in, and whose work of the sample class."""
ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "CHANGELOG.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
BLOCK = re.compile(r"(?:^<!-- not run: (?P<why>.+?) -->\n+)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)")
HEADING = re.compile(r"^#+ (.+)$", re.M)
COMMANDS = ("grader", "nbgrader", "make", "python")
OUR_SUBCOMMANDS: dict[str, argparse.ArgumentParser] = next(
    dict(action.choices) for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)
)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


@dataclass(frozen=True)
class Block:
    """language: as marked. why: why it is not run, if it is not."""

    language: str
    text: str
    why: str


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> list[Block]:
    return [Block(found["language"], found["text"], found["why"] or "") for found in BLOCK.finditer(read(page))]


def commands(page: str) -> Iterator[list[str]]:
    """Every command of a page that we can know of, as words."""
    lines = [line for block in blocks(page) if block.language == "sh" for line in joined(block.text)]
    spans = [span.replace("\\|", "|") for span in SPAN.findall(BLOCK.sub("", read(page)))]
    for text in [*lines, *(span for span in spans if span.partition(" ")[0].rpartition("/")[2] in COMMANDS)]:
        for command in re.split(r"&&|\|\||[|;]", text):
            words = shlex.split(command, comments=True)
            while words and re.fullmatch(r"\w+=.*", words[0]):
                words = words[1:]
            if words and words[0].rpartition("/")[2] in COMMANDS:
                yield [words[0].rpartition("/")[2], *words[1:]]


def joined(text: str) -> list[str]:
    return text.replace("\\\n", " ").splitlines()


def anchor(heading: str) -> str:
    """As the usual hosts of Markdown make it."""
    plain = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]|\]\(.*?\)", "", heading).lower())
    return plain.strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for path, mark in LINK.findall(read(page)):
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page}: {path}"
        if mark:
            headings = {anchor(heading) for heading in HEADING.findall(target.read_text(encoding="utf-8"))}
            assert mark[1:] in headings, f"{page}: {path}{mark}"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_holds_two_versions_of_a_passage(page: str) -> None:
    assert not re.findall(r"^(?:<{7}|={7}|>{7})(?: .*)?$", read(page), re.M)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists_with_its_options(page: str) -> None:
    for words in commands(page):
        program, *rest = words
        said = f"{page}: {' '.join(words)}"
        match program:
            case "make":
                assert {word for word in rest if "=" not in word and not word.startswith("-")} <= TARGETS, said
            case "grader" if rest and not rest[0].startswith("-"):
                assert rest[0] in OUR_SUBCOMMANDS, said
                known = OUR_SUBCOMMANDS[rest[0]]._option_string_actions
                assert {word.partition("=")[0] for word in rest if word.startswith("-")} <= set(known), said
            case "nbgrader" if rest:
                assert rest[0] in NbGraderApp.subcommands, said
            case "python" if rest and rest[0].endswith(".py"):
                assert (ROOT / rest[0]).is_file(), said
                source = (ROOT / rest[0]).read_text(encoding="utf-8")
                assert all(f'"{word}"' in source for word in rest if word.startswith("--")), said


@pytest.mark.parametrize("page", PAGES)
def test_blocks_say_what_they_are(page: str) -> None:
    assert read(page).count("\n```") == 2 * len(blocks(page))
    assert {block.language for block in blocks(page)} <= {"sh", "python", "text", "yaml", "ini"}, page
    for block in blocks(page):
        if block.language == "python":
            compile(block.text, page, "exec")


FOLDERS = {"docs/students.md": "course/submitted/zoe"}
"""Where a page's reader is, if not in the kit: a student, beside their own notebooks."""
OF_COMMANDS_TESTED_ELSEWHERE = ("docs/ci.md", "docs/instructors.md", "docs/report.md")
"""Pages whose blocks `make exam` runs: test_export_class.py, test_recipes.py and others give the same commands."""
RUN = [page for page in PAGES if any(block.language == "sh" and not block.why for block in blocks(page))]


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[pytest.mark.study] if page in OF_COMMANDS_TESTED_ELSEWHERE else []) for page in RUN],
)
def test_the_commands_of_a_page_run(page: str, class_that_handed_in: Path, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    shutil.copytree(class_that_handed_in, kit, symlinks=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRADER_", "VIRTUAL_ENV"))}
    environment["PATH"] = f"{Path(sys.prefix) / 'bin'}:{environment['PATH']}"
    for block in blocks(page):
        if block.language == "sh" and not block.why:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block.text],
                cwd=kit / FOLDERS.get(page, "."),
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, f"{page}\n{block.text}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"


@pytest.fixture(scope="module")
def class_that_handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the kit, with a release of the first assignment and three submissions of it."""
    kit = tmp_path_factory.mktemp("docs") / "kit"
    mine = shutil.ignore_patterns(".*", "build", "course", "demo", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, kit, ignore=mine)
    os.symlink(sys.prefix, kit / ".venv")
    course = Course(kit)
    run_nbgrader(course, "generate_assignment", NAME, exchange=kit / "course/exchange")
    students = {student.id: student for student in read_class(kit / SAMPLES)}
    (course.workspace / "seed").write_text("31415926535\n", encoding="utf-8")
    for id, work in STUDENTS.items():
        notebook = nbformat.read(course.workspace / "release" / NAME / f"{NAME}.ipynb", as_version=4)
        solve(notebook, students[work], kit / SAMPLES, reference_cells(course, NAME))
        place = course.workspace / "submitted" / id / NAME
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{NAME}.ipynb")
    return kit
