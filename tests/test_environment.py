"""The environment: its pins agree with each other, and scripts/bootstrap finds its way on any machine.

The machines are folders of small shell scripts that answer like Python, uv, apt-get and id, and are all of PATH.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = [ROOT / "requirements.lock", ROOT / "scripts" / "uv.lock"]


def load_script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


environment_yml = load_script("environment_yml")


def lock_pins(lock=LOCKS[0]):
    return list(environment_yml.requirements(lock.read_text(encoding="utf-8")))


def here(pins):
    """The pins that apply to this interpreter, as {name: version}."""
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins
        if pin.marker is None or pin.marker.evaluate()
    }


def project_requirements():
    """Everything pyproject.toml asks for on this machine, to build, to run with any extra, and to develop."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *chain(*extras.values()), *project["build-system"]["requires"]]
    return [line for line in wanted if (marker := Requirement(line).marker) is None or marker.evaluate()]


@pytest.mark.parametrize("wanted", project_requirements())
def test_the_lock_satisfies_what_the_project_asks_for(wanted):
    requirement = Requirement(wanted)
    version = here(lock_pins()).get(canonicalize_name(requirement.name))
    assert version is not None, f"{wanted} has no pin in requirements.lock; run: make lock"
    assert requirement.specifier.contains(version), f"{wanted} is pinned to {version}; run: make lock"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_is_exact_and_has_hashes(lock):
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    assert len(blocks) == len(lock_pins(lock)) > 0
    for block in blocks:
        assert re.match(r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==\S+", block)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", block), f"no hash: {block}"


def test_this_environment_is_the_locked_one():
    from importlib.metadata import version

    assert {name: version(name) for name in here(lock_pins())} == here(lock_pins())


def test_environment_yml_is_what_make_lock_writes():
    written = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert written == environment_yml.environment(LOCKS[0].read_text(encoding="utf-8")), "run: make lock"


def test_environment_yml_holds_the_pins_of_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge"]
    python, pip, packages = environment["dependencies"]
    assert (python, pip) == ("python=3.11", "pip")
    *pins, project = packages["pip"]
    assert project == "-e ."
    assert here(map(Requirement, pins)) == here(lock_pins())


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock", "scripts/uv.lock", "environment.yml"])
def test_no_file_of_pins_names_an_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|\w+\.(org|com)\b", text)


@pytest.mark.parametrize(
    ("pin", "line"),
    [
        ("numpy==1.23.5", "numpy==1.23.5"),
        ("colorama==0.4.6 ; sys_platform == 'win32'", None),
        ("appnope==1.0.0 ; sys_platform == 'darwin'", None),
        ("pexpect==4.9.0 ; sys_platform != 'win32'", "pexpect==4.9.0"),
        ("overrides==7.7.0 ; python_full_version < '3.12'", "overrides==7.7.0"),
        ("soupsieve==2.10 ; python_full_version < '3.11.5'", 'soupsieve==2.10 ; python_full_version < "3.11.5"'),
    ],
)
def test_only_markers_that_the_patch_release_decides_stay_in_environment_yml(pin, line):
    assert environment_yml.for_linux(Requirement(pin)) == line


FAKE_PYTHON = """\
#!/bin/sh
echo "$0 $*" >>"{state}/log"
case "$*" in
    *sys.implementation*) echo "cpython {version}" ;;
    *"sys.version_info < (3, 8)"*) exit 0 ;;
    *"import ensurepip"*) exit {without_venv} ;;
    *"os.setuid"*) exit {closed} ;;
    "-m pip --version") exit {without_pip} ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip install "*)
        if [ -e "{state}/kill-the-installer" ]; then kill -9 $PPID; fi
        folder=$(dirname "$0")
        while [ $# -gt 0 ]; do
            case $1 in
                --target) folder=$2/bin ;;
                */scripts/uv.lock) mkdir -p "$folder" && cp "{state}/uv" "$folder/uv" ;;
            esac
            shift
        done ;;
    "-m grader demo") sleep 0.5; echo "the demo has ended" >>"{state}/log" ;;
    *"import mxnet"*)
        for library in $(cat "{state}/missing-libraries" 2>/dev/null); do
            echo "OSError: $library: cannot open shared object file: No such file or directory" >&2
            exit 1
        done ;;
esac
"""

