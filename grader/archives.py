"""Unpacking an archive that nobody vouches for: zip, tar and tar.gz.

What counts is what comes out. Sizes and numbers in headers are claims, and no memory or disk is spent on a claim.

Exceptions: `BadArchive`, whose message is a clause about the archive. `OSError` is the machine's, as when its disk is
full.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from grader import tar_stream
from grader.file_names import UnsafeName, safe_parts, same_place, shown

MIB = 2**20
CHUNK = 64 * 1024
GZIP_MAGIC = b"\x1f\x8b"
TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257
ARCHIVE_ENDINGS = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".7z", ".rar")

LONGEST_DIRECTORY = 6 * MIB
"""Bytes of a zip archive's table of contents, which is read at once. 20 000 members need some 3 MiB."""


class BadArchive(Exception):
    """The archive is not unpacked; the message is a clause that follows its name and says why."""


@dataclass(frozen=True)
class ArchiveLimits:
    """How much may come out of one archive."""

    members: int = 20_000
    """A class of 1000 whose members hand in 20 files each."""
    file_bytes: int = 100 * MIB
    """nbgrader's own limit for a file in the exchange. A larger one is left out; others in the archive are not."""
    growth: int = 50
    """Times the archive's own size. Notebooks with pictures shrink to two thirds, text alone to a tenth; bombs of
    zeros to a thousandth."""
    spare_bytes: int = 64 * MIB
    """On top of that, so that small archives of files that shrink well pass."""
    total_bytes: int = 8 * 1024 * MIB
    """Whatever the archive's size."""

    def room(self, archive_bytes: int) -> int:
        """Bytes that may come out of an archive of this size."""
        return min(self.total_bytes, self.spare_bytes + self.growth * archive_bytes)


@dataclass
class Unpacked:
    """What came out of an archive, as paths below the folder it was unpacked to."""

    files: list[str] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)
    """Left out, for one file's size."""
    archives: list[str] = field(default_factory=list)
    """Those of `files` that are archives themselves; they stay as they are."""


def unpack(archive: BinaryIO, to: Path, limits: ArchiveLimits) -> Unpacked:
    """Unpack an archive into the empty folder `to`.

    archive: open for reading and seeking. Zip archives may be stored or deflated; a tar archive may be gzipped.

    Files get the permissions of new files, whatever the archive says. Raises: BadArchive, with part of the files in
    `to`; OSError.
    """
    into = _Folder(to, limits, limits.room(os.fstat(archive.fileno()).st_size))
    start = archive.read(TAR_MAGIC_AT + len(TAR_MAGIC))
    archive.seek(0)
    if start.startswith(GZIP_MAGIC):
        with gzip.GzipFile(fileobj=archive) as plain:
            _unpack_tar(plain, into)
    elif start.startswith(TAR_MAGIC, TAR_MAGIC_AT):
        _unpack_tar(archive, into)
    else:
        _unpack_zip(archive, into)
    return into.unpacked


class _Folder:
    """The folder that an archive is unpacked to: knows what is in it already and how much more may come."""

    def __init__(self, path: Path, limits: ArchiveLimits, room: int) -> None:
        self.path = path
        self.limits = limits
        self.room = room
        self.unpacked = Unpacked()
        self._members = 0
        self._left = room
        self._taken: dict[tuple[str, ...], bool] = {}
        """Every place in use: whether it is a file."""

    def admit(self, name: str, *, folder: bool) -> tuple[str, ...]:
        """The parts of a member's path. Raises: BadArchive if it may not be or cannot be put here."""
        self._members += 1
        if self._members > self.limits.members:
            raise BadArchive(f"has more than {self.limits.members} files and folders")
        try:
            parts = safe_parts(name)
        except UnsafeName as problem:
            raise BadArchive(f"is refused: {shown(name)}, which is in it, {problem}") from None
        place = same_place(parts)
        if not folder and not place:
            raise BadArchive("is refused: a file in it has no name")
        if not folder and place in self._taken:
            raise BadArchive(f"has more than one file or folder named {shown(name)}")
        above = [place[:depth] for depth in range(1, len(place) + folder)]
        if any(self._taken.get(one) for one in above):
            raise BadArchive(f"has a file and a folder of one name, on the way to {shown(name)}")
        self._taken.update(dict.fromkeys(above, False))
        if not folder:
            self._taken[place] = True
        return parts

    def write(self, parts: tuple[str, ...], source: tar_stream.Readable, claimed: int) -> None:
        """Put a file here, with what `source` gives until its end.

        claimed: how much that should be; another length is a damaged archive.
        """
        path = self.path.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with open(path, "xb") as file:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                self._left -= len(chunk)
                if self._left < 0:
                    raise BadArchive(too_much(self.room))
                if written > self.limits.file_bytes:
                    break
                file.write(chunk)
        name = "/".join(parts)
        if written > self.limits.file_bytes:
            path.unlink()
            self.unpacked.too_large.append(name)
            return
        if written != claimed:
            raise BadArchive(f"is damaged: {shown(name)} is not as long as it says")
        self.unpacked.files.append(name)
        if name.lower().endswith(ARCHIVE_ENDINGS):
            self.unpacked.archives.append(name)


