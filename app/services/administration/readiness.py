"""Readiness: checks each part that requests need by using it once."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from app.context import Context
from app.db.database import Database
from app.errors import NotReady, StoreError
from app.jobs.operations import Operations
from app.runtime.probe import Probe
from app.store.port import ArtefactStore
from mmm.errors import Issue

log = logging.getLogger(__name__)

ANSWER_SECONDS = 1.5
"""A part that has not answered by then does not work."""


def probes(database: Database, store: ArtefactStore, operations: Operations) -> Mapping[str, Probe]:
    """One probe for each part."""
    checks: dict[str, Callable[[], object]] = {
        "database": database.ping,
        "store": store.check_writable,
        "engine": operations.check,
    }
    return {part: Probe(f"probe of the {part}", check) for part, check in checks.items()}


async def check_ready(context: Context) -> None:
    """Raise NotReady, within two seconds, naming every part that does not work."""
    found = await asyncio.gather(*(_issue(part, probe) for part, probe in context.probes.items()))
    issues = [issue for issue in found if issue]
    if issues:
        raise NotReady(issues)


async def _issue(part: str, probe: Probe) -> Issue | None:
    """Check a part; the issue if it does not work, None if it does."""
    try:
        await probe.within(ANSWER_SECONDS)
    except TimeoutError:
        detail = f"the {part} has not answered within {ANSWER_SECONDS:g} seconds"
        return Issue("", part, detail)
    except StoreError as error:
        return Issue("", part, f"the {part} does not work: {error}")
    except Exception:
        log.exception("the %s does not work", part)
        return Issue("", part, f"the {part} does not work; the log has the reason")
    return None
