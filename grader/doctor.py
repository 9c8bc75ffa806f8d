"""What this machine can do: the facts behind `grader doctor`, one sentence each, with a cure for whatever is wrong.

`examine` asks every probe and returns its findings; nothing is printed and nothing is changed. A probe never fails:
what it cannot find out is a finding too. Whatever might crash or hang (importing mxnet, starting bubblewrap) runs in a
process of its own, with a time limit. Probes take the places they look at as keywords, so that tests can show them a
bad machine.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

REBUILD = "rm -rf .venv && make bootstrap"
MXNET_LIBRARIES = "sudo apt-get install libgomp1 libquadmath0"
PROBE_SECONDS = 120.0  # a cold import of mxnet or nbgrader takes 3 s alone and was seen to take 35 s on a busy machine
COMMAND_SECONDS = 15.0  # bubblewrap and unshare answer within milliseconds
FREE_BYTES_WANTED = (
    1 << 30
)  # the grader and its forkserver with mxnet, matplotlib and IPython, and one submission's run
NOBODY = 65534
SYS_LANDLOCK_CREATE_RULESET = 444  # the same number on every architecture that mxnet has wheels for
LANDLOCK_CREATE_RULESET_VERSION = 1
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fact about this machine.

    `sentence` says it in full; `essential` is whether grading is impossible without it; `cure` is what a person can
    paste or do. A finding that is not ok must have a cure: ValueError if it has none.
    """

    topic: str
    ok: bool
    essential: bool
    sentence: str
    cure: str | None = None

    def __post_init__(self) -> None:
        if not self.ok and not self.cure:
            raise ValueError(f"The finding about {self.topic} is not ok and has no cure; give it one.")


def examine() -> list[Finding]:
    """Every finding about this machine, always in the same order. Takes seconds: mxnet and nbgrader are imported."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return [finding for findings in pool.map(lambda probe: probe(), PROBES) for finding in findings]


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether grading is possible: every essential finding is ok."""
    return all(finding.ok for finding in findings if finding.essential)


def python_version(*, version: tuple[int, int, int] = sys.version_info[:3]) -> list[Finding]:
    """mxnet 1.9.1 needs numpy below 1.24, which was never built for a Python after 3.11; the lock is for 3.11."""
    ok = version[:2] == (3, 11)
    written = ".".join(map(str, version))
    sentence = f"Python is {written}." if ok else f"Python is {written}, but the course runs on 3.11 only."
    return [Finding(topic="Python", ok=ok, essential=True, sentence=sentence, cure=None if ok else REBUILD)]


