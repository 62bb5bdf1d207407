"""metrics.prom: the run in numbers, as OpenMetrics text for a textfile collector or a push gateway."""

from collections import Counter

from prometheus_client import CollectorRegistry, Gauge, Info
from prometheus_client.openmetrics.exposition import generate_latest

from contracts.config.severity import LEVELS
from reports.model import Run
from reports.text import visible

__all__ = ["metrics"]

PREFIX = "calcom_contracts"


def metrics(run: Run) -> str:
    """Gauges of one run; the labels of `run_info` say which."""
    registry, info = CollectorRegistry(), run.info
    which = {
        "deployment": visible(info.deployment.name),
        "document": visible(f"{info.document.title} {info.document.version}"),
        "depth": visible(info.depth),
        "suite": visible(info.suite),
    }
    Info(f"{PREFIX}_run", "Which run these numbers are of.", registry=registry).info(which)
    verdicts = Gauge(f"{PREFIX}_verdicts", "Items of the plan by their verdict.", ["verdict"], registry=registry)
    for word, count in run.totals.items():
        verdicts.labels(word).set(count)
    found = Counter(each.level for each in run.problems)
    problems = Gauge(f"{PREFIX}_problems", "What is wrong, by severity.", ["severity"], registry=registry)
    for level in LEVELS:
        problems.labels(level).set(found[level])
    _number(registry, "requests", "Requests that were sent.", info.requests)
    _number(registry, "left_behind", "What the run made and could not remove.", info.things_left)
    _number(registry, "complete", "1 where the run reached its end.", int(info.ended == "complete"))
    if info.finished is not None:
        _number(registry, "duration_seconds", "How long the run took.", round(info.finished - info.started, 3))
        _number(registry, "finished_timestamp_seconds", "When the run ended, in Unix time.", round(info.finished, 3))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text.decode()


def _number(registry: CollectorRegistry, name: str, text: str, value: float) -> None:
    Gauge(f"{PREFIX}_{name}", text, registry=registry).set(value)
