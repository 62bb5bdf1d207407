"""What an operation does beyond looking, as far as its own words tell: names, the path's ends, the summary.

The method says little: a POST may shut a server down, and a GET may delete. Whoever calls somebody else's server has to
read the words, and what the words leave in doubt counts as done to what is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from specs.contract.model import SAFE

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

ACTIONS = re.compile(
    r"(?:re|un)?(?:start|publish|lock|mount|deploy)(?:s|es|ed|ing)?|(?:dis)?connects?|"
    r"(?:re|un|de|dis)?(?:activat|enabl|subscrib|archiv)(?:e|es|ed|ing|ion)|"
    r"stop(?:s|ped)?|shut|shutdown|reboot|halt|kill|terminat\w*|"
    r"accept\w*|reject\w*|approv\w*|declin\w*|confirm\w*|cancel\w*|dismiss\w*|"
    r"join\w*|leave|leaves|invit\w*|follow|unfollow|"
    r"send|sends|resend|notify|notif\w+|email|emails|mail|mails|sms|broadcast\w*|"
    r"run|runs|rerun|execut\w*|trigger|invoke|dispatch\w*|schedul(?:e|es)d?|"
    r"import(?:s|ed|ing)?|restor\w*|rollback|revert|reset|resets|purg\w*|clear|clears|flush\w*|truncat\w*|wip(?:e|es)|drop|"
    r"transfer\w*|mov(?:e|es)|merg\w*|migrat\w*|sync|synchroni\w+|promot\w*|demot\w*|"
    r"rotat\w*|revok\w*|regenerat\w*|rekey|roll|invalidat\w*|expir\w*|impersonat\w*|"
    r"logout|signout|logoff|suspend\w*|ban|block|unblock|"
    r"pay|charge|charges|refund\w*|capture|bulk|batch|everywhere|mass|actions?|commands?"
)
"""Words that name an action on what is there already, or on somebody outside."""
CHANGES = re.compile(
    r"creat(?:e|es|ing)|add|adds|insert\w*|delet(?:e|es|ing)|remov(?:e|es|ing)|destroy|erase|updat(?:e|es|ing)|edit|"
    r"modif(?:y|ies)|set|sets|replac(?:e|es)|sav(?:e|es)|writ(?:e|es)|put|upload|register|unregister|"
    r"appends?|cop(?:y|ies)|moves?|renames?|clones?|merges?"
)
"""Words that, in the place of a verb, say of a GET that it does not only look."""
LOOKS = re.compile(
    r"gets?|lists?|reads?|retriev\w*|fetch(?:es)?|finds?|shows?|views?|search(?:es)?|quer(?:y|ies)|looks?|counts?|checks?|"
    r"returns?|downloads?|exports?|describes?|displays?|previews?|browses?|tells?|is|has|the|all|a|an"
)
"""Words with which an operation begins that says that it only looks."""
OUTWARD = re.compile(r"storages?|integrations?|connections?|connectors?|datasources?|backends?|federations?")
"""Things whose creation connects the server with another one."""

AUTOMATIONS = re.compile(r"automations?|cronjobs?|crons?|playbooks?|autoscal\w*|autoresponders?")
"""Things that act by themselves from their creation on."""
_CAUSE, _DEED = re.compile(r"triggers?|conditions?|when"), re.compile(r"actions?|operations?")
"""Members of a thing that does something whenever something happens."""

MAILS = re.compile(
    r"\b(?:sends?|sent|sending|receives?|triggers?)\b[^.]{0,40}\b(?:e-?mails?|mails?|sms|text messages?|notifications?|"
    r"invitations?|invites?)\b|\b(?:e-?mails?|notifies|invites)\b (?:the|a|an|all|every|each|its|their)\b",
    re.IGNORECASE,
)
"""Prose that says that somebody outside hears of it."""

_ENDING = re.compile(
    r"(?:re-?set|rotate|revoke|regenerate|renew|re-?key|roll|replace|invalidate|expire|blacklist|blocklist|change|delete|remove|destroy|"
    r"disable|deactivate|re-?create)\w*"
)
_CREDENTIAL = re.compile(
    r"tokens?|keys?|apikeys?|secrets?|passwords?|passphrase|sessions?|credentials?|account|2fa|mfa"
)
_SIGN_OUT = re.compile(r"logout|signout|logoff|rekey")
_SELF = frozenset({"me", "self", "myself", "whoami", "current", "currentuser", "account", "profile"})


def words(text: str) -> tuple[str, ...]:
    """Give the words of a name or a sentence in lower case, camel case parted, and "sign out" as one."""
    found = " ".join(each.lower() for each in _WORD.findall(text))
    found = re.sub(r"\b(log|sign|shut|roll|re) (out|off|down|back|key|start)\b", r"\1\2", found)
    return tuple(found.split())


def says_it_changes(method: str, path: str, name: str, summary: str) -> bool:
    """Say whether an operation with a safe method says of itself that it changes something."""
    if method not in SAFE:
        return False
    first = (words(summary) or ("",))[0]
    if LOOKS.fullmatch(first):
        return False
    names = _verbs_of_name(name)
    if any(LOOKS.fullmatch(each) for each in names[:1]):
        return False
    end = words(_last_fixed(path))[:1] if not path.rstrip("/").endswith("}") else ()
    return any(CHANGES.fullmatch(each) or _ACTING.fullmatch(each) for each in (first, *names, *end))


_ACTING = re.compile(
    r"(?:re)?start|stop|shutdown|reboot|kill|terminate|accept|reject|approve|decline|confirm|cancel|join|leave|invite|"
    r"send|resend|execute|trigger|restore|reset|purge|flush|wipe|publish|unpublish|activate|deactivate|enable|disable|"
    r"revoke|rotate|regenerate|rekey|logout|signout|logoff|unsubscribe|subscribe|impersonate"
)
"""Actions that are no names of things as well: where nothing else tells, these make a GET one that acts."""


def says_it_does_more(told: Iterable[str]) -> bool:
    """Say whether words of which one is for looking have another for something done: find-or-create, update-list."""
    return any(each in ("and", "or") or CHANGES.fullmatch(each) or _ACTING.fullmatch(each) for each in told)


_DOES = (
    r"re(?:check|scan|index|build|compute|calculate|generate|start|boot|send)|resets?|purges?|flush|wipes?|deletes?|destroys?"
    r"|erases?|revokes?|rotates?|(?:un)?mutes?|unpublish|shutdown|acknowledges?|triggers?|kills?|terminates?|unsubscribes?"
)
_DOING_NAME = re.compile(_DOES)
_DOING_PROSE = re.compile(
    rf"^(?:(?:if|when) [^,.]{{1,40}}, (?:also )?|set to \S+ to (?:also )?|also )?(?:forces? (?:a |the )?)?"
    rf"(?:(?:{_DOES})\b(?! (?:the|any) (?:filter|cache|cursor|page|sort|position|offset|default))"
    r"|(?:re-?)?queues? (?:all|any|every|the|this|these|it|them)\b|marks? (?:all|any|every|the|this|these|it|them)\b"
    r"|sets? (?:the )?\w* ?(?:state|status)\b)",
    re.IGNORECASE,
)


def acts(name: str, description: str) -> bool:
    """Say whether a query parameter makes an operation act that otherwise only looks, as `recheck_all=1` does."""
    first, *rest = words(name) or ("",)
    named = _DOING_NAME.fullmatch(first) is not None or (first == "mark" and bool(rest))  # a mark alone is a position
    return named or _DOING_PROSE.match(description) is not None


def action(path: str, name: str, summary: str, description: str = "") -> str:
    """Give the word by which an operation says that it acts on what is there already; "" where it has none."""
    first, *rest = (words(summary) or ("",))[:6]
    told = [*words(_last_fixed(path)), *_own_words(name, path), first, *(each for each in rest if each in _SENDING)]
    found = next((each for each in told if ACTIONS.fullmatch(each)), "")
    return found or ("mail" if MAILS.search(f"{summary}. {description}") else "")


_SENDING = frozenset(
    {"invite", "invites", "invitation", "email", "emails", "mail", "sms", "everywhere", "bulk", "batch"}
)


_WEIGHS = re.compile(r"validat(?:e|es|ing|ion)|verif(?:y|ies|ying|ication)|checks?|redeem|redeems")
_WEIGHED = re.compile(r"tokens?|codes?|otps?|passwords?|links?|invit(?:e|es|ation|ations)|resets?|signatures?|secrets?")


def weighs_a_secret(path: str, name: str, summary: str) -> bool:
    """Say whether an operation tells if a token, a code or a password that it is sent is right: "validates a token"."""
    told = {*words(path), *words(name), *words(summary)}
    return any(map(_WEIGHS.fullmatch, told)) and any(map(_WEIGHED.fullmatch, told))


_GIVES = r"(?:returns?|gets?|reuses?|fetch(?:es)?|finds?|retrieves?)"
_EXISTING = re.compile(
    rf"\b(?:or|and) (?:then )?{_GIVES}\b[^.]{{0,40}}\b(?:existing|already)\b"
    rf"|\b{_GIVES} or creates?\b|\bcreates? or (?:{_GIVES}|updates?)\b|\bupserts?\b"
    r"|\b(?:already exists?|exists? already)[^.]{0,60}\b(?:returned|returns?|reused?|updated?)\b"
    rf"|\b{_GIVES}\b[^.]{{0,40}}\b(?:already exists?|existing (?:one|\w+) (?:if|when))\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def returns_existing(summary: str, description: str) -> bool:
    """Say whether a creation tells of itself that it may answer with what is there already."""
    return _EXISTING.search(f"{summary}. {description}") is not None


def outward(path: str, summary: str) -> str:
    """Give the word by which a creation says that it connects the server with another one; "" where none does."""
    told = [*(word for each in _fixed(path) for word in words(each)), *words(summary)]
    return next((each for each in told if OUTWARD.fullmatch(each)), "")


def acts_by_itself(path: str, members: Iterable[str]) -> str:
    """Give the word by which a creation says that what it makes acts by itself from then on; "" where none does."""
    end = words(_last_fixed(path))
    if word := next((each for each in end if AUTOMATIONS.fullmatch(each)), ""):
        return word
    told = {each.lower() for each in members}
    cause, deed = (next((each for each in told if kind.fullmatch(each)), "") for kind in (_CAUSE, _DEED))
    return f"{cause} and {deed}" if cause and deed else ""


def ends_credential(method: str, path: str, name: str, summary: str) -> bool:
    """Say whether an operation may end the credential of its request: signs out, resets, revokes, or deletes it."""
    end, fixed = words(_last_fixed(path)), _fixed(path)
    told = {*end, *_own_words(name, path), *words(summary)}
    if any(_SIGN_OUT.fullmatch(each) for each in told):
        return True
    own = path.rstrip("/").endswith("}") is False
    acting = {*end, *_own_words(name, path), *words(summary)[:1]}
    deletes = method == "DELETE" or any(_ENDING.fullmatch(each) for each in acting)
    about = any(_CREDENTIAL.fullmatch(each) for each in told) and not told & {"policy", "settings", "configuration"}
    if fixed and "".join(words(fixed[-1])) in _SELF and method == "DELETE":
        return True
    if own and method in {"PUT", "PATCH", "POST"} and {"password", "passwd"} & {*end}:
        return True
    return own and deletes and about


def _fixed(path: str) -> list[str]:
    return [each for each in path.split("/") if each and "{" not in each]


def _last_fixed(path: str) -> str:
    return next(iter(reversed(_fixed(path))), "")


def _verbs_of_name(name: str) -> tuple[str, ...]:
    """Give the words that may be the verb of an operationId: the first of it, or of what follows an underscore."""
    return tuple(dict.fromkeys(word for part in re.split(r"[_./:]", name) for word in words(part)[:1]))


def _own_words(name: str, path: str) -> list[str]:
    """Give the words of an operationId that do not merely repeat what the path says further up."""
    ends = {*words(_last_fixed(path))}
    above = {word for each in _fixed(path)[:-1] for word in words(each)} - ends
    return [each for each in words(name) if each not in above]


_TAKEN = re.compile(
    r"\b(exists?|existing|already|taken|duplicates?|unique|in use|another|twice|"
    r"(with|has|have) (this|that|the (given|same)))\b",
    re.IGNORECASE,
)
_SENT_BEFORE = re.compile(
    r"\bidempoten|\bkey\b.*\b(?:requests?|body|payload|used|reused)\b|\b(?:requests?|body|payload)\b.*\bkey\b",
    re.IGNORECASE,
)
"""Words of a key under which a request may be sent again: another one under it conflicts with that request."""


def says_what_is_taken(description: str) -> bool:
    """Whether the words for a conflict say that there is one already like the one to be made, and no other reason."""
    parts = re.split(r"[.,;\n]|\bor\b", description)
    return any(_TAKEN.search(each) and not _SENT_BEFORE.search(each) for each in parts)
