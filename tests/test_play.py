"""Plays: programs of steps on a student's objects, here, in a sandbox, and against replies nobody should believe."""

from __future__ import annotations

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd, gluon, nd

from grader import play, things
from grader.diagnosis import Recorder
from grader.local import LocalSubject
from grader.play import Nd, Played, Ref, Script
from grader.sandbox import protocol
from grader.sandbox.remote import RemoteSubject
from grader.sandbox.session import Session
from grader.subject import (
    ELSEWHERE,
    HOME,
    Crashed,
    Missing,
    NotAnArray,
    NotImplementedYet,
    Raised,
    StudentFault,
    Tensor,
    TimedOut,
)

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10.0)


def make_loader(features, labels, batch_size):
    return gluon.data.DataLoader(gluon.data.ArrayDataset(features, labels), batch_size=batch_size)


class Countdown:
    def __init__(self, start):
        self.start = self.left = start

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        return self.left

    next = __next__

    def reset(self):
        self.left = self.start

    def __call__(self, word="go"):
        print(word)
        return word


def subject(seconds: float = 5.0, **functions: object) -> LocalSubject:
    return LocalSubject(functions, seconds=seconds)


def returning(value: object) -> LocalSubject:
    return subject(f=lambda *arguments: value)


def shown(value: object) -> things.Thing:
    """How an object that student code returns comes back."""
    script = Script("f")
    ref = script.call("f")
    return returning(value).play(script)[ref]


# what comes back


