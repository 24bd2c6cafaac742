"""The files of the images against what they start: commands, settings, user, pins."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from app.cli import cli
from app.configuration import variable
from app.settings import Settings

ROOT = Path(__file__).parents[3]
DOCKER = ROOT / "docker"
SETTINGS = {variable(name) for name in Settings.model_fields}
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (DOCKER / "Dockerfile").read_text("utf-8")
OURS = {name: part for name, part in COMPOSE["services"].items() if part.get("image") == "prudent"}


def instructions(name: str) -> list[str]:
    return [line[len(name) :].strip() for line in DOCKERFILE.splitlines() if line.startswith(name)]


def test_compose_has_the_parts_of_an_installation_for_a_team() -> None:
    assert set(OURS) == {"schema", "api", "worker"}
    assert set(COMPOSE["services"]) == {*OURS, "postgres", "store"}
    assert OURS["worker"]["deploy"]["replicas"] == 2
    for name in ("postgres", "store", "api", "worker"):
        assert COMPOSE["services"][name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name) -> None:
    command: Any = get_command(cli)
    for word in OURS[name]["command"]:
        command = command.commands[word]


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_no_secret_is_written_down(name) -> None:
    variables = OURS[name]["environment"]
    assert {v for v in variables if v.startswith("PRUDENT_")} <= SETTINGS
    for secret in ("PRUDENT_KEY_SECRET", "AWS_SECRET_ACCESS_KEY"):
        assert variables[secret].startswith("${")
    assert ":${POSTGRES_PASSWORD" in variables["PRUDENT_DATABASE_URL"]


def test_the_values_are_ones_that_the_settings_take() -> None:
    given = {
        name: value.split("}")[0] if "$" not in str(value) else "x" * 40
        for name, value in OURS["api"]["environment"].items()
        if name in SETTINGS
    }
    settings = Settings.model_validate(
        {name.removeprefix("PRUDENT_").lower(): value for name, value in given.items()}
    )
    assert settings.auth == "keys"


def test_what_must_be_given_is_in_the_example() -> None:
    text = (DOCKER / "compose.yaml").read_text("utf-8")
    needed = set(re.findall(r"\$\{(\w+)", text))
    example = (DOCKER / "env.example").read_text("utf-8")
    assert needed == set(re.findall(r"^(\w+)=$", example, re.MULTILINE))


def images() -> list[str]:
    """Every image that is fetched, not built here."""
    fetched = [part["image"] for name, part in COMPOSE["services"].items() if name not in OURS]
    return fetched + [line.split()[0] for line in instructions("FROM")]


@pytest.mark.parametrize("image", sorted(set(images())))
def test_every_image_has_a_definite_version(image) -> None:
    _, _, tag = image.partition(":")
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?(-[a-z]+)?", tag), "neither latest nor only a major"


def test_the_image_has_the_python_of_the_repository() -> None:
    python = (ROOT / ".python-version").read_text("utf-8").strip()
    assert all(line.startswith(f"python:{python}.") for line in instructions("FROM"))


def test_the_store_has_the_bucket_and_the_key_that_the_service_asks_for() -> None:
    store, api = (COMPOSE["services"][name]["environment"] for name in ("store", "api"))
    assert api["PRUDENT_ARTEFACT_URL"] == f"s3://{store['S3_BUCKET']}"
    assert api["AWS_ACCESS_KEY_ID"] == store["AWS_ACCESS_KEY_ID"]
    assert store["AWS_SECRET_ACCESS_KEY"] == "${STORE_PASSWORD}"
    assert api["AWS_SECRET_ACCESS_KEY"].startswith("${STORE_PASSWORD")
    port = api["AWS_ENDPOINT_URL"].removeprefix("http://store")
    assert port in COMPOSE["services"]["store"]["healthcheck"]["test"][-1]


def test_each_part_waits_for_one_that_exists() -> None:
    for part in COMPOSE["services"].values():
        assert set(part.get("depends_on", {})) <= set(COMPOSE["services"])


def test_the_image_runs_as_another_user_than_root_and_in_two_stages() -> None:
    assert len(instructions("FROM")) == 2
    user = instructions("USER")[-1]
    assert user.isdecimal()
    assert int(user) > 0
    assert instructions("ENTRYPOINT") == ['["prudent"]']
    for source in instructions("COPY"):
        *parts, _ = [word for word in source.split() if not word.startswith("--")]
        assert all((ROOT / part).exists() for part in parts if not part.startswith("/"))


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE))


def test_the_images_pins_are_those_of_the_repository() -> None:
    image, repository = pins(DOCKER / "requirements.lock"), pins(ROOT / "requirements.lock")
    assert image.items() <= repository.items()
    assert "--require-hashes" in DOCKERFILE
    assert not {"pytest", "mypy", "moto", "jax", "schemathesis"} & image.keys()
    assert {"fastapi", "nutpie", "psycopg", "obstore"} <= image.keys()
