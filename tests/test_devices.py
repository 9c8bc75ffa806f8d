"""The strict device mode refuses what a machine with a GPU refuses, and nothing else.

Every program below is run twice: in the strict mode with two CPU devices, and, where MXNet has a GPU, on that GPU
without it.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd, gluon, nd
from mxnet.base import _LIB, MXNetError

from grader.devices import ADVICE, strict_devices
from solutions.contexts import available_gpus

HERE, THERE = mx.cpu(0), mx.cpu(1)
WORLDS = [
    pytest.param((HERE, THERE), id="cpu"),
    pytest.param(
        (HERE, mx.gpu(0)),
        id="gpu",
        marks=[pytest.mark.gpu, pytest.mark.skipif(not available_gpus(), reason="MXNet has no GPU it can run on")],
    ),
]
GUARDED = ("MXImperativeInvokeEx", "MXNetFuncCall", "MXAutogradBackwardEx", "MXAutogradMarkVariables")


@pytest.fixture(params=WORLDS)
def two(request) -> Iterator[tuple[mx.Context, mx.Context]]:
    """Two devices that may not be mixed: by the strict mode, or by nature."""
    here, there = request.param
    with strict_devices() if there.device_type == "cpu" else contextlib.nullcontext():
        yield here, there
        nd.waitall()


@pytest.fixture
def arrays(two) -> tuple[nd.NDArray, nd.NDArray]:
    here, there = two
    return nd.ones((2, 2), ctx=here), nd.ones((2, 2), ctx=there)


def assign(target: nd.NDArray, key: object, value: object) -> nd.NDArray:
    target[key] = value
    return target


def with_numpy_semantics(act):
    """`act` on the same arrays as mx.np sees them."""

    def run(here: nd.NDArray, there: nd.NDArray):
        return act(here.as_np_ndarray(), there.as_np_ndarray())

    return run


class AddsElsewhere(mx.operator.CustomOp):
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], in_data[0] + in_data[1])


@mx.operator.register("adds_elsewhere")
class AddsElsewhereProp(mx.operator.CustomOpProp):
    def list_arguments(self):
        return ["a", "b"]

    def create_operator(self, ctx, shapes, dtypes):
        return AddsElsewhere()


def recorded(array: nd.NDArray) -> nd.NDArray:
    """The squares of an array, as variables of a graph."""
    array.attach_grad()
    with autograd.record():
        return array * array


class Squares(autograd.Function):
    """With a derivative written by hand, which needs its input once more."""

    def forward(self, x):
        self.save_for_backward(x)
        return x * x

    def backward(self, head):
        (x,) = self.saved_tensors
        return 2 * x * head


class SquaresAndAdds(Squares):
    def __init__(self, other):
        super().__init__()
        self.other = other

    def forward(self, x):
        return super().forward(x) + self.other


def led_back_by_hand(array: nd.NDArray, function: autograd.Function) -> nd.NDArray:
    """The gradient that a function finds for an array."""
    array.attach_grad()
    with autograd.record():
        squares = function(array)
    squares.backward()
    return array.grad


def trained_with(loss: gluon.loss.Loss, y_hat: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
    with autograd.record():
        return loss(y_hat, y)


MIXING = {
    "+": lambda here, there: here + there,
    "-": lambda here, there: there - here,
    "*": lambda here, there: here * there,
    "/": lambda here, there: here / there,
    "**": lambda here, there: here**there,
    "==": lambda here, there: here == there,
    "+=": lambda here, there: here.__iadd__(there),
    "-=": lambda here, there: there.__isub__(here),
    "x[:] +=": lambda here, there: assign(here, slice(None), here + there),
    "dot": lambda here, there: nd.dot(here, there),
    "take": lambda here, there: there.take(nd.array([0, 1], ctx=here.context)),
    "pick": lambda here, there: there.pick(nd.array([0, 1], ctx=here.context)),
    "concat": lambda here, there: nd.concat(here, there, dim=0),
    "stack": lambda here, there: nd.stack(here, there),
    "add_n": lambda here, there: nd.add_n(here, here, there),
    "where": lambda here, there: nd.where(here, here, there),
    "maximum": lambda here, there: nd.maximum(here, there),
    "reshape_like": lambda here, there: here.reshape_like(there),
    "sgd_update": lambda here, there: nd.sgd_update(here, there, lr=0.1, out=here),
    "boolean_mask": lambda here, there: nd.contrib.boolean_mask(there, here[0]),
    "foreach": lambda here, there: nd.contrib.foreach(lambda row, s: (row + s, s), here, there[0])[0],
    "random from": lambda here, there: nd.random.uniform(here, there),
    "sparse dot": lambda here, there: nd.sparse.dot(here.tostype("csr"), there),
    "sparse retain": lambda here, there: nd.sparse.retain(
        here.tostype("row_sparse"), nd.array([0], ctx=there.context, dtype="int64")
    ),
    "Custom": lambda here, there: nd.Custom(here, there, op_type="adds_elsewhere"),
    "autograd.Function": lambda here, there: led_back_by_hand(here, SquaresAndAdds(there)),
    "gluon's loss": lambda here, there: trained_with(gluon.loss.L2Loss(), here, there),
    "mx.np +": with_numpy_semantics(lambda here, there: here + there),
    "mx.np.dot": with_numpy_semantics(mx.np.dot),
    "mx.np.tensordot": with_numpy_semantics(mx.np.tensordot),
    "mx.np.concatenate": with_numpy_semantics(lambda here, there: mx.np.concatenate([here, there])),
}
"""What MXNet refuses at once, in one and the same sentence."""


def collected(array: nd.NDArray, grad: nd.NDArray) -> nd.NDArray:
    autograd.mark_variables([array], [grad])
    with autograd.record():
        squares = array * array
    squares.backward()
    return grad


MISPLACED = {
    "out=": lambda here, there: nd.exp(here, out=there),
    "out= of two": lambda here, there: nd.elemwise_add(here, here, out=there),
    "out= of a copy": lambda here, there: nd.identity(here, out=there),
    "mx.np out=": with_numpy_semantics(lambda here, there: mx.np.exp(here, out=there)),
    "backward": lambda here, there: recorded(here).backward(there),
    "autograd.backward": lambda here, there: autograd.backward([recorded(here)], [there]),
    "autograd.grad": lambda here, there: autograd.grad(recorded(here), [here], head_grads=there),
    "mark_variables": collected,
}
"""What a GPU cannot do with memory of the CPU's either; it may say so later, and in other words."""

