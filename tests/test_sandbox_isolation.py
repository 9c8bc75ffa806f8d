"""What student code cannot do, whatever it tries, and which wall it is that stops it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import textwrap
import time
from pathlib import Path

import pytest

from grader.sandbox import client, levels
from grader.sandbox.client import BWRAP_LANDLOCK, LANDLOCK, Forkserver, readable_paths
from grader.sandbox.levels import open_forkserver, prove
from grader.sandbox.limits import Limits, MiB
from grader.sandbox.problems import SandboxProblem, WorkerEnded
from grader.sandbox.session import Session

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
SMALL = Limits(processes=40, scratch_size=8 * MiB, file_size=2 * MiB, cpu_seconds=6, call_seconds=1, cell_seconds=20)
SECRET = "a secret of the grader's own"


@pytest.fixture(scope="module", params=levels.LEVELS)
def walls(request):
    """A forkserver at each level that this machine has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_TEST_SECRET", SECRET)
        try:
            forkserver = open_forkserver(SMALL, levels=(request.param,))
        except SandboxProblem as problem:
            pytest.skip(str(problem))
    with forkserver:
        yield forkserver


def run(forkserver: Forkserver, source: str) -> str:
    """What a cell prints, in a child of its own."""
    with Session(forkserver) as session:
        outputs = json.loads(session.run_cell(textwrap.dedent(source)).outputs)
    assert all(output["output_type"] == "stream" for output in outputs), outputs
    return "".join(output["text"] for output in outputs).strip()


def allowed(forkserver: Forkserver, *acts: str, setup: str = "") -> list[str]:
    """Which of some expressions do not raise."""
    source = f"""
import ctypes, fcntl, os, signal, socket, sys, threading
lib = ctypes.CDLL(None, use_errno=True)
def refused(result):
    if result < 0: raise OSError(ctypes.get_errno(), "refused")
{textwrap.dedent(setup)}
for act in {list(acts)!r}:
    try: eval(act)
    except (OSError, ImportError, MemoryError, ValueError): pass
    else: print(act)
"""
    return run(forkserver, source).splitlines()


def test_the_canary_can_do_nothing(walls):
    assert prove(walls) == ()
    with walls.child() as child:
        assert child.layers == ("rlimits", "landlock", "seccomp")


def test_a_child_finds_a_clean_world(walls):
    seen = json.loads(
        run(
            walls,
            """
            import json, os, resource
            def kind(fd):
                try: return os.fstat(fd).st_mode & 0o170000
                except OSError: return None
            print(json.dumps({
                "environment": dict(os.environ), "cwd": os.getcwd(), "ids": os.getresuid() + os.getresgid(),
                "groups": os.getgroups(), "open": [fd for fd in range(4096) if kind(fd) is not None],
                "core": resource.getrlimit(resource.RLIMIT_CORE), "hard": resource.getrlimit(resource.RLIMIT_AS),
            }))
            """,
        )
    )
    home = "/scratch" if walls.level == BWRAP_LANDLOCK else "/"
    assert SECRET not in str(seen["environment"])
    # What Jupyter and MXNet set in their own process is no news from outside.
    known = set(client.clean_environment(walls.level))
    assert not {name for name in set(seen["environment"]) - known if name in os.environ and "SECRET" in name}
    assert seen["environment"]["HOME"] == seen["cwd"] == home
    assert 0 not in seen["ids"]
    assert len(set(seen["ids"])) <= 2
    assert 0 not in seen["groups"]
    assert seen["core"] == [0, 0]
    assert seen["hard"] == [SMALL.address_space] * 2
    # 0 to 2 are /dev/null, 3 is the channel; the others are the pipes and the poller of Jupyter's own event loop.
    assert seen["open"][:4] == [0, 1, 2, 3]


