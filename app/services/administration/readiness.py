"""Readiness: checks each part that requests need by using it once."""

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
    issues = [issue for part, check in parts.items() if (issue := _issue(part, check))]
    if issues:
        raise NotReady(issues)


def _issue(part: str, check: Callable[[], object]) -> Issue | None:
    """Check a part; the issue if it does not work, None if it does."""
    try:
        check()
    except StoreError as error:
        return Issue("", part, f"the {part} does not work: {error}")
    except Exception:
        log.exception("the %s does not work", part)
        return Issue("", part, f"the {part} does not work; the log has the reason")
    return None