def too_much(room: int) -> str:
    """Why an archive is refused that more comes out of than may."""
    return f"unpacks to more than {room / MIB:.0f} MiB, which is too much for its size"


class _Outside(BadArchive, OSError):
    """A place before the start of the archive. The parser itself expects OSError where it probes."""


class _Bounded(io.RawIOBase):
    """A zip archive as its parser sees it: no read is longer than `longest`, and all of them together than `total`.

    The parser reads as much as a header claims, and files that share their compressed bytes make it read them often.
    """

    def __init__(self, file: BinaryIO, *, longest: int, total: int) -> None:
        super().__init__()
        self._file = file
        self._longest = longest
        self._left = total

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            size = self._longest + 1  # all there is, which is an error if it is more than that
        data = self._file.read(min(size, self._longest + 1))
        if len(data) > self._longest:
            raise BadArchive("has a table of contents of a length that no honest archive has")
        self._left -= len(data) + 1
        if self._left < 0:
            raise BadArchive("leads whoever reads it round in circles")
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            raise _Outside("is damaged: it points outside of itself") from None

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


@contextlib.contextmanager
def _damage_named() -> Iterator[None]:
    """Whatever Python's parsers raise for a malformed archive is a BadArchive."""
    try:
        yield
    except tar_stream.NotTar:
        raise BadArchive("is compressed by gzip, but there is no tar archive in it") from None
    except tar_stream.Damaged as error:
        raise BadArchive(f"is damaged: {error}") from None
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, gzip.BadGzipFile) as error:
        raise BadArchive(f"is damaged ({_first_line(error)})") from None
    except UnicodeError:
        raise BadArchive("has a file in it whose name is not text") from None
    except NotImplementedError as error:
        raise BadArchive(f"is of a kind that is not supported ({_first_line(error)}); make a plain zip of it") from None
    except (ValueError, OverflowError, IndexError):
        raise BadArchive("is damaged: its headers make no sense") from None


def _first_line(error: Exception) -> str:
    """What a parser says about an archive; names in it are the archive's."""
    text = "".join(character if character.isprintable() else "?" for character in str(error))
    return text[:80] or type(error).__name__


def _unpack_zip(archive: BinaryIO, into: _Folder) -> None:
    size = os.fstat(archive.fileno()).st_size
    # Members may share compressed bytes, each of which is at most this often more than what comes out of it.
    bounded = _Bounded(archive, longest=LONGEST_DIRECTORY, total=3 * (size + into.room) + LONGEST_DIRECTORY)
    with _damage_named():
        if not zipfile.is_zipfile(bounded):
            raise BadArchive("is neither a zip nor a tar archive")
        with zipfile.ZipFile(bounded) as opened:
            for member in opened.infolist():
                _unpack_zip_member(opened, member, into)


def _unpack_zip_member(opened: zipfile.ZipFile, member: zipfile.ZipInfo, into: _Folder) -> None:
    # `filename` ends at the first NUL, `orig_filename` does not.
    parts = into.admit(member.orig_filename, folder=member.is_dir())
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        kind = "a link" if stat.S_ISLNK(mode) else "neither a file nor a folder"
        raise BadArchive(f"is refused: {shown(member.filename)}, which is in it, is {kind}")
    if member.flag_bits & 0x1:
        raise BadArchive(f"is encrypted ({shown(member.filename)} needs a password)")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Python's decompressors for the others produce without bound.
        raise BadArchive("is compressed in a way that is not supported; make a plain zip of it")
    if not member.is_dir():
        with opened.open(member) as source:
            into.write(parts, source, member.file_size)


def _unpack_tar(stream: tar_stream.Readable, into: _Folder) -> None:
    """stream: the archive, gunzipped."""
    with _damage_named():
        for member in tar_stream.members(_Metered(stream, into.room)):
            parts = into.admit(member.name, folder=member.folder)
            if member.refused:
                raise BadArchive(f"is refused: {shown(member.name)}, which is in it, is {member.refused}")
            if not member.folder:
                into.write(parts, member.content, member.size)


class _Metered:
    """A stream of which no more than `room` bytes are read."""

    def __init__(self, stream: tar_stream.Readable, room: int) -> None:
        self._stream = stream
        self._room = self._left = room

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise BadArchive(too_much(self._room))
        return data
