"""What the suite finds, what it costs and how often it errs, measured: `python -m tests.power COMMAND --help`."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

COMMANDS = (
    "prove", "mutate", "matrix", "catalogue", "load_matrix", "planted", "economy", "seeds", "deep", "side_by_side",
    "judge_speed", "shell_lines", "limits_trials", "limits_live", "policies", "problems",
)  # fmt: skip


def described(command: str) -> str:
    """The first line of a tool, without running it."""
    source = Path(__file__).with_name(f"{command}.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def usage() -> str:
    """What there is, a line each."""
    told = (f"  {each.replace('_', '-'):15}{described(each)}" for each in COMMANDS)
    return "\n".join(["usage: python -m tests.power COMMAND [--help]", "", __doc__.partition(":")[0], "", *told])


def main(arguments: list[str]) -> int:
    """Run a tool as if it had been started by itself; 2 if there is none of that name."""
    name = arguments[0].replace("-", "_") if arguments else "--help"
    if name in {"__help", "_h"} or not arguments:
        print(usage())
        return 0
    if name not in COMMANDS:
        print(f"python -m tests.power: there is no command {arguments[0]!r}\n\n{usage()}", file=sys.stderr)
        return 2
    tool = importlib.import_module(f"tests.power.{name}")
    sys.argv = [f"python -m tests.power {arguments[0]}", *arguments[1:]]
    code: int = tool.main()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
