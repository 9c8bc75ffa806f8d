"""The `grader` command.

Exit codes: 0 all is well; 1 it ran, and the answer is no (less than full marks, a gate that does not hold, a machine
that cannot grade); 2 it could not run: wrong usage, a file that is not there, a notebook that could not be graded.
Modules are imported by the commands that need them, so that `grader --help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from rich.console import Console

    from grader.course import Course
    from grader.grading import Assignment
    from grader.intake import Accepted, Refused
    from grader.results import Result

OK, NO, BROKEN = 0, 1, 2


class UsageProblem(Exception):
    """The command cannot be carried out as it was given; the message says why, in one sentence."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageProblem(f"{message[:1].upper()}{message[1:].rstrip('.')}. See `{self.prog} --help`.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from grader.course import NoCourse
    from grader.sandbox.problems import SandboxProblem

    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        return code
    except (UsageProblem, NoCourse, SandboxProblem) as problem:
        print(f"grader: {problem}", file=sys.stderr)
        return BROKEN
    except KeyboardInterrupt:
        print("grader: interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, `grader check ... | head`
        sys.stderr.close()
        return BROKEN
    except OSError as error:  # a full disk, a folder that may not be written, a working folder that is gone
        where = f"{error.filename}: " if error.filename else ""
        print(f"grader: {where}{error.strerror or error}.", file=sys.stderr)
        return BROKEN


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="grader", description="Grade linear regression from scratch, and show why.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="grade notebooks and print the reports; no gradebook is touched")
    check.add_argument("notebooks", metavar="NOTEBOOK", nargs="+", type=Path, help="a file, or a submission's folder")
    check.add_argument("--seed", type=int, default=None, help="the seed of the checks (the public one by default)")
    check.add_argument("--assignment", metavar="NAME", help="grade against this assignment, whatever the cells say")
    check.add_argument("--json", action="store_true", help="print the results as JSON, and nothing else")
    check.add_argument("--junit", metavar="FILE", type=Path, help="write the results as JUnit XML, too")
    check.add_argument("--html", metavar="FILE", type=Path, help="write a page about the results, too")
    check.add_argument("--gradescope", metavar="FILE", type=Path, help="write results.json, of one notebook, too")
    check.add_argument(
        "--github",
        action="store_true",
        help="annotate the notebook; write the job's summary and result",
    )
    _course_option(check)
    check.set_defaults(run=_check)

    doctor = commands.add_parser("doctor", help="what this machine can and cannot do")
    doctor.set_defaults(run=_doctor)
    if find_spec("grader.gate") is not None:
        _add_commands_for_instructors(commands)
    return parser


def _add_commands_for_instructors(commands: argparse._SubParsersAction[_Parser]) -> None:
    """The commands that a student kit (`grader.student_kit`) does not have."""
    grade = commands.add_parser("grade", help="grade a class into nbgrader's gradebook; what is up to date is skipped")
    grade.add_argument("assignment", metavar="ASSIGNMENT")
    where = grade.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=int, default=None, metavar="N", help="processes that grade (default: all cores)")
    where.add_argument("--dask", metavar="ADDRESS", help="grade on the workers of this Dask scheduler instead")
    grade.add_argument(
        "--student", metavar="ID", action="append", help="only this one, or all that fit a pattern; may be repeated"
    )
    grade.add_argument("--force", action="store_true", help="grade again what is up to date")
    _export_options(grade)
    _course_option(grade)
    grade.set_defaults(run=_grade)

    export = commands.add_parser("export", help="write what a class has got, for Canvas, Moodle and others")
    export.add_argument("assignment", metavar="ASSIGNMENT")
    _export_options(export)
    _course_option(export)
    export.set_defaults(run=_export)

    report = commands.add_parser("report", help="what a class has learned and has not, as a page and a table")
    report.add_argument("assignment", metavar="ASSIGNMENT")
    report.add_argument(
        "--output", metavar="FILE/DIR", type=Path, help="a folder, or the page's name (default: course/reports)"
    )
    _course_option(report)
    report.set_defaults(run=_report)

    gate = commands.add_parser(
        "gate", help="prove an assignment fit for release: full marks for the reference, none for the bare release"
    )
    gate.add_argument("assignments", metavar="ASSIGNMENT", nargs="*", help="all of them if none is named")
    _course_option(gate)
    gate.set_defaults(run=_gate)

    demo = commands.add_parser("demo", help="the whole life of every assignment, on a sample class")
    demo.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, default=Path("demo"), help="default: demo")
    demo.add_argument("--students", type=int, default=None, help="only the first so many of each class")
    demo.add_argument("--assignment", metavar="NAME", action="append", help="only this one; may be given several times")
    _course_option(demo)
    demo.set_defaults(run=_demo)

    new = commands.add_parser("new-course", help="make a course folder of your own, with a secret seed")
    new.add_argument("folder", metavar="DIR", type=Path)
    new.add_argument("--course-id", metavar="ID", help="what nbgrader calls the course (the folder's name by default)")
    new.add_argument(
        "--force", action="store_true", help="also where there is a course: the kit's files anew, course/ as it is"
    )
    new.set_defaults(run=_new_course)

    students = commands.add_parser("student-kit", help="make what students install: notebooks, wheel, environment")
    students.add_argument(
        "folder", metavar="DIR", nargs="?", type=Path, help="where (default: course/student-kit in the course)"
    )
    _course_option(students)
    students.set_defaults(run=_student_kit)

    copy = commands.add_parser("copy-gradebook", help="copy the course's gradebook to another database")
    copy.add_argument("to", metavar="URL", help="postgresql+psycopg://USER@HOST/DATABASE or sqlite:///FILE; empty yet")
    _course_option(copy)
    copy.set_defaults(run=_copy_gradebook)


