"""Why a number is what it is: each reason from the records alone, ranked by what it explains."""

from typing import Any

import pytest

from mmm.interval import Interval
from mmm.posterior.evidence import Evidence, Finding, Grade, HalfOfWindow
from mmm.posterior.trust.placebos import PlaceboRow, Placebos
from mmm.posterior.trust.prior_sensitivity import PriorSensitivity, Sensitivity
from mmm.posterior.trust.record import TrustRecord
from mmm.posterior.trust.why import why
from tests.mmm.evidence.levers import lever

ROI = Interval(mean=1.5, p5=0.8, p50=1.4, p95=2.4)
KNOWN: dict[str, Any] = {"prior_share": 0.3, "weeks": 40.0, "status": "assumed"}


def asked(record: TrustRecord | None = None, grade: Grade = "coincidence", **known):
    evidence = Evidence(levers=(lever("tv", grade, **known),))
    return why(evidence, "tv", ROI, record, "EUR")


def of(found, code: str):
    return next(each for each in found.reasons if each.code == code)


def test_the_number_and_its_range_come_first() -> None:
    found = asked(**KNOWN)
    assert found.headline.startswith(
        "tv returned about 1.50 for each EUR spent, and nine in ten possible values lie between "
        "0.80 and 2.40. Could be coincidence: The reason of tv."
    )


def test_reasons_are_ranked_by_what_they_explain() -> None:
    found = asked(
        **KNOWN,
        plausible=0.55,
        plausible_like="season",
        partner="search",
        partner_overlap=0.64,
        season_overlap=0.02,
    )
    assert [each.code for each in found.reasons] == ["data", "partner", "confounding", "prior"]
    shares = [each.share for each in found.reasons]
    assert shares == sorted(shares, reverse=True)
    assert of(found, "data").share == pytest.approx(0.7)
    # without the partner the variance would be 1 - 0.64 of what it is, the range 0.6 of its width
    assert "the range would be 40% narrower" in of(found, "partner").sentence
    assert of(found, "partner").of == "range"
    assert "as strong as season" in of(found, "confounding").sentence


def test_drift_is_told_where_it_was_found_alone() -> None:
    halves = (HalfOfWindow(strength=1.6, se=0.1), HalfOfWindow(strength=0.4, se=0.1))
    drifting = (Finding(code="drift", grade="coincidence", detail="."),)
    assert of(asked(halves=halves, findings=drifting), "drift").share == pytest.approx(0.6)
    assert asked(halves=halves).reasons == ()


def test_sales_that_drive_spend_are_the_whole_answer() -> None:
    finding = Finding(code="follows_sales", grade="do_not_use", detail="tv follows sales.")
    found = asked(grade="do_not_use", findings=(finding,), prior_share=0.1)
    assert (found.reasons[0].code, found.reasons[0].share) == ("follows_sales", 1.0)
    assert found.reasons[0].sentence == "tv follows sales."


def test_a_lift_test_explains_what_it_took_off_the_range() -> None:
    found = asked(grade="tested", status="tested", tests=("may",), narrowed_to=0.35)
    assert of(found, "test").share == pytest.approx(0.65)
    assert "Lift tests (may) took 65% off the range" in of(found, "test").sentence
    assert found.next.startswith("Repeat the test")


def row(standing: str, real: float, placebo: float) -> PlaceboRow:
    return PlaceboRow(
        channel="tv", weeks=20, probability=0.2, real=Interval(mean=real, p5=0, p50=1, p95=9),
        placebo=Interval(mean=placebo, p5=0, p50=1, p95=9), claim=True, limit=0.3, r_hat=1.0,
        standing=standing, detail="no better than its copy.",
    )  # fmt: skip


def test_what_tests_on_demand_have_shown_is_told_too() -> None:
    conflict = Sensitivity(
        quantity="roi", name="tv", prior=0.1, likelihood=0.2, shift_by_prior=-0.45,
        shift_by_likelihood=0.4, error=0.01, effective=900.0, leaning="conflict", detail="no.",
    )  # fmt: skip
    shifted = Placebos(
        kind="shifted", level=0.05, rows=(row("no_better", 4.0, 3.0),), unit="units", sentences=()
    )
    record = TrustRecord(
        prior_sensitivity=PriorSensitivity(threshold=0.05, quantities=(conflict,), level=0.05),
        placebos=shifted,
    )
    found = asked(record, **KNOWN)
    assert of(found, "placebo").share == pytest.approx(0.75)
    assert of(found, "conflict").share == pytest.approx(0.45)
    assert [each.code for each in found.reasons] == ["placebo", "data", "conflict", "prior"]
    better = shifted.model_copy(update={"rows": (row("better", 4.0, 3.0),)})
    assert "placebo" not in [r.code for r in asked(TrustRecord(placebos=better), **KNOWN).reasons]


def test_what_was_not_tested_is_named_and_an_unknown_name_is_an_error() -> None:
    assert asked().not_tested == ("prior_sensitivity", "placebos", "future_spend")
    with pytest.raises(KeyError):
        why(Evidence(levers=()), "moon")
