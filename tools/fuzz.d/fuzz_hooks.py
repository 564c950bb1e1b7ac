"""What schemathesis loads besides: which failures of the service are none, and commands that can be accepted."""

from __future__ import annotations

import hashlib
import json

import schemathesis
from schemathesis import GenerationMode

# What is made up of these says almost always something that cannot be: an instant in the future, somebody who is not
# there, an import that never began.
HINDRANCES = ("idempotencyKey", "occurredAt", "onBehalfOf", "importJob", "mode", "dryRun", "source")
HINDRANCES_OF_BODIES = ("expectedRevision", "fields", "clearFields")

# A read that waits for a position that the log has not reached says so, with this status and code; whoever makes up
# positions asks for such ones all the time.
NOT_YET = (503, "NOT_YET")


@schemathesis.check
def fails_only_where_it_says_so(ctx, response, case) -> None:  # noqa: ANN001
    """An answer of 500 or more is a failure, unless it says when to come back for what is not there yet."""
    if response.status_code < 500:
        return
    try:
        code = response.json().get("code")
    except ValueError:
        code = None
    if (response.status_code, code) != NOT_YET:
        raise AssertionError(f"the service failed: {response.status_code} {response.text[:500]}")


@schemathesis.hook
def before_call(context, case, kwargs) -> None:  # noqa: ANN001
    """Gives every other command that has the right form an id of its own and takes away what it would be refused for,
    so that some are accepted and later requests meet what they have made."""
    if case.operation.path != "/v1/commands" or case.meta is None or not isinstance(case.body, dict):
        return
    if case.meta.generation.mode is not GenerationMode.POSITIVE or len(case.body.get("bodies") or ()) % 2 == 0:
        return
    for name in HINDRANCES:
        case.body.pop(name, None)
    case.body["bodies"] = case.body["bodies"][:1]
    for name in HINDRANCES_OF_BODIES:
        case.body["bodies"][0].pop(name, None)
    case.body["id"] = id_of(case.body["bodies"])


def id_of(bodies: list) -> str:
    """A UUIDv7 (RFC 9562) that follows from the bodies: the same requests for the same seed."""
    digits = hashlib.sha256(json.dumps(bodies, sort_keys=True, default=str).encode()).hexdigest()
    return f"01900000-{digits[:4]}-7{digits[4:7]}-8{digits[7:10]}-{digits[10:22]}"
