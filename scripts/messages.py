"""Every message a student can read, one for each check and each known mistake: as a page, and as text.

    python scripts/messages.py [--to FOLDER] [SUBMISSION...]

Writes index.html and messages.txt into build/messages. Every report in them is a real one: the wrong submissions of
the tests, graded, and what came of it as a notebook shows it. At the end stand the mistakes that none of them makes.
"""

from __future__ import annotations

import argparse
import runpy
import sys
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
warnings.simplefilter("ignore")  # MXNet's own, at its import

from grader import checks  # noqa: E402 (after the path and the warnings are set)
from grader.claims import PartSpec  # noqa: E402
from grader.diagnosis import Misconception  # noqa: E402
from grader.local import LocalSubject  # noqa: E402
from grader.report.html import part_page  # noqa: E402
from grader.report.text import part_text  # noqa: E402
from grader.running import run_part  # noqa: E402
from grader.sandbox.levels import open_forkserver  # noqa: E402
from grader.sandbox.problems import SandboxProblem  # noqa: E402
from grader.sandbox.remote import RemoteSubject  # noqa: E402
from grader.sandbox.session import Session  # noqa: E402
from grader.seeds import PUBLIC_SEED  # noqa: E402
from grader.subject import CALL_SECONDS, Subject  # noqa: E402
from grader.submissions import cells, load  # noqa: E402

SUBMISSIONS = ROOT / "tests" / "submissions"
PARTS: dict[str, PartSpec] = {part.id: part for part in checks.parts("linreg_scratch")}
FUNCTIONS = PARTS["training"].functions
RIGHT = load(SUBMISSIONS / "right" / "all_four_as_short_as_possible.py", dict.fromkeys(FUNCTIONS))
TABLE = runpy.run_path(str(SUBMISSIONS / "expected.py"))
WRONG: dict[str, dict[str, str]] = TABLE["WRONG"]
NAMED: dict[str, set[str]] = runpy.run_path(str(SUBMISSIONS / "diagnoses.py"))["NAMED"]


@dataclass(frozen=True)
class Entry:
    """One report: what was handed in, and what its author reads, as HTML and as text."""

    title: str
    source: str
    page: str
    text: str


def graded(title: str, source: str, part_id: str, subject: Subject) -> Entry:
    report = run_part(PARTS[part_id], subject, PUBLIC_SEED)
    return Entry(title, source, part_page(report), part_text(report))


def wrong(name: str, part_id: str) -> Entry:
    """What the author of a wrong submission reads about one part."""
    path = SUBMISSIONS / "wrong" / f"{name}.py"
    subject = LocalSubject(load(path, RIGHT), seconds=TABLE["SECONDS"].get(name, CALL_SECONDS))
    return graded(name, path.read_text(encoding="utf-8"), part_id, subject)


def chosen(part_id: str) -> tuple[str, ...]:
    """The wrong submissions whose report on a part is shown: in training, the first of each kind."""
    if part_id == "training":
        names = [group.files[0] for group in TABLE["GROUPS"]]
    else:
        names = [name for name in sorted(WRONG) if part_id in cells(_source("wrong", name), FUNCTIONS)]
    return tuple(name for name in names if any(check.id in WRONG[name] for check in PARTS[part_id].checks))


def without_failure() -> Iterator[Entry]:
    """What is read where nothing could be compared, or where all is well."""
    yield graded("everything is right", "", "linreg", LocalSubject(RIGHT))
    yield wrong("all_stubs_left_alone", "linreg")
    yield graded("there is no such function", "", "sgd", LocalSubject({}))
    yield wrong("sgd_is_a_number", "sgd")
    yield wrong("linreg_uses_the_at_sign", "linreg")
    yield wrong("data_iter_hangs", "data_iter")
    # Only the sandbox survives this one.
    source = _source("hostile", "ends_the_process")
    try:
        with open_forkserver() as forkserver, Session(forkserver) as session:
            session.run_cell(source)
            yield graded("ends_the_process", source, "sgd", RemoteSubject(session))
    except SandboxProblem as problem:
        print(f"Left out: a function that ends its process. {problem}", file=sys.stderr)


