"""The strict device mode: a machine with a GPU, without the GPU.

MXNet refuses an operator whose inputs live on different *types* of device, but mixes `cpu(0)` and `cpu(1)` without a
word. Inside `strict_devices()` it refuses that too, with the words that it has for a CPU and a GPU:

    Operator dot require all inputs live on the same context. But the first argument is on cpu(0) while the 2-th
    argument is on cpu(1)

Copies (`as_in_context`, `copyto`, `nd.array(..., ctx=...)`, assignment to a slice, indexing) stay allowed, as they are
on a GPU.

Whatever Python asks MXNet to compute passes one of a few functions of its C library, which are replaced for the
duration. Hybridized Gluon blocks and bound symbols need none: they have checks of their own, for any two devices.
Within a backward pass written by hand, an `autograd.Function`, nothing is refused: what MXNet hands to it from `cpu(1)`
it labels `cpu(0)` (`NDArray::Chunk(const TBlob&, int)` in include/mxnet/ndarray.h), as with a GPU it would not.
This module needs MXNet and runs on the side where student code runs.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import mxnet as mx
from mxnet import autograd
from mxnet._ffi._ctypes.types import TypeCode
from mxnet.base import _LIB, check_call, py_str

COPIES = frozenset({"_copyto"})
"""Operators whose output may live on another device than their input."""
HOST = frozenset({"cpu_pinned", "cpu_shared"})
"""Other names for memory of the CPU, as the workers of a DataLoader use: any operator may mix it with `cpu(0)`."""
ADVICE = (
    "Two devices met in one operation. An array that is made without ctx=... lives on cpu(0); X.context says where X "
    "lives, and X.as_in_context(...) gives a copy elsewhere."
)


@contextmanager
def strict_devices() -> Iterator[None]:
    """Refuse to mix devices while the block runs, as a machine with a GPU does. Not for several threads at once.

    Refused are operators on arrays from two devices; an `out=` that lives elsewhere than the inputs; and gradients,
    given to a backward pass or collected by it, that live elsewhere than the arrays that they belong to. Blocks may be
    nested.

    Raises, from within the operation: `mxnet.base.MXNetError` naming the operator and both devices.
    """
    originals = {name: getattr(_LIB, name) for name in _GUARDS}
    make_callback = autograd.Function._bwd_functype
    for name, guard in _GUARDS.items():
        setattr(_LIB, name, _guarded(guard, originals[name]))
    autograd.Function._bwd_functype = lambda backward: make_callback(_by_hand(backward))
    try:
        yield
    finally:
        autograd.Function._bwd_functype = make_callback
        for name, original in originals.items():
            setattr(_LIB, name, original)


def _guarded(guard: Callable[..., str], original: Callable[..., int]) -> Callable[..., int]:
    def call(*arguments: Any) -> int:
        problem = "" if getattr(_this_thread, "goes_back_by_hand", False) else guard(*arguments)
        if problem:
            raise mx.base.MXNetError(f"{problem}\n{ADVICE}")
        return original(*arguments)

    return call


_this_thread = threading.local()


def _by_hand(backward: Callable[..., bool]) -> Callable[..., bool]:
    """The same for MXNet to call, from whichever thread, with the guards looking away."""

    def run(*arguments: Any) -> bool:
        _this_thread.goes_back_by_hand = True
        try:
            return backward(*arguments)
        finally:
            _this_thread.goes_back_by_hand = False

    return run


# A guard takes the arguments of a function of mxnet/c_api.h and says what is wrong with them, if anything. What is
# handed over by reference is one of ctypes' byref objects, with the value in `_obj`.


def _guard_operator(operator: ctypes.c_void_p, count: Any, inputs: Any, num_out: Any, out: Any, *more: Any) -> str:
    """MXImperativeInvokeEx: an operator, of `nd` or `mx.np`, with its inputs and, if they are given, its outputs."""
    if not count.value:
        return ""
    places = [_device(inputs[i]) for i in range(count.value)]
    for number, place in enumerate(places[1:], start=2):
        if place != places[0]:
            return _mixed(_name(operator), "first argument", places[0], f"{number}-th argument", place)
    for place in (_device(out._obj[i]) for i in range(num_out._obj.value)):
        if place != places[0] and _name(operator) not in COPIES:
            return _mixed(_name(operator), "first argument", places[0], "output", place)
    return ""


def _guard_function(function: Any, values: Any, kinds: Any, count: Any, *more: Any) -> str:
    """MXNetFuncCall: of `mx.np`, the operators that are called in another way. Of those only `tensordot` has inputs."""
    places = [_device(values[i].v_handle) for i in range(count.value) if kinds[i] == TypeCode.NDARRAYHANDLE]
    for number, place in enumerate(places[1:], start=2):
        if place != places[0]:
            return _mixed("tensordot", "first argument", places[0], f"{number}-th argument", place)
    return ""


def _guard_backward(count: int, outputs: Any, head_grads: Any, *more: Any) -> str:
    """MXAutogradBackward(Ex): a backward pass, with the gradients to start from, if any are given."""
    for i in range(count):
        head_grad = head_grads[i] if isinstance(head_grads, ctypes.Array) else None
        if head_grad and _device(head_grad) != _device(outputs[i]):
            return _mixed("backward", "array", _device(outputs[i]), "gradient given for it", _device(head_grad))
    return ""


def _guard_variables(count: int, variables: Any, requests: Any, grads: Any) -> str:
    """MXAutogradMarkVariables: arrays, and where to collect their gradients."""
    for i in range(count):
        if _device(variables[i]) != _device(grads[i]):
            return _mixed("backward", "array", _device(variables[i]), "gradient", _device(grads[i]))
    return ""


_GUARDS: dict[str, Callable[..., str]] = {
    "MXImperativeInvokeEx": _guard_operator,
    "MXNetFuncCall": _guard_function,
    "MXAutogradBackwardEx": _guard_backward,
    "MXAutogradBackward": _guard_backward,
    "MXAutogradMarkVariables": _guard_variables,
}


def _mixed(operator: str, one: str, here: mx.Context, other: str, there: mx.Context) -> str:
    """What MXNet itself says in `GetContext` of src/imperative/imperative_utils.h, word for word."""
    return (
        f"Operator {operator} require all inputs live on the same context. But the {one} is on {here} while the "
        f"{other} is on {there}"
    )


def _device(array: int) -> mx.Context:
    """The device of an NDArray, given its handle."""
    kind, number = ctypes.c_int(), ctypes.c_int()
    check_call(_LIB.MXNDArrayGetContext(ctypes.c_void_p(array), ctypes.byref(kind), ctypes.byref(number)))
    name = mx.Context.devtype2str[kind.value]
    return mx.cpu(0) if name in HOST else mx.Context(name, number.value)


def _name(operator: ctypes.c_void_p) -> str:
    """The name under which MXNet's own messages speak of an operator."""
    name = ctypes.c_char_p()
    check_call(_LIB.MXSymbolGetAtomicSymbolName(operator, ctypes.byref(name)))
    return str(py_str(name.value))