def test_only_the_standard_files_and_the_channel_come_through_the_fork(walls):
    """Jupyter's event loop opens its own descriptors; none that names a file or reaches outside."""
    kinds = run(
        walls,
        """
        import os, stat
        for fd in range(3, 4096):
            try: mode = os.fstat(fd).st_mode
            except OSError: continue
            if fd != 3 and (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISBLK(mode)): print(fd, oct(mode))
        print(os.fstat(1).st_rdev == os.stat("/dev/null").st_rdev)
        """,
    )
    assert kinds == "True"


def test_student_code_cannot_import_what_holds_answers_or_checks(walls):
    modules = (
        "grader.checks",
        "grader.local",
        "grader.running",
        "solutions",
        "solutions.linreg",
        "hypothesis.strategies",
    )
    assert allowed(walls, *(f"__import__({name!r})" for name in modules)) == []
    assert allowed(walls, *(f"__import__({name!r})" for name in ("numpy", "mxnet", "json"))) != []
    # Nor when it takes away the stand-in and says where to look.
    setup = f"""
    sys.modules.pop("grader"); sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "grader")!r}]
    import importlib; importlib.invalidate_caches(); sys.path_importer_cache.clear()
    """
    assert allowed(walls, *(f"__import__({name!r})" for name in (*modules, "checks")), setup=setup) == []


def test_student_code_cannot_read_the_course_or_the_host(walls):
    files = [
        *(ROOT / name for name in ("grader/checks/linreg_scratch/linreg.py", "solutions/linreg.py", "pyproject.toml")),
        *ROOT.glob("assignments/linreg_scratch/*"),
        ROOT / "grader/sandbox/client.py",
        Path("/etc/passwd"),
        Path("/etc/hostname"),
        Path("/proc/self/environ"),
        Path("/proc/1/cmdline"),
    ]
    assert len(files) > 7
    folders = ["/", "/proc", "/etc", "/home", "/root", "/tmp", "/var", str(ROOT), str(ROOT / "grader/checks")]
    acts = [f"open({str(file)!r}).read(1)" for file in files] + [f"os.listdir({folder!r})" for folder in folders]
    assert allowed(walls, *acts) == []
    assert allowed(walls, "open(os.__file__).read(1)", "os.listdir('/usr/lib')") != []


def test_student_code_cannot_read_or_change_the_gradebook(walls, tmp_path):
    gradebook = tmp_path / "gradebook.db"
    gradebook.write_text("scores")
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o755)
    gradebook.chmod(0o666)
    name = repr(str(gradebook))
    acts = [f"open({name}).read()", f"open({name}, 'a').write('x')", f"os.truncate({name}, 0)", f"os.remove({name})"]
    acts += [f"os.rename({name}, {name} + 'x')", f"os.chmod({name}, 0)", f"os.utime({name})", f"os.link({name}, 'l')"]
    acts += [f"__import__('sqlite3').connect({name}).execute('select 1 from x')"]
    try:
        assert allowed(walls, *acts[:-1]) == []
        assert gradebook.read_text() == "scores"
    finally:
        gradebook.unlink()


def test_student_code_has_no_network(walls):
    kinds = ((2, 1), (2, 2), (10, 1), (16, 3), (40, 1), (17, 3), (1, 1))
    acts = [f"socket.socket({family}, {kind})" for family, kind in kinds]
    assert allowed(walls, *acts, "socket.getaddrinfo('example.org', 80)", "socket.socketpair(2)") == []


def test_student_code_starts_no_process_and_no_program(walls):
    acts = ["os.fork()", "os.forkpty()", "os.execv('/usr/bin/true', ['true'])", "refused(lib.vfork())"]
    acts += ["os.posix_spawn('/usr/bin/true', ['true'], {})", "__import__('subprocess').run(['true'])"]
    acts += ["refused(lib.syscall(56, 17, 0, 0, 0, 0))", "refused(lib.syscall(435, 0, 0))"]  # clone, clone3
    assert allowed(walls, *acts) == []


