"""Formulas as MathML, which browsers show by themselves: no script, no font to fetch, nothing that a reader must allow.

The formula may be anybody's. It is read by a library into a tree of elements, and of these only those that draw a
formula are written out, each with the attributes that it needs; every text is escaped here. Whatever cannot be read
that way is shown as it was typed.
"""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

MAX_FORMULA = 2_000
"""Characters of one formula. Reading takes time by the length, a tenth of a second for so many; more is no formula."""
ELEMENTS = re.compile(
    "math|mrow|mi|mn|mo|mtext|mspace|msub|msup|msubsup|munder|mover|munderover|mfrac|msqrt|mroot|mtable|mtr|mtd|mstyle"
    "|mpadded|mphantom|menclose|mmultiscripts|mprescripts|none"
)
ATTRIBUTES = {
    "accent": re.compile("true|false"),
    "columnalign": re.compile("(?:(?:left|center|right) ?){1,50}"),
    "display": re.compile("block|inline"),
    "displaystyle": re.compile("true|false"),
    "fence": re.compile("true|false"),
    "form": re.compile("prefix|infix|postfix"),
    "linethickness": re.compile("0|0px|0em"),
    "mathvariant": re.compile("[a-z-]{1,30}"),
    "movablelimits": re.compile("true|false"),
    "notation": re.compile("[a-z ]{1,60}"),
    "scriptlevel": re.compile("[0-3]"),
    "stretchy": re.compile("true|false"),
    "width": re.compile(r"[0-3](?:\.\d{1,3})?em"),  # of a space; a negative one could lay words over the page's own
}
DEFINING = re.compile(
    r"\\(?:def|g?let|(?:re)?newcommand|providecommand|newenvironment|DeclareMathOperator)(?![A-Za-z])"
)
"""Commands with which a short formula can say that it is a very long one."""


def formula(source: str, *, block: bool = False) -> str:
    """A formula in LaTeX, without its dollar signs, as an element `math`; empty if it cannot be shown as one."""
    plain = " ".join(source.split())
    if plain.endswith("\\"):
        plain += " "  # a space that was asked for, at the end of a line
    if not plain or len(plain) > MAX_FORMULA or DEFINING.search(plain):
        return ""
    try:
        return _written(convert_to_element(plain, display="block" if block else "inline"))
    except Exception:  # of a parser for a language without a grammar; RecursionError among them
        return ""


def _written(element: Element) -> str:
    """Raises: ValueError for an element that does not draw a formula."""
    if not ELEMENTS.fullmatch(element.tag):
        raise ValueError(element.tag)
    attributes = "".join(
        f' {name}="{value}"' for name, value in element.attrib.items() if name in ATTRIBUTES and _fits(name, value)
    )
    text = html.escape(html.unescape(element.text or ""))  # the library writes its symbols as references
    return f"<{element.tag}{attributes}>{text}{''.join(map(_written, element))}</{element.tag}>"


def _fits(name: str, value: str) -> bool:
    return bool(ATTRIBUTES[name].fullmatch(value))
