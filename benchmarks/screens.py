"""Screens of plans of known truth, to be judged by people who know nothing of it.

    python -m benchmarks.screens FOLDER [--only 2,7]

Serves the workbench, fits each situation of ``screen_worlds`` with its second model, asks the plan
screen its question in Chromium, and writes ``NN-page.png`` (the whole screen as it opens),
``NN-report.png`` (the first page of the report about the same plan) and ``truth.json``: what doing
all of the plan, only its part to do now, or nothing would truly earn.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import httpx

from app.demo.service import own_process
from benchmarks.screen_worlds import (
    ALL,
    LEAVE,
    PART,
    SITUATIONS,
    Situation,
    Truth,
    spec_of,
    truth_of,
    typed,
    world_of,
)
from benchmarks.wrong_worlds import KnownWorld
from tests.app.ui.browser import WIDE, chromium, until

SEEDS = 12
SETTINGS = {"PRUDENT_FIT_NICENESS": "0"}
PATIENCE = 600.0
A4 = 297 / 210
SETTLED = (
    "!document.querySelector('.old, .checking, .loading')"
    " && !document.querySelector('table.levels')?.textContent.includes('…')"
)
FIELDS = {"Cut by": "Per cent less", "Reach a goal": "Sales to reach in 13 weeks"}


@dataclass(frozen=True)
class Bench:
    """The service and the browser's page."""

    client: httpx.Client
    page: Any
    folder: Path

    def fitted(self, situation: Situation, world: KnownWorld, name: str) -> str:
        """The id of the model, once its second model is there or was skipped."""
        frame = world.frame.assign(week=world.frame["week"].dt.strftime("%Y-%m-%d"))
        body = {
            "data": {"rows": frame.to_dict("records")},
            "model": spec_of(situation, world),
            "sampling": dict(situation.sampling),
            "name": name,
        }
        operation = self.client.post("/v1/fit", json=body).raise_for_status().json()
        while operation["status"] in {"queued", "running"}:
            time.sleep(0.5)
            operation = self._read(f"/v1/operations/{operation['id']}")
        if operation["status"] != "succeeded":
            raise RuntimeError(f"{situation.name}: {operation['error']}")
        model, end = str(operation["result"]["model_id"]), time.monotonic() + PATIENCE
        while (self._read(f"/v1/models/{model}")["second_model"] or {}).get("status") == "pending":
            if time.monotonic() > end:
                raise TimeoutError(f"{situation.name}: no second model after {PATIENCE:.0f} s")
            time.sleep(0.5)
        return model

    def asked(self, model: str, question: tuple[str, str]) -> tuple[str, dict[str, Any]]:
        """The screen with its answer on it: the request and the answer."""
        kind, text = question
        own = kind == "Paste my plan"
        with self._answer("allocate") as first:
            self.page.goto(f"{self.client.base_url}/#/plan?model={model}")
            self.page.reload()
        self._settle()
        answered = first.value
        if text:
            self.page.get_by_role("radio", name=kind).check()
            field = self.page.locator("textarea") if own else self.page.get_by_label(FIELDS[kind])
            field.fill(text)
            with self._answer("evaluate-plan" if own else "allocate") as then:
                self.page.get_by_role(
                    "button", name="Check my plan" if own else "Find the plan"
                ).click()
            answered = then.value
            self._settle()
        return answered.request.post_data, answered.json()

    def shown(self, name: str) -> None:
        self.page.screenshot(path=self.folder / f"{name}-page.png", full_page=True)

    def reported(self, name: str, model: str, body: Mapping[str, Any] | None) -> None:
        """The first page of the report of the plan; of a given plan that of its file to mail."""
        path = f"/v1/models/{model}/report"
        if body is not None:
            kind = "evaluate_plan" if "plan" in body else "allocate"
            scenario = {"name": "the plan", "model_id": model, kind: body}
            kept = self.client.post("/v1/scenarios", json=scenario).raise_for_status().json()["id"]
            path += f"?scenario_id={kept}"
            if kind == "evaluate_plan":
                path = f"/v1/scenarios/{kept}/export?format=html"
        report = self.folder / f"{name}-report.html"
        report.write_text(self.client.get(path).raise_for_status().text, "utf-8")
        self.page.goto(report.absolute().as_uri())
        clip = {"x": 0, "y": 0, "width": WIDE[0], "height": WIDE[0] * A4}
        shot = self.folder / f"{name}-report.png"
        self.page.screenshot(path=shot, clip=clip, full_page=True)

    def _read(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(path).raise_for_status().json()
        return found

    def _answer(self, verb: str) -> Any:
        return self.page.expect_response(lambda each: each.url.endswith(f"/{verb}"))

    def _settle(self) -> None:
        self.page.get_by_role("heading", name="Channel by channel").wait_for()
        until(self.page, SETTLED)


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    from playwright.sync_api import sync_playwright

    with (
        own_process(folder / "cache", SETTINGS) as service,
        httpx.Client(base_url=service.url, timeout=PATIENCE) as client,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
        page.set_default_timeout(1000 * PATIENCE)
        yield Bench(client, page, folder)
        browser.close()


def not_ready(place: Bench, situation: Situation, name: str) -> dict[str, Any]:
    """A model that must not be planned with: no plan is shown, and nothing is to be done."""
    model = place.fitted(situation, world_of(situation, int(name)), f"Brand {name}")
    place.page.goto(f"{place.client.base_url}/#/plan?model={model}")
    place.page.reload()
    place.page.get_by_role("heading", name="This model is not ready to plan with").wait_for()
    place.shown(name)
    place.reported(name, model, None)
    return {"situation": situation.name, "seed": int(name), "right": LEAVE, "harmful": None}


def judged(place: Bench, situation: Situation, name: str) -> dict[str, Any]:
    """The screens of the first world in which the situation is true, and its truth."""
    for seed in islice(count(int(name)), SEEDS):
        world = world_of(situation, seed)
        model = place.fitted(situation, world, f"Brand {name}")
        request, answer = place.asked(model, typed(situation, world))
        truth = truth_of(world, answer)
        print(f"{name} {situation.name}, seed {seed}: {told(truth)}", file=sys.stderr, flush=True)
        if situation.met(truth):
            place.shown(name)
            place.reported(name, model, json.loads(request))
            return {"situation": situation.name, "seed": seed, **told(truth), "asked": request}
    raise LookupError(f"{situation.name}: no such world in {SEEDS} seeds")


def told(truth: Truth) -> dict[str, Any]:
    return {
        "right": truth.right,
        "acceptable": truth.acceptable,
        "harmful": truth.harmful[0] if truth.harmful else None,
        "all_harmful": truth.harmful,
        "gain_all": round(truth.actions[ALL]),
        "gain_now": round(truth.actions[PART]),
        "media_value": round(truth.media),
        "share_all": round(truth.share(ALL), 4),
        "share_now": round(truth.share(PART), 4),
        "best_mix_share": round(truth.best, 4),
        "model_odds": round(truth.odds, 3),
        "grades": list(truth.grades),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="numbers of situations, such as 2,7")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    chosen = {int(each) for each in given.only.split(",") if each}
    path = given.folder / "truth.json"
    found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    with bench(given.folder) as place:
        for number, situation in sorted(
            enumerate(SITUATIONS, start=1), key=lambda each: not each[1].sampling
        ):
            if chosen and number not in chosen:
                continue
            name = f"{number:02d}"
            measure = not_ready if situation.sampling else judged
            found[name] = measure(place, situation, name)
            path.write_text(json.dumps(dict(sorted(found.items())), indent=1), "utf-8")


if __name__ == "__main__":
    main()
