"""What students fill is read without following, waiting for or loading more than was asked for."""

import os
import stat

import pytest

from grader.untrusted_files import NotTaken, kind, open_folder, read_file


@pytest.fixture
def place(tmp_path):
    (tmp_path / "ada" / "work").mkdir(parents=True)
    (tmp_path / "ada" / "work" / "n.txt").write_bytes(b"four")
    return tmp_path


def read(place, name: str = "n.txt", **options) -> bytes:
    with open_folder(place, "ada", "work") as folder:
        return read_file(name, folder, **{"largest": 10, **options})


def test_a_file_is_read_through_folders(place):
    assert read(place) == b"four"


def test_the_root_is_ours_and_may_be_a_link(place, tmp_path_factory):
    link = tmp_path_factory.mktemp("other") / "link"
    link.symlink_to(place)
    assert read(link) == b"four"


@pytest.mark.parametrize("names", [("bob",), ("bob", "work"), ("ada", "link")])
def test_no_link_on_the_way_is_followed(place, names):
    (place / "bob").symlink_to("ada")
    (place / "ada" / "link").symlink_to("work")
    with pytest.raises(NotTaken, match=r"^It is a link, not a folder\.$"), open_folder(place, *names):
        pass


def test_what_is_no_folder_is_not_opened(place):
    os.mkfifo(place / "pipe")
    for name, sentence in (
        ("pipe", "It is a named pipe, not a folder."),
        ("gone", "It does not exist."),
        ("ada/work/n.txt", "It is a file, not a folder."),
    ):
        with pytest.raises(NotTaken) as caught, open_folder(place, *name.split("/")):
            pass
        assert str(caught.value) == sentence


def test_descriptors_are_closed_whatever_happens(place):
    (place / "link").symlink_to("ada")
    before = sorted(os.listdir("/proc/self/fd"))
    for names in (("ada", "work"), ("ada", "gone"), ("link",)):
        try:
            with open_folder(place, *names):
                raise NotTaken("enough")
        except NotTaken:
            pass
    assert sorted(os.listdir("/proc/self/fd")) == before


def test_what_is_no_file_is_not_opened(place):
    work = place / "ada" / "work"
    (work / "link").symlink_to("n.txt")
    (work / "folder").mkdir()
    os.mkfifo(work / "pipe")
    os.mknod(work / "socket", 0o600 | stat.S_IFSOCK)
    for name, what in (("link", "a link"), ("folder", "a folder"), ("pipe", "a named pipe"), ("socket", "a socket")):
        with pytest.raises(NotTaken, match=rf"^It is {what}, not a file\.$"):
            read(place, name)
    with pytest.raises(NotTaken, match=r"^It does not exist\.$"):
        read(place, "gone")


def test_a_hard_link_is_read_only_where_that_is_allowed(place):
    os.link(place / "ada" / "work" / "n.txt", place / "other")
    with pytest.raises(NotTaken, match="It is a hard link"):
        read(place)
    assert read(place, hard_links=True) == b"four"


def test_the_limit_is_exact_and_a_large_file_is_not_read(place):
    assert read(place, largest=4) == b"four"
    with pytest.raises(NotTaken, match="at most"):
        read(place, largest=3)
    os.truncate(place / "ada" / "work" / "n.txt", 2**40)
    with pytest.raises(NotTaken, match=r"^It has 1048576 MiB; at most 10 are read\.$"):
        read(place, largest=10 * 2**20)


def test_a_file_that_becomes_a_pipe_while_we_look_does_not_make_us_wait(place, monkeypatch):
    from grader import untrusted_files

    work = place / "ada" / "work"
    os.mkfifo(work / "pipe")
    monkeypatch.setattr(untrusted_files, "kind", lambda name, folder: stat.S_IFREG)
    with open_folder(place) as folder, pytest.raises(NotTaken, match=r"^It is not a file\.$"):
        read_file("ada/work/pipe", folder, largest=10)


def test_a_file_that_becomes_a_link_while_we_look_is_not_followed(place, monkeypatch):
    from grader import untrusted_files

    (place / "link").symlink_to("/etc/passwd")
    with open_folder(place) as folder:
        assert kind("link", folder) == stat.S_IFLNK
        monkeypatch.setattr(untrusted_files, "kind", lambda name, folder: stat.S_IFREG)
        with pytest.raises(OSError, match="symbolic links"):
            read_file("link", folder, largest=10)
