"""The names that APIs commonly give to page parameters and to what they say about a page.

Names are compared folded: "page[size]", "page_size" and "pageSize" are one. Earlier names are preferred.
"""

from __future__ import annotations

from specs.contract.model import Dialect


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# What says where a page begins, by dialect.
POSITIONS: dict[Dialect, tuple[str, ...]] = {
    "offset": _names("offset skip start startindex startat startposition from firstresult pageoffset"),
    "page": _names("page pagenumber pageno pageindex pagenum currentpage p"),
    "cursor": _names(
        "cursor pagecursor pagetoken nexttoken nextpagetoken continuationtoken continuation continue marker token "
        "startkey exclusivestartkey startingafter startingtoken pageafter after afterid nextcursor lastid sinceid "
        "scrollid streamposition cursormark pagingtoken pagemarker bookmark since before beforeid endingbefore untilid "
        "maxid"
    ),
}
# Cursors that are an item's own id.
AFTER = _names("startingafter after afterid sinceid lastid before beforeid endingbefore untilid maxid")
# Cursors that nothing else is called: a number beside them is bookkeeping.
TOKENS = _names("pagetoken nextpagetoken pagingtoken")
# What says how long a page is.
SIZES = _names(
    "limit take perpage pagesize pagelimit itemsperpage maxresults maxitems maxpagesize count top size rows first max n"
)
# Positions that mean other things too: they count only beside a page size.
UNSURE = _names("start from since p token after before marker sinceid maxid continuation continue")

# Members by which a client shows who it is: to a login, and to a refresh.
PASSWORDS = _names("password passwd pwd passphrase pass")
REFRESH = _names("refreshtoken refreshjwt refresh")

# Members that say when something was made.
CREATION = _names("createdat created createdon createddate createdtime datecreated creationdate creationtime")

# Members that say when something was changed last.
CHANGE = _names(
    "updatedat updatedon updated updateddate updatetime dateupdated lastupdated lastupdatedat lastupdate modifiedat "
    "modifiedon modified modifieddate datemodified lastmodified lastmodifiedat lastmodifieddate lastchangedat changedat"
)

# Lists beside the items that tell about them.
BESIDE = _names("included includes errors warnings links related facets aggregations metadata meta fields columns")
# Members that hold the items, objects around them, and objects that describe the page.
ITEMS = _names("data items results records values entries list rows content elements hits value chunk")
WRAPPERS = _names("data result results response payload embedded body")
OBJECTS = _names(
    "pagination paging page nextpage pageinfo meta metadata links cursors paginginfo responsemetadata listinfo "
    "listmetadata listmeta"
)

# Objects that are about the next page alone, and what in them the next request carries.
NEXT = _names("nextpage next")
CARRIED = _names("offset cursor token pagetoken startingafter after page start marker")

# What the members of a pagination object play.
ROLES = {
    "total": _names(
        "total numresults totalcount totalitems totalresults totalelements totalrecords recordstotal totalsize count"
    ),
    "remaining": _names("remaining remainingitems remainingitemcount remainingcount left"),
    "size": _names("itemsperpage perpage pagesize limit take size maxresults"),
    "page": _names("currentpage page pagenumber pageno number pageindex current"),
    "pages": _names("totalpages pages numpages pagecount numpages lastpage pagestotal"),
    "offset": _names("offset skip startindex startat"),
    "next": _names("hasnextpage hasnext hasmore more moreavailable istruncated truncated"),
    "previous": _names("haspreviouspage hasprevious hasprevpage hasprev"),
    "cursor": _names(
        "nextcursor nextpagetoken nexttoken continuationtoken endcursor nextmarker nextafter continue "
        "nextstreamposition nextbatch cursor after next nextpage end marker"
    ),
    "link": _names("nextlink nexturl nextpageurl nexthref odatanextlink next"),
    "previous_link": _names("previouslink prevlink previousurl prevurl prevpageurl previouspageurl previous prev"),
}
_NUMBER = ("integer", "number")
TYPES = {
    **dict.fromkeys(("total", "remaining", "size", "page", "pages", "offset"), _NUMBER),
    **dict.fromkeys(("next", "previous"), ("boolean",)),
    **dict.fromkeys(("link", "previous_link"), ("string",)),
    "cursor": ("string", *_NUMBER),
}
# Answer headers that play a role.
HEADERS = {
    "link": ("link",),
    "total": _names("xtotalcount xtotal totalcount xpaginationtotal xtotalitems xpaginationtotalcount"),
    "pages": _names("xtotalpages xpagecount xpaginationpages xpaginationtotalpages"),
    "cursor": _names("xnextcursor xnextpagetoken xcontinuationtoken xnextpage"),
}


def fold(name: str) -> str:
    """Reduce a name to what its spellings have in common."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


# Members whose text is anybody's choice, and texts that fit members with telling names (the end of a folded name).
FREE = _names("name title bio description label comment note notes summary subject text message")
TELLING = {
    "email": "someone@example.com",
    "url": "https://example.com/",
    "uri": "https://example.com/",
    "website": "https://example.com/",
    "phone": "+15555550100",
    "currency": "usd",
    "countrycode": "US",
    "country": "US",
    "language": "en",
    "locale": "en",
    "timezone": "Europe/London",
    "color": "#336699",
    "colour": "#336699",
    "date": "2031-04-05",
    "slug": "some-thing",
}
