"""A part's report as a fragment of HTML: no scripts, no links, every text escaped, readable without colour."""

from __future__ import annotations

from functools import cache

import jinja2

from grader.report.text import WORDS, points, stories
from grader.results import Part


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def part_page(part: Part) -> str:
    """The report of one part, for a notebook cell's output."""
    return _template("part.html").render(part=part, checks=stories(part), words=WORDS, points=points)
