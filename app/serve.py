"""Run the service: logs, address, server. The command line calls ``serve``."""

import ipaddress
import os
import socket

import uvicorn

from app.configuration import require_ground, warn_of_unknown_variables
from app.errors import AddressUnusable, UnsafeBind
from app.jobs.identity import claim_service
from app.main import create_app
from app.runtime.logs import configure_logging
from app.runtime.memory import limit_arenas
from app.settings import Settings

SHUTDOWN_SECONDS = 5


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises UnsafeBind for an address that other machines can reach where nobody is asked for a
    credential, AddressUnusable where nothing can listen there, InvalidSetting or StoreUnavailable
    for directories or a database that cannot be used, DataDirectoryInUse where another service runs
    on the same data.
    """
    limit_arenas()
    refuse_unsafe(settings)
    require_ground(settings)
    if settings.single_host:
        claim_service(settings.lock_dir).release()
    require_address(settings.host, settings.port)
    configure_logging(settings.log_level)
    warn_of_unknown_variables()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def refuse_unsafe(settings: Settings) -> None:
    """Raise UnsafeBind for an address beyond loopback without access control."""
    host = settings.host
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except socket.gaierror as error:
        raise UnsafeBind(f"The host {host!r} is unknown: {error.strerror}.") from error
    loopback = all(ipaddress.ip_address(address).is_loopback for address in found)
    if settings.auth == "none" and not loopback:
        raise UnsafeBind(
            f"{host!r} can be reached from other machines, and nobody is asked for a credential: "
            "whoever reaches it may read and delete everything. Set PRUDENT_AUTH=keys, make a "
            "first key by `prudent keys create`, and put TLS before it; or bind to 127.0.0.1."
        )


def require_address(host: str, port: int) -> None:
    """Raise AddressUnusable where another program listens on the port, or this one may not."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    try:
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        raise AddressUnusable(
            f"Port {port} of {host} cannot be listened on ({os.strerror(error.errno or 0)}). Stop "
            "what listens there, or choose another port by --port or PRUDENT_PORT."
        ) from error