# Says each fact as soon as it is known: what is missing afterwards is what went wrong.
MXNET_PROBE = """
import json, os, signal
def say(**facts):
    print(json.dumps(facts), flush=True)
import numpy
say(numpy=numpy.__version__)
import mxnet
say(mxnet=mxnet.__version__)
try:
    say(gpus=mxnet.context.num_gpus())
except Exception as error:
    say(gpus=0, gpu_error=str(error).strip().splitlines()[0])
child = os.fork()
if child == 0:
    signal.alarm(30)
    os._exit(0 if (mxnet.nd.ones(3) + 1).asnumpy().sum() == 6 else 1)
say(fork=os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
# As the sandbox does it: with the default engine, and with threads, mxnet does not survive a fork.
MXNET_SETTINGS = {"MXNET_ENGINE_TYPE": "NaiveEngine", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def mxnet_stack(*, python: str = sys.executable, seconds: float = PROBE_SECONDS) -> list[Finding]:
    """numpy, MXNet, the GPUs it sees, and whether a process that has imported it can fork and compute."""
    facts, trouble = _ask_python(python, MXNET_PROBE, seconds=seconds, settings=MXNET_SETTINGS)
    cure = MXNET_LIBRARIES if "cannot open shared object file" in trouble else REBUILD
    findings = [
        _imported("numpy", facts.get("numpy"), trouble, REBUILD),
        _imported("MXNet", facts.get("mxnet"), trouble, cure),
    ]
    if "mxnet" not in facts:
        unknown = "Whether a process can fork after importing MXNet is unknown, because MXNet cannot be imported."
        return [*findings, Finding(topic="fork", ok=False, essential=True, sentence=unknown, cure=cure)]
    return [*findings, _fork(facts.get("fork"), trouble), _gpus(facts)]


def _imported(name: str, version: object, trouble: str, cure: str) -> Finding:
    """The finding about one package that every grading needs: its version, or why it cannot be imported."""
    if isinstance(version, str):
        return Finding(topic=name, ok=True, essential=True, sentence=f"{name} {version} can be imported.")
    return Finding(topic=name, ok=False, essential=True, sentence=f"{name} cannot be imported: {trouble}.", cure=cure)


def _gpus(facts: Mapping[str, object]) -> Finding:
    count = facts.get("gpus")
    reason = f" ({facts['gpu_error']})" if "gpu_error" in facts else ""
    if isinstance(count, int) and count > 0:
        sentence = f"MXNet sees {count} GPU{'s' if count > 1 else ''}."
    else:
        sentence = f"MXNet sees no GPU{reason}; GPU habits are tested with a stand-in device."
    return Finding(topic="GPUs", ok=True, essential=False, sentence=sentence)


def _fork(exit_code: object, trouble: str) -> Finding:
    """Each submission is graded in a fork of a process that has imported mxnet."""
    if exit_code == 0:
        sentence = "A process that has imported MXNet can fork, and the child computes."
        return Finding(topic="fork", ok=True, essential=True, sentence=sentence)
    how = trouble if exit_code is None else _ending(int(str(exit_code)), "")
    sentence = f"A process that has imported MXNet forks, but the child does not compute: {how}."
    return Finding(topic="fork", ok=False, essential=True, sentence=sentence, cure=REBUILD)


NBGRADER_PROBE = "import json, nbgrader; print(json.dumps({'nbgrader': nbgrader.__version__}))"


def nbgrader_package(*, python: str = sys.executable, seconds: float = PROBE_SECONDS) -> list[Finding]:
    """nbgrader, imported in a process of its own: it brings a whole Jupyter server along."""
    facts, trouble = _ask_python(python, NBGRADER_PROBE, seconds=seconds, settings={})
    return [_imported("nbgrader", facts.get("nbgrader"), trouble, REBUILD)]


def jupyter_kernel() -> list[Finding]:
    """Whether Jupyter's kernel `python3`, the one that the notebooks name, runs the Python of this environment."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    from jupyter_core.paths import jupyter_path

    environment = Path(sys.prefix)
    cure = f"{shlex.quote(str(environment / 'bin' / 'python'))} -m ipykernel install --sys-prefix"
    try:
        # Named, because the default also asks IPython for its folder, which warns where there is no home directory.
        kernels = KernelSpecManager(kernel_dirs=jupyter_path("kernels"))
        command = kernels.get_kernel_spec("python3").argv[0]
    except (NoSuchKernel, OSError, ValueError, IndexError) as error:
        sentence = f"Jupyter has no usable kernel called python3: {error}."
        return [Finding(topic="Jupyter kernel", ok=False, essential=True, sentence=sentence, cure=cure)]
    # Jupyter replaces a bare name by the interpreter that it runs on itself.
    bare = command in {"python", "python3", f"python{sys.version_info.major}.{sys.version_info.minor}"}
    if bare or Path(command).parent.resolve() == (environment / "bin").resolve():
        sentence = "Jupyter's kernel python3 runs this environment."
        return [Finding(topic="Jupyter kernel", ok=True, essential=True, sentence=sentence)]
    sentence = f"Jupyter's kernel python3 runs {command}, which is not in this environment ({environment})."
    cure = f"unset JUPYTER_PATH; export JUPYTER_PREFER_ENV_PATH=1; {cure}"
    return [Finding(topic="Jupyter kernel", ok=False, essential=True, sentence=sentence, cure=cure)]


def temporary_folder(*, folder: Path | None = None) -> list[Finding]:
    """Whether the folder for temporary files takes one."""
    try:
        folder = folder or Path(tempfile.gettempdir())
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(1 << 16))
            file.flush()
    except OSError as error:
        sentence = f"No temporary file can be written: {error}."
        cure = 'mkdir -p "$HOME/tmp" && export TMPDIR="$HOME/tmp"'
        return [Finding(topic="temporary files", ok=False, essential=True, sentence=sentence, cure=cure)]
    sentence = f"Temporary files can be written to {folder}."
    return [Finding(topic="temporary files", ok=True, essential=True, sentence=sentence)]


MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def cores_and_memory(*, meminfo: Path = Path("/proc/meminfo"), limits: Sequence[Path] = MEMORY_LIMITS) -> list[Finding]:
    """The cores this process may use, and the memory it may still take: the free memory or the container's limit."""
    cores = len(os.sched_getaffinity(0))
    written = f"{cores} core{'s' if cores > 1 else ''}"
    amounts = [int(text) for text in (_content(path).strip() for path in limits) if text.isdecimal()]
    available = _field(meminfo, "MemAvailable").removesuffix(" kB")
    if available.isdecimal():
        amounts.append(int(available) * 1024)
    if not amounts:
        sentence = f"Grading may use {written}; how much memory is free is unknown, because {meminfo} does not say."
        cure = "Nothing to do if memory is plentiful; otherwise grade with --jobs 1."
        return [Finding(topic="cores and memory", ok=False, essential=False, sentence=sentence, cure=cure)]
    ok = min(amounts) >= FREE_BYTES_WANTED
    sentence = f"Grading may use {written} and {min(amounts) / (1 << 30):.1f} GiB of memory."
    more = None if ok else "Close other programs, give the container 1 GiB or more, or grade with --jobs 1."
    return [Finding(topic="cores and memory", ok=ok, essential=False, sentence=sentence, cure=more)]


def bubblewrap() -> list[Finding]:
    """Whether bwrap is here and can start a program: the outer wall of sealed grading."""
    topic = "bubblewrap"
    if shutil.which("bwrap") is None:
        sentence = "bubblewrap is not installed; sealed grading could use it as an outer wall."
        return [_optional(topic, sentence, "sudo apt-get install bubblewrap")]
    trouble = _run(["bwrap", "--ro-bind", "/", "/", "true"])
    if trouble:
        return [_optional(topic, f"bubblewrap is installed but does not start: {trouble}.", _namespace_cure())]
    return [_optional(topic, "bubblewrap works; sealed grading can use it as an outer wall.")]


def user_namespaces() -> list[Finding]:
    """Whether an unprivileged user may make a namespace; as root this is tried as nobody, since root may anyway."""
    topic = "user namespaces"
    if shutil.which("unshare") is None:
        sentence = "Whether unprivileged user namespaces work is unknown, because unshare is missing."
        return [_optional(topic, sentence, "sudo apt-get install util-linux")]
    trouble = _run(["unshare", "--user", "--map-root-user", "true"], user=NOBODY if os.geteuid() == 0 else None)
    if trouble:
        sentence = f"Unprivileged users may not make namespaces, which bubblewrap needs: {trouble}."
        return [_optional(topic, sentence, _namespace_cure())]
    return [_optional(topic, "Unprivileged user namespaces work.")]


def _namespace_cure(*, sysctls: Path = Path("/proc/sys")) -> str:
    """How to allow unprivileged user namespaces, by the setting that forbids them on this machine."""
    forbidding = (
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
        ("kernel/unprivileged_userns_clone", "0", "1"),
        ("user/max_user_namespaces", "0", "15000"),
    )
    for name, forbids, allows in forbidding:
        if _content(sysctls / name).strip() == forbids:
            return f"sudo sysctl -w {name.replace('/', '.')}={allows}"
    return (
        "Inside a container this is for its owner to allow (docker run --security-opt seccomp=unconfined "
        "--security-opt apparmor=unconfined); sealed grading can do without, with Landlock alone."
    )


def landlock_abi() -> int:
    """The version of Landlock that the kernel offers to this process, 1 or more; OSError where it offers none."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = int(
        libc.syscall(
            SYS_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(LANDLOCK_CREATE_RULESET_VERSION)
        )
    )
    if version < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return version


def landlock() -> list[Finding]:
    """Landlock, by which a process gives up files for good; no privilege is needed."""
    try:
        version = landlock_abi()
    except OSError as error:
        sentence = f"The kernel offers no Landlock, which sealed grading could use: {error.strerror}."
        if error.errno == errno.EOPNOTSUPP:  # built in, but not among the security modules chosen at boot
            cure = (
                "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX lsm=landlock,'$(cat /sys/kernel/security/lsm)'\"' "
                "| sudo tee /etc/default/grub.d/landlock.cfg && sudo update-grub && sudo reboot"
            )
        else:
            cure = "Use Linux 5.13 or newer; in a container, Docker 20.10.10 or newer, which lets Landlock through."
        return [_optional("Landlock", sentence, cure)]
    return [_optional("Landlock", f"Landlock works (version {version} of its interface); sealed grading can use it.")]


def seccomp_filters_work() -> bool:
    """Whether the kernel takes system call filters: given a null one, it then complains of the address (EFAULT)."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, None, 0, 0) == -1 and ctypes.get_errno() == errno.EFAULT


