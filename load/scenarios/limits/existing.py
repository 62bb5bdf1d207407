"""What exists and may be read, from answers that were recorded anyway: no limit is used up for looking it up."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.core.conversation import Outcome
from contracts.core.exchange import Exchange, Request
from contracts.steps import fixtures
from load.runtime.run import LoadRun
from load.scenarios.limits.findings import Job

Path = dict[str, str]
Key = tuple[str, str]


class Unlisted(Exception):  # noqa: N818 - not an error: a list has not been read yet
    """A list that would show what exists has not been seen. `key`: its operation, and who is to read it."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


def needs_look(job: Job, run: LoadRun) -> bool:
    """Whether an operation reads resources that the deployment file does not name."""
    if not job.operation.safe:
        return False
    return any(not run.deployment.value(job.principal.tenant, name) for name in job.operation.path_parameters)


def paths(job: Job, run: LoadRun) -> list[Path]:
    """Path values of one resource that exists, or of two; none where lists show nothing. Raises Unlisted."""
    found = [_resolved(job, run, most=most) for most in (True, False)]
    return [path for place, path in enumerate(found) if path is not None and path not in found[:place]]


def _resolved(job: Job, run: LoadRun, *, most: bool) -> Path | None:
    api = run.api(job.operation, job.principal, "existing")
    steps = fixtures.resolve_path(api, job.operation, fresh=False)
    reply: Exchange | None = None
    while True:
        try:
            asked = steps.send(reply)
        except StopIteration as ended:
            return dict(ended.value)
        except Outcome:
            return None
        if not isinstance(asked, Request) or not asked.safe:
            return None
        reply = _recorded(asked, run.exchanges.values(), most=most)
        if reply is None:
            raise Unlisted((asked.operation.key, job.principal.name))


def _recorded(asked: Request, exchanges: Iterable[Exchange], *, most: bool) -> Exchange | None:
    """An answer to the same list, of whatever page: the one that shows most, or least."""
    same = [each for each in exchanges if each.ok and _alike(each.request, asked)]
    shown = sorted((each for each in same if each.items), key=lambda each: len(each.items))
    return (shown[-1] if most else shown[0]) if shown else next(iter(same), None)


def _alike(one: Request, other: Request) -> bool:
    paths = {each.target.partition("?")[0] for each in (one, other)}
    return one.principal == other.principal and one.operation is other.operation and len(paths) == 1
