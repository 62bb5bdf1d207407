"""badge.svg: the result in a word and a colour, for the head of a README."""

from jinja2 import Environment

from contracts.config.severity import LEVELS
from reports.model import Run
from reports.words import counted

__all__ = ["badge"]

LABEL = "contract"
COLOURS = {"critical": "#b3261e", "major": "#c2410c", "minor": "#8a6d00", "kept": "#1b7f3b", "unknown": "#5f6368"}
"""Each dark enough for white letters: 4.5 to 1."""
LETTER = 6.6  # pixels that a letter of Verdana at 11 takes, about
_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{{ left + right }}" height="20" role="img"
  aria-label="{{ label }}: {{ text }}">
<title>{{ label }}: {{ text }}</title>
<rect width="{{ left + right }}" height="20" rx="3" fill="#3c4043"/>
<rect x="{{ left }}" width="{{ right }}" height="20" rx="3" fill="{{ colour }}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{{ left / 2 }}" y="14">{{ label }}</text><text x="{{ left + right / 2 }}" y="14">{{ text }}</text>
</g></svg>
"""


def badge(run: Run) -> str:
    """One SVG, which fetches nothing."""
    text, colour = _result(run)
    left, right = (round(len(each) * LETTER) + 12 for each in (LABEL, text))
    template = Environment(autoescape=True).from_string(_SVG)
    return template.render(label=LABEL, text=text, colour=COLOURS[colour], left=left, right=right) + "\n"


def _result(run: Run) -> tuple[str, str]:
    levels = [each.level for each in run.problems]
    worst = min(levels, key=LEVELS.index, default=None)
    if worst is not None:
        return counted(levels.count(worst), f"{worst} problem"), worst
    if run.info.ended != "complete" or not run.totals["upheld"]:
        return "not judged", "unknown"
    return "kept", "kept"
