"""Unpacking archives: what people send comes out, what attackers send does not, and neither does half of it."""

import gzip
import io
import os
import random
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from grader import archives
from grader.archives import MIB, ArchiveLimits, BadArchive, unpack

SMALL = ArchiveLimits(members=10, file_bytes=50_000, growth=10, spare_bytes=100_000, total_bytes=200_000)
NOTEBOOK = b'{"cells": []}'
DIAERESIS = "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}.ipynb"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return stream.getvalue()


def zipped_as(name: str, mode: int, content: bytes = b"") -> bytes:
    """A zip archive with one member of a kind."""
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = mode << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(member, content)
    return stream.getvalue()


def tarred(*members: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, form: int = tarfile.PAX_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.type = tarfile.DIRTYPE if name.endswith("/") else kind
            member.size = len(content)
            member.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def header(*, kind: bytes = b"0", size: bytes = b"00000000000\0", name: bytes = b"a", content: bytes = b"") -> bytes:
    """A tar header that says anything, with a right checksum, and what follows it."""
    fields = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size + b"00000000000\0"
    rest = (kind + bytes(100) + b"ustar\00000").ljust(512 - 156, b"\0")
    total = sum(fields) + sum(rest) + 8 * ord(" ")
    return fields + b"%06o\0 " % total + rest + content.ljust(-(-len(content) // 512) * 512, b"\0")


def unpacked(archive: bytes, folder: Path, limits: ArchiveLimits = SMALL) -> dict[str, bytes]:
    """The files that come out."""
    (folder / "archive").write_bytes(archive)
    to = folder / "to"
    to.mkdir()
    with open(folder / "archive", "rb") as stream:
        said = unpack(stream, to, limits)
    found = {path.relative_to(to).as_posix(): path.read_bytes() for path in to.rglob("*") if path.is_file()}
    assert sorted(said.files) == sorted(found)
    return found


def refusal(archive: bytes, folder: Path, limits: ArchiveLimits = SMALL) -> str:
    with pytest.raises(BadArchive) as told:
        unpacked(archive, folder, limits)
    assert str(told.value).isprintable()
    return str(told.value)


HONEST = [
    ("ps1.ipynb", NOTEBOOK),
    ("figures/", b""),
    ("figures/loss.png", b"png"),
    (DIAERESIS, b""),
    (f"{'x' * 60}/{'y' * 90}", b"long"),
]


@pytest.mark.parametrize(
    "archive",
    [
        zipped(*HONEST),
        zipped(*HONEST, method=zipfile.ZIP_STORED),
        b"MZ unpacks itself" + zipped(*HONEST),
        tarred(*HONEST),
        gzip.compress(tarred(*HONEST)),
        gzip.compress(tarred(("./", b""), *((f"./{name}", content) for name, content in HONEST))),
        gzip.compress(tarred(*HONEST, form=tarfile.GNU_FORMAT)),
        gzip.compress(tarred(*HONEST, form=tarfile.USTAR_FORMAT)),
        gzip.compress(tarred(*HONEST).rstrip(b"\0") + bytes(-len(tarred(*HONEST).rstrip(b"\0")) % 512)),
    ],
    ids=["zip", "stored", "self-extracting", "tar", "tar.gz", "dots", "GNU", "POSIX.1-1988", "no end mark"],
)
def test_honest_archives_come_out_whole(tmp_path, archive):
    assert unpacked(archive, tmp_path) == {name: content for name, content in HONEST if not name.endswith("/")}


def test_a_zip_archive_with_a_comment_is_read(tmp_path):
    stream = io.BytesIO(zipped(("ps1.ipynb", NOTEBOOK)))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = b"made by a learning platform"
    assert unpacked(stream.getvalue(), tmp_path) == {"ps1.ipynb": NOTEBOOK}


def test_archives_within_stay_packed_and_are_named(tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped(("work.zip", zipped(("ps1.ipynb", NOTEBOOK))), ("b.TAR.GZ", b"")))
    (tmp_path / "to").mkdir()
    with open(tmp_path / "a.zip", "rb") as stream:
        said = unpack(stream, tmp_path / "to", SMALL)
    assert said.archives == said.files == ["work.zip", "b.TAR.GZ"]


def test_permissions_are_those_of_new_files(tmp_path):
    unpacked(zipped_as("run", stat.S_IFREG | stat.S_ISUID | 0o777), tmp_path)
    (tmp_path / "plain").touch()
    assert (tmp_path / "to" / "run").stat().st_mode == (tmp_path / "plain").stat().st_mode


UNSAFE = {
    "../a": "leads out of its folder",
    "a/../../b": "leads out of its folder",
    "/etc/passwd": "starts at the root of the disk",
    "C:\\a": "starts with the letter of a drive",
    "..\\a": "backslash",
    "a\nb": "a line break or another control character",
    "x" * 300: "has a name of 300 bytes",
    "x/" * 40 + "a": "lies 41 folders deep",
}


@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize(("name", "reason"), UNSAFE.items(), ids=map(ascii, UNSAFE))
def test_names_that_lead_elsewhere_are_refused(tmp_path, make, name, reason):
    assert reason in refusal(make(("good", b""), (name, b"evil")), tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["archive", "to"]


def test_a_name_with_a_nul_is_refused(tmp_path):
    archive = zipped(("a.txtX.ipynb", b"")).replace(b"a.txtX.ipynb", b"a.txt\0.ipynb")
    assert "control character" in refusal(archive, tmp_path)


@pytest.mark.parametrize("name", [b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_names_that_are_not_text_are_refused(tmp_path, name):
    archive = zipped(("\N{LATIN SMALL LETTER E WITH ACUTE}" + "z" * (len(name) - 2), b""))
    archive = archive.replace("\N{LATIN SMALL LETTER E WITH ACUTE}".encode() + b"z" * (len(name) - 2), name)
    assert "whose name is not text" in refusal(archive, tmp_path)
    (tmp_path / "tar").mkdir()
    assert "whose name is not text" in refusal(gzip.compress(header(name=name)), tmp_path / "tar")


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_in_zip_archives_are_refused(tmp_path, mode):
    told = refusal(zipped_as("evil", mode | 0o777, b"/etc/passwd"), tmp_path)
    kind = "a link" if mode == stat.S_IFLNK else "neither a file nor a folder"
    assert told == f"is refused: 'evil', which is in it, is {kind}"
    assert os.listdir(tmp_path / "to") == []


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a named pipe"),
        (tarfile.GNUTYPE_SPARSE, "neither a file nor a folder"),
        (b"V", "neither a file nor a folder"),
    ],
)
def test_links_and_devices_in_tar_archives_are_refused(tmp_path, kind, what):
    assert refusal(gzip.compress(header(kind=kind, name=b"evil")), tmp_path).endswith(
        f"'evil', which is in it, is {what}"
    )
    assert os.listdir(tmp_path / "to") == []


def test_files_with_holes_are_refused(tmp_path):
    attributes = header(kind=b"x", size=b"00000000030\0", content=b"24 GNU.sparse.major=1\n\n\n")
    assert "is a file with holes" in refusal(gzip.compress(attributes + header()), tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize(
    "names",
    [
        ("a", "a"),
        ("ps1.ipynb", "PS1.ipynb"),
        ("a", "./a"),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}", "e\N{COMBINING ACUTE ACCENT}"),
        ("a", "a/b"),
        ("a/b", "a"),
        ("a", "A/b/c"),
    ],
)
def test_two_things_in_one_place_are_refused(tmp_path, make, names):
    told = refusal(make(*((name, b"") for name in names)), tmp_path)
    assert told.startswith(("has more than one file or folder named", "has a file and a folder of one name"))


def test_encrypted_archives_are_refused(tmp_path):
    archive = bytearray(zipped(("a", b"secret")))
    archive[archive.index(b"PK\1\2") + 8] |= 1
    assert refusal(bytes(archive), tmp_path) == "is encrypted ('a' needs a password)"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_without_bound_is_refused(tmp_path, method):
    assert "compressed in a way that is not supported" in refusal(zipped(("a", b"a"), method=method), tmp_path)


@pytest.mark.parametrize("make", [zipped, lambda *members: gzip.compress(tarred(*members))], ids=["zip", "tar.gz"])
class TestBounds:
    def test_a_bomb_is_stopped_by_what_comes_out_of_it(self, tmp_path, make):
        archive = make(*((f"{number}", bytes(40_000)) for number in range(9)))
        assert "unpacks to more than" in refusal(archive, tmp_path)
        assert sum(path.stat().st_size for path in (tmp_path / "to").iterdir()) <= SMALL.room(len(archive))

    def test_files_that_do_not_shrink_have_room(self, tmp_path, make):
        content = random.Random(1).randbytes(40_000)
        assert len(unpacked(make(*((f"{number}", content) for number in range(4))), tmp_path)) == 4

    def test_one_large_file_is_left_out_alone(self, tmp_path, make):
        (tmp_path / "archive").write_bytes(make(("large", bytes(50_001)), ("small", NOTEBOOK)))
        (tmp_path / "to").mkdir()
        with open(tmp_path / "archive", "rb") as stream:
            said = unpack(stream, tmp_path / "to", SMALL)
        assert (said.files, said.too_large) == (["small"], ["large"])
        assert os.listdir(tmp_path / "to") == ["small"]

    def test_many_members_are_stopped(self, tmp_path, make):
        assert "has more than 10 files" in refusal(make(*((f"{number}/", b"") for number in range(11))), tmp_path)


def test_a_size_in_a_header_costs_nothing(tmp_path):
    huge = b"\x80" + (2**62).to_bytes(11, "big")
    for number, archive in enumerate([header(size=huge), header(kind=b"L", size=huge), header(kind=b"x", size=huge)]):
        (tmp_path / str(number)).mkdir()
        assert "is damaged" in refusal(gzip.compress(archive), tmp_path / str(number))
    archive = bytearray(zipped(("a", b"small"), method=zipfile.ZIP_STORED))
    at = archive.index(b"PK\1\2")
    archive[at + 20 : at + 28] = struct.pack("<LL", 2**32 - 2, 2**32 - 2)
    (tmp_path / "zip").mkdir()
    assert "is damaged" in refusal(bytes(archive), tmp_path / "zip")


def test_a_zip_archive_that_hides_its_length_is_damaged(tmp_path):
    archive = bytearray(zipped(("a", b"0123456789")))
    at = archive.index(b"PK\1\2")
    archive[at + 24 : at + 28] = struct.pack("<L", 5)
    assert "is damaged" in refusal(bytes(archive), tmp_path)


def test_a_parser_that_is_led_in_circles_is_stopped():
    seen = archives._Bounded(io.BytesIO(b"0123456789"), longest=10, total=100)
    for _ in range(50):
        seen.seek(0)
        seen.read(1)
    with pytest.raises(BadArchive, match="round in circles"):
        seen.read(1)
    for size in (11, -1):
        seen = archives._Bounded(io.BytesIO(b"0123456789!"), longest=10, total=100)
        with pytest.raises(BadArchive, match="no honest archive has"):
            seen.read(size)


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"not an archive at all",
        b'{"cells": []}' * 100,
        gzip.compress(b""),
        gzip.compress(b"a notebook" * 100),
        gzip.compress(tarred(("a", b"b" * 2000)))[:-200],
        gzip.compress(tarred(("a", b"b" * 2000))[:1000]),
        gzip.compress(tarred(("a", b"b" * 2000))[:2560] + b"garbage" * 200),
        gzip.compress(header(size=b"-0000000001\0")),
        gzip.compress(header(size=b"99999999999\0")),
        gzip.compress(header(kind=b"x", size=b"00000000010\0", content=b"0 path=a") + header()),
        gzip.compress(header(kind=b"x", size=b"00000000010\0", content=b"9999 a=b") + header()),
        gzip.compress(header(kind=b"x", size=b"00000000012\0", content=b"10 size=-\n") + header()),
        gzip.compress(header(kind=b"L", size=b"00000000002\0", content=b"a\0")),
        gzip.compress(header(name=b"")),
        gzip.compress(b"\x1f\x8b" * 600),
        zipped(("a", b"b" * 2000))[:-10],
        zipped(("a", random.Random(2).randbytes(2000)))[100:],
    ],
    ids=lambda archive: "archive",  # not the bytes: gzip writes the time into them
)
def test_what_is_no_archive_or_half_of_one_is_refused(tmp_path, archive):
    assert refusal(archive, tmp_path).startswith(("is ", "has "))


@pytest.mark.parametrize("archive", [zipped(), gzip.compress(tarred())], ids=["zip", "tar.gz"])
def test_an_empty_archive_holds_nothing(tmp_path, archive):
    assert unpacked(archive, tmp_path) == {}


@pytest.mark.parametrize("make", [zipped, tarred, lambda *members: gzip.compress(tarred(*members))])
def test_an_archive_with_any_one_byte_changed_raises_nothing_else(tmp_path, make):
    good = make(*HONEST)
    rng = random.Random(3)
    outcomes = set()
    for number in range(300):
        bad = bytearray(good)
        bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        (tmp_path / str(number)).mkdir()
        try:
            unpacked(bytes(bad), tmp_path / str(number))
        except BadArchive:
            outcomes.add("refused")
        else:
            outcomes.add("unpacked")
    assert "refused" in outcomes


def test_the_limits_have_room_for_a_whole_class(tmp_path):
    limits = ArchiveLimits()
    assert limits.room(200 * MIB) >= 2000 * MIB
    assert limits.room(10 * 1024) <= 65 * MIB
    assert limits.room(10**12) == limits.total_bytes
    assert limits.members * (46 + 100 + 36) <= archives.LONGEST_DIRECTORY
