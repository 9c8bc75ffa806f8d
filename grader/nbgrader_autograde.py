"""`nbgrader autograde` that any submission at all cannot stop, mislead or leave without a word.

nbgrader's own command converts what lies in `submitted/` as it lies there. Ours first takes every submission in
(`grader.intake`) and writes it anew into a folder of its own, cells in the assignment's frame and nothing beside them;
from there nbgrader goes on as always. The originals stay as they are.

Whoever cannot be graded, for the submission's fault or for ours, is told so and is never given a zero: the gradebook
has no automatic score and waits for a person, what an earlier run left is gone, the feedback page says why, and the
command ends, after everybody else has been graded, with the list of them and an exit code that is not 0.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import nbformat
import nbgrader.apps.api
import nbgrader.apps.autogradeapp
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Unicode

from grader.results import printable
from grader.student_ids import problem_with_id

if TYPE_CHECKING:
    from grader.grading import Assignment
    from grader.intake import Accepted, Slip
    from grader.notebook import Assembled

UNGRADED = "ungraded.txt"
"""In the folder of a submission that could not be graded: when it was handed in, and why it could not."""
OUR_FAULT = "Grading it failed, through no fault of yours. Your teacher has been told."


def seal_autograde() -> None:
    """Make every `nbgrader autograde` of this process ours: the command's and the formgrader's.

    nbgrader lets its preprocessors be chosen, but not the converter that reads submissions before them. Its command
    and its API look the class up by name in their own modules when they start, so that is where it is replaced.
    """
    nbgrader.apps.autogradeapp.Autograde = SealedAutograde
    nbgrader.apps.api.Autograde = SealedAutograde


class SealedAutograde(Autograde):  # type: ignore[misc]
    """nbgrader's Autograde on submissions that were taken in first."""

    accepted_directory = Unicode(
        "accepted", help="Where submissions lie as they are graded, relative to the course's root."
    ).tag(config=True)

    # nbgrader's own steps, in the order in which it calls them.

    def init_notebooks(self) -> None:
        """Find out whose submissions are to be graded, and against what. Raises: NbGraderException."""
        self._check_settings()
        self._frame = self._read_frame()
        self._assignment = _as_assignment(self.coursedir.assignment_id, self._frame)
        submitted = Path(self.coursedir.root, self.coursedir.submitted_directory)
        self._students = list(self._submitters(submitted)) if submitted.is_dir() else []
        if not self._students:
            pattern = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
            self._fail(f"No submissions were found at '{pattern}'")
        self._submitted = submitted

    def convert_notebooks(self) -> None:
        """Grade everybody, one after the other. Raises: NbGraderException at the end if somebody could not be."""
        _prove_the_sandbox(self._fail)
        submitted = self.coursedir.submitted_directory
        self.coursedir.submitted_directory = self.accepted_directory  # nbgrader's steps read from there
        try:
            problems = {student: self._grade(student) for student in self._students}
        except SQLAlchemyError as error:
            self._fail(f"The gradebook cannot be read or written, so grading ends here. {error}")
        except OSError as error:
            self._fail(f"The course's folders cannot be written, so grading ends here. {error}")
        finally:
            self.coursedir.submitted_directory = submitted
        ungraded = {student: problem for student, problem in problems.items() if problem}
        if ungraded:
            from grader.intake import shown

            verdict = f"{len(ungraded)} of {len(problems)} submissions could not be graded."
            self.log.error("\n".join([verdict, *(f"  {shown(who)}: {why}" for who, why in ungraded.items())]))
            raise NbGraderException(verdict)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)
        except Exception as error:
            self._fault = f"{type(error).__name__}: {error}"
            raise

    # One student

    def _grade(self, student: str) -> str:
        """Take in and grade one submission; what was in the way, or nothing."""
        from grader.intake import Refused, take_folder

        problem = problem_with_id(student)
        if problem:
            return f"This folder's name {problem}, so it is nobody's id. Rename it."
        taken = take_folder(self._submitted, student, self.coursedir.assignment_id, assignments=[self._assignment])
        if isinstance(taken, Refused):
            self._set_aside(student, taken.reason, taken.slip)
            return taken.reason
        self._fault = ""
        try:
            notebook = self._accept(student, taken)
            self.assignments = {str(notebook.parent): [str(notebook)]}
            super().convert_notebooks()
        except Exception as error:
            fault = " ".join((self._fault or f"{type(error).__name__}: {error}").split())
            problem = f"Grading it failed. {printable(fault[:500])}"
            self._set_aside(student, problem, taken.slip, shown_reason=OUR_FAULT)
            return problem
        return ""

    def _accept(self, student: str, taken: Accepted) -> Path:
        """Write the submission anew, where nbgrader will read it."""
        from grader.intake import shown
        from grader.notebook import assemble, read

        assembled = assemble(read(taken.data), self._assignment.parts, self._assignment.cells)
        notes = (*taken.notes, *assembled.notes)
        for note in notes:
            self.log.warning("%s: %s", shown(student), note)
        folder = self._place(self.accepted_directory, student)
        if (folder / UNGRADED).exists():
            # What lies in the other folders says that it could not be graded, whatever its date.
            self._remove_results(student)
        _empty(folder)
        notebook = folder / f"{self.coursedir.assignment_id}.ipynb"
        notebook.write_text(nbformat.writes(as_notebook(assembled, self._frame, notes)) + "\n", encoding="utf-8")
        _write_slip(taken.slip, folder)
        return notebook

    def _set_aside(self, student: str, reason: str, slip: Slip, *, shown_reason: str = "") -> None:
        """Leave no score, and say so wherever somebody may look for one."""
        from grader.intake import shown

        self.log.error("%s cannot be graded. %s", shown(student), reason)
        note = self._place(self.accepted_directory, student) / UNGRADED
        record = f"{slip.timestamp}\n{reason}\n"
        dest = self._place(self.coursedir.autograded_directory, student)
        if not self.force and dest.is_dir() and note.is_file() and note.read_text(encoding="utf-8") == record:
            return  # said before; a person may have given marks since
        self._clear_scores(student, slip.timestamp)
        self._remove_results(student)
        _empty(note.parent)
        dest.mkdir(parents=True)
        page = nbformat.v4.new_notebook(metadata=self._frame.metadata, cells=[_sorry(shown_reason or reason)])
        path = dest / f"{self.coursedir.assignment_id}.ipynb"
        path.write_text(nbformat.writes(page) + "\n", encoding="utf-8")
        _write_slip(slip, dest)
        self.set_permissions(self.coursedir.assignment_id, student)
        note.write_text(record, encoding="utf-8")

    def _clear_scores(self, student: str, timestamp: str) -> None:
        """No automatic score, every cell waits for a person. What a person has given stays."""
        assignment = self.coursedir.assignment_id
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                gradebook.find_student(student)
            except MissingEntry:
                if not self.create_student:
                    return
                gradebook.update_or_create_student(student)
            dated = {"timestamp": timestamp} if timestamp else {}
            submission = gradebook.update_or_create_submission(assignment, student, **dated)
            for notebook in submission.notebooks:
                notebook.late_submission_penalty = None
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = None, True
                for comment in notebook.comments:
                    comment.auto_comment = None
            gradebook.db.commit()

    def _remove_results(self, student: str) -> None:
        for step in (self.coursedir.autograded_directory, self.coursedir.feedback_directory):
            shutil.rmtree(self._place(step, student), ignore_errors=True)

    def _place(self, step: str, student: str) -> Path:
        return Path(self.coursedir.format_path(step, student, self.coursedir.assignment_id))

    # Everybody

    def _check_settings(self) -> None:
        course = self.coursedir
        if course.directory_structure != CourseDirectory.directory_structure.default_value:
            self._fail("Submissions can be taken in only from nbgrader's own CourseDirectory.directory_structure.")
        if not fnmatchcase(course.assignment_id, course.notebook_id):
            self._fail(f"The notebook of {course.assignment_id} has its name; there is no {course.notebook_id!r}.")

    def _read_frame(self) -> NotebookNode:
        """The instructor's notebook, proved to be the one that the gradebook knows."""
        name = self.coursedir.assignment_id
        path = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", name), f"{name}.ipynb")
        if not path.is_file():
            self._fail(f"There is no notebook {path}, so there is no assignment to grade.")
        frame = nbformat.read(path, as_version=4)
        MetadataValidator().upgrade_notebook_metadata(frame)
        ours = {cell.metadata.nbgrader.grade_id for cell in frame.cells if _has_role(cell)}
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                known = {cell.name for cell in gradebook.find_notebook(name, name).source_cells}
                others = [book.name for book in gradebook.find_assignment(name).notebooks if book.name != name]
            except MissingEntry:
                self._fail(f"The gradebook does not know {name}. Run `nbgrader generate_assignment {name}` first.")
        if others:
            self._fail(f"The assignment {name} has other notebooks, too ({', '.join(others)}); only one can be graded.")
        if ours != known:
            differing = ", ".join(sorted(ours ^ known))
            self._fail(
                f"{path} is not the notebook that the gradebook knows (cells: {differing}). "
                f"Run `nbgrader generate_assignment {name}`."
            )
        return frame

    def _submitters(self, submitted: Path) -> Iterator[str]:
        """The folders of those who have handed something in, and whatever else lies where such folders should."""
        excluded = self.coursedir.student_id_exclude.split(",")
        for entry in sorted(os.scandir(submitted), key=lambda entry: entry.name):
            wanted = fnmatchcase(entry.name, self.coursedir.student_id) and entry.name not in excluded
            if not wanted or any(fnmatchcase(entry.name, pattern) for pattern in self.coursedir.ignore):
                continue
            kind = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(kind):
                if self._has_submission(entry.path):
                    yield entry.name
            elif not stat.S_ISREG(kind):  # an ordinary file there is the instructor's
                yield entry.name

    def _has_submission(self, folder: str) -> bool:
        """Whether there is anything in the assignment's place, or no telling."""
        try:
            os.lstat(os.path.join(folder, self.coursedir.assignment_id))
        except OSError as error:
            return not isinstance(error, FileNotFoundError)
        return True

    def _fail(self, message: str) -> NoReturn:
        self.log.error(message)
        raise NbGraderException(message)


