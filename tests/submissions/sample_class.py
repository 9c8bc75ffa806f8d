"""The class of `grader demo`: who hands in what, and the points that each part must earn by the mark sheet."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from grader import checks

ASSIGNMENT = "linreg_scratch"
PARTS = checks.parts(ASSIGNMENT)

# Student, and the right submissions they handed in; the rest of their notebook is the reference.
RIGHT = {
    "ada": ("all_four_as_short_as_possible",),
    "blaise": ("data_iter_takes_each_batch", "sgd_assigns_to_a_slice"),
    "carl": ("data_iter_indexes_in_numpy", "squared_loss_squares_then_halves"),
    "dorothy": ("data_iter_wraps_a_dataloader",),
    "emmy": ("data_iter_is_a_class", "sgd_uses_the_update_operator"),
    "florence": ("all_four_with_prints_and_checks",),
    "grace": ("all_four_with_keyword_arguments",),
    "hypatia": ("linreg_uses_a_fully_connected_operator", "squared_loss_expands_flat_labels"),
}
# Student, and the functions they did not get round to.
HALF_RIGHT = {
    "isaac": ("sgd",),
    "joan": ("squared_loss", "sgd"),
    "kurt": ("data_iter",),
    "leonhard": ("linreg", "squared_loss", "sgd"),
}
# Student, and their one mistake.
WRONG = {
    "maria": "sgd_forgets_batch_size",
    "niels": "squared_loss_broadcasts_to_a_square",
    "olga": "data_iter_drops_the_last_batch",
    "paul": "sgd_rebinds_the_name",
    "quentin": "linreg_forgets_the_bias",
    "rosalind": "data_iter_shuffles_once",
    "sofia": "squared_loss_forgets_the_half",
    "thomas": "data_iter_leaves_its_index_on_the_cpu",
    "ursula": "linreg_detaches_everything",
    "vera": "data_iter_draws_with_replacement",
    "walter": "squared_loss_takes_the_mean",
    "xenia": "data_iter_shuffles_labels_separately",
    "yves": "sgd_climbs",
    "zeno": "data_iter_never_ends",
}
# Student, and an attack on the grader in place of their sgd, which deserves nothing; the rest is the reference.
HOSTILE = {
    "chuck": "redefines_check",
    "craig": "reads_the_reference",
    "mallory": "prints_a_score",
    "oscar": "raises_html",
    "sybil": "ends_the_process",
    "trudy": "forges_frames_with_another_number",
}
# Students who handed in the notebook as they got it.
EMPTY = ("alice", "bob")
FUNCTIONS = ("data_iter", "linreg", "squared_loss", "sgd")
NOTEBOOK = "linreg_scratch.ipynb"


def _truncate(folder: Path) -> None:
    notebook = folder / NOTEBOOK
    notebook.write_bytes(notebook.read_bytes()[:5000])


def _link(folder: Path) -> None:
    (folder / NOTEBOOK).unlink()
    (folder / NOTEBOOK).symlink_to(folder.parents[1] / "ada" / "linreg_scratch" / NOTEBOOK)


def _rename(folder: Path) -> None:
    (folder / NOTEBOOK).rename(folder / "Untitled (2).ipynb")
    (folder / "numpy.py").write_text("raise SystemExit\n", encoding="utf-8")


# Student, what became of their solved notebook on its way here, how, and whether it can be graded all the same.
BROKEN = {
    "pat": ("half of the file is missing", _truncate, False),
    "ted": ("a link to ada's notebook", _link, False),
    "wendy": ("right, but renamed, and numpy.py beside it", _rename, True),
}


def students() -> list[dict[str, Any]]:
    """One record for each student, as `grader.demo.Student` takes them."""
    mark_sheet = runpy.run_path(str(Path(__file__).with_name("expected.py")))["WRONG"]
    found = [
        _student(id, "right: " + ", ".join(map(_words, files)), tuple(f"right/{file}.py" for file in files))
        for id, files in RIGHT.items()
    ]
    found += [_student(id, f"no time for {', '.join(left)}", unsolved=left) for id, left in HALF_RIGHT.items()]
    found += [
        _student(id, "wrong: " + _words(file), (f"wrong/{file}.py",), lost=frozenset(mark_sheet[file]))
        for id, file in WRONG.items()
    ]
    for id, file in HOSTILE.items():
        student = _student(id, "hostile: " + _words(file), (f"hostile/{file}.py",))
        found.append({**student, "expected": student["expected"] | {"sgd": 0}})
    found += [_student(id, "handed in nothing", unsolved=FUNCTIONS) for id in EMPTY]
    for id, (story, breaks, gradable) in BROKEN.items():
        student = _student(id, story)
        found.append({**student, "breaks": breaks, "expected": student["expected"] if gradable else None})
    return found


def _student(
    id: str,
    story: str,
    files: tuple[str, ...] = (),
    *,
    unsolved: tuple[str, ...] = (),
    lost: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    def score(part: checks.PartSpec) -> int:
        if set(part.functions) & set(unsolved):
            return 0
        return sum(check.points for check in part.checks if check.id not in lost)

    expected = {part.id: score(part) for part in PARTS}
    if sum(expected[part.id] < part.max_score for part in PARTS if len(part.functions) == 1) == 1:
        # One wrong function is paid for once: in training, the course's own version stands in for it.
        expected |= {part.id: part.max_score for part in PARTS if part.stand_in is not None}
    return {
        "id": id,
        "story": story,
        "files": files,
        "unsolved": unsolved,
        "expected": expected,
    }


def _words(file: str) -> str:
    return file.replace("_", " ").replace("data iter", "data_iter").replace("squared loss", "squared_loss")
