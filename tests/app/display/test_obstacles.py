"""What is in the way is told in money, by the kind of limit, without words of the trade."""

from app.contract.plan_details import BindingDocument, ObstacleDocument
from app.display.obstacles import obstacles
from app.display.words import GainWords
from tests.app.ui.browser import NOT_FOR_PLANNERS, too_precise

EUROS = GainWords(currency="EUR", counted="profit", in_money=True)
UNITS = GainWords(currency="EUR", counted="units", in_money=False)


def limit(constraint: str, pointer: str | None, price: float) -> BindingDocument:
    return BindingDocument(constraint=constraint, pointer=pointer, shadow_price=price)


def told(what: str, worth: str) -> ObstacleDocument:
    return ObstacleDocument(what=what, worth=worth)


def test_limits_are_told_the_dearest_first_and_by_what_loosening_them_is_worth() -> None:
    found = obstacles(
        (
            limit("the minimum of 50 for outdoor", "/channels/outdoor/min", 0.0402),
            limit("the budget total of 600,000", "/budget/total", -0.266),
            limit("the supported maximum of 102,294.89 for new_video", "/explore", 0.16378),
            limit("the maximum of 5 for tv", "/channels/tv~1radio/max", 0.0201),
        ),
        EUROS,
    )
    assert found == (
        told("Spending less would pay", "Each €1,000 less leaves €266 more profit"),
        told("new_video has never had more money", "Letting it have €1,000 more is worth €164"),
        told("Your limit on outdoor", "Letting it have €1,000 less is worth €40.2"),
        told("Your limit on tv/radio", "Letting it have €1,000 more is worth €20.1"),
    )
    text = " ".join(f"{each.what}. {each.worth}." for each in found)
    assert NOT_FOR_PLANNERS.search(text) is None
    assert too_precise(text) == []


def test_the_total_is_told_apart_from_a_second_budget_and_from_a_condition() -> None:
    found = obstacles(
        (
            limit("the budget total of 100", "/budget/total", 0.4),
            limit("the budget of online", "/budgets/0", 0.3),
            limit("a least return of 2", "/conditions/0", 0.2),
        ),
        EUROS,
    )
    assert found == (
        told("The total", "€1,000 more would earn €400 on top of itself"),
        told("A limit that you set", "Letting it have €1,000 more is worth €300"),
        told("A goal or condition that you set", "Loosening it would make a better plan"),
    )


def test_what_is_no_limit_to_loosen_is_left_out() -> None:
    nothing = limit("the minimum of 0 for radio", None, 0.5)
    worthless = limit("the maximum of 5 for tv", "/channels/tv/max", 0.0001)
    assert obstacles((nothing, worthless), EUROS) == ()


def test_where_units_are_counted_units_are_told() -> None:
    (found,) = obstacles((limit("the budget total of 100", "/budget/total", 0.4),), UNITS)
    assert found == told("The total", "€1,000 more would bring 400 units")