def test_student_code_reaches_no_memory_that_is_not_counted(walls):
    acts = ["os.memfd_create('x')", "refused(lib.shmget(0, 4096, 0o1600))", "refused(lib.msgget(0, 0o1600))"]
    acts += ["refused(lib.syscall(248, b'user', b'x', b'y', 1, -2))", "open('/dev/shm/x', 'w')"]  # add_key
    assert allowed(walls, *acts) == []


def test_student_code_touches_no_other_process(walls):
    me, other = os.getpid(), "os.getppid()"
    acts = [f"os.kill({pid}, 0)" for pid in (-1, 1, me, other)]
    acts += [f"refused(lib.ptrace(16, {other}, 0, 0))", "os.setpriority(os.PRIO_USER, 0, 5)", "os.setsid()"]
    acts += ["refused(lib.syscall(310, os.getppid(), 0, 0, 0, 0, 0))", f"os.pidfd_open({other})"]
    # The same by other names: the owner of a descriptor is sent a signal of one's choice.
    acts += [f"fcntl.fcntl(a, fcntl.F_SETOWN, {other})", "fcntl.fcntl(a, 10, signal.SIGKILL)"]
    acts += [f"fcntl.ioctl(a, 0x8901, ctypes.c_int({other}))", "refused(lib.syscall(72, a.fileno(), 1 << 32 | 8, 1))"]
    acts += ["refused(lib.prctl(1, 0, 0, 0, 0))", "refused(lib.syscall(157, 1 << 32 | 1, 0, 0, 0, 0))"]  # PDEATHSIG
    assert allowed(walls, *acts, setup="a, b = socket.socketpair()") == []
    assert allowed(walls, "os.kill(os.getpid(), 0)") != []


def test_student_code_reaches_no_dangerous_part_of_the_kernel(walls):
    numbers = {"bpf": 321, "io_uring_setup": 425, "perf_event_open": 298, "userfaultfd": 323, "unshare": 272}
    numbers |= {"mount": 165, "pivot_root": 155, "setns": 308, "keyctl": 250, "personality": 135, "chroot": 161}
    acts = [f"refused(lib.syscall({number}, 0, 0, 0, 0, 0))" for number in numbers.values()]
    # The kernel reads half of the register: the other half must not hide the request (TIOCSTI).
    setup = """
    byte = ctypes.create_string_buffer(b"x")
    def eperm(request):
        lib.syscall(16, 0, ctypes.c_long(request), byte)
        if ctypes.get_errno() == 1: raise OSError
    """
    acts += ["eperm(0x5412)", "eperm(0x100005412)", "eperm(0x541C)"]
    assert allowed(walls, *acts, setup=setup) == []


def test_a_limit_cannot_be_raised(walls):
    names = ("AS", "CPU", "NPROC", "FSIZE", "NOFILE", "CORE")
    acts = [f"resource.setrlimit(resource.RLIMIT_{name}, (2**40, 2**40))" for name in names]
    acts += ["os.setuid(0)", "os.nice(-5)", "resource.prlimit(os.getppid(), resource.RLIMIT_CPU)"]
    assert allowed(walls, *acts, setup="import resource") == []


def test_memory_ends_in_a_memory_error(walls):
    said = run(
        walls,
        """
        import numpy as np
        blocks = []
        try:
            while True: blocks.append(np.empty(64 << 20, np.uint8))
        except MemoryError:
            count = len(blocks); blocks.clear()
        try: np.empty(2**31)
        except MemoryError: print(0 < count <= 64)
        """,
    )
    assert said == "True"


def test_threads_and_descriptors_are_bounded(walls):
    said = run(
        walls,
        """
        import os, threading
        threading.stack_size(65536)
        stop, threads = threading.Event(), []
        try:
            for _ in range(5000):
                thread = threading.Thread(target=stop.wait, daemon=True); thread.start(); threads.append(thread)
        except RuntimeError: pass
        stop.set()
        for thread in threads: thread.join()
        opened = []
        try:
            while True: opened.append(os.open("/dev/null", 0))
        except OSError:
            for fd in opened: os.close(fd)
        print(5 < len(threads) < 1500, 10 < len(opened) <= 64)
        """,
    )
    assert said == "True True"


