"""Markdown that anybody may have written, as HTML that is fit to be shown to anybody.

What only marks text up stays; what else HTML can do is shown as it was typed. In nbgrader's configuration, for the form
in which answers are graded by hand:

    c.HTMLExporter.filters = {"markdown2html": "grader.report.markdown.markdown_to_html"}
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import bleach  # type: ignore[import-untyped]
from bleach.css_sanitizer import CSSSanitizer  # type: ignore[import-untyped]
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

from grader.outputs import clean_attachments, clean_picture, clean_text
from grader.report.formulas import formula

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
LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20]+", re.IGNORECASE)
ATTACHED = re.compile(r'src="#picture-(\d+)"')
FORMULA = re.compile(r'<img src="#formula-(\d+)">')
PICTURE = re.compile(r"data:(image/(?:png|jpeg));base64,([A-Za-z0-9+/=]+)")


class Outline:
    """The headings of a page below one of its own: whatever levels others chose, none is skipped."""

    def __init__(self, under: int) -> None:
        self._under = under
        self._above: list[int] = []

    def level(self, wanted: int) -> int:
        while self._above and self._above[-1] >= wanted:
            self._above.pop()
        self._above.append(wanted)
        return min(6, self._under + len(self._above))


def markdown_to_html(
    source: str, attachments: Mapping[str, Any] | None = None, *, outline: Outline | None = None
) -> str:
    """A Markdown cell as HTML that is fit to be shown to anybody. Raises nothing.

    Tags that only mark text up survive, of their attributes the harmless ones. Pictures survive as PNG or JPEG among
    `attachments` (nbformat's) or in the text itself; those from elsewhere become links, because to load one tells its
    owner who reads this page, and when.

    outline: where on a page of ours it will stand; its formulas become MathML then. Without, it stands on a page of
    nbgrader's, where MathJax finds them.
    """
    source = clean_text(source, most=5 * MAX_MARKDOWN)
    if len(source) > MAX_MARKDOWN:
        return _as_typed(source)
    pictures = clean_attachments(attachments)
    try:
        renderer = _Renderer(pictures, formulas=outline is not None)
        marked_up = MarkdownWithMath(renderer=renderer).render(source)
        cleaned: str = _cleaner(outline).clean(marked_up)
    except Exception:  # of parsers for a lenient language, whatever they make of the strangest of texts
        return _as_typed(source)
    # Put in now, because they are clean already, and megabytes long.
    cleaned = FORMULA.sub(lambda found: renderer.formula(int(found.group(1))), cleaned)
    return ATTACHED.sub(lambda found: f'src="{_address(pictures, int(found.group(1)))}"', cleaned)


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """Markdown as nbconvert renders it, without anchors for headings, which would catch links meant for the page's."""

    def __init__(self, pictures: Mapping[str, object], *, formulas: bool) -> None:
        super().__init__(escape=False, allow_harmful_protocols=False, exclude_anchor_links=True)
        self._attached = {f"attachment:{name}": number for number, name in enumerate(pictures)}
        self._as_mathml = formulas
        self._formulas: list[tuple[str, str]] = []

    def formula(self, number: int) -> str:
        """One of the text's formulas as HTML; nothing for a number that somebody has made up."""
        return self._formulas[number][0] if number < len(self._formulas) else ""

    def inline_math(self, body: str) -> str:
        return self._put_by(f"${body}$", body) if self._as_mathml else str(super().inline_math(body))

    def block_math(self, body: str) -> str:
        return self._put_by(f"$${body}$$", body, block=True) if self._as_mathml else str(super().block_math(body))

    def latex_environment(self, name: str, body: str) -> str:
        if not self._as_mathml:
            return str(super().latex_environment(name, body))
        typed = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._put_by(typed, typed, block=True)

    def _put_by(self, typed: str, body: str, *, block: bool = False) -> str:
        """What stands for a formula until the text around it has been cleaned."""
        self._formulas.append((formula(body, block=block) or f"<code>{html.escape(typed)}</code>", typed))
        return f'<img src="#formula-{len(self._formulas) - 1}">'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        typed = FORMULA.sub(lambda found: self._formulas[int(found.group(1))][1], text)
        said = html.escape(typed)
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


def _cleaner(outline: Outline | None) -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=TAGS,
        attributes=_harmless,
        protocols={"http", "https", "mailto", "data"},  # data: for pictures only, see `_harmless`
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
        filters=[partial(_in_order, outline=outline)] if outline else [],
    )


def _in_order(source: Iterable[dict[str, Any]], outline: Outline) -> Iterator[dict[str, Any]]:
    """A document's tokens, with the levels of its headings from the outline."""
    opened: list[int] = []
    for token in source:
        if token["type"] in ("StartTag", "EndTag") and re.fullmatch("h[1-6]", token["name"]):
            if token["type"] == "StartTag":
                opened.append(outline.level(int(token["name"][1])))
                token["name"] = f"h{opened[-1]}"
            else:
                token["name"] = f"h{opened.pop()}"
        yield token


def _harmless(tag: str, name: str, value: str) -> bool:
    match tag, name:
        case "a", "href":
            return bool(LINK.fullmatch(value))
        case "img", "src":
            found = PICTURE.fullmatch(value)
            return bool(
                (found and clean_picture(found.group(2), found.group(1)))
                or re.fullmatch(r"#(?:picture|formula)-\d+", value)
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
