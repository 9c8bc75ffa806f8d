"""The strict device mode refuses what a machine with a GPU refuses, and nothing else."""

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd, nd
from mxnet.base import MXNetError
from mxnet.ndarray import register

from grader.devices import strict_devices

HERE, THERE = mx.cpu(0), mx.cpu(1)


def arrays() -> tuple[nd.NDArray, nd.NDArray]:
    return nd.ones((2, 2), ctx=HERE), nd.ones((2, 2), ctx=THERE)


def assign(target: nd.NDArray, key: object, value: object) -> nd.NDArray:
    target[key] = value
    return target


MIXING = {
    "+": lambda here, there: here + there,
    "-": lambda here, there: there - here,
    "*": lambda here, there: here * there,
    "/": lambda here, there: here / there,
    "**": lambda here, there: here**there,
    "==": lambda here, there: here == there,
    "+=": lambda here, there: here.__iadd__(there),
    "-=": lambda here, there: there.__isub__(here),
    "dot": lambda here, there: nd.dot(here, there),
    "take": lambda here, there: there.take(nd.array([0, 1], ctx=HERE)),
    "out=": lambda here, there: nd.exp(here, out=there),
    "out= of two": lambda here, there: nd.elemwise_add(here, here, out=there),
    "concat": lambda here, there: nd.concat(here, there, dim=0),
    "stack": lambda here, there: nd.stack(here, there),
    "add_n": lambda here, there: nd.add_n(here, here, there),
    "where": lambda here, there: nd.where(here, here, there),
    "maximum": lambda here, there: nd.maximum(here, there),
    "reshape_like": lambda here, there: here.reshape_like(there),
    "sgd_update": lambda here, there: nd.sgd_update(here, there, lr=0.1, out=here),
}

APART = {
    "one array": lambda here, there: there * 2 + nd.exp(there),
    "numbers": lambda here, there: 1 - there,
    "both here": lambda here, there: nd.dot(here, here),
    "out= there": lambda here, there: nd.exp(there, out=there),
    "as_in_context": lambda here, there: here.as_in_context(THERE) + there,
    "copyto an array": lambda here, there: here.copyto(there) + there,
    "copyto a device": lambda here, there: here.copyto(THERE) + there,
    "nd.array": lambda here, there: nd.array(here, ctx=THERE) + there,
    "numpy": lambda here, there: nd.array(here.asnumpy(), ctx=THERE) + there,
    "x[:] =": lambda here, there: assign(there, slice(None), here),
    "x[1:] =": lambda here, there: assign(there, slice(1, None), here[1:]),
    "x[0] =": lambda here, there: assign(there, 0, here[1]),
    "x[:] = numpy": lambda here, there: assign(there, slice(None), np.ones((2, 2))),
    "x[list]": lambda here, there: there[[1, 0]] + there,
    "shuffle": lambda here, there: nd.random.shuffle(there),
}


@pytest.mark.parametrize("mix", MIXING.values(), ids=MIXING.keys())
def test_mixing_devices_is_refused_with_both_named(mix):
    here, there = arrays()
    with strict_devices(), pytest.raises(MXNetError, match="live on the same context") as caught:
        mix(here, there)
    assert str(HERE) in str(caught.value)
    assert str(THERE) in str(caught.value)
    assert str(caught.value).startswith("Operator ")


@pytest.mark.parametrize("keep_apart", APART.values(), ids=APART.keys())
def test_copies_and_work_on_one_device_are_allowed(keep_apart):
    here, there = arrays()
    with strict_devices():
        np.asarray(keep_apart(here, there).asnumpy())


def test_the_operator_and_the_argument_are_named():
    here, there = arrays()
    with strict_devices(), pytest.raises(MXNetError) as caught:
        nd.dot(here, there)
    assert str(caught.value) == (
        "Operator dot requires all inputs to live on the same context, but the first argument is on cpu(0) while "
        "argument 2 is on cpu(1)"
    )


def test_without_strictness_mxnet_mixes_its_cpus():
    """The reason for this module: should MXNet ever refuse by itself, it is no longer needed."""
    here, there = arrays()
    assert (here + there).shape == (2, 2)


def test_everything_is_as_before_after_the_block_even_after_an_exception():
    here, there = arrays()
    before = register._imperative_invoke
    with strict_devices():
        assert register._imperative_invoke is not before
    assert register._imperative_invoke is before
    with pytest.raises(ZeroDivisionError), strict_devices():
        raise ZeroDivisionError
    assert register._imperative_invoke is before
    with pytest.raises(MXNetError), strict_devices():
        here + there
    assert (here + there).shape == (2, 2)


def test_blocks_may_be_nested():
    here, there = arrays()
    before = register._imperative_invoke
    with strict_devices():
        with strict_devices(), pytest.raises(MXNetError):
            here + there
        with pytest.raises(MXNetError):
            here + there
    assert register._imperative_invoke is before


def test_gradients_are_taken_on_the_device_of_their_arrays():
    _, there = arrays()
    there.attach_grad()
    with strict_devices():
        with autograd.record():
            loss = (there * there).sum()
        loss.backward()
        there[:] = there - 0.5 * there.grad
    assert there.context == THERE
    np.testing.assert_array_equal(there.asnumpy(), np.zeros((2, 2)))
