"""A class through four graders: the same notebooks and the same checks, on one machine, in one run.

    python scripts/bench_class.py [--students N] [--sizes N ...] [--otter N] [--folder DIR] [--plot FILE.svg]

    stock     `nbgrader autograde` as it comes, with the checks in the student's kernel
    otter     `otter run` for each notebook, with a test for each part that calls the same checks
    sealed    `nbgrader autograde` of this kit
    jobs 1    `grader grade --jobs 1`
    jobs 2    `grader grade --jobs 2`
    dask      `grader grade --dask` on two workers of this machine, which were there before

Notebooks are those of the sample class that come to an end by themselves, over and over until there are enough. CPU
time is that of a command and all processes it started, as seen twice a second: those of the sandbox are ended by
signals, so that the kernel does not add their time to anybody's. Memory is the largest sum over them of what each holds
for itself and its share of what is shared (PSS). The least that any grader could need is measured beside them: the
notebooks' cells and the checks alone, in one process that has everything imported and the sandbox's settings of MXNet,
and how much of that is spent in student code.
After that come what one person waits for, and classes of several sizes.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
warnings.simplefilter("ignore")

import nbformat  # noqa: E402 (after the path and the warnings are set)
import psutil  # noqa: E402

from grader import checks  # noqa: E402
from grader.course import MARKER, Course  # noqa: E402
from grader.demo import SAMPLES, Student, part_scores, read_class, reference_cells, solve  # noqa: E402
from grader.doctor import MXNET_SETTINGS  # noqa: E402
from grader.nbgrader_commands import run_nbgrader  # noqa: E402

NAME = "linreg_scratch"
STOCK = """\
c = get_config()
import os
root = os.getcwd()
c.CourseDirectory.course_id = "linreg"
c.CourseDirectory.root = root
c.CourseDirectory.source_directory = "assignments"
for step in ("release", "submitted", "autograded", "feedback"):
    setattr(c.CourseDirectory, f"{step}_directory", f"course/{step}")
c.CourseDirectory.db_url = f"sqlite:///{root}/course/gradebook.db"
c.CourseDirectory.ignore = ["*.py"]
c.Execute.timeout = 120
"""
"""nbgrader as it comes, in the same folders."""
OTTER = ("otter-grader==7.0.0", "numpy==1.23.5", "pandas<2.2")
OTTER_TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = "{part}"
points = {points}


@test_case(points={points})
def test_{part}(env):
    from grader import check

    assert check("{part}", {functions}) == {points}
"""
OTHERS = ("iterators_and_contexts", "exercises")
SLOW = ("zeno",)
"""Students whose notebooks end only when they are stopped, after minutes in stock nbgrader."""
SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class Cost:
    """What a command took. wall, cpu: seconds. peak: bytes."""

    wall: float
    cpu: float
    peak: float
    submissions: int

    @property
    def rate(self) -> float:
        return self.submissions / self.wall


def measured(command: Sequence[str], folder: Path, submissions: int, *, good: Sequence[int] = (0,)) -> Cost:
    """Run a command to its end; what it and everything that it started took. Raises: SystemExit if it failed."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        stop, peak, seconds = threading.Event(), [0.0], dict[tuple[int, float], float]()
        watcher = threading.Thread(target=_watch, args=(process.pid, stop, peak, seconds))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        stop.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in good:
            said.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{said.read().decode(errors='replace')[-3000:]}")
    waited_for = usage.ru_utime + usage.ru_stime
    return Cost(wall, max(waited_for, sum(seconds.values())), peak[0], submissions)


def _watch(pid: int, stop: threading.Event, peak: list[float], seconds: dict[tuple[int, float], float]) -> None:
    """Note the most memory and, for each process, the CPU seconds it had when it was last seen."""
    while not stop.wait(SAMPLE_SECONDS):
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(pid)
            family = (root, *root.children(recursive=True))
            peak[0] = max(peak[0], sum(_held(process) for process in family))
            for process in family:
                with contextlib.suppress(psutil.Error):
                    times = process.cpu_times()
                    seconds[process.pid, process.create_time()] = times.user + times.system


def _held(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        return float(process.memory_full_info().pss)
    return 0.0


# The class


def students() -> list[Student]:
    return [
        student
        for student in read_class(ROOT / SAMPLES)
        if student.breaks is None and student.id not in SLOW and not any("hostile" in file for file in student.files)
    ]


def make_course(folder: Path, number: int) -> Course:
    """A course with so many submissions, as it is before it is graded."""
    kit = Course(ROOT)
    shutil.copytree(kit.sources / NAME, folder / "assignments" / NAME)
    shutil.copy(ROOT / MARKER, folder / MARKER)
    course = Course(folder)
    run_nbgrader(course, "generate_assignment", NAME, exchange=folder / "exchange")
    released = course.workspace / "release" / NAME / f"{NAME}.ipynb"
    reference, known = reference_cells(kit, NAME), students()
    texts = []
    for student in known:
        notebook = nbformat.read(released, as_version=4)
        solve(notebook, student, ROOT / SAMPLES, reference)
        texts.append(nbformat.writes(notebook))
    for i in range(number):
        place = course.workspace / "submitted" / f"s{i:05}" / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(texts[i % len(texts)], encoding="utf-8")
    return course


def fresh(course: Course, folder: Path, config: str = "") -> Course:
    """A copy of a course that has not been graded."""
    shutil.copytree(course.root, folder)
    if config:
        (folder / MARKER).write_text(config, encoding="utf-8")
    return Course(folder)


# The graders


def stock(course: Course, number: int) -> Cost:
    return measured([sys.executable, "-m", "nbgrader", "autograde", NAME], course.root, number)


def grade(jobs: int) -> Callable[[Course, int], Cost]:
    def run(course: Course, number: int) -> Cost:
        return measured([sys.executable, "-m", "grader", "grade", NAME, "--jobs", str(jobs)], course.root, number)

    return run


def on_a_cluster(course: Course, number: int) -> Cost:
    """The workers' own time and memory are not in it: they were there before."""
    from tests import test_cluster

    with test_cluster.scheduler() as (address, _), test_cluster.workers(address, "", ""):
        return measured([sys.executable, "-m", "grader", "grade", NAME, "--dask", address], course.root, number)


