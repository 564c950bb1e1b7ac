"""What schemathesis loads besides: which failures of the service are none."""

from __future__ import annotations

import schemathesis

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
