"""Reports say all there is to say, in one order, and nothing in a student's text can turn against its reader."""

import html
import html.parser
import re
import shutil
import subprocess

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter

from grader.report.html import part_page
from grader.report.text import AS_ABOVE, WIDTH, WORDS, details, part_text, points
from grader.results import Outcome, Part, Status

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
STATUSES: tuple[Status, ...] = ("passed", "failed", "errored", "timed_out", "not_run")
LABELS = ["what happened", "input", "got", "expected", "likely mistake", "hint"]
TEXTS = {name: f"the {name}" for name in ("message", "example", "got", "expected", "diagnosis", "hint")}


def outcome(status: Status = "failed", **changes) -> Outcome:
    earned = 2 if status == "passed" else 0
    basics = {"id": f"check_{status}", "status": status, "points": earned, "max_points": 2, "claim": f"Claim {status}."}
    return Outcome(**{**basics, **changes})


def part(*checks: Outcome, **changes) -> Part:
    basics = {"id": "sgd", "score": sum(check.points for check in checks), "max_score": 2 * len(checks)}
    return Part(**{**basics, "checks": checks, **changes})


class Page(html.parser.HTMLParser):
    """What a browser would find: the elements, their attributes, and the text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.said += data


@pytest.mark.parametrize(
    ("score", "max_score", "text"), [(0, 1, "0 of 1 point"), (1, 1, "1 of 1 point"), (0, 6, "0 of 6 points")]
)
def test_points_agree_with_their_number(score, max_score, text):
    assert points(score, max_score) == text


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_its_word_and_its_points(render, status):
    report = render(part(outcome(status)))
    assert WORDS[status] in report
    assert f"Claim {status}." in report
    assert re.search(r"2 ?/ ?2" if status == "passed" else r"0 ?/ ?2", report)
    assert points(2 if status == "passed" else 0, 2) in report


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
def test_the_story_of_a_failure_is_told_in_one_order(render):
    report = render(part(outcome("failed", **TEXTS)))
    where = [report.index(word) for word in ("Claim failed.", *LABELS)]
    assert where == sorted(where)
    where = [report.index(text) for text in TEXTS.values()]
    assert where == sorted(where)
    assert details(outcome("failed", **TEXTS)) == list(zip(LABELS, TEXTS.values(), strict=True))


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
def test_what_there_is_nothing_to_say_about_is_left_out(render):
    report = render(part(outcome("failed", message="Wrong.", hint="Think.")))
    assert "what happened" in report
    assert not any(label in report for label in (">input<", " input ", ">got<", " got ", "expected", "likely mistake"))
    assert "what happened" not in render(part(outcome("passed", message="not shown")))


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
def test_checks_are_reported_in_the_order_of_the_file(render):
    report = render(part(*map(outcome, STATUSES)))
    where = [report.index(f"Claim {status}.") for status in STATUSES]
    assert where == sorted(where)


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
def test_one_message_stands_for_all_when_none_could_run(render):
    report = render(part(outcome("not_run"), outcome("not_run"), message="sgd is not implemented yet."))
    assert report.count("sgd is not implemented yet.") == 1
    assert "Claim not_run." not in report
    assert "0 of 4 points" in report


STOOD_IN = "Your sgd lost points in its own part, so the course's own sgd stood in for it here."


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
def test_a_message_beside_checks_that_ran_stands_above_them(render):
    report = render(part(outcome("passed"), outcome("failed", **TEXTS), outcome("not_run"), message=STOOD_IN))
    report = html.unescape(report)
    where = [report.index(text) for text in ("2 of 6 points", STOOD_IN, "Claim passed.", "Claim failed.", "the hint")]
    assert where == sorted(where)
    assert report.count(STOOD_IN) == 1
    assert "Claim not_run." in report


def test_a_long_message_is_wrapped_under_its_head():
    lines = part_text(part(outcome("passed"), message="word " * 60)).splitlines()
    assert lines[1].startswith("  word word")
    assert lines[2].startswith("  word word")
    assert max(map(len, lines)) <= WIDTH


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
def test_why_checks_were_not_run_is_said_once_for_those_in_a_row(render):
    held_back = [outcome("not_run", message="Mend the check above first.", id=f"check_{i}") for i in range(3)]
    report = render(part(outcome("failed", **TEXTS), *held_back, outcome("passed"), *held_back))
    assert report.count("Mend the check above first.") == 2
    assert report.count("Claim not_run.") == 6
    assert "what happened" not in render(part(outcome("passed"), *held_back))


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
def test_a_mistake_that_shows_in_several_checks_is_explained_once(render):
    same = {"diagnosis": "It climbs.", "hint": "Which way is down?"}
    report = render(
        part(outcome(**same, got="1"), outcome(**same, got="2"), outcome(diagnosis="It jumps.", hint="Ha."))
    )
    assert report.count("It climbs.") == report.count("Which way is down?") == report.count(AS_ABOVE) == 1
    where = [report.index(text) for text in ("It climbs.", "Which way is down?", AS_ABOVE, "It jumps.", "Ha.")]
    assert where == sorted(where)
    assert report.count("likely mistake") == 3


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
def test_hints_of_checks_without_a_diagnosis_are_all_given(render):
    assert render(part(outcome(hint="Look."), outcome(hint="Look."))).count("Look.") == 2


def test_text_is_wrapped_but_tables_are_not():
    table = "X = [[" + ", ".join("1" for _ in range(80)) + "],\n     [2]]"
    claim = "A claim of many words. " * 12
    report = part_text(part(outcome("failed", claim=claim.strip(), message="word " * 60, example=table)))
    lines = report.splitlines()
    for row in table.splitlines():
        [line] = [line for line in lines if line.endswith(row.strip())]
        assert line.endswith(row)
    assert all(len(line) <= WIDTH + 4 for line in lines if "1, 1, 1" not in line)
    assert "word word" in report
    first, second = (next(line for line in lines if line.endswith(row.strip())) for row in table.splitlines())
    assert second.index("[2]") == first.index("[[") + 1


def test_a_report_ends_without_an_empty_line():
    assert part_text(part(outcome())) == part_text(part(outcome())).rstrip()


NASTY = [
    "<script>alert(1)</script>",
    "</pre></dd></dl></li></ol></section><img src=x onerror=alert(1)>",
    "\"'><b>&amp;&lt;",
    "{{ part.id }} {% raw %}",
    "<!-- <style>",
]


@pytest.mark.parametrize("text", NASTY)
def test_no_text_becomes_markup(text):
    calm, nasty = (
        Page(part_page(part(outcome("failed", claim=said, **dict.fromkeys(TEXTS, said)), id=said)))
        for said in ("calm", text)
    )
    assert nasty.tags == calm.tags
    assert [name for name, _ in nasty.attributes] == [name for name, _ in calm.attributes]
    assert nasty.said.count(text) == calm.said.count("calm") == 8
    assert dict(nasty.attributes)["aria-label"] == f"Report on {text}"
    assert Page(part_page(part(outcome("not_run"), message=text))).said.count(text) == 1


def test_a_page_is_well_formed_and_loads_and_runs_nothing():
    source = part_page(part(*(outcome(status, **TEXTS) for status in STATUSES)))
    page = Page(source)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "a", "form", "object", "meta", "base"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert not re.search(r"url\(|@import|https?:|//", source)


def test_colour_is_not_needed_to_tell_passed_from_failed():
    said = Page(part_page(part(*map(outcome, STATUSES)))).said
    for status, mark in zip(STATUSES, "✓✗✗✗–", strict=True):
        assert f"{mark} {WORDS[status]}" in said


MEASURE = """<script>
const report = document.querySelector("section.lg"), frame = report.getBoundingClientRect();
const boxes = [...report.querySelectorAll("*")].map((element) => element.getBoundingClientRect());
const outside = boxes.filter((box) => box.left < frame.left || box.right > frame.right).length;
const indented = report.querySelector("li").getBoundingClientRect().left - frame.left;
const lines = [...report.querySelectorAll("dt")].map((label) => Math.round(label.getBoundingClientRect().height / 20));
document.title = `outside ${outside}, indented ${Math.round(indented)}, lines ${Math.max(...lines)}`;
</script>"""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")
@pytest.mark.parametrize("width", [500, 1200])
@pytest.mark.parametrize("template", ["lab", "classic"])
def test_in_a_browser_a_report_stays_in_its_frame_whatever_the_page_says_of_lists(template, width, tmp_path):
    """JupyterLab's pages indent lists and give terms a fifth of the width."""
    texts = TEXTS | {"example": "X = [[1, 2, 3]]\n    [4, 5, 6]]", "message": "Word_without_any_end_" * 12}
    shown = {"text/html": part_page(part(outcome("timed_out", **texts), outcome("not_run", message="Wait.")))}
    cell = nbformat.v4.new_code_cell("check()", outputs=[nbformat.v4.new_output("display_data", shown)])
    source, _ = HTMLExporter(template_name=template).from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    page = tmp_path / "page.html"
    page.write_text(source.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom"]
    command += [f"--window-size={width},900", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert re.findall("<title>(outside.*?)</title>", dom) == ["outside 0, indented 1, lines 1"]


@pytest.mark.parametrize("render", [part_text, part_page], ids=["text", "html"])
def test_control_characters_reach_no_reader(render):
    """Terminals obey escape sequences, and pages turn around at a bidi override."""
    nasty = "\x1b[2J\x1b]0;title\x07 \u202egpj.exe\u2066 \x00\x08\x9b31m \r\u2028\ud800"
    report = render(part(outcome("failed", claim=nasty, **dict.fromkeys(TEXTS, nasty)), id=nasty))
    assert not [character for character in report if not character.isprintable() and character != "\n"]
    assert "\\x1b[2J" in report
    assert "\\u202e" in report
    report.encode()
    report = render(part(outcome("not_run"), message=nasty))
    assert not [character for character in report if not character.isprintable() and character != "\n"]
