"""JUnit, Gradescope and GitHub get what they ask for, whatever a student wrote, and nobody gets zero for no score."""

import base64
import json
import re
from pathlib import Path

import jsonschema
import pytest
from lxml import etree
from markdown_it import MarkdownIt

from grader.report import github
from grader.report.github import Graded, announce, classroom_result, summary, unheeded, workflow_commands
from grader.report.gradescope import gradescope_json
from grader.report.junit import junit_xml
from grader.report.text import check_text
from grader.results import to_json
from tests.sample_results import HOSTILE, SEED, full, hostile, mixed, outcome, part, result, ungradable

SCHEMAS = Path(__file__).parent / "schemas"
JUNIT = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
GRADESCOPE = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "gradescope.json").read_text(encoding="utf-8")))


def junit(*results) -> etree._Element:
    document = etree.fromstring(junit_xml(results).encode())
    JUNIT.assertValid(document)
    return document


def gradescope(graded) -> dict:
    document = json.loads(gradescope_json(graded))
    GRADESCOPE.validate(document)
    return document


def classroom(*results) -> dict:
    return json.loads(base64.b64decode(classroom_result(results)))


# all of them


@pytest.mark.parametrize(
    "written",
    [
        lambda: junit_xml([mixed(), ungradable()]),
        lambda: gradescope_json(mixed()),
        lambda: summary([mixed(), ungradable()]),
        lambda: base64.b64decode(classroom_result([mixed(), ungradable()])).decode(),
        lambda: "\n".join(workflow_commands(Graded(mixed(), Path("n.ipynb"), None))),
    ],
    ids=["junit", "gradescope", "summary", "classroom", "annotations"],
)
def test_no_file_for_students_names_the_seed(written):
    assert str(SEED) in to_json([mixed()])  # so it would be found
    assert str(SEED) not in written()


def test_the_words_are_those_of_every_report():
    [failed] = mixed().parts[0].checks[1:2]
    told = check_text(failed)
    assert [line.split(maxsplit=1) for line in told.replace("what happened", "what").splitlines()] == [
        *(["what", "It was failed."], ["got", "[1]"], ["expected", "[2]"], ["hint", "Think."])
    ]
    [failure] = junit(mixed()).findall(".//failure[@type='failed']")
    assert failure.text == told
    assert told in [test.get("output") for test in gradescope(mixed())["tests"]]
    for line in told.splitlines():
        assert line in summary([mixed()])


# JUnit


def test_junit_counts_what_earned_nothing_and_skips_nothing():
    document = junit(mixed(), full())
    [suite, other] = document.findall("testsuite")
    assert dict(suite.attrib) == {"name": "n.ipynb", "tests": "6", "failures": "2", "errors": "2", "skipped": "0"}
    assert (other.get("tests"), other.get("failures"), other.get("errors")) == ("2", "0", "0")
    assert (document.get("tests"), document.get("failures"), document.get("errors")) == ("8", "2", "2")
    kinds = {case.get("name"): [child.tag for child in case] for case in suite.findall("testcase")}
    assert kinds["sgd_passed_1"] == []
    assert kinds["sgd_failed_1"] == kinds["sgd_not_run_1"] == ["failure"]
    assert kinds["sgd_errored_1"] == kinds["sgd_timed_out_1"] == ["error"]
    assert {case.get("classname") for case in suite.findall("testcase")} == {
        "linreg_scratch.sgd",
        "linreg_scratch.linreg",
    }


def test_in_junit_a_notebook_without_a_score_is_an_error_and_has_no_score():
    [suite] = junit(ungradable("It is a pipe.")).findall("testsuite")
    [case] = suite.findall("testcase")
    assert [(child.tag, child.get("type"), child.text) for child in case] == [("error", "ungradable", "It is a pipe.")]
    assert "score" not in [found.get("name") for found in suite.findall("properties/property")]


def test_hostile_text_stays_text_in_junit():
    document = junit(hostile())
    [case] = document.findall(".//testcase")
    assert [child.tag for child in case] == ["failure"]
    assert ']]></failure><script>alert(1)</script> & "quoted"' in case[0].text
    assert document.find("testsuite").get("name") == hostile().notebook


