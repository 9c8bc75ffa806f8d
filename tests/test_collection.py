"""`nbgrader collect` and `nbgrader zip_collect` with the course's plugins, on what honest and other people hand in."""

import gzip
import io
import logging
import os
import re
import socket
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.apps import ZipCollectApp
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader import collection
from grader.collection import CarefulCollect, CarefulFileNameCollector, parse_time

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = """
c.ExchangeFactory.collect = "grader.collection.CarefulCollect"
c.ZipCollectApp.extractor_plugin = "grader.collection.CarefulExtractor"
c.ZipCollectApp.collector_plugin = "grader.collection.CarefulFileNameCollector"
"""
SMALL = """
c.ExchangeCollect.check_owner = False
c.CourseDirectory.max_file_size = 20
c.CourseDirectory.max_dir_size = 60
c.CarefulCollect.max_files = 30
"""
"""kB, kB, and files."""
MOODLE = r".*/(?P<first_name>[^/_]+)_(?P<student_id>\d+)_assignsubmission_file_/?(?P<file_id>[^/]+)"
CANVAS = r".*/(?P<student_id>[^/_]+)_(?:LATE_)?\d+_\d+_(?P<file_id>[^/]+)"
TIME = "2026-01-02 03:04:05.000000 UTC"
LATER = "2026-01-03 03:04:05.000000 UTC"
NOTEBOOK = '{"cells": []}'
SECRET = "what only the instructor may read"


@dataclass(frozen=True)
class Place:
    """A course with the plugins configured, and an exchange."""

    course: Path
    exchange: Path

    @property
    def inbound(self) -> Path:
        return self.exchange / "linreg" / "inbound"

    @property
    def submitted(self) -> Path:
        return self.course / "course" / "submitted"

    def nbgrader(self, *arguments: str) -> str:
        """What the real command prints, without its time and colours. It must end well."""
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.course,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith(("GRADER_", "JUPYTER"))},
                "HOME": str(self.course),
                "GRADER_EXCHANGE": str(self.exchange),
                "PYTHONWARNINGS": "ignore",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert "Traceback" not in done.stdout, done.stdout
        assert "not recognized" not in done.stdout, done.stdout
        return done.stdout

    def hand_in(self, student: str, *, time: str = TIME, name: str = "ps1") -> Path:
        """A submission as `nbgrader submit` leaves it."""
        folder = self.inbound / f"{student}+{name}+{time}+cmFuZG9t"
        folder.mkdir()
        (folder / "ps1.ipynb").write_text(NOTEBOOK, encoding="utf-8")
        (folder / "timestamp.txt").write_text(time, encoding="utf-8")
        (folder / "submission_secret.txt").write_text("0" * 128, encoding="utf-8")
        return folder

    def collected(self, student: str) -> dict[str, bytes]:
        """The files of a submission."""
        return contents(self.submitted / student / "ps1")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, links not followed."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root, name)
            assert not path.is_symlink()
            assert path.is_file()
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def make_place(folder: Path, configuration: str = "") -> Place:
    place = Place(folder / "course", folder / "exchange")
    place.course.mkdir()
    own = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (place.course / "nbgrader_config.py").write_text(own + CONFIGURATION + configuration, encoding="utf-8")
    place.inbound.mkdir(parents=True)
    place.exchange.chmod(0o777)
    return place


def line_about(said: str, word: str) -> str:
    """The one warning or error of a log that has a word in it."""
    # nbgrader indents the lines after a line break; no message of ours has one.
    found = [line for line in said.splitlines() if word in line and re.search(r"\| (WARNING|ERROR)", line)]
    assert len(found) == 1, said
    return found[0]


BAD_IDS = ("", "..", ".hidden", "-rf", "=cmd()", "+cmd", "two\nlines", "Ada Lovelace", "x" * 150, "ad\u0430")


@dataclass(frozen=True)
class Collected:
    place: Place
    first: str
    second: str


