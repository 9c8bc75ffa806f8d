"""What the trusted side and a worker say to each other.

A frame is a length (4 bytes, little-endian) and that many bytes of MessagePack, decoded strictly into the types below
and nothing else. Arrays travel as dtype, shape and raw bytes. There is one outstanding request; its reply carries its
number. Every read and every write has a deadline and a largest size. What a worker says is a claim about its own
return values, so forging a frame gains nothing; a frame that breaks the rules ends the session.

    ChannelProblem
    ├── DeadlineExceeded   the other side was silent, or did not read, for too long
    ├── PeerClosed         the other side has gone
    └── ProtocolViolation  it sent something that is not a reply
"""

from __future__ import annotations

import math
import select
import socket
import struct
import time
from functools import cache
from typing import Any, Final, get_origin

import msgspec
import numpy as np

from grader import play
from grader.subject import Batches, Called, Gradients, Step, Training

DTYPES: Final = frozenset(
    {"bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64"}
)
MAX_DIMENSIONS: Final = 8
MAX_LENGTH: Final = 2**31 - 1
MAX_FRAME: Final = 256 * 2**20
"""What the untrusted side accepts from the trusted one; the other direction has `Limits.reply_bytes`."""


class ChannelProblem(Exception):
    """The other side cannot be talked to any more."""


class DeadlineExceeded(ChannelProblem):
    """No answer in time."""


class PeerClosed(ChannelProblem):
    """The other side has closed the channel, or ended."""


class ProtocolViolation(ChannelProblem):
    """Something came that is not a reply."""


# Requests, one type for each method of the door and one for a notebook cell.


class RunCell(msgspec.Struct, frozen=True, tag=True):
    """Run the source of a code cell. Reply: `CellOutputs`."""

    source: str


class Reseed(msgspec.Struct, frozen=True, tag=True):
    seed: int


class CallRequest(msgspec.Struct, frozen=True, tag=True):
    name: str
    arrays: tuple[np.ndarray, ...]  # type: ignore[type-arg]
    dtype: str
    device: str
    strict: bool


class GradientsRequest(msgspec.Struct, frozen=True, tag=True):
    name: str
    arrays: tuple[np.ndarray, ...]  # type: ignore[type-arg]
    head: np.ndarray  # type: ignore[type-arg]
    dtype: str
    device: str
    strict: bool


class BatchesRequest(msgspec.Struct, frozen=True, tag=True):
    features: np.ndarray  # type: ignore[type-arg]
    labels: np.ndarray  # type: ignore[type-arg]
    batch_size: int
    passes: int
    limit: int
    dtype: str
    device: str
    strict: bool


class StepRequest(msgspec.Struct, frozen=True, tag=True):
    params: tuple[np.ndarray, ...]  # type: ignore[type-arg]
    grads: tuple[np.ndarray, ...]  # type: ignore[type-arg]
    lr: float
    batch_size: int
    dtype: str
    device: str
    strict: bool


class TrainRequest(msgspec.Struct, frozen=True, tag=True):
    features: np.ndarray  # type: ignore[type-arg]
    labels: np.ndarray  # type: ignore[type-arg]
    w: np.ndarray  # type: ignore[type-arg]
    b: np.ndarray  # type: ignore[type-arg]
    lr: float
    num_epochs: int
    batch_size: int


class PlayRequest(msgspec.Struct, frozen=True, tag=True):
    """Carry out the steps of a `grader.play.Script`. Reply: `Played`."""

    function: str
    steps: tuple[play.Step, ...]
    strict: bool


class Probe(msgspec.Struct, frozen=True, tag=True):
    """Try every forbidden act (see `canary`). Reply: `ProbeResult`."""

    host_file: str
    port: int
    victim: int


Request = (
    Probe
    | RunCell
    | Reseed
    | CallRequest
    | GradientsRequest
    | BatchesRequest
    | StepRequest
    | TrainRequest
    | PlayRequest
)


class Numbered(msgspec.Struct, frozen=True):
    """A request with the number that its reply must carry."""

    id: int
    request: Request


# Replies.


class CellOutputs(msgspec.Struct, frozen=True, tag=True):
    """A cell's outputs as the JSON of a list of nbformat outputs, and how many bytes of output were left out."""

    outputs: str
    omitted: int = 0


class ProbeResult(msgspec.Struct, frozen=True, tag=True):
    """The forbidden acts that were not refused."""

    committed: tuple[str, ...]


class Done(msgspec.Struct, frozen=True, tag=True):
    pass


class MissingFault(msgspec.Struct, frozen=True, tag=True):
    name: str
    found: str | None


class StubFault(msgspec.Struct, frozen=True, tag=True):
    name: str


class RaisedFault(msgspec.Struct, frozen=True, tag=True):
    name: str
    type_name: str
    message: str
    line: int | None
    source: str


class TimeFault(msgspec.Struct, frozen=True, tag=True):
    name: str
    seconds: float


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """The worker could not serve the request at all, a value of an unsupported kind for instance."""

    message: str


Reply = (
    CellOutputs
    | Done
    | ProbeResult
    | Called
    | Gradients
    | Batches
    | Step
    | Training
    | play.Played
    | MissingFault
    | StubFault
    | RaisedFault
    | TimeFault
    | Refusal
)


