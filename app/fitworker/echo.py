"""What a fit process writes to standard error, as records of the service's log.

The child logs JSON lines with the labels of its job. Whatever else libraries print there is of
interest only to who looks for a fault.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)

_TOLD = frozenset({"event", "level", "logger", "timestamp"})


def echo(line: str, labels: Mapping[str, object]) -> None:
    """Log one line of the child's; ``labels`` say whose it is."""
    message = _parsed(line)
    if message is None:
        log.debug("fit process: %s", line, extra=dict(labels))
        return
    level = logging.getLevelNamesMapping().get(str(message.get("level", "")).upper(), logging.INFO)
    more = {key: value for key, value in message.items() if key not in _TOLD | labels.keys()}
    extra = {**labels, "fit_process": more} if more else dict(labels)
    log.log(level, "fit process: %s", message["event"], extra=extra)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) and "event" in message else None
