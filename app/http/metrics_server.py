"""Serves Prometheus metrics on a port of their own, separate from the API.

The metrics of ``app.runtime.metrics`` are those of this process. ``prudent_operations`` is read
from the database, so every process reports the same numbers for the whole installation.
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
from app.errors import StoreError
from app.settings import Settings
from app.startup_errors import InvalidSetting

log = logging.getLogger(__name__)


class UnfinishedOperations(Collector):
    """The number of operations of each kind that are queued, running or being cancelled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> Iterable[Metric]:
        """The metric without values, so that registering it needs no database query."""
        yield self._family()

    def collect(self) -> Iterable[Metric]:
        """The current counts; none if the database does not answer."""
        family = self._family()
        query = (
            select(OperationRow.kind, OperationRow.status, func.count())
            .where(OperationRow.status.in_(ACTIVE))
            .group_by(OperationRow.kind, OperationRow.status)
        )
        try:
            with self._database.read() as session:
                for kind, status, count in session.execute(query):
                    family.add_metric([kind, status], count)
        except StoreError as error:
            log.warning("operations cannot be counted: %s", error)
        yield family

    def _family(self) -> GaugeMetricFamily:
        text = "Operations that have not ended, of all processes on this database."
        return GaugeMetricFamily("prudent_operations", text, labels=["kind", "status"])


def serve_metrics(settings: Settings, database: Database) -> Callable[[], None]:
    """Serve metrics if PRUDENT_METRICS_PORT is set; returns a function that stops serving.

    Raises InvalidSetting if nothing can listen on the port.
    """
    stack = ExitStack()
    if settings.metrics_port is None:
        return stack.close
    address = f"{settings.metrics_host}:{settings.metrics_port}"
    try:
        server, thread = start_http_server(settings.metrics_port, settings.metrics_host)
    except OSError as error:
        raise InvalidSetting(
            f"PRUDENT_METRICS_PORT: cannot listen on {address} ({error.strerror}). "
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