def spoil(folder: Path, secrets: Path) -> None:
    """Put everything into a submission that is not a plain file."""
    (folder / "link").symlink_to(secrets / "secret.txt")
    (folder / "folder").symlink_to(secrets)
    (folder / "nowhere").symlink_to("/nowhere")
    (folder / "endless").symlink_to("/dev/zero")
    (folder / "loop").symlink_to(".")
    os.link(secrets / "secret.txt", folder / "hard")
    os.mkfifo(folder / "pipe")
    (folder / "two\nlines").write_text("", encoding="utf-8")
    (folder / "a\\b").write_text("", encoding="utf-8")
    (folder / "large.csv").write_bytes(b"0" * 20_001)
    (folder / "sgd.py").write_text("", encoding="utf-8")
    (folder / "figures").mkdir()
    (folder / "figures" / "loss.png").write_bytes(b"png")
    (folder / "figures" / "link").symlink_to(secrets / "secret.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))


@pytest.fixture(scope="module")
def exchange(tmp_path_factory) -> Collected:
    """One class, collected twice."""
    folder = tmp_path_factory.mktemp("exchange")
    place = make_place(folder, SMALL)
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "secret.txt").write_text(SECRET, encoding="utf-8")
    for student in ("ada", "bob", "cleo", "dan", "eve", "ivy", "jon", "zoe", *BAD_IDS):
        place.hand_in(student)
    place.hand_in("zoe", name="ps2", time=LATER)
    of = {path.name.split("+")[0]: path for path in place.inbound.iterdir() if "+ps1+" in path.name}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(of["bob"])  # a socket's path must be short
        spoil(of["bob"], secrets)
    for number in range(40):
        (of["cleo"] / f"a{number:02}").write_bytes(b"")
        (of["dan"] / f"a{number:02}").write_bytes(b"0" * 19_000 if number < 10 else b"")
    (of["dan"] / "deep" / "deeper").mkdir(parents=True)
    (place.inbound / f"eve+ps1+{LATER}+r").symlink_to(secrets)
    os.mkfifo(place.inbound / f"frank+ps1+{LATER}+r")
    (place.inbound / f"gail+ps1+{LATER}+r").write_text("", encoding="utf-8")
    (place.inbound / "hank+ps1+soon+r").mkdir()
    (of["ivy"] / "timestamp.txt").write_bytes(b"\xff 2026-01-01 00:00:00 ../../etc/localtime")
    (of["jon"] / "timestamp.txt").unlink()

    first = place.nbgrader("collect", "ps1")
    place.hand_in("zoe", time=LATER).joinpath("new.txt").write_text("", encoding="utf-8")
    (place.submitted / "ada" / "ps1" / "timestamp.txt").write_text("yesterday", encoding="utf-8")
    return Collected(place, first, place.nbgrader("collect", "ps1", "--update"))