def as_notebook(assembled: Assembled, frame: NotebookNode, notes: Sequence[str] = ()) -> NotebookNode:
    """An assembled submission as a notebook for nbgrader: its metadata are the instructor's, the notes come first."""
    marks = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in frame.cells if _has_role(cell)}
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    cells = [_remarks(notes)] if notes else []
    for number, cell in enumerate(assembled.cells, start=1):
        metadata = {"nbgrader": dict(marks[cell.grade_id])} if cell.grade_id in marks else {}
        cells.append(make[cell.type](cell.source, id=f"cell-{number}", metadata=metadata))
    return nbformat.v4.new_notebook(metadata=frame.metadata, cells=cells)


def as_markdown(text: str) -> str:
    """Text that a page made from Markdown shows as it is: no markup, no formula, no tag, whoever chose its words."""
    plain = (
        " ".join(text.split()).replace("$", "\N{FULLWIDTH DOLLAR SIGN}").replace("\\", "\N{FULLWIDTH REVERSE SOLIDUS}")
    )
    return "".join(f"&#{ord(character)};" if character in '<>&"*_`[]{}#|~:' else character for character in plain)


def _remarks(notes: Sequence[str]) -> NotebookNode:
    listed = "\n".join(f"- {as_markdown(note)}" for note in notes)
    return nbformat.v4.new_markdown_cell(f"**Remarks of the grader**\n\n{listed}", id="remarks")