def _course_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--course", metavar="DIR", type=Path, help="the course folder (where you are by default)")


def _export_options(parser: argparse.ArgumentParser) -> None:
    to = parser.add_argument_group("files to write about the class")
    to.add_argument("--canvas", metavar="FILE", type=Path, help="the final scores, to be imported into Canvas")
    to.add_argument("--moodle", metavar="FILE", type=Path, help="the final scores, to be imported into Moodle")
    to.add_argument("--roster", metavar="FILE", type=Path, help="what Canvas or Moodle exported, to be filled in")
    to.add_argument("--column", metavar="TITLE", help="the assignment's title there (its name by default)")
    to.add_argument("--json", metavar="FILE", type=Path, help="every result, as JSON")
    to.add_argument("--junit", metavar="FILE", type=Path, help="every result, as JUnit XML")


def _find_course(options: argparse.Namespace) -> Course:
    from grader.course import find_course

    return find_course(options.course)


def _check(options: argparse.Namespace) -> int:
    from grader.results import to_json
    from grader.sandbox.levels import open_forkserver
    from grader.seeds import PUBLIC_SEED

    for path in options.notebooks:
        if not os.path.lexists(path):
            raise UsageProblem(f"There is no notebook {path}.")
    if options.gradescope and len(options.notebooks) > 1:
        raise UsageProblem(f"--gradescope takes one notebook at a time, got {len(options.notebooks)}.")
    _check_targets(options, "junit", "gradescope")
    if options.gradescope and options.gradescope.is_file():
        options.gradescope.unlink()  # an older one would speak of another submission
    seed = PUBLIC_SEED if options.seed is None else options.seed
    candidates: list[Assignment] = []
    submissions: list[tuple[Path, Accepted | Refused]] = []
    results: list[Result] = []

    def prepare() -> None:
        from grader.grading import draw_ahead
        from grader.intake import Accepted

        candidates.extend(_candidates(options))
        submissions.extend((path, _take(path, candidates)) for path in options.notebooks)
        for _, taken in submissions:
            if isinstance(taken, Accepted):
                draw_ahead(taken.assignment, seed)

    with open_forkserver(meanwhile=prepare) as forkserver:
        from grader import grading
        from grader.intake import Refused

        for path, taken in submissions:
            if isinstance(taken, Refused):
                assignment = _likely(path, candidates)
                result = grading.ungradable(assignment, str(path), seed, taken.reason, forkserver.level)
            else:
                result = grading.grade_notebook(
                    taken.data, [taken.assignment], forkserver, name=str(path), seed=seed, notes=taken.notes
                )
            results.append(result)
            if not options.json:
                _print_result(result, options)
    if options.json:
        print(to_json(results), end="", flush=True)
    _write_reports(options, results, [taken for _, taken in submissions])
    if any(result.status == "ungradable" for result in results):
        return BROKEN
    return OK if all(result.full_marks for result in results) else NO


