"""Runs the HTTP service: checks, logging, server. The console's ``serve`` command calls it."""

import ipaddress
import os
import socket

import uvicorn

from app.configuration import require_installation, warn_of_unknown_variables
from app.http.body.paced import PacedProtocol
from app.jobs.identity import claim_service
from app.main import create_app
from app.runtime.logs import configure_logging
from app.runtime.memory import limit_arenas
from app.settings import Settings
from app.startup_errors import AddressUnusable, UnsafeBind

SHUTDOWN_SECONDS = 5


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises UnsafeBind for an address that other machines can reach while access control is off,
    AddressUnusable if the service cannot listen there, InvalidSetting or StoreUnavailable for
    directories or a database that cannot be used, DataDirectoryInUse if another service runs on
    the same data directory.
    """
    limit_arenas()
    refuse_unsafe(settings)
    require_installation(settings)
    if settings.single_host:
        claim_service(settings.lock_dir).release()
    require_address(settings.host, settings.port)
    configure_logging(settings.log_level)
    warn_of_unknown_variables()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        http=PacedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def refuse_unsafe(settings: Settings) -> None:
    """Raise UnsafeBind for an address other than loopback without access control."""
    host = settings.host
    try:
        addresses = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except socket.gaierror as error:
        raise UnsafeBind(f"The host {host!r} is unknown: {error.strerror}.") from error
    loopback = all(ipaddress.ip_address(address).is_loopback for address in addresses)
    if settings.auth == "none" and not loopback:
        raise UnsafeBind(
            f"{host!r} can be reached from other machines, and access control is off: anybody who "
            "reaches it could read and delete everything. Set PRUDENT_AUTH=keys, create a first "
            "key with `prudent keys create`, and put TLS in front; or bind to 127.0.0.1."
        )


def require_address(host: str, port: int) -> None:
    """Raise AddressUnusable if the port is in use, or this process may not listen on it."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    try:
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        raise AddressUnusable(
            f"Cannot listen on port {port} of {host} ({os.strerror(error.errno or 0)}). Stop the "
            "program that uses it, or choose another port with --port or PRUDENT_PORT."
        ) from error
