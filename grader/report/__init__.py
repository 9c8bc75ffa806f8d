"""Results as people read them: text for terminals, HTML for notebooks and feedback pages.

Every report tells a failure in one order: claim, smallest failing example, got, expected, likely mistake, hint.
"""
