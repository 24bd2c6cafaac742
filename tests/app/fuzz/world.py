"""A running service with one of everything that requests may name."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from mmm.posterior.fitted import save_model
from tests.app.fake_fit import REJECTED, TRUSTED
from tests.app.fuzz import seeds, specs
from tests.app.fuzz.seeds import CSV, JSON, Seed
from tests.app.running import ServiceProcess, fitted_model
from tests.mmm.fakes import fake_model, table

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LIMITS = {
    "PRUDENT_TENANT_OPERATIONS": "100000",
    "PRUDENT_MAX_ROWS": "2000",
    "PRUDENT_MAX_BODY_BYTES": "1000000",
    "PRUDENT_QUERY_TIMEOUT_SECONDS": "60",
    "PRUDENT_KEY_SECRET": "k" * 32,
}


@dataclass(frozen=True)
class Mutant:
    """A request as it is sent; ``kind`` says what of the seed was changed."""

    seed: str
    kind: str
    method: str
    path: str
    content: bytes = b""
    headers: dict[str, str | bytes] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = self.content if len(self.content) < 3000 else self.content[:3000] + b"..."
        return f"{self.seed} ({self.kind}): {self.method} {self.path} {self.headers} {shown!r}"


@dataclass
class World:
    """A service and the ids of its resources, by the names that seeds use."""

    client: httpx.Client
    ids: dict[str, str]
    log: Path
    made: int = 0

    def filled(self, text: str) -> str:
        """The text with the ids of its names in braces; ``{new}`` is a new name each time."""
        self.made += 1
        ids = {**self.ids, "new": f"name {self.made}"}
        return PLACEHOLDER.sub(lambda name: ids.get(name[1], name[0]), text)

    def plain(self, seed: Seed) -> Mutant:
        """The request of a seed as it is."""
        query = "&".join(f"{name}={self.filled(value)}" for name, value in seed.query.items())
        joined = "&" if "?" in seed.path else "?"
        path = self.filled(seed.path) + (joined + query if query else "")
        content, headers = seed.content or b"", dict(seed.headers)
        if seed.body is not None:
            content = self.filled(json.dumps(seed.body)).encode()
            headers = {"Content-Type": JSON, **headers}
        return Mutant(seed.name, "plain", seed.method, path, content, {**headers})

    def send(self, request: Mutant) -> httpx.Response:
        """The answer to a request, read to its end."""
        headers = [
            (name.encode(), value if isinstance(value, bytes) else value.encode())
            for name, value in request.headers.items()
        ]
        return self.client.request(
            request.method, request.path, content=request.content or None, headers=headers
        )

    def renew_project(self) -> None:
        """A project with champion and plan, but without actuals: each post reads all others."""
        self.ids["project"] = self._made("/v1/projects", {"name": self.filled("{new}")})
        where = f"/v1/projects/{self.ids['project']}"
        self._made(f"{where}/champion", {"model_id": self.ids["model"]})
        plan = {"horizon": seeds.HORIZON, "explore": True, "plan": seeds.PLAN}
        self.ids["plan"] = self._made(f"{where}/plans", {"name": "first", "evaluate_plan": plan})

    def fill(self) -> None:
        """Make one of each resource, two models among them."""
        for name, geos in {"dataset": 1, "panel": 2}.items():
            content, as_csv = table(60, geos).to_csv(index=False).encode(), {"Content-Type": CSV}
            answer = self.client.post("/v1/datasets", content=content, headers=as_csv)
            self.ids[name] = str(answer.raise_for_status().json()["id"])
        data = {"data": {"dataset_id": self.ids["panel"]}, "model": specs.WIDE}
        self.ids["model"] = fitted_model(self.client, TRUSTED)
        self.ids["wide"] = fitted_model(self.client, REJECTED, **data)
        plan = {"horizon": seeds.HORIZON, "explore": True, "plan": seeds.PLAN}
        what_if = {"window": seeds.WINDOW, "do": [{"variable": "tv", "scale": 0.5}]}
        saved = {"name": "=1+1", "model_id": self.ids["model"]}
        self.ids["scenario"] = self._made("/v1/scenarios", {**saved, "evaluate_plan": plan})
        self.ids["what_if"] = self._made("/v1/scenarios", {**saved, "counterfactual": what_if})
        self.ids["test"] = self._made("/v1/lift-tests", {"tests": specs.TESTED["lift_tests"][:1]})
        newest = self.client.get("/v1/operations").raise_for_status().json()
        self.ids["operation"] = newest["items"][0]["id"]
        self.renew_project()

    def _made(self, path: str, body: Any) -> str:
        answer = self.client.post(path, json=body).raise_for_status().json()
        return str(answer["id"] if "id" in answer else answer["items"][0]["id"])


@contextmanager
def running_world(folder: Path, **variables: str) -> Iterator[World]:
    """A service in a process of its own, whose fits are the fake's."""
    models = folder / "models"
    models.mkdir()
    save_model(fake_model(draws=16), models / "trusted.nc")
    save_model(fake_model(specs.WIDE, geos=2, draws=12), models / "rejected.nc")
    service = ServiceProcess(folder / "data", models, **(LIMITS | variables))
    try:
        service.client.timeout = httpx.Timeout(300)  # a bound of waiting is tested elsewhere
        world = World(service.client, {}, service.log)
        world.fill()
        yield world
    finally:
        service.close()
