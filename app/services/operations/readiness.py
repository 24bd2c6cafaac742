"""Whether requests can be served now: each part that they need is used once."""

import logging
from collections.abc import Callable

from app.context import Context
from app.errors import NotReady, StoreError
from mmm.errors import Issue

log = logging.getLogger(__name__)


def check_ready(context: Context) -> None:
    """Raise NotReady, naming every part that does not work."""
    parts: dict[str, Callable[[], object]] = {
        "database": context.database.ping,
        "store": context.store.check_writable,
        "engine": context.operations.check,
    }
    faults = [fault for part, use in parts.items() if (fault := _fault(part, use))]
    if faults:
        raise NotReady(faults)


def _fault(part: str, use: Callable[[], object]) -> Issue | None:
    try:
        use()
    except StoreError as error:
        return Issue("", part, f"the {part} does not work: {error}")
    except Exception:
        log.exception("the %s does not work", part)
        return Issue("", part, f"the {part} does not work; the log has the reason")
    return None
