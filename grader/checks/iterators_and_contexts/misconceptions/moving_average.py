from grader.diagnosis import Misconception

MISCONCEPTIONS: tuple[Misconception, ...] = ()
