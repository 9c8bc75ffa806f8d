"""Print environment.yml, the conda and Binder face of a lock file: the same pins, for Linux and Python 3.11.

Usage: environment_yml.py requirements.lock > environment.yml
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

HEAD = """\
# Written by `make lock` from requirements.lock; never edited by hand.
name: linreg-grader
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
"""
LINUX = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_version": "3.11",
    "sys_platform": "linux",
}
FIRST_AND_LAST_PATCH = ("3.11.0", "3.11.99")  # conda chooses the patch release, so a marker may hold for some of them


def requirements(lock: str) -> Iterator[Requirement]:
    """Every pin of a lock file's text, its hashes left out."""
    for line in lock.splitlines():
        if line and not line.startswith((" ", "#")):
            yield Requirement(line.rstrip("\\ "))


def for_linux(pin: Requirement) -> str | None:
    """The pin as a pip line for Linux and Python 3.11, or None where its marker excludes them.

    The marker stays only if it holds for some patch releases of Python 3.11 and not for others.
    """
    bare = f"{pin.name}{pin.specifier}"
    if pin.marker is None:
        return bare
    holds = {pin.marker.evaluate(LINUX | {"python_full_version": version}) for version in FIRST_AND_LAST_PATCH}
    if holds == {False}:
        return None
    return bare if holds == {True} else f"{bare} ; {pin.marker}"


def environment(lock: str) -> str:
    """The text of environment.yml for the text of a lock file, ending with the project itself."""
    lines = [line for pin in requirements(lock) if (line := for_linux(pin)) is not None]
    return HEAD + "".join(f"      - {line}\n" for line in [*lines, "-e ."])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} LOCK_FILE, with one argument; got {len(sys.argv) - 1}.")
    sys.stdout.write(environment(Path(sys.argv[1]).read_text(encoding="utf-8")))