def _check_targets(options: argparse.Namespace, *names: str) -> None:
    """No file to write is a folder, named twice, or a notebook, as where a file's name was forgotten.

    Raises: UsageProblem.
    """
    seen: dict[Path, str] = {}
    for name in names:
        path: Path | None = getattr(options, name)
        if path is None:
            continue
        if path.is_dir():
            raise UsageProblem(f"--{name} takes the name of a file to write, and {path} is a folder.")
        if path.suffix == ".ipynb":
            raise UsageProblem(f"--{name} takes the name of a file to write, and {path} would be a notebook.")
        other = seen.setdefault(path.resolve(), name)
        if other != name:
            raise UsageProblem(f"--{other} and --{name} are the same file, {path}.")


def _at_least_one(option: str, number: int | None) -> None:
    """Raises: UsageProblem."""
    if number is not None and number < 1:
        raise UsageProblem(f"{option} must be a positive number, got {number}.")


def _grade(options: argparse.Namespace) -> int:
    from grader.cohort.command import NotGraded, grade_class

    _at_least_one("--jobs", options.jobs)
    _wanted(options)
    try:
        everybody = grade_class(
            _find_course(options),
            options.assignment,
            _console(),
            jobs=options.jobs or len(os.sched_getaffinity(0)),
            dask=options.dask,
            students=options.student or (),
            force=options.force,
        )
    except NotGraded as problem:
        raise UsageProblem(str(problem)) from None
    exported = _export(options) if _wanted(options) else OK
    return OK if everybody and exported == OK else NO


def _wanted(options: argparse.Namespace) -> bool:
    """Whether there is anything to export. Raises: UsageProblem."""
    wanted = [name for name in ("canvas", "moodle", "json", "junit") if getattr(options, name)]
    tables = [name for name in wanted if name in ("canvas", "moodle")]
    if options.roster and len(tables) != 1:
        raise UsageProblem("--roster goes with one of --canvas and --moodle.")
    if options.column and not tables:
        raise UsageProblem("--column goes with --canvas or --moodle.")
    _check_targets(options, *wanted)
    return bool(wanted)


def _export(options: argparse.Namespace) -> int:
    from grader.cohort.command import NotGraded
    from grader.cohort.export import NotExported, export_class

    if not _wanted(options):
        raise UsageProblem("Say what to write: --canvas, --moodle, --json or --junit, each with a file.")
    try:
        remarks = export_class(
            _find_course(options),
            options.assignment,
            canvas=options.canvas,
            moodle=options.moodle,
            json=options.json,
            junit=options.junit,
            roster=options.roster,
            column=options.column,
        )
    except (NotExported, NotGraded) as problem:
        raise UsageProblem(str(problem)) from None
    for remark in remarks:
        print(f"grader: {remark}", file=sys.stderr)
    return NO if remarks else OK


