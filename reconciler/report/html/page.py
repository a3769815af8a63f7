"""One or several parts as an HTML file: what frames them, and what keeps them harmless.

Whatever a plan holds ends up in one block of JSON, in which no `<` is left that could end it, and
the script puts it on the page as text. The policy allows this script and this style by their
digests, and nothing else: no request, no form, no other script, whatever stands in a value.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from reconciler.model import ApplyReport, DriftReport, Kind, Plan, Record, ResourceId, Run
from reconciler.report.html.part import HtmlPart, html_part
from reconciler.report.words import WORDS

# In the order in which they build upon each other.
_SCRIPTS = ("dom", "diff", "changes", "layout", "graph", "times", "views", "report")
# What could end the block of JSON, or be a line's end to some reader of scripts.
_ESCAPES = {letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def as_html(
    plan: Plan,
    *,
    now: datetime,
    title: str = "Plan",
    report: ApplyReport | None = None,
    drift: DriftReport | None = None,
    history: Sequence[Record] = (),
    runs: Mapping[ResourceId, Sequence[Run]] | None = None,
    reveal: Sequence[str] = (),
) -> str:
    """Render a plan, and whatever else is known, as one self-contained HTML file.

    Args:
        plan: To be shown: without what the workspace marks as sensitive (`without_secrets`).
        now: Of the file: its timeline shows two weeks before and after.
        report: What an apply made of the plan.
        drift: What is not as it was left, as a view beside the plan.
        history: Entries of the ledger, in any order.
        runs: What ran of the slots of schedules in the two weeks before, by activation; an
            activation that is not in it was not looked at (`Remote.scheduled_runs`).
        reveal: Paths of values that are shown although they tend to hold secrets.

    Shape: HTML 5, UTF-8; grows by somewhat less than a kilobyte a step.
    """
    part = html_part(
        plan,
        now=now,
        title=title,
        report=report,
        drift=drift,
        history=history,
        runs=runs,
        reveal=reveal,
    )
    return html_page([part], now=now)


def html_page(parts: Sequence[HtmlPart], *, now: datetime) -> str:
    """Render parts, of which the reader chooses one at a time, as one HTML file."""
    title = parts[0].title if len(parts) == 1 else f"{len(parts)} environments"
    style, script = _text("report.css"), _script()
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"script-src '{_digest(script)}'; style-src '{_digest(style)}'"
    )
    written = f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    # A replaced text is never looked at again, so no value can pass for one of these.
    return _filled(
        _text("report.html"),
        {
            "policy": escape(policy),
            "title": escape(title),
            "style": style,
            "written": written,
            "summary": "".join(map(_summary, parts)),
            "data": _embedded({**_words(), "written": written, "parts": [p.data for p in parts]}),
            "script": script,
        },
    )


def _summary(part: HtmlPart) -> str:
    """What a reader sees whose viewer runs no scripts: the verdict, and what stands in the way."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in part.lines)
    said = f"<h2>{escape(part.title)}</h2><p><strong>{escape(part.verdict)}</strong></p>"
    return f"<section>{said}{f'<ul>{lines}</ul>' if lines else ''}</section>"


def _words() -> dict[str, Any]:
    return {
        "verbs": {
            str(verb): {
                "symbol": words.symbol,
                "will": words.will,
                "to": words.infinitive,
                "past": words.past,
            }
            for verb, words in WORDS.items()
        },
        "kinds": {kind.slug: kind.word for kind in Kind},
    }


def _embedded(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    for letter, escaped in _ESCAPES.items():
        text = text.replace(letter, escaped)
    # A half of a pair of surrogates is no UTF-8.
    return text.encode(errors="replace").decode()


def _filled(template: str, values: Mapping[str, str]) -> str:
    first, *rest = template.split("{{")
    filled = [first]
    for piece in rest:
        name, _, after = piece.partition("}}")
        filled += (values[name], after)
    return "".join(filled)


@cache
def _script() -> str:
    body = "\n".join(_text(f"{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{body}}})();\n'


@cache
def _text(name: str) -> str:
    return files("reconciler.report.html").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
