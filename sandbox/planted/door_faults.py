"""Faults of credentials, planted."""

from __future__ import annotations

from sandbox.planted import operations as at
from sandbox.planted.doors import (
    SECRET,
    answering,
    any_signature,
    behind,
    believing,
    clients,
    empty_secret,
    foreign_keys,
    foreign_secrets,
    id_not_compared,
    id_suffices,
    key_in_query,
    key_like,
    keys_for_clients,
    known_signature,
    managed_tokens,
    managed_write,
    members_write,
    no_algorithm,
    no_json,
    no_such_user,
    nothing_at_all,
    nothing_behind,
    old_tokens,
    other_media,
    refresh_tokens,
    secret_in_query,
    secret_like,
    secret_suffices,
    secrets_for_keys,
    three_parts_of_garbage,
    unknown_key,
    unknown_secret,
)
from sandbox.planted.planting import door

door(
    "half-a-secret-is-enough",
    at.WEBHOOKS,
    "Only the first half of the secret is compared.",
    secret_like(lambda sent, known: sent[:24] == known[:24]),
)
door(
    "secret-in-any-case-refreshes",
    at.REFRESH,
    "Large and small letters of a secret are the same.",
    secret_like(lambda sent, known: sent.lower() == known.lower()),
)
door(
    "more-behind-a-secret-accepted",
    at.DELETE_WEBHOOKS,
    "Whatever follows the secret is ignored.",
    secret_like(lambda sent, known: sent.startswith(known)),
)
door(
    "last-letter-of-a-secret-ignored",
    at.UPDATE_USER,
    "The last letter of the secret is not compared.",
    secret_like(lambda sent, known: sent[:-1] == known[:-1]),
)
door(
    "last-letter-of-a-key-ignored",
    at.OPTIONS,
    "The last letter of a key is not compared.",
    key_like(lambda sent, known: sent[:-1] == known[:-1]),
)
door(
    "key-in-any-case-accepted",
    at.UPDATE_OPTION,
    "Large and small letters of a key are the same.",
    key_like(lambda sent, known: sent.lower() == known.lower()),
)
door(
    "more-behind-a-key-accepted",
    at.UPDATE_CREDENTIAL,
    "Whatever follows a key is ignored.",
    key_like(lambda sent, known: sent.startswith(known)),
)
door("basic-key-accepted", at.BY_SLUG, "A key is accepted behind the word Basic.", behind("basic"))
door(
    "token-scheme-accepted",
    at.CREATE_MEMBERSHIP,
    "A key is accepted behind the words Token and Basic.",
    behind("token", "basic"),
)
door("bare-key-accepted", at.DELETE_MEMBERSHIP, "A key is accepted without a word before it.", behind(""))
door(
    "api-key-in-query-of-forms",
    at.FORMS,
    "A key is accepted as the query's apiKey, api_key or access_token.",
    key_in_query("apiKey", "api_key", "access_token"),
)
door(
    "key-in-query-unassigns",
    at.UNASSIGN,
    "A key is accepted as the query's access_token.",
    key_in_query("access_token"),
)
door(
    "secret-in-query-of-a-user",
    at.USER,
    "The secret is accepted as a query parameter of the header's name.",
    secret_in_query(SECRET),
)
door(
    "unsigned-token-accepted-for-options",
    at.ASSIGNED,
    "A token whose header says alg none needs no signature.",
    believing(no_algorithm),
)
door(
    "any-signature-accepted-for-an-attribute",
    at.ATTRIBUTE,
    "The signature of a token is not looked at.",
    believing(any_signature),
)
door(
    "changed-payload-accepted",
    at.HELD,
    "A known signature is enough, whatever stands before it.",
    believing(known_signature),
)
door("expired-token-opens-options", at.OPTIONS, "An expired access token is taken for a good one.", old_tokens)
door("refresh-token-opens-bookings", at.BOOKINGS, "A refresh token is taken for an access token.", refresh_tokens)
door("foreign-key-deletes-an-option", at.DELETE_OPTION, "A key of any organization is good here.", foreign_keys)
door("foreign-key-assigns", at.ASSIGN, "A key of any organization is good here.", foreign_keys)
door("foreign-key-reads-what-a-user-has", at.HELD, "A key of any organization is good here.", foreign_keys)
door("foreign-key-enables", at.UPDATE_CREDENTIAL, "A key of any organization is good here.", foreign_keys)
door("foreign-secret-changes-a-webhook", at.UPDATE_WEBHOOK, "The secret of any client is good here.", foreign_secrets)
door("foreign-secret-deletes-a-user", at.DELETE_USER, "The secret of any client is good here.", foreign_secrets)
door("member-makes-options", at.CREATE_OPTION, "The key of a member who may only read is good here.", members_write)
door(
    "member-makes-credentials",
    at.CREATE_CREDENTIAL,
    "The key of a member who may only read is good here.",
    members_write,
)
door(
    "managed-user-deletes-an-attribute",
    at.DELETE_ATTRIBUTE,
    "The access token of a managed user who may only read is good here.",
    managed_write,
)
door(
    "managed-user-among-memberships",
    at.MEMBERSHIP,
    "The access token of a managed user is accepted though the operation does not declare it.",
    managed_write,
)
door("any-secret-with-the-right-id", at.FORCE, "The id of the client is enough, whatever the secret.", id_suffices)
door(
    "secret-alone-makes-credentials",
    at.CREATE_CREDENTIAL,
    "The secret is accepted without the client's id.",
    secret_suffices,
)
door(
    "client-id-not-compared-on-deletion",
    at.DELETE_WEBHOOK,
    "An x-cal-client-id that differs is ignored.",
    id_not_compared,
)
door(
    "key-makes-webhooks",
    at.CREATE_WEBHOOK,
    "An administrator's key is taken for the client's secret.",
    keys_for_clients,
)
door(
    "secret-makes-attributes",
    at.CREATE_ATTRIBUTE,
    "A client's secret and id are accepted, undeclared.",
    secrets_for_keys,
)
door(
    "bearer-of-nothing-500",
    at.UPDATE_MEMBERSHIP,
    "The word Bearer with nothing behind it is answered 500.",
    answering(nothing_behind, 500),
)
door(
    "three-parts-of-garbage-500",
    at.ATTRIBUTES,
    "Three parts of garbage as a token are answered 500.",
    answering(three_parts_of_garbage, 500),
)
door("empty-secret-500", at.CREATE_USER, "An empty secret is answered 500.", answering(empty_secret, 500))
door("unknown-secret-404", at.USERS, "A secret nobody has is answered 404.", answering(unknown_secret, 404))
door("unknown-key-500", at.CREATE_ATTRIBUTE, "A key nobody has is answered 500.", answering(unknown_key, 500))
door(
    "nothing-at-all-400", at.ASSIGNED, "A request without a credential is answered 400.", answering(nothing_at_all, 400)
)
door(
    "media-type-before-credential",
    at.UPDATE_OPTION,
    "A body that is not called JSON gets 400 before the credential.",
    answering(other_media, 400),
)
door(
    "broken-json-before-credential",
    at.CREATE_WEBHOOK,
    "A body that is no JSON gets 400 before the credential.",
    answering(no_json, 400),
)
door(
    "clients-kept-out-of-memberships",
    at.CREATE_MEMBERSHIP,
    "The secret and id of a client get 401.",
    answering(clients, 401),
)
door(
    "managed-users-kept-out-of-options",
    at.HELD,
    "The access token of a managed user gets 401.",
    answering(managed_tokens, 401),
)
door(
    "missing-user-before-credential",
    at.HELD,
    "A user who is not there gets 404 before the credential.",
    answering(no_such_user, 404),
)
