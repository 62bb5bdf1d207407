"""What a session may do: a model of one user's tokens, which foresees how a deployment must answer each step.

What the document leaves open stays open here: whether the reuse of a spent token ends the newer ones, and whether an
access token survives a refresh. But what was found dead once never works again.
"""

from __future__ import annotations

import attrs

from contracts.core.conversation import Broken, NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made
from contracts.steps.tokens.pairs import Pair, call_with, pair_of, refresh_request, refusals, require_client, rules

USED = "400 or 401 for a refresh token that was used"
GONE = {400, 401, 403, 404}


@attrs.define
class Model:
    """One user's tokens as far as they are known. `sure`: the newest pair must work; nothing may have revoked it."""

    api: RequestFactory
    made: Made | None
    pair: Pair
    sure: bool = True
    deleted: bool = False
    spent: list[str] = attrs.field(factory=list)
    older: list[str] = attrs.field(factory=list)
    dead: set[str] = attrs.field(factory=set)
    done: list[str] = attrs.field(factory=list)

    def end(self) -> Steps:
        """Whatever was done: the newest pair answers as foreseen, and what it took the place of stays spent."""
        if not self.deleted:
            yield from self._use(old=False)
            yield from self._refresh()
            if len(self.spent) > 1:
                yield from self._reuse(self.spent[-2])

    def step(self, name: str) -> Steps:
        """Do one step of a program and hold its answer against the model. Raises Broken.

        A step that needs what no refresh has made yet begins with one.
        """
        self.done.append(name)
        missing = {"reuse": 1, "use old": 1, "reuse oldest": 2}.get(name, 0) - len(self.spent)
        for _ in range(missing if not self.deleted else 0):
            yield from self._refresh()
        match name:
            case "refresh":
                yield from self._refresh()
            case "force":
                yield from self._force()
            case "reuse" | "reuse oldest":
                for token in self.spent[:1] if name == "reuse oldest" else self.spent[-1:]:
                    yield from self._reuse(token)
            case "use" | "use old":
                yield from self._use(old=name == "use old")
            case "use refresh":
                answer = yield from call_with(self.api, self.pair.refresh)
                self._expect(answer, {401, 403}, "401 for a refresh token used as an access token")
            case "refresh access":
                answer = yield refresh_request(self.api, self.pair.access)
                self._expect(
                    answer, GONE if self.deleted else refusals(self.api), "400 or 401 for an access token presented"
                )
            case "foreign":
                yield from self._foreign()
            case "delete":
                yield from self._delete()

    def _refresh(self) -> Steps:
        answer: Exchange = yield refresh_request(self.api, self.pair.refresh)
        if self.deleted:
            self._expect(answer, GONE, "a refusal for a deleted user's refresh token")
        elif answer.ok:
            if self.pair.refresh in self.dead:
                raise self._broken("a revoked refresh token to stay revoked", answer)
            self._renewed(pair_of(self.api, answer), sure=True)
        elif self.sure:
            raise self._broken("the newest refresh token to work", answer)
        else:
            self._expect(answer, refusals(self.api), "400 or 401 for a revoked refresh token")
            self.dead.add(self.pair.refresh)

    def _renewed(self, pair: Pair, *, sure: bool) -> None:
        given = pair.refresh in {self.pair.refresh, *self.spent} or pair.access in {self.pair.access, *self.older}
        if given and rules(self.api).single_use:
            raise Broken(f"a pair never given out before, after {self._told()}", "a token that was given out already")
        self.spent.append(self.pair.refresh)
        self.older.append(self.pair.access)
        self.pair, self.sure = pair, sure

    def _force(self) -> Steps:
        force = rules(self.api).force
        if force is None or self.made is None:
            return
        answer: Exchange = yield self.api.ask(force, path=self.made.values)
        if self.deleted:
            self._expect(answer, {403, 404}, "404 for a deleted user")
            return
        if not answer.ok:
            raise self._broken("a forced refresh to work", answer)
        self._renewed(pair_of(self.api, answer), sure=True)

    def _reuse(self, token: str) -> Steps:
        answer: Exchange = yield refresh_request(self.api, token)
        declared = rules(self.api)
        if self.deleted or not answer.ok or (declared.single_use and not declared.grace):
            self._expect(answer, GONE if self.deleted else refusals(self.api), USED)
        self.sure = False  # the reuse may have ended the whole family

    def _use(self, *, old: bool) -> Steps:
        if old and not self.older:
            return
        token = self.older[0] if old else self.pair.access
        answer: Exchange = yield from call_with(self.api, token)
        if self.deleted:
            self._expect(answer, {401, 403, 404}, "401 for a deleted user's access token")
        elif answer.status == 401:
            if self.sure and not old:
                raise self._broken("the newest access token to work", answer)
            self.dead.add(token)
        elif token in self.dead:
            raise self._broken("an access token that was refused to stay refused", answer)

    def _foreign(self) -> Steps:
        try:
            require_client(self.api)
            rival = self.api.as_principal(self.api.rival)
        except NotObservable:
            return
        answer: Exchange = yield refresh_request(rival, self.pair.refresh)
        if answer.ok or answer.status >= 500:
            raise self._broken("a refusal of another client's refresh token", answer)

    def _delete(self) -> Steps:
        delete = self.made.resource.delete if self.made else None
        if self.made is None or delete is None or self.deleted:
            return
        answer: Exchange = yield self.api.ask(delete, path=self.made.values)
        self.deleted = answer.ok
        if self.deleted:
            yield from self._use(old=False)
            yield from self._refresh()

    def _expect(self, answer: Exchange, allowed: set[int], expected: str) -> None:
        if answer.status not in allowed:
            raise self._broken(expected, answer)

    def _broken(self, expected: str, answer: Exchange) -> Broken:
        return Broken(f"{expected}, after {self._told()}", answer.summary())

    def _told(self) -> str:
        return ", ".join(self.done)
