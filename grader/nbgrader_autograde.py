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
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import nbformat
import nbgrader.apps.api
import nbgrader.apps.autogradeapp
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, Notebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import find_all_files, setenv
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Unicode

from grader.frame import as_assignment, as_notebook, as_text, has_role, not_graded, roles_of
from grader.gradebook import Entry, digest, one_gradebook
from grader.locks import Locked, only_one
from grader.records import Record, grader_digest, read_record, sha256, write_record
from grader.results import printable
from grader.steps import SEALED_EXECUTE, Steps, dotted
from grader.student_ids import problem_with_id

if TYPE_CHECKING:
    from grader.execution import Executed, Marks
    from grader.intake import Accepted, Slip
    from grader.nbgrader_plugin import SealedExecute
    from grader.results import Result

UNGRADED = "ungraded.txt"
"""In the folder of a submission that could not be graded: when it was handed in, and why it could not."""
STAGING = ".autograded"
"""Among the accepted submissions: where an autograded notebook is made before it takes the place of an older one."""
OUR_FAULT = "Grading it failed, through no fault of yours. Your teacher has been told."


def read_note(path: Path) -> tuple[str, str]:
    """Of a note that somebody could not be graded: the date of the submission, and the reason. Raises: OSError."""
    timestamp, _, reason = path.read_text(encoding="utf-8", errors="replace").partition("\n")
    return timestamp, printable(reason.strip())


def seal_autograde() -> None:
    """Make every `nbgrader autograde` of this process ours: the command's and the formgrader's.

    nbgrader lets its preprocessors be chosen, but not the converter that reads submissions before them. Its command
    and its API look the class up by name in their own modules when they start, so that is where it is replaced.
    """
    nbgrader.apps.autogradeapp.Autograde = SealedAutograde
    nbgrader.apps.api.Autograde = SealedAutograde


@dataclass(frozen=True)
class Taken:
    """A submission that can be graded. given: the digest of everything that its result depends on."""

    student: str
    accepted: Accepted
    given: str


@dataclass(frozen=True)
class Unfit:
    """A submission that cannot be graded, and why.

    slip: None where there is nobody to tell it to. shown: what the student reads instead of the reason.
    """

    student: str
    reason: str
    slip: Slip | None
    shown: str = ""

    @property
    def record(self) -> str:
        return f"{self.slip.timestamp if self.slip else ''}\n{self.reason}\n"


@dataclass(frozen=True)
class _Staged:
    """A submission that has been graded, and marked in a transaction that has not ended.

    folder: what is to be its autograded folder. notebook, automatic: see `grader.records.Record`.
    """

    taken: Taken
    done: Executed
    folder: Path
    notebook: str
    automatic: str