APART = {
    "one array": lambda here, there: there * 2 + nd.exp(there),
    "numbers": lambda here, there: 1 - there,
    "both here": lambda here, there: nd.dot(here, here),
    "out= there": lambda here, there: nd.exp(there, out=there),
    "made there": lambda here, there: nd.zeros_like(there) + nd.ones((2, 2), ctx=there.context) + there,
    "as_in_context": lambda here, there: here.as_in_context(there.context) + there,
    "copyto an array": lambda here, there: here.copyto(there) + there,
    "copyto a device": lambda here, there: here.copyto(there.context) + there,
    "nd.array": lambda here, there: nd.array(here, ctx=there.context) + there,
    "numpy": lambda here, there: nd.array(here.asnumpy(), ctx=there.context) + there,
    "x[:] =": lambda here, there: assign(there, slice(None), here),
    "x[1:] =": lambda here, there: assign(there, slice(1, None), here[1:]),
    "x[::2] =": lambda here, there: assign(there, slice(None, None, 2), here[:1]),
    "x[0] =": lambda here, there: assign(there, 0, here[1]),
    "x[list] =": lambda here, there: assign(there, [1, 0], here),
    "x[NDArray] =": lambda here, there: assign(there, nd.array([1, 0], ctx=here.context), here),
    "x[:] = numpy": lambda here, there: assign(there, slice(None), np.ones((2, 2))),
    "x[list]": lambda here, there: there[[1, 0]] + there,
    "x[NDArray]": lambda here, there: there[nd.array([1, 0], ctx=here.context)] + there,
    "shuffle": lambda here, there: nd.random.shuffle(there),
    "two passes, one on each": lambda here, there: (recorded(here).sum(), recorded(there).sum())[1],
    "backward": lambda here, there: (recorded(there).backward(there), there.grad)[1],
    "autograd.Function": lambda here, there: led_back_by_hand(there, Squares()),
    "csr_matrix": lambda here, there: nd.sparse.csr_matrix((here[0], [0, 1], [0, 1, 2]), shape=(2, 2)),
    "memory that is pinned": lambda here, there: nd.ones((2, 2), ctx=mx.Context("cpu_shared", 0)) + here,
    "mx.np": with_numpy_semantics(lambda here, there: (here.as_in_ctx(there.ctx) + there).as_nd_ndarray()),
    "a Gluon block": lambda here, there: block_on(there.context)(there),
}


def block_on(ctx: mx.Context) -> gluon.Block:
    block = gluon.nn.Dense(2, in_units=2)
    block.initialize(ctx=ctx)
    block.hybridize()
    return block