@pytest.mark.slow
class TestTheExchange:
    def test_an_honest_submission_arrives_whole(self, exchange):
        assert exchange.place.collected("ada")["ps1.ipynb"] == NOTEBOOK.encode()
        assert sorted(exchange.place.collected("ada")) == ["ps1.ipynb", "submission_secret.txt", "timestamp.txt"]
        assert "Collecting submission: ada ps1" in exchange.first

    def test_everybody_who_handed_in_a_folder_is_collected_and_nobody_else(self, exchange):
        students = ["ada", "bob", "cleo", "dan", "eve", "ivy", "jon", "zoe"]
        assert sorted(path.name for path in exchange.place.submitted.iterdir()) == students
        assert all((exchange.place.submitted / student / "ps1" / "ps1.ipynb").is_file() for student in students)

    def test_nothing_half_collected_stays(self, exchange):
        assert {name for path in exchange.place.submitted.iterdir() for name in os.listdir(path)} == {"ps1"}

    def test_of_a_spoilt_submission_the_plain_files_are_taken(self, exchange):
        names = ["figures/loss.png", "ps1.ipynb", "submission_secret.txt", "timestamp.txt"]
        assert sorted(exchange.place.collected("bob")) == names

    def test_no_student_gets_hold_of_what_a_link_leads_to(self, exchange):
        for path in exchange.place.submitted.iterdir():
            assert SECRET.encode() not in b"".join(exchange.place.collected(path.name).values())

    def test_what_was_left_out_is_one_line(self, exchange):
        line = line_about(exchange.first, "submission of bob")
        assert "came without" in line
        assert "'a\\\\b' (it has a slash or a backslash in its name)" in line
        assert "'endless' (it is a link, not a file)" in line
        assert "'hard' (it is a hard link to a file that has other names too)" in line
        assert "and 7 more" in line

    def test_too_many_files_cost_the_last_of_them(self, exchange):
        files = exchange.place.collected("cleo")
        assert {"ps1.ipynb"} < set(files)
        assert len(files) <= 31
        assert "more than 30 files and folders" in line_about(exchange.first, "submission of cleo")

    def test_too_many_bytes_cost_what_comes_after_the_notebook(self, exchange):
        assert exchange.place.collected("dan")["ps1.ipynb"] == NOTEBOOK.encode()
        assert sum(map(len, exchange.place.collected("dan").values())) <= 60_000
        assert "taken in all" in line_about(exchange.first, "submission of dan")

    def test_a_link_in_the_place_of_a_folder_leaves_the_folder_handed_in_before(self, exchange):
        assert exchange.place.collected("eve")["timestamp.txt"] == TIME.encode()
        assert "It is a link, not a folder." in line_about(exchange.first, f"eve+ps1+{LATER}")

    @pytest.mark.parametrize(
        ("student", "reason"),
        [
            ("frank", "It is a named pipe, not a folder."),
            ("gail", "It is a file, not a folder."),
            ("hank", "'soon' in it is not a time."),
        ],
    )
    def test_what_is_no_submission_is_one_line(self, exchange, student, reason):
        assert reason in line_about(exchange.first, f"'{student}+ps1+")

    @pytest.mark.parametrize("student", BAD_IDS, ids=ascii)
    def test_a_name_that_is_no_id_is_one_line(self, exchange, student):
        start = repr(f"{student}+ps1+")[:60].rstrip("'")
        assert "The student's id in it" in line_about(exchange.first, start)

    @pytest.mark.parametrize("student", ["ivy", "jon"])
    def test_a_time_that_cannot_be_read_is_that_of_the_folders_name(self, exchange, student):
        assert exchange.place.collected(student)["timestamp.txt"] == TIME.encode()
        assert "a readable 'timestamp.txt'" in line_about(exchange.first, f"submission of {student}")

    def test_an_update_takes_what_is_newer_and_leaves_the_rest(self, exchange):
        assert "Updating submission: zoe ps1" in exchange.second
        assert "new.txt" in exchange.place.collected("zoe")
        assert "No newer submission to collect: bob ps1" in exchange.second

    def test_a_submission_whose_time_is_lost_is_collected_again(self, exchange):
        assert "Updating submission: ada ps1" in exchange.second
        assert exchange.place.collected("ada")["timestamp.txt"] == TIME.encode()


def collect(place: Place, **options: object) -> CarefulCollect:
    """A collector in this process."""
    config = Config()
    config.Exchange.root = str(place.exchange)
    config.CourseDirectory.root = str(place.course)
    config.CourseDirectory.submitted_directory = "course/submitted"
    config.CourseDirectory.course_id = "linreg"
    config.CourseDirectory.assignment_id = "ps1"
    config.ExchangeCollect.update(options)
    return CarefulCollect(coursedir=CourseDirectory(config=config), config=config)


def messages(caplog) -> str:
    return "\n".join(record.getMessage() for record in caplog.records)


@pytest.fixture
def heard(caplog, monkeypatch):
    """What a collector says; traitlets keeps its log to itself."""
    monkeypatch.setattr(logging.getLogger("traitlets"), "propagate", True)
    caplog.set_level(logging.INFO, logger="traitlets")
    return caplog


def belongs(monkeypatch: pytest.MonkeyPatch, owners: dict[str, str]) -> None:
    """Let folders of inbound belong to other users, for which this one would have to be root."""
    real = os.stat
    users = [*owners.values(), "instructor"]

    def stat(path, *arguments, **options):
        found = real(path, *arguments, **options)
        if path in owners:
            return os.stat_result((*found[:4], users.index(owners[path]), *found[5:10]))
        return found

    monkeypatch.setattr(os, "stat", stat)
    monkeypatch.setattr(os, "getuid", lambda: len(owners))
    monkeypatch.setattr(collection, "_owner", users.__getitem__)


