"""Feedback pages show what a student wrote, and do nothing that a student wrote."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import re
import shutil
import struct
import subprocess
import zlib
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from traitlets.config import Configurable

from grader.records import Record, sha256, write_record
from grader.report import feedback, formulas
from grader.report import html as html_report
from grader.report.feedback import FeedbackExporter, Mark, feedback_page
from grader.report.formulas import MAX_FORMULA, formula
from grader.report.html import results_page
from grader.report.markdown import CODE_CLASSES, MAX_MARKDOWN, TAGS, Outline, markdown_to_html
from grader.results import Outcome, Part, Result

FUZZ_EXAMPLES = int(os.environ.get("GRADER_FUZZ_EXAMPLES", "0"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0\xff\0\0" * 2))
    + chunk(b"IEND", b"")
).decode()
MARK = "document.title='owned'"
ATTACKS = [
    f"<script>{MARK}</script>",
    f'<img src=x onerror="{MARK}">',
    f'<img src="data:image/svg+xml,<svg onload={MARK}>">',
    f"[click](javascript:{MARK})",
    f"[click](JaVa&#x09;script:{MARK})",
    f'<a href="java\tscript:{MARK}">click</a>',
    f'<a href="data:text/html,<script>{MARK}</script>">click</a>',
    f'<iframe srcdoc="<script>parent.{MARK}</script>"></iframe>',
    '<iframe src="//example.org"></iframe><object data="//example.org"></object><embed src="//example.org">',
    "<style>.score, .pull-right, h4 { display: none }</style>",
    '<link rel="stylesheet" href="//example.org/x.css">',
    '<base href="//example.org/">',
    '<meta http-equiv="refresh" content="0;url=//example.org/">',
    f'<svg onload="{MARK}"><script>{MARK}</script></svg>',
    f'<math><mtext><table><mglyph><style><img src=x onerror="{MARK}">',
    f'<details open ontoggle="{MARK}"><summary>x</summary></details>',
    f'<video autoplay onplay="{MARK}"><source src="//example.org"></video>',
    '<form action="//example.org"><input name="password"><button>Log in</button></form>',
    '<div class="navbar-fixed-top panel" style="position: fixed; top: 0; background: url(//a.org)">34 of 34</div>',
    '<h1 id="check_sgd">x</h1><a name="check_sgd">x</a>',
    "</div></div></div></body></html><h4>linreg_scratch (Score: 40.0 / 40.0)</h4>",
    f"<!-- --!><img src=x onerror={MARK}> -->",
    f'<noscript><p title="</noscript><img src=x onerror={MARK}>">',
    f"<textarea><img title='</textarea><img src=x onerror={MARK}>'>",
    f"`<script>{MARK}</script>` and\n\n```html\n<script>{MARK}</script>\n```",
    f"```mermaid\n<img src=x onerror={MARK}>\n```",
    f"$</script><script>{MARK}</script>$ \\begin{{align}}<script>{MARK}</script>\\end{{align}}",
    f'<script type="text/x-mathjax-config">{MARK}</script><script type="math/tex">x</script>',
    "![picture](https://example.org/who-reads-this.png) ![](file:///etc/passwd) <img src='//example.org/x.png'>",
    "![gone](attachment:gone.png)",
    "| a |\n|:-:|\n| <script>x</script> |",
]
ATTRIBUTES = {"href", "src", "alt", "title", "width", "height", "colspan", "rowspan", "style", "class", "start"}


class Page(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.said = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, {name: value or "" for name, value in attributes}))

    def handle_data(self, data):
        self.said += data


def harmless(source: str) -> Page:
    page = Page(source)
    for tag, attributes in page.tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES, (tag, attributes)
        assert re.fullmatch(r"((https?://|mailto:).*|#.*)?", attributes.get("href", ""), re.IGNORECASE)
        assert re.match(r"(data:image/(png|jpeg);base64,[A-Za-z0-9+/=]*)?$", attributes.get("src", ""))
        assert re.fullmatch(r"(text-align: ?\w+;?)?", attributes.get("style", ""))
        assert attributes.get("class", "highlight") in CODE_CLASSES | {"highlight"}
    return page


@pytest.mark.parametrize("attack", ATTACKS)
def test_markdown_that_acts_is_shown_or_dropped(attack):
    harmless(markdown_to_html(f"before\n\n{attack}\n\nafter"))
    harmless(markdown_to_html(attack))


@pytest.mark.parametrize("attack", ["<script>alert(1)</script>", "<style>h4 {}</style>", "<iframe src=x></iframe>"])
def test_what_is_not_allowed_can_be_read_as_it_was_typed(attack):
    assert harmless(markdown_to_html(attack)).said.strip() == attack


def test_ordinary_markdown_stays():
    source = """# A heading

