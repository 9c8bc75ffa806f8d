"""What crosses the wall: typed, bounded, in time, or not at all."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
import tracemalloc

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import play, things
from grader.sandbox import protocol
from grader.sandbox.protocol import DeadlineExceeded, NumberedReply, PeerClosed, ProtocolViolation
from grader.subject import Batch, Batches, Called, Epoch, Gradients, NotAnArray, Step, Tensor, Training

FUZZ_EXAMPLES = int(os.environ.get("GRADER_FUZZ_EXAMPLES", "0"))
"""How many examples `make fuzz` asks for, drawn from a seed of its own; a few hundred, always the same, otherwise."""
MANY = settings(max_examples=FUZZ_EXAMPLES or 200, deadline=None, database=None, derandomize=not FUZZ_EXAMPLES)
A = np.array([[1.5, np.nan], [-np.inf, -0.0]])
EMPTY = np.zeros((0, 3), np.float32)
TENSOR = Tensor(A.astype(np.float32), "cpu(1)")

REQUESTS = (
    protocol.RunCell("print('ü')"),
    protocol.Reseed(2**31),
    protocol.CallRequest("linreg", (A, EMPTY), "float64", "cpu(1)", True),
    protocol.GradientsRequest("linreg", (A,), A, "float32", "cpu(1)", True),
    protocol.BatchesRequest(A, EMPTY, 2, 3, 9, "float32", "cpu(0)", False),
    protocol.StepRequest((A, EMPTY), (A, EMPTY), 0.1, 7, "float32", "cpu(0)", False),
    protocol.TrainRequest(A, A, A, EMPTY, 0.03, 3, 10),
    protocol.PlayRequest(
        "f",
        (
            play.Make(play.ItemsArg("list", (play.Nd(A, grad=True), things.Device("cpu(1)"), 1, 1.5, True, None, "a"))),
            play.Call("f", (play.Ref(0),), {"key": play.TableArg(("k",), (play.NumpyArg(EMPTY),))}),
            play.Each(play.Ref(1), 3, (play.Repeat(2, (play.Method(play.FunctionArg("f"), "g", (), {}),)),)),
        ),
        True,
    ),
    protocol.Probe("/tmp/x", 1, 2),
)
REPLIES = (
    protocol.CellOutputs("[]", 3),
    protocol.ProbeResult(("read",)),
    protocol.Done(),
    Called(TENSOR, (0, 2)),
    Called(NotAnArray("a list")),
    Gradients(TENSOR, (A, EMPTY)),
    Gradients(TENSOR, None, on_graph=False),
    Batches(((Batch((TENSOR, NotAnArray("None"))), Batch(None, "a list")), ()), (1,), True, "a problem"),
    Step((TENSOR,), (None, A), (0,), (1,)),
    Training((Epoch(((A, EMPTY),), A, EMPTY),), True, "a problem"),
    play.Played(
        (
            things.Iterated((things.Items("set", (TENSOR, things.Nothing(), things.Truth(True))),), True),
            things.Table((things.Text("k", 1), things.Device("cpu(0)")), (things.Number(2**60, "an integer"),)),
            things.Drawings(
                (
                    things.Drawing(
                        (things.Panel("", "", "", "log", "linear", (things.Curve(A[0], A[1]),), (), (), ("a",)),)
                    ),
                )
            ),
            things.Number(float("nan"), "a float"),
            things.NumpyArray(EMPTY),
            things.Stopped(),
            things.Unseen(),
        )
    ),
    protocol.MissingFault("sgd", None),
    protocol.StubFault("sgd"),
    protocol.RaisedFault("sgd", "ValueError", "no", None, "x = 1"),
    protocol.TimeFault("sgd", 1.5),
    protocol.Refusal("a set cannot be sent"),
)


def same(one: object, other: object) -> bool:
    """Equal to the bit: NaN and -0.0, dtypes and shapes included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, msgspec.Struct):
        return all(same(getattr(one, field), getattr(other, field)) for field in one.__struct_fields__)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    return repr(one) == repr(other)  # a NaN is not equal to itself


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda value: type(value).__name__)
def test_every_request_arrives_as_it_was_sent(request_):
    sent = protocol.Numbered(7, request_)
    assert same(protocol.decode_request(protocol.encode(sent)), sent)


