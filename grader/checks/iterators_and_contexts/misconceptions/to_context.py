"""Mistakes in to_context(data, label, ctx)."""

from __future__ import annotations

from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, played, raises
from grader.subject import HOME, Tensor
from grader.things import Items, Nothing, Truth


def _pair(one: Observation) -> tuple[Tensor, Tensor] | None:
    match played(one, "pair"):
        case Items(items=(Tensor() as data, Tensor() as label)):
            return data, label
    return None


def _flat(one: Observation) -> Verdict:
    found = _pair(one)
    if found is None or one.script is None or one.script.about.labels.ndim != 1:
        return None
    return found[1].values.ndim == 1


def _moved(one: Observation) -> tuple[bool, bool] | None:
    """Whether data and label are where they should be; None where nothing tells."""
    found = _pair(one)
    return None if found is None else (found[0].device == one.device, found[1].device == one.device)


def _only_data(one: Observation) -> Verdict:
    moved = _moved(one)
    return None if moved is None or moved == (True, True) else moved == (True, False)


def _only_label(one: Observation) -> Verdict:
    moved = _moved(one)
    return None if moved is None or moved == (True, True) else moved == (False, True)


def _none(one: Observation) -> Verdict:
    """Told from the others by batches of which both parts have to move."""
    moved = _moved(one)
    if moved is None or moved == (True, True):
        return None
    return None if moved.count(False) == 1 and one.device != HOME and _mixed(one) else moved == (False, False)


def _mixed(one: Observation) -> bool:
    """Whether only one of data and label had to move."""
    devices = {getattr(getattr(step, "value", None), "device", None) for step in one.script.steps} if one.script else ()
    return len(set(devices) - {None}) == 2


def _copies(one: Observation) -> Verdict:
    """data is another array although it was in place, and nothing else is wrong with it."""
    if one.script is None or _pair(one) is None or _mixed(one):
        return None
    places = {getattr(getattr(step, "value", None), "device", None) for step in one.script.steps} - {None}
    if places != {one.device}:
        return None
    same = played(one, "same")
    return None if same is None else same == Truth(False)


def _float32(one: Observation) -> Verdict:
    found = _pair(one)
    if found is None or one.dtype != "float64":
        return None
    return any(array.dtype == "float32" for array in found)


def _nothing(one: Observation) -> Verdict:
    return None if one.script is None else isinstance(played(one, "pair"), Nothing)


MISCONCEPTIONS = (
    Misconception(
        "labels_left_flat",
        "The labels are still a plain list of numbers.",
        "Print label.shape: (m,). Predictions will have (m, 1).",
        _flat,
    ),
    Misconception(
        "labels_not_moved",
        "The labels stay where they are.",
        "Two arrays make a batch. How many of them do you move?",
        _only_data,
    ),
    Misconception(
        "data_not_moved",
        "data stays where it is.",
        "Two arrays make a batch. How many of them do you move?",
        _only_label,
    ),
    Misconception(
        "moved_array_dropped",
        "Neither array arrives on ctx.",
        "as_in_context does not change its array: it returns another one. What becomes of it?",
        _none,
    ),
    Misconception(
        "always_copied",
        "data is copied even where it is already.",
        "copyto, copy and nd.array always make a new array. What does as_in_context do when there is nothing to do?",
        _copies,
    ),
    Misconception(
        "always_float32",
        "Something becomes float32 whatever comes in.",
        "Which array is made, or cast, with a dtype of its own?",
        _float32,
    ),
    Misconception(
        "result_not_returned",
        "Nothing is returned.",
        "The moved arrays are new ones: the caller only gets them if you return them.",
        _nothing,
    ),
    Misconception(
        "numpy_has_no_context",
        "Something that is no NDArray is asked for its context.",
        "A numpy array lives on no context. Where did it come in?",
        raises("AttributeError: .*(?:context|as_in_context)"),
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
