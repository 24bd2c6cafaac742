"""Data sets from the prior: the same distribution as PyMC's, and tables that can be fitted."""

import numpy as np
import pymc as pm
import pytest
from pytensor.compile.mode import Mode

from mmm.checks.prior import check_implied_media_share
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.data.scales import scales_of
from mmm.errors import SpecError
from mmm.model.build import build_model
from mmm.simulate.prior_predictive import simulate, simulated_table
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model, panel_spec, table

MEDIATED = {
    **RICH,
    "mediators": [{"name": "awareness", "column": "awareness", "parents": ["tv", "search"]}],
}
LOGNORMAL = {**RICH, "link": "log", "kpi": {**RICH["kpi"], "likelihood": "lognormal"}}
AUTOREGRESSIVE = {**RICH, "noise": {"kind": "ar1"}}
PYTHON = Mode(linker="py", optimizer="fast_compile")


def by_pymc(document: dict, geos: int, draws: int) -> np.ndarray:
    """(draw, week, geo) kpi of PyMC's own prior predictive."""
    fake = fake_model(document, geos=geos)
    model = build_model(fake.design)
    name = "kpi" if "kpi" in model.named_vars else "log_kpi"
    with model:
        drawn = pm.draw(model[name], draws=draws, random_seed=3, mode=PYTHON)
    return np.asarray(drawn.transpose(0, 2, 1) if document is AUTOREGRESSIVE else drawn)


@pytest.mark.parametrize(
    ("document", "geos"), [(RICH, 1), (RICH, 3), (MEDIATED, 1), (LOGNORMAL, 1), (AUTOREGRESSIVE, 1)]
)
def test_the_kpi_is_distributed_as_in_pymc(document, geos):
    """Quantiles of a week, of the mean and of the spread over weeks, within Monte-Carlo error."""
    fake, draws = fake_model(document, geos=geos), 400
    ours = simulate(fake.spec, fake.panel, draws, seed=1).kpi
    theirs = by_pymc(document, geos, draws)
    assert ours.shape == theirs.shape
    for statistic in (
        lambda kpi: kpi[:, 0].sum(-1),
        lambda kpi: kpi[:, -1].sum(-1),
        lambda kpi: kpi.mean((1, 2)),
        lambda kpi: kpi.std(1).mean(-1),
        lambda kpi: (kpi[:, 1:] - kpi[:, :-1]).std(1).mean(-1),
    ):
        one, two = statistic(ours), statistic(theirs)
        for q in (0.25, 0.5, 0.75):
            # the share of theirs below our quantile is q, up to 4.5 binomial standard errors
            error = np.sqrt(2.0 * q * (1.0 - q) / draws)
            assert abs(np.mean(two < np.quantile(one, q)) - q) < 4.5 * error


def test_a_simulated_table_is_the_given_one_with_another_kpi():
    spec = panel_spec(MEDIATED, 3)
    frame = table(geos=3).sample(frac=1.0, random_state=0)
    frame.loc[frame.index % 4 != 3, "awareness"] = np.nan
    panel = build_panel(frame, spec)
    found = simulate(spec, panel, 20)
    made = simulated_table(frame, spec, panel, found, 7)
    again = build_panel(made, spec)
    np.testing.assert_allclose(again.array("kpi"), found.kpi[7])
    np.testing.assert_array_equal(again.array("spend"), panel.array("spend"))
    seen = np.isfinite(panel.array("mediators"))
    np.testing.assert_array_equal(np.isfinite(again.array("mediators")), seen)
    expected = found.mediators[7].transpose(1, 2, 0)
    np.testing.assert_allclose(again.array("mediators")[seen], expected[seen])
    assert made.drop(columns=["sales", "awareness"]).equals(
        frame.drop(columns=["sales", "awareness"])
    )


def test_the_summary_says_what_the_prior_implies():
    fake = fake_model(MEDIATED)
    found = simulate(fake.spec, fake.panel, 100).summary
    assert [channel.name for channel in found.channels] == list(fake.structure.channels)
    assert found.media_share.mean == pytest.approx(
        sum(channel.share.mean for channel in found.channels)
    )
    assert found.elasticity is not None
    assert found.elasticity.p95 < 0.0
    assert 0.05 < found.media_share.p50 < 0.6
    same = simulate(fake.spec, fake.panel, 100).summary
    assert same == found


def priced(roi: float, p95: float) -> dict:
    channels = [{**RICH["channels"][0], "prior": {"roi": {"median": roi, "p95": p95}}}]
    return {**RICH, "channels": [*channels, *RICH["channels"][1:]]}


def test_more_media_than_sales_is_refused_with_the_number():
    spec = parse_spec(priced(100.0, 150.0))
    panel = build_panel(table(), spec)
    with pytest.raises(SpecError) as caught:
        check_implied_media_share(design_of(spec, panel))
    (issue,) = caught.value.issues
    assert issue.pointer == "/channels/0/prior/roi"
    assert issue.code == "implied_media_share"
    spend, sales = panel.array("spend")[..., 0].sum(), panel.array("kpi").sum() * 7.0
    share = 100.0 * spend / sales
    assert share > 1.0
    told = float(issue.detail.partition("from 'tv' (")[2].partition("%")[0]) / 100.0
    assert told == pytest.approx(share, rel=0.2)


def test_a_long_tail_is_a_warning_and_modest_beliefs_are_none():
    panel = build_panel(table(), parse_spec(RICH))
    warned = check_implied_media_share(design_of(parse_spec(priced(5.0, 120.0)), panel))
    assert warned is not None
    assert "allow media to cause more than all sales" in warned.warnings[0]
    modest = check_implied_media_share(design_of(parse_spec(priced(1.0, 2.0)), panel))
    assert modest is not None
    assert modest.warnings == ()
    assert check_implied_media_share(design_of(parse_spec(RICH), panel)) is None


def test_the_total_return_of_a_mediated_channel_is_told():
    document = {**priced(1.0, 2.0), "mediators": MEDIATED["mediators"]}
    spec = parse_spec(document)
    found = check_implied_media_share(design_of(spec, build_panel(table(), spec)))
    assert found is not None
    assert "'tv' also acts through a mediator" in found.warnings[-1]


def test_scales_are_those_of_the_fit():
    """A simulation must not rescale by what it made up."""
    fake = fake_model(MEDIATED)
    scales = scales_of(fake.panel, fake.spec)
    kpi = simulate(fake.spec, fake.panel, 200).kpi
    assert np.median(kpi) == pytest.approx(scales.kpi, rel=0.5)