def seccomp(*, status: Path = Path("/proc/self/status")) -> list[Finding]:
    """seccomp, by which a process gives up system calls for good."""
    mode = _field(status, "Seccomp")
    if not mode or not seccomp_filters_work():
        sentence = "The kernel takes no system call filters (seccomp), which sealed grading could use."
        cure = "Use a kernel with CONFIG_SECCOMP_FILTER, as every distribution's own kernel has: uname -r names yours."
        return [_optional("seccomp", sentence, cure)]
    already = "" if mode == "0" else " and this process is under one already"
    return [_optional("seccomp", f"System call filters (seccomp) work{already}; sealed grading can use them.")]


def libseccomp(*, library: str = "libseccomp.so.2") -> list[Finding]:
    """The library that writes seccomp filters."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return [_optional("libseccomp", f"The library {library} is missing.", "sudo apt-get install libseccomp2")]
    return [_optional("libseccomp", f"The library {library} is here.")]


def isolation() -> list[Finding]:
    """Whether student code can be shut in here, shown by doing it: without that, nothing is graded."""
    from grader.sandbox.levels import open_forkserver
    from grader.sandbox.problems import SandboxProblem

    try:
        with open_forkserver() as forkserver:
            sentence = f"Student code can be shut in; every forbidden act was refused at level {forkserver.level}."
    except SandboxProblem as problem:
        cure = "Do what it says for one of the levels; then run this again."
        return [Finding(topic="isolation", ok=False, essential=True, sentence=str(problem), cure=cure)]
    return [Finding(topic="isolation", ok=True, essential=True, sentence=sentence)]


def chromium() -> list[Finding]:
    """A browser, for looking at pages in tests; nothing else needs it."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return [_optional("Chromium", f"Chromium is at {path}; pages can be looked at in a browser.")]
    sentence = "Chromium is not installed; only the tests that look at pages in a browser need it."
    return [_optional("Chromium", sentence, "sudo apt-get install chromium")]


def _optional(topic: str, sentence: str, cure: str | None = None) -> Finding:
    """A finding that is not essential; it is ok if it needs no cure."""
    return Finding(topic=topic, ok=cure is None, essential=False, sentence=sentence, cure=cure)


def _ask_python(
    python: str, program: str, *, seconds: float, settings: Mapping[str, str]
) -> tuple[dict[str, object], str]:
    """Run `program`, which prints JSON objects, one a line. Returns the facts it printed, and how it ended badly.

    The second is empty if it ended well. Python is started in isolated mode (-I): a numpy.py in the working folder must
    not be taken for numpy.
    """
    try:
        done = subprocess.run(
            [python, "-I", "-W", "ignore", "-c", program],
            capture_output=True,
            timeout=seconds,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        printed, code, errors = done.stdout, done.returncode, done.stderr
        trouble = _ending(code, errors.decode(errors="replace"))
    except subprocess.TimeoutExpired as error:
        printed, trouble = error.stdout or b"", f"it did not finish within {seconds:g} seconds"
    except OSError as error:
        return {}, f"{python} does not start: {error.strerror}"
    facts: dict[str, object] = {}
    for line in printed.decode(errors="replace").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict):
            facts |= said
    return facts, trouble


def _run(command: Sequence[str], *, user: int | None = None) -> str:
    """Run a command, as another user if one is given; returns how it ended badly, or an empty string."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COMMAND_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    except subprocess.TimeoutExpired:
        return f"it did not finish within {COMMAND_SECONDS:g} seconds"
    except OSError as error:
        return error.strerror or str(error)
    return _ending(done.returncode, done.stderr)


def _ending(code: int, errors: str) -> str:
    """How a process ended badly, as the end of a sentence without its full stop; an empty string if it ended well."""
    if code == 0:
        return ""
    if code < 0:
        names = {member.value: member.name for member in signal.Signals}
        return f"the process was ended by signal {names.get(-code, -code)}"
    lines = errors.strip().splitlines()
    return lines[-1].strip().rstrip(".") if lines else f"the process ended with exit code {code} and no message"


def _content(path: Path) -> str:
    """The text of a file of the kernel's, or an empty string where there is none to read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _field(path: Path, name: str) -> str:
    """The value of the line `name: value` in a file, or an empty string."""
    for line in _content(path).splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return value.strip()
    return ""


PROBES: tuple[Callable[[], list[Finding]], ...] = (
    python_version,
    mxnet_stack,
    nbgrader_package,
    jupyter_kernel,
    temporary_folder,
    cores_and_memory,
    bubblewrap,
    user_namespaces,
    landlock,
    seccomp,
    libseccomp,
    isolation,
    chromium,
)
