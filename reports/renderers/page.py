"""report.html: one file without network, for the API owner and whoever has to mend what it found."""

import base64
import hashlib
import html
import json
import re
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from contracts.judging.remedies import remedy
from reports.annotated import Lines, annotated
from reports.evidence import Conversation
from reports.findings import grave, remarks, result, tone, unjudged, unseen
from reports.gallery import gallery
from reports.limits import pictures
from reports.model import Run, Verdict
from reports.proven import proven, wishes
from reports.renderers.timeline import calls_over_time, rate_over_time
from reports.text import cut, layout, visible
from reports.words import MARKS, MEANING, UNSEEN, VERDICTS, clock, counted, day, duration, size

__all__ = ["page"]

HERE = Path(__file__).parents[1]
FIRST = 6  # problems on the first screen
MOST_FINDINGS = 60  # further findings of one problem
LONGEST_TEXT, LONGEST_SCRIPT = 1_500, 3_000  # characters of what was got, and of a script
LONGEST_REASON = 300  # characters of why something was not seen
LONGEST_VALUE = 600  # characters of a header, or of the inputs of a conversation
_KEY = re.compile(r'^( *)("(?:[^"\\\n]|\\.)*")(?=:)', re.MULTILINE)


def page(run: Run) -> str:
    """The whole report as HTML."""
    script = _asset("report.js")
    hung = gallery(run)
    gone = tuple(each for each in run.states if each.problem.id not in {problem.id for problem in run.problems})
    return (
        _environment()
        .get_template("report.html")
        .render(
            run=run,
            info=run.info,
            totals=run.totals,
            result=result(run),
            tone=tone(run),
            remarks=remarks(run),
            unseen=unseen(run),
            unjudged=unjudged(run),
            document=annotated(run),
            limits=pictures(run),
            problems=run.problems,
            states={each.problem.id: each for each in run.states},
            fixed=gone,
            proven=[(topic, list(proofs)) for topic, proofs in groupby(proven(run), key=lambda proof: proof.topic)],
            wishes=wishes(run),
            lines={line.id: line for line in run.verdicts if line.verdict == "broken"},
            shown=hung.shown,
            body=lambda text: body(text, hung.longest),
            asked=lambda line: _asked(run, line),
            style=Markup(_asset("report.css")),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


@cache
def _asset(name: str) -> str:
    return (HERE / "assets" / name).read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    filters = (
        clock,
        counted,
        duration,
        size,
        operation_name,
        breakable,
        css,
        day,
        described,
        laws,
        plain_name,
        remedy,
        calls_over_time,
        rate_over_time,
    )
    environment.filters.update({function.__name__: function for function in filters})
    environment.globals.update(
        VERDICTS=VERDICTS, UNSEEN=UNSEEN, MEANING=MEANING, MARKS=MARKS, FIRST=FIRST, MOST_FINDINGS=MOST_FINDINGS,
        LONGEST_VALUE=LONGEST_VALUE, LONGEST_TEXT=LONGEST_TEXT, LONGEST_SCRIPT=LONGEST_SCRIPT, grave=grave,
    )  # fmt: skip
    return environment


def _finalize(value: Any) -> Any:
    """Nothing invisible gets into the page, whoever wrote it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _asked(run: Run, line: Verdict) -> str:
    """The case of the conversation that showed a verdict, as JSON; empty for a question without a case."""
    conversation = run.evidence.asked(line.id, line.exchanges)
    if conversation is None:
        return ""
    values = _values(conversation, run.evidence.drawn.get(conversation.id, []))
    text, left = cut(", ".join(json.dumps(value, ensure_ascii=False) for value in values), LONGEST_VALUE)
    return f"{text} …" if left else text


def _values(conversation: Conversation, drawn: list[Any]) -> list[Any]:
    given = [] if conversation.inputs in (None, {}, ()) else [conversation.inputs]
    return given + drawn


def operation_name(operation: str | None) -> Markup:
    """A method and a path, the path's parameters set apart, breakable at its slashes."""
    if operation is None:
        return Markup("<span class=op-name>the whole document</span>")
    method, _, path = operation.rpartition(" ")
    parts = (_segment(part) for part in re.split(r"(\{[^}]*\}|/)", visible(path)))
    written = Markup("").join(parts)
    return Markup("<span class=op-name><b>{}</b> <code>{}</code></span>").format(visible(method), written)


def _segment(part: str) -> Markup:
    if part == "/":
        return Markup("/<wbr>")
    return Markup("<i>{}</i>").format(part) if part.startswith("{") else escape(part)


def breakable(text: str) -> Markup:
    """A pointer or URL that may be broken after its slashes and ampersands."""
    return Markup(re.sub(r"(/|&amp;|\?)", r"\1<wbr>", str(escape(visible(text)))))


def plain_name(operation: str | None) -> Markup:
    """A method and a path, breakable at its slashes, and nothing else: for tables with thousands of them."""
    return breakable(operation or "the whole document")


def laws(told: Lines) -> str:
    """The names of laws without their families, with who asked where several did, and why they were not seen."""
    asked = Counter(line.law for line in told.lines)
    reasons: dict[str, list[str]] = {}
    for line in told.lines:
        name = line.law.rpartition("/")[2]
        several = f" as {line.principal}" if line.principal and asked[line.law] > 1 else ""
        why = line.reason or "" if told.verdict in UNSEEN else ""
        reasons.setdefault(cut(why, LONGEST_REASON)[0], []).append(name + several)
    return "; ".join(", ".join(names) + (f" ({why})" if why else "") for why, names in reasons.items())


def body(text: str, longest: int) -> Markup:
    """A message body laid out, its JSON keys set apart, cut with a note when it is long."""
    shown, left = cut(layout(text), longest)
    written = Markup(_KEY.sub(r"\1<b>\2</b>", html.escape(visible(shown), quote=False)))
    return (
        written + Markup("\n<em>… {} left out here</em>").format(counted(left, "more character")) if left else written
    )


def css(word: str) -> str:
    """The class of a verdict."""
    return "v-" + word.replace(" ", "-")


def described(tally: dict[str, int]) -> str:
    """A tally in words: "1 broken, 11 upheld"."""
    return ", ".join(f"{number:,} {word}" for word, number in tally.items() if number) or "nothing asked"