def test_what_others_hand_in_in_a_students_name_does_not_replace_the_students_own(tmp_path, monkeypatch, heard):
    place = make_place(tmp_path)
    own = place.hand_in("ada")
    forged = [place.hand_in("ada", time=LATER), place.hand_in("ada", time=LATER.replace("05", "06"))]
    belongs(monkeypatch, {own.name: "ada", **{folder.name: "mallory" for folder in forged}})
    collect(place).start()
    assert place.collected("ada")["timestamp.txt"] == TIME.encode()
    assert f"{forged[0].name!r} in inbound was passed over: it belongs to mallory" in messages(heard)
    assert "(1 more like it)" in messages(heard)


def test_what_the_instructor_hands_in_for_a_student_counts(tmp_path, monkeypatch, heard):
    place = make_place(tmp_path)
    belongs(monkeypatch, {place.hand_in("ada").name: "ada", place.hand_in("ada", time=LATER).name: "instructor"})
    collect(place).start()
    assert place.collected("ada")["timestamp.txt"] == LATER.encode()
    assert "passed over" not in messages(heard)


def test_a_folder_of_another_user_is_collected_with_one_warning_where_there_is_no_other(tmp_path, monkeypatch, heard):
    place = make_place(tmp_path)
    belongs(monkeypatch, {place.hand_in("ada").name: "hub", place.hand_in("ada", time=LATER).name: "hub"})
    collect(place).start()
    assert place.collected("ada")["timestamp.txt"] == LATER.encode()
    assert messages(heard).count("claims to be submitted by ada but is owned by hub; cheating attempt?") == 1


def test_one_student_can_be_collected_alone(tmp_path):
    place = make_place(tmp_path)
    place.hand_in("ada")
    place.hand_in("bob")
    collector = collect(place, check_owner=False)
    collector.coursedir.student_id = "bob"
    collector.start()
    assert [path.name for path in place.submitted.iterdir()] == ["bob"]


def test_an_error_of_the_machine_leaves_the_old_submission_and_costs_nobody_else(tmp_path, monkeypatch, heard):
    place = make_place(tmp_path)
    place.hand_in("ada")
    collect(place, check_owner=False).start()
    before = place.collected("ada")
    place.hand_in("ada", time=LATER)
    place.hand_in("bob")
    real = Path.write_bytes

    def full(path, data):
        if "ada" in path.parts:
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    collect(place, check_owner=False, update=True).start()
    assert place.collected("ada") == before
    assert os.listdir(place.submitted / "ada") == ["ps1"]
    assert "ps1.ipynb" in place.collected("bob")
    assert "The submission of ada was not collected: [Errno 28] No space left on device." in messages(heard)


def test_very_many_bad_names_are_counted(tmp_path, heard):
    place = make_place(tmp_path)
    for number in range(50):
        (place.inbound / f"-{number}+ps1+{TIME}").mkdir()
    collect(place, check_owner=False).start()
    assert len(heard.records) == 22
    assert "30 more in inbound were left out for reasons like these." in messages(heard)


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_costs_nobody_else(tmp_path, heard):
    place = make_place(tmp_path)
    place.hand_in("ada").chmod(0)
    place.hand_in("bob")
    collect(place, check_owner=False).start()
    assert os.listdir(place.submitted) == ["bob"]
    assert "The submission of ada was not collected: [Errno 13] Permission denied" in messages(heard)


def test_other_instructors_of_the_group_can_write_to_what_is_collected(tmp_path):
    place = make_place(tmp_path)
    (place.hand_in("ada") / "figures").mkdir()
    collector = collect(place, check_owner=False)
    collector.coursedir.groupshared = True
    collector.start()
    folder = place.submitted / "ada" / "ps1"
    assert (folder / "ps1.ipynb").stat().st_mode & 0o660 == 0o660
    assert {path.stat().st_mode & 0o2770 for path in (folder, folder / "figures")} == {0o2770}