FAKE_UV = """\
#!/bin/sh
echo "$0 $*" >>"{state}/log"
case "$1 $2" in
    "venv -q")
        if [ -e "{state}/no-download" ]; then echo "error: download refused" >&2; exit 2; fi
        for folder in "$@"; do :; done
        mkdir -p "$folder/bin" && cp "{state}/python" "$folder/bin/python" ;;
    "pip install") if [ -e "{state}/uv-has-no-index" ]; then exit 2; fi ;;
esac
"""

# Installing a library removes it from the missing ones; installing a Python puts one on PATH.
FAKE_APT_GET = """\
#!/bin/sh
echo "apt-get $*" >>"{state}/log"
if [ -e "{state}/no-package-server" ]; then exit 100; fi
if [ "$1" = update ]; then touch "{state}/updated"; exit; fi
if [ -e "{state}/no-package-lists" ] && [ ! -e "{state}/updated" ]; then exit 100; fi
case "$*" in
    *libgomp1*) sed -i /libgomp/d "{state}/missing-libraries" ;;
    *libquadmath0*) sed -i /libquadmath/d "{state}/missing-libraries" ;;
    *python3*-venv*) cp "{state}/python" "{bin}/python3" && cp "{state}/python" "{bin}/python3.11" ;;
esac
"""

TOOLS = [
    "bash",
    "cat",
    "cp",
    "cut",
    "dirname",
    "find",
    "flock",
    "make",
    "mkdir",
    "rm",
    "sed",
    "sh",
    "sha256sum",
    "sleep",
    "tail",
    "touch",
]


class Machine:
    """A machine with nothing on PATH but a few Unix tools, to which fakes are added, and a clone of the kit."""

    def __init__(self, folder):
        self.state, self.bin, self.home, self.clone = (folder / name for name in ("state", "bin", "home", "a clone"))
        for path in (self.state, self.bin, self.home, self.clone, folder / "tools"):
            path.mkdir()
        for tool in TOOLS:
            (folder / "tools" / tool).symlink_to(shutil.which(tool))
        self.path = [self.bin, folder / "tools"]
        self.user(1000)
        self.python(self.state / "python")
        self.uv(self.state / "uv")
        shutil.copytree(ROOT / "scripts", self.clone / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / ".ci", self.clone / ".ci")
        for name in ("Makefile", "pyproject.toml", "requirements.lock"):
            shutil.copy(ROOT / name, self.clone / name)

    def script(self, path, text, **values):
        path = self.bin / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(state=self.state, bin=self.bin, **values), encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def python(self, path, version="3 11", *, venv=True, pip=True, closed=False):
        """closed: users other than root cannot run it."""
        lacks = {"without_venv": int(not venv), "without_pip": int(not pip), "closed": int(closed)}
        return self.script(path, FAKE_PYTHON, version=version, **lacks)

    def uv(self, path="uv"):
        return self.script(path, FAKE_UV)

    def user(self, number):
        self.script("id", f"#!/bin/sh\necho {number}\n")

    def apt_get(self):
        self.script("apt-get", FAKE_APT_GET)

    def set(self, name, text=""):
        (self.state / name).write_text(text, encoding="utf-8")

    def environment(self, **settings):
        return {"PATH": ":".join(map(str, self.path)), "HOME": str(self.home), **settings}

    def run(self, *command, **settings):
        return subprocess.run(
            command, cwd=self.clone, env=self.environment(**settings), capture_output=True, text=True, check=False
        )

    def bootstrap(self, *arguments, **settings):
        return self.run("sh", "scripts/bootstrap", *arguments, **settings)

    def plan(self, **settings):
        done = self.bootstrap("--plan", **settings)
        assert not (self.clone / ".venv").exists()
        assert not (self.clone / ".bootstrap").exists()
        return dict(line.split(": ", 1) for line in done.stdout.splitlines())

    def log(self, *words):
        """What the fakes were asked to do, as lines; only those that hold one of the words."""
        log = self.state / "log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [line for line in lines if any(word in line for word in words)]


