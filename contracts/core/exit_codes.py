"""The one table of exit codes, for every command of the suite.

Raw `pytest contracts` keeps pytest's own codes and adds 3; `python -m contracts gate` gives these.
"""

from __future__ import annotations

KEPT = 0
"""Nothing is broken that fails."""
BROKEN = 1
"""Something is broken, at or above `fail_on`."""
MISTAKE = 2
"""A file or an option is wrong."""
NOTHING = 3
"""Nothing could be judged, or the deployment is not there or something else."""
OPEN = 4
"""Something of what was selected was blocked or stays unproven, though nothing is broken."""
TABLE = {
    KEPT: "kept: nothing is broken, or nothing grave enough to fail",
    BROKEN: "broken, at or above `fail_on`; or a known deviation is out of date",
    MISTAKE: "a mistake in a file or an option",
    NOTHING: "nothing could be judged: no request was sent, no credential is accepted, or the deployment is not there "
    "or serves something else",
    OPEN: "something that was selected was blocked, lost or left unproven, though nothing is broken",
}
"""What each means, as README and the reference have it. Ended by a signal: 128 and its number, after the report."""
