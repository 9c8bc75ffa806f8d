"""What the driver and a grading process say to each other, as frames of MessagePack (`grader.sandbox.protocol`).

A process says `Up` or `Down` once. From then on all `Work` is answered by `Done`, by `Fault`, or by `Unable`, after
which the process ends.
"""

from __future__ import annotations

import socket

import msgspec

from grader.execution import Executed, Handed
from grader.sandbox import protocol

LARGEST = protocol.MAX_FRAME
"""Bytes of one message: more than any notebook with its outputs has."""


class Job(msgspec.Struct, frozen=True, tag=True):
    """A notebook to be run, and the seed of its checks."""

    notebook: bytes
    seed: int


class Up(msgspec.Struct, frozen=True, tag=True):
    """Ready, at this level of isolation."""

    isolation: str


class Down(msgspec.Struct, frozen=True, tag=True):
    """Student code cannot be shut in here, and why."""

    problem: str


class Done(msgspec.Struct, frozen=True, tag=True):
    executed: Executed


class Fault(msgspec.Struct, frozen=True, tag=True):
    """This notebook could not be graded, for a fault of ours."""

    problem: str


class Unable(msgspec.Struct, frozen=True, tag=True):
    """No notebook can be graded here any more, and why."""

    problem: str


Message = Up | Down | Done | Fault | Unable
Work = Job | Handed

_encoder = msgspec.msgpack.Encoder()
_work: msgspec.msgpack.Decoder[Work] = msgspec.msgpack.Decoder(Work)
_messages: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)


def encode(message: Work | Message) -> bytes:
    return _encoder.encode(message)


def decode_work(data: bytes) -> Work:
    """Raises: grader.sandbox.protocol.ProtocolViolation."""
    try:
        return _work.decode(data)
    except msgspec.DecodeError:
        raise protocol.ProtocolViolation("no work") from None


def decode_message(data: bytes) -> Message:
    """Raises: grader.sandbox.protocol.ProtocolViolation."""
    try:
        return _messages.decode(data)
    except msgspec.DecodeError:
        raise protocol.ProtocolViolation("no message") from None


def send(channel: socket.socket, message: Work | Message, deadline: float | None = None) -> None:
    """Raises: grader.sandbox.protocol.ChannelProblem."""
    protocol.send_frame(channel, encode(message), deadline)


def receive_work(channel: socket.socket) -> Work:
    """Wait for work as long as it takes. Raises: grader.sandbox.protocol.ChannelProblem."""
    return decode_work(protocol.receive_frame(channel, None, LARGEST))


def receive_message(channel: socket.socket, deadline: float) -> Message:
    """Raises: grader.sandbox.protocol.ChannelProblem."""
    return decode_message(protocol.receive_frame(channel, deadline, LARGEST))
