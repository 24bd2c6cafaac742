"""Mutants of every call's requests: whatever is sent, no answer is a 5xx, on either database."""

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.fuzz.figures import Figures, problem_of
from tests.app.fuzz.requests import Mutants, all_seeds
from tests.app.fuzz.world import World, running_world

MOST_AT_SCHEMA = 0.5
"""What the schema refuses never reaches the code behind it."""
RENEWED = 200


@pytest.fixture(scope="module")
def world(database_kind, new_database, tmp_path_factory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    make: Callable[[str], str] = new_database
    with running_world(folder, PRUDENT_DATABASE_URL=make(database_kind)) as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("seed", all_seeds(), ids=lambda seed: seed.name)
def test_a_seed_is_answered_as_it_says(world, seed) -> None:
    """A seed that is refused would make mutants that all stop at the same place."""
    answer = world.send(world.plain(seed))
    assert answer.status_code == seed.status, answer.text
    assert problem_of(answer).get("status", 409) == 409


@pytest.mark.parametrize(
    "count",
    [pytest.param(250, marks=pytest.mark.slow), pytest.param(10_000, marks=pytest.mark.proof)],
)
def test_no_mutant_is_answered_by_a_5xx(world, count, capsys) -> None:
    """500 or 20,000 mutants, half of them on each kind of database."""
    figures = fuzzed(world, count)
    with capsys.disabled():
        sys.stderr.write(f"\n{count} mutants: {figures}\n")  # all processes of a run share it
    assert figures.failures == [], world.log.read_text(errors="replace")[-20_000:]
    assert figures.share_at_schema < MOST_AT_SCHEMA


def fuzzed(world: World, count: int) -> Figures:
    """What became of that many mutants; refits, which would each start a process, are cancelled."""
    mutants, figures = Mutants(world, random.Random(count)), Figures()
    for number in range(count):
        if number % RENEWED == RENEWED - 1:
            world.renew_project()
        mutant = mutants.one()
        answer = world.send(mutant)
        figures.count(mutant, answer)
        if mutant.seed == "refit" and answer.status_code == 202:
            world.client.post(f"/v1/operations/{answer.json()['id']}:cancel")
    return figures