class SealedAutograde(Autograde):  # type: ignore[misc]
    """nbgrader's Autograde on submissions that were taken in first."""

    accepted_directory = Unicode(
        "accepted", help="Where submissions lie as they are graded, relative to the course's root."
    ).tag(config=True)

    records_directory = Unicode(
        "records", help="Where the records of what has been graded lie, relative to the course's root."
    ).tag(config=True)

    students: Sequence[str] = ()
    """Patterns of the ids to grade; where there are none, `CourseDirectory.student_id` is the pattern."""

    # nbgrader's own steps, in the order in which it calls them.

    def init_notebooks(self) -> None:
        """Find out whose submissions are to be graded, and against what. Raises: NbGraderException."""
        with self._in_sentences():
            self._find_everything()

    def _find_everything(self) -> None:
        self._check_settings()
        self._frame = self._read_frame()
        self._assignment = as_assignment(self.coursedir.assignment_id, self._frame)
        self._submitted = Path(self.coursedir.root, self.coursedir.submitted_directory)
        entries = self._entries() if self._submitted.is_dir() else []
        for pattern in self.students or (self.coursedir.student_id,):
            if not any(fnmatchcase(entry, pattern) for entry in entries):
                place = self._format_source(self.coursedir.assignment_id, pattern)
                self._fail(f"No submissions were found at '{place}'")
        self.submitters = [entry for entry in entries if self._is_wanted(entry)]

    def convert_notebooks(self) -> None:
        """Grade everybody, one after the other. Raises: NbGraderException at the end if somebody could not be."""
        if self.sealed is not None:
            _prove_the_sandbox(self._fail)
        with self.grading():
            problems = {student: self._grade(student) for student in self.submitters}
        ungraded = {student: problem for student, problem in problems.items() if problem}
        if ungraded:
            from grader.intake import shown

            verdict = f"{len(ungraded)} of {len(problems)} submissions could not be graded."
            self.log.error("\n".join([verdict, *(f"  {shown(who)}: {why}" for who, why in ungraded.items())]))
            raise NbGraderException(verdict)

    def _init_preprocessors(self) -> None:
        """As nbgrader does it, without the step that runs the notebook: that has been done elsewhere by then."""
        chosen = self.sanitize_preprocessors if self._sanitizing else self.autograde_preprocessors
        self.exporter._preprocessors = []
        self.exporter._nb_metadata.clear()  # of every notebook so far: it would grow with the class
        for step in chosen:
            if dotted(step) != SEALED_EXECUTE:
                self.exporter.register_preprocessor(step)

    # A submission's way: take, (is_current,) prepare, execute somewhere, finish; or set aside.

    @contextmanager
    def grading(self) -> Iterator[None]:
        """Where submissions can be graded: nobody else grades this assignment, and there is one gradebook for all.

        Raises: NbGraderException, also where the gradebook or the course's folders fail us in the middle.
        """
        course = self.coursedir
        try:
            self._steps = Steps.of(self)
            self._settings = self._steps.settings()
        except Exception as error:  # whatever a course's own class has to say
            self._fail(f"The steps that nbgrader_config.py chooses for grading cannot be used. {told(error)}")
        submitted, course.submitted_directory = course.submitted_directory, self.accepted_directory
        try:
            with (
                self._in_sentences(),
                only_one(self._records / f"{course.assignment_id}.lock"),
                one_gradebook(
                    course.db_url, course.course_id, course.assignment_id, self._steps.classes
                ) as self._gradebook,
            ):
                self._given = self._given_to_everybody()
                self._given_files = self._find_given_files()
                self.exporter.optimistic_validation = True  # once after all steps, not after each of them
                _remove(self._staging)  # a run that was killed may have left something there
                yield
                _remove(self._staging)
        finally:
            course.submitted_directory = submitted

    @contextmanager
    def _in_sentences(self) -> Iterator[None]:
        """Where what is wrong with the course ends the run. Raises: NbGraderException."""
        try:
            yield
        except Locked as holder:
            self._fail(f"{self.coursedir.assignment_id} is being graded already, by {holder}. Wait until that is done.")
        except SQLAlchemyError as error:
            why = " ".join(str(getattr(error, "orig", None) or error).split())
            self._fail(f"The gradebook cannot be read or written, so grading ends here: {why}.")
        except ModuleNotFoundError as error:
            if error.name not in ("psycopg", "psycopg2"):
                raise
            self._fail(
                "The gradebook is kept in PostgreSQL, for which the kit needs its extra `postgres` and an address that "
                f"begins with postgresql+psycopg:// ({error}): pip install -e '.[postgres]'"
            )
        except OSError as error:
            why = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
            self._fail(f"The course's folders cannot be read or written, so grading ends here: {why}.")

    def take(self, student: str) -> Taken | Unfit:
        """What was handed in, without a trace of our having looked."""
        from grader.intake import Refused, take_folder

        problem = problem_with_id(student)
        if problem:
            return Unfit(student, f"This folder's name {problem}, so it is nobody's id. Rename it.", None)
        found = take_folder(self._submitted, student, self.coursedir.assignment_id, assignments=[self._assignment])
        if isinstance(found, Refused):
            return Unfit(student, found.reason, found.slip)
        slip = found.slip
        own = [student, sha256(found.data), found.notes, slip.timestamp, slip.secret]
        return Taken(student, found, digest([self._given, own]))

    def is_current(self, taken: Taken) -> Record | None:
        """The record of this very submission, graded as it would be graded now, if all that it speaks of is there."""
        from grader.intake import SECRET, TIMESTAMP

        record = read_record(self._record_of(taken.student))
        if record is None or (record.student, record.given) != (taken.student, taken.given):
            return None
        folder = self._place(self.coursedir.autograded_directory, taken.student)
        try:
            whole = sha256((folder / self._notebook_name).read_bytes()) == record.notebook
        except OSError:
            return None
        if not whole or self._said_ungraded(taken.student):
            return None
        if not all((folder / name).is_file() for name in (TIMESTAMP, SECRET)):
            return None
        entry = self._gradebook.entry(taken.student)
        found = "" if entry is None else self._gradebook.automatic(entry)
        self._gradebook.drop()
        return record if found == record.automatic else None

    def prepare(self, taken: Taken) -> bytes:
        """Accept a submission; its notebook as it is to be run."""
        return self._sanitized(self._accept(taken))

    def finish(self, graded: Sequence[tuple[Taken, Executed]]) -> list[Record | None]:
        """Record what came of some submissions: in the gradebook, all in one transaction, as autograded notebooks, and
        in records of ours.

        Older records and older notebooks go first, and new records come last. So whatever happens in between, the next
        run of either command grades the submissions again.

        In the order of the students: in PostgreSQL a student that one run makes another has to wait for, and two that
        make the same ones in different orders would wait for each other.
        """
        staged = [self._stage(taken, done) for taken, done in sorted(graded, key=lambda one: one[0].student)]
        for one in staged:
            self._record_of(one.taken.student).unlink(missing_ok=True)
            _remove(self._autograded_of(one.taken.student))
        self._gradebook.save()
        return [self._publish(one) for one in staged]

    def _stage(self, taken: Taken, done: Executed) -> _Staged:
        """Make everything, and show nothing of it yet."""
        self.log.info("Autograding %s", taken.student)
        if done.marks is None:
            folder, entry = self._passed(taken, done)
            notebook = (folder / self._notebook_name).read_bytes()
        else:
            folder, entry = self._marked(taken, done, done.marks)
            notebook = done.notebook
        return _Staged(taken, done, folder, sha256(notebook), self._gradebook.automatic(entry))

    def _publish(self, staged: _Staged) -> Record | None:
        """Put in its place what the gradebook knows by now."""
        taken, done = staged.taken, staged.done
        autograded = self._autograded_of(taken.student)
        autograded.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(staged.folder, autograded)
        self.set_permissions(self.coursedir.assignment_id, taken.student)
        self.run_post_convert_hook()
        if self.sealed is None:
            return None
        record = Record(
            student=taken.student,
            given=taken.given,
            notebook=staged.notebook,
            automatic=staged.automatic,
            stopped=done.stopped,
            result=self._result(taken, done),
            seconds=done.seconds,
        )
        write_record(self._record_of(taken.student), record)
        return record

    def _autograded_of(self, student: str) -> Path:
        return self._place(self.coursedir.autograded_directory, student)

    def could_not_grade(self, taken: Taken, problem: str) -> Unfit:
        """Set aside a submission that we failed to grade."""
        fault = " ".join(problem.split())
        unfit = Unfit(taken.student, f"Grading it failed. {printable(fault[:500])}", taken.accepted.slip, OUR_FAULT)
        self._gradebook.drop()
        self.set_aside(unfit)
        return unfit

    # One student

    def _grade(self, student: str) -> str:
        """Take in and grade one submission; what was in the way, or nothing."""
        taken = self.take(student)
        if isinstance(taken, Unfit):
            self.set_aside(taken)
            return taken.reason
        try:
            accepted = self._accept(taken)
            self.notebooks = [str(accepted)]
            if not self.init_destination(self.coursedir.assignment_id, student):
                return ""
            notebook = self._sanitized(accepted)
            with _no_trouble_of_the_course():
                done = self._execute(notebook)
            self.finish([(taken, done)])
        except (OSError, SQLAlchemyError):
            raise
        except Exception as error:
            self.log.error(traceback.format_exc())
            return self.could_not_grade(taken, told(error)).reason
        return ""

    def _execute(self, notebook: bytes) -> Executed:
        """Run a notebook here and now."""
        from grader.execution import Executed, execute
        from grader.nbgrader_plugin import shared_forkserver

        if self.sealed is None:  # a course that has another step run its notebooks
            return Executed(notebook=notebook)
        return execute(notebook, shared_forkserver(), seed=self.sealed.seed)

    @cached_property
    def sealed(self) -> SealedExecute | None:
        """The step that runs notebooks in the sandbox, as the course has set it; None if the course does not use it."""
        if SEALED_EXECUTE not in map(dotted, self.autograde_preprocessors):
            return None
        from grader.nbgrader_plugin import SealedExecute

        step = SealedExecute(parent=self)
        return step if step.enabled else None

    def _accept(self, taken: Taken) -> Path:
        """Write the submission anew, where nbgrader will read it."""
        from grader.intake import shown
        from grader.notebook import assemble

        accepted = taken.accepted
        assembled = assemble(accepted.cells, self._assignment.parts, self._assignment.cells)
        notes = (*accepted.notes, *assembled.notes)
        for note in notes:
            self.log.warning("%s: %s", shown(taken.student), note)
        notebook = as_text(as_notebook(assembled, self._frame, notes)).encode()
        return self._put(taken, notebook, _slip_files(taken.accepted.slip))

    def _put(self, taken: Taken, notebook: bytes, slip: dict[str, str]) -> Path:
        """Put an accepted submission in its place. slip: what `_slip_files` gives for it."""
        student = taken.student
        if self._said_ungraded(student):
            # What lies in the other folders says that it could not be graded, whatever its date.
            self._remove_results(student)
        folder = self._place(self.accepted_directory, student)
        _empty(folder)
        path = folder / self._notebook_name
        path.write_bytes(notebook)
        _write_files(folder, slip)
        return path

    def _sanitized(self, accepted: Path) -> bytes:
        """nbgrader's first pass over an accepted submission, and before it the course's hook, which may change that."""
        self.notebooks = [str(accepted)]
        self.run_pre_convert_hook()
        self._sanitizing = True
        self._init_preprocessors()
        resources = self.init_single_notebook_resources(str(accepted))
        text, _ = self.exporter.from_filename(str(accepted), resources=resources)
        self._gradebook.save()  # a step of the course's own may have written something
        return str(text).encode()

    def _passed(self, taken: Taken, done: Executed) -> tuple[Path, Entry]:
        """nbgrader's steps over a notebook that has been run; the folder that they make, and what they have entered."""
        course, student = self.coursedir, taken.student
        made = course.autograded_directory
        try:
            course.autograded_directory = self._staging_directory
            folder = Path(self._format_dest(course.assignment_id, student))
            _empty(folder)
            notebook = folder / self._notebook_name
            self.notebooks = [str(self._place(self.accepted_directory, student) / self._notebook_name)]
            self._sanitizing = True  # nbgrader's word for the pass that reads what was handed in
            self.init_assignment(course.assignment_id, student)
            notebook.write_bytes(done.notebook)
            self._second_pass(notebook)
        finally:
            course.autograded_directory = made
        return folder, self._entry(student)

    def _marked(self, taken: Taken, done: Executed, marks: Marks) -> tuple[Path, Entry]:
        """The same, where those steps have been carried out elsewhere.

        As nbgrader's `init_assignment`, but without a search for files and entries that are known to be there.
        """
        slip, folder = _slip_files(taken.accepted.slip), self._staging / taken.student
        self._put(taken, done.accepted, slip)
        entry = self._gradebook.enter(taken.student, taken.accepted.slip.timestamp, new_students=self.create_student)
        if entry.total_seconds_late > 0:
            self.log.warning("%s is %s seconds late", entry, entry.total_seconds_late)
        _empty(folder)
        _write_files(folder, slip)
        for name in self._given_files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self._source / name, folder / name)
        (folder / self._notebook_name).write_bytes(done.notebook)
        self._gradebook.mark(entry, marks)
        return folder, self._consider_lateness(entry)

    def _entry(self, student: str) -> Entry:
        """As it stands now that steps have written there."""
        entry = self._gradebook.entry(student)
        if entry is None:
            raise MissingEntry(f"A step of the course has removed the submission of {student} from the gradebook.")
        return entry

    @property
    def _source(self) -> Path:
        return Path(self.coursedir.format_path(self.coursedir.source_directory, ".", self.coursedir.assignment_id))

    def _find_given_files(self) -> list[str]:
        """What everybody gets beside the notebook, from the assignment's source."""
        course, source = self.coursedir, str(self._source)
        kept = {os.path.join(source, name) for name in self.exclude_overwriting.get(course.assignment_id, [])}
        found = set(find_all_files(source, [*course.ignore, "*.ipynb"])) - kept
        return sorted(os.path.relpath(path, source) for path in found)

    def _second_pass(self, notebook: Path) -> None:
        """nbgrader's, over a notebook that has been run."""
        self._sanitizing = False
        try:
            self._init_preprocessors()
            with setenv(NBGRADER_EXECUTION="autograde"):
                BaseConverter.convert_single_notebook(self, str(notebook))
        finally:
            self._sanitizing = True

    def _consider_lateness(self, entry: Entry) -> Entry:
        """nbgrader's step for it, where it may have something to do; the entry after that."""
        if not entry.total_seconds_late and entry.late_submission_penalty is None:
            return entry
        name = self.coursedir.assignment_id
        about = {"student": entry.student, "assignment": name, "notebook": name, "db_url": self.coursedir.db_url}
        for step in self._steps.late:
            step(nbformat.v4.new_notebook(), {"nbgrader": about})
        return self._entry(entry.student)

    def _result(self, taken: Taken, done: Executed) -> Result:
        from grader.results import Result

        assert self.sealed is not None  # or there would be no record
        return Result(
            assignment=self.coursedir.assignment_id,
            notebook=self._notebook_name,
            status="graded",
            reason="\n".join(taken.accepted.notes),
            score=sum(part.score for part in done.parts),
            max_score=self._assignment.max_score,
            seed=self.sealed.seed,
            isolation=done.isolation,
            parts=done.parts,
        )

    def _given_to_everybody(self) -> str:
        """Stands for what grading depends on besides the submission: the assignment, the grader and the settings."""
        frame = nbformat.writes(self._frame)
        return digest([frame, self._gradebook.outline.listed(), grader_digest(), self._settings])

    def set_aside(self, unfit: Unfit) -> None:
        """Leave no score, and say so wherever somebody may look for one."""
        from grader.intake import shown

        student, slip = unfit.student, unfit.slip
        self.log.error("%s cannot be graded. %s", shown(student), unfit.reason)
        if slip is None or self.was_set_aside(unfit):
            return
        note = self._note_of(student)
        dest = self._place(self.coursedir.autograded_directory, student)
        self._record_of(student).unlink(missing_ok=True)
        self._clear_scores(student, slip.timestamp)
        self._remove_results(student)
        _empty(note.parent)
        dest.mkdir(parents=True)
        page = not_graded(self._frame, unfit.shown or unfit.reason)
        (dest / self._notebook_name).write_text(as_text(page), encoding="utf-8")
        _write_files(dest, _slip_files(slip))
        self.set_permissions(self.coursedir.assignment_id, student)
        note.write_text(unfit.record, encoding="utf-8")

    def was_set_aside(self, unfit: Unfit) -> bool:
        """Whether this has been said before, and is not to be said anew: a person may have given marks since."""
        note, dest = self._note_of(unfit.student), self._place(self.coursedir.autograded_directory, unfit.student)
        if self.force or not dest.is_dir() or not note.is_file():
            return False
        return note.read_text(encoding="utf-8", errors="replace") == unfit.record

    def _said_ungraded(self, student: str) -> bool:
        return self._note_of(student).exists()

    def _note_of(self, student: str) -> Path:
        return self._place(self.accepted_directory, student) / UNGRADED

    def _clear_scores(self, student: str, timestamp: str) -> None:
        """No automatic score, every cell waits for a person. What a person has given stays."""
        gradebook = self._gradebook
        try:
            entry = gradebook.enter(student, timestamp, new_students=self.create_student)
        except MissingEntry:
            return
        gradebook.clear(entry)
        gradebook.save()

    def _remove_results(self, student: str) -> None:
        for step in (self.coursedir.autograded_directory, self.coursedir.feedback_directory):
            _remove(self._place(step, student))

    @property
    def _notebook_name(self) -> str:
        return f"{self.coursedir.assignment_id}.ipynb"

    @property
    def _staging_directory(self) -> str:
        """Relative to the course's root, which may have characters that nbgrader would take for a pattern's."""
        return f"{self.accepted_directory}/{STAGING}-{digest(self.coursedir.assignment_id)[:12]}"

    @property
    def _staging(self) -> Path:
        return Path(self.coursedir.root, self._staging_directory)

    @property
    def _records(self) -> Path:
        return Path(self.coursedir.root, self.records_directory)

    def _record_of(self, student: str) -> Path:
        return self._records / str(self.coursedir.assignment_id) / f"{student}.json"

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
        ours = {cell.metadata.nbgrader.grade_id: roles_of(cell) - {"locked"} for cell in frame.cells if has_role(cell)}
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                known = _known_roles(gradebook.find_notebook(name, name))
                others = [book.name for book in gradebook.find_assignment(name).notebooks if book.name != name]
            except MissingEntry:
                self._fail(f"The gradebook does not know {name}. Run `nbgrader generate_assignment {name}` first.")
        if others:
            self._fail(f"The assignment {name} has other notebooks, too ({', '.join(others)}); only one can be graded.")
        if ours != known:
            differing = ", ".join(sorted(id for id in ours.keys() | known.keys() if ours.get(id) != known.get(id)))
            self._fail(
                f"{path} is not the notebook that the gradebook knows (cells: {differing}). "
                f"Run `nbgrader generate_assignment {name}`."
            )
        return frame

    def _entries(self) -> list[str]:
        """The folders of those who have handed something in, and whatever else lies where such folders should."""
        return [
            entry.name
            for entry in sorted(os.scandir(self._submitted), key=lambda entry: entry.name)
            if not any(fnmatchcase(entry.name, pattern) for pattern in self.coursedir.ignore) and self._counts(entry)
        ]

    def _counts(self, entry: os.DirEntry[str]) -> bool:
        kind = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(kind):
            return self._has_submission(entry.path)
        return not stat.S_ISREG(kind)  # an ordinary file there is the instructor's

    def _is_wanted(self, entry: str) -> bool:
        patterns = self.students or (self.coursedir.student_id,)
        excluded = self.coursedir.student_id_exclude.split(",")
        return entry not in excluded and any(fnmatchcase(entry, pattern) for pattern in patterns)

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