def never_made() -> dict[str, tuple[Misconception, ...]]:
    """By part, the mistakes that are in its catalogue and that no wrong submission is named for."""
    made = {id: set().union(*(NAMED.get(name, set()) for name in chosen(id))) for id in PARTS}
    return {id: tuple(m for m in part.misconceptions if m.id not in made[id]) for id, part in PARTS.items()}


def gallery(only: Collection[str] = ()) -> dict[str, list[Entry]]:
    """The sections, by their titles; with `only`, those submissions alone."""
    sections = {} if only else {"Nothing to compare": list(without_failure())}
    for id in PARTS:
        names = [name for name in chosen(id) if not only or name in only]
        if names:
            sections[id] = [wrong(name, id) for name in names]
    return sections


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Every message a student can read</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 56em; margin: 0 auto; padding: 1em; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 2.5em; border-bottom: 2px solid #c9d1d9; padding-bottom: .2em; }
h3 { margin: 2em 0 .4em; font-size: 1em; overflow-wrap: anywhere; }
nav li { overflow-wrap: anywhere; }
.cell { font: 13px/1.4 ui-monospace, monospace; background: #f3f5f7; padding: .7em .9em; margin: 0; overflow-x: auto; }
.mistakes dt { margin-top: .8em; }
.mistakes dd { margin: 0 0 0 1.5em; color: #57606a; }
</style>
</head>
<body>
<h1>Every message a student can read</h1>
<p>Wrong answers of the grader's own tests, graded at the public seed, and below each the report that its author sees in
the notebook.</p>
<nav aria-label="Contents">
<ul>
{% for title, entries in sections.items() %}
<li><a href="#{{ loop.index }}">{{ title }}</a> ({{ entries | length }})</li>
{% endfor %}
<li><a href="#mistakes">Mistakes that none of these makes</a></li>
</ul>
</nav>
<main>
{% for title, entries in sections.items() %}
<h2 id="{{ loop.index }}">{{ title }}</h2>
{% for entry in entries %}
<h3>{{ entry.title }}</h3>
{% if entry.source %}
<pre class="cell" tabindex="0">{{ entry.source }}</pre>
{% endif %}
{{ entry.page | safe }}
{% endfor %}
{% endfor %}
<h2 id="mistakes">Mistakes that none of these makes</h2>
{% for part, mistakes in never.items() if mistakes %}
<h3>{{ part }}</h3>
<dl class="mistakes">
{% for mistake in mistakes %}
<dt>{{ mistake.name }}</dt>
<dd>{{ mistake.hint }}</dd>
{% endfor %}
</dl>
{% endfor %}
</main>
</body>
</html>
"""


def as_page(sections: dict[str, list[Entry]]) -> str:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(PAGE).render(sections=sections, never=never_made()) + "\n"


def as_text(sections: dict[str, list[Entry]]) -> str:
    blocks = ["Every message a student can read"]
    for title, entries in sections.items():
        blocks.append(f"{title}\n{'=' * len(title)}")
        blocks += [
            "\n\n".join(filter(None, [f"* {entry.title}", entry.source.rstrip(), entry.text])) for entry in entries
        ]
    title = "Mistakes that none of these makes"
    blocks.append(f"{title}\n{'=' * len(title)}")
    for part, mistakes in never_made().items():
        blocks += [f"{part}: {mistake.name}\n  hint: {mistake.hint}" for mistake in mistakes]
    return "\n\n".join(blocks) + "\n"


def _source(kind: str, name: str) -> str:
    return (SUBMISSIONS / kind / f"{name}.py").read_text(encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Write both forms and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("submissions", nargs="*", metavar="SUBMISSION", help="wrong submissions to show, without .py")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "messages", metavar="FOLDER")
    options = parser.parse_args(arguments)
    unknown = set(options.submissions) - set(WRONG)
    if unknown:
        parser.error(f"there is no wrong submission called {', '.join(sorted(unknown))}")
    sections = gallery(options.submissions)
    options.to.mkdir(parents=True, exist_ok=True)
    for name, content in (("index.html", as_page(sections)), ("messages.txt", as_text(sections))):
        (options.to / name).write_text(content, encoding="utf-8")
        print(options.to / name)


if __name__ == "__main__":
    main()