def otter_environment(folder: Path) -> Path:
    """otter-grader beside this kit's packages, in an environment of its own; its program."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    [packages] = (folder / "lib").glob("python*/site-packages")
    kit = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "kit.pth").write_text(f"{kit}\n{ROOT}\n", encoding="utf-8")
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "-q", *OTTER], check=True, stderr=subprocess.DEVNULL)
    return folder / "bin/otter"


def otter(program: Path, course: Course, number: int, folder: Path) -> tuple[Cost, list[float]]:
    """Every submission through `otter run`, one after the other; the points too."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for part in checks.parts(NAME):
        functions = ", ".join(f'env["{name}"]' for name in part.functions)
        text = OTTER_TEST.format(part=part.id, points=part.max_score, functions=functions)
        (tests / f"{part.id}.py").write_text(text, encoding="utf-8")
    subprocess.run([program, "generate", "-t", tests, "-o", folder / "autograder.zip"], check=True, cwd=folder)
    costs, points = [], []
    for i in range(number):
        notebook = course.workspace / "submitted" / f"s{i:05}" / NAME / f"{NAME}.ipynb"
        shutil.copy(notebook, folder / notebook.name)
        (folder / "out").mkdir(exist_ok=True)
        command = [str(program), "run", notebook.name, "-a", "autograder.zip", "-o", "out", "--no-logo"]
        costs.append(measured(command, folder, 1))
        results = json.loads((folder / "out/results.json").read_text(encoding="utf-8"))
        points.append(sum(float(test.get("score", 0)) for test in results["tests"]))
    total = Cost(
        sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs), max(cost.peak for cost in costs), number
    )
    return total, points


@dataclass(frozen=True)
class Alone:
    """CPU seconds for a submission with nothing around it: its cells, its checks, and student code in the checks."""

    cells: float
    checks: float
    in_checks: float

    @property
    def students(self) -> float:
        """What no grader that runs the same notebooks and the same checks can save."""
        return self.cells + self.in_checks


def alone(course: Course, number: int) -> Alone:
    """Cells and checks in one process that has everything imported: nothing sealed, nothing written."""
    notebooks = [
        str(course.workspace / "submitted" / f"s{i:05}" / NAME / f"{NAME}.ipynb")
        for i in range(min(number, len(students())))
    ]
    # A process of its own: MXNet and its libraries read these settings when they are loaded.
    program = [sys.executable, "-W", "ignore", __file__, "--alone", *notebooks]
    done = subprocess.run(program, env=os.environ | MXNET_SETTINGS, check=True, capture_output=True, text=True)
    return Alone(*json.loads(done.stdout.splitlines()[-1]))


