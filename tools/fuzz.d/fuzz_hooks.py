"""What schemathesis loads besides: which failures of the service are none, and commands that may be accepted."""

from __future__ import annotations

import json
import pathlib

import schemathesis
from plausible import Plausible

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "openapi.json"
COMMANDS = "/v1/commands"

# A read that waits for a position that the log has not reached says so, with this status and code; whoever makes up
# positions asks for such ones all the time.
NOT_YET = (503, "NOT_YET")

plausible = Plausible(json.loads(DOCUMENT.read_text(encoding="utf-8"))["components"]["schemas"])


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
def before_call(ctx, case, **kwargs) -> None:  # noqa: ANN001, ANN003
    """Puts a command that may be accepted in the place of one of the right form; which one, its content says."""
    right = case.meta is not None and case.meta.generation.mode.is_positive
    if right and case.operation.path == COMMANDS and isinstance(case.body, dict):
        case.body = plausible.command(json.dumps(case.body, sort_keys=True, default=str))
        for name in ("If-Match", "If-None-Match"):
            case.headers.pop(name, None)


@schemathesis.hook
def after_call(ctx, case, response) -> None:  # noqa: ANN001
    """Remembers the records that commands made, for later ones to be about."""
    if case.operation.path == COMMANDS and response.status_code == 200 and isinstance(case.body, dict):
        plausible.learn(case.body, response.json())