@pytest.mark.slow
def test_what_came_after_the_due_date_can_be_passed_over(tmp_path):
    place = make_place(tmp_path, SMALL)
    place.nbgrader("db", "assignment", "add", "ps1", "--duedate=2026-01-02 12:00:00 UTC")
    for student, times in {"ada": (TIME, LATER), "bob": (LATER,)}.items():
        for time in times:
            place.hand_in(student, time=time)
    place.nbgrader("collect", "ps1", "--before-duedate")
    assert place.collected("ada")["timestamp.txt"] == TIME.encode()
    assert place.collected("bob")["timestamp.txt"] == LATER.encode()
    place.nbgrader("collect", "ps1", "--update")
    assert place.collected("ada")["timestamp.txt"] == LATER.encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-01",
        "1" * 70,
        "2026-01-01 00:00:00 ../../../etc/localtime",
        "2026-01-01 00:00:00 99999999999999999999",
        "0001-01-01 00:00:00 +3600",
        "2026-01-02nan",
    ],
)
def test_what_is_no_time_is_none(text):
    assert parse_time(text) is None


def test_a_time_is_in_utc():
    assert parse_time(f"{TIME}\n") == datetime(2026, 1, 2, 3, 4, 5)
    assert parse_time("2016-01-30-15-00-00") is not None
    assert parse_time("2026-01-02 03:04:05 +0200") is not None


# What zip_collect is given: names as Moodle and Canvas make them.


