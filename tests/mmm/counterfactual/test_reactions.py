"""What follows a change along declared edges: slopes of known truth, and worlds by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.counterfactual.reactions import reactions
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model, table

WEEKS = 150
EDGES: list[dict[str, Any]] = [
    {"from": "price", "to": "rival.price"},
    {"from": "tv", "to": "search", "lag": 1},
]


def remembering(rng: np.random.Generator, sd: float, memory: float = 0.8) -> np.ndarray:
    noise = rng.normal(0.0, sd, WEEKS)
    for week in range(1, WEEKS):
        noise[week] += memory * noise[week - 1]
    return noise


def reacting(edges: list[dict[str, Any]], seed: int = 5, slope: float = 0.6):
    """A rival's price follows ours by ``slope``, search follows last week's tv by a half; noise of
    both remembers."""
    rng, frame = np.random.default_rng(seed), table(WEEKS)
    price, tv = np.exp(remembering(rng, 0.03)), np.exp(remembering(rng, 0.4))
    frame["price"], frame["tv_spend"] = 10.0 * price, 20.0 * tv
    frame["rival_price"] = 11.0 * price**slope * np.exp(remembering(rng, 0.01))
    before = np.concatenate([[1.0], tv[:-1]])
    frame["search_spend"] = 15.0 * before**0.5 * np.exp(remembering(rng, 0.1))
    spec = parse_spec({**RICH, "edges": {"add": edges}})
    design = design_of(spec, build_panel(frame, spec))
    return replace(fake_model(RICH, weeks=WEEKS, draws=12), design=design)


@pytest.fixture(scope="module")
def model():
    return reacting(EDGES)


def asked(model, *dos: dict[str, Any]):
    weeks = model.panel.weeks
    window = {"start": weeks[100], "end": weeks[110]}
    request = {"window": window, "do": list(dos), "after": "continue"}
    return answer(model, Counterfactual.model_validate(request))


def test_slopes_of_known_truth_lie_in_their_intervals_as_often_as_they_say():
    """95 % of normal intervals; of 40 at least 33 (binomial: less by chance in 7 of 10,000)."""
    inside = 0
    for seed in range(20):
        for each, truth in zip(reactions(reacting(EDGES, seed)), (0.6, 0.5), strict=True):
            inside += abs(each.mean[0] - truth) < 1.96 * each.sd[0]
    assert inside >= 33


def test_nothing_follows_where_nothing_does():
    """Series with memory and no relation: zero is outside of 5 % of the intervals (at most 5 of 20,
    binomial: more by chance in 3 of 10,000)."""
    outside = 0
    for seed in range(20):
        (found,) = reactions(reacting(EDGES[:1], seed, slope=0.0))
        outside += abs(found.mean[0]) > 1.96 * found.sd[0]
    assert outside <= 5


def test_do_moves_what_follows_as_both_changes_by_hand_would(model):
    followed = asked(model, {"variable": "price", "scale": 1.05})
    (found,) = (each for each in reactions(model) if each.effect.name == "rival.price")
    observed = model.panel.array("price")
    moved = np.clip(1.05 * observed, None, observed.max())[100:111] / observed[100:111]
    scale = moved[:, 0] ** found.mean[0]
    rivals = model.panel.array("rival_price")[100:111, 0, 0]
    dos = [
        {"variable": "rival.price", "set": float(value), "start": week, "end": week}
        for value, week in zip(scale * rivals, model.panel.weeks[100:111], strict=True)
    ]
    by_hand = asked(model, {"variable": "price", "scale": 1.05}, *dos)
    assert followed.effect.mean == pytest.approx(by_hand.effect.mean, rel=1e-9)
    assert [note for note in followed.warnings if "rival.price follows" in note]
    assert not [note for note in by_hand.warnings if "follows what" in note]


def test_a_lag_reaches_past_the_change_and_do_cuts_an_edge(model):
    alone = asked(reacting([]), {"variable": "tv", "scale": 1.5})
    followed = asked(model, {"variable": "tv", "scale": 1.5})
    held = asked(model, {"variable": "tv", "scale": 1.5}, {"variable": "search", "scale": 1.0})
    assert held.effect.mean == pytest.approx(alone.effect.mean, rel=1e-9)
    assert followed.effect.mean > alone.effect.mean
    assert ("search", "kpi") in {row.path for row in followed.by_path}


def test_an_edge_without_enough_weeks_is_said_to_be_held():
    short = fake_model({**RICH, "edges": {"add": EDGES[:1]}}, weeks=28)
    assert reactions(short) == ()
    weeks = short.panel.weeks
    asks = {
        "window": {"start": weeks[20], "end": weeks[24]},
        "do": [{"variable": "price", "add": 0.1}],
    }
    found = answer(short, Counterfactual.model_validate(asks))
    assert [note for note in found.warnings if "rival.price is held as it is" in note]