def _report(options: argparse.Namespace) -> int:
    from grader.report.class_report import NoReport, report_class

    try:
        print(report_class(_find_course(options), options.assignment, options.output))
    except NoReport as problem:
        raise UsageProblem(str(problem)) from None
    return OK


def _take(path: Path, candidates: Sequence[Assignment]) -> Accepted | Refused:
    """A notebook, or the folder of a submission, as its user names it: only what is below that is not trusted."""
    from grader.intake import take_file, take_folder

    if path.is_symlink() or not path.is_dir():
        return take_file(path, candidates)
    folder = Path(os.path.abspath(path))
    return take_folder(folder.parent, *filter(None, [folder.name]), assignments=candidates)


def _likely(path: Path, candidates: Sequence[Assignment]) -> Assignment:
    """The assignment that a notebook which cannot be graded is meant for, as far as its name or folder tells."""
    from grader.grading import Assignment

    if len(candidates) == 1:
        return candidates[0]
    named = [candidate for candidate in candidates if candidate.name in (path.stem, path.resolve().name)]
    return named[0] if named else Assignment("unknown", ())


def _candidates(options: argparse.Namespace) -> list[Assignment]:
    """The assignments a notebook may belong to, with the course's notebooks where there is a course."""
    from grader import checks
    from grader.course import NoCourse
    from grader.grading import Assignment
    from grader.notebook import Unreadable

    try:
        course = _find_course(options)
    except NoCourse:
        if options.course is not None:
            raise
        course = None
    names = [options.assignment] if options.assignment else list(checks.assignments())
    candidates = []
    for name in names:
        source = course.notebook(name) if course else None
        try:
            candidates.append(Assignment.load(name, source.read_bytes() if source and source.is_file() else None))
        except LookupError as problem:
            raise UsageProblem(str(problem.args[0])) from None
        except Unreadable as problem:
            raise UsageProblem(f"The course's own notebook {source} cannot be read. {problem}") from None
    return candidates


def _print_result(result: Result, options: argparse.Namespace) -> None:
    from grader.report.github import unheeded
    from grader.report.text import result_text

    about = f"{result.notebook} ({result.assignment}, seed {result.seed}, isolation {result.isolation})"
    text = f"{about}\n\n{result_text(result)}\n"
    print(unheeded(text) if options.github else text)


def _write_reports(
    options: argparse.Namespace, results: Sequence[Result], submissions: Sequence[Accepted | Refused]
) -> None:
    """The files that `grader check` was asked for, besides what it prints."""
    from grader.records import write_report

    if options.junit:
        from grader.report.junit import junit_xml

        write_report(options.junit, junit_xml(results))
    if options.html:
        from grader.report.html import results_page

        write_report(options.html, results_page(results))
    if options.gradescope:
        from grader.report.gradescope import gradescope_json

        [result] = results
        if result.score is None:
            why = f"{options.gradescope} is not written, because there is no score. {' '.join(result.reason.split())}"
            print(f"grader: {why}", file=sys.stderr)
        else:
            write_report(options.gradescope, gradescope_json(result))
    if options.github:
        from grader.intake import Accepted
        from grader.report.github import Graded, announce

        graded = [
            Graded(result, _notebook_in(path, result), taken.data if isinstance(taken, Accepted) else None)
            for path, result, taken in zip(options.notebooks, results, submissions, strict=True)
        ]
        # Nothing but the JSON goes to stdout with --json; a runner reads stderr as well.
        announce(graded, os.environ, lambda line: print(line, file=sys.stderr if options.json else sys.stdout))


def _notebook_in(path: Path, result: Result) -> Path:
    """The file that an annotation belongs to, where a submission's folder was named."""
    inside = path / f"{result.assignment}.ipynb"
    return inside if inside.is_file() else path


