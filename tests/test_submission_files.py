"""Submissions kept as Python files are cut into the cells they stand for, and run beside the reference."""

from pathlib import Path

import pytest

from grader.submissions import cells, load

NAMES = ("data_iter", "linreg", "squared_loss", "sgd")


def test_each_function_is_a_cell():
    source = "def linreg(X, w, b):\n    return X\n\n\ndef sgd(params, lr, batch_size):\n    pass\n"
    assert cells(source, NAMES) == {
        "linreg": "def linreg(X, w, b):\n    return X\n",
        "sgd": "def sgd(params, lr, batch_size):\n    pass\n",
    }


def test_what_comes_before_a_function_belongs_to_its_cell_and_what_comes_last_to_the_last():
    source = (
        '"""A story."""\n\nimport random\n\nSCALE = 2\n\n\ndef helper():\n    pass\n\n\n'
        "@helper\ndef linreg():\n    pass\n\n\n# about sgd\nsgd = linreg\n\nprint('done')\n# the end\n"
    )
    found = cells(source, NAMES)
    assert list(found) == ["linreg", "sgd"]
    assert found["linreg"].startswith("import random\n")
    assert "@helper\ndef linreg" in found["linreg"]
    assert found["sgd"] == "# about sgd\nsgd = linreg\n\nprint('done')\n# the end\n"
    assert "A story" not in "".join(found.values())


def test_classes_and_assignments_define_too():
    found = cells("class data_iter:\n    pass\nlinreg = lambda X, w, b: X\nasync_ = 3\n", NAMES)
    assert found == {"data_iter": "class data_iter:\n    pass\n", "linreg": "linreg = lambda X, w, b: X\nasync_ = 3\n"}


def test_a_function_defined_twice_is_one_cell_with_both():
    source = "def sgd():\n    return 1\n\ndef linreg():\n    pass\n\ndef sgd():\n    return 2\n"
    found = cells(source, NAMES)
    assert list(found) == ["sgd", "linreg"]
    assert found["sgd"].count("def sgd") == 2


@pytest.mark.parametrize("source", ["", '"""Only a story."""\n', "x = 1\ndef other():\n    pass\n", "# nothing\n"])
def test_a_file_without_any_of_the_functions_has_no_cells(source):
    assert cells(source, NAMES) == {}


def test_a_name_inside_another_function_is_no_cell():
    assert list(cells("def linreg():\n    def sgd():\n        pass\n    return sgd\n", NAMES)) == ["linreg"]


def test_what_is_not_python_is_refused():
    with pytest.raises(SyntaxError):
        cells("def sgd(:\n", NAMES)


def test_no_line_is_lost():
    source = "import a\ndef linreg():\n    pass\nx = 1\n\n# why\ndef sgd():\n    pass\ny = 2\n"
    kept = "".join(cells(source, NAMES).values())
    assert [line for line in kept.splitlines() if line] == [line for line in source.splitlines() if line]


def test_loading_binds_what_the_file_defines_and_the_reference_for_the_rest(tmp_path: Path):
    path = tmp_path / "own_sgd.py"
    path.write_text("SCALE = 3\ndef sgd():\n    return SCALE, __name__\n", encoding="utf-8")
    reference = {name: object() for name in NAMES}
    found = load(path, reference)
    assert list(found) == list(reference)
    assert all(found[name] is reference[name] for name in NAMES if name != "sgd")
    assert found["sgd"]() == (3, "own_sgd")  # type: ignore[operator]


def test_exceptions_in_loaded_code_point_into_the_file(tmp_path: Path):
    path = tmp_path / "breaks.py"
    path.write_text("def sgd():\n    raise KeyError\n", encoding="utf-8")
    function = load(path, {"sgd": None})["sgd"]
    assert function.__code__.co_filename == str(path)  # type: ignore[attr-defined]
