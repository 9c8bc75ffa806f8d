"""The grader of a course on linear regression from scratch in MXNet.

A notebook needs two names from here, `check` and `when_ready`. They are loaded when first used: the command line
imports this package too and must start at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.classroom import check, when_ready

__all__ = ["check", "when_ready"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from grader import classroom

        return getattr(classroom, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