def run_alone(notebooks: Sequence[Path]) -> Alone:
    """What `alone` has its process do."""
    import matplotlib.pyplot as plt
    from mxnet import autograd, nd

    from grader.local import LocalSubject
    from grader.part_runner import PartRunner
    from grader.seeds import PUBLIC_SEED

    def show(*_: object, **__: object) -> None:
        for figure in map(plt.figure, plt.get_fignums()):
            figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
        plt.close("all")

    plt.switch_backend("Agg")
    plt.show = show
    clock = Clock()
    # A gradient is student code too: it goes back through what their functions did.
    nd.NDArray.backward = clock.on(nd.NDArray.backward)
    autograd.backward = clock.on(autograd.backward)
    parts = {f"check_{part.id}": part for part in checks.parts(NAME)}

    def once(notebook: Path) -> Alone:
        names: dict[str, Any] = {"__name__": "__main__"}
        subject = LocalSubject(Clocked(clock, names), beside_hypothesis=False)
        runner = PartRunner(tuple(parts.values()), subject, PUBLIC_SEED)
        in_cells = in_checks = 0.0
        clock.seconds = 0.0
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            start = time.thread_time()
            part = parts.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            if part is not None:
                with clock:
                    runner.run(part)
                in_checks += time.thread_time() - start
                continue
            source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                exec(compile(source, "cell", "exec"), names)
            in_cells += time.thread_time() - start
        return Alone(in_cells, in_checks, clock.seconds)

    once(notebooks[0])  # imports what is imported late, and draws the cases
    gc.collect()
    gc.freeze()
    found = [once(notebook) for notebook in notebooks]
    mean = statistics.mean
    return Alone(
        mean(one.cells for one in found), mean(one.checks for one in found), mean(one.in_checks for one in found)
    )


class Clock:
    """Counts the CPU time of what it is `on`, once where one is called by another, and only inside of `with`."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._counting = False

    def __enter__(self) -> None:
        self._counting = True

    def __exit__(self, *exception: object) -> None:
        self._counting = False

    def on(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def clocked(*args: Any, **options: Any) -> Any:
            result = self._count(function, *args, **options)
            return self._each(result) if isinstance(result, Iterator) else result

        return clocked

    def _each(self, iterator: Iterator[Any]) -> Iterator[Any]:
        ended = object()
        while (item := self._count(next, iterator, ended)) is not ended:
            yield item

    def _count(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if not self._counting:
            return function(*args, **options)
        self._counting, start = False, time.thread_time()
        try:
            return function(*args, **options)
        finally:
            self.seconds += time.thread_time() - start
            self._counting = True


class Clocked(Mapping[str, Any]):
    """A notebook's names as seen from outside: functions are clocked."""

    def __init__(self, clock: Clock, names: dict[str, Any]) -> None:
        self._clock, self._names = clock, names

    def __getitem__(self, name: str) -> Any:
        found = self._names[name]
        return self._clock.on(found) if callable(found) else found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


# The tables


def main() -> int:
    """The class through all graders, and classes of several sizes through ours."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=len(students()))
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 30, 100], help="for time and memory by size")
    parser.add_argument("--otter", type=int, default=5, metavar="N", help="notebooks for otter-grader; 0: leave it out")
    parser.add_argument("--folder", type=Path, default=None, help="where to work; kept")
    parser.add_argument("--plot", type=Path, default=None, metavar="FILE", help="draw time and memory by size, as SVG")
    parser.add_argument("--alone", type=Path, nargs="+", default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        found = run_alone(options.alone)
        print(json.dumps([found.cells, found.checks, found.in_checks]))
        return 0
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        print(f"{os.cpu_count()} processors, {os.getloadavg()[0]:.1f} busy when this began.\n", flush=True)
        fine = compare(folder, options.students, options.otter) if options.students else True
        latency(folder)
        in_a_notebook()
        if options.sizes:
            by_size(folder, options.sizes, options.plot)
    return 0 if fine else 1


def compare(folder: Path, number: int, for_otter: int) -> bool:
    """Print what each grader took; whether all gave the same scores."""
    course = make_course(folder / "class", number)
    found: dict[str, Cost] = {}
    scores: dict[str, dict[str, dict[str, float | None]]] = {}
    graders: list[tuple[str, str, Callable[[Course, int], Cost]]] = [
        ("stock", STOCK, stock),
        ("sealed", "", stock),
        ("jobs 1", "", grade(1)),
        ("jobs 2", "", grade(2)),
        ("dask", "", on_a_cluster),
    ]
    for name, config, run in graders:
        copy = fresh(course, folder / name.replace(" ", ""), config)
        found[name] = run(copy, number)
        scores[name] = part_scores(copy, NAME)
        print(f"  {name}: {found[name].wall:.1f} s", file=sys.stderr, flush=True)
    if for_otter:
        program = otter_environment(folder / "otter-environment")
        found["otter"], points = otter(program, course, min(for_otter, number), folder / "otter")
        print(f"  otter gave {points}", file=sys.stderr, flush=True)
    limit = alone(course, number)
    print(f"{number} submissions (otter: {min(for_otter, number)}); per submission where nothing else is said.\n")
    print("| grader | per second | times stock | seconds | CPU seconds | cells and checks | student code | peak MB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name in ("stock", "otter", "sealed", "jobs 1", "jobs 2", "dask"):
        if name in found:
            cost = found[name]
            cpu = cost.cpu / cost.submissions
            shares = f"{(limit.cells + limit.checks) / cpu:.0%} | {limit.students / cpu:.0%}"
            counted = f"{cpu:.2f} | {shares} | {cost.peak / 2**20:.0f}" if name != "dask" else "| | | "
            times = cost.rate / found["stock"].rate
            print(f"| {name} | {cost.rate:.3f} | {times:.1f} | {1 / cost.rate:.2f} | {counted} |")
    print(
        f"\nAlone, in the sandbox's settings of MXNet, cells take {limit.cells:.2f} CPU seconds and checks "
        f"{limit.checks:.2f}, of which {limit.in_checks:.2f} are spent in student code. With no more than student code "
        f"to be run, one processor could be {1 / found['stock'].rate / limit.students:.1f} times as fast as stock, and "
        f"two {2 / found['stock'].rate / limit.students:.1f} times."
    )
    same = all(scores[name] == scores["stock"] for name in scores)
    print(f"The points of all parts {'are the same' if same else 'DIFFER'} from grader to grader.\n", flush=True)
    return same


def latency(folder: Path, rounds: int = 5) -> None:
    """Print how long one person waits for one thing, from a cold start of the command."""
    kit = Course(ROOT)
    notebook = nbformat.read(kit.notebook(NAME), as_version=4)
    solve(notebook, Student("ada", "right", ()), ROOT / SAMPLES, reference_cells(kit, NAME))
    path = folder / "solved.ipynb"
    nbformat.write(notebook, path)
    grader = [sys.executable, "-m", "grader"]
    print("| command | median, seconds | CPU seconds |")
    print("|---|---:|---:|")
    for words in (["--help"], ["check", str(path)]):
        costs = [measured([*grader, *words], ROOT, 1) for _ in range(rounds)]
        wall, cpu = (statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "cpu"))
        print(f"| `grader {words[0]}` | {wall:.2f} | {cpu:.2f} |", flush=True)
    print()


IN_A_NOTEBOOK = """
import contextlib, importlib, io, json, sys, time
import solutions
from grader import check, checks
name, module, rounds = sys.argv[1:]
solution = importlib.import_module(f"solutions.{module}")
found = {}
for part in checks.parts(name):
    functions = [getattr(solution, function) for function in part.functions]
    found[part.id] = []
    for _ in range(int(rounds)):
        with contextlib.redirect_stdout(io.StringIO()):
            start = time.perf_counter()
            check(part.id, *functions)
            found[part.id].append(time.perf_counter() - start)
