"""The law of whole sessions: whatever a user does with its tokens, in whatever order, a model foresees the answers."""

from __future__ import annotations

from contracts.core.conversation import Conversation, Draw
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.tokens.pairs import issue
from contracts.steps.tokens.session_model import Model
from contracts.strategies.tokens import programs
from specs.contract import selectors

MOST = 8
"""Steps of a program at most."""


@law(
    family="tokens",
    on=selectors.refreshes,
    kinds=("token/refresh", "token/force", "token/issue"),
    writes=True,
    no_path_setup=True,
    depth="standard",
    examples=(0, 12, 60),
)
def a_session_goes_as_its_model_foresees(api: RequestFactory) -> Conversation:
    """Refresh, reuse, use, force and delete, in any order: each step is answered as a model of sessions predicts.

    A program of such steps is drawn and carried out for a new user. What breaks is shrunk to the shortest program that
    still does. What the document leaves open is open in the model: the reuse of a spent token may end the newer ones,
    and an access token may or may not survive a refresh; but what was found dead once must stay dead.
    """
    program: list[str] = yield Draw(programs(MOST))
    pair, made = yield from issue(api)
    model = Model(api, made, pair)
    for step in program:
        yield from model.step(step)
    yield from model.end()
