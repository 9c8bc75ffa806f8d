"""Names that came from outside: which ones we give to files of ours, and how they are shown.

A name is text, one line of it, and no way out of the folder that it is put into, on any system that the folder may be
copied to.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 255
"""Bytes of one name: what Linux, macOS and Windows can store."""

LONGEST_PATH = 1000
"""Bytes of all the names on the way to a file: leaves room for the course's own folders below Linux's 4096."""

DEEPEST = 32
"""Folders within folders: far above what anybody does by hand, far below what stops programs that walk them."""


class UnsafeName(ValueError):
    """Nothing of ours may be called like this; the message is a clause that says why, without the name."""


def check_name(name: str) -> None:
    """One name of a file or a folder, without the folders that it lies in.

    Raises: UnsafeName.
    """
    if name in ("", ".", ".."):
        raise UnsafeName("is not the name of a file")
    if any(unicodedata.category(character) == "Cs" for character in name):
        raise UnsafeName("has a name that is not text")
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise UnsafeName("has a line break or another control character in its name")
    if "/" in name or "\\" in name:
        raise UnsafeName("has a slash or a backslash in its name")
    if len(name.encode()) > LONGEST_NAME:
        raise UnsafeName(f"has a name of {len(name.encode())} bytes; at most {LONGEST_NAME} can be stored everywhere")


def safe_parts(path: str) -> tuple[str, ...]:
    """The names in a relative path written with `/`, which stays inside any folder that it is put into.

    Names that change nothing (`.`, and nothing between two slashes) are left out, so `./` has no names at all.

    Raises: UnsafeName.
    """
    if path.startswith("/"):
        raise UnsafeName("starts at the root of the disk")
    if re.match("[A-Za-z]:", path):
        raise UnsafeName("starts with the letter of a drive")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if ".." in parts:
        raise UnsafeName("leads out of its folder")
    if len(path) > LONGEST_PATH or len(path.encode(errors="replace")) > LONGEST_PATH:
        raise UnsafeName(f"has a path of {len(path)} characters, which is too long")
    if len(parts) > DEEPEST:
        raise UnsafeName(f"lies {len(parts)} folders deep; at most {DEEPEST} are allowed")
    for part in parts:
        check_name(part)
    return parts


def same_place(parts: tuple[str, ...]) -> tuple[str, ...]:
    """What two paths have in common if some system, blind to case or to how accents are stored, mixes them up."""
    return tuple(unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).casefold()) for part in parts)


def shown(text: str, longest: int = 80) -> str:
    """Text from outside for one line of a log: quoted, cut, and with nothing in it that a terminal would obey."""
    return repr(text if len(text) <= longest else text[: longest - 1] + "…")
