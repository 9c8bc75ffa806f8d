"""What is true of epoch_loss(means, sizes): every example counts once, in whatever batch it was."""

from __future__ import annotations

from grader import expect
from grader.checks.exercises.cases import MeansCase, batch_means
from grader.checks.exercises.misconceptions.epoch_loss import MISCONCEPTIONS, mean_loss
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.subject import Subject


@claim(
    points=2,
    given=batch_means(),
    hint="Ten examples with a mean of 1 and one example with 12 have a mean of 2. What does a mean times its size say?",
)
def epoch_loss_counts_every_example_once(subject: Subject, case: MeansCase) -> None:
    """epoch_loss(means, sizes) is the mean over all examples: a small batch has less of a say than a large one."""
    script = Script("epoch_loss", about=case)
    made = script.call("epoch_loss", list(case.means), list(case.sizes))
    script.name(loss=made)
    found = expect.number(subject.play(script)[made], "The result of epoch_loss")
    wanted = mean_loss(case)
    if not abs(found - wanted) <= 1e-9 * max(wanted, 1.0):
        raise Refuted(
            "This is not the mean loss of the examples.", got=expect.show(found), expected=expect.show(wanted)
        )


PART = part("epoch_loss", ("epoch_loss",), globals(), MISCONCEPTIONS)
