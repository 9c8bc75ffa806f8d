"""Reading a tar archive from front to back, header by header.

Python's `tarfile` trusts headers with memory and time: in Python 3.11.2 one of 16 KiB can take 60 MiB, each of
thousands of them stays in memory, and offsets that lead backwards are followed for ever. What is left without links,
devices, sparse files and seeking is little enough to read here. Formats: POSIX.1-2017, `pax`, and the manual of GNU
tar, "Basic Tar Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

BLOCK = 512
LONGEST_HEADER = 64 * 1024
"""Bytes of what stands before a member: a long name, or attributes that macOS keeps, which take a few thousand."""

_REGULAR = {b"0", b"\0", b"7"}
_FOLDER = b"5"
_KINDS = {b"1": "a link", b"2": "a link", b"3": "a device", b"4": "a device", b"6": "a named pipe"}
_LONG_NAME, _LONG_LINK, _ATTRIBUTES, _ATTRIBUTES_OF_ALL = b"L", b"K", b"x", b"g"


class Damaged(Exception):
    """An archive that has been cut or altered; the message says what was seen, as a clause."""


class NotTar(Damaged):
    """This is no tar archive."""


class Readable(Protocol):
    """Something that gives its bytes in order."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Member:
    """One file or folder of an archive, or something else.

    refused: what it is, if it is neither ("a link").
    content: of a file; what is not read of it is passed over when the next member is asked for.
    """

    name: str
    folder: bool
    refused: str
    size: int
    content: Content


class Content:
    """The bytes of one file in an archive."""

    def __init__(self, stream: Readable, size: int) -> None:
        self._stream = stream
        self._left = size
        self._padding = -size % BLOCK

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end. Raises: Damaged if the archive ends before the file does."""
        wanted = min(size, self._left)
        data = _exactly(self._stream, wanted)
        self._left -= wanted
        return data

    def pass_over(self) -> None:
        """Read to the start of the next header."""
        while self.read(LONGEST_HEADER):
            pass
        _exactly(self._stream, self._padding)
        self._padding = 0


def members(stream: Readable) -> Iterator[Member]:
    """The members of an archive in their order, up to its end mark or the end of the stream.

    Raises: Damaged; UnicodeDecodeError if a name is not UTF-8; whatever reading the stream raises.
    """
    first = True
    while True:
        member = _next_member(stream, first=first)
        if member is None:
            return
        first = False
        yield member
        member.content.pass_over()


def _next_member(stream: Readable, *, first: bool) -> Member | None:
    given: dict[str, bytes] = {}
    while True:
        header = stream.read(BLOCK)
        if not header.strip(b"\0") and len(header) in (0, BLOCK):
            if given or (first and not header):
                raise Damaged("it ends too early")
            return None
        if len(header) < BLOCK or not _holds_its_checksum(header):
            raise NotTar("it starts like no tar archive") if first else Damaged("a header in it makes no sense")
        first = False
        kind, size = header[156:157], _number(header[124:136])
        if kind not in (_LONG_NAME, _LONG_LINK, _ATTRIBUTES, _ATTRIBUTES_OF_ALL):
            return _member(header, kind, size, given, stream)
        content = _short_content(stream, size)
        if kind == _LONG_NAME:
            given["path"] = content.rstrip(b"\0")
        elif kind == _ATTRIBUTES:
            given.update(_attributes(content))


def _member(header: bytes, kind: bytes, size: int, given: dict[str, bytes], stream: Readable) -> Member:
    name = header[:100].partition(b"\0")[0]
    prefix = header[345:500].partition(b"\0")[0]
    if header[257:263] == b"ustar\0" and prefix:
        name = prefix + b"/" + name
    name = given.get("path", name)
    if "size" in given:
        size = _decimal(given["size"])
    folder = kind == _FOLDER or (kind == b"\0" and name.endswith(b"/"))
    refused = "" if folder or kind in _REGULAR else _KINDS.get(kind, "neither a file nor a folder")
    if "sparse" in given:
        refused = "a file with holes"
    size = 0 if folder or kind in _KINDS else size
    return Member(name.decode("utf-8"), folder, refused, size, Content(stream, size))


def _short_content(stream: Readable, size: int) -> bytes:
    if size > LONGEST_HEADER:
        raise Damaged("a header in it is longer than any honest one")
    content = Content(stream, size)
    data = content.read(size)
    content.pass_over()
    return data


def _attributes(content: bytes) -> dict[str, bytes]:
    """What matters of the records of a pax header, each its length in decimal, a space, key=value and a line feed."""
    found: dict[str, bytes] = {}
    while content:
        digits, space, _ = content[:8].partition(b" ")
        length = _decimal(digits)
        record = content[len(digits) + 1 : length]
        key, equals, value = record.partition(b"=")
        if not (space and equals and value.endswith(b"\n")) or length > len(content):
            raise Damaged("a header in it makes no sense")
        if key in (b"path", b"size"):
            found[key.decode()] = value[:-1]
        elif key.startswith(b"GNU.sparse"):
            found["sparse"] = b""
        content = content[length:]
    return found


def _decimal(digits: bytes) -> int:
    if not (digits.isdigit() and len(digits) <= 20):
        raise Damaged("a number in it makes no sense")
    return int(digits)


def _number(field: bytes) -> int:
    """A number of a header: octal digits, or, for large ones, the marked bytes of GNU tar."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        raise Damaged("a number in it makes no sense")
    return int(digits or b"0", 8)


def _holds_its_checksum(header: bytes) -> bool:
    """Whether the header's bytes add up to what it says, its own field counted as spaces."""
    try:
        return _number(header[148:156]) == sum(header[:148]) + 8 * ord(" ") + sum(header[156:])
    except Damaged:
        return False


def _exactly(stream: Readable, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise Damaged("it ends too early")
    return data