@pytest.fixture
def machine(tmp_path) -> Iterator[Machine]:
    return Machine(tmp_path)


def test_python_3_11_on_path_comes_first(machine):
    machine.python("python3", "3 11")
    wanted = machine.python("python3.11")
    machine.uv()
    plan = machine.plan()
    assert (plan["route"], plan["python"]) == ("venv", wanted)


def test_a_python3_that_is_3_11_is_taken(machine):
    wanted = machine.python("python3", "3 11")
    assert machine.plan()["python"] == wanted


def test_a_shim_that_refuses_does_not_hide_the_pyenv_version_behind_it(machine):
    machine.script("python3.11", "#!/bin/sh\necho 'pyenv: python3.11: command not found' >&2\nexit 127\n")
    wanted = machine.python(machine.home / ".pyenv/versions/3.11.7/bin/python3.11")
    plan = machine.plan()
    assert (plan["route"], plan["python"]) == ("venv", wanted)


def test_of_two_python_3_11_the_one_that_makes_environments_is_taken(machine, tmp_path):
    machine.python("python3.11", venv=False)
    wanted = machine.python(tmp_path / "usr" / "python3.11")
    machine.path.append(tmp_path / "usr")
    assert machine.plan()["python"] == wanted


@pytest.mark.parametrize(("user", "taken"), [(0, "usr"), (1000, "bin")])
def test_root_takes_a_python_that_others_can_read_before_one_that_they_cannot(machine, tmp_path, user, taken):
    machine.user(user)
    machine.python("python3.11", closed=True)
    machine.python(tmp_path / "usr" / "python3.11")
    machine.path.append(tmp_path / "usr")
    assert machine.plan()["python"] == str((machine.bin if taken == "bin" else tmp_path / "usr") / "python3.11")


def test_root_makes_do_with_a_python_of_its_own(machine):
    machine.user(0)
    wanted = machine.python("python3.11", closed=True)
    assert machine.plan()["python"] == wanted


def test_the_python_of_our_own_environment_is_never_the_base(machine):
    machine.python("python3.11")
    assert machine.bootstrap().returncode == 0
    machine.path.insert(0, machine.clone / ".venv" / "bin")
    (machine.clone / ".venv" / "bin" / "python3.11").symlink_to("python")
    done = machine.bootstrap("--plan")
    assert f"python: {machine.bin / 'python3.11'}\n" in done.stdout


@pytest.mark.parametrize("version", ["3 12", "3 13", "3 14"])
def test_uv_on_path_is_used_where_python_is_newer(machine, version):
    machine.python("python3", version)
    wanted = machine.uv()
    plan = machine.plan()
    assert (plan["route"], plan["python"], plan["uv"]) == ("uv", "none", wanted)


def test_a_python_3_11_without_ensurepip_is_given_to_uv(machine):
    bare = machine.python("python3.11", venv=False)
    machine.uv()
    plan = machine.plan()
    assert (plan["route"], plan["python"]) == ("uv", bare)


@pytest.mark.parametrize("version", ["3 12", "3 13", "3 14"])
def test_a_newer_python_fetches_a_uv_of_our_own(machine, version):
    helper = machine.python("python3", version)
    plan = machine.plan()
    assert (plan["route"], plan["helper"], plan["uv"]) == ("private-uv-in-venv", helper, "none")


def test_a_newer_python_without_venv_fetches_uv_into_a_folder(machine):
    helper = machine.python("python3", "3 13", venv=False)
    plan = machine.plan()
    assert (plan["route"], plan["helper"]) == ("private-uv-in-folder", helper)


def test_nothing_at_all_is_one_sentence_that_says_what_to_install(machine):
    machine.python("python3", "3 13", venv=False, pip=False)
    for done in (machine.bootstrap("--plan"), machine.bootstrap()):
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1
        assert "sudo apt-get install python3 python3-venv" in done.stderr


def test_PYTHON_chooses_the_interpreter(machine, tmp_path):
    machine.python("python3.11")
    wanted = machine.python(tmp_path / "mine" / "python")
    assert machine.plan(PYTHON=wanted)["python"] == wanted