def test_cpu_time_ends_a_child_that_catches_everything(walls):
    with Session(walls) as session, pytest.raises(WorkerEnded) as caught:
        session.run_cell(
            "import signal\nfor n in range(1, 32):\n    try: signal.signal(n, lambda *a: None)\n"
            "    except (OSError, ValueError): pass\n"
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
        )
    assert re.search("CPU time|longer than", caught.value.how)


def test_disks_cannot_be_filled(walls):
    written, kind = run(
        walls,
        """
        import os
        written, kind = 0, "none"
        try:
            for i in range(50):
                with open(f"f{i}", "wb") as file:
                    for _ in range(3): written += file.write(b"x" * 1000 * 1000)
        except OSError as error: kind = type(error).__name__
        print(written, kind)
        """,
    ).split()
    if walls.level == LANDLOCK:
        assert (int(written), kind) == (0, "PermissionError")
    else:
        assert 0 < int(written) <= SMALL.file_size
        assert kind == "OSError"


def test_all_files_together_are_bounded(walls):
    if walls.level == LANDLOCK:
        pytest.skip("nothing can be written at this level")
    written = run(
        walls,
        """
        written = 0
        try:
            for i in range(50):
                with open(f"f{i}", "wb") as file: written += file.write(b"x" * 1000 * 1000)
        except OSError: pass
        print(written)
        """,
    )
    assert 1_000_000 < int(written) <= SMALL.scratch_size


def test_nothing_of_a_child_is_left_for_the_next(walls):
    leave = """
    import os
    try:
        os.makedirs("a/b"); open("a/b/c", "w").write("x"); open("note", "w").write("the answers"); os.symlink("/", "s")
        os.mkdir("closed"); os.mkdir("closed/in")
        for _ in range(3000):  # deeper than a path may be long, and than a recursion goes
            os.mkdir("d"); os.chdir("d")
    except OSError as error: print(type(error).__name__)
    else: print("left", os.umask(0o777))
    """
    wrote = run(walls, leave)
    assert wrote == ("PermissionError" if walls.level == LANDLOCK else f"left {0o077}")
    if walls.level == BWRAP_LANDLOCK:
        assert run(walls, "import os\nprint(*[n for n in os.listdir() if 'ipython' not in n])") == ""
    assert run(walls, "print('the next one runs')") == "the next one runs"


@pytest.mark.parametrize("level", levels.LEVELS)
@pytest.mark.parametrize(
    ("layer", "proof"),
    [
        ("rlimits", "raise a limit"),
        ("landlock", "list the root folder"),
        ("seccomp", "start a process"),
    ],
)
def test_without_a_layer_the_canary_gets_out(level, layer, proof):
    try:
        with Forkserver(level, skip=frozenset({layer})) as forkserver:
            assert proof in prove(forkserver)
    except SandboxProblem as problem:
        # As root, with an interpreter below /root, say, which nobody may enter: not a level that this machine has.
        if "not installed" in str(problem) or "did not start" in str(problem):
            pytest.skip(str(problem))
        raise


def test_where_no_level_holds_nobody_is_graded_and_the_cure_is_named(monkeypatch):
    def broken(level: str, **_: object) -> Forkserver:
        raise SandboxProblem(f"{level} is broken here.")

    monkeypatch.setattr(levels, "Forkserver", broken)
    with pytest.raises(SandboxProblem) as caught:
        open_forkserver()
    for words in ("nothing is graded", "apt install bubblewrap", "sysctl", "Landlock", "landlock is broken here."):
        assert words in str(caught.value)