@pytest.mark.parametrize(
    ("value", "thing"),
    [
        (None, things.Nothing()),
        (True, things.Truth(True)),
        (np.bool_(False), things.Truth(False)),
        (3, things.Number(3, "an integer")),
        (2.5, things.Number(2.5, "a float")),
        (np.float32(2.5), things.Number(2.5, "a numpy float32")),
        (10**30, things.Number(np.inf, "an integer")),
        (-(10**30), things.Number(-np.inf, "an integer")),
        ("über", things.Text("über", 4)),
        ("\ud800", things.Text("?", 1)),
        (mx.cpu(1), things.Device("cpu(1)")),
        ((1, "a"), things.Items("tuple", (things.Number(1, "an integer"), things.Text("a", 1)))),
        ([None], things.Items("list", (things.Nothing(),))),
        ({"b", "a"}, things.Items("set", (things.Text("a", 1), things.Text("b", 1)))),
        ({"k": 1}, things.Table((things.Text("k", 1),), (things.Number(1, "an integer"),))),
        (print, NotAnArray("a builtin_function_or_method")),
        (Countdown(3), NotAnArray("a Countdown")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_kind_of_object_is_described_in_a_type_of_ours(value, thing):
    assert shown(value) == thing
    assert thing.kind


def test_arrays_of_both_kinds_come_back_with_dtype_and_device():
    found = shown(nd.array([[1, 2]], ctx=mx.cpu(1), dtype="int32"))
    assert isinstance(found, Tensor)
    assert (found.dtype, found.device, found.values.tolist()) == ("int32", ELSEWHERE, [[1, 2]])
    found = shown(np.array([1.5]))
    assert isinstance(found, things.NumpyArray)
    assert found.exact().tolist() == [1.5]
    assert shown(np.array(["a"])) == NotAnArray("a numpy array of shape (1,)")


def test_what_is_too_large_or_too_deep_is_said_in_words():
    nest: list[object] = []
    for _ in range(50):
        nest = [nest]
    assert shown(nd.zeros((1000, 1000))) == NotAnArray("an NDArray of shape (1000, 1000)")
    assert shown(list(range(10**6))) == NotAnArray("a list of 1000000")
    found, depth = shown(nest), 0
    while isinstance(found, things.Items):
        found, depth = found.items[0], depth + 1
    assert (found, depth) == (NotAnArray("a list of 1"), things.MAX_DEPTH)
    long = shown("x" * 10**6)
    assert isinstance(long, things.Text)
    assert (len(long.value), long.length) == (things.MAX_CHARACTERS, 10**6)


def test_many_small_things_share_one_budget():
    found = shown([[0] * 100 for _ in range(1000)])
    assert isinstance(found, things.Items)
    assert isinstance(found.items[0], things.Items)
    assert found.items[-1] == NotAnArray("a list of 100")
    assert len(protocol.encode(found)) < 4 * 2**20


# steps


def test_a_loader_is_made_measured_and_read():
    script = Script("make_loader")
    loader = script.call("make_loader", X, Y, 4)
    length, batches = script.length(loader), script.each(loader, limit=10)
    played = subject(make_loader=make_loader).play(script)
    assert played[loader] == NotAnArray("a DataLoader")
    assert played[length] == things.Number(3, "an integer")
    passed = played[batches]
    assert isinstance(passed, things.Iterated)
    assert not passed.endless
    assert [batch.items[1].exact().tolist() for batch in passed.items] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_an_endless_iteration_is_cut_off_at_its_limit():
    def forever():
        while True:
            yield 1

    script = Script("forever")
    items = script.each(script.call("forever"), limit=7)
    found = subject(forever=forever).play(script)[items]
    assert found == things.Iterated((things.Number(1, "an integer"),) * 7, endless=True)


def test_an_object_keeps_its_state_from_step_to_step():
    script = Script("Countdown")
    it = script.call("Countdown", 2)
    seen = [script.next(it), script.method(it, "next"), script.next(it), script.method(it, "next")]
    script.method(it, "reset")
    again, left = script.next(it), script.attribute(it, "left")
    word, printed = script.method(it, "__call__", word="on"), script.printed()
    played = subject(Countdown=Countdown).play(script)
    one, zero = things.Number(1, "an integer"), things.Number(0, "an integer")
    assert [played[ref] for ref in seen] == [one, zero, things.Stopped(), things.Stopped()]
    assert (played[again], played[left]) == (one, one)
    assert (played[word], played[printed]) == (things.Text("on", 2), things.Text("on\n", 3))


def test_steps_run_under_autograd_and_gradients_come_back():
    script = Script("f")
    w = script.array([1.0, 2.0], grad=True)
    with script.recording():
        y = script.call("f", w)
    connected, gradient = script.backward(y, np.array([1.0, 10.0])), script.gradient(w)
    outside = script.backward(script.call("f", w))
    played = subject(f=lambda w: w * w).play(script)
    assert (played[connected], played[outside]) == (things.Truth(True), things.Truth(False))
    assert isinstance(played[gradient], Tensor)
    assert played[gradient].exact().tolist() == [2.0, 40.0]
    assert not autograd.is_recording()


def test_backward_of_no_array_is_no_exception():
    script = Script("f")
    ref = script.backward(script.call("f"))
    assert returning(1.5).play(script)[ref] == NotAnArray("a float")


def test_a_loop_runs_its_steps_for_each_item():
    script = Script("f")
    total = script.array([0.0])
    with script.loop(script.call("f"), limit=3) as item:
        script.method(total, "__iadd__", script.element(item, 0), show=False)
        after = script.look(total)
    with script.repeat(2), script.repeat(2):
        inner = script.method(total, "__iadd__", 1)
    end = script.look(total)
    played = returning([[1], [2], [3], [4]]).play(script)
    assert isinstance(played[after], things.Iterated)
    assert played[after].endless
    assert [one.exact().item() for one in played[after].items] == [1, 3, 6]
    assert [[one.exact().item() for one in row.items] for row in played[inner].items] == [[7, 8], [9, 10]]
    assert played[end].exact().item() == 10
    assert play.count(script.steps) == len(played.results)


def test_arguments_of_every_kind_arrive_as_they_should():
    seen = {}

    def f(*arguments, **keywords):
        seen.update(arguments=arguments, keywords=keywords)

    script = Script("f", dtype="float64", device=ELSEWHERE)
    kept = script.array([1.0], grad=True)
    script.call(
        "f", X, kept, 1, 2.5, "text", None, True, things.Device("cpu(1)"), script.function_of("f"),
        play.NumpyArg(X), lr=[kept, (1, {"a": np.float32(2)})], other=Nd(X, "int32", HOME),
    )  # fmt: skip
    subject(f=f).play(script)
    array, again, *plain, numpy = seen["arguments"]
    assert (array.dtype, array.context, array.asnumpy().tolist()) == (np.float64, mx.cpu(1), X.tolist())
    assert plain == [1, 2.5, "text", None, True, mx.cpu(1), f]
    assert isinstance(numpy, np.ndarray)
    assert seen["keywords"]["lr"][0] is again
    assert seen["keywords"]["lr"][1] == (1, {"a": 2.0})
    assert (seen["keywords"]["other"].dtype, seen["keywords"]["other"].context) == (np.int32, mx.cpu(0))
    assert again.grad is not None


def test_what_has_no_place_in_a_script_is_refused():
    with pytest.raises(TypeError, match="A set has no place in a script"):
        Script("f").call("f", {1})


def test_identity_and_items_of_objects():
    script = Script("f")
    it = script.call("f", show=False)
    first, same = script.element(it, "k"), script.same(script.element(it, "k"), script.element(it, "k"))
    other = script.same(it, script.iter(it))
    played = returning({"k": [1]}).play(script)
    assert played[it] == things.Unseen()
    assert played[first] == things.Items("list", (things.Number(1, "an integer"),))
    assert (played[same], played[other]) == (things.Truth(True), things.Truth(False))


def test_strict_plays_refuse_to_mix_devices():
    def f(X):
        return X + nd.ones(X.shape)

    for strict in (False, True):
        script = Script("f", strict=strict, device=ELSEWHERE)
        script.call("f", X)
        if strict:
            with pytest.raises(Raised, match="live on the same context"):
                subject(f=f).play(script)
        else:
            subject(f=f).play(script)


# figures


def pictured(draw) -> tuple[things.Drawing, ...]:
    script = Script("draw")
    script.call("draw")
    figures = script.figures()
    found = subject(draw=draw).play(script)[figures]
    assert isinstance(found, things.Drawings)
    return found.figures


def test_a_figure_is_described_by_what_it_shows():
    def draw():
        from matplotlib import pyplot as plt

        figure, (left, right) = plt.subplots(1, 2)
        left.semilogy([1, 2], [30, 40], "--r", label="loss")
        left.axhline(7, label="floor")
        left.set(title="Left", xlabel="x", ylabel="y")
        right.scatter([1, 2, 3], [4, 5, 6], label="dots")
        right.plot([1], [2], "ok")
        right.bar([1, 2], [3, 4])
        right.legend()
        figure.suptitle("Both")
        plt.show()

    (drawing,) = pictured(draw)
    left, right = drawing.panels
    assert (drawing.title, left.title, left.xlabel, left.ylabel, left.yscale) == ("Both", "Left", "x", "y", "log")
    loss, floor = left.curves
    assert (loss.x.tolist(), loss.y.tolist(), loss.label, loss.line, loss.marker) == (
        [1, 2],
        [30, 40],
        "loss",
        "--",
        "",
    )
    assert floor.guide
    assert left.drawn == (loss,)
    assert left.legend is None
    (dots,) = right.points
    assert (dots.x.tolist(), dots.y.tolist(), dots.label) == ([1, 2, 3], [4, 5, 6], "dots")
    assert [(curve.line, curve.marker, curve.label) for curve in right.curves] == [("", "o", "")]
    assert right.bars[0].y.tolist() == [3, 4]
    assert right.legend == ("dots",)


def test_panels_are_told_from_left_to_right_in_whatever_order_they_were_made():
    def draw():
        from matplotlib import pyplot as plt

        plt.figure()  # left empty, as by a call too many: a notebook shows a line of text
        figure = plt.figure()
        for place, title in ((224, "last"), (122, "right"), (221, "first"), (223, "second")):
            figure.add_subplot(place).set_title(title)

    (drawing,) = pictured(draw)
    assert [panel.title for panel in drawing.panels] == ["first", "second", "right", "last"]
    first, second, right, _ = drawing.panels
    assert first.box[0] < first.box[2] < right.box[0]
    assert second.box[1] < second.box[3] < first.box[1]


@pytest.mark.parametrize("how", ["list", "handles", "figure"])
def test_words_of_a_legend_are_told_with_what_they_stand_beside(how):
    def draw():
        from matplotlib import pyplot as plt

        figure, ax = plt.subplots()
        (line,) = ax.plot([1, 2], [3, 4])
        dots = ax.scatter([1, 2], [5, 6])
        if how == "list":
            ax.legend(["line", "dots"])
        elif how == "handles":
            ax.legend((dots, line), ("dots", "line"))
        else:
            line.set_label("line")
            dots.set_label("dots")
            figure.legend()

    (drawing,) = pictured(draw)
    (panel,) = drawing.panels
    assert [curve.label for curve in panel.drawn] == ["line", "dots"]
    assert set(panel.legend) == {"line", "dots"}


def test_what_is_shown_counts_whether_by_show_or_at_the_end_and_what_was_closed_does_not():
    from matplotlib import pyplot as plt

    def draw():
        for number in (1, 2):
            plt.plot([number])
            plt.show()
        plt.plot([3])
        plt.close()
        plt.plot([4])

    before = plt.figure()
    assert [float(one.panels[0].curves[0].y[0]) for one in pictured(draw)] == [1, 2, 4]
    assert plt.get_fignums() == [before.number]
    plt.close("all")


def test_a_returned_figure_is_described_too():
    from matplotlib.figure import Figure

    def draw():
        figure = Figure()
        figure.subplots().set_title("Mine")
        return figure

    found = shown(draw())
    assert isinstance(found, things.Drawing)
    assert found.panels[0].title == "Mine"


def test_dates_words_and_endless_data_are_left_out():
    def draw():
        from matplotlib import pyplot as plt

        plt.plot(["a", "b"], [1, 2])
        plt.plot(np.zeros(10**6))
        plt.plot([1, np.nan], [2, 3])

    (drawing,) = pictured(draw)
    assert all(len(curve.x) < 10**6 for curve in drawing.panels[0].curves)


# faults


def test_a_fault_names_what_ran():
    def f():
        return 3

    script = Script("f")
    script.each(script.call("f"), limit=3)
    with pytest.raises(Raised) as caught:
        subject(f=f).play(script)
    assert caught.value.sentence == "f(...) raised TypeError: 'int' object is not iterable."
    script = Script("f")
    script.method(script.call("f"), "reset")
    with pytest.raises(Raised) as caught:
        subject(f=f).play(script)
    assert caught.value.sentence.startswith("f(...).reset raised AttributeError")


def test_missing_unwritten_and_endless_functions_are_faults():
    def stub():
        raise NotImplementedError

    def endless():
        while True:
            pass

    script = Script("f")
    script.call("f")
    with pytest.raises(Missing, match="f"):
        subject().play(script)
    with pytest.raises(NotImplementedYet):
        subject(f=stub).play(script)
    with pytest.raises(TimedOut):
        subject(0.1, f=endless).play(script)


def test_the_recorder_keeps_plays_with_their_scripts():
    recorder = Recorder(returning(3))
    recorder.begin("one")
    script = Script("f", about="case", device=ELSEWHERE)
    script.name(value=script.call("f"))
    played = recorder.play(script)
    missing = Script("g")
    missing.call("g")
    with pytest.raises(StudentFault):
        recorder.play(missing)
    first, second = recorder.seen["one"]
    assert (first.function, first.script, first.answer, first.device) == ("f", script, played, ELSEWHERE)
    assert isinstance(second.answer, Missing)


# across the wall


class Answering:
    """A worker that gives one answer to everything."""

    call_seconds = 3.0

    def __init__(self, answer: protocol.Reply) -> None:
        self._answer = answer

    def ask(self, request: protocol.Request, seconds: float) -> protocol.Reply:
        return self._answer


def whole_script() -> tuple[Script, dict[str, Ref]]:
    script = Script("make_loader")
    loader = script.call("make_loader", X, Y, 4)
    refs = {"loader": loader, "length": script.length(loader), "each": script.each(loader, limit=3)}
    with script.loop(loader, limit=2) as item:
        refs["label"] = script.element(item, 1)
    refs |= {"next": script.next(script.iter(loader)), "figures": script.figures(), "printed": script.printed()}
    return script, refs


def test_a_play_in_a_sandbox_gives_what_it_gives_here(forkserver):
    script, refs = whole_script()
    with Session(forkserver) as session:
        session.run_cell(
            "from mxnet import gluon\n"
            "def make_loader(X, y, n):\n"
            "    from matplotlib import pyplot as plt\n"
            "    plt.plot([1, 2]); print('made\\n\\x1b[31mred'); plt.show()\n"
            "    return gluon.data.DataLoader(gluon.data.ArrayDataset(X, y), batch_size=n)\n"
        )
        there = RemoteSubject(session).play(script)
        other = Script("other")
        other.call("other")
        with pytest.raises(Missing):
            RemoteSubject(session).play(other)
    here = subject(make_loader=make_loader).play(script)
    for name in ("loader", "length", "each", "label", "next"):
        assert protocol.encode(there[refs[name]]) == protocol.encode(here[refs[name]])
    assert there[refs["figures"]].figures[0].panels[0].curves[0].y.tolist() == [1, 2]
    assert there[refs["printed"]].value.startswith("made\n")
    assert "\x1b" not in there[refs["printed"]].value


def test_a_result_that_does_not_fit_its_step_is_a_crash():
    script, refs = whole_script()
    good = subject(make_loader=make_loader).play(script)
    assert len(RemoteSubject(Answering(good)).play(script).results) == len(good.results)
    one, unseen = things.Number(1, "an integer"), things.Unseen()
    for name, thing in [
        ("loader", unseen),
        ("loader", things.Stopped()),
        ("loader", things.Drawings(())),
        ("loader", things.Table((one,), ())),
        ("length", things.Text("3", 1)),
        ("each", things.Iterated((one,) * 4)),
        ("each", things.Iterated((unseen,))),
        ("each", one),
        ("label", things.Iterated((one,))),
        ("label", things.Iterated((unseen, unseen))),
        ("label", one),
        ("next", things.Iterated(())),
        ("figures", things.Nothing()),
        ("printed", things.Nothing()),
    ]:
        results = list(good.results)
        results[refs[name].step] = thing
        with pytest.raises(Crashed, match="invalid reply"):
            RemoteSubject(Answering(Played(tuple(results)))).play(script)
    for results in (good.results[:-1], (*good.results, one), ()):
        with pytest.raises(Crashed):
            RemoteSubject(Answering(Played(tuple(results)))).play(script)


def test_things_nested_without_end_are_a_crash():
    nest: things.Thing = things.Nothing()
    for depth in range(3000):
        nest = things.Items("list", (nest,))
        if depth in (things.MAX_DEPTH + 1, 2999):
            script = Script("f")
            script.call("f")
            with pytest.raises(Crashed, match="invalid reply"):
                RemoteSubject(Answering(Played((nest,)))).play(script)
