"""Logs: one JSON object a line on stderr, with the request id where there is one."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

LIBRARIES = {"alembic": logging.WARNING, "dbos": logging.WARNING, "uvicorn.access": logging.ERROR}


def configure_logging(level: str) -> None:
    """Send every logger's records, as JSON, to stderr. Called once, by what owns the process."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_colours,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, minimum in LIBRARIES.items():
        logging.getLogger(name).setLevel(minimum)
    _let_dbos_propagate()


def _without_colours(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The server's messages come a second time, for terminals."""
    event.pop("color_message", None)
    return event


def _let_dbos_propagate() -> None:
    """The library adds a handler of its own format unless its logger has one already."""
    logger = logging.getLogger("dbos")
    logger.addHandler(logging.NullHandler())
    logger.propagate = True
