"""The one way this package complains."""


class ReportError(Exception):
    """A run that cannot be read or a report that cannot be written; its text is one line naming what is at fault."""
