"""Submissions kept as Python files: how the tests and the demonstration class hold them.

A file defines some of an assignment's functions; what it leaves out is taken from the reference. Everything between
one function and the next belongs to the cell of the next, as a student's own imports and helpers would.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from grader.results import Status


@dataclass(frozen=True)
class Group:
    """Submissions (files in `wrong/`, without the .py) whose mistake has the same consequences."""

    why: str
    files: tuple[str, ...]
    failed: tuple[str, ...] = ()
    errored: tuple[str, ...] = ()
    timed_out: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()

    def statuses(self) -> dict[str, Status]:
        """The checks that do not pass."""
        named: dict[str, Status] = {}
        named |= dict.fromkeys(self.failed, "failed")
        named |= dict.fromkeys(self.errored, "errored")
        named |= dict.fromkeys(self.timed_out, "timed_out")
        return named | dict.fromkeys(self.not_run, "not_run")


def cells(source: str, names: Iterable[str]) -> dict[str, str]:
    """Cut a file into the source of the cell of each of `names` that it defines (by def, class or assignment).

    Text after the last of them goes to its cell too. A module docstring is left out.

    Raises: SyntaxError if the source is not Python.
    """
    wanted = set(names)
    lines = source.splitlines(keepends=True)
    body = ast.parse(source).body
    start = 0
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        start = body[0].end_lineno or 0
    found: dict[str, str] = {}
    last = ""
    for node in body:
        name = _defined(node) & wanted
        if name:
            last = name.pop()
            found[last] = found.get(last, "") + "".join(lines[start : node.end_lineno])
            start = node.end_lineno or 0
    if last:
        found[last] += "".join(lines[start:])
    return {name: text.strip("\n") + "\n" for name, text in found.items()}


def load(path: Path, reference: Mapping[str, object], around: ModuleType | None = None) -> dict[str, object]:
    """Run a submission file and return the reference's names, bound to what the file defines where it does.

    around: the reference as a module. Its source is run first, in the same namespace, as in a notebook, where every
    function calls whatever has the other's name at the moment.

    For our own files only: the code runs in this process.
    """
    namespace: dict[str, object] = {"__name__": path.stem}
    if around is not None:
        namespace["__name__"] = around.__name__
        exec(compile(inspect.getsource(around), str(around.__file__), "exec"), namespace)
    source = path.read_text(encoding="utf-8")
    exec(compile(source, str(path), "exec"), namespace)
    linecache.checkcache(str(path))
    return {name: namespace.get(name, value) for name, value in reference.items()}


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()