@pytest.mark.parametrize("reply", REPLIES, ids=lambda value: type(value).__name__)
def test_every_reply_arrives_as_it_was_sent(reply):
    sent = NumberedReply(7, reply)
    assert same(protocol.decode_reply(protocol.encode(sent)), sent)


def test_every_type_of_request_and_reply_is_among_those_tried():
    assert {type(request) for request in REQUESTS} == set(protocol.Request.__args__)
    assert {type(reply) for reply in REPLIES} == set(protocol.Reply.__args__)


@pytest.mark.parametrize("dtype", sorted(protocol.DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (3, 2)])
def test_arrays_of_every_dtype_and_shape_survive(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    sent = NumberedReply(1, Called(Tensor(array, "cpu(0)")))
    assert same(protocol.decode_reply(protocol.encode(sent)), sent)


def test_arrays_that_are_not_contiguous_survive():
    for array in (np.arange(6.0).reshape(2, 3).T, np.arange(10.0)[::3]):
        decoded = protocol.decode_reply(protocol.encode(NumberedReply(1, Called(Tensor(array, "cpu(0)")))))
        np.testing.assert_array_equal(decoded.reply.value.values, array)


def test_what_has_no_place_in_a_frame_cannot_be_sent():
    for value in (np.array([{}]), np.array(["a"]), np.zeros(1, complex), object(), {1.5j}):
        with pytest.raises(TypeError):
            protocol.encode(NumberedReply(1, Called(Tensor(value, "cpu(0)"))))


def frame(array: object) -> bytes:
    """A `Called` whose array is encoded as we say."""
    value = {"type": "Tensor", "values": array, "device": "cpu(0)"}
    return msgspec.msgpack.encode({"id": 1, "reply": {"type": "Called", "value": value}})


def test_the_frames_that_are_tampered_with_below_are_good_ones_otherwise():
    assert protocol.decode_reply(frame(["float64", [1], b"\0" * 8])).reply.value.shape == (1,)


@pytest.mark.parametrize(
    "array",
    [
        ["object", [1], b"\0" * 8],
        ["<M8[s]", [1], b"\0" * 8],
        ["V8", [1], b"\0" * 8],
        ["f8,f8", [1], b"\0" * 16],
        ["float64", [2], b"\0" * 8],
        ["float64", [-1], b"\0" * 8],
        ["float64", [1.0], b"\0" * 8],
        ["float64", [True], b"\0" * 8],
        ["float64", [1] * 9, b"\0" * 8],
        ["float64", [2**32, 2**32], b""],
        ["float64", [0, 2**63], b""],
        ["float64", [0, 2**31], b""],
        ["float64", [2**64 - 1, 0], b""],
        ["float64", 1, b"\0" * 8],
        ["float64", [1], "text"],
        ["float64", [1]],
        ["float64", [1], b"\0" * 8, 1],
        {"dtype": "float64"},
        None,
        3,
    ],
    ids=str,
)
def test_an_array_that_is_none_breaks_the_protocol(array):
    with pytest.raises(ProtocolViolation):
        protocol.decode_reply(frame(array))


def test_frames_that_are_no_replies_break_the_protocol():
    deep = b"\x91" * 100_000
    request = protocol.encode(protocol.Numbered(1, protocol.RunCell("1")))
    unknown = msgspec.msgpack.encode({"id": 1, "reply": {"type": "Evil"}})
    surrogate = b"\x82\xa2id\x01\xa5reply\x82\xa4type\xa7Refusal\xa7message\xa3\xed\xa0\x80"
    for data in (b"", b"\xc1", deep, request, unknown, surrogate, b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"):
        with pytest.raises(ProtocolViolation):
            protocol.decode_reply(data)


def decoded_or_refused(data: bytes) -> None:
    with contextlib.suppress(ProtocolViolation):
        assert isinstance(protocol.decode_reply(data), NumberedReply)


@MANY
@given(st.binary(max_size=300))
def test_any_bytes_are_a_reply_or_a_violation(data):
    decoded_or_refused(data)
    with pytest.raises(ProtocolViolation):
        protocol.decode_ready(b"\xc1" + data)


@MANY
@given(st.sampled_from(REPLIES), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=4), st.data())
def test_a_reply_with_bytes_changed_dropped_or_added_is_a_reply_or_a_violation(reply, changes, data):
    mutated = bytearray(protocol.encode(NumberedReply(1, reply)))
    for where, value in changes:
        mutated[where % len(mutated)] = value
    start = data.draw(st.integers(0, len(mutated)))
    stop = data.draw(st.integers(start, len(mutated)))
    del mutated[start : min(stop, start + 3)]
    decoded_or_refused(bytes(mutated) + data.draw(st.binary(max_size=3)))


NUMBERS = st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats(), st.booleans(), st.none(), st.text(max_size=3))


