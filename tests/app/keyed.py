"""A running service that asks for API keys, and clients of several tenants."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI

from app.access.server_secret import server_secret
from app.context import Context
from app.db.database import Database, open_database
from app.main import create_app
from app.services.administration import keys
from app.services.administration.keys import KeySubmission
from app.settings import Settings
from tests.app.running import fake_command, serving


class KeyedService:
    """A running service that asks for keys, and the means to make them."""

    def __init__(self, app: FastAPI, client: httpx.Client, database: Database) -> None:
        self.app = app
        self.client = client
        self.database = database

    @property
    def context(self) -> Context:
        found: Context = self.app.state.context
        return found

    def key(self, scope: str = "write", tenant: str = "default", **changes) -> str:
        order = KeySubmission(**{"name": "test", "scopes": (scope,), "expires_at": None, **changes})
        secret = server_secret(self.context.settings)
        return keys.create(self.database.of(tenant), secret, order, "test")[1]

    def get(self, path: str, key: str | None) -> httpx.Response:
        return self.client.get(path, headers=bearer(key))

    def post(self, path: str, key: str, body: dict) -> httpx.Response:
        return self.client.post(path, headers=bearer(key), json=body)

    def of(self, tenant: str, scope: str = "admin") -> httpx.Client:
        """A client of a tenant; close it."""
        url, headers = self.client.base_url, bearer(self.key(scope, tenant))
        return httpx.Client(base_url=url, headers=headers, timeout=60)


def bearer(key: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


@contextmanager
def keyed_service(folder: Path, models: Path, **changes) -> Iterator[KeyedService]:
    """A service with fake fits that asks for keys."""
    changes = {"auth": "keys", "key_secret": "k" * 32, **changes}
    settings = Settings(data_dir=folder, warm_worker=False, **changes)
    app = create_app(settings, fit_command=fake_command(models))
    with serving(app) as client:
        database = open_database(settings.resolved_database_url)
        try:
            yield KeyedService(app, client, database)
        finally:
            database.close()
