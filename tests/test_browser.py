"""What a person sees: nbgrader's pages in a real Jupyter and a real browser, from fetching to the feedback.

A class of two in a course made by `grader new-course`; its submissions are really graded. Screenshots are kept in
`build/screenshots`, or where GRADER_SCREENSHOTS says.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.auth import Authenticator
from nbgrader.converters import GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseAssignment
from rich.console import Console

from grader import checks
from grader.cohort.command import grade_class
from grader.course import Course
from grader.demo import reference_cells
from grader.new_course import make_course
from grader.notebook import check_call
from grader.sandbox.levels import open_forkserver
from grader.sandbox.problems import SandboxProblem
from grader.student_kit import write_settings
from tests.desk import EARLY, ROOT

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")]

NAME = "linreg_scratch"
PATIENCE = 60_000
"""Milliseconds until something must be on a page; a busy machine may need most of them."""
PHONE = {"width": 360, "height": 740}
WORDS = """\
Labels of shape (n,) minus predictions of shape (n, 1) **broadcast** to an n by n matrix:

1. every prediction is compared with every label,
2. so the best that the model can learn is the mean of the labels, and no error says so.
"""
HOSTILE = "It is shorter. <script>alert(1)</script><img src=x onerror=alert(2)>"


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("Chromium is not installed (Debian: apt install chromium)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = chromium()
    expect.set_options(timeout=PATIENCE)
    with playwright.sync_playwright() as driver:
        # A small shared memory, as in a container, would end it.
        opened = driver.chromium.launch(executable_path=program, args=["--disable-dev-shm-usage"])
        yield opened
        opened.close()


@contextmanager
def looking(browser: Any, url: str, **viewport: int) -> Iterator[Any]:
    context = browser.new_context(viewport=viewport or {"width": 1100, "height": 760})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("dialog", lambda dialog: pytest.fail(f"The page says {dialog.message}"))
    page.goto(url)
    yield page
    context.close()


def keep(page: Any, name: str, **options: Any) -> None:
    folder = Path(os.environ.get("GRADER_SCREENSHOTS") or ROOT / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", **options)


# The course


@dataclass(frozen=True)
class Term:
    """A course in which something has been released, handed in and graded, and a student's folder."""

    course: Course
    config: Any
    home: Path
    exchange: Path

    def gradebook(self) -> Gradebook:
        return Gradebook(self.config.CourseDirectory.db_url, "linreg")

    def directory(self, **settings: str) -> CourseDirectory:
        return CourseDirectory(config=self.config, assignment_id=NAME, **settings)

    def solved(self, right: bool) -> Any:
        notebook = nbformat.read(self.course.workspace / "release" / NAME / f"{NAME}.ipynb", as_version=4)
        answers = reference_cells(self.course, NAME)
        if not right:
            answers["sgd"] = answers["sgd"].replace(" / batch_size", "")
        answers |= {"why_reshape": WORDS, "last_batch": HOSTILE}
        for cell in notebook.cells:
            cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
        return notebook


@pytest.fixture(scope="module")
def term(tmp_path_factory, browser) -> Iterator[Term]:
    try:
        open_forkserver().close()
    except SandboxProblem as problem:
        pytest.skip(str(problem))
    root = tmp_path_factory.mktemp("term")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_EXCHANGE", str(root / "exchange"))
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))  # for alembic
        course = make_course(root / "course", course_id="linreg")
        app = AutogradeApp(log_level=logging.CRITICAL)
        with chdir(course.root):
            app.initialize([])
        opened = Term(course, app.config, root / "home", root / "exchange")
        GenerateAssignment(coursedir=opened.directory(), config=app.config).start()
        ExchangeReleaseAssignment(
            coursedir=opened.directory(), authenticator=Authenticator(config=app.config), config=app.config
        ).start()
        for student, right in (("ada", True), ("bob", False)):
            folder = course.workspace / "submitted" / student / NAME
            folder.mkdir(parents=True)
            nbformat.write(opened.solved(right), folder / f"{NAME}.ipynb")
            (folder / "timestamp.txt").write_text(EARLY)
        assert grade_class(course, NAME, Console(quiet=True), jobs=2)
        opened.home.mkdir()
        write_settings(opened.home, course)
        yield opened


