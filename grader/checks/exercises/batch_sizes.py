"""What is true of batch_sizes(num_examples, batch_size, num_epochs, last): three ways to end a pass."""

from __future__ import annotations

from grader import expect
from grader.checks.exercises.cases import PassesCase, passes
from grader.checks.exercises.misconceptions.batch_sizes import MISCONCEPTIONS, sizes
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.subject import Subject


def _expect_sizes(subject: Subject, case: PassesCase) -> None:
    script = Script("batch_sizes", about=case)
    made = script.call("batch_sizes", case.num_examples, case.batch_size, case.num_epochs, case.last)
    script.name(sizes=made)
    listed = expect.items(subject.play(script)[made], "The result of batch_sizes")
    found = [[expect.number(size, "A size") for size in expect.items(one, "What stands for a pass")] for one in listed]
    wanted = sizes(case)
    if found != wanted:
        raise Refuted(
            "These are not the sizes of the batches.",
            got=str([[int(size) if size == int(size) else size for size in one] for one in found]),
            expected=str(wanted),
        )


@claim(
    points=1,
    given=passes("keep"),
    first=(PassesCase(7, 3, 2, "keep"),),
    hint="7 examples in batches of 3: two full ones, and what is left. And 6 examples?",
)
def batch_sizes_keeps_the_short_batch(subject: Subject, case: PassesCase) -> None:
    """With "keep", every pass has full batches and, if any examples are left, a smaller one of them."""
    _expect_sizes(subject, case)


@claim(
    points=1,
    given=passes("discard"),
    first=(PassesCase(7, 3, 2, "discard"),),
    hint="7 examples in batches of 3: two full ones, in every pass. When there are fewer examples than a batch takes?",
)
def batch_sizes_discards_the_rest(subject: Subject, case: PassesCase) -> None:
    """With "discard", every pass has full batches only, and what is left is lost for that pass."""
    _expect_sizes(subject, case)


@claim(
    points=2,
    given=passes("rollover"),
    first=(PassesCase(7, 3, 3, "rollover"),),
    hint="7 examples in batches of 3: one waits. The next pass deals out 8, and 2 wait; the third deals out 9.",
)
def batch_sizes_rolls_the_rest_over(subject: Subject, case: PassesCase) -> None:
    """With "rollover", what is left of a pass waits and is dealt out first in the next one."""
    _expect_sizes(subject, case)


PART = part("batch_sizes", ("batch_sizes",), globals(), MISCONCEPTIONS)