class NumberedReply(msgspec.Struct, frozen=True):
    id: int
    reply: Reply


class Ready(msgspec.Struct, frozen=True):
    """The first frame of a worker: the layers it has put on, or what went wrong before any student code ran."""

    layers: tuple[str, ...]
    problem: str = ""


def encode(message: object) -> bytes:
    """Raises: TypeError for a value that has no place in a frame."""
    return _encoder.encode(message)


# A notebook's checks send some six thousand arrays, most of a few numbers: what is said of a dtype is looked up.
_NATIVE = {name: np.dtype(name) for name in DTYPES}
_NAMES = {dtype: name for name, dtype in _NATIVE.items()}
_LITTLE_ENDIAN = {name: dtype.newbyteorder("<") for name, dtype in _NATIVE.items()}


def _pack(value: object) -> Any:
    if isinstance(value, np.ndarray):
        name = _NAMES.get(value.dtype)
        if name is None:
            raise TypeError(f"arrays of dtype {value.dtype} cannot be sent")
        return [name, value.shape, value.astype(_LITTLE_ENDIAN[name], copy=False).tobytes()]
    raise TypeError(f"a {type(value).__name__} cannot be sent")


@cache
def _stands_for_an_array(kind: Any) -> bool:
    return kind is np.ndarray or get_origin(kind) is np.ndarray


def _unpack(kind: Any, value: Any) -> Any:
    if not _stands_for_an_array(kind):
        raise NotImplementedError(f"no such type in a frame: {kind}")
    match value:
        case [str(name), list(shape), bytes(data)] if name in DTYPES and len(shape) <= MAX_DIMENSIONS:
            pass
        case _:
            raise ValueError("not an array")
    for length in shape:
        if type(length) is not int or not 0 <= length <= MAX_LENGTH:
            raise ValueError("not a shape")
    dtype = _LITTLE_ENDIAN[name]
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError("an array's bytes do not fit its shape")
    return np.frombuffer(data, dtype).astype(_NATIVE[name]).reshape(shape)


_encoder = msgspec.msgpack.Encoder(enc_hook=_pack)
_requests = msgspec.msgpack.Decoder(Numbered, dec_hook=_unpack)
_replies = msgspec.msgpack.Decoder(NumberedReply, dec_hook=_unpack)
_ready = msgspec.msgpack.Decoder(Ready)


def decode_request(data: bytes) -> Numbered:
    """For the worker: the trusted side is believed, so a bad frame is a bug and raises msgspec's own error."""
    return _requests.decode(data)


def decode_reply(data: bytes) -> NumberedReply:
    """Raises: ProtocolViolation."""
    return _strictly(_replies, data)  # type: ignore[no-any-return]


def decode_ready(data: bytes) -> Ready:
    """Raises: ProtocolViolation."""
    return _strictly(_ready, data)  # type: ignore[no-any-return]


def _strictly(decoder: msgspec.msgpack.Decoder[Any], data: bytes) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise ProtocolViolation(f"not a reply: {type(error).__name__}") from None


def send_frame(channel: socket.socket, data: bytes, deadline: float | None) -> None:
    """Send a frame before the deadline (a value of `time.monotonic()`; None waits for ever).

    A peer that never reads must not block the sender. Raises: DeadlineExceeded, PeerClosed.
    """
    left = memoryview(struct.pack("<I", len(data)) + data)
    while left:
        try:
            sent = channel.send(left[: 2**18], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:
            _wait(channel, deadline, writing=True)
            continue
        except OSError:
            raise PeerClosed from None
        left = left[sent:]


def receive_frame(channel: socket.socket, deadline: float | None, largest: int) -> bytes:
    """Receive a frame of at most `largest` bytes before the deadline.

    Raises: DeadlineExceeded, PeerClosed, ProtocolViolation for a frame that announces more.
    """
    (size,) = struct.unpack("<I", _receive(channel, 4, deadline))
    if size > largest:
        raise ProtocolViolation(f"a reply of {size} bytes; at most {largest} are accepted")
    return _receive(channel, size, deadline)


def _receive(channel: socket.socket, size: int, deadline: float | None) -> bytes:
    data = bytearray()
    at_once = 0 if deadline is None else socket.MSG_DONTWAIT
    while len(data) < size:
        try:
            piece = channel.recv(min(size - len(data), 2**18), at_once)
        except BlockingIOError:
            _wait(channel, deadline, writing=False)
            continue
        except OSError:
            raise PeerClosed from None
        if not piece:
            raise PeerClosed
        data += piece
        if deadline is not None and time.monotonic() > deadline:  # a frame that trickles in must not take for ever
            raise DeadlineExceeded
    return bytes(data)


def _wait(channel: socket.socket, deadline: float | None, *, writing: bool) -> None:
    """Wait until something can be written or read. Raises: DeadlineExceeded."""
    left = None if deadline is None else (deadline - time.monotonic()) * 1000
    poller = select.poll()  # poll, not select: file descriptors may lie above 1023
    poller.register(channel, select.POLLOUT if writing else select.POLLIN)
    if (left is not None and left <= 0) or not poller.poll(left):
        raise DeadlineExceeded
