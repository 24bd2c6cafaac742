"""What a fit changed in its first look, in one sentence."""

from dataclasses import replace

from mmm.interval import Interval
from mmm.posterior.draws import Posterior
from mmm.refit.first_look import ReturnChange, first_look_change, summary_of
from tests.mmm.fakes import RICH, fake_model


def interval(low: float, middle: float, high: float) -> Interval:
    return Interval(mean=middle, p5=low, p50=middle, p95=high)


def change(name: str, look: Interval, fit: Interval) -> ReturnChange:
    return ReturnChange(name=name, first_look=look, fit=fit, outside=True)


STILL = ReturnChange(
    name="mail", first_look=interval(1, 2, 3), fit=interval(1, 2.5, 4), outside=False
)


def test_nothing_moved():
    assert summary_of([STILL]) == "No channel's return moved outside the first look's interval."


def test_one_return_moved():
    moved = change("tv", interval(0.8, 1.2, 1.9), interval(2.0, 2.5, 3.1))
    assert summary_of([STILL, moved]) == (
        "The return of tv moved outside the first look's interval: from 1.2 (0.8 to 1.9) to 2.5 "
        "(2 to 3.1)."
    )


def test_several_moved_and_the_farthest_is_told():
    near = change("tv", interval(1, 2, 3), interval(3, 4, 5))
    far = change("radio", interval(1, 1.5, 2), interval(5, 6, 7))
    assert summary_of([near, STILL, far]) == (
        "The returns of radio and tv moved outside the first look's intervals; radio moved "
        "farthest, from 1.5 (1 to 2) to 6 (5 to 7)."
    )


def test_a_model_and_itself_differ_in_nothing():
    model = fake_model()
    found = first_look_change(model, model)
    assert [each.name for each in found.channels] == list(model.structure.channels)
    assert not any(each.outside for each in found.channels)
    assert all(each.fit == each.first_look for each in found.channels)


def test_what_costs_nothing_is_compared_by_its_contribution():
    owned = {"name": "letters", "column": "queries", "cost": "none"}
    fit = fake_model({**RICH, "channels": [*RICH["channels"], owned]})
    dataset = fit.posterior.dataset.copy(deep=True)
    dataset["beta"].loc[{"channel": "letters"}] *= 0.001
    found = first_look_change(replace(fit, posterior=Posterior(dataset)), fit)
    assert [each.name for each in found.channels if each.outside] == ["letters"]
    assert found.summary.startswith("The return of letters moved")