# Gradescope


def test_gradescope_gets_every_check_with_its_points():
    document = gradescope(mixed())
    assert document["score"] == 4 == sum(test["score"] for test in document["tests"])
    assert sum(test["max_score"] for test in document["tests"]) == mixed().max_score
    assert [test["status"] for test in document["tests"]] == ["passed", *["failed"] * 4, "passed"]
    assert [test["number"] for test in document["tests"]] == ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1"]
    assert document["output"].splitlines() == ["Cells were missing.", "sgd: 2 of 10 points", "linreg: 2 of 2 points"]
    assert document["stdout_visibility"] == "hidden"
    assert document["extra_data"] == {"assignment": "linreg_scratch", "isolation": "landlock"}


def test_gradescope_gets_nothing_where_there_is_no_score():
    with pytest.raises(ValueError, match="has no score"):
        gradescope_json(ungradable())


def test_the_schema_of_gradescope_refuses_what_has_no_score_at_all():
    assert not GRADESCOPE.is_valid({"output": "It could not be graded."})
    assert not GRADESCOPE.is_valid({"score": 1, "tests": [{"score": 1, "status": "errored"}]})


def test_hostile_text_is_shown_by_gradescope_as_text():
    document = gradescope(hostile())
    formats = {document[f"{name}_format"] for name in ("output", "test_output", "test_name")}
    formats |= {test[key] for test in document["tests"] for key in ("name_format", "output_format")}
    assert formats == {"text"}
    assert "<script>" in document["output"]


# GitHub


