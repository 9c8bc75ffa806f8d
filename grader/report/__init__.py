"""Results as people read them: text for terminals, HTML for notebooks and feedback pages; and as platforms do.

Every report tells a failure in one order: claim, smallest failing example, got, expected, likely mistake, hint. All of
them are made from the same `Result`, with the words of `grader.report.text`. None but `grader check`'s own text and
JSON names the seed: the one a course grades with is a secret, and students see the others.
"""