@MANY
@given(st.lists(NUMBERS, max_size=10), st.binary(max_size=32), st.sampled_from([*sorted(protocol.DTYPES), "object"]))
def test_any_shape_at_all_is_a_reply_or_a_violation(shape, data, dtype):
    decoded_or_refused(frame([dtype, shape, data]))


def test_announcing_a_lot_takes_no_memory():
    bombs = (
        b"\xdd\xff\xff\xff\xff",  # four thousand million items
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",  # as many bytes
        frame(["float64", [2**31 - 1, 2**31 - 1], b""]),
        frame(["float64", [0, 2**31 - 1], b""]),
    )
    tracemalloc.start()
    try:
        for bomb in bombs:
            decoded_or_refused(bomb)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


# frames on a channel


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def soon(seconds: float = 0.2) -> float:
    return time.monotonic() + seconds


def test_frames_cross_a_channel_whole_and_in_order(pair):
    ours, theirs = pair
    sent = [b"", b"a", bytes(range(256)) * 8000]
    writer = threading.Thread(target=lambda: [protocol.send_frame(theirs, data, None) for data in sent])
    writer.start()
    assert [protocol.receive_frame(ours, soon(60), 2**22) for _ in sent] == sent
    writer.join()


def test_silence_and_slow_dripping_run_into_the_deadline(pair):
    ours, theirs = pair
    with pytest.raises(DeadlineExceeded):
        protocol.receive_frame(ours, soon(), 100)
    theirs.send(struct.pack("<I", 50) + b"half of i")
    with pytest.raises(DeadlineExceeded):
        protocol.receive_frame(ours, soon(), 100)
    stop = threading.Event()

    def drip() -> None:
        theirs.send(struct.pack("<I", 2**20))
        while not stop.wait(0.01):
            theirs.send(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with pytest.raises(DeadlineExceeded):  # every byte is progress, and none of it counts
            protocol.receive_frame(ours, soon(0.3), 2**21)
    finally:
        stop.set()
        dripping.join()


def test_a_peer_that_never_reads_runs_into_the_deadline(pair):
    ours, _ = pair
    with pytest.raises(DeadlineExceeded):
        protocol.send_frame(ours, b"x" * 2**24, soon())


def test_a_deadline_that_has_passed_is_one(pair):
    ours, theirs = pair
    protocol.send_frame(theirs, b"in time", None)
    with pytest.raises(DeadlineExceeded):
        protocol.receive_frame(ours, time.monotonic() - 1, 100)


@pytest.mark.parametrize("part", [b"", b"\x05\0", b"\x05\0\0\0abc"])
def test_a_channel_that_closes_half_way_is_closed(pair, part):
    ours, theirs = pair
    theirs.send(part)
    theirs.close()
    with pytest.raises(PeerClosed):
        protocol.receive_frame(ours, soon(60), 100)
    with pytest.raises(PeerClosed):
        protocol.send_frame(ours, b"x" * 2**22, soon(60))


def test_a_frame_that_announces_too_much_is_refused_before_it_is_read(pair):
    ours, theirs = pair
    for size in (101, 2**31, 2**32 - 1):
        theirs.send(struct.pack("<I", size))
        with pytest.raises(ProtocolViolation, match=f"{size} bytes; at most 100"):
            protocol.receive_frame(ours, soon(60), 100)
    protocol.send_frame(theirs, b"x" * 100, None)
    assert len(protocol.receive_frame(ours, soon(60), 100)) == 100