def commands(one, **more) -> list[tuple[str, dict[str, str], str]]:
    """As a runner reads them: the command, its properties and its message."""
    found = []
    for line in workflow_commands(Graded(one, Path("work/n.ipynb"), more.get("data")), more.get("workspace", "")):
        assert "\n" not in line
        assert "\r" not in line
        name, _, rest = line.removeprefix("::").partition(" ")
        properties, _, message = rest.partition("::")

        def plain(text: str) -> str:
            return re.sub("%([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), text)

        pairs = [item.partition("=") for item in properties.split(",")]
        found.append((name, {key: plain(value) for key, _, value in pairs}, plain(message)))
    return found


def test_an_annotation_for_each_part_that_lost_points_on_the_line_of_its_function():
    source = ["import x\n", "\n", "def sgd(params, lr):\n", "    pass\n"]
    cells = [{"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "sgd"}}, "source": source}]
    data = json.dumps({"cells": cells, "nbformat": 4}, indent=1)
    [remark, lost] = commands(mixed(), data=data.encode())
    assert remark == ("notice", {"file": "work/n.ipynb", "line": "1", "title": "Remarks of the grader"}, mixed().reason)
    name, properties, message = lost
    assert name == "error"
    assert properties == {"file": "work/n.ipynb", "line": properties["line"], "title": "sgd: 2 of 10 points"}
    assert "def sgd" in data.splitlines()[int(properties["line"]) - 1]
    assert message.startswith("failed    0/2  It holds.\n")
    assert "passed" not in message


def test_a_notebook_without_a_score_is_annotated_with_the_reason():
    [found] = commands(ungradable("It is empty."))
    assert found == ("error", {"file": "work/n.ipynb", "line": "1", "title": "Could not grade"}, "It is empty.")


def test_annotations_name_files_from_the_root_of_the_repository(tmp_path):
    inside = Graded(ungradable(), tmp_path / "a" / "n.ipynb", None)
    assert "file=a/n.ipynb," in workflow_commands(inside, str(tmp_path))[0]
    assert f"file={tmp_path}/a/n.ipynb," in workflow_commands(inside, str(tmp_path / "b"))[0]


def test_hostile_text_is_no_command():
    [remark, lost] = commands(hostile())
    assert (remark[0], lost[0]) == ("notice", "error")
    assert remark[2] == hostile().reason
    assert "::error file=x::pwned" in lost[2]


def test_a_path_ends_no_property():
    [line] = workflow_commands(Graded(ungradable(), Path("a,line=9::b\n.ipynb"), None))
    assert line.startswith("::error file=a%2Cline=9%3A%3Ab%0A.ipynb,line=1,title=Could not grade::")


def test_the_runner_looks_for_no_commands_in_the_log_until_a_word_that_the_text_cannot_hold():
    text = hostile().reason
    first, *inside, last = unheeded(text).split("\n")
    word = first.removeprefix("::stop-commands::")
    assert last == f"::{word}::"
    assert "\n".join(inside) == text
    assert word not in text
    assert unheeded(f"::{word}::").split("\n")[0] != first  # who has seen it once has nothing from it


def test_the_summary_is_a_table_of_points_and_every_report():
    tokens = MarkdownIt("commonmark").enable("table").parse(summary([mixed(), full()]))
    headings = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings == ["linreg_scratch: 4 of 12 points", "linreg_scratch: 4 of 4 points"]
    cells = [token.content for token in tokens if token.type == "inline" and token.level == 4]
    assert cells[:9] == ["part", "points", "of", "`sgd`", "2", "10", "`linreg`", "2", "2"]
    fences = [token.content for token in tokens if token.type == "fence"]
    assert len(fences) == 6
    assert fences[1].startswith("sgd: 2 of 10 points\n")


@pytest.mark.parametrize("one", [hostile(), ungradable(HOSTILE)], ids=["graded", "ungradable"])
def test_hostile_text_stays_inside_of_fences(one):
    tokens = MarkdownIt("commonmark").enable("table").parse(summary([one]))
    outside = [token.content for token in tokens if token.type != "fence"]
    assert any("alert(1)" in token.content for token in tokens if token.type == "fence")
    assert not any("alert" in text or "Not a heading" in text or "pwned" in text for text in outside)


def test_a_summary_that_github_would_drop_is_cut_at_whole_reports(monkeypatch):
    monkeypatch.setattr(github, "LARGEST_SUMMARY", 4000)
    long = result(part(outcome("failed", got="ä" * 1000)))
    assert "ä" in summary([long])
    assert len(summary([long, long]).encode()) <= 4000
    short = summary([long, long])
    assert "ä" not in short
    assert short.count("## linreg_scratch: 0 of 2 points") == 2
    assert short.endswith("The reports are too long for this page.\n")
    assert summary([long] * 100) == "100 notebooks were graded, which is too much for this page.\n"


def test_classroom_gets_the_points_of_every_check():
    document = classroom(mixed())
    assert (document["version"], document["status"], document["max_score"]) == (1, "fail", 12)
    assert sum(test["score"] for test in document["tests"]) == 4
    assert [test["status"] for test in document["tests"]] == ["pass", "fail", "error", "error", "fail", "pass"]
    assert classroom(full(), full())["status"] == "pass"
    assert classroom(full(), full())["max_score"] == 8


def test_classroom_has_nothing_to_record_where_a_notebook_has_no_score():
    """Its reporter adds up the points of all that have a max_score; where that is 0, it reports none."""
    document = classroom(full(), ungradable())
    assert (document["status"], document["max_score"]) == ("error", 0)
    assert document["tests"][-1]["message"] == "The file is empty."


def test_hostile_text_is_no_command_in_the_log_of_classrooms_reporter():
    for test in classroom(hostile(), ungradable(HOSTILE))["tests"]:
        assert "\n" not in test["message"]
        assert "##[" not in test["message"]
        assert not test["message"].startswith("::")


def test_a_runner_finds_summary_and_result_in_its_files_after_what_is_there(tmp_path):
    files = {"GITHUB_STEP_SUMMARY": tmp_path / "summary", "GITHUB_OUTPUT": tmp_path / "output"}
    files["GITHUB_OUTPUT"].write_text("before=1\n", encoding="utf-8")
    said: list[str] = []
    announce([Graded(mixed(), Path("n.ipynb"), None)], {name: str(path) for name, path in files.items()}, said.append)
    assert files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8") == summary([mixed()])
    assert files["GITHUB_OUTPUT"].read_text(encoding="utf-8") == f"before=1\nresult={classroom_result([mixed()])}\n"
    assert len(said) == 2
    announce([Graded(mixed(), Path("n.ipynb"), None)], {}, said.append)  # on a machine of one's own
    assert len(said) == 4
