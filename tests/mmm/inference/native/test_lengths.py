"""Lengths are polynomials: their arithmetic is that of the numbers which they stand for."""

from hypothesis import given
from hypothesis import strategies as st

from mmm.inference.native.lengths import Assumptions, Guard, Length, contiguous, product

NAMES = ("week", "geo")
WEEK, GEO = map(Length.symbol, NAMES)
numbers = st.integers(-5, 5)
lengths = st.recursive(
    st.one_of(numbers.map(Length.of), st.sampled_from([WEEK, GEO])),
    lambda inner: st.tuples(inner, inner, st.sampled_from("+-*")).map(
        lambda two: {"+": two[0] + two[1], "-": two[0] - two[1], "*": two[0] * two[1]}[two[2]]
    ),
    max_leaves=6,
)
values = st.fixed_dictionaries({name: st.integers(1, 40) for name in NAMES})


@given(lengths, lengths, values)
def test_arithmetic_is_that_of_the_numbers(one: Length, other: Length, at: dict[str, int]) -> None:
    a, b = one.value(at), other.value(at)
    assert (one + other).value(at) == a + b
    assert (one - other).value(at) == a - b
    assert (one * other).value(at) == a * b
    assert product((one, other)).value(at) == a * b
    quotient = (one * other).divided(other)
    if quotient is not None:
        assert quotient.value(at) * b == a * b


@given(lengths, values)
def test_equal_polynomials_are_equal_objects(length: Length, at: dict[str, int]) -> None:
    assert length + WEEK - WEEK == length
    assert (length - length).constant == 0
    assert length.constant in (None, length.value(at))


@given(lengths, lengths, values)
def test_a_quotient_is_rounded_down(one: Length, other: Length, at: dict[str, int]) -> None:
    assumptions = Assumptions(dict(at))
    if one.value(at) < 0 or other.value(at) <= 0:
        return
    found = assumptions.quotient(one, other)
    assert found.value(assumptions.symbols) == one.value(at) // other.value(at)


def test_what_was_assumed_is_kept() -> None:
    assumptions = Assumptions({"week": 104, "geo": 1})
    assert assumptions.sign(WEEK - 8) == 1
    assert assumptions.same(WEEK * 2, WEEK + WEEK)
    assert assumptions.same(GEO, Length.of(1))
    assert set(assumptions.guards) == {Guard(WEEK - 8, 1), Guard(GEO - 1, 0)}


def test_steps_of_an_array_in_order() -> None:
    assert contiguous((Length.of(3), WEEK, GEO)) == (WEEK * GEO, GEO, Length.of(1))
    assert contiguous(()) == ()