def test_a_level_that_leaks_is_refused_and_its_forkserver_ended(monkeypatch):
    closed = []

    class Leaking:
        def __init__(self, level: str, **_: object) -> None:
            self.level = level

        def close(self) -> None:
            closed.append(self.level)

    monkeypatch.setattr(levels, "Forkserver", Leaking)
    monkeypatch.setattr(levels, "prove", lambda forkserver: ("read a file of the host",))
    with pytest.raises(SandboxProblem, match="not refused: read a file of the host"):
        open_forkserver()
    assert closed == list(levels.LEVELS)


def test_without_bubblewrap_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(client.shutil, "which", lambda name: None)
    with pytest.raises(SandboxProblem, match="apt install bubblewrap"):
        Forkserver(BWRAP_LANDLOCK)


def test_nothing_of_ours_is_among_what_may_be_read():
    readable = [path.resolve() for path in readable_paths()]
    hidden = [ROOT / "grader", ROOT / "solutions", ROOT / "assignments", ROOT / "tests"]
    assert not [(path, ours) for path in readable for ours in hidden if path == ours or path in ours.parents]
    assert not [path for path in readable if path.suffix == ".pth" or path.name == "hypothesis"]
    packages = Path(sysconfig.get_path("purelib")).resolve()
    assert not [path for path in readable if packages.is_relative_to(path)]  # a link to lib, lib64 for instance
    assert packages / "numpy" in readable


ORPHANS = """
import os, signal, sys, threading, time
from grader.sandbox.client import Forkserver
from grader.sandbox.session import Session
forkserver = Forkserver(sys.argv[1])
session = Session(forkserver).__enter__()
session.run_cell("import ctypes, signal\\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\\n"
                 "for n in range(1, 32):\\n    try: signal.signal(n, signal.SIG_IGN)\\n"
                 "    except (OSError, ValueError): pass")
threading.Thread(target=lambda: session.run_cell("import time\\nwhile True: time.sleep(1)"), daemon=True).start()
time.sleep(0.5)
print(forkserver._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def group_members(group: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if group in (int(fields[2]), int(fields[3])) and fields[0] != "Z":  # process group, session
            found.append(int(stat.parent.name))
    return found


def test_children_inherit_no_memory_that_they_could_share_and_no_thread(walls):
    """What one child wrote into shared memory of the forkserver's, the next one would find."""
    maps = {pid: Path(f"/proc/{pid}/maps").read_text() for pid in family(walls._process.pid)}
    [(pid, found)] = [(pid, text) for pid, text in maps.items() if "libmxnet" in text]  # the others are bubblewrap's
    assert [line for line in found.splitlines() if line.split()[1].endswith("s") and "w" in line.split()[1]] == []
    assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


@pytest.mark.parametrize("level", levels.LEVELS)
def test_when_the_grader_is_killed_no_process_of_a_submission_is_left(walls, level):
    if level != walls.level:
        pytest.skip("tried with the forkserver of its own level")
    ended = subprocess.run(
        [sys.executable, "-c", ORPHANS, level], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    group = int(ended.stdout)
    deadline = time.monotonic() + 20
    while (left := group_members(group)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


AS_ANYBODY = """
import sys, threading
from grader.sandbox.levels import open_forkserver
from grader.sandbox.session import Session
threading.stack_size(262144)
stop = threading.Event()
for _ in range(300):  # a desktop's worth: the kernel's limit counts all of a user's threads
    threading.Thread(target=stop.wait, daemon=True).start()
with open_forkserver(levels=(sys.argv[1],)) as forkserver, Session(forkserver) as session:
    print(session.run_cell("import os\\nprint(os.getuid())").outputs)
"""


def test_an_ordinary_user_with_many_threads_can_grade(walls):
    if os.getuid() != 0:
        pytest.skip("everything here already runs as an ordinary user")
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    try:
        subprocess.run(
            [sys.executable, "-I", "-c", "import grader"], check=True, capture_output=True, cwd="/", **nobody
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this environment lies where an ordinary user cannot go")
    done = subprocess.run(
        [sys.executable, "-B", "-c", AS_ANYBODY, walls.level],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        **nobody,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["text"] == "65534\n"