@pytest.mark.parametrize("mix", MIXING.values(), ids=MIXING.keys())
def test_mixing_devices_is_refused_with_both_named(mix, two, arrays):
    with pytest.raises(MXNetError, match="require all inputs live on the same context") as caught:
        mix(*arrays)
    assert all(str(device) in str(caught.value) for device in two)


@pytest.mark.parametrize("misplace", MISPLACED.values(), ids=MISPLACED.keys())
def test_results_and_gradients_elsewhere_than_their_arrays_are_refused(misplace, arrays):
    def until_done() -> None:
        misplace(*arrays)
        nd.waitall()

    with pytest.raises(MXNetError):
        until_done()


@pytest.mark.parametrize("keep_apart", APART.values(), ids=APART.keys())
def test_copies_and_work_on_one_device_are_allowed(keep_apart, arrays):
    np.asarray(keep_apart(*arrays).asnumpy())


def test_the_guards_look_again_after_a_backward_pass_by_hand(arrays):
    here, there = arrays
    np.testing.assert_array_equal(led_back_by_hand(there, Squares()).asnumpy(), np.full((2, 2), 2.0))
    with pytest.raises(MXNetError):
        here + there


def test_a_gluon_block_refuses_by_itself(two, arrays):
    here, _ = two
    with pytest.raises((MXNetError, RuntimeError), match="context"):
        block_on(here)(arrays[1])


def test_the_step_of_a_parameter_is_refused_where_its_rate_is_elsewhere(arrays):
    """The course's own mistake: an array for lr, made without a context."""
    w = arrays[1]
    recorded(w).backward()
    with pytest.raises(MXNetError, match="Operator broadcast_mul"):
        w -= nd.array([0.5]) * w.grad
    w -= 0.5 * w.grad
    np.testing.assert_array_equal(w.asnumpy(), np.zeros((2, 2)))


def test_the_sentence_is_mxnets_own_and_a_second_line_helps():
    with strict_devices(), pytest.raises(MXNetError) as caught:
        nd.dot(nd.ones((2, 2), ctx=HERE), nd.ones((2, 2), ctx=THERE))
    assert str(caught.value).splitlines() == [
        "Operator dot require all inputs live on the same context. But the first argument is on cpu(0) while the 2-th "
        "argument is on cpu(1)",
        ADVICE,
    ]


def test_the_words_are_in_mxnets_library():
    """They are copied from it, so they have to be there."""
    library = np.memmap(_LIB._name, np.uint8, "r").tobytes()
    for words in (
        b" require all inputs live on the same context. ",
        b"But the first argument is on ",
        b"-th argument is on ",
    ):
        assert words in library


def test_without_strictness_mxnet_mixes_its_cpus():
    """The reason for this module: should MXNet ever refuse by itself, it is no longer needed."""
    here, there = nd.ones((2, 2), ctx=HERE), nd.ones((2, 2), ctx=THERE)
    assert (here + there).shape == (2, 2)


def functions() -> list[object]:
    return [*(getattr(_LIB, name) for name in GUARDED), autograd.Function._bwd_functype]


def test_everything_is_as_before_after_the_block_even_after_an_exception():
    here, there = nd.ones((2, 2), ctx=HERE), nd.ones((2, 2), ctx=THERE)
    before = functions()
    with strict_devices():
        assert not any(now is then for now, then in zip(functions(), before, strict=True))
    assert functions() == before
    with pytest.raises(ZeroDivisionError), strict_devices():
        raise ZeroDivisionError
    assert functions() == before
    with pytest.raises(MXNetError), strict_devices():
        here + there
    assert (here + there).shape == (2, 2)


def test_blocks_may_be_nested():
    here, there = nd.ones((2, 2), ctx=HERE), nd.ones((2, 2), ctx=THERE)
    before = functions()
    with strict_devices():
        with strict_devices(), pytest.raises(MXNetError):
            here + there
        with pytest.raises(MXNetError):
            here + there
    assert functions() == before


def test_gradients_are_taken_on_the_device_of_their_arrays(two, arrays):
    there = arrays[1]
    there.attach_grad()
    with autograd.record():
        loss = (there * there).sum()
    loss.backward()
    there[:] = there - 0.5 * there.grad
    assert there.context == two[1]
    np.testing.assert_array_equal(there.asnumpy(), np.zeros((2, 2)))


def test_a_notebook_has_it_from_the_grader():
    """Loaded when it is first asked for: the command line, which imports the package too, must start at once."""
    script = "import sys, grader; assert 'mxnet' not in sys.modules; print(grader.strict_devices.__module__)"
    asked = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "grader.devices"
