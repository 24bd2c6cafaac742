"""Logs: one JSON object per line on standard error, with the request id where there is one."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

LIBRARIES = {"alembic": logging.WARNING, "dbos": logging.WARNING, "uvicorn.access": logging.ERROR}


def configure_logging(level: str) -> None:
    """Write every logger's records as JSON to standard error; called once per process."""
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
            _drop_color_message,
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


def _drop_color_message(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop the copy of its message that the server adds for terminals."""
    event.pop("color_message", None)
    return event


def _let_dbos_propagate() -> None:
    """Keep the library from adding a handler with its own format to its logger."""
    logger = logging.getLogger("dbos")
    logger.addHandler(logging.NullHandler())
    logger.propagate = True
