"""The strict device mode: a machine with a GPU, without the GPU.

MXNet refuses an operator whose inputs live on different device *types*, but mixes `cpu(0)` and `cpu(1)` without a word.
Inside `strict_devices()` it refuses that too, with the words a GPU machine would use. Copies between devices
(`copyto`, `as_in_context`, assignment to a slice) stay allowed, as they are on a GPU.

Every imperative operator goes through one Python function, which is replaced for the duration. This module needs
MXNet and runs on the side where student code runs.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import mxnet as mx
from mxnet.base import _LIB, OpHandle, check_call, py_str
from mxnet.ndarray import register

COPIES = frozenset({"_copyto", "_npi_copyto", "_copy", "_sparse_copyto"})
"""Operators whose output may live on another device than their input."""


@cache
def _operator_names() -> dict[int, frozenset[str]]:
    """Every name under which each operator handle is registered (aliases share a handle)."""
    names = ctypes.POINTER(ctypes.c_char_p)()
    count = ctypes.c_uint()
    check_call(_LIB.MXListAllOpNames(ctypes.byref(count), ctypes.byref(names)))
    found: dict[int, set[str]] = {}
    for i in range(count.value):
        handle = OpHandle()
        check_call(_LIB.NNGetOpHandle(names[i], ctypes.byref(handle)))
        found.setdefault(int(handle.value), set()).add(py_str(names[i]))
    return {handle: frozenset(aliases) for handle, aliases in found.items()}


def _refuse_mixed_devices(names: frozenset[str], arrays: Sequence[Any], out: Any) -> None:
    operands = list(arrays)
    if out is not None:
        operands += [out] if isinstance(out, mx.nd.NDArray) else list(out)
    if len(operands) < 2 or names & COPIES:
        return
    first = operands[0].context
    for position, operand in enumerate(operands[1:], start=2):
        if operand.context != first:
            name = min(names, key=lambda alias: (alias.startswith("_"), len(alias), alias))
            raise mx.base.MXNetError(
                f"Operator {name} requires all inputs to live on the same context, but the first argument is on "
                f"{first} while argument {position} is on {operand.context}"
            )


@contextmanager
def strict_devices() -> Iterator[None]:
    """Refuse operators that mix devices while the block runs. Not for use from several threads at once.

    Raises, from within the operator: `mxnet.base.MXNetError` naming the operator and both contexts.
    """
    names = _operator_names()
    original = register._imperative_invoke

    def invoke(handle: int, ndargs: Sequence[Any], keys: Any, vals: Any, out: Any, *rest: Any) -> Any:
        _refuse_mixed_devices(names.get(handle, frozenset()), ndargs, out)
        return original(handle, ndargs, keys, vals, out, *rest)

    register._imperative_invoke = invoke
    try:
        yield
    finally:
        register._imperative_invoke = original