def _gate(options: argparse.Namespace) -> int:
    from grader.gate import examine

    course = _find_course(options)
    names = options.assignments or course.assignments()
    unknown = [name for name in names if name not in course.assignments()]
    if unknown:
        there = ", ".join(course.assignments()) or "none"
        raise UsageProblem(f"There is no assignment called {unknown[0]!r}. There are: {there}.")
    from grader.sandbox.levels import open_forkserver

    held = True
    with open_forkserver() as forkserver:
        for name in names:
            for finding in examine(course, name, forkserver):
                held = held and finding.ok
                print(f"{name}: {'ok      ' if finding.ok else 'NOT OK  '}{finding.sentence}", flush=True)
    return OK if held else NO


def _demo(options: argparse.Namespace) -> int:
    from grader.demo import NoClass, NotEmpty, run_demo
    from grader.nbgrader_commands import NbgraderFailed

    _at_least_one("--students", options.students)
    try:
        right = run_demo(
            _find_course(options),
            options.folder,
            _console(),
            students=options.students,
            assignments=options.assignment,
        )
        return OK if right else NO
    except (NotEmpty, NoClass, NbgraderFailed) as problem:
        raise UsageProblem(str(problem)) from None


def _new_course(options: argparse.Namespace) -> int:
    from grader.kit_files import NoKit
    from grader.new_course import NoNewCourse, make_course

    try:
        course = make_course(options.folder, course_id=options.course_id, force=options.force)
    except (NoNewCourse, NoKit) as problem:
        raise UsageProblem(str(problem)) from None
    print(f"Made a course in {course.root}: {', '.join(course.assignments())}.")
    print(f"Its secret seed is in {course.workspace / 'seed'}. README.md there says how to go on; begin with:")
    print(f"  cd {shlex.quote(str(options.folder))} && grader gate")
    return OK


def _student_kit(options: argparse.Namespace) -> int:
    from grader.kit_files import NoKit
    from grader.nbgrader_commands import NbgraderFailed
    from grader.settings import NoSettings
    from grader.student_kit import NoStudentKit, make_student_kit

    course = _find_course(options)
    folder = options.folder or course.workspace / "student-kit"
    try:
        files = make_student_kit(course, folder)
    except (NoStudentKit, NoKit, NoSettings, NbgraderFailed) as problem:
        raise UsageProblem(str(problem)) from None
    for path in files:
        print(path)
    print("No line of a solution is in it. Students install it as its README.md says.")
    return OK


def _copy_gradebook(options: argparse.Namespace) -> int:
    from grader.gradebook_copy import NotCopied, copy_gradebook, readable
    from grader.settings import NoSettings, read_settings

    try:
        counts = copy_gradebook(read_settings(_find_course(options)).db_url, options.to)
    except (NoSettings, NotCopied) as problem:
        raise UsageProblem(str(problem)) from None
    what = {"student": "students", "submitted_assignment": "submissions", "grade": "grades", "comment": "comments"}
    print(f"Copied {', '.join(f'{counts[table]} {word}' for table, word in what.items())}; read again, all the same.")
    print("The course still uses the old gradebook. To use the copy, write into nbgrader_config.py")
    print(f'    c.CourseDirectory.db_url = "{readable(options.to)}"')
    return OK


def _doctor(options: argparse.Namespace) -> int:
    from grader.doctor import examine, healthy

    console = _console()
    findings = examine()
    for finding in findings:
        mark = "ok" if finding.ok else "MISSING" if finding.essential else "without"
        console.print(f"{mark:>8}  {finding.topic}: {finding.sentence}", soft_wrap=True, markup=False, highlight=False)
        if not finding.ok and finding.cure:
            console.print(f"{'':>8}  cure: {finding.cure}", soft_wrap=True, markup=False, highlight=False)
    well = healthy(findings)
    print("This machine can grade." if well else "This machine cannot grade: mend what is MISSING above.")
    return OK if well else NO


def _console() -> Console:
    from rich.console import Console

    console = Console()
    # Where nobody tells the width (a pipe, a log), 80 columns would break every line of a table.
    return console if console.is_terminal else Console(width=120)
