"""The settings in force, and checks that database, store and directories can be used with them."""

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
from app.errors import AppError
from app.settings import PREFIX, Settings
from app.startup_errors import InvalidSetting, StartupError
from app.store.opening import open_store
from mmm.code_folder import CODE_DIR

log = logging.getLogger(__name__)

HIDDEN = "(hidden)"
SECRET_WORDS = ("secret", "password", "token", "pepper")
STORE_VARIABLES = ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@dataclass(frozen=True)
class PartCheck:
    """The check of one part; ``problem`` says what is wrong and what to do, None if it works."""

    part: str
    problem: str | None = None


def read_settings(**given: Any) -> Settings:
    """Settings from the environment and arguments; raises InvalidSetting naming each variable."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}"
            for item in error.errors(include_input=False)
        ]
        raise InvalidSetting("\n".join(lines)) from None


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A message for each environment variable that has the prefix of settings but is not one."""
    known = [*map(variable, Settings.model_fields), CODE_DIR]
    unknown = sorted(environment.keys() - {*known})
    return [_unknown(name, known) for name in unknown if name.startswith(PREFIX)]


def _unknown(name: str, known: list[str]) -> str:
    matches = get_close_matches(name, known, n=1)
    hint = f"did you mean {matches[0]}?" if matches else "see docs/operations.md"
    return f"{name} is not a setting; {hint}"


def warn_of_unknown_variables() -> None:
    """Log a warning for each environment variable that looks like a setting but is not one."""
    for message in unknown_variables():
        log.warning("%s", message)


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def resolved(settings: Settings) -> dict[str, str]:
    """Each variable and its effective value, with secrets hidden."""
    values = {
        variable(name): _printable(name, getattr(settings, name)) for name in Settings.model_fields
    }
    values[variable("database_url")] = _without_password(settings.resolved_database_url)
    values[variable("cache_dir")] = str(settings.resolved_cache_dir)
    if settings.artefact_url is not None:
        given = {name: os.environ[name] for name in STORE_VARIABLES if name in os.environ}
        values |= {name: _printable(name.lower(), value) for name, value in given.items()}
    return values


def settings_table() -> str:
    """Every setting with its default and meaning, as a Markdown table."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{variable(name)}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def check_installation(settings: Settings) -> Iterator[PartCheck]:
    """Use each part once; missing directories and files are created."""
    for part, check in _required_parts(settings):
        yield _checked(part, check)
    yield _checked("artefact store", lambda: open_store(settings).check_writable())
    if "keys" in settings.auth or settings.oidc_client_id is not None:
        yield _checked("secret of keys and sessions", lambda: server_secret(settings))


def require_installation(settings: Settings) -> None:
    """Raise InvalidSetting or StoreUnavailable if a part needed for starting cannot be used.

    Called before logging is configured, so that the operator sees one sentence.
    """
    for _, check in _required_parts(settings):
        check()


def _required_parts(settings: Settings) -> Iterator[tuple[str, Callable[[], None]]]:
    yield "data directory", lambda: _require_writable(settings.data_dir, "data_dir")
    yield "cache directory", lambda: _require_writable(settings.resolved_cache_dir, "cache_dir")
    yield "database", lambda: _require_database(settings)


def _checked(part: str, check: Callable[[], object]) -> PartCheck:
    try:
        check()
    except (AppError, StartupError, OSError, SQLAlchemyError) as error:
        return PartCheck(part, str(error))
    return PartCheck(part)


def _require_writable(directory: Path, setting: str) -> None:
    """Create a directory if it is missing; raises InvalidSetting if it cannot be written."""
    remedy = f"Let the service's user write there, or set {variable(setting)} to another directory."
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        detail = f"The directory {directory} cannot be created ({error.strerror}). {remedy}"
        raise InvalidSetting(detail) from error
    if not os.access(directory, os.W_OK):
        raise InvalidSetting(f"The directory {directory} cannot be written. {remedy}")


def _require_database(settings: Settings) -> None:
    database = open_database(settings.resolved_database_url)
    try:
        database.ping()
    finally:
        database.close()


def _printable(name: str, value: Any) -> str:
    secret = isinstance(value, SecretStr) or any(word in name for word in SECRET_WORDS)
    if value is not None and secret:
        return HIDDEN
    return _without_password(value) if name.endswith("_url") and value else str(value)


def _without_password(url: Any) -> str:
    try:
        return make_url(str(url)).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return str(url)
