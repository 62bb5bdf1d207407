"""Faults of what is done to things, planted."""

from __future__ import annotations

from sandbox.planted import operations as at
from sandbox.planted.changes import (
    all_of_a_kind,
    another_goes_too,
    answered_only,
    conflict_500,
    done_and_500,
    drifting,
    failing_every,
    failing_once,
    kept_as,
    left_out,
    made_twice,
    missing_500,
    missing_is_gone,
    neighbours_too,
    not_deleted,
    only_one_member,
    single_select_adds,
    told_as_before,
)
from sandbox.planted.planting import Working, working

_PLANTED: tuple[tuple[str, str, str, Working], ...] = (
    (
        "secret-of-a-webhook-not-kept",
        at.CREATE_WEBHOOK,
        "The secret of a new webhook is answered and not kept.",
        answered_only("secret", None),
    ),
    (
        "accepted-not-kept",
        at.CREATE_MEMBERSHIP,
        "A new membership is never accepted, whatever was sent.",
        left_out("accepted"),
    ),
    ("locale-not-kept", at.CREATE_USER, "The locale of a new user is accepted and not kept.", left_out("locale")),
    ("enabled-not-kept", at.CREATE_ATTRIBUTE, "A new attribute is enabled, whatever was sent.", left_out("enabled")),
    (
        "slug-of-an-option-not-kept",
        at.UPDATE_OPTION,
        "A new slug of an option is accepted and has no effect.",
        left_out("slug"),
    ),
    (
        "secret-not-changed",
        at.UPDATE_WEBHOOK,
        "A new secret of a webhook is accepted and has no effect.",
        left_out("secret"),
    ),
    (
        "impersonation-not-changed",
        at.UPDATE_MEMBERSHIP,
        "A change of disableImpersonation is answered and not kept.",
        answered_only("disableImpersonation", False),
    ),
    (
        "enabled-not-changed",
        at.UPDATE_CREDENTIAL,
        "A change of enabled is answered and not kept.",
        answered_only("enabled", True),
    ),
    ("type-not-changed", at.UPDATE_ATTRIBUTE, "A change of the type is accepted and has no effect.", left_out("type")),
    (
        "bio-in-small-letters",
        at.UPDATE_USER,
        "A bio is kept in small letters.",
        kept_as("bio", lambda value: value.lower() if isinstance(value, str) else value),
    ),
    (
        "value-cut-after-ten-letters",
        at.CREATE_OPTION,
        "The value of an option is cut after ten letters.",
        kept_as("value", lambda value: value[:10]),
    ),
    (
        "address-without-its-query",
        at.CREATE_WEBHOOK,
        "The address of a webhook is kept without its query.",
        kept_as("subscriberUrl", lambda value: value.partition("?")[0]),
    ),
    (
        "triggers-one-only",
        at.UPDATE_WEBHOOK,
        "Of several triggers the first is kept.",
        kept_as("triggers", lambda value: value[:1] if isinstance(value, list) else value),
    ),
    (
        "active-flips",
        at.UPDATE_WEBHOOK,
        "An update that does not send active flips it.",
        drifting("active", lambda value: not value),
    ),
    (
        "zone-reset-with-the-name",
        at.UPDATE_USER,
        "An update of the name sets the time zone to UTC.",
        drifting("timeZone", lambda _: "UTC", when="name"),
    ),
    (
        "slug-grows-with-the-name",
        at.UPDATE_ATTRIBUTE,
        "An update of the name changes the slug.",
        drifting("slug", lambda value: f"{value}-1", when="name"),
    ),
    (
        "slug-follows-the-value",
        at.UPDATE_OPTION,
        "An update of the value changes the slug.",
        drifting("slug", lambda value: f"{value}-1", when="value"),
    ),
    (
        "role-reset-with-accepted",
        at.UPDATE_MEMBERSHIP,
        "An update of accepted makes the role MEMBER.",
        drifting("role", lambda _: "MEMBER", when="accepted"),
    ),
    (
        "membership-told-as-before",
        at.UPDATE_MEMBERSHIP,
        "An update answers with the membership as it was.",
        told_as_before,
    ),
    (
        "attribute-told-as-before",
        at.UPDATE_ATTRIBUTE,
        "An update answers with the attribute as it was.",
        told_as_before,
    ),
    (
        "neighbours-get-the-value",
        at.UPDATE_OPTION,
        "An update of the value changes another option's too.",
        neighbours_too("value"),
    ),
    (
        "neighbours-get-the-bio",
        at.UPDATE_USER,
        "An update of the bio changes another user's too.",
        neighbours_too("bio"),
    ),
    ("last-of-several-lost", at.UPDATE_WEBHOOK, "Of an update of several members the last is lost.", only_one_member),
    ("option-not-deleted", at.DELETE_OPTION, "A deletion is answered as done and the option stays.", not_deleted),
    ("user-not-deleted", at.DELETE_USER, "A deletion is answered as done and the user stays.", not_deleted),
    ("membership-deleted-and-500", at.DELETE_MEMBERSHIP, "A deletion is carried out and answered 500.", done_and_500),
    ("user-made-and-500", at.CREATE_USER, "A creation is carried out and answered 500.", done_and_500),
    (
        "deadlock-once",
        at.DELETE_ATTRIBUTE,
        "The second deletion is answered 500 and not carried out; others are.",
        failing_once,
    ),
    (
        "deadlock-once-assigning",
        at.ASSIGN,
        "The second assignment is answered 500 and not made; others are.",
        failing_once,
    ),
    ("every-fifth-read-500", at.OPTIONS, "Every fifth read is answered 500.", failing_every(5)),
    ("every-fifth-form-500", at.FORMS, "Every fifth read is answered 500.", failing_every(5)),
    ("every-fourth-user-500", at.USER, "Every fourth read is answered 500.", failing_every(4)),
    ("missing-option-deleted", at.DELETE_OPTION, "Deleting an option that is not there succeeds.", missing_is_gone),
    ("missing-member-500", at.MEMBERSHIP, "A membership that is not there is answered 500.", missing_500),
    ("missing-user-500-on-force", at.FORCE, "A user who is not there is answered 500.", missing_500),
    ("taken-slug-500", at.CREATE_ATTRIBUTE, "A slug that is taken is answered 500.", conflict_500),
    ("member-already-500", at.CREATE_MEMBERSHIP, "Somebody who is a member already is answered 500.", conflict_500),
    ("taken-email-500-on-update", at.UPDATE_USER, "An email that is taken is answered 500.", conflict_500),
    (
        "newest-webhook-goes-too",
        at.DELETE_WEBHOOK,
        "A deletion takes the webhook that was made last with it.",
        another_goes_too,
    ),
    ("webhook-made-twice", at.CREATE_WEBHOOK, "A creation makes a second webhook nobody is told of.", made_twice),
    (
        "second-option-added",
        at.ASSIGN,
        "A second option of a SINGLE_SELECT attribute is added to the first.",
        single_select_adds,
    ),
    ("all-options-taken", at.UNASSIGN, "Taking one option from a user takes all of them.", all_of_a_kind),
)

for _name, _at, _text, _does in _PLANTED:
    working(_name, _at, _text, _does)
