"""What names suggest, and how a document says that it means something else."""

from __future__ import annotations

import pytest

from specs.contract import build
from specs.contract.member_names import USUAL, Hint
from specs.source.document import as_document
from specs.source.pointers import SpecError

EMPTY = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}


@pytest.mark.parametrize(
    ("hint", "names", "others"),
    [
        (Hint.SECRET, ["clientSecret", "refresh_token", "api_key"], ["title", "key"]),
        (Hint.CONFIDENTIAL, ["password", "private_key"], ["passwordHint", "secretId", "token"]),
        (Hint.CREDENTIAL, ["pwd", "refresh_token", "otp"], ["country_codes", "username"]),
        (Hint.VOLATILE, ["updatedAt", "last_seen", "ETag"], ["createdAt"]),
        (Hint.FLEETING, ["lastUsedAt", "last-access"], ["lastName"]),
        (Hint.LIFECYCLE, ["status", "paymentStatus", "order_state", "dateUpdated"], ["statusCode", "estate"]),
        (Hint.REFERENCE, ["userId", "team_ids", "id"], ["paid", "grid"]),
        (Hint.ID, ["/id", "/data/userId", "uuid"], ["/slug"]),
        (Hint.OWNER, ["owner_id", "organizationId", "TEAM-ID"], ["bookId", "owner"]),
        (Hint.FREE, ["title", "note"], ["Title", "subtitle"]),
        (Hint.UNIQUE, ["slug", "Email"], ["value", "emails"]),
        (Hint.UNIQUE_AMONG_SIBLINGS, ["slug", "value", "new_name"], ["values", "rename"]),
    ],
)
def test_a_name_suggests_what_members_of_that_name_tend_to_be(hint: Hint, names: list[str], others: list[str]) -> None:
    assert [name for name in names + others if USUAL.suggest(name, hint)] == names


def test_what_a_document_states_of_a_name_is_all_that_holds_of_it() -> None:
    stated = {"members": {"versionName": ["free"], "seq": ["volatile"], "token_count": []}}
    names = build(as_document({**EMPTY, "x-contract": stated}, name="t")).names
    assert names.suggest("versionName", Hint.FREE)
    assert not names.suggest("versionName", Hint.VOLATILE)
    assert names.suggest("seq", Hint.VOLATILE)
    assert not names.suggest("token_count", Hint.SECRET)
    assert names.suggest("token", Hint.SECRET)


def test_what_is_no_hint_is_refused() -> None:
    with pytest.raises(SpecError, match="x-contract/members/seq"):
        build(as_document({**EMPTY, "x-contract": {"members": {"seq": ["moody"]}}}, name="t"))