def _known_roles(notebook: Notebook) -> dict[str, set[str]]:
    """Which cells nbgrader took note of, and as what: a cell that is worth points only there would get none."""
    known: dict[str, set[str]] = {cell.name: set() for cell in notebook.source_cells}
    marked = {"grade": notebook.grade_cells, "solution": notebook.solution_cells, "task": notebook.task_cells}
    for role, cells in marked.items():
        for cell in cells:
            known.setdefault(cell.name, set()).add(role)
    return known


def _prove_the_sandbox(fail: Callable[[str], object]) -> None:
    """A machine that cannot shut students in grades nobody, and nobody's marks are touched."""
    from grader.nbgrader_plugin import shared_forkserver
    from grader.sandbox.problems import SandboxProblem

    try:
        shared_forkserver()
    except SandboxProblem as problem:
        fail(str(problem))


def _slip_files(slip: Slip) -> dict[str, str]:
    """The files without which `nbgrader release_feedback` would stop for the whole class: what they hold, by name."""
    from grader.intake import SECRET, TIMESTAMP

    # Feedback is published under a name made from the secret. Where there is none, nobody must be able to guess it.
    return {TIMESTAMP: slip.timestamp, SECRET: slip.secret or secrets.token_hex(64)}


def _write_files(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def told(error: Exception) -> str:
    """An exception in a few words."""
    return f"{type(error).__name__}: {error}"


@contextmanager
def _no_trouble_of_the_course() -> Iterator[None]:
    """Where an OSError is a fault like any other and says nothing about the course's folders."""
    try:
        yield
    except OSError as error:
        raise RuntimeError(told(error)) from error


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _empty(folder: Path) -> None:
    _remove(folder)
    folder.mkdir(parents=True)
