"""Who requests are sent as."""

from __future__ import annotations

from typing import Any

import attrs

from contracts.config.kinds import OBTAINING

_WRITTEN = {"access": "may", "provisioned": "lent"}
"""Members of a principal that evidence calls otherwise than the code does: its format outlives names in the code."""
_READ = {written: name for name, written in _WRITTEN.items()}


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(text)) for name, text in value)


@attrs.frozen
class Principal:
    """Who a request is sent as. `values` are placeholders for secrets and plain values for the rest.

    `access`: "read" where its credential may read but must be refused every change. `provisioned`: a user that the
    suite creates for the run.
    `disposable`: everything of its tenant may be changed. `spare`: its credential may be used up.
    `owner`: tokens are issued for what it knows. `headers`: those that its requests have besides.
    `plain`: keys of which the file says that they hold no secret.
    """

    name: str
    tenant: str
    kind: str
    values: dict[str, str]
    role: str | None = None
    access: str | None = None
    provisioned: bool = False
    disposable: bool = False
    spare: bool = False
    owner: bool = False
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs)
    plain: tuple[str, ...] = attrs.field(default=(), converter=tuple)

    @property
    def reads_only(self) -> bool:
        """Whether the deployment file says that this credential may change nothing."""
        return self.access == "read"

    @property
    def obtains(self) -> bool:
        """Whether a run gets its credential from the deployment, or from who authorizes for it."""
        return self.kind in OBTAINING and not self.provisioned

    def written(self) -> dict[str, Any]:
        """As evidence has it."""
        written = attrs.asdict(self)
        written |= {"headers": [list(each) for each in self.headers], "plain": list(self.plain)}
        return {_WRITTEN.get(name, name): value for name, value in written.items()}

    @classmethod
    def recorded(cls, written: dict[str, Any]) -> Principal:
        """The principal of a run's evidence."""
        return cls(**{_READ.get(name, name): value for name, value in written.items()})
