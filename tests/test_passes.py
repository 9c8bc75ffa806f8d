"""What travels of a course to those who grade: its steps and their settings, and what the gradebook knows."""

from __future__ import annotations

import pytest
from nbconvert.preprocessors import ClearMetadataPreprocessor, ExtractOutputPreprocessor
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import IgnorePattern, LimitOutput

from grader.execution import Marks
from grader.outline import Outline
from grader.passes import Blank
from grader.steps import Plan, Step
from tests.desk import generate, open_desk
from tests.malformed import NAME


@pytest.fixture(scope="module")
def outline(tmp_path_factory) -> Outline:
    root = tmp_path_factory.mktemp("generated")
    with pytest.MonkeyPatch.context() as patch:
        desk = open_desk(generate(root / "start"), root / "course", patch)
    with desk.gradebook() as book:
        return Outline.of(book.find_notebook(NAME, NAME))


@pytest.mark.parametrize(
    "step",
    [
        LimitOutput(max_lines=7, enabled=False),
        IgnorePattern(pattern='it\'s \\d "+" \N{SNOWMAN}'),
        ClearMetadataPreprocessor(preserve_nb_metadata_mask={("a", "b"), "c"}, preserve_cell_metadata_mask={"d"}),
    ],
)
def test_a_step_that_has_travelled_has_the_same_settings(outline, step):
    plan = Plan("", outline, (), (Step.of(step),))
    [again] = Plan.unpacked(plan.packed()).autograde
    assert type(again.made()) is type(step)
    assert again.made().trait_values(config=True) == step.trait_values(config=True)


@pytest.mark.parametrize(
    "step",
    [
        ExtractOutputPreprocessor(),
        type("LimitOutput", (LimitOutput,), {})(),
        ClearMetadataPreprocessor(preserve_nb_metadata_mask={frozenset("a")}),
    ],
)
def test_a_step_that_cannot_travel_says_so(step):
    with pytest.raises(ValueError, match=type(step).__name__):
        Step.of(step)


def test_what_the_gradebook_knows_arrives_whole(outline):
    assert Plan.unpacked(Plan("", outline, (), ()).packed()).outline == outline
    assert Outline.of(outline.notebook()) == outline
    assert {cell.kind for cell in outline.marked} == {"GradeCell", "SolutionCell"}


def test_only_what_was_written_is_told(outline):
    blank = Blank(outline)
    blank.find_grade("check_sgd", NAME, NAME, "").auto_score = 3
    blank.find_grade("why_reshape", NAME, NAME, "").auto_score = None
    blank.find_comment("why_reshape", NAME, NAME, "").auto_comment = "No response."
    assert blank.marks == Marks({"check_sgd": 3, "why_reshape": None}, {"why_reshape": "No response."})
    for find in (blank.find_grade, blank.find_comment):
        with pytest.raises(MissingEntry):
            find("no_such_cell", NAME, NAME, "")
    for find in (blank.find_source_cell, blank.find_graded_cell):
        with pytest.raises(MissingEntry):
            find("no_such_cell", NAME, NAME)
