"""The race between ways of reading: that all of them run the same distance. Who wins is for the printed table."""

import numpy as np
import pytest
from mxnet import nd

from solutions import iterator_race


def test_taking_each_batch_reads_what_data_iter_reads():
    np.random.seed(0)
    batches = list(iterator_race.take_each_batch(4, nd.arange(20).reshape((10, 2)), nd.arange(10)))
    assert [len(y) for _, y in batches] == [4, 4, 2]
    assert sorted(np.concatenate([y.asnumpy() for _, y in batches])) == list(range(10))
    assert all((X.asnumpy()[:, 0] == 2 * y.asnumpy()).all() for X, y in batches)


def test_every_way_reads_every_batch_in_every_pass(monkeypatch):
    counts = []

    def count(batches) -> float:
        counts.append(sum(1 for _ in batches()))
        return float(len(counts))

    monkeypatch.setattr(iterator_race, "_seconds", count)
    medians = iterator_race.race(20, 4, 3)
    assert counts == [5] * 12
    assert list(medians.values()) == [5.0, 6.0, 7.0, 8.0]  # the middle of three turns, in turn


def test_the_table_has_times_and_ratios(monkeypatch, capsys):
    monkeypatch.setattr(iterator_race, "race", lambda *_: {"ours": 0.5, "other": 2.0})
    assert iterator_race.main(["--examples", "20", "--passes", "1"]) == 0
    printed = capsys.readouterr().out
    rows = {name: line for line in printed.splitlines() for name in ("ours", "other") if name in line}
    assert "0.5000 s" in rows["ours"]
    assert "1.0" in rows["ours"]
    assert "4.0" in rows["other"]


@pytest.mark.parametrize("option", ["--examples", "--batch-size", "--passes"])
def test_options_are_whole_numbers(option, capsys):
    with pytest.raises(SystemExit) as stop:
        iterator_race.main([option, "many"])
    assert stop.value.code == 2
    assert "invalid int value" in capsys.readouterr().err
