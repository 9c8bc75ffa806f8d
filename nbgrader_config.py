"""nbgrader's configuration for this course: every nbgrader command run from this folder reads it.

Everything that a course produces goes to `course/`, which git ignores. To keep grades in PostgreSQL, give
`c.CourseDirectory.db_url`; to use a machine's own exchange, set the environment variable GRADER_EXCHANGE to its
folder.
"""

import os
import sys
from pathlib import Path

try:
    from grader.nbgrader_autograde import seal_autograde
except ImportError as error:
    # Only this exception stops nbgrader; with any other it would go on without this configuration.
    raise SystemExit(f"This course needs its own environment ({error}). Activate it: . .venv/bin/activate") from None

c = get_config()  # noqa: F821 (nbgrader defines it when it reads this file)

# nbgrader starts alembic by its bare name, which is found only where the environment is activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

root = Path(__file__).resolve().parent
workspace = root / "course"
try:
    workspace.mkdir(exist_ok=True)
except OSError as error:
    raise SystemExit(f"{workspace} cannot be made ({error.strerror}). Work in a folder of your own.") from None

c.CourseDirectory.course_id = "linreg"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "assignments"
c.CourseDirectory.release_directory = "course/release"
c.CourseDirectory.submitted_directory = "course/submitted"
c.CourseDirectory.autograded_directory = "course/autograded"
c.CourseDirectory.feedback_directory = "course/feedback"
c.CourseDirectory.solution_directory = "course/solution"
c.CourseDirectory.db_url = f"sqlite:///{workspace / 'gradebook.db'}"
# The py:percent source holds the solutions and lies beside the notebook: it must never be released.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", "*.py"]
# What fetching feedback and running checks leave in a student's folder comes back with the next submission.
c.CourseDirectory.ignore += ["feedback", ".hypothesis"]

exchange = Path(os.environ.get("GRADER_EXCHANGE") or workspace / "exchange")
c.Exchange.root = str(exchange)
if not exchange.is_dir():
    exchange.mkdir(parents=True)
    exchange.chmod(0o777)  # nbgrader wants an exchange that everybody can write to

# What students hand in is collected without following links, waiting for pipes or unpacking without end, and a
# submission that is in the way of others is left out with a line that says why. The export is a CSV that says of each
# student whether there is a score at all.
c.ExchangeFactory.collect = "grader.collection.CarefulCollect"
c.ZipCollectApp.extractor_plugin = "grader.collection.CarefulExtractor"
c.ZipCollectApp.collector_plugin = "grader.collection.CarefulFileNameCollector"
c.ExportApp.plugin_class = "grader.export.QuotedCsvExport"

# Students check with the public seed. Whoever keeps a seed of their own in course/seed grades with that one.
seed = workspace / "seed"
if seed.is_file():
    try:
        given = seed.read_text(encoding="utf-8", errors="replace").strip()
        c.SealedExecute.seed = int(given)
    except OSError as error:
        raise SystemExit(f"The seed for grading cannot be read ({error.strerror}): {seed}.") from None
    except ValueError:
        raise SystemExit(f"The seed for grading must be one whole number, got {given!r}. Correct {seed}.") from None

c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# A deleted check costs nothing: it comes back from the assignment.
c.OverwriteCells.add_missing_cells = True

# Submissions are taken in strictly before nbgrader reads them: `nbgrader autograde` and the formgrader's button use a
# subclass of nbgrader's Autograde, which writes what it accepts into a folder of its own.
seal_autograde()
c.SealedAutograde.accepted_directory = "course/accepted"
c.SealedAutograde.records_directory = "course/records"

# Submissions run in a sandbox, and points are given outside of it: ours takes the place of nbgrader's Execute.
c.Autograde.autograde_preprocessors = [
    "grader.nbgrader_plugin.SealedExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Nothing in a feedback page acts: what students wrote runs nothing, loads nothing and hides nothing. The second line is
# for the form in which answers are graded by hand.
c.GenerateFeedback.exporter_class = "grader.report.feedback.FeedbackExporter"
c.HTMLExporter.filters = {"markdown2html": "grader.report.markdown.markdown_to_html"}

# `nbgrader validate` runs a student's notebook in a kernel of their own.
c.Execute.timeout = 120
c.Execute.interrupt_on_timeout = True
# Errors only: a kernel that listens on this machine alone need not warn about its sockets.
c.Execute.extra_arguments = ["--log-level=40"]
