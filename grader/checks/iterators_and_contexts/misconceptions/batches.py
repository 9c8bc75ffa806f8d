"""Mistakes in dealing out batches, which a loader and an iterator share. They are seen in the passes of a play."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from grader.checks.iterators_and_contexts.passes import as_arrays
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import Model, played
from grader.strategies import RowsCase
from grader.subject import HOME, Array, Raised, StudentFault, Tensor
from grader.things import Items, Iterated, Thing

Pass = list[tuple[Array, Array]]
ENOUGH = 6
"""Rows that do not come in a certain order by chance: once in 6! = 720 times, and there are many cases."""


def case_of(one: Observation) -> RowsCase | None:
    about = one.script.about if one.script is not None else None
    return about if isinstance(about, RowsCase) else None


def of_passes(test: Callable[[Pass, RowsCase], Verdict], name: str = "first") -> Model:
    """Said of the pass that a script calls so, if it is made of pairs of arrays."""

    def model(one: Observation) -> Verdict:
        case, found = case_of(one), as_arrays(played(one, name))
        return None if case is None or found is None else test(found, case)

    return model


def labels(found: Pass) -> list[float]:
    return [float(label) for _, y in found for label in y.reshape(-1)]


def _wanted(case: RowsCase) -> list[float]:
    return [float(label) for label in case.labels.reshape(-1)]


def _plain(case: RowsCase) -> bool:
    """Whether every row can be told by its label."""
    return len(set(_wanted(case))) == case.num_examples


def _column(found: Pass, case: RowsCase) -> Verdict:
    return None if not found or case.labels.ndim != 1 else all(y.ndim == 2 for _, y in found)


def _labels_apart(found: Pass, case: RowsCase) -> Verdict:
    """Features and labels are all there, and do not belong together."""
    if not _plain(case) or case.num_examples < ENOUGH:
        return None
    if sorted(labels(found)) != sorted(_wanted(case)):
        return False
    label_of = dict(zip((row.reshape(-1)[0] for row in case.features), _wanted(case), strict=True))
    firsts = [float(row.reshape(-1)[0]) for X, _ in found for row in X]
    if sorted(firsts) != sorted(label_of):
        return False
    return [label_of[first] for first in firsts] != labels(found)


def _last_dropped(found: Pass, case: RowsCase) -> Verdict:
    full, rest = divmod(case.num_examples, case.batch_size)
    sizes = [len(X) for X, _ in found]
    if not rest:
        return None if sizes == [case.batch_size] * full else False
    return sizes == [case.batch_size] * full


def _short_first(found: Pass, case: RowsCase) -> Verdict:
    full, rest = divmod(case.num_examples, case.batch_size)
    sizes = [len(X) for X, _ in found]
    if not rest or not full:
        return None
    return sizes == [rest] + [case.batch_size] * full


def _of_one(found: Pass, case: RowsCase) -> Verdict:
    return None if case.batch_size == 1 or case.num_examples < 2 else all(len(X) == 1 for X, _ in found)


def _in_order(found: Pass, case: RowsCase) -> Verdict:
    if not _plain(case) or case.num_examples < ENOUGH:
        return None
    return labels(found) == _wanted(case)


def _neighbours(found: Pass, case: RowsCase) -> Verdict:
    """Batches are runs of rows as they lie in the data, in another order."""
    if not _plain(case) or case.num_examples // case.batch_size < 3 or case.batch_size < 2:
        return None
    if all(len(X) == 1 for X, _ in found):
        return False
    place = {label: row for row, label in enumerate(_wanted(case))}
    numbers = [[place.get(label, -9) for label in y.reshape(-1).tolist()] for _, y in found]
    if [row for batch in numbers for row in batch] == list(range(case.num_examples)):
        return False
    return all(batch == list(range(batch[0], batch[0] + len(batch))) for batch in numbers if batch)


def _repeats(one: Observation) -> Verdict:
    """Two passes in the same order, which is not that of the data."""
    case, first, second = case_of(one), as_arrays(played(one, "first")), as_arrays(played(one, "second"))
    if case is None or first is None or second is None or case.num_examples < ENOUGH or not labels(first):
        return None
    if labels(first) == _wanted(case):
        return None
    return labels(first) == labels(second)


def _equal_rows(found: Pass, case: RowsCase) -> Verdict:
    wanted, came = Counter(_wanted(case)), Counter(labels(found))
    if len(wanted) == case.num_examples:
        return None if came == wanted else False
    return came == Counter(dict.fromkeys(wanted, 1))


def _seen(one: Observation) -> Thing | None:
    """The first pass, or what came of it after a first next()."""
    found = played(one, "first")
    return played(one, "others") if found is None else found


def _only_X(one: Observation) -> Verdict:
    case, found = case_of(one), _seen(one)
    if case is None or not isinstance(found, Iterated) or not found.items:
        return None
    return all(isinstance(item, Tensor) for item in found.items)


def _single_rows(one: Observation) -> Verdict:
    """Items are single rows with their labels as numbers: there are no batches."""
    case, found = case_of(one), played(one, "first")
    if case is None or not isinstance(found, Iterated) or not found.items:
        return None
    rows = [item.items for item in found.items if isinstance(item, Items) and len(item.items) == 2]
    return len(rows) == len(found.items) == case.num_examples and not any(isinstance(row[1], Tensor) for row in rows)


def _endless(one: Observation) -> Verdict:
    found = _seen(one)
    return None if case_of(one) is None or found is None else isinstance(found, Iterated) and found.endless


def _float32(one: Observation) -> Verdict:
    found = played(one, "first")
    if one.dtype != "float64" or not isinstance(found, Iterated):
        return None
    arrays = [array for item in found.items if isinstance(item, Items) for array in item.items]
    return any(isinstance(array, Tensor) and array.dtype == "float32" for array in arrays)


def _own_device(one: Observation) -> Verdict:
    if one.device == HOME:
        return False if isinstance(one.answer, StudentFault) else None
    return isinstance(one.answer, Raised) or None


COMMON = (
    Misconception(
        "labels_as_a_column",
        "The labels of a batch come as a column.",
        "Labels are handed out in the shape they have: print y.shape of a batch, and of the data.",
        of_passes(_column),
    ),
    Misconception(
        "shuffled_apart",
        "Features and labels are shuffled apart from each other.",
        "One order, drawn once, for both.",
        of_passes(_labels_apart),
    ),
    Misconception(
        "last_batch_dropped",
        "What does not fill a batch is left out.",
        "How many rows come when 5 are dealt out in twos?",
        of_passes(_last_dropped),
    ),
    Misconception(
        "short_batch_first",
        "The short batch comes first.",
        "A pass is full batches as long as there are enough rows. What is left over comes when?",
        of_passes(_short_first),
    ),
    Misconception(
        "batches_of_one",
        "Every batch has one row.",
        "Does batch_size reach whatever makes the batches?",
        of_passes(_of_one),
    ),
    Misconception(
        "not_shuffled",
        "The rows come in the order of the data.",
        "Who is told to shuffle, and when?",
        of_passes(_in_order),
    ),
    Misconception(
        "blocks_of_neighbours",
        "Rows that lie side by side stay together; only whole batches are mixed.",
        "What is shuffled: the row numbers, or groups of them?",
        of_passes(_neighbours),
    ),
    Misconception(
        "same_order_again",
        "A later pass has the order of the first.",
        "When is the order drawn: once, or for each pass?",
        _repeats,
    ),
    Misconception(
        "equal_rows_lost",
        "Rows that are equal to others are left out.",
        "Two examples with the same numbers are two examples. Does a set come in somewhere?",
        of_passes(_equal_rows),
    ),
    Misconception(
        "only_X",
        "A batch is only X.",
        "A batch needs its labels too: X and y, as a pair.",
        _only_X,
    ),
    Misconception(
        "single_rows",
        "There are no batches: single rows come, one after the other.",
        "A dataset knows rows. Who puts them together?",
        _single_rows,
    ),
    Misconception(
        "endless",
        "A pass does not end.",
        "What changes from batch to batch, and which condition ends it?",
        _endless,
    ),
    Misconception(
        "always_float32",
        "Batches are float32 whatever the data are.",
        "Which array is made, or cast, with a dtype of its own?",
        _float32,
    ),
    Misconception(
        "own_device",
        "Something is made on the default device instead of that of the data.",
        "An array of row numbers lives somewhere, too.",
        _own_device,
    ),
)
