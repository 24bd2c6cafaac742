"""The secret under which API keys are stored: a setting, or a file that only the service reads.

Another secret makes every key unknown. Machines that share a database must share the secret too,
so there it has to be given; on one machine it is made at the first need.
"""

import os
import secrets
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

from app.errors import KeySecretUnusable
from app.settings import Settings

FILE = "key-secret"
BYTES = 32


def server_secret(settings: Settings) -> bytes:
    """The secret; raises KeySecretUnusable where it is missing or other users may read its file."""
    if settings.key_secret is not None:
        return settings.key_secret.get_secret_value().encode()
    if not settings.single_host:
        raise KeySecretUnusable(
            "API keys are stored under a secret that all machines of this database share: set "
            f"PRUDENT_KEY_SECRET to at least {BYTES} characters, such as those of "
            "`openssl rand -hex 32`, and keep it."
        )
    path = settings.data_dir.absolute() / FILE
    if not path.exists():
        _make(path)
    _refuse_exposed(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Write the file whole, or leave the one that another process was faster to write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{FILE}-") as file:
        file.write(secrets.token_hex(BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
        try:
            path.hardlink_to(file.name)
        except FileExistsError:
            return


def _refuse_exposed(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeySecretUnusable(
            f"{path} may be read by other users of this machine (mode {mode:o}): run chmod 600 on "
            "it, and if somebody may have read it, delete it and make new keys."
        )
