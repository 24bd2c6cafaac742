"""Spend that is a share of sales is told from spend that causes sales."""

from types import SimpleNamespace

import numpy as np

from mmm.evidence.follows_sales import ShareOfSales, share_of_sales

WEEKS = 150


def result_in(seed: int, world: str) -> ShareOfSales:
    """The test in a world where spend is a share of sales, causes them, or has nothing to do with
    them."""
    rng = np.random.default_rng(seed)
    price = 0.08 * rng.standard_normal(WEEKS)
    rest = 100.0 * np.exp(-price + 0.02 * rng.standard_normal(WEEKS))
    spend = 6.0 * np.exp(0.5 * rng.standard_normal(WEEKS))
    kpi = rest + 2.0 * rng.standard_normal(WEEKS)
    if world == "causes sales":
        kpi = kpi + 4.0 * spend
    if world == "causes sales and follows the price":
        spend = spend * np.exp(-4.0 * price)
        kpi = kpi + 4.0 * spend
    if world == "follows the price":
        spend = spend * np.exp(-2.0 * price)
    if world == "share of sales":
        spend = 0.06 * kpi * np.exp(0.05 * rng.standard_normal(WEEKS))
    panel = {"spend": spend[:, None, None], "kpi": kpi[:, None]}
    model = SimpleNamespace(panel=SimpleNamespace(array=panel.__getitem__))
    found = share_of_sales(model, 0, rest, np.linspace(-1.0, 1.0, WEEKS)[None])  # type: ignore[arg-type]
    assert found is not None
    return found


def called(found: ShareOfSales) -> bool:
    return found.shaped_so and found.p_value < 0.0025


def test_a_commission_is_called_a_share_of_sales() -> None:
    found = [result_in(seed, "share of sales") for seed in range(20)]
    assert all(called(each) for each in found)
    assert all(0.055 < each.share < 0.065 for each in found)


def test_spend_that_causes_sales_is_not() -> None:
    for world in (
        "causes sales",
        "unrelated",
        "follows the price",
        "causes sales and follows the price",
    ):
        assert not any(called(result_in(seed, world)) for seed in range(100)), world
