"""Grading processes on the workers of a Dask cluster, with the same interface as the local pool's.

The driver chooses the worker for each notebook itself, so it knows at any moment who has what. Every worker proves its
isolation before it is given a notebook (`grader.cohort.cluster_worker`); those that join later do so when they come.
A notebook whose worker is lost goes to another one, a few times; then it counts as one that cannot be graded. Only
plain bytes travel, and of the whole class only a few notebooks for each thread are under way.

Whatever the cluster has to say is put into one queue by the client's own thread; nothing else there is waited for.

Exceptions: `ClusterProblem`, a SandboxProblem.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import queue
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Any, TypeVar

import distributed
from tornado.ioloop import PeriodicCallback

from grader.cohort.messages import Done, Down, Fault, Message, Unable, Up, decode_message, encode
from grader.cohort.pool import Task
from grader.records import grader_digest
from grader.sandbox.problems import SandboxProblem
from grader.sandbox.protocol import ProtocolViolation

CONNECT_SECONDS = 5.0
"""For the scheduler to answer at all."""
LOOK_SECONDS = 1.0
"""Between two looks at which workers there are."""
SILENCE_SECONDS = 60.0
"""Without any word of the scheduler, which is asked at every look; then it counts as lost."""
ALONE_SECONDS = 60.0
"""For a first worker to come, or for another one after the last has gone."""
PER_THREAD = 2
"""Notebooks under way for each thread of a worker: the one that it runs, and one so that it need not wait for us."""
ENOUGH_TOGETHER = 32
"""Results that are told even though some worker has room: where they come as fast as tasks go, some always has."""
MOST_LOSSES = 3
"""Workers that may be lost while they have the same notebook."""

T = TypeVar("T")


class ClusterProblem(SandboxProblem):
    """The cluster cannot be used, or not any more; the message says why, in sentences."""


@dataclass(eq=False)
class _Errand:
    """A task, and how many workers were lost while they had it."""

    task: Task[Any]
    losses: int = 0


@dataclass(eq=False)
class _Flight:
    """Something that a worker has been asked for. errand: None where it is to prove itself. dropped: not any more."""

    errand: _Errand | None
    future: Any
    dropped: bool = False

    @property
    def suspect(self) -> bool:
        return self.errand is not None and self.errand.losses > 0


@dataclass(eq=False)
class _Host:
    """A worker. isolation: empty until it has proved itself. flights: the oldest first, which it runs in this order.

    change: the number of its last one.
    """

    address: str
    threads: int
    isolation: str = ""
    refused: bool = False
    flights: list[_Flight] = field(default_factory=list)
    change: int = 0

    @property
    def load(self) -> float:
        return len(self.flights) / self.threads


@dataclass
class _Seen:
    """The workers that there are, with the numbers of their threads."""

    threads: dict[str, int]


@dataclass
class _Answer:
    host: _Host
    flight: _Flight
    reply: bytes


@dataclass
class _Failure:
    """Dask could not run what it was given. lost: whether that was for the loss of a worker."""

    host: _Host
    flight: _Flight
    problem: str
    lost: bool


@dataclass
class _Gone:
    """The scheduler has gone, or has dropped what it had of ours."""

    problem: str


async def _greet(address: str) -> None:
    """Find out whether a scheduler is there: a client would wait for ever for the answer of some other programs."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS), distributed.rpc(address) as there:
            kind = (await there.identity())["type"]
    except TimeoutError:
        raise ValueError(f"no answer within {CONNECT_SECONDS:g} s") from None
    if kind != "Scheduler":
        raise ValueError(f"a {kind.lower()} does, which is none")


@cache
def _there(function: str) -> Callable[..., bytes]:
    """A function of `grader.cohort.cluster_worker`, to be found by the worker.

    A worker that cannot read what it is asked for ends; so it is sent code that anybody can read, in the place of a
    name that only those know who have the kit.
    """

    def call(*arguments: bytes) -> bytes:
        from grader.cohort import cluster_worker

        reply: bytes = getattr(cluster_worker, function)(*arguments)
        return reply

    return call


