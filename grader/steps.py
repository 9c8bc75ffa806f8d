"""nbgrader's steps for the two passes over a submission: which a course has, what they need, and their gradebook.

Most courses have only steps of which it is known that they need the notebook, their settings and what the gradebook
knows of the assignment. Those can be carried out where there is no course (`grader.passes`), by a `Plan`.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import jsonschema
import msgspec
import nbformat
import nbgrader.api
import nbgrader.converters.autograde
import nbgrader.nbgraderformat.common
import nbgrader.preprocessors.latesubmissions
import nbgrader.preprocessors.overwritecells
import nbgrader.preprocessors.overwritekernelspec
import nbgrader.preprocessors.saveautogrades
from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from grader.frame import as_text
from grader.outline import Outline

MODULES = (
    nbgrader.converters.autograde,
    nbgrader.preprocessors.overwritekernelspec,
    nbgrader.preprocessors.overwritecells,
    nbgrader.preprocessors.saveautogrades,
    nbgrader.preprocessors.latesubmissions,
)
"""Where nbgrader opens the gradebook when a submission is graded."""
KNOWN = {
    step.__name__: step
    for step in (
        CheckCellMetadata,
        ClearMetadataPreprocessor,
        ClearOutput,
        DeduplicateIds,
        IgnorePattern,
        LimitOutput,
        OverwriteCells,
        OverwriteKernelspec,
        SaveAutoGrades,
    )
}
"""The steps that need the notebook, their settings and an outline, and nothing else."""


VERSIONED = ("grader", "nbconvert", "nbgrader", "traitlets")
"""Packages whose code is known by what `grader.records` says of them."""
SEALED_EXECUTE = "grader.nbgrader_plugin.SealedExecute"


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One of `KNOWN`, and its settings as Python writes them: some are sets or tuples."""

    name: str
    settings: str

    @classmethod
    def of(cls, step: Any) -> Step:
        """Raises: ValueError where it is not known, or its settings cannot travel."""
        name, settings = type(step).__name__, step.trait_values(config=True)
        text = repr(settings)
        if KNOWN.get(name) is not type(step) or not _says(text, settings):
            raise ValueError(name)
        return cls(name, text)

    def made(self) -> Any:
        return KNOWN[self.name](**ast.literal_eval(self.settings))


def _says(text: str, value: object) -> bool:
    try:
        return bool(ast.literal_eval(text) == value)
    except (ValueError, SyntaxError):
        return False


class Plan(msgspec.Struct, frozen=True):
    """What the passes need of a course. frame: the instructor's notebook. The rest: the steps of each pass."""

    frame: str
    outline: Outline
    sanitize: tuple[Step, ...]
    autograde: tuple[Step, ...]

    def packed(self) -> bytes:
        return zlib.compress(msgspec.msgpack.encode(self))

    @classmethod
    def unpacked(cls, data: bytes) -> Plan:
        return msgspec.msgpack.decode(zlib.decompress(data), type=cls)


@dataclass(frozen=True)
class Steps:
    """A course's preprocessors for nbgrader's two passes, as nbgrader makes them."""

    converter: Autograde
    sanitize: list[Any]
    autograde: list[Any]

    @classmethod
    def of(cls, converter: Autograde) -> Steps:
        def made(chosen: Sequence[Any]) -> list[Any]:
            exporter._preprocessors = []
            for step in chosen:
                exporter.register_preprocessor(step)
            return list(exporter._preprocessors)

        exporter = converter.exporter
        return cls(converter, made(converter.sanitize_preprocessors), made(converter.autograde_preprocessors))

    @property
    def late(self) -> list[AssignLatePenalties]:
        return [step for step in self.autograde if isinstance(step, AssignLatePenalties)]

    @property
    def classes(self) -> list[type]:
        """The steps', and those that steps call; some are a course's own."""
        steps = (*self.sanitize, *self.autograde)
        return [*map(type, steps), *(step.plugin_class for step in steps if hasattr(step, "plugin_class"))]

    def settings(self) -> list[Any]:
        """Of all steps and their plugins, as something that is written in the same way by every process.

        And the code of a course's own, by which it may say what others say by settings.
        """
        steps = [*self.sanitize, *self.autograde]
        steps += [step.plugin_class(parent=step) for step in steps if hasattr(step, "plugin_class")]
        said = [[type(step).__name__, _plain(step.trait_values(config=True))] for step in steps]
        return [*said, [_code_of(kind) for kind in self.classes]]

    def planned(self, frame: NotebookNode, outline: Outline) -> Plan | None:
        """A plan for processes that have no course; None where something would miss it there."""
        exporter, writer = self.converter.exporter, self.converter.writer
        plain = type(exporter) is NotebookExporter and exporter.nbformat_version == nbformat.current_nbformat
        kinds = [type(step) for step in self.autograde]
        # A penalty is reckoned from the scores.
        in_turn = AssignLatePenalties not in kinds or SaveAutoGrades not in kinds[kinds.index(AssignLatePenalties) :]
        if not plain or writer.files or not in_turn:
            return None
        apart = [step for step in self.autograde if type(step) is not AssignLatePenalties]
        try:
            sanitize = tuple(map(Step.of, self.sanitize))
            autograde = tuple(Step.of(step) for step in apart if dotted(type(step)) != SEALED_EXECUTE)
        except ValueError:
            return None
        return Plan(as_text(frame), outline, sanitize, autograde)


