"""What can go wrong with a request. Every error is a KithError; none of their texts holds personal data."""

from __future__ import annotations

from kith.v1 import refusals_pb2


class KithError(Exception):
    """A request has no answer."""


class NotReachable(KithError):
    """No service answers at the socket path: it is not running, the path is wrong, or access is denied."""


class ConnectionClosed(KithError):
    """The connection ended before the answer came.

    What became of an open command is not known: connect again and send the same command id again; the answer says
    what happened.
    """


class ProtocolViolation(KithError):
    """The service sent bytes that are not of the protocol; the connection is closed."""


class RequestTooLarge(KithError):
    """The request does not fit into a frame of 4 MiB; nothing was sent."""


class Refused(KithError):
    """The service said no.

    Attributes:
        detail: the whole refusal, an ErrorDetail.
    """

    def __init__(self, detail: refusals_pb2.ErrorDetail) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def code(self) -> str:
        """The code, for example "NOT_FOUND"; a number that this client does not know is "CODE_" and the number."""
        return code_name(self.detail.code)

    @property
    def retry_helps(self) -> bool:
        """Whether sending the same again later can help."""
        return self.detail.retry_helps

    def __str__(self) -> str:
        place = f" ({self.detail.field})" if self.detail.field else ""
        return f"{self.code}{place}: {self.detail.sentence}"


class Forbidden(Refused):
    """The caller has no role that allows this."""


class NotFound(Refused):
    """What the request is about does not exist."""


class RevisionConflict(Refused):
    """The stream has moved on; `detail.expected` and `detail.actual` say how far."""


class CommandIdReused(Refused):
    """The command id was used before with other content."""


class Overloaded(Refused):
    """The service has more work waiting than it takes; come back after `detail.retry_after_milliseconds`."""


class NotYet(Refused):
    """The read did not reach the position it asked for in time."""


_CLASSES = {
    refusals_pb2.FORBIDDEN: Forbidden,
    refusals_pb2.NOT_FOUND: NotFound,
    refusals_pb2.REVISION_CONFLICT: RevisionConflict,
    refusals_pb2.COMMAND_ID_REUSED: CommandIdReused,
    refusals_pb2.OVERLOADED: Overloaded,
    refusals_pb2.NOT_YET: NotYet,
}


def refused(detail: refusals_pb2.ErrorDetail) -> Refused:
    """The error for a refusal, of the class that its code has."""
    return _CLASSES.get(detail.code, Refused)(detail)


def code_name(code: int) -> str:
    """The name of a refusal's code; a newer service may send one that this client does not know."""
    known = refusals_pb2.ErrorCode.values()
    return refusals_pb2.ErrorCode.Name(code) if code in known else f"CODE_{code}"
