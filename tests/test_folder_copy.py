"""Copying a folder that a student filled."""

import errno
import os
import stat
from pathlib import Path

import pytest

from grader import folder_copy
from grader.file_names import DEEPEST
from grader.folder_copy import FolderCopy, FolderLimits, listed
from grader.untrusted_files import NotTaken

LIMITS = FolderLimits(file_bytes=100, total_bytes=250, entries=20)


def copied(folder: Path, limits: FolderLimits = LIMITS) -> tuple[list[str], list[str]]:
    """The files in a copy of `folder`, and what was said about the others."""
    to = folder.parent / "copy"
    to.mkdir()
    copy = FolderCopy(limits, lambda name, is_folder: name == "ignored" or (name == "data" and not is_folder))
    copy.copy(folder.parent, folder.name, to)
    found = [path for path in to.rglob("*") if not path.is_dir()]
    assert all(stat.S_ISREG(path.lstat().st_mode) for path in found)
    return sorted(path.relative_to(to).as_posix() for path in found), copy.left_out


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "handed in"
    folder.mkdir()
    return folder


def test_a_plain_folder_is_copied_whole(folder):
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "ps1.ipynb").write_bytes(b"x" * 100)
    (folder / "a" / "b" / "loss.png").write_bytes(b"")
    assert copied(folder) == (["a/b/loss.png", "ps1.ipynb"], [])


def test_what_nobody_wants_stays_behind_without_a_word(folder):
    (folder / "ignored").mkdir()
    (folder / "ignored" / "file").touch()
    (folder / "data").mkdir()
    (folder / "data" / "data").touch()
    (folder / "data" / "kept").touch()
    assert copied(folder) == (["data/kept"], [])


def test_notebooks_come_before_what_fills_the_room(folder):
    for name in ("a.bin", "b.bin", "c.bin", "z.ipynb"):
        (folder / name).write_bytes(b"x" * 100)
    files, left_out = copied(folder)
    assert files == ["a.bin", "z.ipynb"]
    assert left_out == [f"'{name}' (no more than 0.000238 MiB are taken in all)" for name in ("b.bin", "c.bin")]


def test_a_large_file_is_left_out_alone(folder):
    (folder / "large").write_bytes(b"x" * 101)
    (folder / "small").touch()
    files, [clause] = copied(folder)
    assert files == ["small"]
    assert clause.startswith("'large' (it has 0 MiB; at most")


def test_folders_within_folders_end_somewhere(folder):
    deep = folder.joinpath(*["d"] * 40)
    deep.mkdir(parents=True)
    (deep / "file").touch()
    (folder / "file").touch()
    files, [clause] = copied(folder, FolderLimits(100, 100, 1000))
    assert files == ["file"]
    assert clause == f"'{'/'.join('d' * DEEPEST)}' (it lies more than {DEEPEST} folders deep)"


def test_no_more_names_are_read_than_may_be_taken(folder):
    (folder / "many").mkdir()
    for number in range(50):
        (folder / "many" / str(number)).touch()
    (folder / "ps1.ipynb").touch()
    files, left_out = copied(folder)
    assert "ps1.ipynb" in files
    assert len(files) == LIMITS.entries - 1
    assert left_out == ["some of what lies in 'many' (more than 20 files and folders)"]


def test_a_device_is_left_out(folder):
    try:
        os.mknod(folder / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")
    assert copied(folder) == ([], ["'zero' (it is a device, not a file)"])


def test_a_folder_that_cannot_be_read_costs_itself(folder, monkeypatch):
    (folder / "closed").mkdir()
    (folder / "ps1.ipynb").touch()
    real = folder_copy.open_folder

    def open_folder(root, *names):
        if "closed" in names:
            raise OSError(errno.EACCES, "Permission denied")
        return real(root, *names)

    monkeypatch.setattr(folder_copy, "open_folder", open_folder)
    assert copied(folder) == (["ps1.ipynb"], ["'closed' (it cannot be read: Permission denied)"])


def test_a_full_disk_is_not_the_students_fault(folder, monkeypatch):
    (folder / "a").mkdir()
    (folder / "a" / "file").write_bytes(b"x")

    def write_bytes(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", write_bytes)
        with pytest.raises(OSError, match="No space left"):
            copied(folder)


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/etc"), os.mkfifo, Path.touch, lambda path: None])
def test_what_is_no_folder_is_not_copied(folder, make):
    make(folder / "inner")
    with pytest.raises(NotTaken):
        FolderCopy(LIMITS, lambda name, is_folder: False).copy(folder, "inner", folder)


def test_a_long_list_is_cut():
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcdefgh")) == "a, b, c, d, e and 3 more"
