"""Collecting submissions: nbgrader's `collect` and `zip_collect`, for folders and archives that nobody vouches for.

What is left out, and why, is one line of the log. Everything else is collected as if that were not there.
"""

from __future__ import annotations

import contextlib
import fnmatch
import itertools
import os
import pwd
import re
import shutil
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import parse_utc
from traitlets import Integer

from grader.archives import MIB, ArchiveLimits, BadArchive, unpack
from grader.file_names import UnsafeName, check_name, safe_parts, shown
from grader.folder_copy import FolderCopy, FolderLimits, listed
from grader.student_ids import problem_with_id
from grader.untrusted_files import KINDS, NotTaken, kind, open_folder, read_file

TIMESTAMP = "timestamp.txt"
LONGEST_TIME = 64
"""Characters of a time; "2026-01-31 23:59:59.123456 Europe/Berlin" has 40."""

_TIME = re.compile(r"[0-9A-Za-z :.,_+-]+", re.ASCII)
"""No slash: dateutil takes the name of a time zone that has one for a file, and opens it."""

MAC_LEFTOVERS = ("__MACOSX", "._*", ".DS_Store")
"""What macOS puts into zip archives beside the files."""


def parse_time(text: str | None) -> datetime | None:
    """A time that somebody else wrote down, in UTC; None if it is none."""
    text = (text or "").strip()
    if len(text) > LONGEST_TIME or not _TIME.fullmatch(text):
        return None
    try:
        parsed = parse_utc(text)
    except (ValueError, ArithmeticError):  # from decimal numbers and from dates
        return None
    return parsed if isinstance(parsed, datetime) else None


@dataclass(frozen=True)
class Handed:
    """One folder in the exchange's inbound/."""

    student: str
    folder: str
    time: datetime
    written: str
    """The time as the folder's name has it."""
    owner: str


