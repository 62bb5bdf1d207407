"""python -m reports: render a run again, or compare two."""

import sys
from pathlib import Path

import click

from reports import history
from reports.compare import compare as compare_runs
from reports.compare import described
from reports.compare_load import compare_load, described_load
from reports.errors import ReportError
from reports.exports import EXPORTS
from reports.latest import follow, mark_latest
from reports.model import load
from reports.render import render as render_run

USAGE, INTERNAL = 2, 3


class DefaultGroup(click.Group):
    """A group whose first command may go without its name: `python -m reports RUN_DIR`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the arguments for those of `render` when they begin with no command's name."""
        named = args and args[0] in (*self.commands, *ctx.help_option_names)
        return super().parse_args(ctx, args if named or not args else ["render", *args])

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show both ways to call it."""
        formatter.write_usage(ctx.command_path, "RUN_DIR [--latest]")
        formatter.write_usage(ctx.command_path, "compare BEFORE AFTER")
        formatter.write_usage(ctx.command_path, "history [FOLDER]")


run_dir = click.Path(path_type=Path)


@click.group(cls=DefaultGroup)
def main() -> None:
    """Render the reports of a run again, or compare two runs.

    RUN_DIR is the directory of a run, with verdicts.json and evidence.ndjson in it, such as reports/out/latest.
    """


@main.command(short_help="Render a run again; RUN_DIR alone does the same.")
@click.argument("directory", metavar="RUN_DIR", type=run_dir)
@click.option(
    "--latest", is_flag=True, help="Also let `latest`, beside the run, name it, and remember it in the history."
)
@click.option(
    "--report",
    "asked",
    multiple=True,
    metavar="FORMAT",
    help=f"Also in the words of another tool, repeatable or with commas: {', '.join(EXPORTS)}.",
)
@click.option(
    "--history",
    "past",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="SQLite file of earlier runs: tells what is new, and remembers this run.",
)
def render(directory: Path, latest: bool, asked: tuple[str, ...], past: Path | None) -> None:
    """Write report.html, junit.xml, report.sarif, summary.md and the rest of a run again and print their paths.

    Exits 0 when they are written, 2 when the run cannot be read, 3 when they cannot be written.
    """
    formats = [each for some in asked for each in some.split(",")]
    if unknown := [each for each in formats if each not in EXPORTS]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(EXPORTS)}", param_hint="--report")
    found = follow(directory)
    for path in render_run(directory, past):
        click.echo(path)
    for each in formats:
        click.echo(EXPORTS[each](load(follow(directory))))
    if latest:
        mark_latest(found.parent, found)
    if latest or past:
        history.add(past or found.parent, load(found, evidence=False))


@main.command(short_help="Tell which problems and verdicts changed between two runs.")
@click.argument("before", type=run_dir)
@click.argument("after", type=run_dir)
def compare(before: Path, after: Path) -> None:
    """Tell what changed between two runs: new and fixed problems, then verdicts newly broken, mended, newly unseen.

    Of runs under load, also which operations answer slower or fail more, beyond chance.
    Exits 1 when something is newly broken or worse, else 0; 2 when a run cannot be read.
    """
    runs = load(follow(before), evidence=False), load(follow(after), evidence=False)
    comparison, under_load = compare_runs(*runs), compare_load(*runs)
    click.echo(described(comparison))
    if under_load is not None:
        click.echo(described_load(under_load))
    if comparison.newly_broken or (under_load is not None and under_load.worse):
        raise click.exceptions.Exit(1)


@main.command("history", short_help="List the runs remembered, with what broke and was mended.")
@click.argument("folder", metavar="[FOLDER]", type=run_dir, default=Path("reports/out"))
def list_history(folder: Path) -> None:
    """List the runs remembered in FOLDER (default: reports/out) or in a FILE of --history, the latest first.

    With what broke in each and was mended; then every problem of the latest: new, still there, fixed or flaky.
    Exits 2 when nothing is remembered there.
    """
    remembered = history.past(folder)
    click.echo(history.as_text(remembered))
    click.echo(f"\n{history.problems_text(remembered)}")


def run() -> None:
    """Run the command line, with one line and an exit code for what goes wrong."""
    try:
        main(prog_name="python -m reports")
    except ReportError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(USAGE)
    except OSError as error:
        click.echo(f"Error: {error.filename}: {error.strerror}", err=True)
        sys.exit(INTERNAL)


if __name__ == "__main__":
    run()
