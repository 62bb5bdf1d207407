"""Faults of one kind each, planted at one operation each."""

from __future__ import annotations

from tests.foreign.kinds.answers import (
    ERROR,
    added,
    cut,
    echoing,
    error,
    failing,
    header,
    kind,
    lost,
    member,
    of_all,
    on,
    remaining,
    status,
    taken,
)
from tests.foreign.planting import CLIENT, OPTION, ORG, REFRESH, plant
from tests.foreign.service import AFTER, BESIDE

for _name, _at, _text, _spoils in (
    ("name-missing", f"GET {CLIENT}/users/{{userId}}", "The name is missing.", lost("name")),
    ("role-missing", f"DELETE {ORG}/memberships/{{membershipId}}", "The role is missing.", lost("role")),
    ("value-missing", f"POST {OPTION}", "The value is missing.", lost("value")),
    (
        "enabled-as-text",
        f"PATCH {ORG}/delegation-credentials/{{credentialId}}",
        "enabled is a text.",
        member("enabled", str),
    ),
    (
        "url-null",
        f"DELETE {CLIENT}/webhooks/{{webhookId}}",
        "subscriberUrl is null.",
        member("subscriberUrl", lambda _: None),
    ),
    (
        "weekday-in-german",
        f"PATCH {CLIENT}/users/{{userId}}",
        "weekStart is no day of the document.",
        member("weekStart", lambda _: "Montag"),
    ),
    (
        "hash-of-a-user",
        f"GET {CLIENT}/users",
        "The items have the hash of a password.",
        added(passwordHash="$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZbYq"),
    ),
    (
        "private-key-of-a-credential",
        f"PATCH {ORG}/delegation-credentials/{{credentialId}}",
        "The private key is answered.",
        added(serviceAccountKey=[{"private_key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"}]),
    ),
    ("deleted-with-204", f"DELETE {ORG}/attributes/{{attributeId}}", "A success is 204.", status(200, 204)),
    ("forced-with-200", f"POST {CLIENT}/users/{{userId}}/force-refresh", "A success is 201.", status(200, 201)),
    ("made-with-202", f"POST {ORG}/memberships", "A success is 202.", status(201, 202)),
    ("invalid-with-422", f"PATCH {CLIENT}/webhooks/{{webhookId}}", "An invalid body is 422.", status(400, 422)),
    (
        "forms-for-everybody",
        f"GET {ORG}/routing-forms",
        "A success may be kept by everybody.",
        header("Cache-Control", "public, max-age=30"),
    ),
    (
        "user-without-caching",
        f"GET {ORG}/attributes/{{attributeId}}/options",
        "Nothing is said of caching.",
        header("Cache-Control", None),
    ),
    ("option-as-html", f"DELETE {OPTION}/{{optionId}}", "A success is called HTML.", kind("text/html")),
    ("error-as-html", f"POST {ORG}/delegation-credentials", "An error is called HTML.", kind("text/html", ERROR)),
    ("message-null-in-400", f"POST {CLIENT}/webhooks", "The message of a 400 is null.", error(400, message=None)),
    (
        "status-missing-in-404",
        f"GET {CLIENT}/webhooks/{{webhookId}}",
        "A 404 says success.",
        error(404, status="success"),
    ),
    (
        "trace-in-404",
        f"GET {ORG}/memberships/{{membershipId}}",
        "A 404 has a trace.",
        error(404, message="NotFound: none\n    at find (/app/dist/memberships.js:12:7)"),
    ),
    (
        "service-key-echoed",
        f"POST {ORG}/delegation-credentials",
        "An error repeats the keys that were sent.",
        on(ERROR, echoing),
    ),
    ("refresh-token-echoed", REFRESH, "An error repeats the refresh token.", on(ERROR, echoing)),
    (
        "webhook-secret-echoed",
        f"PATCH {CLIENT}/webhooks/{{webhookId}}",
        "An error repeats the secret that was sent.",
        on(ERROR, echoing),
    ),
    ("remaining-never-falls", f"GET {CLIENT}/users", "What remains never falls.", remaining(lambda _, __: 41)),
    (
        "remaining-falls-twice",
        f"GET {CLIENT}/webhooks",
        "What remains falls by two.",
        remaining(lambda _, left: 60 - 2 * (60 - left)),
    ),
    (
        "remaining-of-all-clients",
        f"GET {CLIENT}/users",
        "What remains falls with others' requests.",
        remaining(of_all),
    ),
):
    plant(AFTER, _name, _at, _text, _spoils)


for _name, _at, _text, _method in (
    ("put-changes-a-webhook", f"PATCH {CLIENT}/webhooks/{{webhookId}}", "PUT is PATCH.", taken("PUT", "PATCH")),
    (
        "put-changes-a-credential",
        f"PATCH {ORG}/delegation-credentials/{{credentialId}}",
        "PUT is PATCH.",
        taken("PUT", "PATCH"),
    ),
    ("post-reads-an-attribute", f"GET {ORG}/attributes/{{attributeId}}", "POST is GET.", taken("POST", "GET")),
    ("put-makes-options", f"POST {OPTION}", "PUT is POST.", taken("PUT", "POST")),
    (
        "get-unassigns",
        f"DELETE {ORG}/attributes/options/{{userId}}/{{attributeOptionId}}",
        "GET is DELETE.",
        taken("GET", "DELETE"),
    ),
    ("delete-on-bookings-500", f"GET {ORG}/bookings", "DELETE is answered 500.", failing("DELETE")),
    ("patch-on-users-500", f"GET {CLIENT}/users", "PATCH is answered 500.", failing("PATCH")),
    (
        "put-on-assigned-cut-off",
        f"GET {ORG}/attributes/{{attributeId}}/options/assigned",
        "PUT ends the connection.",
        cut("PUT"),
    ),
    ("patch-on-memberships-cut-off", f"GET {ORG}/memberships", "PATCH ends the connection.", cut("PATCH")),
):
    plant(BESIDE, _name, _at, _text, _method)
