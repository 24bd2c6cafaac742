"""What a model knows at an origin: nothing of what came after, and the same however that came."""

from dataclasses import fields, replace

import numpy as np
import pytest

from mmm.data.design import Design, design_of
from mmm.data.panel import build_panel
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import parse_spec
from mmm.trust.backtest.before import ahead_of, design_before, table_of
from tests.mmm.fakes import RICH, START, fake_model, table

KNOWN = 50
WEEKS = 70
RARELY = {"name": "mood", "column": "mood", "between": "linear"}
SPEC = {
    **RICH,
    "controls": ["demand", RARELY],
    "trend": {"kind": "piecewise", "changepoints": 3},
    "events": [{"name": "promo", "column": "promo"}],
}


def model_of(frame) -> FittedModel:
    spec = parse_spec(SPEC)
    return replace(fake_model(weeks=WEEKS), design=design_of(spec, build_panel(frame, spec)))


def frame_of(later: float = 1.0):
    """The table; with everything after the origin ``later`` times as large."""
    frame = table(WEEKS)
    mood = np.full(WEEKS, np.nan)
    mood[::4] = np.random.default_rng(3).normal(10.0, 2.0, len(mood[::4]))
    frame["mood"] = mood
    numeric = [name for name in frame.columns if name not in ("week", "region", "people")]
    frame.loc[KNOWN:, numeric] = frame.loc[KNOWN:, numeric] * later
    return frame


def known_of(design: Design) -> dict[str, np.ndarray]:
    """Every number that a fit of the design rests on."""
    scales = {f.name: np.asarray(getattr(design.scales, f.name)) for f in fields(design.scales)}
    data = {f"panel {name}": design.panel.array(str(name)) for name in design.panel.data}
    basis = {f"basis {name}": values for name, values in design.basis.items()}
    return {**scales, **data, **basis}


def leaks(first: Design, second: Design) -> list[str]:
    """The numbers in which two designs differ."""
    one, other = known_of(first), known_of(second)
    assert one.keys() == other.keys()
    return [name for name in one if not np.array_equal(one[name], other[name], equal_nan=False)]


@pytest.fixture(scope="module")
def worlds() -> tuple[FittedModel, FittedModel]:
    """Two models whose data are the same until the origin."""
    return model_of(frame_of()), model_of(frame_of(3.0))


def test_nothing_after_the_origin_enters(worlds) -> None:
    """Scales, knots, priors' windows, and what stands between known numbers."""
    one, other = (design_before(model, KNOWN) for model in worlds)
    assert leaks(one, other) == []
    assert len(one.panel.weeks) == one.scales.span_weeks == KNOWN


@pytest.mark.parametrize("planted", ["scales", "between"])
def test_a_planted_leak_is_found(worlds, planted) -> None:
    """The scales of the whole data; and a monthly number that is interpolated before it is cut."""

    def leaky(model: FittedModel) -> Design:
        honest = design_before(model, KNOWN)
        if planted == "scales":
            return replace(honest, scales=model.scales)
        return honest.on_panel(replace(model.panel, data=model.panel.data.isel(date=slice(KNOWN))))

    found = leaks(*(leaky(model) for model in worlds))
    assert found
    assert ("kpi" in found) == (planted == "scales")
    assert ("panel controls" in found) == (planted == "between")


def test_a_number_between_two_known_ones_holds_what_was_known(worlds) -> None:
    """Known in weeks 0, 4, .. 48; the next one, of week 52, is not known at week 50."""
    mood = design_before(worlds[0], KNOWN).panel.array("controls")[:, 0, 1]
    assert mood[49] == mood[48] == table_of(worlds[0])["mood"][48]
    assert np.isnan(table_of(worlds[0])["mood"][49])


def test_what_is_known_only_later_is_left_out() -> None:
    test = {"channel": "tv", "control": {"scale": 0.0}, "result": {"lift": 20.0, "se": 5.0}}
    later = [str(START.fromordinal(START.toordinal() + 7 * week)) for week in (40, 44, 60, 62)]
    document = {
        **RICH,
        "lift_tests": [
            {**test, "name": "early", "start": later[0], "end": later[1]},
            {**test, "name": "late", "start": later[2], "end": later[3]},
            {**test, "name": "still cooling down", "start": later[0], "end": later[1],
             "cooldown": 8},
        ],
        "events": [{"name": "strike", "weeks": [later[2]]}],
    }  # fmt: skip
    spec = parse_spec(document)
    model = replace(
        fake_model(weeks=WEEKS), design=design_of(spec, build_panel(table(WEEKS), spec))
    )
    before = design_before(model, KNOWN).spec
    assert [each.name for each in before.lift_tests] == ["early"]
    assert before.events == ()


def test_the_window_is_what_came_and_the_past_is_as_it_was_known(worlds) -> None:
    model = worlds[0]
    design = design_before(model, KNOWN)
    ahead = ahead_of(replace(model, design=design), model, 13)
    assert (ahead.window, ahead.weeks) == (slice(KNOWN, KNOWN + 13), 13)
    for name in ("kpi", "spend", "price", "rival_spend", "events"):
        whole = model.panel.array(name)
        assert np.array_equal(ahead.panel.array(name), whole[: KNOWN + 13]), name
    assert np.array_equal(ahead.panel.array("controls")[:KNOWN], design.panel.array("controls"))
    assert ahead_of(replace(model, design=design), model, 99).weeks == WEEKS - KNOWN
