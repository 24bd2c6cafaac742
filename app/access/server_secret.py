"""The secret of API keys, sessions and links: a setting, or a file that only the service can read.

Changing the secret makes all of them unknown. Machines that share a database must share the secret,
so there it must be set; on a single machine it is created when first needed.
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
    """The secret; raises KeySecretUnusable if it is missing or other users may read its file."""
    if settings.key_secret is not None:
        return settings.key_secret.get_secret_value().encode()
    if not settings.single_host:
        raise KeySecretUnusable(
            "Keys, sessions and links rest on a secret that all machines of this database share: "
            f"set PRUDENT_KEY_SECRET to at least {BYTES} characters, for example the output of "
            "`openssl rand -hex 32`, and keep it."
        )
    path = settings.data_dir.absolute() / FILE
    if not path.exists():
        _create_secret_file(path)
    _require_private(path)
    return path.read_bytes()


def _create_secret_file(path: Path) -> None:
    """Write the file atomically, or keep the one that another process has written meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{FILE}-") as file:
        file.write(secrets.token_hex(BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
        try:
            path.hardlink_to(file.name)
        except FileExistsError:
            return


def _require_private(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeySecretUnusable(
            f"Other users of this machine can read {path} (mode {mode:o}): run chmod 600 on it. "
            "If somebody may have read it, delete it and create new keys."
        )
