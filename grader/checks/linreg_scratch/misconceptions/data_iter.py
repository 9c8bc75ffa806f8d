"""Mistakes in data_iter(batch_size, features, labels).

The order is random, so a model looks at structure: which rows came, in which batches, next to which labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import (
    WRONG_ARGUMENTS,
    Model,
    becomes_float32,
    leaves_the_device,
    overwrites,
    raises,
    tensors,
    writes_into,
)
from grader.subject import HOME, Array, Batches, NotAnArray, StudentFault, Tensor

FEW = 4
"""Rows whose order says little: any order may come about by chance."""
MANY = 8
"""Rows that no longer come in a given order by chance (1 in 40 320)."""
VERY_MANY = 40
"""Rows that never fall into the right batches by chance."""


@dataclass(frozen=True)
class Pass:
    """One pass, in row numbers: those of the features and those of the labels, batch by batch (-1: no such row)."""

    count: int
    batch_size: int
    xs: list[list[int]]
    ys: list[list[int]]

    @property
    def order(self) -> list[int]:
        return [row for batch in self.xs for row in batch]

    @property
    def label_order(self) -> list[int]:
        return [row for batch in self.ys for row in batch]

    @property
    def sizes(self) -> list[int]:
        return [len(batch) for batch in self.xs]

    @property
    def ascending(self) -> bool:
        """Whether rows came in the order given, each at most once and none that is not in the data."""
        return -1 not in self.order and all(second > first for first, second in pairwise(self.order))

    @property
    def complete(self) -> bool:
        """Whether every row came once."""
        return sorted(self.order) == list(range(self.count))

    def sizes_of(self, size: int) -> list[int]:
        """The sizes of batches of `size` rows, a shorter one last."""
        full, rest = divmod(self.count, size)
        return [size] * full + [rest] * bool(rest)


def _row_numbers(array: Array) -> dict[tuple[float, ...], int]:
    return {tuple(row): i for i, row in enumerate(array.astype(np.float32).reshape(len(array), -1).tolist())}


@lru_cache(maxsize=512)  # every model asks, of all that was observed
def passes(one: Observation) -> list[Pass] | None:
    """The passes of an answer; None where rows cannot be told apart, or what came are not pairs of arrays."""
    if not isinstance(one.answer, Batches) or one.answer.problem or one.answer.endless or one.device != HOME:
        return None
    features, labels = one.inputs
    known = _row_numbers(features), _row_numbers(labels)
    if any(len(rows) < len(features) for rows in known):
        return None
    found = []
    for batches in one.answer.passes:
        sides: tuple[list[list[int]], list[list[int]]] = ([], [])
        for batch in batches:
            if batch.pair is None:
                return None
            for side, rows, array, tensor in zip(sides, known, one.inputs, batch.pair, strict=True):
                per_row = int(np.prod(array.shape[1:]))
                if not isinstance(tensor, Tensor) or tensor.values.size % per_row:
                    return None
                given = tensor.values.astype(np.float32).reshape(-1, per_row).tolist()
                side.append([rows.get(tuple(row), -1) for row in given])
        found.append(Pass(len(features), one.batch_size, *sides))
    return found


def _every(judge: Callable[[Pass], Verdict]) -> Model:
    """A mistake that shows in each pass by itself: False if any pass contradicts it, True if any shows it."""

    def model(one: Observation) -> Verdict:
        found = passes(one)
        if found is None:
            return None
        verdicts = {judge(single) for single in found}
        return False if False in verdicts else True if True in verdicts else None

    return model


def _not_shuffled(single: Pass) -> Verdict:
    if not single.ascending or single.label_order != single.order:
        return False
    return None if len(single.order) < FEW else True


def _same_order(one: Observation) -> Verdict:
    found = passes(one)
    if found is None or len(found) < 2 or found[0].count < FEW or not all(single.complete for single in found):
        return None
    if found[0].ascending:
        return False
    return all(first.order == second.order for first, second in pairwise(found))


def _some_orders_repeated(one: Observation) -> Verdict:
    found = passes(one)
    if found is None or len(found) < 3 or found[0].count < MANY or not all(single.complete for single in found):
        return None
    orders = [tuple(single.order) for single in found]
    return 1 < len(set(orders)) < len(orders)


def _off_by_a_constant(single: Pass) -> bool:
    """Whether every label belongs to the row so many further on than the one it came with."""
    off = {(y - x) % single.count for x, y in zip(single.order, single.label_order, strict=True)}
    return len(off) == 1 and off != {0}


def _wrong_within_batches(single: Pass) -> bool:
    """Whether every batch has the labels of its rows, but not at their rows."""
    several = [(xs, ys) for xs, ys in zip(single.xs, single.ys, strict=True) if 1 < len(xs) < single.count]
    return bool(several) and all(sorted(xs) == sorted(ys) for xs, ys in several)


def _labels_off(single: Pass) -> Verdict:
    if not single.complete or len(single.label_order) != single.count:
        return False
    if single.count < FEW:
        return None
    return _off_by_a_constant(single)


def _labels_mixed_within_batches(single: Pass) -> Verdict:
    if not single.complete or [len(ys) for ys in single.ys] != single.sizes:
        return False
    if single.label_order == single.order:
        return None if max(single.sizes) < FEW else False
    return all(sorted(xs) == sorted(ys) for xs, ys in zip(single.xs, single.ys, strict=True))


def _mismatched(features_ascending: bool, labels_ascending: bool) -> Callable[[Pass], Verdict]:
    """Features and labels of different rows side by side; which of the two are still in their first order."""

    def judge(single: Pass) -> Verdict:
        xs, ys = single.order, single.label_order
        if sorted(xs) != sorted(ys) or -1 in xs:
            return False
        if xs == ys:
            return None if single.count < MANY else False
        if _off_by_a_constant(single) or _wrong_within_batches(single):
            # Picked together, and then brought out of step; or so by chance, where there are few rows.
            return False if single.count >= VERY_MANY else None
        as_described = (xs == sorted(xs)) is features_ascending and (ys == sorted(ys)) is labels_ascending
        return as_described if single.count >= MANY else None

    return judge


def _last_dropped(single: Pass) -> Verdict:
    left = single.count % single.batch_size
    rows = single.order
    if len(set(rows)) < len(rows) or -1 in rows:
        return False
    return len(rows) == single.count - left and (None if not left else True)


def _filled_up(single: Pass) -> Verdict:
    left = single.count % single.batch_size
    rows = single.order
    if not left:
        return None if sorted(rows) == list(range(single.count)) else False
    return (
        len(rows) == single.count + single.batch_size - left
        and sorted(rows[: single.count]) == list(range(single.count))
        and -1 not in rows
    )


def _with_replacement(single: Pass) -> Verdict:
    rows = single.order
    if len(rows) != single.count or -1 in rows:
        return False
    if len(set(rows)) == len(rows):
        return None if single.count < MANY else False
    # The same few rows all the time are no draw: 2 of 12 come about once in 30 million times.
    return len(set(rows)) > single.count // 6


def _drawn_anew(single: Pass) -> Verdict:
    if len(single.order) != single.count or -1 in single.order:
        return False
    if any(len(set(batch)) < len(batch) for batch in single.xs):
        return False
    if len(set(single.order)) < single.count:
        return True
    return False if single.count >= VERY_MANY and len(single.xs) > 2 else None


def _one_row_missing(which: Callable[[int], int]) -> Callable[[Pass], Verdict]:
    def judge(single: Pass) -> Verdict:
        return sorted(single.order) == sorted(set(range(single.count)) - {which(single.count)})

    return judge


def _sizes(mistaken: Callable[[Pass], list[int]]) -> Callable[[Pass], Verdict]:
    """All the rows, cut into other batches than they should be."""

    def judge(single: Pass) -> Verdict:
        if sorted(single.order) != list(range(single.count)):
            return False
        wrong, right = mistaken(single), single.sizes_of(single.batch_size)
        if wrong == right:
            return None if single.sizes == right else False
        return single.sizes == wrong

    return judge


def _evened_out(single: Pass) -> list[int]:
    number = -(-single.count // single.batch_size)
    return [len(piece) for piece in np.array_split(np.arange(single.count), number)]


def _empty_last(one: Observation) -> Verdict:
    """An empty batch at the end, where batches fill up; MXNet may refuse to make one."""
    if isinstance(one.answer, StudentFault):
        return len(one.inputs[0]) % one.batch_size == 0 and raises("MXNetError|IndexError|ValueError")(one)
    return _every(_empty_at_the_end)(one)


def _empty_at_the_end(single: Pass) -> Verdict:
    right = single.sizes_of(single.batch_size)
    if single.sizes == [*right, 0]:
        return True
    return None if single.sizes == right and single.count % single.batch_size else False


def _first_batch_only(single: Pass) -> Verdict:
    if single.count <= single.batch_size:
        return None if len(single.sizes) == 1 else False
    return single.sizes == [single.batch_size]


def _blocks(single: Pass) -> Verdict:
    if single.batch_size == 1 or single.count < FEW:
        return None
    if max(single.sizes, default=0) < 2:
        return False
    runs = all(second == first + 1 for batch in single.xs for first, second in pairwise(batch))
    if not runs or sorted(single.order) != list(range(single.count)):
        return False
    return None if single.ascending else True


def _within_batches(single: Pass) -> Verdict:
    if single.count <= single.batch_size or single.batch_size == 1:
        # With one row in a batch, nothing is left to shuffle; with one batch, a shuffle of it is right.
        return None if single.batch_size > 1 or single.ascending else False
    blocks = [
        list(range(i, min(i + single.batch_size, single.count))) for i in range(0, single.count, single.batch_size)
    ]
    if [sorted(batch) for batch in single.xs] != blocks:
        return False
    return None if single.ascending else True


def _rotated(single: Pass) -> Verdict:
    if single.count < FEW:
        return None
    breaks = sum(second != first + 1 for first, second in pairwise(single.order))
    if sorted(single.order) != list(range(single.count)) or breaks > 1:
        return False
    return None if breaks == 0 else single.order[-1] == single.order[0] - 1


def _items(judge: Callable[[object, Observation], Verdict]) -> Model:
    """A mistake that every batch shows; `judge` gets a pair of values or the description of something else."""

    def model(one: Observation) -> Verdict:
        if not isinstance(one.answer, Batches) or one.device != HOME:
            return None
        items = [
            batch.pair if batch.pair is not None else batch.kind for one_pass in one.answer.passes for batch in one_pass
        ]
        verdicts = {judge(item, one) for item in items}
        return False if False in verdicts else True if True in verdicts else None

    return model


def _kind(item: object, one: Observation) -> str:
    return item if isinstance(item, str) else ""


def _single_arrays(*, returned: bool) -> Model:
    """Arrays in place of pairs: two of them in all, whatever the number of batches, if a pair was returned."""

    def model(one: Observation) -> Verdict:
        if not isinstance(one.answer, Batches) or one.answer.problem or one.device != HOME:
            return None
        if any(batch.kind != "an NDArray" for one_pass in one.answer.passes for batch in one_pass):
            return False
        number = -(-len(one.inputs[0]) // one.batch_size)
        return all(len(one_pass) == (2 if returned else number) for one_pass in one.answer.passes)

    return model


def _both_are(kind: str) -> Callable[[object, Observation], Verdict]:
    def judge(item: object, one: Observation) -> Verdict:
        return isinstance(item, tuple) and all(isinstance(v, NotAnArray) and v.kind == kind for v in item)

    return judge


def _column_labels(item: object, one: Observation) -> Verdict:
    if not isinstance(item, tuple) or not isinstance(item[1], Tensor):
        return False
    if not np.all(np.isin(item[1].values.astype(np.float32), one.inputs[1].astype(np.float32))):
        return False  # not labels
    if one.inputs[1].ndim != 1:
        return None
    return item[1].values.ndim == 2 and item[1].shape[1:] == (1,)


def _flat_features(item: object, one: Observation) -> Verdict:
    if not isinstance(item, tuple) or not isinstance(item[0], Tensor):
        return False
    tail = one.inputs[0].shape[1:]
    if len(tail) < 2:
        return None if item[0].shape[1:] == tail else False
    return item[0].shape[1:] == (int(np.prod(tail)),)


def _loses_digits(one: Observation) -> Verdict:
    found = tensors(one)
    if one.dtype != "float64" or not found:
        return None
    if any(tensor.dtype != "float64" for tensor in found):
        return False
    numbers = np.concatenate([tensor.exact().reshape(-1) for tensor in found])
    known = np.concatenate([array.reshape(-1) for array in one.inputs])
    if np.all(np.isin(numbers, known)):
        return None
    return bool(np.all(np.isin(numbers.astype(np.float32), known.astype(np.float32))))


def _nothing(one: Observation) -> Verdict:
    return bool(one.answer.problem) if isinstance(one.answer, Batches) else None


def _endless(one: Observation) -> Verdict:
    return one.answer.endless if isinstance(one.answer, Batches) else None


def _a_thousand_rows(one: Observation) -> Verdict:
    """As many batches as 1000 rows have, or so many of them that the pass was cut off."""
    rows = len(one.inputs[0])
    if not isinstance(one.answer, Batches) or one.answer.problem or rows == 1000:
        return None
    number = -(-1000 // one.batch_size)
    if one.answer.endless:
        return number > len(one.answer.passes[-1])
    return all(len(batches) == number for batches in one.answer.passes)


MISCONCEPTIONS = (
    Misconception(
        "not_shuffled",
        "The rows come in the order in which they were given.",
        "What mixes the row numbers, and are the mixed ones used? shuffle() and nd.random.shuffle differ in whether "
        "they change their argument or return a new one.",
        _every(_not_shuffled),
    ),
    Misconception(
        "same_order_every_pass",
        "Every pass has the same order.",
        "Is the order made once and kept, or is a seed set inside the function?",
        _same_order,
    ),
    Misconception(
        "some_orders_repeated",
        "Some passes have the order of an earlier one.",
        "What survives from one call to the next: a global, or a default argument?",
        _some_orders_repeated,
    ),
    Misconception(
        "features_shuffled_alone",
        "The features are shuffled and the labels are not.",
        "Row i of the features belongs to label i: the same row numbers must pick both.",
        _every(_mismatched(False, True)),
    ),
    Misconception(
        "labels_shuffled_alone",
        "The labels are shuffled and the features are not.",
        "Row i of the features belongs to label i: the same row numbers must pick both.",
        _every(_mismatched(True, False)),
    ),
    Misconception(
        "shuffled_separately",
        "Features and labels are shuffled separately.",
        "Two shuffles are two different orders. How many orders do you need?",
        _every(_mismatched(False, False)),
    ),
    Misconception(
        "labels_off",
        "Each row comes with the label of a row so many further on.",
        "Which numbers pick the features, and which the labels? Compare the two for one batch.",
        _every(_labels_off),
    ),
    Misconception(
        "labels_mixed_within_batches",
        "A batch has the labels of its rows, but in another order.",
        "What is done to the labels of a batch that is not done to its features?",
        _every(_labels_mixed_within_batches),
    ),
    Misconception(
        "last_batch_dropped",
        "The rows that do not fill a whole batch are left out.",
        "With 5 rows in batches of 2, where does your loop stop?",
        _every(_last_dropped),
    ),
    Misconception(
        "last_batch_filled_up",
        "The last batch is filled up with rows that have been there already.",
        "A short last batch is fine. How many rows are left for it?",
        _every(_filled_up),
    ),
    Misconception(
        "with_replacement",
        "Rows are drawn with replacement: some come twice, others never.",
        "Shuffling puts every row somewhere; drawing a random row for each place does not.",
        _every(_with_replacement),
    ),
    Misconception(
        "drawn_anew",
        "Each batch is drawn anew from all the rows: some come twice, others never.",
        "What must the second batch know about the first? One order for the whole pass settles it.",
        _every(_drawn_anew),
    ),
    Misconception(
        "first_row_missing",
        "The first row never comes.",
        "Where do row numbers begin?",
        _every(_one_row_missing(lambda n: 0)),
    ),
    Misconception(
        "last_row_missing",
        "The last row never comes.",
        "range(n - 1) ends before n - 1, and slices end before their end.",
        _every(_one_row_missing(lambda n: n - 1)),
    ),
    Misconception(
        "empty_last_batch",
        "When batch_size divides the rows, an empty batch follows the last one.",
        "With 4 rows in batches of 2, which values does your range give?",
        _empty_last,
    ),
    Misconception(
        "batch_size_and_number_swapped",
        "batch_size is taken for the number of batches.",
        "With 12 rows and batch_size 3 there are 4 batches, of 3 rows each.",
        _every(_sizes(lambda single: single.sizes_of(-(-single.count // single.batch_size)))),
    ),
    Misconception(
        "batches_evened_out",
        "The rows are spread evenly over the batches.",
        "Every batch but the last is full; only the last one may be short.",
        _every(_sizes(_evened_out)),
    ),
    Misconception(
        "short_batch_first",
        "The short batch comes first.",
        "From which end are batches cut?",
        _every(_sizes(lambda single: single.sizes_of(single.batch_size)[::-1])),
    ),
    Misconception(
        "batches_of_ten",
        "Batches have ten rows whatever batch_size is.",
        "The notebook uses batches of ten; other callers do not. Use what you are given.",
        _every(_sizes(lambda single: single.sizes_of(10))),
    ),
    Misconception(
        "one_batch_only",
        "There is one batch and no more.",
        "return ends the function; what does yield do? And which lines belong to the loop?",
        _every(_first_batch_only),
    ),
    Misconception(
        "blocks_of_neighbours",
        "Only the batches are shuffled: neighbouring rows always share one.",
        "Mix all the row numbers first, then cut them into batches.",
        _every(_blocks),
    ),
    Misconception(
        "shuffled_within_batches",
        "Only the rows inside each batch are shuffled: the first rows are always in the first batch.",
        "Mix all the row numbers first, then cut them into batches.",
        _every(_within_batches),
    ),
    Misconception(
        "rotated",
        "The pass begins at a random row and goes on in order.",
        "A random start is not a random order: neighbours stay neighbours.",
        _every(_rotated),
    ),
    Misconception(
        "nothing_to_iterate_over",
        "The batches are never handed over.",
        "A function with yield in it hands its batches over one by one. Without it, what does yours return?",
        _nothing,
    ),
    Misconception(
        "endless",
        "There are far more batches than the rows can fill; perhaps data_iter never stops.",
        "One call is one pass over the data, however many rows it has. Which loop goes on beyond them?",
        _endless,
    ),
    Misconception(
        "a_thousand_rows",
        "There are always as many batches as 1000 rows have.",
        "The notebook's data have 1000 rows; other callers have other data. Use what you are given.",
        _a_thousand_rows,
    ),
    Misconception(
        "only_X",
        "The features come without their labels.",
        "A batch is a pair: what has to stand behind yield?",
        _single_arrays(returned=False),
    ),
    Misconception(
        "pair_returned",
        "One pair is returned; a loop over it meets X first and then y.",
        "return ends the function with one value; what does yield do?",
        _single_arrays(returned=True),
    ),
    Misconception(
        "more_than_a_pair",
        "A batch has more than two members.",
        "A batch is the pair (X, y). What is the rest for?",
        _items(lambda item, one: "of 3" in _kind(item, one) or "of 4" in _kind(item, one)),
    ),
    Misconception(
        "numpy_batches",
        "The batches are numpy arrays.",
        "linreg and autograd need NDArrays. Where do you leave NDArray?",
        _items(_both_are("a numpy array")),
    ),
    Misconception(
        "lists_of_rows",
        "The batches are lists of rows.",
        "An NDArray can be indexed with many row numbers at once; that gives one array.",
        _items(_both_are("a list")),
    ),
    Misconception(
        "labels_as_a_column",
        "The labels of a batch come as a column, though they were given as a flat array.",
        "Which line changes their shape? data_iter only chooses rows.",
        _items(_column_labels),
    ),
    Misconception(
        "features_flattened",
        "Each example's features are flattened.",
        "Features may have any shape behind the first axis. data_iter only chooses rows.",
        _items(_flat_features),
    ),
    Misconception(
        "always_float32",
        "The batches are float32 whatever comes in.",
        "Which array is made, or cast, with a dtype of its own?",
        becomes_float32,
    ),
    Misconception(
        "through_float32",
        "The batches are float64, but on the way the numbers were rounded to float32.",
        "An array made without dtype=... is float32. Choosing rows needs no new array.",
        _loses_digits,
    ),
    Misconception(
        "own_device",
        "Something is made on cpu(0) instead of where features live.",
        "Which arrays do you make on the way? Each lands on cpu(0) unless it is told where to live, an array of row "
        "numbers too.",
        leaves_the_device,
    ),
    Misconception(
        "changes_the_arguments",
        "The caller's arrays are changed themselves.",
        "features[:] = ..., += and shuffle(features) write into the caller's array. What else could you shuffle?",
        writes_into(0, 1),
    ),
    Misconception(
        "one_array_for_all_batches",
        "All batches share one array, which the next one overwrites.",
        "What would list(data_iter(...)) hold when the pass is over?",
        overwrites,
    ),
    Misconception(
        "index_out_of_range",
        "Row numbers are used that do not exist.",
        "How many rows does the caller have? It is not always the notebook's number.",
        raises(r"IndexError|out of (?:range|bound)"),
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one that the notebook came with: which arguments, in which "
        "order?",
        WRONG_ARGUMENTS,
    ),
)