class ClusterPool:
    """The workers of a cluster. A context manager: leaving it, as `close`, drops what they still have.

    address: the scheduler's. say: is told who cannot grade and why, and who is lost.

    Raises: ClusterProblem if there is no scheduler.
    """

    def __init__(self, address: str, say: Callable[[str], object]) -> None:
        self._address, self._say = address, say
        self._digest = grader_digest()
        self._hosts: dict[str, _Host] = {}
        # Those with room, the least busy first; also as they were before they changed, which is found out on the way.
        self._room: list[tuple[float, int, _Host]] = []
        self._changes = itertools.count()
        self._ready: deque[_Errand] = deque()
        self._suspects: deque[_Errand] = deque()
        self._finished: list[tuple[Task[Any], Done | Fault]] = []
        self._news: queue.SimpleQueue[_Seen | _Answer | _Failure | _Gone] = queue.SimpleQueue()
        self._over = ""
        self._last_refusal = ""
        self._alone_since = time.monotonic()
        try:
            asyncio.run(_greet(address))
            self._client = distributed.Client(
                address, timeout=CONNECT_SECONDS, set_as_default=False, name="grader", direct_to_workers=False
            )
        except Exception as error:  # of many kinds: no such host, no such port, another program, no address at all
            why = " ".join(str(error).split()) or type(error).__name__
            raise ClusterProblem(f"No Dask scheduler answers at {address}: {why.rstrip('.')}.") from None
        self._loop = self._client.loop
        self._looked = False
        self._looks = PeriodicCallback(self._look, LOOK_SECONDS * 1000)
        self._loop.add_callback(self._look)
        self._loop.add_callback(self._looks.start)

    def __enter__(self) -> ClusterPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop what the workers have, and leave the cluster as it was."""
        if self._client.status == "closed":
            return
        for host in self._hosts.values():
            self._drop(host)
        self._loop.add_callback(self._looks.stop)
        with suppress(Exception):  # nothing that goes wrong here could cost anything
            self._client.close(timeout=CONNECT_SECONDS)

    def await_one(self) -> str:
        """Wait until one worker has proved itself; its level of isolation. Raises: ClusterProblem if none can."""
        while True:
            for host in self._hosts.values():
                if host.isolation:
                    return host.isolation
            self._hear()
            if self._over:
                raise ClusterProblem(self._over)

    def run(self, tasks: Iterator[Task[T]]) -> Iterator[tuple[Task[T], Done | Fault]]:
        """What becomes of each task, as it is known. Raises: as `together`."""
        for some in self.together(tasks):
            yield from some

    def together(self, tasks: Iterator[Task[T]]) -> Iterator[list[tuple[Task[T], Done | Fault]]]:
        """What becomes of each task, as it is known: whatever has become known since last time.

        Tasks are asked for as there is room for them on the workers, and that before anything is told: workers go on
        meanwhile, and more becomes known that can be recorded together.

        Raises: ClusterProblem when no worker can be had any more.
        """
        more = True
        while True:
            self._hear_what_is_there()
            host = self._with_room()
            busy = host is None or not (self._ready or more)
            if self._finished and (busy or self._over or len(self._finished) >= ENOUGH_TOGETHER):
                finished, self._finished = self._finished, []
                yield finished
                continue
            if self._over:
                raise ClusterProblem(self._over)
            if host is not None and self._ready:
                self._send(host, self._ready.popleft())
            elif host is not None and more:
                task = next(tasks, None)
                more = task is not None
                if task is not None:
                    self._ready.append(_Errand(task))
            elif self._suspects and (idle := self._idle()) is not None:
                self._send(idle, self._suspects.popleft())
            elif (
                self._ready
                or self._suspects
                or more
                or any(flight.errand for host in self._hosts.values() for flight in host.flights)
            ):
                self._hear()
            elif not self._finished:
                return

    def _with_room(self) -> _Host | None:
        """The worker with the least to do among those that have room; of several, the one that has for longest."""
        while self._room:
            if self._still_true(self._room[0]):
                return self._room[0][2]
            heapq.heappop(self._room)
        return None

    def _still_true(self, entry: tuple[float, int, _Host]) -> bool:
        _, change, host = entry
        return change == host.change and self._has_room(host)

    def _has_room(self, host: _Host) -> bool:
        return (
            bool(host.isolation)
            and not host.refused
            and host.load < PER_THREAD
            and self._hosts.get(host.address) is host
            and not any(flight.suspect for flight in host.flights)
        )

    def _changed(self, host: _Host) -> None:
        """Something about a worker is different: what it has to do, or whether it can do anything."""
        host.change = next(self._changes)
        if self._has_room(host):
            heapq.heappush(self._room, (host.load, host.change, host))
        if len(self._room) > 2 * len(self._hosts):
            # Where some worker is always idle those that are not true any more never come to the top.
            self._room = [*filter(self._still_true, self._room)]
            heapq.heapify(self._room)

    def _idle(self) -> _Host | None:
        """A worker for a notebook that must have no company: if that worker is lost as well, it is no coincidence."""
        return next((host for host in self._hosts.values() if not host.flights and self._has_room(host)), None)

    def _send(self, host: _Host, errand: _Errand) -> None:
        self._ask(host, errand, "grade", encode(errand.task.job))

    def _ask(self, host: _Host, errand: _Errand | None, function: str, *arguments: bytes) -> None:
        future = self._client.submit(
            _there(function), *arguments, self._digest, workers=[host.address], allow_other_workers=False, pure=False
        )
        flight = _Flight(errand, future)
        host.flights.append(flight)
        self._changed(host)
        self._loop.add_callback(self._fetch, host, flight)

    # What the client's own thread does

    async def _look(self) -> None:
        if self._looked:  # the driver is busy, and has not heard of the last look yet
            return
        self._looked = True
        try:
            self._news.put(_Seen(dict(await self._client.nthreads())))
        except (Exception, asyncio.CancelledError) as error:  # the latter when the client closes by itself
            self._news.put(_Gone(str(error) or type(error).__name__))

    async def _fetch(self, host: _Host, flight: _Flight) -> None:
        try:
            reply = await self._client.gather(flight.future, asynchronous=True)
            self._news.put(_Answer(host, flight, reply))
        except (asyncio.CancelledError, distributed.CancelledError, OSError) as error:
            # Whatever is not dropped nobody but the scheduler cancels, and results come by way of it.
            if not flight.dropped:
                self._news.put(_Gone(getattr(error, "reason", None) or str(error) or type(error).__name__))
        except Exception as error:
            problem = f"{type(error).__name__}: {' '.join(str(error).split())}"
            self._news.put(_Failure(host, flight, problem, isinstance(error, distributed.KilledWorker)))

    # What the driver makes of it

    def _hear_what_is_there(self) -> None:
        while not self._over:
            try:
                self._take(self._news.get_nowait())
            except queue.Empty:
                return

    def _hear(self) -> None:
        """Wait until there is news, which there is at every look."""
        try:
            self._take(self._news.get(timeout=SILENCE_SECONDS))
        except queue.Empty:
            self._take(_Gone("it has fallen silent"))

    def _take(self, news: _Seen | _Answer | _Failure | _Gone) -> None:
        match news:
            case _Gone(problem):
                why = " ".join(problem.split()).rstrip(".")
                self._over = f"The Dask scheduler at {self._address} is gone, or has dropped our work ({why})."
            case _Seen(threads):
                self._looked = False
                self._meet({address: number for address, number in threads.items() if number > 0})
            case _Answer(flight=flight) | _Failure(flight=flight) if flight.dropped:
                pass
            case _Answer(host, flight, reply):
                host.flights.remove(flight)
                self._answered(host, flight.errand, reply)
                self._changed(host)
            case _Failure(host, flight, problem, lost):
                host.flights.remove(flight)
                if not lost:
                    self._refuse(host, problem)
                if flight.errand is not None:
                    self._lost(flight.errand)
                self._changed(host)

    def _meet(self, threads: dict[str, int]) -> None:
        for host in [host for host in self._hosts.values() if host.address not in threads]:
            self._part_from(host)
        for address in threads.keys() - self._hosts.keys():
            self._hosts[address] = host = _Host(address, threads[address])
            self._ask(host, None, "prove")
        if not self._hosts:
            if time.monotonic() - self._alone_since > ALONE_SECONDS:
                refused = f" The last that could not grade: {self._last_refusal}" if self._last_refusal else ""
                self._over = f"The Dask cluster at {self._address} has no workers.{refused}"
            return
        self._alone_since = time.monotonic()
        if all(host.refused and not host.flights for host in self._hosts.values()):
            self._over = f"No worker of the Dask cluster at {self._address} can grade. {self._last_refusal}"

    def _part_from(self, host: _Host) -> None:
        """A worker is gone. What it had not finished may be why; what it had finished and we had not fetched is not."""
        del self._hosts[host.address]
        flights = [flight for flight in host.flights if flight.errand is not None]
        finished = [flight for flight in flights if flight.future.status == "finished"]
        self._drop(host)
        if host.isolation:
            self._say(f"The worker {host.address} is gone; {len(flights)} notebooks that it had go to others.")
        for flight in flights:
            assert flight.errand is not None  # or it had not been among them
            if flight in finished:
                self._ready.append(flight.errand)
            else:
                self._lost(flight.errand)

    def _drop(self, host: _Host) -> None:
        for flight in host.flights:
            flight.dropped = True
            flight.future.release()
        host.flights.clear()

    def _answered(self, host: _Host, errand: _Errand | None, reply: bytes) -> None:
        message: Message
        try:
            message = decode_message(reply)
        except ProtocolViolation:
            message = Unable("It gave an answer that is none.")
        match message:
            case Up(isolation):
                host.isolation = isolation
            case Done() | Fault() if errand is not None:
                self._finished.append((errand.task, message))
                return
            case Down(problem) | Unable(problem):
                self._refuse(host, problem)
            case _:
                self._refuse(host, "It spoke out of turn.")
        if errand is not None:
            self._lost(errand)

    def _refuse(self, host: _Host, problem: str) -> None:
        if not host.refused:
            host.refused = True
            self._last_refusal = f"{host.address}: {problem}"
            self._say(f"The worker {host.address} is given nothing to grade: {problem}")

    def _lost(self, errand: _Errand) -> None:
        """A notebook's worker is gone, or could not go on with it. From now on it has a worker to itself."""
        errand.losses += 1
        if errand.losses < MOST_LOSSES:
            self._suspects.append(errand)
        else:
            self._finished.append((errand.task, Fault(f"{MOST_LOSSES} workers in a row were lost with it.")))
