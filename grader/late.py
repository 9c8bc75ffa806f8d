"""A penalty in points for each day that a submission is late, for nbgrader's step AssignLatePenalties.

In points, not as a share of the score: when the penalty is worked out, answers in words have not been marked yet.
"""

from __future__ import annotations

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, Integer

DAY = 24 * 60 * 60


class PointsPerDay(LateSubmissionPlugin):  # type: ignore[misc]
    """So many points for each day begun after the due date and the student's extension."""

    points = Float(4.0, min=0.0, help="The points that each day costs.").tag(config=True)
    grace_minutes = Integer(10, min=0, help="How many minutes nobody counts.").tag(config=True)
    most = Float(math.inf, min=0.0, help="The most that a submission can lose.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """The points to take off; nbgrader takes at most what there is. None where there is nothing to take."""
        if total_seconds_late <= 60 * self.grace_minutes:
            return None
        return float(min(self.most, self.points * math.ceil(total_seconds_late / DAY)))
