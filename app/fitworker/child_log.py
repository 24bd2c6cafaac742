"""Passes what a fit process writes to standard error on to the service's log.

The child logs JSON lines with the labels of its job. Anything else that libraries print there is
logged at level DEBUG.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)

_STANDARD_FIELDS = frozenset({"event", "level", "logger", "timestamp"})


def log_child_line(line: str, labels: Mapping[str, object]) -> None:
    """Log one line of the child's standard error; ``labels`` identify the child and its job."""
    message = _parsed(line)
    if message is None:
        log.debug("fit process: %s", line, extra=dict(labels))
        return
    level = logging.getLevelNamesMapping().get(str(message.get("level", "")).upper(), logging.INFO)
    known = _STANDARD_FIELDS | labels.keys()
    more = {key: value for key, value in message.items() if key not in known}
    extra = {**labels, "fit_process": more} if more else dict(labels)
    log.log(level, "fit process: %s", message["event"], extra=extra)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) and "event" in message else None