class CarefulCollect(ExchangeCollect):  # type: ignore[misc]
    """`nbgrader collect` from an exchange that everybody can write to.

    nbgrader's own, tried with 0.9.5, copies what a link leads to (a file of the instructor's, a folder, `/dev/zero`
    until the disk is full) and hard-linked files, stops for the whole class at a pipe, a dangling link, a file in the
    place of a folder or a name without a time, and takes a folder named `+ps1+...` for the submission of "".

    A submission is copied aside and then put in its place, so that neither an error nor Ctrl-C leaves half of one.
    Where a student has handed in, what others put there in the student's name is passed over.
    """

    max_files = Integer(1000, help="Files and folders that are taken of one submission.").tag(config=True)

    def init_src(self) -> None:
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")
        self.inbound_path = os.path.join(self.root, self.coursedir.course_id, "inbound")
        if not os.path.isdir(self.inbound_path):
            self.fail(f"Course not found: {self.inbound_path}")
        if not os.access(self.inbound_path, os.R_OK | os.X_OK):
            self.fail(f"You don't have read permissions for the directory: {self.inbound_path}")
        due = self._due()
        by_student = defaultdict(list)
        for handed in self._offered():
            by_student[handed.student].append(handed)
        self.src_records = [self._chosen(by_student[student], due) for student in sorted(by_student)]

    def copy_files(self) -> None:
        what = f"of '{self.coursedir.assignment_id}' for course '{self.coursedir.course_id}'"
        if not self.src_records:
            self.log.warning("No submissions %s to collect", what)
            return
        self.log.info("Processing %d submissions %s", len(self.src_records), what)
        for handed in self.src_records:
            try:
                self._collect(handed)
            except NotTaken as problem:
                self.log.error("The submission of %s was not collected. %s", handed.student, problem)
            except OSError as error:
                self.log.error("The submission of %s was not collected: %s.", handed.student, error)

    def _due(self) -> datetime | None:
        if not self.before_duedate:
            return None
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                due: datetime | None = gradebook.find_assignment(self.coursedir.assignment_id).duedate
            except MissingEntry:
                return None
            return due

    def _offered(self) -> Iterator[Handed]:
        """The folders handed in for this assignment, without those that cannot be one."""
        refused = []
        with open_folder(Path(self.inbound_path)) as inbound:
            for name in sorted(os.listdir(inbound)):
                student, separator, rest = name.partition(f"+{self.coursedir.assignment_id}+")
                if not separator or not fnmatch.fnmatchcase(student, self.coursedir.student_id or "*"):
                    continue
                try:
                    yield self._read_entry(name, inbound, student, rest.partition("+")[0])
                except NotTaken as problem:
                    refused.append(f"{shown(name)} in inbound was left out. {problem}")
        for line in refused[:20]:
            self.log.warning(line)
        if len(refused) > 20:
            self.log.warning("%d more in inbound were left out for reasons like these.", len(refused) - 20)

    def _read_entry(self, name: str, inbound: int, student: str, written: str) -> Handed:
        problem = problem_with_id(student)
        if problem:
            raise NotTaken(f"The student's id in it {problem}.")
        time = parse_time(written)
        if time is None:
            raise NotTaken(f"{shown(written)} in it is not a time.")
        try:
            status = os.stat(name, dir_fd=inbound, follow_symlinks=False)
        except OSError as error:
            raise NotTaken(f"It cannot be looked at: {error.strerror}.") from None
        if not stat.S_ISDIR(status.st_mode):
            raise NotTaken(f"It is {KINDS.get(stat.S_IFMT(status.st_mode), 'a file')}, not a folder.")
        return Handed(student, name, time, written, _owner(status.st_uid))

    def _chosen(self, offers: list[Handed], due: datetime | None) -> Handed:
        """The newest of a student's, or the newest before it was due if there is one."""
        others: list[Handed] = []
        if self.check_owner:
            own = [offer for offer in offers if offer.owner in (offer.student, _owner(os.getuid()))]
            others = [offer for offer in offers if offer not in own]
            offers = own or offers
            if own and others:
                self.log.warning(
                    "%s in inbound was passed over: it belongs to %s, and %s has handed in too%s. Cheating attempt? "
                    "To count every folder, set c.ExchangeCollect.check_owner = False.",
                    *(shown(others[0].folder), others[0].owner, others[0].student),
                    f" ({len(others) - 1} more like it)" if len(others) > 1 else "",
                )
        in_time = [offer for offer in offers if due is not None and offer.time <= due]
        chosen = max(in_time or offers, key=lambda offer: (offer.time, offer.folder))
        if chosen in others:
            self.log.warning(
                "%s claims to be submitted by %s but is owned by %s; cheating attempt? "
                "To disable this warning, set c.ExchangeCollect.check_owner = False.",
                *(shown(chosen.folder), chosen.student, chosen.owner),
            )
        return chosen

    def _collect(self, handed: Handed) -> None:
        what = f"{handed.student} {self.coursedir.assignment_id}"
        place = self.coursedir.format_path(
            self.coursedir.submitted_directory, handed.student, self.coursedir.assignment_id
        )
        dest = Path(place)
        if not os.path.lexists(dest):
            self.log.info("Collecting submission: %s", what)
            self._take(handed, dest)
            return
        had = _time_of(dest)
        newer = self.update and (had is None or handed.time > had)
        if newer or (self.before_duedate and had != handed.time):
            self.log.info("Updating submission: %s", what)
            self._take(handed, dest)
        elif self.update:
            self.log.info("No newer submission to collect: %s", what)
        else:
            self.log.info("Submission already exists, use --update to update: %s", what)

    def _take(self, handed: Handed, dest: Path) -> None:
        """Copy a submission to `dest`, in place of what is there."""
        aside = dest.with_name(".being-collected")
        _remove(aside)
        aside.mkdir(parents=True)
        try:
            limits = FolderLimits(
                file_bytes=1000 * self.coursedir.max_file_size,
                total_bytes=1000 * self.coursedir.max_dir_size,
                entries=self.max_files,
            )
            folder = FolderCopy(limits, self._ignored)
            folder.copy(Path(self.inbound_path), handed.folder, aside)
            if _time_of(aside) is None:
                folder.left_out.append(f"a readable '{TIMESTAMP}' (it was made from the folder's name)")
                _remove(aside / TIMESTAMP)
                (aside / TIMESTAMP).write_text(handed.written, encoding="utf-8")
            self._share(aside)
            _remove(dest)
            aside.rename(dest)
        finally:
            _remove(aside)
            with contextlib.suppress(OSError):  # it is empty only if nothing was collected
                dest.parent.rmdir()
        if folder.left_out:
            self.log.warning("The submission of %s came without %s.", handed.student, listed(folder.left_out))

    def _ignored(self, name: str, folder: bool) -> bool:
        excluded, included = _matches(name, self.coursedir.ignore), _matches(name, self.coursedir.include)
        return excluded or not (folder or included)

    def _share(self, folder: Path) -> None:
        """Give the other instructors' group what nbgrader gives it."""
        if self.coursedir.groupshared:
            for path in (folder, *folder.rglob("*")):
                path.chmod((path.stat().st_mode & 0o777) | (0o2770 if path.is_dir() else 0o660))


