"""What an installation is set to, and whether database, store and directories can be used so."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.access.server_secret import server_secret
from app.db.database import open_database
from app.errors import AppError, InvalidSetting, StartupError
from app.settings import PREFIX, Settings
from app.store.opening import open_store

log = logging.getLogger(__name__)

HIDDEN = "(hidden)"
SECRET_WORDS = ("secret", "password", "token", "pepper")
STORE_VARIABLES = ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@dataclass(frozen=True)
class Finding:
    """One part that was tried; ``fault`` says what is wrong with it and what to do."""

    part: str
    fault: str | None = None


def read_settings(**given: Any) -> Settings:
    """Settings of the environment and of arguments; raises InvalidSetting, naming each variable."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        ]
        raise InvalidSetting("\n".join(lines)) from None


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A sentence about each variable that looks like a setting and is none, such as a misspelt
    one."""
    known = [variable(name) for name in Settings.model_fields]
    unknown = sorted(environment.keys() - {*known})
    return [_unknown(name, known) for name in unknown if name.startswith(PREFIX)]


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    meant = f"did you mean {near[0]}?" if near else "see docs/operations.md"
    return f"{name} is no setting; {meant}"


def warn_of_unknown_variables() -> None:
    """Log what an operator may believe to be set and is not."""
    for sentence in unknown_variables():
        log.warning("%s", sentence)


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def resolved(settings: Settings) -> dict[str, str]:
    """Each variable and its value in force, secrets hidden."""
    found = {
        variable(name): _shown(name, getattr(settings, name)) for name in Settings.model_fields
    }
    found[variable("database_url")] = _without_password(settings.resolved_database_url)
    found[variable("cache_dir")] = str(settings.resolved_cache_dir)
    if settings.artefact_url is not None:
        given = {name: os.environ[name] for name in STORE_VARIABLES if name in os.environ}
        found |= {name: _shown(name.lower(), value) for name, value in given.items()}
    return found


def settings_table() -> str:
    """Every setting with its default and meaning, as a table in Markdown."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{variable(name)}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def try_out(settings: Settings) -> Iterator[Finding]:
    """Use each part once; what is missing and can be made is made."""
    for part, use in _ground(settings):
        yield _tried(part, use)
    yield _tried("artefact store", lambda: open_store(settings).check_writable())
    if "keys" in settings.auth:
        yield _tried("API keys", lambda: server_secret(settings))


def require_ground(settings: Settings) -> None:
    """Raise InvalidSetting or StoreUnavailable for what neither service nor worker starts without.

    Said at once and in a sentence, before there is a log.
    """
    for _, use in _ground(settings):
        use()


def _ground(settings: Settings) -> Iterator[tuple[str, Callable[[], None]]]:
    yield "data directory", lambda: _make_and_write(settings.data_dir, "data_dir")
    yield "cache directory", lambda: _make_and_write(settings.resolved_cache_dir, "cache_dir")
    yield "database", lambda: _reach_database(settings)


def _tried(part: str, action: Callable[[], object]) -> Finding:
    try:
        action()
    except (AppError, StartupError, OSError, SQLAlchemyError) as error:
        return Finding(part, str(error))
    return Finding(part)


def _make_and_write(directory: Path, setting: str) -> None:
    remedy = f"Let the service's user write there, or set {variable(setting)} to another directory."
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        told = f"The directory {directory} cannot be made ({error.strerror}). {remedy}"
        raise InvalidSetting(told) from error
    if not os.access(directory, os.W_OK):
        raise InvalidSetting(f"The directory {directory} cannot be written. {remedy}")


def _reach_database(settings: Settings) -> None:
    database = open_database(settings.resolved_database_url)
    try:
        database.ping()
    finally:
        database.close()


def _shown(name: str, value: Any) -> str:
    secret = isinstance(value, SecretStr) or any(word in name for word in SECRET_WORDS)
    if value is not None and secret:
        return HIDDEN
    return _without_password(value) if name.endswith("_url") and value else str(value)


def _without_password(url: Any) -> str:
    try:
        return make_url(str(url)).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return str(url)
