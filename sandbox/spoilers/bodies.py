"""Faults of bodies: successes that are none, members that are wrong, errors that say too much or too little."""

from __future__ import annotations

from typing import Any

from sandbox.answers import Answer
from sandbox.spoiling import Asked, content, good, in_data, spoils, write

# -- bodies of successes ----------------------------------------------------------------------------------------------


@spoils(
    "success-says-error",
    scope=("OrganizationsAttributesOptionsController_updateOrganizationAttributeOption",),
    text="A success has the body of an error.",
)
def _says_error(answer: Answer, _: Asked) -> None:
    if good(answer):
        write(answer, {"status": "error", "message": "Could not update the option."})


@spoils(
    "created-answered-200",
    scope=("OrganizationsAttributesOptionsController_createOrganizationAttributeOption",),
    text="A creation is answered 200, which the document does not declare.",
)
def _only_ok(answer: Answer, _: Asked) -> None:
    if answer.status == 201:
        answer.status = 200


@spoils(
    "deleted-answered-201",
    scope=("OrganizationsAttributesOptionsController_deleteOrganizationAttributeOption",),
    text="A deletion is answered 201.",
)
def _deleted(answer: Answer, _: Asked) -> None:
    if good(answer):
        answer.status = 201


@spoils(
    "password-hash-in-user",
    scope=("OAuthClientUsersController_getUserById",),
    text="A user is answered with the hash of the password.",
)
def _hash(answer: Answer, _: Asked) -> None:
    if good(answer):
        in_data(answer, lambda user: user.update(passwordHash="$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZbYq"))


@spoils(
    "service-key-answered",
    scope=("OrganizationsDelegationCredentialController_updateDelegationCredential",),
    text="A delegation credential is answered with the private key it was made with.",
)
def _key(answer: Answer, _: Asked) -> None:
    if good(answer):
        kept = [{"client_email": "robot@example.com", "private_key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"}]
        in_data(answer, lambda each: each.update(serviceAccountKey=kept))


@spoils(
    "number-not-a-number",
    scope=("OrganizationsRoutingFormsController_getOrganizationRoutingForms",),
    text="The position of a form is NaN, which JSON has not.",
)
def _nan(answer: Answer, _: Asked) -> None:
    if good(answer):
        in_data(answer, lambda form: form.update(position=float("nan")))


@spoils(
    "member-given-twice",
    scope=("OrganizationsMembershipsController_createMembership",),
    text="The object of an answer has its status twice.",
)
def _twice(answer: Answer, _: Asked) -> None:
    if good(answer):
        answer.body = b'{"status":"success",' + answer.body[1:]


@spoils(
    "half-a-character-answered",
    scope=("OrganizationsRoutingFormsController_getOrganizationRoutingForms",),
    text="The name of a form is cut in the middle of a character.",
)
def _half(answer: Answer, _: Asked) -> None:
    if good(answer):
        in_data(answer, lambda form: form.update(name="Requests \ud83d"))


@spoils(
    "byte-order-mark",
    scope=("OrganizationsAttributesController_updateOrganizationAttribute",),
    text="The JSON of an answer begins with a byte order mark.",
)
def _mark(answer: Answer, _: Asked) -> None:
    if good(answer):
        answer.body = b"\xef\xbb\xbf" + answer.body


@spoils(
    "id-as-text",
    scope=("OrganizationsMembershipsController_getAllMemberships",),
    text="The ids of memberships in the list are texts.",
)
def _text_ids(answer: Answer, _: Asked) -> None:
    if good(answer):
        in_data(answer, lambda each: each.update(id=str(each["id"])))


@spoils(
    "time-with-a-space",
    scope=("OrganizationsBookingsController_getAllOrgTeamBookings",),
    text="The creation time of a booking is written with a space and no zone.",
)
def _spaced(answer: Answer, _: Asked) -> None:
    if good(answer):
        in_data(answer, lambda each: each.update(createdAt=each["createdAt"][:19].replace("T", " ")))


@spoils(
    "unknown-role-answered",
    scope=("OrganizationsMembershipsController_getOrgMembership",),
    text="A membership has a role the document does not know.",
)
def _role(answer: Answer, _: Asked) -> None:
    if good(answer):
        in_data(answer, lambda each: each.update(role="GUEST"))


@spoils(
    "object-instead-of-list",
    scope=("OrganizationsAttributesController_getOrganizationAttributes",),
    text="A list of one item is answered as the item, an empty one as an empty object.",
)
def _lonely(answer: Answer, _: Asked) -> None:
    said = content(answer)
    if good(answer) and len(said["data"]) < 2:
        said["data"] = said["data"][0] if said["data"] else {}
        write(answer, said)


# -- bodies of errors -------------------------------------------------------------------------------------------------


def _error(answer: Answer, on: int, /, **members: Any) -> None:
    if answer.status == on:
        write(answer, {**content(answer), **members})


@spoils("error-message-empty", scope="every operation", text="The message of a 404 is empty.")
def _empty_message(answer: Answer, _: Asked) -> None:
    _error(answer, 404, message="")


@spoils("error-message-a-list", scope="every operation", text="The message of a 400 is a list of messages.")
def _listed(answer: Answer, _: Asked) -> None:
    if answer.status == 400:
        _error(answer, 400, message=[content(answer).get("message", "")])


@spoils("error-without-body", scope="every operation", text="A 404 has no body.")
def _bodiless(answer: Answer, _: Asked) -> None:
    if answer.status == 404:
        answer.body = b""


@spoils(
    "sql-in-404", scope="operations of an organization", text="The message of a 404 is a statement of the database."
)
def _sql(answer: Answer, _: Asked) -> None:
    _error(answer, 404, message='SELECT "id" FROM "Attribute" WHERE "id" = $1 returned no rows')


@spoils("server-path-in-400", scope="operations of a client", text="The message of a 400 names a file of the server.")
def _path(answer: Answer, _: Asked) -> None:
    _error(answer, 400, message="Validation failed in /app/dist/modules/oauth-clients/input.pipe.js")


@spoils("error-in-latin-1", scope="every operation", text="The message of a 401 is in ISO-8859-1, not in UTF-8.")
def _latin(answer: Answer, _: Asked) -> None:
    if answer.status == 401:
        answer.body = '{"status":"error","message":"Zugang verweigert: ungültig"}'.encode("latin-1")


@spoils("error-says-success", scope="operations of an organization", text="The body of a 403 says success.")
def _says_success(answer: Answer, _: Asked) -> None:
    _error(answer, 403, status="success")


@spoils("validation-answered-422", scope="every operation with a body", text="An invalid body gets 422, not 400.")
def _unprocessable(answer: Answer, asked: Asked) -> None:
    if answer.status == 400 and asked.operation is not None and asked.operation.body is not None:
        answer.status = 422