@pytest.mark.parametrize("version", ["3 12", "2 7"])
def test_a_PYTHON_that_is_not_3_11_is_an_error(machine, tmp_path, version):
    machine.python("python3.11")
    mine = machine.python(tmp_path / "mine" / "python", version)
    done = machine.bootstrap(PYTHON=mine)
    assert done.returncode == 1
    assert f"PYTHON is set to '{mine}', which is not a working CPython 3.11" in done.stderr


def test_a_PYTHON_that_does_not_exist_is_an_error(machine):
    machine.python("python3.11")
    assert "PYTHON is set to '/no/such/python'" in machine.bootstrap(PYTHON="/no/such/python").stderr


def test_an_unknown_argument_is_an_error(machine):
    done = machine.bootstrap("--plam")
    assert (done.returncode, "--plam" in done.stderr) == (1, True)


def installs(machine):
    return machine.log("pip install")


def test_packages_come_with_hashes_and_the_project_without_dependencies(machine):
    machine.python("python3.11")
    assert machine.bootstrap().returncode == 0
    packages, project = installs(machine)
    assert packages.endswith(f"--require-hashes --only-binary :all: -r {machine.clone}/requirements.lock")
    assert project.endswith(f"--no-deps --no-build-isolation -e {machine.clone}")


def test_a_second_run_does_nothing(machine):
    machine.python("python3.11")
    machine.bootstrap()
    before = installs(machine)
    done = machine.bootstrap()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert installs(machine) == before
    assert machine.bootstrap("--plan").stdout.startswith("state: ready\n")


def test_an_interrupted_install_is_redone_from_the_start(machine):
    machine.python("python3.11")
    machine.set("kill-the-installer")
    assert machine.bootstrap().returncode == -9
    (machine.state / "kill-the-installer").unlink()
    (machine.clone / ".venv" / "half-installed").touch()
    assert machine.bootstrap().returncode == 0
    assert len(machine.log("-m venv")) == 2
    assert not (machine.clone / ".venv" / "half-installed").exists()


def test_a_clone_that_was_moved_gets_a_new_environment(machine):
    machine.python("python3.11")
    machine.bootstrap()
    machine.clone = machine.clone.rename(machine.clone.with_name("moved"))
    assert machine.bootstrap().returncode == 0
    assert machine.log("-m venv")[-1].endswith("moved/.venv")


def test_a_new_lock_gets_a_new_environment(machine):
    machine.python("python3.11")
    machine.bootstrap()
    with (machine.clone / "requirements.lock").open("a") as lock:
        lock.write("left-pad==1.0\n")
    assert machine.bootstrap().returncode == 0
    assert len(machine.log("-m venv")) == 2


def test_new_project_settings_install_only_the_project_again(machine):
    machine.python("python3.11")
    machine.bootstrap()
    with (machine.clone / "pyproject.toml").open("a") as project:
        project.write("# changed\n")
    assert machine.bootstrap().returncode == 0
    assert len(machine.log("-m venv")) == 1
    assert ["-e " in line for line in installs(machine)] == [False, True, True]


def test_an_environment_whose_python_is_gone_is_made_again(machine):
    machine.python("python3.11")
    machine.bootstrap()
    (machine.clone / ".venv" / "bin" / "python").unlink()
    assert machine.bootstrap().returncode == 0
    assert len(machine.log("-m venv")) == 2


