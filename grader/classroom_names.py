"""The two names by which a grader and a kernel it has started understand each other."""

PART_MIME = "application/vnd.linreg-grader.part+json"
"""Where a grade cell's output carries the whole record, for those who read notebooks by program."""
SEED_VARIABLE = "GRADER_SEED"
"""The environment variable that holds the seed of the checks."""
