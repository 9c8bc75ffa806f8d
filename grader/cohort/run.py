"""The driver: everybody who has handed in is skipped, graded or set aside, and nobody is left out without a word.

It is nbgrader's Autograde, as `nbgrader autograde` of this kit is (`grader.nbgrader_autograde`), with the difference
that notebooks run in other processes, several at a time. Where the course has only steps that need no course, they are
carried out there as well (`grader.passes`), and what they say is recorded here; they are the same steps, so scores,
comments and feedback are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from grader.cohort.messages import Done, Fault, Job, Work
from grader.cohort.pool import Pool, Task
from grader.execution import Executed, Handed
from grader.nbgrader_autograde import SealedAutograde, Taken, Unfit, told
from grader.sandbox.problems import SandboxProblem

if TYPE_CHECKING:
    from grader.cohort.cluster import ClusterPool
    from grader.cohort.progress import Progress


MOST_TOGETHER = 32
"""Submissions in one transaction: a formgrader that wants to write waits for it."""


class CohortAutograde(SealedAutograde):
    """`SealedAutograde` with many processes, and what is up to date skipped.

    jobs: how many processes. cluster: grades in the place of processes of this machine. progress: is told of every
    submission. `start` raises NbGraderException where the whole class cannot be graded; whoever by themselves could
    not be is `progress`'s to know.
    """

    jobs: int = 1
    cluster: ClusterPool | None = None
    progress: Progress

    def convert_notebooks(self) -> None:
        if self.sealed is None:
            self._fail("nbgrader_config.py has no grader.nbgrader_plugin.SealedExecute to run notebooks with.")
        self._seed = self.sealed.seed
        with self.grading(), self.progress.of(len(self.submitters)):
            plan = self._steps.planned(self._frame, self._gradebook.outline)
            self._plan = plan.packed() if plan is not None and self.pre_convert_hook is None else None
            waiting = self._waiting()
            first = self._enough_for_everybody(waiting)
            if not first:
                return
            fit = sum(isinstance(one, Taken) for one in first)
            try:
                with self.cluster or Pool(max(fit, 1)) as pool:
                    pool.await_one()  # until a sandbox has proved itself nobody's marks are touched
                    for some in pool.together(self._tasks(chain(first, waiting))):
                        self._record(some)
            except SandboxProblem as problem:
                self._fail(str(problem))

    def _waiting(self) -> Iterator[Taken | Unfit]:
        """Those about whom something has to be done."""
        for student in self.submitters:
            taken = self.take(student)
            if isinstance(taken, Unfit):
                if taken.slip is None or self.was_set_aside(taken):
                    self.progress.ungradable(taken)
                else:
                    yield taken
                continue
            record = None if self.force else self.is_current(taken)
            if record is None:
                yield taken
            else:
                self.progress.graded(record, anew=False)

    def _enough_for_everybody(self, waiting: Iterator[Taken | Unfit]) -> list[Taken | Unfit]:
        """The first of them, with as many to be graded as there may be processes, if there are so many."""
        first: list[Taken | Unfit] = []
        fit = 0
        while fit < self.jobs and (one := next(waiting, None)) is not None:
            first.append(one)
            fit += isinstance(one, Taken)
        return first

    def _tasks(self, everybody: Iterator[Taken | Unfit]) -> Iterator[Task[Taken]]:
        for one in everybody:
            if isinstance(one, Unfit):
                self.set_aside(one)
                self.progress.ungradable(one)
                continue
            try:
                work = self.work(one)
            except (OSError, SQLAlchemyError):
                raise
            except Exception as error:
                self._failed(one, told(error))
            else:
                yield Task(one, work)

    def work(self, taken: Taken) -> Work:
        """What a grading process is to do: all of it, or only what this process must not."""
        if self._plan is None:
            return Job(self.prepare(taken), self._seed)
        return Handed(self._plan, taken.accepted.cells, taken.accepted.notes, self._seed)

    def _record(self, outcomes: Sequence[tuple[Task[Taken], Done | Fault]]) -> None:
        """Record what is there. While one thing is recorded others come in, and go to the disk together.

        A disk takes about as long for a transaction as all the rest for a submission.
        """
        graded = []
        for task, outcome in outcomes:
            if isinstance(outcome, Fault):
                self._failed(task.taken, outcome.problem)
            else:
                graded.append((task.taken, outcome.executed))
        for start in range(0, len(graded), MOST_TOGETHER):
            self._finish(graded[start : start + MOST_TOGETHER])

    def _finish(self, graded: Sequence[tuple[Taken, Executed]]) -> None:
        try:
            records = self.finish(graded)
        except (OSError, SQLAlchemyError):
            raise
        except Exception as error:
            if len(graded) == 1:
                self._failed(graded[0][0], told(error))
                return
            self._gradebook.drop()
            for one in graded:  # to see which of them it is, and to record the others
                self._finish([one])
        else:
            for record in records:
                assert record is not None  # there is one wherever the sandbox runs notebooks
                self.progress.graded(record)

    def _failed(self, taken: Taken, problem: str) -> None:
        self.progress.ungradable(self.could_not_grade(taken, problem))
