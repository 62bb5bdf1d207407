"""A tolerant look at a document that may be cut, dangling or nonsense: the rules of `specs.lint` look through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from attrs import define, frozen

from specs.contract.contract import Contract, build
from specs.contract.model import Operation, Schema
from specs.contract.operations import Site, is_json
from specs.source.document import Document
from specs.source.grammar import METHODS
from specs.source.keywords import UNUSABLE
from specs.source.pointers import SpecError, is_reference, join, resolve
from specs.source.recovery import Reading

Found = tuple[str, str]  # where, and what is wrong there


@frozen
class Rule:
    """One way in which a document can be at fault. `severity` is "defect" or "remark".

    `as_written`: its pointers lead into the document as its owner wrote it, also where that is Swagger 2.0.
    """

    code: str
    severity: str
    title: str
    find: Callable[[View], Iterator[Found]]
    as_written: bool = False


RULES: list[Rule] = []


def rule(
    code: str, severity: str, title: str, *, as_written: bool = False
) -> Callable[[Callable[[View], Iterator[Found]]], Callable[[View], Iterator[Found]]]:
    """Register a rule. The title says what all its findings have in common."""

    def register(find: Callable[[View], Iterator[Found]]) -> Callable[[View], Iterator[Found]]:
        RULES.append(Rule(code, severity, title, find, as_written))
        return find

    return register


def mapping(value: Any) -> Schema:
    """Give an object, or {} for anything else."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """Give an array, or [] for anything else."""
    return value if isinstance(value, list) else []


@define(eq=False, slots=False)
class View:
    """A document with questions that never raise."""

    raw: Schema
    reading: Reading
    document: Document

    @cached_property
    def _built(self) -> tuple[Contract | None, str | None]:
        try:
            return build(self.document), None
        except SpecError as error:
            return None, str(error)

    @property
    def misunderstood(self) -> str | None:
        """Say why the document cannot be understood as a contract; None if it can."""
        return self._built[1]

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Give the operations as the contract has them, by key; none where it cannot be understood."""
        built = self._built[0]
        return {} if built is None else {each.key: each for each in built.operations}

    def lists(self) -> Iterator[tuple[Site, Operation]]:
        """Give every operation that is paged."""
        for site in self.sites:
            operation = self.operations.get(site.key)
            if operation is not None and (operation.paging or operation.asks.position):
                yield site, operation

    def follow(self, node: Any) -> Schema:
        """Follow a reference; {} where it leads nowhere or to no object."""
        try:
            found = mapping(resolve(self.raw, node))
        except SpecError:
            return {}
        return {} if UNUSABLE in found else found

    @cached_property
    def sites(self) -> list[Site]:
        """Give every operation that is an object."""
        found: list[Site] = []
        for path, node in mapping(self.raw.get("paths")).items():
            pointer, item = join("#/paths", path), self.follow(node)
            found += [
                Site(path, method, item[method], item, join(pointer, method), pointer)
                for method in METHODS
                if isinstance(item.get(method), dict) and not path.startswith("x-")
            ]
        order = {pointer: place.offset or place.line for pointer, place in self.reading.marks.items()}
        return sorted(found, key=lambda site: order.get(site.pointer, 0))

    def parameters(self, site: Site) -> list[tuple[Schema, str]]:
        """Give an operation's parameters, those of its path item included."""
        return self.own_parameters(site.node, site.pointer) + self.own_parameters(site.item, site.item_pointer)

    def own_parameters(self, node: Schema, pointer: str) -> list[tuple[Schema, str]]:
        """Give the parameters listed at one place."""
        listed = listing(node.get("parameters"))
        return [(self.follow(entry), join(pointer, "parameters", index)) for index, entry in enumerate(listed)]

    def responses(self, site: Site) -> list[tuple[str, Schema, str]]:
        """Give an operation's responses: status, object, pointer."""
        pointer = join(site.pointer, "responses")
        return [
            (str(status), self.follow(node), join(pointer, status))
            for status, node in mapping(site.node.get("responses")).items()
        ]

    def successes(self, site: Site) -> list[tuple[str, Schema, str]]:
        """Give an operation's 2xx responses."""
        return [entry for entry in self.responses(site) if entry[0].startswith("2")]

    def json_media(self, node: Schema, pointer: str) -> Iterator[tuple[Schema, str]]:
        """Give the JSON media types of a response or request body."""
        for name, media in mapping(node.get("content")).items():
            if is_json(name) and isinstance(media, dict):
                yield media, join(pointer, "content", name)

    def values(self, media: Schema, pointer: str) -> Iterator[tuple[Any, str]]:
        """Give the examples that are beside a schema, but for what is only a name of another file."""
        if "example" in media and not is_reference(media["example"]):
            yield media["example"], join(pointer, "example")
        for name, entry in mapping(media.get("examples")).items():
            if "value" in (stated := self.follow(entry)) and not is_reference(stated["value"]):
                yield stated["value"], join(pointer, "examples", name, "value")

    def success_values(self, site: Site) -> Iterator[tuple[Any, str]]:
        """Give the examples of an operation's success answers."""
        for _, response, pointer in self.successes(site):
            for media, place in self.json_media(response, pointer):
                yield from self.values(media, place)

    @cached_property
    def schemes(self) -> Schema:
        """Give the defined security schemes by name."""
        return mapping(mapping(self.raw.get("components")).get("securitySchemes"))

    def requirements(self) -> Iterator[tuple[Schema, str, Site | None]]:
        """Give every security requirement: the object, its pointer, and the operation it belongs to."""
        holders: list[tuple[Schema, str, Site | None]] = [(self.raw, "#", None)]
        holders += [(site.node, site.pointer, site) for site in self.sites]
        for node, pointer, site in holders:
            for index, requirement in enumerate(listing(node.get("security"))):
                yield mapping(requirement), join(pointer, "security", index), site


def short(value: Any, length: int = 60) -> str:
    """Write a value down in few letters."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def count(number: int, noun: str) -> str:
    """Write "1 operation", "2 operations"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