*Why* **so**? Because `X` has $n < m$ rows & $$\\begin{pmatrix}1 & 2\\end{pmatrix}$$ [see](https://example.org/?a=1&b=2).

| a | b |
|---|:-:|
| 1 | 2 |

1. one
2. two

- [x] done

```python
def f(x): return x
```

> quoted<br>text with H<sub>2</sub>O
"""
    page = harmless(markdown_to_html(source))
    tags = {tag for tag, _ in page.tags}
    assert tags >= {
        "h1",
        "em",
        "strong",
        "code",
        "a",
        "table",
        "td",
        "ol",
        "li",
        "pre",
        "span",
        "blockquote",
        "br",
        "sub",
    }
    for words in ("$n < m$", "$$\\begin{pmatrix}1 & 2\\end{pmatrix}$$", "☑ done", "def f(x): return x"):
        assert words in page.said
    assert {"href": "https://example.org/?a=1&b=2"} in [attributes for _, attributes in page.tags]
    assert any("text-align" in attributes.get("style", "") for _, attributes in page.tags)


def test_attached_pictures_stay_and_others_become_links_or_words():
    source = "![mine](attachment:a.png) ![gone](attachment:b.png) ![far](https://example.org/x.png)"
    attachments = {"a.png": {"image/svg+xml": "<svg onload=alert(1)>", "image/png": PNG}}
    page = harmless(markdown_to_html(source, attachments))
    assert ("img", {"alt": "mine", "src": f"data:image/png;base64,{PNG}"}) in page.tags
    assert ("a", {"href": "https://example.org/x.png"}) in page.tags
    assert "(gone: not shown)" in page.said
    assert [tag for tag, _ in page.tags].count("img") == 1
    assert markdown_to_html('<img src="#picture-7">', attachments).count("data:image/png;base64,") == 1


@pytest.mark.parametrize(
    "source", ["x" * (MAX_MARKDOWN + 1), "<div>" * (MAX_MARKDOWN // 5), "[" * MAX_MARKDOWN, "> " * 9000, "\ud800\x1b\0"]
)
def test_the_strangest_texts_make_a_page_too(source):
    harmless(markdown_to_html(source))
    markdown_to_html(source).encode()


PIECES = st.lists(st.one_of(st.sampled_from(ATTACKS), st.text(max_size=5), st.sampled_from(list("<>\"'`$[]()!&|\n"))))


@settings(max_examples=FUZZ_EXAMPLES or 100, derandomize=not FUZZ_EXAMPLES, deadline=None, database=None)
@given(PIECES, st.integers(0, 10), st.integers(1, 40))
def test_no_mixture_of_attacks_gets_through(pieces, start, step):
    source = "".join(pieces)
    harmless(markdown_to_html(source))
    harmless(markdown_to_html(source[:start] + source[start :: max(1, step // 20)]))


def notebook(*, without: str = "nothing") -> nbformat.NotebookNode:
    markdown = [nbformat.v4.new_markdown_cell(attack) for attack in ATTACKS if without not in attack]
    markdown.append(nbformat.v4.new_markdown_cell("![p](attachment:a.png)", attachments={"a.png": {"image/png": PNG}}))
    raw = nbformat.v4.new_raw_cell(f"<script>{MARK}</script>", metadata={"raw_mimetype": "text/html"})
    code = nbformat.v4.new_code_cell(f"%%html\n<script>{MARK}</script>")
    book = nbformat.v4.new_notebook(cells=[*markdown, raw, code])
    book.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"x": f"</script><script>{MARK}</script>"}}
    book.metadata["language_info"] = {"name": "html", "pygments_lexer": "html"}
    return book


def page(book: nbformat.NotebookNode) -> str:
    return FeedbackExporter().from_notebook_node(book)[0]


def test_a_page_has_a_policy_before_anything_else_and_no_script():
    source = page(notebook())
    head = source[: source.index("</head>")]
    assert head.index("Content-Security-Policy") < head.index("<style")
    found = Page(source)
    assert [tag for tag, _ in found.tags if tag in ("script", "link", "iframe", "object", "base", "form")] == []
    [policy] = [a["content"] for tag, a in found.tags if a.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert {rules[name] for name in ("default-src", "script-src", "base-uri", "form-action")} == {"'none'"}
    assert rules["img-src"] == "data:"
    [style] = re.findall("<style>(.*?)</style>", source, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert rules["style-src"] == f"'sha256-{digest}'"


# The page's structure

BAD = "<script>alert(1)</script>"


def outcome(status="failed", **more) -> Outcome:
    texts = {"claim": "CLAIM", "message": "MESSAGE", "example": "EXAMPLE", "got": "GOT", "expected": "EXPECTED"}
    texts |= {"diagnosis": "MISTAKE", "hint": "HINT"}
    basics = {"id": "c", "status": status, "points": 2 * (status == "passed"), "max_points": 2}
    return Outcome(**{**basics, **texts, **more})


def result(*checks: Outcome, **more) -> Result:
    checks = checks or (outcome(), outcome("passed", claim="It runs."))
    score = sum(check.points for check in checks)
    parts = (Part(id="sgd", score=score, max_score=2 * len(checks), checks=checks),)
    basics = {"assignment": "lab", "notebook": "lab.ipynb", "status": "graded", "score": score, "seed": 1}
    return Result(**{**basics, "max_score": 2 * len(checks), "isolation": "full", "parts": parts, **more})


def graded_notebook() -> nbformat.NotebookNode:
    """A function, its check with the report that grading put there, an answer in words, and a plot."""

    def role(name, **roles):
        return {"nbgrader": {"grade_id": name, **roles}}

    new_output = nbformat.v4.new_output
    report = [new_output("display_data", {"text/plain": "THE OLD REPORT", "text/html": "<b id='points'>HTML</b>"})]
    plot = new_output("display_data", {"text/plain": "<Figure>", "image/png": PNG})
    printed = new_output("stream", name="stdout", text=f"printed {BAD}")
    cells = [
        nbformat.v4.new_markdown_cell(f"# Title\n\n#### Deep {BAD}\n\n## Less [deep](#points)", id="a"),
        nbformat.v4.new_code_cell("def sgd(): ...", outputs=[printed], metadata=role("sgd", solution=True), id="b"),
        nbformat.v4.new_code_cell("check()", outputs=report, metadata=role("check_sgd", grade=True), id="c"),
        nbformat.v4.new_markdown_cell("##### Why", metadata=role("why", solution=True, grade=True), id="d"),
        nbformat.v4.new_code_cell("plt.show()", outputs=[plot], execution_count=7, id="e"),
        nbformat.v4.new_raw_cell(BAD, id="f"),
    ]
    return nbformat.v4.new_notebook(cells=cells)


MARKS = {"check_sgd": Mark(2, 4), "why": Mark(2.5, 3, by_hand=True, comment="# Look\n\n$x^2$ **again**")}


class Structure(Page):
    """A page as a screen reader goes through it: closed elements, headings, landmarks, ids, links, and the text."""

    VOID = ("meta", "img", "br", "hr")

    def __init__(self, source: str) -> None:
        self.open: list[str] = []
        super().__init__(source)
        assert self.open == []
        self.names = [tag for tag, _ in self.tags]
        self.ids = [attributes["id"] for _, attributes in self.tags if "id" in attributes]
        self.links = [attributes["href"] for tag, attributes in self.tags if tag == "a" and "href" in attributes]

    def handle_starttag(self, tag, attributes):
        super().handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.said += " " * (tag in ("th", "td"))

    def handle_data(self, data):
        if "style" not in self.open:
            self.said += data


def well_made(source: str) -> Structure:
    found = Structure(source)
    assert found.tags[0] == ("html", {"lang": "en"})
    assert [found.names.count(landmark) for landmark in ("main", "nav", "h1")] == [1, 1, 1]
    levels = [int(name[1]) for name in found.names if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert len(found.ids) == len(set(found.ids))
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)  # none leads elsewhere, none nowhere
    for tag, attributes in found.tags:
        assert tag != "script"
        assert tag != "img" or (attributes["src"].startswith("data:image/png;base64,") and attributes["alt"])
        assert tag != "th" or attributes["scope"] in ("row", "col")
        assert not any(name.startswith("on") for name in attributes)
        for name in ("aria-labelledby",):
            assert attributes.get(name, found.ids[0]) in found.ids
    assert "://" not in re.sub('content="[^"]*"', "", source.replace("http://www.w3.org", ""))
    return found


def test_a_page_tells_in_order_what_was_lost_and_links_to_it():
    found = well_made(feedback_page(graded_notebook(), MARKS, result(), title="lab", student="ada"))
    words = ["lab: 4.5 of 7 points", "ada", "CLAIM", "MESSAGE", "EXAMPLE", "GOT", "EXPECTED", "MISTAKE", "HINT"]
    words += ["1 check passed", "Comments", "again", "Plots", "Your notebook", "def", "printed"]
    rest = found.said
    for word in words:
        _, there, rest = rest.partition(word)
        assert there, word
    for label in ("what happened", "input", "got", "expected", "likely mistake", "hint"):
        assert label in found.said
    assert "in part" in found.said
    assert {"#part-1", "#cell-2", "#cell-4", "#cell-5"} <= set(found.links)
    assert found.names.count("img") == 2  # the plot, above and in its place
    assert found.names.count("math") == 2  # the comment's formula, likewise
    for told_elsewhere in ("THE OLD REPORT", "HTML"):
        assert told_elsewhere not in found.said


def test_points_are_summed_by_who_gave_them_and_lateness_is_taken_off():
    said = " ".join(well_made(feedback_page(graded_notebook(), MARKS, result(), title="lab", penalty=1)).said.split())
    assert "lab: 3.5 of 7 points" in said
    assert "by the grader 2 Points given by your teacher 2.5 Taken off because it was late −1 Total 3.5 / 7" in said


def test_what_nobody_has_marked_yet_is_not_a_zero():
    waiting = {**MARKS, "why": Mark(None, 3)}
    said = " ".join(well_made(feedback_page(graded_notebook(), waiting, result(), title="lab")).said.split())
    assert "lab: 2 of 7 points so far" in said
    assert "1 answer, worth 3 of these points, still waits to be marked." in said
    assert "not marked yet waits for your teacher – / 3" in said
    nothing = {"check_sgd": Mark(None, 4), "why": Mark(None, 3)}
    said = well_made(feedback_page(graded_notebook(), nothing, title="lab")).said
    assert "lab: not graded yet" in said
    assert not re.search(r"\b0\b", said)


def test_a_zero_is_a_zero():
    marks = {"check_sgd": Mark(0, 4), "why": Mark(0, 3)}
    said = well_made(feedback_page(graded_notebook(), marks, title="lab")).said
    assert "lab: 0 of 7 points" in said
    assert said.count("no points") == 2


def test_without_a_record_the_page_has_the_marks_and_the_report_as_text():
    found = well_made(feedback_page(graded_notebook(), MARKS, title="lab", student="ada"))
    assert "lab: 4.5 of 7 points" in found.said
    assert "THE OLD REPORT" in found.said
    assert "HTML" not in found.said
    assert "Part by part" not in found.said


def test_every_text_is_shown_as_it_is():
    texts = dict.fromkeys(("claim", "message", "example", "got", "expected", "diagnosis", "hint"), BAD)
    hostile = result(outcome(**texts), outcome("passed", claim=BAD), reason=f"{BAD}\n{BAD}")
    hostile = replace(hostile, parts=(replace(hostile.parts[0], id=BAD, message=BAD),))
    book = graded_notebook()
    book.cells[1].metadata.nbgrader.grade_id = book.cells[1].source = BAD
    book.cells[2].metadata.nbgrader.grade_id = f"check_{BAD}"
    marks = {f"check_{BAD}": Mark(1, 2, comment=BAD), BAD: Mark(comment=BAD)}
    found = well_made(feedback_page(book, marks, hostile, title=BAD, student=BAD))
    assert found.said.count(BAD) >= 20
    assert well_made(results_page([hostile, hostile])).said.count(BAD) >= 20
    refused = replace(hostile, status="ungradable", score=None, parts=(), assignment=BAD, notebook=BAD)
    assert well_made(results_page([refused])).said.count(BAD) >= 4


def test_a_page_about_results_alone_is_as_well_made():
    one = well_made(results_page([result()])).said
    assert [one.count(word) for word in ("lab: 2 of 4 points", "CLAIM", "MISTAKE")] == [2, 1, 1]
    refused = result(status="ungradable", score=None, parts=(), reason="It is empty.")
    several = well_made(results_page([result(), refused])).said
    assert "2 notebooks" in several
    assert "Could not grade. It is empty. This is not a mark." in several
    alone = well_made(results_page([refused])).said
    assert "lab: not graded yet" in alone
    assert not re.search(r"\b0\b", alone)


@pytest.mark.parametrize(
    "broken", ["nothing", "another notebook", "another student", "another assignment", "damaged", "no course"]
)
def test_a_record_counts_only_for_the_very_notebook_it_is_about(tmp_path, monkeypatch, broken):
    notebook = tmp_path / "autograded.ipynb"
    nbformat.write(graded_notebook(), notebook)
    record = Record(
        student="bob" if broken == "another student" else "ada",
        given="",
        notebook="0" * 64 if broken == "another notebook" else sha256(notebook.read_bytes()),
        automatic="",
        stopped=0,
        result=result(assignment="other" if broken == "another assignment" else "lab"),
    )
    place = tmp_path / "records" / "lab" / "ada.json"
    write_record(place, record)
    if broken == "damaged":
        place.write_bytes(place.read_bytes().replace(b"CLAIM", b"WRONG"))
    monkeypatch.setattr(feedback, "marks_of", lambda about: (MARKS, 0.0))

    class Course(Configurable):
        coursedir = SimpleNamespace(root=str(tmp_path))

    exporter = FeedbackExporter(parent=None if broken == "no course" else Course())
    about = {"student": "ada", "assignment": "lab", "notebook": "lab", "db_url": ""}
    said = well_made(exporter.from_filename(str(notebook), resources={"nbgrader": about})[0]).said
    assert ("MISTAKE" in said) == (broken == "nothing")
    assert ("THE OLD REPORT" in said) == (broken != "nothing")


# Formulas

SOURCES = sorted(Path(__file__).parents[1].glob("assignments/*/*.ipynb"))


def drawn(source: str) -> ElementTree.Element:
    """The formula, which must hold nothing but what draws one. Raises: ParseError where it is not well formed."""
    tree = ElementTree.fromstring(source)
    for element in tree.iter():
        assert re.fullmatch("m[a-z]+|none", element.tag)
        assert set(element.attrib) <= {*formulas.ATTRIBUTES}
    return tree


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_formula_of_the_assignments_becomes_mathml(path):
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    found = [markdown_to_html(source, outline=Outline(2)) for source in cells]
    drawings = [drawing for html in found for drawing in re.findall("<math.*?</math>", html, re.DOTALL)]
    assert len(drawings) >= 30
    for drawing in drawings:
        said = "".join(drawn(drawing).itertext())
        assert "\\" not in said  # no command that was not understood
    assert not any("<code>$" in html or "#formula" in html for html in found)


def test_a_formula_is_drawn_in_the_line_or_below_it():
    html = markdown_to_html("so $a^2$ and $$\\frac{a}{b}$$ \\begin{align}a&=b\\end{align}", outline=Outline(1))
    kinds = [drawn(found).get("display") for found in re.findall("<math.*?</math>", html)]
    assert kinds == ["inline", "block", "block"]


@pytest.mark.parametrize(
    "hostile",
    [
        BAD,
        r"\href{javascript:alert(1)}{x}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{&lt;script&gt;}",
        r"\class{top}{x}",
        r"\color{red;background:url(//a.org)}{x}",
        r"\hspace{-99em}x",
        r"\hspace{99999em}x",
        r'\style{" onclick="}{x}',
    ],
)
def test_a_hostile_formula_draws_something_or_nothing(hostile):
    found = formula(hostile)
    assert not found or drawn(found) is not None
    harmless(re.sub("<math.*?</math>", "", markdown_to_html(f"a ${hostile}$ b", outline=Outline(1))))
    assert "-99em" not in found
    assert "99999em" not in found


@pytest.mark.parametrize(
    "source",
    ["x" * (MAX_FORMULA + 1), "{" * MAX_FORMULA, r"\def\a{xx}\def\b{\a\a}\b", r"\frac", r"\left(", "  ", "a^b^c"],
)
def test_what_is_no_formula_is_shown_as_it_was_typed(source):
    assert formula(source) == ""
    if source.strip():
        assert Page(markdown_to_html(f"a ${source}$ b", outline=Outline(1))).said.strip() == f"a ${source}$ b"


def test_a_formula_cannot_be_named_by_a_number():
    source = '$x$ <img src="#formula-0" alt="a"> <img src="#formula-9"> ![$y$](https://example.org/a.png)'
    found = markdown_to_html(source, outline=Outline(1))
    assert found.count("<math") == 1
    assert "$y$" in found


def title_in_a_browser(source: str, path) -> str:
    path.write_text(source, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom"]
    command += [f"--user-data-dir={path.parent / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND", path.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    return re.findall("<title>(.*?)</title>", dom)[0]


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")
def test_in_a_browser_each_wall_alone_stops_every_attack(tmp_path, monkeypatch):
    """The attacks work where there is no wall: they are none that a browser would ignore anyway.

    Only to be led to another page is something that a policy cannot forbid.
    """
    staying = notebook(without="refresh")

    def as_typed(source: str, attachments: object = None, *, outline: object = None) -> str:
        return source

    html_policy = html_report.policy
    both = title_in_a_browser(page(notebook()), tmp_path / "both.html")
    monkeypatch.setattr(html_report, "policy", lambda style: "")
    markdown_alone = title_in_a_browser(page(notebook()), tmp_path / "markdown.html")
    monkeypatch.setattr(feedback, "markdown_to_html", as_typed)
    neither = title_in_a_browser(page(staying), tmp_path / "neither.html")
    monkeypatch.setattr(html_report, "policy", html_policy)
    policy_alone = title_in_a_browser(page(staying), tmp_path / "policy.html")
    assert neither == "owned"
    assert both == markdown_alone == policy_alone == "Notebook"