class CarefulExtractor(ExtractorPlugin):  # type: ignore[misc]
    """Unpacks what lies in the archive folder for `nbgrader zip_collect`, each archive wholly or not at all.

    An archive may hold files and folders, and no more than its size allows (`grader.archives` has the rules). Archives
    in archives stay as they are. nbgrader's own stops for the whole class at the first archive that it cannot unpack,
    and has no limits.
    """

    max_members = Integer(ArchiveLimits.members, help="Files and folders in one archive.").tag(config=True)
    max_file_size = Integer(ArchiveLimits.file_bytes // MIB, help="MiB of one file in an archive.").tag(config=True)
    max_archive_size = Integer(
        ArchiveLimits.total_bytes // MIB, help="MiB that come out of one archive, whatever its own size."
    ).tag(config=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack or copy everything below `archive_path` into the empty folder `extracted_path`."""
        if not os.listdir(archive_path):
            self.log.warning("No files found in directory: %s", archive_path)
        for root, folders, files, folder in os.fwalk(archive_path):
            folders.sort()
            below = os.path.relpath(root, archive_path)
            to = Path(extracted_path, below)
            for name in sorted(itertools.chain(files, (one for one in folders if os.path.islink(f"{root}/{one}")))):
                try:
                    self._extract(name, folder, to)
                except NotTaken as problem:
                    self.log.warning("%s was left out. %s", shown(os.path.normpath(f"{below}/{name}")), problem)
                except BadArchive as problem:
                    self.log.error("%s was not unpacked: it %s.", shown(os.path.normpath(f"{below}/{name}")), problem)
                except OSError as error:
                    self.log.error("%s was left out: %s.", shown(os.path.normpath(f"{below}/{name}")), error)

    def _extract(self, name: str, folder: int, to: Path) -> None:
        try:
            check_name(name)
        except UnsafeName as problem:
            raise NotTaken(f"It {problem}.") from None
        to.mkdir(parents=True, exist_ok=True)
        stem, ending = os.path.splitext(name)
        if ending.lower() not in self.zip_ext:
            self.log.info("Copying %s", shown(name))
            content = read_file(name, folder, largest=self.max_file_size * MIB)
            with open(to / name, "xb") as file:
                file.write(content)
            return
        dest = to / stem.removesuffix(".tar")
        if os.path.lexists(dest):
            raise BadArchive(f"would be unpacked to {shown(dest.name)}, where something else is already")
        self.log.info("Extracting %s", shown(name))
        aside = to / ".being-unpacked"
        aside.mkdir()
        try:
            with _open_archive(name, folder) as archive:
                unpacked = unpack(archive, aside, self._limits())
            aside.rename(dest)
        finally:
            _remove(aside)
        if unpacked.too_large:
            too_large = listed([shown(path) for path in unpacked.too_large])
            self.log.warning(
                "%s was unpacked without %s: more than %d MiB.", shown(name), too_large, self.max_file_size
            )
        if unpacked.archives:
            inner = listed([shown(path) for path in unpacked.archives])
            self.log.warning(
                "%s holds archives, which stay packed: %s. To collect what is in one, move it to the archive folder.",
                *(shown(name), inner),
            )

    def _limits(self) -> ArchiveLimits:
        return ArchiveLimits(
            members=self.max_members,
            file_bytes=self.max_file_size * MIB,
            total_bytes=self.max_archive_size * MIB,
        )


class CarefulFileNameCollector(FileNameCollectorPlugin):  # type: ignore[misc]
    """Tells from a file's name whose it is, for `nbgrader zip_collect`.

    `named_regexp` works as in nbgrader. What it finds is checked: the student's id, that the file stays in the
    student's folder, that the time is one, and that no two files of a student end up in one place, over all of which
    nbgrader's own either stops for the whole class or writes where it should not.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._kept: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
        """By student: where each file goes, and where it comes from."""
        self._folders: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
        """By student: the folders that files go to, each with the last of them."""
        self._times: dict[str, datetime | None] = {}

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """What nbgrader wants to know of a file, or None to leave it out."""
        name = self._name(submitted_file)
        if any(_matches(part, (*MAC_LEFTOVERS, *self.parent.coursedir.ignore)) for part in name.split("/")):
            return None
        found = super().collect(submitted_file)
        if not found:
            return None
        try:
            return self._checked(found, submitted_file)
        except NotTaken as problem:
            self.log.warning("%s was left out. %s", shown(name), problem)
            return None

    def _checked(self, found: dict[str, str | None], submitted_file: str) -> dict[str, str]:
        student, file_id = found.get("student_id"), found.get("file_id")
        if student is None or file_id is None:
            raise NotTaken("The regular expression finds no student_id or no file_id in its name.")
        problem = problem_with_id(student)
        if problem:
            raise NotTaken(f"The student's id in its name, {shown(student)}, {problem}.")
        ending = os.path.splitext(submitted_file)[1]
        try:
            # As nbgrader puts the name together.
            parts = safe_parts(os.path.splitext(file_id)[0] + ending)
        except UnsafeName as unsafe:
            raise NotTaken(f"{shown(file_id)}, as which it would be handed in, {unsafe}.") from None
        if not parts or parts[-1] == ending:
            raise NotTaken("It would be handed in under no name.")
        time = parse_time(found.get("timestamp"))
        if found.get("timestamp") and time is None:
            self.log.warning("%s counts as handed in without a time.", shown(self._name(submitted_file)))
        self._keep(student, parts, time, submitted_file)
        kept = {"student_id": student, "file_id": "/".join(parts)}
        if time is not None:
            kept["timestamp"] = str(found["timestamp"]).strip()
        return kept

    def _keep(self, student: str, parts: tuple[str, ...], time: datetime | None, submitted_file: str) -> None:
        """Remember a file as nbgrader will. Raises: NotTaken if nbgrader could not tell which of two to take."""
        kept, folders, before = self._kept[student], self._folders[student], self._times.get(student)
        if parts in kept and (time is None or before is None):
            where = shown(self._name(kept[parts]))
            raise NotTaken(f"{student} handed in {where} under the same name, and no times tell which is newer.")
        above = [parts[:depth] for depth in range(1, len(parts))]
        for other in (folders.get(parts), *(kept.get(folder) for folder in above)):
            if other is not None:
                where = shown(self._name(other))
                raise NotTaken(f"{student} handed in {where}, and one of the two would have to be a file and a folder.")
        folders.update(dict.fromkeys(above, submitted_file))
        if parts not in kept or (time is not None and before is not None and time >= before):
            kept[parts] = submitted_file
        if student not in self._times or (time is not None and (before is None or time >= before)):
            self._times[student] = time

    def _name(self, submitted_file: str) -> str:
        """A file's path below the folder that everything was unpacked to."""
        extracted = self.parent._format_collect_path(self.parent.extracted_directory)
        return os.path.relpath(submitted_file, extracted)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _owner(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user number {user}"


def _time_of(submission: Path) -> datetime | None:
    """The time in a submission's timestamp.txt; None if there is none to read."""
    try:
        with open_folder(submission) as folder:
            return parse_time(read_file(TIMESTAMP, folder, largest=4 * LONGEST_TIME).decode("utf-8"))
    except (NotTaken, OSError, UnicodeDecodeError):
        return None


def _open_archive(name: str, folder: int) -> BinaryIO:
    """A regular file, open for reading. Raises: NotTaken."""
    found = kind(name, folder)
    if found != stat.S_IFREG:
        raise NotTaken(f"It is {KINDS.get(found, 'no file')}, not a file.")
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    file = open(os.open(name, flags, dir_fd=folder), "rb")  # noqa: SIM115 (the caller's to close)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotTaken("It is not a file.")
    return file


def _remove(path: Path) -> None:
    """Remove whatever is there, if anything is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
