"""What is seen of grading a class while it goes on, and what came of it.

    graded       every check could be run, whatever it found
    partial      graded, but something could not be run: an answer is missing, took too long or ended its process
    ungradable   no score; the reason follows at the end

On a terminal there is a bar with the rate and the time that remains; elsewhere there is a line for each submission.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich import progress as bars
from rich.console import Console

from grader.intake import shown
from grader.nbgrader_autograde import Unfit
from grader.records import Record
from grader.results import printable


class Progress:
    """Told of every submission once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: tuple[bars.Progress, bars.TaskID] | None = None
        self._total = self._graded = self._partial = self._current = 0
        self._began = time.monotonic()
        self.unfit: list[Unfit] = []

    @contextmanager
    def of(self, total: int) -> Iterator[None]:
        """While submissions, so many in all, are being graded."""
        self._total, self._began = total, time.monotonic()
        if not self._console.is_terminal:
            yield
            return
        columns = (
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TextColumn("{task.fields[counts]}"),
            bars.TextColumn("{task.fields[pace]}"),
        )
        with bars.Progress(*columns, console=self._console) as bar:
            self._bar = bar, bar.add_task("", total=total, counts="starting", pace="")
            yield
        self._bar = None

    def graded(self, record: Record, *, anew: bool = True) -> None:
        """anew: false for one that was up to date."""
        self._graded += not record.partial
        self._partial += record.partial
        self._current += not anew
        if anew:
            self._say(f"{shown(record.student)}: {'partial' if record.partial else 'graded'}")
        else:
            self._draw()

    def ungradable(self, unfit: Unfit) -> None:
        self.unfit.append(unfit)
        self._say(f"{shown(unfit.student)}: ungradable")

    def note(self, line: str) -> None:
        """Something to be told at once that is about no submission."""
        self._console.print(printable(line), markup=False, highlight=False, soft_wrap=True, emoji=False)

    @property
    def _done(self) -> int:
        return self._graded + self._partial + len(self.unfit)

    @property
    def _counts(self) -> str:
        return f"{self._graded} graded, {self._partial} partial, {len(self.unfit)} ungradable"

    def _rate(self) -> float:
        """Submissions a second, those that were up to date left out."""
        return (self._done - self._current) / max(time.monotonic() - self._began, 1e-9)

    def _say(self, line: str) -> None:
        if self._bar is None:
            self._console.print(
                f"{self._done}/{self._total}  {line}", markup=False, highlight=False, soft_wrap=True, emoji=False
            )
        self._draw()

    def _draw(self) -> None:
        if self._bar is None:
            return
        bar, task = self._bar
        rate = self._rate()
        pace = f"{rate:.2f} a second, {clock((self._total - self._done) / rate)} left" if rate else ""
        bar.update(task, completed=self._done, counts=self._counts, pace=pace)

    def so_far(self) -> str:
        """For a run that ends before its time: what it has done; nothing if it has done nothing."""
        if not self._done:
            return ""
        return f"{self._done} of {self._total} submissions are done, and the next run goes on from there."

    def summary(self) -> str:
        """What came of it all, in lines: the numbers, and who could not be graded."""
        seconds = time.monotonic() - self._began
        lines = [
            f"{self._done} submissions: {self._counts}. {self._current} were up to date. "
            f"{clock(seconds)}, {self._rate():.2f} a second."
        ]
        if self.unfit:
            lines.append("These could not be graded, have no score and wait for a person:")
            unfit = sorted(self.unfit, key=lambda unfit: unfit.student)
            lines += [f"  {shown(one.student)}: {one.reason}" for one in unfit]
        return "\n".join(lines)


def clock(seconds: float) -> str:
    """`0:07`, `12:34`, `1:00:00`."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
