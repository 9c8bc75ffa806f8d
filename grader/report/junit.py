"""Results as JUnit XML, which CI servers read: a suite for each notebook, a test case for each check.

JUnit knows no points, so the only question is which checks earned theirs. One that did not is never just skipped,
which servers count as well: a `failure` where the answer was wrong or there was none, an `error` where it raised
something or was stopped. A notebook that could not be graded is one `error`.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from grader.report.text import WORDS, check_text, points
from grader.results import Outcome, Result

UNGRADABLE = "ungradable"
KINDS = {"failed": "failure", "not_run": "failure", "errored": "error", "timed_out": "error"}


def junit_xml(results: Sequence[Result]) -> str:
    """A document that depends on the results alone: no times, no host, no seed."""
    suites = Element("testsuites", name="grader")
    for result in results:
        suites.append(_suite(result))
    for count in ("tests", "failures", "errors"):
        suites.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _suite(result: Result) -> Element:
    suite = Element("testsuite", name=result.notebook)
    properties = SubElement(suite, "properties")
    for name in ("assignment", "status", "score", "max_score", "isolation"):
        value = getattr(result, name)
        if value is not None:
            SubElement(properties, "property", name=name, value=str(value))
    if result.score is None:
        case = SubElement(suite, "testcase", name="grading", classname=result.assignment)
        SubElement(case, "error", type=UNGRADABLE, message="Could not grade").text = result.reason
    for part in result.parts:
        for outcome in part.checks:
            suite.append(_case(f"{result.assignment}.{part.id}", outcome))
    if result.score is not None and result.reason:
        SubElement(suite, "system-out").text = result.reason
    counts = {kind: len(suite.findall(f"testcase/{kind}")) for kind in ("failure", "error")}
    suite.attrib |= {
        "tests": str(len(suite.findall("testcase"))),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": "0",
    }
    return suite


def _case(classname: str, outcome: Outcome) -> Element:
    case = Element("testcase", name=outcome.id, classname=classname)
    if outcome.status != "passed":
        message = f"{outcome.claim} ({WORDS[outcome.status]}, {points(outcome.points, outcome.max_points)})"
        SubElement(case, KINDS[outcome.status], type=outcome.status, message=message).text = check_text(outcome)
    return case
