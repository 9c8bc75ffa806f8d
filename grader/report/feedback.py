"""nbgrader's feedback pages without anything in them that acts: nothing a student wrote runs, loads or hides.

Two walls. Markdown comes out of `markdown_to_html` as plain marked-up text: what else HTML can do is shown as it was
typed. And the page itself forbids its reader's browser, by a Content-Security-Policy, to run any script but the one
that sets formulas and to load anything else at all.

In nbgrader's configuration:

    c.GenerateFeedback.exporter_class = "grader.report.feedback.FeedbackExporter"
    c.HTMLExporter.filters = {"markdown2html": "grader.report.feedback.markdown_to_html"}

The second line is for the form in which answers are graded by hand.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from copy import copy
from typing import Any
from urllib.parse import urlsplit

import bleach  # type: ignore[import-untyped]
import jinja2
from bleach.css_sanitizer import CSSSanitizer  # type: ignore[import-untyped]
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

from grader.outputs import clean_attachments, clean_picture, clean_text

MAX_MARKDOWN = 20_000
"""Characters of a cell that are read as Markdown, in some seconds at worst; a longer one is shown as it was typed."""
TAGS = frozenset(
    (
        *("p", "div", "span", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"),
        *(
            "a",
            "abbr",
            "b",
            "cite",
            "code",
            "del",
            "em",
            "i",
            "ins",
            "kbd",
            "mark",
            "q",
            "s",
            "samp",
            "small",
            "strong",
            "sub",
            "sup",
            "u",
            "var",
        ),
        *("ul", "ol", "li", "dl", "dt", "dd", "details", "summary", "img"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    )
)
CODE_CLASSES = frozenset(STANDARD_TYPES.values()) - {""}
"""What Pygments colours code with. Any other class could dress a student's text up as the page's own."""
LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20]+|#[\w-]*", re.IGNORECASE)
ATTACHED = re.compile(r'src="#picture-(\d+)"')
PICTURE = re.compile(r"data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/=]+)")


def markdown_to_html(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """A Markdown cell as HTML that is fit to be shown to anybody, formulas left for MathJax. Raises nothing.

    Tags that only mark text up survive, of their attributes the harmless ones. Pictures survive as PNG or JPEG among
    `attachments` (nbformat's) or in the text itself; those from elsewhere become links, because to load one tells its
    owner who reads this page, and when.
    """
    source = clean_text(source, most=5 * MAX_MARKDOWN)
    if len(source) > MAX_MARKDOWN:
        return _as_typed(source)
    pictures = clean_attachments(attachments)
    try:
        marked_up = MarkdownWithMath(renderer=_Renderer(pictures)).render(source)
        cleaned: str = _cleaner().clean(marked_up)
    except Exception:  # of parsers for a lenient language, whatever they make of the strangest of texts
        return _as_typed(source)
    # Put in now, because they are clean already, and megabytes long.
    return ATTACHED.sub(lambda found: f'src="{_address(pictures, int(found.group(1)))}"', cleaned)


PYTHON = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """nbgrader's page, template and all, behind the two walls."""

    @jinja2.pass_context
    def markdown2html(self, context: jinja2.runtime.Context, source: str) -> str:
        return markdown_to_html(source, context.get("cell", {}).get("attachments"))

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[str, dict[str, Any]]:
        nb = copy(nb)
        nb.metadata = NotebookNode(PYTHON)  # the student's could name any parser for the code, and widgets
        page, resources = super().from_notebook_node(nb, resources, **more)
        return guarded(readable(page), self.mathjax_url), resources


STYLE = """
div.nbgrader_cell .panel-heading { display: flex; flex-wrap: wrap; justify-content: space-between; height: auto; }
div.nbgrader_cell .panel-heading a { color: #fff; text-decoration: underline; }
.text_cell_render th, .text_cell_render td { padding: .2em .8em .2em 0; vertical-align: baseline; }
.text_cell_render table { margin-bottom: 1em; }
.text_cell_render code { overflow-wrap: break-word; }
img { max-width: 100%; height: auto; }
@media (max-width: 600px) {
  .container, .panel-body { padding-left: 6px; padding-right: 6px; }
  h1 { font-size: 26px; }
  h2 { font-size: 22px; }
}
"""
"""What nbgrader's page leaves to be wished: room in tables, links that can be seen on blue, and phones."""
CONTENTS = re.compile(r'(<div id="toc">)(.*?)(</ol>)', re.DOTALL)
ENTRY = re.compile(r'(<a href="#(?:comment-)?([\w-]+)">)([^<]*)(</a>)')


def readable(page: str) -> str:
    """nbgrader's page for screens of any width, in English for screen readers, and with a name for each thing in its
    table of contents, where nbgrader calls every check "Test cell".
    """

    def named(entry: re.Match[str]) -> str:
        start, id, kind, end = entry.groups()
        return f"{start}{id.removeprefix('check_') if kind == 'Test cell' else f'{kind}: {id}'}{end}"

    page = CONTENTS.sub(lambda found: found[1] + ENTRY.sub(named, found[2]) + found[3], page, count=1)
    page = page.replace("<html>", '<html lang="en">', 1)
    extra = f'<meta name="viewport" content="width=device-width, initial-scale=1"/><style>{STYLE}</style></head>'
    return page.replace("</head>", extra, 1)


CONFIGURATION = """
window.MathJax = {
  tex2jax: {inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true, processEnvironments: true},
  TeX: {equationNumbers: {autoNumber: "AMS", useLabelIds: true}},
  displayAlign: "center",
  messageStyle: "none"
};
"""
"""What MathJax shall take for a formula. A plain script: the template's own way of saying it needs `eval`."""


def guarded(page: str, mathjax_url: str) -> str:
    """A page whose head holds a Content-Security-Policy and, of scripts, MathJax and its configuration alone.

    Raises: ValueError for a page without a head: one that cannot be guarded must not be made.
    """
    start, head, rest = re.split(r"(<head>)", page, maxsplit=1) if "<head>" in page else (page, "", "")
    if not head:
        raise ValueError("The feedback page has no <head> to put a Content-Security-Policy in.")
    inside, end, body = rest.partition("</head>")
    inside = re.sub(r"<script\b.*?</script>", "", inside, flags=re.DOTALL)  # the template's own
    # The page offers "latest.js", which asks yet another host which version is the latest.
    address = mathjax_url.replace("/latest.js", "/MathJax.js")
    parts = urlsplit(address)
    fonts_and_scripts = f"{parts.scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}/"
    digest = base64.b64encode(hashlib.sha256(CONFIGURATION.encode()).digest()).decode()
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src 'sha256-{digest}' {fonts_and_scripts}",
            "style-src 'unsafe-inline'",
            f"font-src {fonts_and_scripts}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}"/>'
    scripts = f'<script>{CONFIGURATION}</script><script src="{html.escape(address)}" async></script>'
    return f'{start}{head}<meta charset="utf-8"/>{meta}{inside}{scripts}{end}{body}'


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """Markdown as nbconvert renders it, without anchors for headings, which would catch links meant for the page's."""

    def __init__(self, pictures: Mapping[str, object]) -> None:
        super().__init__(escape=False, allow_harmful_protocols=False, exclude_anchor_links=True)
        self._attached = {f"attachment:{name}": number for number, name in enumerate(pictures)}

    def image(self, text: str, url: str, title: str | None = None) -> str:
        said = html.escape(text)
        if url in self._attached:
            return f'<img src="#picture-{self._attached[url]}" alt="{said}"/>'
        if PICTURE.fullmatch(url):
            return f'<img src="{url}" alt="{said}"/>'
        said = said or "a picture"
        return f'<a href="{html.escape(url)}">{said}</a>' if LINK.fullmatch(url) else f"<i>({said}: not shown)</i>"

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre>{html.escape(code)}</pre>"

    def task_list_item(self, text: str, checked: bool = False) -> str:
        return f"<li>{'☑' if checked else '☐'} {text}</li>\n"


def _cleaner() -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=TAGS,
        attributes=_harmless,
        protocols={"http", "https", "mailto", "data"},  # data: for pictures only, see `_harmless`
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
    )