@contextmanager
def jupyter(kind: str, folder: Path, own: Path) -> Iterator[str]:
    """A Jupyter server in a folder, with nothing of this user's; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own.mkdir(parents=True)
    places = {f"JUPYTER_{what}_DIR": str(own / what.lower()) for what in ("RUNTIME", "DATA", "CONFIG")}
    environment = {**os.environ, **places, "HOME": str(own), "JUPYTER_PREFER_ENV_PATH": "1"}
    command = [sys.executable, "-m", "jupyter", kind, "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    # No token: it listens on this machine alone, for as long as a test takes.
    command += [f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token="]
    with (own / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    try:
        address = f"http://127.0.0.1:{port}"
        while not answers(address):
            assert server.poll() is None, (own / "log").read_text()
        yield address
    finally:
        server.terminate()
        server.wait()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api", timeout=10):
            return True
    except urllib.error.URLError:
        return False


# The student


@pytest.mark.study  # nbgrader's own pages, for the most part; what is ours in them is tried above and below
def test_a_student_fetches_validates_and_hands_in(term, browser, tmp_path):
    with jupyter("lab", term.home, tmp_path / "own") as address, looking(browser, f"{address}/lab") as page:
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_role("menu").get_by_text("Assignment List").click()
        released, fetched, submitted = (
            page.locator(f"#{kind}_assignments_list") for kind in ("released", "fetched", "submitted")
        )
        released.get_by_role("button", name="Fetch").click()
        fetched.locator(".assignment-notebooks-link").click()
        own = term.home / NAME / f"{NAME}.ipynb"
        nbformat.write(term.solved(right=False), own)
        assert validated(page, fetched, "wrong") == {call("sgd")}
        nbformat.write(term.solved(right=True), own)
        assert validated(page, fetched, "right") == set()
        fetched.get_by_role("button", name="Submit").click()
        submitted.get_by_text(NAME).first.wait_for()
        keep(page, "assignment-list")
    assert [path.name.split("+")[1] for path in (term.exchange / "linreg" / "inbound").iterdir()] == [NAME]


PARTS = {part.id: part for part in checks.parts(NAME)}


def call(part: str) -> str:
    return check_call(PARTS[part])


def validated(page: Any, fetched: Any, name: str) -> set[str]:
    """What the button Validate has to say: the cells that fail."""
    fetched.get_by_role("button", name="Validate").click()
    said = page.locator(".jp-Dialog")
    said.locator("#validation-message").wait_for()
    keep(page, f"validated-{name}")
    failed = said.locator(".validation-failed pre").all_inner_texts()[::2]
    if not failed:
        assert "Success! Your notebook passes all the tests." in said.inner_text()
    said.get_by_role("button", name="Ok").click()
    return {text.strip() for text in failed}


# The instructor


def test_the_formgrader_takes_a_mark_and_a_comment_for_an_answer_in_words(term, browser, tmp_path):
    with (
        jupyter("server", term.course.root, tmp_path / "own") as address,
        looking(browser, f"{address}/formgrader") as page,
    ):
        page.get_by_role("link", name="Manual Grading").click()
        page.get_by_role("link", name=NAME).click()
        page.get_by_role("link", name=NAME).click()
        row = page.locator("#main-table tr", has_text="38 / 46")
        expect(row.locator(".needs-manual-grade .glyphicon-ok")).to_be_visible()
        keep(page, "manual-grading")
        row.locator(".name a:visible").click()
        answer = page.locator(".nbgrader_cell", has_text="an n by n matrix")
        page.wait_for_load_state("networkidle")  # until the page knows the grades, it saves none
        expect(answer.locator("strong", has_text="broadcast")).to_be_visible()
        assert answer.locator("ol li").count() == 2
        assert page.locator("script", has_text="alert(1)").count() == 0
        with page.expect_response(lambda response: "/api/grade/" in response.url and response.request.method == "PUT"):
            answer.locator("input.score").fill("2.5")
            answer.locator("input.score").press("Tab")
        comment = answer.locator("textarea.comment")
        with page.expect_response(lambda response: "/api/comment/" in response.url):
            comment.fill("Which axis is stretched?")
            comment.press("Tab")
        page.reload()
        expect(answer.locator("input.score")).to_have_value("2.5")
        expect(comment).to_have_value("Which axis is stretched?")
        answer.scroll_into_view_if_needed()
        keep(page, "formgrader")
        keep(answer, "answer-in-words")
    with term.gradebook() as book:
        grade = book.find_grade("why_reshape", NAME, NAME, "bob")
        assert (grade.manual_score, grade.needs_manual_grade) == (2.5, False)
        assert book.find_comment("why_reshape", NAME, NAME, "bob").comment == "Which axis is stretched?"
        assert book.find_grade("why_reshape", NAME, NAME, "ada").manual_score is None
        assert book.find_submission(NAME, "bob").score == 38 + 2.5


# The feedback


def test_the_feedback_fits_a_phone_and_shows_what_was_lost_and_the_teacher_s_words(term, browser):
    with term.gradebook() as book:
        book.find_comment("why_reshape", NAME, NAME, "bob").manual_comment = "Which axis is stretched?"
        book.db.commit()
    GenerateFeedback(coursedir=term.directory(student_id="bob"), config=term.config).start()
    made = term.course.workspace / "feedback" / "bob" / NAME / f"{NAME}.html"
    with looking(browser, made.as_uri(), **PHONE) as page:
        keep(page, "feedback-phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        report = page.get_by_role("region", name="Report on sgd")
        [lost] = report.locator("li.failed").all()
        for words in ("0 / 2", "params[0].grad = [1]", "The gradient is not divided by batch_size."):
            shown = lost.get_by_text(words)
            shown.scroll_into_view_if_needed()
            box = shown.bounding_box()
            assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]
        lost.scroll_into_view_if_needed()
        keep(page, "report-phone")
        report.get_by_text("checks passed").click()
        assert report.locator("li.passed").first.is_visible()
        comment = page.get_by_role("region", name="Comment on why_reshape")
        assert comment.get_by_text("Which axis is stretched?").is_visible()
        comment.get_by_role("link").click()
        answer = page.locator("#cell-" + page.url.rpartition("-")[2])
        assert answer.get_by_text("an n by n matrix").is_visible()
        # A formula, drawn by the browser: a fraction is higher than a line of text.
        assert page.locator("math mfrac").first.bounding_box()["height"] > 20
        assert page.locator(".plots img").first.evaluate("picture => picture.naturalWidth") > 100
