"""`grader.doctor`: every probe on a good machine and on a bad one."""

import ctypes
import errno
import os
import shutil
import sys

import pytest

from grader import doctor
from grader.doctor import Finding, healthy
from grader.sandbox import levels
from grader.sandbox.problems import SandboxProblem

LOUD_PYTHON = """\
#!/bin/sh
echo '{"numpy": "1.23.5"}'
echo 'not JSON'
"""


def only(findings):
    """The one finding of a probe that makes one."""
    (finding,) = findings
    return finding


def by_topic(findings):
    return {finding.topic: finding for finding in findings}


def executable(path, text):
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def fake_path(tmp_path, monkeypatch):
    """A PATH that holds only what the test writes into this folder; open to the user nobody, whom root becomes."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_this_environment_is_healthy_and_every_topic_is_there_once():
    findings = doctor.examine()
    wrong = [finding for finding in findings if finding.essential and not finding.ok]
    assert not wrong
    assert healthy(findings)
    assert [finding.topic for finding in findings] == [
        "Python",
        "numpy",
        "MXNet",
        "fork",
        "GPUs",
        "nbgrader",
        "Jupyter kernel",
        "temporary files",
        "cores and memory",
        "bubblewrap",
        "user namespaces",
        "Landlock",
        "seccomp",
        "libseccomp",
        "isolation",
        "Chromium",
    ]
    for finding in findings:
        assert finding.sentence.endswith(".")
    assert "1.23.5" in by_topic(findings)["numpy"].sentence
    assert "1.9.1" in by_topic(findings)["MXNet"].sentence


def test_a_bad_finding_needs_a_cure():
    with pytest.raises(ValueError, match="about tea is not ok and has no cure"):
        Finding(topic="tea", ok=False, essential=False, sentence="There is no tea.")


def test_only_essential_findings_decide_about_health():
    good = Finding(topic="a", ok=True, essential=True, sentence="A.")
    optional = Finding(topic="b", ok=False, essential=False, sentence="B.", cure="b")
    bad = Finding(topic="c", ok=False, essential=True, sentence="C.", cure="c")
    assert healthy([good, optional])
    assert not healthy([good, optional, bad])


def test_where_nothing_shuts_student_code_in_grading_is_impossible(monkeypatch):
    def nowhere():
        raise SandboxProblem("nothing is graded. Cure: a newer kernel.")

    monkeypatch.setattr(levels, "open_forkserver", nowhere)
    [finding] = doctor.isolation()
    assert finding.essential
    assert not finding.ok
    assert "Cure: a newer kernel." in finding.sentence
    assert not healthy([finding])


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 12, 1), (3, 14, 0)])
def test_another_python_is_named(version):
    finding = only(doctor.python_version(version=version))
    assert (finding.ok, finding.essential) == (False, True)
    assert f"Python is {version[0]}.{version[1]}.{version[2]}, but" in finding.sentence


def test_a_python_that_does_not_start_is_a_finding():
    findings = by_topic(doctor.mxnet_stack(python="/no/such/python"))
    assert "/no/such/python does not start: No such file or directory." in findings["numpy"].sentence
    assert not findings["MXNet"].ok
    assert not findings["fork"].ok


def test_a_library_that_mxnet_lacks_has_its_package_as_cure(tmp_path):
    message = "OSError: libgomp.so.1: cannot open shared object file: No such file or directory"
    python = executable(tmp_path / "python", f"{LOUD_PYTHON}echo '{message}' >&2\nexit 1\n")
    findings = by_topic(doctor.mxnet_stack(python=python))
    assert findings["numpy"].ok
    assert findings["MXNet"].sentence == f"MXNet cannot be imported: {message}."
    assert findings["MXNet"].cure == "sudo apt-get install libgomp1 libquadmath0"
    assert "unknown" in findings["fork"].sentence


def test_a_crash_of_the_import_is_named_by_its_signal(tmp_path):
    python = executable(tmp_path / "python", f"{LOUD_PYTHON}kill -SEGV $$\n")
    findings = by_topic(doctor.mxnet_stack(python=python))
    assert "ended by signal SIGSEGV" in findings["MXNet"].sentence


def test_an_import_that_hangs_is_ended(tmp_path):
    python = executable(tmp_path / "python", f"{LOUD_PYTHON}exec sleep 1000\n")
    findings = by_topic(doctor.mxnet_stack(python=python, seconds=1))
    assert findings["numpy"].ok
    assert "did not finish within 1 seconds" in findings["MXNet"].sentence


def says(tmp_path, *facts):
    """A python that prints these facts."""
    return executable(tmp_path / "python", "#!/bin/sh\n" + "".join(f"echo '{fact}'\n" for fact in facts))


IMPORTED = '{"numpy": "1.23.5", "mxnet": "1.9.1"}'


@pytest.mark.parametrize(("code", "how"), [(1, "exit code 1"), (-6, "SIGABRT"), (-14, "SIGALRM")])
def test_a_child_that_does_not_compute_is_a_finding(tmp_path, code, how):
    python = says(tmp_path, IMPORTED, '{"gpus": 0}', f'{{"fork": {code}}}')
    finding = by_topic(doctor.mxnet_stack(python=python))["fork"]
    assert (finding.ok, finding.essential) == (False, True)
    assert how in finding.sentence


def test_a_fork_that_is_refused_is_a_finding(tmp_path):
    python = says(tmp_path, IMPORTED, '{"gpus": 0}')
    with open(python, "a", encoding="utf-8") as script:
        script.write("echo 'BlockingIOError: [Errno 11] Resource temporarily unavailable' >&2; exit 1\n")
    finding = by_topic(doctor.mxnet_stack(python=python))["fork"]
    assert not finding.ok
    assert "Resource temporarily unavailable" in finding.sentence


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ('{"gpus": 2}', "MXNet sees 2 GPUs."),
        ('{"gpus": 1}', "MXNet sees 1 GPU."),
        ('{"gpus": 0}', "MXNet sees no GPU; GPU habits are tested with a stand-in device."),
        (
            '{"gpus": 0, "gpu_error": "driver too old"}',
            "MXNet sees no GPU (driver too old); GPU habits are tested with a stand-in device.",
        ),
    ],
)
def test_gpus_are_counted_and_their_absence_is_no_fault(tmp_path, fact, sentence):
    finding = by_topic(doctor.mxnet_stack(python=says(tmp_path, IMPORTED, fact, '{"fork": 0}')))["GPUs"]
    assert (finding.ok, finding.sentence) == (True, sentence)


def test_a_missing_nbgrader_is_a_finding(tmp_path):
    message = "ModuleNotFoundError: No module named 'nbgrader'"
    python = executable(tmp_path / "python", f'#!/bin/sh\necho "{message}" >&2\nexit 1\n')
    finding = only(doctor.nbgrader_package(python=python))
    assert (finding.ok, finding.essential) == (False, True)
    assert finding.sentence == f"nbgrader cannot be imported: {message}."


def test_a_numpy_in_the_working_folder_is_not_taken_for_numpy(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("__version__ = 'forged'\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    facts, trouble = doctor._ask_python(
        sys.executable, "import json, numpy; print(json.dumps({'v': numpy.__version__}))", seconds=60, settings={}
    )
    assert (facts, trouble) == ({"v": "1.23.5"}, "")


def kernelspec(folder, text):
    spec = folder / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("command", ["/usr/bin/python3", "/opt/other/bin/python"])
def test_a_kernel_of_another_environment_is_a_finding(tmp_path, monkeypatch, command):
    kernelspec(tmp_path, f'{{"argv": ["{command}", "-m", "ipykernel_launcher"], "display_name": "x", "language": "y"}}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    finding = only(doctor.jupyter_kernel())
    assert (finding.ok, finding.essential) == (False, True)
    assert f"runs {command}, which is not in this environment" in finding.sentence


@pytest.mark.parametrize("command", ["python", "python3", os.path.join(sys.prefix, "bin", "python3")])
def test_a_kernel_of_this_environment_is_fine(tmp_path, monkeypatch, command):
    kernelspec(tmp_path, f'{{"argv": ["{command}"], "display_name": "x", "language": "y"}}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert only(doctor.jupyter_kernel()).ok


@pytest.mark.parametrize("text", ["not JSON", '{"argv": [], "display_name": "x", "language": "y"}'])
def test_a_broken_kernelspec_is_a_finding(tmp_path, monkeypatch, text):
    kernelspec(tmp_path, text)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    finding = only(doctor.jupyter_kernel())
    assert not finding.ok
    assert "no usable kernel called python3" in finding.sentence
    assert finding.cure.endswith("-m ipykernel install --sys-prefix")


def test_a_temporary_folder_that_takes_no_file_is_a_finding(tmp_path):
    finding = only(doctor.temporary_folder(folder=tmp_path / "missing"))
    assert (finding.ok, finding.essential) == (False, True)
    assert "TMPDIR" in finding.cure


def memory(tmp_path, *, available, limit=None):
    meminfo, maximum = tmp_path / "meminfo", tmp_path / "memory.max"
    meminfo.write_text(available, encoding="utf-8")
    if limit is not None:
        maximum.write_text(limit, encoding="utf-8")
    return only(doctor.cores_and_memory(meminfo=meminfo, limits=[maximum]))


@pytest.mark.parametrize(
    ("limit", "ok", "amount"),
    [
        (None, True, "4.0 GiB"),
        ("max\n", True, "4.0 GiB"),
        ("2147483648\n", True, "2.0 GiB"),
        ("536870912", False, "0.5 GiB"),
    ],
)
def test_memory_is_what_is_free_within_the_limit_of_the_container(tmp_path, limit, ok, amount):
    finding = memory(tmp_path, available="MemTotal: 9000000 kB\nMemAvailable:    4194304 kB\n", limit=limit)
    assert (finding.ok, finding.essential) == (ok, False)
    assert amount in finding.sentence


def test_memory_that_nobody_reports_is_a_finding(tmp_path):
    finding = memory(tmp_path, available="")
    assert not finding.ok
    assert "unknown" in finding.sentence


def test_no_bubblewrap(fake_path):
    finding = only(doctor.bubblewrap())
    assert (finding.ok, finding.essential) == (False, False)
    assert finding.cure == "sudo apt-get install bubblewrap"


def test_bubblewrap_that_does_not_start(fake_path):
    executable(fake_path / "bwrap", "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    finding = only(doctor.bubblewrap())
    assert finding.sentence == (
        "bubblewrap is installed but does not start: bwrap: setting up uid map: Permission denied."
    )


def test_bubblewrap_that_hangs(fake_path, monkeypatch):
    monkeypatch.setattr(doctor, "COMMAND_SECONDS", 0.2)
    executable(fake_path / "bwrap", f"#!/bin/sh\nexec {shutil.which('sleep', path=os.defpath)} 1000\n")
    assert "did not finish within 0.2 seconds" in only(doctor.bubblewrap()).sentence


def test_bubblewrap_that_works_is_tried_on_a_read_only_system(fake_path, tmp_path):
    executable(fake_path / "bwrap", f'#!/bin/sh\necho "$*" >"{tmp_path}/arguments"\n')
    assert only(doctor.bubblewrap()).ok
    assert (tmp_path / "arguments").read_text(encoding="utf-8") == "--ro-bind / / true\n"


def test_no_unshare(fake_path):
    finding = only(doctor.user_namespaces())
    assert (finding.ok, finding.essential) == (False, False)
    assert finding.cure == "sudo apt-get install util-linux"


def test_user_namespaces_that_are_forbidden(fake_path):
    executable(
        fake_path / "unshare", "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n"
    )
    finding = only(doctor.user_namespaces())
    assert not finding.ok
    assert "Operation not permitted" in finding.sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is tried as somebody else")
def test_root_tries_namespaces_as_nobody(fake_path):
    executable(fake_path / "unshare", f"#!/bin/sh\n[ $({shutil.which('id', path=os.defpath)} -u) = {doctor.NOBODY} ]\n")
    assert only(doctor.user_namespaces()).ok


@pytest.mark.parametrize(
    ("setting", "value", "cure"),
    [
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ("kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
    ],
)
def test_the_cure_names_the_setting_that_forbids_namespaces(tmp_path, setting, value, cure):
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(value + "\n", encoding="utf-8")
    assert doctor._namespace_cure(sysctls=tmp_path) == cure


def test_where_no_setting_forbids_namespaces_the_container_does(tmp_path):
    assert "container" in doctor._namespace_cure(sysctls=tmp_path)


def no_landlock(number):
    def refuse():
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize(
    ("number", "cure"), [(errno.EOPNOTSUPP, "lsm=landlock"), (errno.ENOSYS, "Linux 5.13"), (errno.EPERM, "Docker")]
)
def test_no_landlock(monkeypatch, number, cure):
    monkeypatch.setattr(doctor, "landlock_abi", no_landlock(number))
    finding = only(doctor.landlock())
    assert (finding.ok, finding.essential) == (False, False)
    assert os.strerror(number) in finding.sentence
    assert cure in finding.cure


class RefusingLibrary:
    """A C library whose every call fails with one error."""

    def __init__(self, number):
        self.number = number

    def __call__(self, *arguments):
        ctypes.set_errno(self.number)
        return -1

    prctl = syscall = __call__


def test_the_error_of_the_system_call_becomes_an_oserror(monkeypatch):
    monkeypatch.setattr(doctor.ctypes, "CDLL", lambda *a, **k: RefusingLibrary(errno.ENOSYS))
    with pytest.raises(OSError, match="Function not implemented"):
        doctor.landlock_abi()


def status(tmp_path, text):
    path = tmp_path / "status"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_kernel_without_the_seccomp_field(tmp_path):
    finding = only(doctor.seccomp(status=status(tmp_path, "Name:\tpython\n")))
    assert (finding.ok, finding.essential) == (False, False)


def test_a_kernel_that_refuses_filters(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.ctypes, "CDLL", lambda *a, **k: RefusingLibrary(errno.EINVAL))
    assert not only(doctor.seccomp(status=status(tmp_path, "Seccomp:\t0\n"))).ok


@pytest.mark.parametrize(("mode", "said"), [("0", "(seccomp) work;"), ("2", "under one already")])
def test_a_filter_that_is_already_there_is_mentioned(tmp_path, monkeypatch, mode, said):
    monkeypatch.setattr(doctor, "seccomp_filters_work", lambda: True)
    finding = only(doctor.seccomp(status=status(tmp_path, f"Seccomp:\t{mode}\n")))
    assert finding.ok
    assert said in finding.sentence


def test_no_libseccomp():
    finding = only(doctor.libseccomp(library="libseccomp-that-is-not-here.so.2"))
    assert (finding.ok, finding.essential) == (False, False)
    assert finding.cure == "sudo apt-get install libseccomp2"


def test_no_chromium(fake_path):
    finding = only(doctor.chromium())
    assert (finding.ok, finding.essential) == (False, False)


def test_chromium_by_any_of_its_names(fake_path):
    path = executable(fake_path / "chromium-browser", "#!/bin/sh\n")
    assert path in only(doctor.chromium()).sentence
