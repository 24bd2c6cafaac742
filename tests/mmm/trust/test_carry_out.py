"""Parts are run in order, keep what is done, and one that is not possible costs no other."""

from dataclasses import replace

import pytest

from mmm.errors import Issue, QueryError
from mmm.posterior.trust.record import TrustRecord
from mmm.progress import Progress
from mmm.trust.carry_out import Watched, run_parts
from mmm.trust.part import Cost, Part
from mmm.trust.parts import CHEAP, PARTS, asked_parts
from tests.app.fake_backtest import made_up, origin
from tests.mmm.fakes import fake_model

MODEL = fake_model(weeks=100, draws=2)
ANSWER = made_up([origin(i) for i in range(9)], {"horizons": [4], "every": 4}).backtest


def part(name: str, fits: int = 1, run=lambda _work, _options: ANSWER, needs=()) -> Part:
    real = PARTS["backtest"]
    return replace(real, name=name, cost=lambda _m, _o: Cost(fits), run=run, needs=needs)


def refused(_work, _options):
    raise QueryError([Issue("", "too_few", "there are too few")])


def parts(**made: Part) -> dict[str, Part]:
    return made


TWO = parts(backtest=part("backtest"), conformal=part("conformal", needs=("backtest",)))


def run(asked, watched=None, record=None, of=TWO):
    names, costs = asked_parts(MODEL, asked, record, of)
    return run_parts(MODEL, names, costs, record, watched, of)


def test_a_part_brings_what_it_needs_unless_it_is_there() -> None:
    assert run({"conformal": {}}).ran == ("backtest", "conformal")
    before = run({"backtest": {}})
    assert run({"conformal": {}}, record=before).ran == ("conformal",)


def test_without_a_word_the_cheap_parts_are_run() -> None:
    of = parts(backtest=part("backtest", CHEAP), conformal=part("conformal", CHEAP + 1))
    assert run(None, of=of).ran == ("backtest",)


def test_what_is_kept_is_not_computed_again() -> None:
    kept: dict = {}
    first = run({"backtest": {}}, Watched(keep=kept.__setitem__))
    never = parts(backtest=part("backtest", run=refused))
    again = run({"backtest": {}}, Watched(kept=kept), of=never)
    assert again == first


def test_pieces_reach_their_own_part_by_their_own_key() -> None:
    seen: dict = {}

    def keeps(work, _options):
        seen.update(work.kept)
        work.keep("here", {"n": 2})
        return ANSWER

    kept: dict = {}
    watched = Watched(kept={"backtest/there": {"n": 1}, "other/x": {"n": 3}}, keep=kept.__setitem__)
    run({"backtest": {}}, watched, of=parts(backtest=part("backtest", run=keeps)))
    assert seen == {"there": {"n": 1}}
    assert kept.keys() == {"backtest/here", "backtest/done"}


def test_a_part_that_is_not_possible_is_named_and_the_others_stay() -> None:
    of = parts(backtest=part("backtest"), conformal=part("conformal", run=refused))
    record = run({"backtest": {}, "conformal": {}}, of=of)
    assert record.ran == ("backtest",)
    assert record.refused == {"conformal": "there are too few"}
    assert TrustRecord().with_parts_of(record).refused == record.refused
    later = record.with_parts_of(run({"conformal": {}}, of=TWO, record=record))
    assert later.refused == {}
    with pytest.raises(QueryError, match="too few"):
        run({"conformal": {}}, of=parts(conformal=part("conformal", run=refused)))


def test_a_run_that_is_stopped_has_the_parts_that_are_done() -> None:
    told: list[Progress] = []
    stopping = Watched(report=told.append, stop=lambda: len(told) > 1)
    assert run({"conformal": {}}, stopping).ran == ("backtest",)
    assert [each.part for each in told[0].parts] == ["backtest", "conformal"]
    assert told[-1].progress == pytest.approx(0.99 / 2)