def _sorry(reason: str) -> NotebookNode:
    paragraphs = (
        "## Not graded yet",
        "\n".join(f"{as_markdown(line)}\n" for line in reason.splitlines()),
        "This is not a mark. Where this page has a score of 0 in its title, there is none yet.",
    )
    return nbformat.v4.new_markdown_cell("\n\n".join(paragraphs), id="not-graded")


def _has_role(cell: NotebookNode) -> bool:
    """Whether nbgrader keeps a cell in its gradebook."""
    marks = cell.metadata.get("nbgrader", {})
    return any(marks.get(role) for role in ("grade", "solution", "locked", "task"))


def _as_assignment(name: str, frame: NotebookNode) -> Assignment:
    """What a notebook of this frame is graded against: the kit's parts that have their check in it."""
    from grader import checks
    from grader.grading import Assignment
    from grader.notebook import CHECK_PREFIX, read

    cells = tuple(read(nbformat.writes(frame).encode()))
    ids = {cell.grade_id for cell in cells}
    parts = (part for known in checks.assignments() for part in checks.parts(known))
    return Assignment(name, tuple(part for part in parts if CHECK_PREFIX + part.id in ids), cells)


def _prove_the_sandbox(fail: Callable[[str], object]) -> None:
    """A machine that cannot shut students in grades nobody, and nobody's marks are touched."""
    from grader.nbgrader_plugin import shared_forkserver
    from grader.sandbox.problems import SandboxProblem

    try:
        shared_forkserver()
    except SandboxProblem as problem:
        fail(str(problem))


def _write_slip(slip: Slip, folder: Path) -> None:
    """The files without which `nbgrader release_feedback` would stop for the whole class."""
    from grader.intake import SECRET, TIMESTAMP

    (folder / TIMESTAMP).write_text(slip.timestamp, encoding="utf-8")
    # Feedback is published under a name made from the secret. Where there is none, nobody must be able to guess it.
    (folder / SECRET).write_text(slip.secret or secrets.token_hex(64), encoding="utf-8")


def _empty(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