def test_two_runs_at_once_make_one_environment(machine):
    machine.python("python3.11")
    command = ["sh", "scripts/bootstrap"]
    runs = [
        subprocess.Popen(command, cwd=machine.clone, env=machine.environment(), stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [run.wait() for run in runs] == [0, 0]
    assert len(machine.log("-m venv")) == 1


def test_uv_installs_where_it_is_at_hand(machine):
    machine.python("python3.11")
    uv = machine.uv()
    assert machine.bootstrap().returncode == 0
    assert [line.startswith(f"{uv} pip install") for line in installs(machine)] == [True, True]


def test_pip_installs_where_uv_cannot(machine):
    machine.python("python3.11")
    machine.uv()
    machine.set("uv-has-no-index")
    done = machine.bootstrap()
    assert done.returncode == 0
    assert "trying pip" in done.stderr
    assert f"{machine.clone}/.venv/bin/python -m pip install" in installs(machine)[1]


@pytest.mark.parametrize("venv", [True, False])
def test_a_newer_python_ends_with_an_environment_made_by_uv(machine, venv):
    machine.python("python3", "3 13", venv=venv)
    done = machine.bootstrap()
    assert done.returncode == 0, done.stderr
    uv = machine.clone / ".bootstrap/uv/bin/uv"
    assert machine.log(f"{uv} venv")[0].endswith(f"--python 3.11 {machine.clone}/.venv")
    fetched = installs(machine)[0]
    assert "--require-hashes" in fetched
    assert fetched.endswith("/scripts/uv.lock")


def test_a_python_that_uv_cannot_fetch_is_one_clear_sentence(machine):
    machine.python("python3", "3 13")
    machine.set("no-download")
    done = machine.bootstrap()
    assert done.returncode == 1
    assert "uv could not provide Python 3.11" in done.stderr.splitlines()[-1]


def test_root_on_debian_gets_the_missing_python(machine):
    machine.user(0)
    machine.apt_get()
    machine.set("no-package-lists")
    done = machine.bootstrap()
    assert done.returncode == 0, done.stderr
    assert [line.split()[-1] for line in machine.log("apt-get")] == ["python3-venv", "-q", "python3-venv"]


def test_root_on_debian_gets_the_libraries_that_mxnet_lacks(machine):
    machine.user(0)
    machine.apt_get()
    machine.python("python3.11")
    machine.set("missing-libraries", "libgomp.so.1\nlibquadmath.so.0\n")
    done = machine.bootstrap()
    assert done.returncode == 0, done.stderr
    assert [line.split()[-1] for line in machine.log("apt-get")] == ["libgomp1", "libquadmath0"]


def test_a_user_is_told_which_package_holds_the_library(machine):
    machine.apt_get()
    machine.python("python3.11")
    machine.set("missing-libraries", "libquadmath.so.0\n")
    done = machine.bootstrap()
    assert done.returncode == 1
    assert "sudo apt-get install libgomp1 libquadmath0 (libquadmath.so.0 is in libquadmath0)" in done.stderr
    assert not machine.log("apt-get")


def test_once_the_library_is_there_the_packages_are_not_installed_again(machine):
    machine.python("python3.11")
    machine.set("missing-libraries", "libgomp.so.1\n")
    assert machine.bootstrap().returncode == 1
    machine.set("missing-libraries")
    assert machine.bootstrap().returncode == 0
    assert ["-e " in line for line in installs(machine)] == [False, True]


def test_a_library_that_no_package_is_known_for_is_named(machine):
    machine.user(0)
    machine.apt_get()
    machine.python("python3.11")
    machine.set("missing-libraries", "libsomething.so.7\n")
    done = machine.bootstrap()
    assert done.returncode == 1
    assert "'import mxnet' fails: OSError: libsomething.so.7" in done.stderr


def test_a_package_that_does_not_help_is_not_installed_for_ever(machine):
    machine.user(0)
    machine.script("apt-get", '#!/bin/sh\necho "apt-get $*" >>"{state}/log"\n')
    machine.python("python3.11")
    machine.set("missing-libraries", "libgomp.so.1\n")
    done = machine.bootstrap()
    assert done.returncode == 1
    assert "still does not find libgomp.so.1" in done.stderr
    assert len(machine.log("apt-get")) == 1


def test_a_uv_for_the_lock_is_found_or_fetched(machine):
    machine.python("python3.11")
    fetched = machine.bootstrap("--uv")
    assert fetched.stdout == f"{machine.clone}/.bootstrap/uv/bin/uv\n", fetched.stderr
    mine = machine.uv()
    assert machine.bootstrap("--uv").stdout == f"{mine}\n"


MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
VERBS = dict(re.findall(r"^([a-z][a-z-]*):(.*)$", MAKEFILE, flags=re.MULTILINE))


def test_every_verb_is_explained_and_phony(machine):
    shown = machine.run("make").stdout
    phony = " ".join(re.findall(r"^\.PHONY:(.*)$", MAKEFILE, flags=re.MULTILINE)).split()
    assert sorted(phony) == sorted(VERBS)
    for verb, rest in VERBS.items():
        assert re.search(rf"make {verb} +{re.escape(rest.split('## ')[1])}\n", shown)


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"help", "clean"}))
def test_every_verb_makes_the_environment_first(machine, verb):
    first = machine.run("make", "--dry-run", verb).stdout.splitlines()[0]
    assert first == "sh scripts/bootstrap"


