"""An assignment's frame: the instructor's notebook, and the notebooks for nbgrader that are made in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat import NotebookNode

if TYPE_CHECKING:
    from grader.grading import Assignment
    from grader.notebook import Assembled

NOT_GRADED = "not-graded"
"""The id of the one cell of a notebook that says why there is no other."""
REMARKS = "remarks"
"""The id of the cell that says what was done to a submission in order to grade it."""


def has_role(cell: NotebookNode) -> bool:
    """Whether nbgrader keeps a cell in its gradebook."""
    return bool(roles_of(cell))


def roles_of(cell: NotebookNode) -> set[str]:
    marks = cell.metadata.get("nbgrader", {})
    return {role for role in ("grade", "solution", "locked", "task") if marks.get(role)}


def as_assignment(name: str, frame: NotebookNode) -> Assignment:
    """What a notebook of this frame is graded against: the kit's parts that have their check in it."""
    from grader import checks
    from grader.grading import Assignment
    from grader.notebook import CHECK_PREFIX, read

    cells = tuple(read(nbformat.writes(frame).encode()))
    ids = {cell.grade_id for cell in cells}
    parts = (part for known in checks.assignments() for part in checks.parts(known))
    return Assignment(name, tuple(part for part in parts if CHECK_PREFIX + part.id in ids), cells)


def as_notebook(assembled: Assembled, frame: NotebookNode, notes: Sequence[str] = ()) -> NotebookNode:
    """An assembled submission as a notebook for nbgrader: its metadata are the instructor's, the notes come first."""
    marks = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in frame.cells if has_role(cell)}
    cells = [_remarks(notes)] if notes else []
    for number, cell in enumerate(assembled.cells, start=1):
        metadata = {"nbgrader": dict(marks[cell.grade_id])} if cell.grade_id in marks else {}
        # Not by nbformat's new_code_cell and its like, which validate every cell: the notebook is validated as a whole.
        made = {"id": f"cell-{number}", "cell_type": cell.type, "source": cell.source, "metadata": metadata}
        more: dict[str, Any] = {"execution_count": None, "outputs": []} if cell.type == "code" else {}
        cells.append(nbformat.from_dict(made | more))
    return nbformat.v4.new_notebook(metadata=frame.metadata, cells=cells)


def not_graded(frame: NotebookNode, reason: str) -> NotebookNode:
    """What stands in the place of a submission that could not be graded."""
    return nbformat.v4.new_notebook(metadata=frame.metadata, cells=[_sorry(reason)])


def as_text(notebook: NotebookNode) -> str:
    """A notebook as its file says it."""
    return str(nbformat.writes(notebook)) + "\n"


def as_markdown(text: str) -> str:
    """Text that a page made from Markdown shows as it is: no markup, no formula, no tag, whoever chose its words."""
    plain = (
        " ".join(text.split()).replace("$", "\N{FULLWIDTH DOLLAR SIGN}").replace("\\", "\N{FULLWIDTH REVERSE SOLIDUS}")
    )
    return "".join(f"&#{ord(character)};" if character in '<>&"*_`[]{}#|~:' else character for character in plain)


def _remarks(notes: Sequence[str]) -> NotebookNode:
    listed = "\n".join(f"- {as_markdown(note)}" for note in notes)
    return nbformat.v4.new_markdown_cell(f"**Remarks of the grader**\n\n{listed}", id=REMARKS)


def _sorry(reason: str) -> NotebookNode:
    paragraphs = (
        "## Not graded yet",
        "\n".join(f"{as_markdown(line)}\n" for line in reason.splitlines()),
        "This is not a mark.",
    )
    return nbformat.v4.new_markdown_cell("\n\n".join(paragraphs), id=NOT_GRADED)