def _harmless(tag: str, name: str, value: str) -> bool:
    match tag, name:
        case "a", "href":
            return bool(LINK.fullmatch(value))
        case "img", "src":
            found = PICTURE.fullmatch(value)
            return bool(
                (found and clean_picture(found.group(2), found.group(1))) or ATTACHED.fullmatch(f'src="{value}"')
            )
        case (("a" | "abbr" | "img"), "title" | "alt"):
            return True
        case "img", "width" | "height":
            return bool(re.fullmatch(r"\d{1,4}%?", value))
        case (("td" | "th"), "colspan" | "rowspan"):
            return bool(re.fullmatch(r"\d{1,2}", value))
        case (("td" | "th"), "style"):
            return True  # of which only text-align is left
        case "span", "class":
            return value in CODE_CLASSES
        case "div", "class":
            return value == "highlight"
        case "ol", "start":
            return bool(re.fullmatch(r"\d{1,4}", value))
    return False


def _as_typed(source: str) -> str:
    return f"<pre>{html.escape(source)}</pre>"


def _address(pictures: Mapping[str, Mapping[str, str]], number: int) -> str:
    """The address of an attached picture: the picture itself."""
    [(kind, data)] = list(pictures.values())[number].items() if number < len(pictures) else [("image/png", "")]
    return f"data:{kind};base64,{data}"
