"""Text that came from a server, made safe to look at: on a terminal, in a page, in a file."""

from __future__ import annotations

import re

# Control characters (XML 1.0 has no place for them), those that turn the direction of text round (and so show something
# other than what was sent), those without width, and lone halves of a surrogate pair, which no output encoding takes.
# Tabs and line ends stay.
_UNSEEN = re.compile(
    "\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Write characters that cannot be seen as escapes: an ESC becomes ``\\x1b``, a right-to-left mark ``\\u200f``."""
    return _UNSEEN.sub(lambda match: repr(match[0])[1:-1], text)
