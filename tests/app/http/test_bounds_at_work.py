"""The largest bodies that the contract allows, and larger ones, against a service of its own.

Its memory is the greatest that its process has had (Linux), against that before the question.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mmm.spec import sizes as of_models
from optimizer.problem import sizes
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.running import ServiceProcess, fitted_model

CHANNELS = ("tv", "search", "radio", "mail")
WEEKS = [date.fromisoformat(str(HORIZON["start"])) + timedelta(weeks=k) for k in range(13)]
OTHERS = ("price", "rival.price", "rival.spend", "demand")
MOST_MEBIBYTES = 300
"""That a question may add to the service's memory; a dense matrix of 20,000 ratios is 13 GB."""


class Measured:
    """A service in a process of its own, with one model."""

    def __init__(self, service: ServiceProcess) -> None:
        self.client, self.pid = service.client, service.process.pid
        self.model_id = fitted_model(service.client, TRUSTED)
        self.asked("allocate", {"horizon": HORIZON, "budget": {"total": 1000}})

    def peak(self) -> float:
        """MiB, the greatest so far."""
        lines = Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

    def asked(self, question: str, body: dict[str, Any]) -> Any:
        """The answer to a question, whose memory is bounded."""
        before = self.peak()
        answer = self.client.post(f"/v1/models/{self.model_id}/{question}", json=body)
        assert self.peak() - before < MOST_MEBIBYTES
        return answer


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Measured]:
    running = ServiceProcess(tmp_path_factory.mktemp("bounds") / "data", models)
    try:
        yield Measured(running)
    finally:
        running.close()


def pairs(count: int) -> list[list[str]]:
    """As many pairs of different channels, in turn."""
    both = [[a, b] for a in CHANNELS for b in CHANNELS if a != b]
    return [both[k % len(both)] for k in range(count)]


def full_allocation() -> dict[str, Any]:
    """A plan by week with as many limits of each kind as there may be."""
    some = pairs(sizes.MOST_LIMITS)
    places = [(name, week) for week in WEEKS for name in CHANNELS]
    return {
        "horizon": HORIZON,
        "phasing": {"kind": "optimised"},
        "budget": {"total": 1000},
        "groups": [{"channels": pair, "max_share": 0.9 + k / 1e4} for k, pair in enumerate(some)],
        "ratios": [{"channels": pair, "max": 20.0 + k} for k, pair in enumerate(some)],
        "ramps": [{"channel": pair[0], "max_step": 200.0 + k} for k, pair in enumerate(some)],
        "cells": [
            {"channel": name, "week": f"{week}", "max": 300.0 + k}
            for k in range(sizes.MOST_PLACES)
            for name, week in [places[k % len(places)]]
        ],
        "budgets": [
            {"name": f"b{k}", "per_currency": dict.fromkeys(CHANNELS, 0.5), "max": 900.0 + k}
            for k in range(sizes.MOST_BUDGETS)
        ],
        **assumptions(),
    }


def _usual(name: str) -> float:
    """A value within what the table holds."""
    return 10.0 if "price" in name or "spend" in name else 0.1


def assumptions() -> dict[str, Any]:
    """Futures of all other variables, and as many scenarios and assumptions as there may be."""
    scale = {"variable": "rival.spend", "scale": 1.001}
    return {
        "future": {name: [_usual(name)] * len(WEEKS) for name in OTHERS},
        "explore": True,
        "assume": [scale] * of_models.MOST_INTERVENTIONS,
        "scenarios": [
            {
                "name": f"s{k}",
                "probability": 1 / of_models.MOST_SCENARIOS,
                "assume": [scale] * of_models.MOST_INTERVENTIONS,
                "future": {name: [_usual(name) + k / 1e3] * len(WEEKS) for name in OTHERS},
            }
            for k in range(of_models.MOST_SCENARIOS)
        ],
    }


def test_twenty_thousand_ratios_are_refused(service: Measured) -> None:
    ratios = [{"channels": pair, "max": 2} for pair in pairs(20_000)]
    body = {"horizon": HORIZON, "budget": {"total": 1000}, "ratios": ratios}
    document = assert_problem(service.asked("allocate", body), 422, "validation", "/ratios")
    assert "at most 200 items" in document["detail"]


def test_an_allocation_may_be_full(service: Measured) -> None:
    answer = service.asked("allocate", full_allocation())
    assert answer.status_code == 200, answer.text
    binding = [limit["constraint"] for limit in answer.json()["binding"]]
    assert len(binding) == len(set(binding))


def test_a_plan_to_evaluate_may_be_full(service: Measured) -> None:
    groups = [{"channels": pair, "max": 4000.0} for pair in pairs(sizes.MOST_LIMITS)]
    plan = {name: [20.0] * len(WEEKS) for name in CHANNELS}
    body = {"horizon": HORIZON, "plan": plan, "groups": groups, **assumptions()}
    answer = service.asked("evaluate-plan", body)
    assert answer.status_code == 200, answer.text


def test_a_conflict_among_all_of_them_is_named(service: Measured) -> None:
    body = full_allocation()
    body["groups"][-1] = {"channels": list(CHANNELS[:2]), "max": 300.0}
    body["groups"][-2] = {"channels": list(CHANNELS[2:]), "max": 300.0}
    document = assert_problem(service.asked("allocate", body), 422, "infeasible")
    assert "the maximum of 300 for tv + search" in document["detail"]
    assert len(document["errors"]) == 4


def test_a_what_if_may_be_full(service: Measured) -> None:
    names = (*CHANNELS, *OTHERS)
    actions = [{"variable": names[k % len(names)], "scale": 1.01} for k in range(100)]
    weeks = of_models.LONGEST_HORIZON
    body = {
        "window": {"start": f"{WEEKS[0]}", "end": f"{WEEKS[0] + timedelta(weeks=weeks - 1)}"},
        "do": actions,
        "future": {name: [_usual(name)] * weeks for name in names},
        "kind": "forecast",
    }
    answer = service.asked("counterfactual", body)
    assert answer.status_code == 200, answer.text
