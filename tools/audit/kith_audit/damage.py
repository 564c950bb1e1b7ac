"""What a reader says where a log is not what docs/log-format.md says, and where it was used wrongly."""


class Damage(Exception):
    """The log is not as it was written.

    `position` is the first position at which that shows; None where it concerns the log as a whole.
    """

    def __init__(self, position: int | None, what: str) -> None:
        super().__init__(f"position {position}: {what}" if position is not None else what)
        self.position = position
        self.what = what


class WrongUse(Exception):
    """There is nothing to read: no log, no permission, another format, a position that does not exist."""
