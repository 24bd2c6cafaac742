"""What became of the mutants: answers by class of status, and how many the schema stopped."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.app.fuzz.world import Mutant

AT_SCHEMA = ("validation", "json_invalid")


@dataclass
class Figures:
    """Counts of answers; ``failures`` tells of each 5xx with its request."""

    by_status: Counter[str] = field(default_factory=Counter)
    bodies: int = 0
    at_schema: int = 0
    failures: list[str] = field(default_factory=list)

    def count(self, mutant: Mutant, answer: httpx.Response) -> None:
        """Count an answer; a 5xx, or an operation that ended in one, is a failure."""
        self.by_status[f"{answer.status_code // 100}xx"] += 1
        problem = problem_of(answer)
        if mutant.kind == "body":
            self.bodies += 1
            self.at_schema += problem.get("code") in AT_SCHEMA
        if problem.get("status", answer.status_code) >= 500:
            self.failures.append(f"{problem or answer.status_code}\n  {mutant}")

    @property
    def share_at_schema(self) -> float:
        """The share of mutated bodies that did not match their schema."""
        return self.at_schema / max(self.bodies, 1)

    def __str__(self) -> str:
        return (
            f"{dict(sorted(self.by_status.items()))}; {self.bodies} bodies, of which "
            f"{self.share_at_schema:.0%} stopped at the schema; {len(self.failures)} failures"
        )


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """The problem of an answer, or of the operation that it is."""
    if not answer.content or not answer.headers.get("content-type", "").endswith("json"):
        return {}
    document = answer.json()
    found = document.get("error") if answer.status_code == 202 else document
    return found if isinstance(found, dict) and "code" in found else {}
