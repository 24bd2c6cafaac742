"""The metrics' own port, apart from the one that callers reach.

The numbers of ``app.runtime.metrics`` are this process's. ``prudent_operations`` is read from the
database and tells the same of the whole installation, whichever process is asked.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack

from prometheus_client import REGISTRY, Metric, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from app.db.database import Database
from app.db.models import OperationRow
from app.db.operations import ACTIVE
from app.errors import InvalidSetting, StoreError
from app.settings import Settings

log = logging.getLogger(__name__)


class UnfinishedOperations(Collector):
    """How many operations of each kind are queued, run, or are being cancelled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> Iterable[Metric]:
        """The metric without its values, so that registering it asks no database."""
        yield self._family()

    def collect(self) -> Iterable[Metric]:
        """The counts now; none where the database does not answer."""
        found = self._family()
        query = (
            select(OperationRow.kind, OperationRow.status, func.count())
            .where(OperationRow.status.in_(ACTIVE))
            .group_by(OperationRow.kind, OperationRow.status)
        )
        try:
            with self._database.read() as session:
                for kind, status, count in session.execute(query):
                    found.add_metric([kind, status], count)
        except StoreError as error:
            log.warning("operations cannot be counted: %s", error)
        yield found

    def _family(self) -> GaugeMetricFamily:
        text = "Operations that have not ended, of all processes of this database."
        return GaugeMetricFamily("prudent_operations", text, labels=["kind", "status"])


def serve_metrics(settings: Settings, database: Database) -> Callable[[], None]:
    """Serve metrics if PRUDENT_METRICS_PORT is set; returns what ends that. InvalidSetting."""
    stack = ExitStack()
    if settings.metrics_port is None:
        return stack.close
    address = f"{settings.metrics_host}:{settings.metrics_port}"
    try:
        server, thread = start_http_server(settings.metrics_port, settings.metrics_host)
    except OSError as error:
        raise InvalidSetting(
            f"PRUDENT_METRICS_PORT: nothing can listen on {address} ({error.strerror}). "
            "Each process of a machine needs a port of its own."
        ) from error
    stack.callback(thread.join)
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    operations = UnfinishedOperations(database)
    REGISTRY.register(operations)
    stack.callback(REGISTRY.unregister, operations)
    log.info("metrics are served", extra={"address": address})
    return stack.close
