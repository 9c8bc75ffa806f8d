"""How much of everything one submission may use. One table, each row with its reason."""

from __future__ import annotations

import msgspec

from grader.subject import CALL_SECONDS

MiB = 2**20


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one child. Sizes in bytes, times in seconds."""

    # A solved notebook with its plots takes 1.5 s of CPU, its checks 3 s; slow right answers ten times that.
    cpu_seconds: int = 120
    # MXNet, matplotlib and IPython have mapped 2.1 GiB before any student code runs; this leaves about 2 GiB to it.
    address_space: int = 4096 * MiB
    # A figure saved to disk has some 100 KiB. SIGXFSZ is ignored, so that a larger file is an OSError.
    file_size: int = 16 * MiB
    # All of a submission's files together, where the scratch folder is a file system of its own.
    scratch_size: int = 64 * MiB
    # Files and folders in it, looked at ten times a second: each costs the system memory that no other limit counts,
    # and the next submission the time to remove it. Saved figures and parameters are a handful.
    scratch_files: int = 4000
    # The channel, three standard files, and what student code opens.
    open_files: int = 64
    # The interpreter's recursion limit is reached long before.
    stack: int = 64 * MiB
    # Threads, on top of what the same user runs already. One computes; student code may start a few.
    processes: int = 256
    # One notebook cell, by the clock: the slowest of the course, three trainings, takes 1 s, on a busy machine 10.
    cell_seconds: float = 60.0
    # One request of a check, in CPU time, and six times that by the clock: right answers need up to 3 s.
    call_seconds: float = CALL_SECONDS
    # All cells and calls of a submission together, run again where need be: a function that sleeps costs no CPU time.
    total_seconds: float = 600.0
    # From fork to the first answer; 20 ms on an idle machine, more when every core is busy.
    start_seconds: float = 60.0
    # Everything a notebook prints and draws; the course's own has 300 KiB.
    output_bytes: int = 4 * MiB
    # One reply: a cell's outputs, or the batches of the largest training problem, 200 KiB. Decoded, it takes tens of
    # times as much.
    reply_bytes: int = 8 * MiB


DEFAULT = Limits()
