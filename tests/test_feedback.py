"""Feedback pages show what a student wrote, and do nothing that a student wrote."""

from __future__ import annotations

import base64
import os
import re
import shutil
import struct
import subprocess
import zlib
from html.parser import HTMLParser

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report import feedback
from grader.report.feedback import MAX_MARKDOWN, TAGS, FeedbackExporter, guarded, markdown_to_html

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
        assert attributes.get("class", "highlight") in feedback.CODE_CLASSES | {"highlight"}
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
    return FeedbackExporter(template_name="classic").from_notebook_node(book)[0]


def test_a_page_has_a_policy_before_anything_else_and_two_scripts():
    source = page(notebook())
    head = source[: source.index("</head>")]
    assert head.index("Content-Security-Policy") < head.index("<style")
    found = Page(source)
    scripts = [attributes for tag, attributes in found.tags if tag == "script"]
    assert len(scripts) == 2
    assert [set(attributes) - {"async"} for attributes in scripts] == [set(), {"src"}]
    [policy] = [a["content"] for tag, a in found.tags if tag == "meta" and "http-equiv" in a]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "unsafe" not in rules["script-src"]
    assert scripts[1]["src"].startswith(rules["script-src"].split()[1])


CONTENTS = """<!DOCTYPE html>
<html><head><style>a {}</style></head><body><div id="toc"><ol>
<li><a href="#check_sgd">Test cell</a> (Score: 5.0 / 6.0)</li>
<li><a href="#why">Written response</a> (Score: 3.0 / 3.0)</li>
<li><a href="#comment-why">Comment</a></li>
</ol></div><p><a href="#check_sgd">Test cell</a></p></body></html>"""


def test_the_contents_of_a_page_are_named_and_nothing_else_is():
    found = feedback.readable(CONTENTS)
    links = re.findall(r"<a[^>]*>(.*?)</a>", found)
    assert links == ["sgd", "Written response: why", "Comment: why", "Test cell"]


def test_a_page_tells_phones_and_screen_readers_what_it_is():
    head, _, body = feedback.readable(CONTENTS).partition("</head>")
    assert '<html lang="en">' in head
    assert 'name="viewport" content="width=device-width' in head
    assert head.index("a {}") < head.index(feedback.STYLE)
    assert "<style>" not in body


def test_a_page_that_cannot_be_guarded_is_not_made():
    with pytest.raises(ValueError, match="no <head>"):
        guarded("<p>text</p>", "https://example.org/mathjax/latest.js?config=x")


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

    def as_typed(source: str, attachments: object = None) -> str:
        return source

    both = title_in_a_browser(page(notebook()), tmp_path / "both.html")
    monkeypatch.setattr(feedback, "guarded", lambda source, url: source)
    markdown_alone = title_in_a_browser(page(notebook()), tmp_path / "markdown.html")
    monkeypatch.setattr(feedback, "markdown_to_html", as_typed)
    neither = title_in_a_browser(page(staying), tmp_path / "neither.html")
    monkeypatch.setattr(feedback, "guarded", guarded)
    policy_alone = title_in_a_browser(page(staying), tmp_path / "policy.html")
    assert neither == "owned"
    assert both == markdown_alone == policy_alone == "Notebook"
