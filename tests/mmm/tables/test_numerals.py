"""Numbers in every usual form: marks told by all values, or asked for; signs left out and said."""

import pytest

from mmm.data.cells import numbers
from mmm.errors import DataError
from mmm.tables.read import read_rows
from tests.mmm.tables.files_of_people import SALES, TV, american, cells, german, lines, read_text

FORMS = {
    "1,234.50": ((american), "point", "comma"),
    "1.234,50": (german, "comma", "point"),
    "1 234,50": (lambda x: german(x).replace(".", "\u202f"), "comma", "space"),
    "1'234.50": (lambda x: american(x).replace(",", "'"), "point", "apostrophe"),
    "1234,50": (lambda x: f"{x:.2f}".replace(".", ","), "comma", "none"),
    "1234.50": (str, "point", "none"),
}


@pytest.mark.parametrize(("write", "decimal", "thousands"), FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("sign", ["", "$", "€"])
def test_a_form_of_numbers_is_found(write, decimal: str, thousands: str, sign: str) -> None:
    def signed(number: float) -> str:
        return f"{write(number)} €" if sign == "€" else sign + write(number)

    rows = lines(("week", "sales", "tv"), map(signed, SALES), map(signed, TV), mark=";")
    table = read_text(rows)
    assert cells(table, "sales") == list(SALES)
    assert cells(table, "tv") == list(TV)
    found = (table.recipe.decimal, table.recipe.thousands, table.recipe.signs)
    assert found == (decimal, thousands, (sign,) if sign else None)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("-5.25", -5.25),
        ("−5.25", -5.25),
        ("(5.25)", -5.25),
        ("5.25-", -5.25),
        ("$-5.25", -5.25),
        ("-$ 5.25", -5.25),
        ("US$ 1,200.50", 1200.5),
        ("Rs. 1,23,456.00", 123456.0),
        ("5.25 %", 5.25),
        (".5", 0.5),
        ("1.5e3", 1500.0),
    ],
)
def test_a_number_is_read_with_its_sign(written: str, number: float) -> None:
    assert cells(read_rows([{"tv": written}, {"tv": "10.75"}]), "tv")[0] == number


@pytest.mark.parametrize("written", ["--1", "1_000", "1.2.3.4", "12k", "1,2,3", "5-5", "-5-", "$"])
def test_what_is_no_number_stays_as_it_is(written: str) -> None:
    frame = read_rows([{"tv": written}, {"tv": "2.5"}, {"tv": "3.5"}]).frame
    assert frame["tv"].iloc[0] == written
    assert [issue.code for issue in numbers(frame, "tv")[1]] == ["not_a_number"]


def test_a_mark_before_three_digits_is_asked_for() -> None:
    rows = [{"tv": "1,234", "radio": "5"}, {"tv": "12,345", "radio": "7"}]
    with pytest.raises(DataError) as refused:
        read_rows(rows)
    (issue,) = refused.value.issues
    assert (issue.pointer, issue.code) == ("/read/decimal", "two_readings")
    assert issue.detail.startswith(
        "row 1, column 'tv': '1,234' is 1.234 (comma before the decimals) or 1234 (point before "
        "the decimals), and no other number decides"
    )


@pytest.mark.parametrize("other", ["1,234,567", "5.5", "0.25"])
def test_one_number_decides_for_all(other: str) -> None:
    assert cells(read_rows([{"tv": "1,234"}, {"tv": other}]), "tv")[0] == 1234.0


def test_amounts_below_a_thousand_without_the_mark_show_that_it_groups() -> None:
    """With three decimals each 345 would be 345,000; with no more than needed 12,340 be 12,34."""
    table = read_rows([{"tv": "1,234"}, {"tv": "12,340"}, {"tv": "345"}])
    assert cells(table, "tv") == [1234.0, 12340.0, 345.0]
    with pytest.raises(DataError, match="no other number decides"):
        read_rows([{"tv": "1,234"}, {"tv": "12,341"}, {"tv": "345"}])


def test_a_given_mark_decides_and_holds_for_every_number() -> None:
    rows = [{"tv": "1,234"}, {"tv": "12,345"}]
    words = {"decimal": ","}
    assert cells(_read(rows, words), "tv") == [1.234, 12.345]
    with pytest.raises(DataError, match=r"decimal 'comma', but row 1, column 'a', has '5\.5'"):
        _read([{"tv": "1,2", "a": "5.5"}], words)


def test_columns_written_differently_are_refused_with_both_cells() -> None:
    rows = [{"tv": "5.25", "radio": "2,75"}, {"tv": "6.25", "radio": "3,5"}]
    with pytest.raises(DataError, match=r"'tv', has '5\.25', and .* 'radio', has '2,75'"):
        read_rows(rows)


def test_two_currencies_in_a_column_are_refused() -> None:
    with pytest.raises(DataError, match="column 'tv' has € in row 1 and \\$ in row 2"):
        read_rows([{"tv": "€5.25"}, {"tv": "$5.25"}])


def test_a_sign_that_contradicts_the_name_is_said() -> None:
    evidence = read_rows([{"TV (€)": "$5.25"}]).recipe.evidence["signs"]
    assert evidence.startswith("1 cells of 'TV (€)' have $, which is left out, although another")


def test_names_that_look_like_numbers_are_not_touched() -> None:
    rows = [{"geo": geo, "code": code} for geo, code in (("1", "1-2"), ("10", "x"), ("2", "3,a"))]
    frame = read_rows(rows).frame
    assert frame["geo"].tolist() == ["1", "10", "2"]
    assert frame["code"].tolist() == ["1-2", "x", "3,a"]


def _read(rows, words):
    from mmm.tables.read import parse_recipe

    return read_rows(rows, parse_recipe(words))