def zip_of(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tar_of(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def moodle(name: str, number: int, file: str = "ps1.ipynb") -> str:
    return f"{name}_{number}_assignsubmission_file_{file}"


def downloaded(folder: Path, regexp: str, files: dict[str, bytes], configuration: str = "") -> Place:
    """A course with files in its archive folder."""
    place = make_place(folder, f"c.FileNameCollectorPlugin.named_regexp = {regexp!r}\n{configuration}")
    for name, content in files.items():
        path = place.course / "downloaded" / "ps1" / "archive" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place


def notebooks(place: Place) -> dict[str, bytes]:
    return contents(place.submitted) if place.submitted.is_dir() else {}


@pytest.fixture(scope="module")
def class_from_moodle(tmp_path_factory) -> Collected:
    """One archive of a class, and beside it everything that can be wrong with archives and names."""
    class_zip = {
        moodle("Ada Lovelace", 1): b"ada",
        moodle("Zo\u00eb Washburne", 2): b"zoe",
        f"{moodle('Bob', 3, '')}/ps1.ipynb": b"bob",
        f"{moodle('Bob', 3, '')}/__MACOSX/._ps1.ipynb": b"what macOS adds",
        f"{moodle('Bob', 3, '')}/.ipynb_checkpoints/ps1-checkpoint.ipynb": b"what Jupyter adds",
        moodle("Cleo", 4, "work.zip"): zip_of({"ps1.ipynb": b"cleo"}),
        moodle("Dan", 5, "large.ipynb"): bytes(2 * 2**20),
        moodle("Twice", 6): b"first",
        f"{moodle('Twice', 6, '')}/ps1.ipynb": b"second",
        moodle("Late", 7, "ps1.ipynb/ps2.ipynb"): b"a folder named like a notebook",
    }
    place = downloaded(
        tmp_path_factory.mktemp("moodle"),
        MOODLE,
        {
            "class.zip": zip_of(class_zip),
            "late.tar.gz": tar_of({f"./{moodle('Eve', 8)}": b"eve"}),
            "UPPER.ZIP": zip_of({moodle("Fay", 9): b"fay"}),
            f"loose/{moodle('Gus', 10)}": b"gus",
            "bomb.zip": zip_of({str(number): bytes(2**20) for number in range(80)}),
            "traversal.zip": zip_of({moodle("Hal", 11): b"hal", "../../../evil.ipynb": b"evil"}),
            "half.zip": zip_of({moodle("Ian", 12): b"ian"})[:-30],
            "notebook.ipynb.gz": gzip.compress(b"a notebook alone"),
            "same.zip": zip_of({}),
            "same.tar.gz": tar_of({}),
            "two\nlines.zip": b"",
        },
        "c.CarefulExtractor.max_file_size = 1\n",
    )
    archive = place.course / "downloaded" / "ps1" / "archive"
    os.mkfifo(archive / "pipe.zip")
    (archive / "link.zip").symlink_to(archive / "class.zip")
    (archive / "folder").symlink_to("/etc")
    (archive / moodle("Joe", 13)).symlink_to("/etc/hostname")
    return Collected(place, place.nbgrader("zip_collect", "ps1"), "")


@pytest.mark.slow
class TestArchives:
    def test_honest_submissions_arrive(self, class_from_moodle):
        found = {path.split("/")[0]: content for path, content in notebooks(class_from_moodle.place).items()}
        assert found == {
            "1": b"ada",
            "2": b"zoe",
            "3": b"bob",
            "6": b"second",
            "7": b"a folder named like a notebook",
            "8": b"eve",
            "9": b"fay",
            "10": b"gus",
        }

    def test_nothing_lies_where_it_should_not(self, class_from_moodle):
        place = class_from_moodle.place
        assert {path.split("/", 1)[1] for path in notebooks(place)} == {"ps1/ps1.ipynb"}
        assert list(place.course.parent.rglob("*evil*")) == []
        extracted = place.course / "downloaded" / "ps1" / "extracted"
        assert sorted(os.listdir(extracted)) == ["UPPER", "class", "late", "loose", "same"]

    @pytest.mark.parametrize(
        ("archive", "reason"),
        [
            ("bomb.zip", "was not unpacked: it unpacks to more than 68 MiB, which is too much for its size."),
            ("traversal.zip", "it is refused: '../../../evil.ipynb', which is in it, leads out of its folder."),
            ("half.zip", "was not unpacked: it is neither a zip nor a tar archive."),
            ("notebook.ipynb.gz", "it is compressed by gzip, but there is no tar archive in it."),
            ("same.zip", "it would be unpacked to 'same', where something else is already."),
            (r"two\nlines.zip", "It has a line break or another control character in its name."),
            ("pipe.zip", "It is a named pipe, not a file."),
            ("link.zip", "It is a link, not a file."),
            ("folder", "It is a link, not a file."),
            (moodle("Joe", 13), "It is a link, not a file."),
        ],
    )
    def test_what_was_not_unpacked_is_one_line_with_its_reason(self, class_from_moodle, archive, reason):
        assert line_about(class_from_moodle.first, f"'{archive}'").endswith(reason)

    def test_a_large_file_and_an_archive_within_are_named(self, class_from_moodle):
        said = class_from_moodle.first
        assert line_about(said, "was unpacked without").endswith(
            f"'{moodle('Dan', 5, 'large.ipynb')}': more than 1 MiB."
        )
        assert moodle("Cleo", 4, "work.zip") in line_about(said, "which stay packed")

    def test_two_files_for_one_place_cost_only_the_second(self, class_from_moodle):
        assert "6 handed in 'class/Twice_6_assignsubmission_file_/ps1.ipynb' under the same name" in line_about(
            class_from_moodle.first, "'class/Twice_6_assignsubmission_file_ps1.ipynb' was left out"
        )


@pytest.mark.slow
def test_names_from_canvas_are_read_and_ids_checked(tmp_path):
    files = {
        "lovelaceada_101_2001_ps1.ipynb": b"ada",
        "bob_LATE_102_2002_ps1.ipynb": b"bob",
        "=cmd()_103_2003_ps1.ipynb": b"",
        "-rf_104_2004_ps1.ipynb": b"",
        ".._105_2005_ps1.ipynb": b"",
        "two words_106_2006_ps1.ipynb": b"",
        f"{'x' * 150}_107_2007_ps1.ipynb": b"",
        "noregexp.ipynb": b"",
        "notes_108_2008_notes.txt": b"",
    }
    place = downloaded(tmp_path, CANVAS, files)
    said = place.nbgrader("zip_collect", "ps1")
    assert notebooks(place) == {"lovelaceada/ps1/ps1.ipynb": b"ada", "bob/ps1/ps1.ipynb": b"bob"}
    assert sorted(os.listdir(place.submitted)) == ["bob", "lovelaceada"]
    assert len(re.findall(r"was left out\. The student's id in its name, .* has|starts with", said)) == 5
    assert place.nbgrader("zip_collect", "ps1", "--force").count("Copying to") == 2


@pytest.mark.slow
def test_what_a_regular_expression_finds_is_not_trusted(tmp_path):
    regexp = r".*?/extracted/(?P<student_id>.*?)(?:__(?P<timestamp>.*?))?__(?P<file_id>.*)"
    place = downloaded(
        tmp_path,
        regexp,
        {
            "ada__2026-01-02__ps1.ipynb": b"old",
            "ada/b__ps1.ipynb": b"an id with a slash",
            "bob__2026-01-02__ps1.ipynb": b"old",
            "bob__2026-01-03__ps1.ipynb": b"new",
            "cleo__soon__ps1.ipynb": b"no time",
            "dan__2026-01-02__a/ps1.ipynb": b"in a folder",
            "dan__2026-01-02__a/ps1.ipynb.d/../x": b"not a notebook",
        },
    )
    said = place.nbgrader("zip_collect", "ps1")
    assert {path: content for path, content in notebooks(place).items() if path.endswith(".ipynb")} == {
        "ada/ps1/ps1.ipynb": b"old",
        "bob/ps1/ps1.ipynb": b"new",
        "cleo/ps1/ps1.ipynb": b"no time",
        "dan/ps1/a/ps1.ipynb": b"in a folder",
    }
    assert "counts as handed in without a time" in line_about(said, "cleo__soon")
    assert "timestamp.txt" not in os.listdir(place.submitted / "cleo" / "ps1")
    assert notebooks(place)["bob/ps1/timestamp.txt"] == b"2026-01-03 00:00:00"


def leave_out(path: str, regexp: str, tmp_path: Path) -> None:
    """Show some files to a collector, which leaves out the last of them."""
    app = ZipCollectApp()
    app.coursedir = CourseDirectory(root=str(tmp_path), assignment_id="ps1")
    collector = CarefulFileNameCollector(parent=app, named_regexp=regexp)
    extracted = tmp_path / "downloaded" / "ps1" / "extracted"
    *taken, last = [str(extracted / name) for name in path.split("|")]
    assert all(collector.collect(name) for name in taken)
    assert collector.collect(last) is None


@pytest.mark.parametrize(
    ("path", "regexp", "reason"),
    [
        ("ps1.ipynb", r"(?P<student_id>x)?.*/(?P<file_id>\w+)", "finds no student_id or no file_id"),
        ("ps1.ipynb", r".*/(?P<student_id>\w+)", "finds no student_id or no file_id"),
        ("ada_.ipynb", r".*/(?P<student_id>[a-z]+)_(?P<file_id>\w*)", "handed in under no name"),
        ("ada_/../../x.ipynb", r".*?/extracted/(?P<student_id>\w+?)_/(?P<file_id>.*)", "leads out of its folder"),
        ("ada_/etc/x.ipynb", r".*?/extracted/(?P<student_id>\w+?)_(?P<file_id>.*)", "starts at the root"),
        ("../../x.ipynb", r".*?/extracted/(?P<student_id>.*)/(?P<file_id>.*)", 'has "/" in it'),
        (
            "ada_a.ipynb|ada_a.ipynb/b.ipynb",
            r".*?/extracted/(?P<student_id>\w+?)_(?P<file_id>.*)",
            "one of the two would have to be a file and a folder",
        ),
        (
            "ada_a.ipynb/b.ipynb|ada_a.ipynb",
            r".*?/extracted/(?P<student_id>\w+?)_(?P<file_id>.*)",
            "one of the two would have to be a file and a folder",
        ),
        ("ada_a.ipynb|ada_a.ipynb", r".*/(?P<student_id>[a-z]+)_(?P<file_id>.*)", "no times tell which is newer"),
    ],
)
def test_what_the_name_of_a_file_leads_to_is_checked(tmp_path, capsys, path, regexp, reason):
    leave_out(path, regexp, tmp_path)
    assert reason in capsys.readouterr().err