print(json.dumps(found))
"""


def in_a_notebook(rounds: int = 5) -> None:
    """Print how long `check(...)` takes in a notebook that is open, for the reference. The first time is left out:
    it draws the cases."""
    print("| assignment | median of its checks, seconds | the slowest |")
    print("|---|---:|---|")
    for name, module in (("linreg_scratch", "linreg"), *((other, other) for other in OTHERS)):
        command = [sys.executable, "-W", "ignore", "-c", IN_A_NOTEBOOK, name, module, str(rounds + 1)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        medians = {part: statistics.median(times[1:]) for part, times in json.loads(done.stdout).items()}
        slowest = max(medians, key=lambda part: medians[part])
        middle = statistics.median(medians.values())
        print(f"| {name} | {middle:.2f} | `{slowest}`, {medians[slowest]:.2f} |", flush=True)
    print()


def by_size(folder: Path, sizes: Sequence[int], plot: Path | None = None) -> None:
    print("| submissions (jobs 2) | seconds | seconds per submission | CPU seconds per submission | peak MB |")
    print("|---:|---:|---:|---:|---:|")
    costs = []
    for size in sizes:
        course = make_course(folder / f"size-{size}", size)
        costs.append(cost := grade(2)(course, size))
        print(
            f"| {size} | {cost.wall:.1f} | {cost.wall / size:.2f} | {cost.cpu / size:.2f} | {cost.peak / 2**20:.0f} |",
            flush=True,
        )
    if plot is not None:
        draw(costs, plot)


def draw(costs: Sequence[Cost], path: Path) -> None:
    """Time and memory by the size of the class."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "bench"
    sizes = [cost.submissions for cost in costs]
    figure, (time_axes, memory_axes) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    time_axes.loglog(sizes, [cost.wall for cost in costs], "o-", label="measured")
    last = costs[-1]
    time_axes.loglog(sizes, [last.wall / last.submissions * size for size in sizes], ":", label="in proportion")
    time_axes.set(title="Time", xlabel="submissions", ylabel="seconds")
    time_axes.legend()
    memory_axes.semilogx(sizes, [cost.peak / 2**20 for cost in costs], "s-")
    memory_axes.set(title="Memory of all processes, at most", xlabel="submissions", ylabel="MB")
    memory_axes.set_ylim(0, 1.2 * max(cost.peak for cost in costs) / 2**20)
    for axes in (time_axes, memory_axes):
        axes.grid(alpha=0.4)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
