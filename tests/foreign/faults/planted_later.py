"""Faults of one kind each, planted at one operation each: what is late, whose it is, and what comes together."""

from __future__ import annotations

from tests.foreign.kinds.inputs import failing, member
from tests.foreign.kinds.later import (
    another_organizations_rows,
    any_attributes,
    any_tenants,
    as_before_once,
    foreign_key_500,
    listed,
    lost_on_later_pages,
    nothing_is_missing,
    own_value_taken,
    sorted_in_pages,
    with_the_gone,
    without_the_new,
)
from tests.foreign.planting import CLIENT, OPTION, ORG, plant
from tests.foreign.rules import TRIGGERS
from tests.foreign.service import AROUND, ENTRY

for _name, _at, _text, _does in (
    (
        "attribute-reads-as-before-once",
        f"GET {ORG}/attributes/{{attributeId}}",
        "What was changed is once read as it was before.",
        as_before_once,
    ),
    (
        "deleted-webhook-listed-once",
        f"GET {CLIENT}/webhooks",
        "What was deleted is once listed all the same.",
        listed(with_the_gone),
    ),
    ("new-membership-listed-late", f"GET {ORG}/memberships", "What is new is once left out.", listed(without_the_new)),
    (
        "any-clients-webhook-changes",
        f"PATCH {CLIENT}/webhooks/{{webhookId}}",
        "A webhook of any client is changed.",
        any_tenants,
    ),
    (
        "any-organizations-membership-ends",
        f"DELETE {ORG}/memberships/{{membershipId}}",
        "A membership of any organization is ended.",
        any_tenants,
    ),
    ("any-clients-user-read", f"GET {CLIENT}/users/{{userId}}", "A user of any client is read.", any_tenants),
    (
        "option-of-another-attribute-ends",
        f"DELETE {OPTION}/{{optionId}}",
        "An option is deleted at the address of any attribute.",
        any_attributes,
    ),
    (
        "attributes-of-another-organization",
        f"GET {ORG}/attributes",
        "The list ends with an attribute of another organization.",
        another_organizations_rows,
    ),
    (
        "updates-of-forms-sorted-in-pages",
        f"GET {ORG}/routing-forms",
        "sortUpdatedAt sorts each page, not the list.",
        sorted_in_pages("sortUpdatedAt", "updatedAt"),
    ),
    (
        "status-lost-on-later-pages",
        f"GET {ORG}/bookings",
        "Beyond the first page status does not count.",
        lost_on_later_pages("status"),
    ),
    (
        "own-email-is-taken",
        f"PATCH {CLIENT}/users/{{userId}}",
        "An update to the email that it has is refused as a conflict.",
        own_value_taken("email"),
    ),
    (
        "own-value-is-taken",
        f"PATCH {OPTION}/{{optionId}}",
        "An update to the value that it has is refused as a conflict.",
        own_value_taken("value"),
    ),
    (
        "nothing-assigned-404",
        f"GET {ORG}/attributes/{{attributeId}}/options/assigned",
        "A list of nothing is answered 404.",
        nothing_is_missing,
    ),
):
    plant(AROUND, _name, _at, _text, _does)

for _name, _at, _text, _enters in (
    (
        "unknown-trigger-left-out",
        f"POST {CLIENT}/webhooks",
        "A trigger nobody knows is left out.",
        member(
            "triggers",
            lambda value: (
                [each for each in value if each in TRIGGERS] or [TRIGGERS[0]] if isinstance(value, list) else value
            ),
        ),
    ),
    (
        "any-email-makes-a-user",
        f"POST {CLIENT}/users",
        "An email that is none is accepted.",
        member("email", lambda value: f"{value}@x.org" if isinstance(value, str) and "@" not in value else value),
    ),
    (
        "empty-update-of-a-membership-500",
        f"PATCH {ORG}/memberships/{{membershipId}}",
        "An update of nothing is answered 500.",
        failing(lambda sent: sent == {}),
    ),
    (
        "foreign-key-500-for-members",
        f"GET {ORG}/memberships",
        "A key of another organization is answered 500.",
        foreign_key_500,
    ),
):
    plant(ENTRY, _name, _at, _text, _enters)