def _code_of(kind: type) -> list[str]:
    """Of the classes that are a course's own: their modules, or, in a configuration file, their methods."""
    found: list[str] = []
    for base in kind.__mro__:
        if base.__module__.partition(".")[0] in VERSIONED:
            continue
        path = getattr(sys.modules.get(base.__module__), "__file__", None)
        methods = [value for value in vars(base).values() if isinstance(value, FunctionType)]
        with suppress(OSError, SyntaxError):  # there is no text, or no longer this one
            found += [Path(path).read_text("utf-8", "replace")] if path else map(inspect.getsource, methods)
    return found


def _plain(value: object) -> object:
    match value:
        case dict():
            return sorted(([str(key), _plain(item)] for key, item in value.items()), key=str)
        case set() | frozenset():
            return sorted(map(_plain, value), key=str)
        case list() | tuple():
            return [_plain(item) for item in value]
        case str() | int() | float() | None:
            return value
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}"


def dotted(step: str | type) -> str:
    return step if isinstance(step, str) else f"{step.__module__}.{step.__qualname__}"


@contextmanager
def given_to_steps(gradebook: Any, others: Any = None, classes: Iterable[type] = ()) -> Iterator[None]:
    """While nbgrader's steps, whichever gradebook they open, are given this one.

    classes: those among them that are a course's own get `others` when they open a gradebook, which must use the same
    connection. By another they would not see what is not saved yet, and in SQLite, what they write would wait for this
    one, which waits for them.
    """
    theirs = [names for one in classes for names in _names_of(one) if names.get("Gradebook") is Gradebook]
    given: list[tuple[Any, Any]] = [(vars(module), gradebook) for module in MODULES]
    given += [(names, others or gradebook) for names in (vars(nbgrader.api), *theirs)]
    opened = [names["Gradebook"] for names, _ in given]
    examining = nbgrader.nbgraderformat.common.jsonschema
    try:
        for names, one in given:
            names["Gradebook"] = lambda *arguments, one=one, **named: one
        nbgrader.nbgraderformat.common.jsonschema = examined
        yield
    finally:
        for (names, _), before in zip(given, opened, strict=True):
            names["Gradebook"] = before
        nbgrader.nbgraderformat.common.jsonschema = examining


def _names_of(kind: type) -> list[dict[str, Any]]:
    """The global names of the modules, or the configuration file, that a class was written in; none of nbgrader's."""
    methods = [value for base in kind.__mro__ for value in vars(base).values() if isinstance(value, FunctionType)]
    names = {id(method.__globals__): method.__globals__ for method in methods}
    return [each for each in names.values() if not str(each.get("__name__")).startswith("nbgrader.")]


class _Examined:
    """In the place of the module jsonschema: metadata that have been found valid are not examined again.

    They are the instructor's, so there are as many as the assignment has cells.
    """

    def __init__(self) -> None:
        self._valid: set[str] = set()

    def validate(self, instance: Any, schema: Any) -> None:
        text = json.dumps([instance, schema], sort_keys=True)
        if text not in self._valid:
            jsonschema.validate(instance, schema)
            self._valid.add(text)


examined = _Examined()