def test_a_fresh_clone_runs_its_verbs_in_order_also_in_parallel(machine):
    machine.python("python3.11")
    done = machine.run("make", "-j4", "demo", "notebooks", "seed-tables")
    assert done.returncode == 0, done.stderr
    assert len(machine.log("-m venv")) == 1
    ran = [line.split(" -m ")[-1] for line in machine.log("-m grader", "-m solutions", "the demo")]
    assert ran == ["grader demo", "the demo has ended", "grader.build", "solutions.seed_tables"]


def test_a_verb_fails_when_the_environment_cannot_be_made(machine):
    done = machine.run("make", "demo")
    assert done.returncode != 0
    assert "no Python 3.11, no uv" in done.stderr
    assert not machine.log("grader demo")


def test_clean_leaves_a_course_alone(machine):
    machine.python("python3.11")
    machine.bootstrap()
    for kept in ("course/__pycache__/a.pyc", "course/gradebook.db", "gradebook.db"):
        (machine.clone / kept).parent.mkdir(parents=True, exist_ok=True)
        (machine.clone / kept).touch()
    (machine.clone / "grader/__pycache__").mkdir(parents=True)
    assert machine.run("make", "clean").returncode == 0
    assert not any((machine.clone / gone).exists() for gone in (".venv", ".bootstrap", "grader/__pycache__"))
    assert (machine.clone / "gradebook.db").exists()
    assert (machine.clone / "course/__pycache__/a.pyc").exists()


EVERYTHING = "libgomp.so.1 libquadmath.so.0 libseccomp.so.2"


def ci(machine, *, libraries=EVERYTHING, programs=("bwrap", "initdb", "chromium")):
    """Run .ci/run with a make that only takes note of its argument."""
    for program in programs:
        machine.script(program, "#!/bin/sh\n")
    machine.script("ldconfig", f"#!/bin/sh\necho {libraries}\n")
    machine.script("make", '#!/bin/sh\necho "make $*" >>"{state}/log"\n')
    done = machine.run("bash", ".ci/run")
    return done, machine.log("apt-get", "make")


def test_ci_installs_what_is_missing_then_tests(machine):
    machine.user(0)
    machine.apt_get()
    machine.python("python3", venv=False)
    done, log = ci(machine, libraries="libgomp.so.1", programs=("initdb",))
    assert done.returncode == 0, done.stderr
    assert log[0] == "apt-get update -q"
    assert log[1].endswith("--no-install-recommends python3-venv libquadmath0 libseccomp2 bubblewrap")
    assert log[2].endswith("--no-install-recommends chromium")
    assert log[3] == "make test"


def test_ci_installs_nothing_where_nothing_is_missing(machine):
    machine.user(0)
    machine.apt_get()
    machine.python("python3")
    assert ci(machine)[1] == ["make test"]


def test_ci_without_a_package_server_still_tests(machine):
    machine.user(0)
    machine.apt_get()
    machine.set("no-package-server")
    done, log = ci(machine)
    assert "could not install python3-venv" in done.stderr
    assert log[-1] == "make test"


def test_ci_without_root_names_the_packages_and_tests(machine):
    machine.apt_get()
    done, log = ci(machine, libraries="")
    assert "python3-venv libgomp1 libquadmath0 libseccomp2" in done.stderr
    assert log == ["make test"]


def test_the_scripts_can_be_run_as_they_are():
    for script in ("scripts/bootstrap", "scripts/lock", "scripts/clean", ".ci/run"):
        assert os.access(ROOT / script, os.X_OK), f"{script} is not executable; run: chmod +x {script}"


def test_this_python_is_the_one_of_the_lock():
    assert sys.version_info[:2] == (3, 11)
