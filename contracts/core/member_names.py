"""What a member's name suggests about the member."""

from __future__ import annotations

import re

SECRET = re.compile(r"secret|token|passw|authorization|credential|(private|api|account|access|signing)_?key", re.I)
"""Members a server may hide, replace or show only once."""


VOLATILE = re.compile(r"updated|modified|changed|version|revision|etag|last_?(seen|used|active|login|sync)", re.I)
"""Members that move by themselves."""


_ID = re.compile(r"(?:^|[/_-])u?u?id$|U?u?Id$|UUID$|ID$")
"""How the name of a member ends that tells a thing from all others."""


OWNERS = ("userid", "ownerid", "teamid", "orgid", "organizationid", "clientid", "accountid", "tenantid", "workspaceid")


FLEETING = re.compile(r"last_?-?(used|seen|access|login|active|request)", re.IGNORECASE)
"""Members that change by being looked at."""


LIFECYCLE = re.compile(r"(^|_)(status|state|phase|progress|stage)$|[a-z](Status|State|Phase|Progress)$")
"""Members that say how far a thing has come: they move by themselves where no request can set them."""


REFERENCE = re.compile(r"(?:[a-z0-9]I|_i|^[iI])ds?$|(?:[a-z0-9]U|_u|^u)u?ids?$")
"""Members that name something else: no value of ours can be made up for them."""


FREE = {"name", "title", "bio", "description", "value", "label", "comment", "note", "summary"}
"""Members whose text is anybody's choice."""


UNIQUE = {"email", "slug", "username", "name", "title", "domain", "code"}
"""Members that tend to be unique; no document says which are."""


UNIQUE_BESIDE_SIBLINGS = UNIQUE | {"value", "label", "key"}
"""The same in bodies that refer to nothing else: there these are names among siblings, not somebody else's values."""
