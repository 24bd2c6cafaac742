"""The page: its parts, its words, nothing from the network, no text of the user as markup."""

import re
from dataclasses import replace
from functools import cache

import pytest

from app.report import NoPlan, render, usual_story
from app.report.asked import Asker
from mmm.data.design import design_of
from mmm.posterior.verdict import judge
from mmm.posterior.verdict_limits import RULES
from mmm.spec.model import parse_spec
from tests.app.report.stories import PARTS, Read, brand, usual, without_records
from tests.mmm.fakes import RICH, fake_model

HOSTILE = "<img src=x onerror=alert(1)>"
HOSTILE_CHANNEL = "<img src=x onerror=alert(1) "
MOST_BYTES = 1_500_000
FORBIDDEN = (
    "KPI", "gain", "posterior", "draw", "CVaR", "risk aversion", "tail", "optimal", "binding",
    "shadow price", "marginal ROI", "identified", "prior", "R-hat", "champion", "verdict",
    "horizon", "cell", "certificate", "solver",
)  # fmt: skip
NONE = NoPlan("No plan was asked for.")


@cache
def page() -> str:
    return render(brand(), usual(), "demo brand")


def test_the_parts_stand_in_the_order_of_the_workbench() -> None:
    assert tuple(Read(page()).parts)[1:] == PARTS


def test_it_is_small_and_asks_nothing_of_the_network() -> None:
    assert len(page().encode()) < MOST_BYTES
    tags = set(Read(page()).tags)
    assert not tags & {"script", "link", "iframe", "img", "object", "image", "use"}
    assert not re.search(r"@import|url\(|https?://|\son\w+=", page())


@pytest.mark.parametrize("part", PARTS[:2])
def test_planners_read_no_word_of_the_trade(part: str) -> None:
    text = Read(page()).parts[part]
    found = re.findall(rf"\b(?:{'|'.join(FORBIDDEN)})s?\b", text, re.IGNORECASE)
    assert found == []


@pytest.mark.parametrize("part", PARTS[:2])
def test_planners_read_at_most_three_digits_that_count(part: str) -> None:
    text = re.sub(r"\d{1,2} [A-Z][a-z]{2} \d{4}", "", Read(page()).parts[part])
    numbers = [each.replace(",", "") for each in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]
    assert len(numbers) > 100

    def digits(number: str) -> str:
        return number.replace(".", "").lstrip("0") if "." in number else number.strip("0")

    assert [each for each in numbers if len(digits(each)) > 3] == []


def test_every_chart_has_a_finding_as_its_title_units_and_its_table() -> None:
    figures = re.findall(r"<figure>.*?</figure>", page(), re.DOTALL)
    assert len(figures) == 7 + len(brand().structure.channels)
    for each in figures:
        assert re.search(r"<figcaption><h[34]>[^<]{15,}</h", each)
        assert re.search(r"<details><summary>Table</summary><table", each)
        assert 'aria-label="' in each
    charts = [each for each in figures if 'class="plot"' in each]
    assert all(re.search(r'class="axis">[^<]*(units|EUR)', each) for each in charts)
    curves = [each for each in charts if "spend a week, EUR" in each]
    assert len(curves) == len(brand().structure.channels)


def test_names_from_the_data_stay_text() -> None:
    hostile = {"name": HOSTILE_CHANNEL, "column": "mail_spend", "adstock": {"kind": "none"}}
    measured = {
        "channel": "tv", "name": HOSTILE_CHANNEL, "start": "2022-03-14", "end": "2022-04-04",
        "control": {"scale": 0}, "result": {"lift": 200.0, "se": 50.0},
    }  # fmt: skip
    document = {
        **RICH,
        "kpi": {"column": HOSTILE, "kind": "units", "value_per_unit": 7.0},
        "channels": [*RICH["channels"][:3], hostile],
        "lift_tests": [measured],
    }
    spec = parse_spec(document)
    made = fake_model({**document, "kpi": RICH["kpi"]})
    named = replace(made, design=design_of(spec, made.panel, made.scales), notes=(HOSTILE,))
    told = usual_story(Asker(named))
    text = render(named, told, HOSTILE)
    read = Read(text)
    assert "img" not in read.tags
    assert not re.search(r"<[a-z]+[^>]*\sonerror=[^\"'>]*>", re.sub(r'"[^"]*"', '""', text))
    assert text.count("&lt;img src=x") >= 12
    for part in PARTS:
        assert "<img src=x onerror" in read.parts[part]


def test_a_rejected_model_gets_its_reasons_and_no_plan() -> None:
    values = {rule.name: rule.caution for rule in RULES} | {"r_hat": 1.9}
    model = replace(fake_model(), verdict=judge(values))
    told = usual_story(Asker(model))
    assert isinstance(told, NoPlan)
    text = Read(render(model, told)).parts
    assert "This model is not ready to plan with" in text[PARTS[0]]
    assert "should be at most" in text[PARTS[0]]
    assert "Raise" not in text[PARTS[0]]
    assert "do not base budget decisions on" in text["Checks"]


def test_a_model_without_a_record_says_so() -> None:
    model = without_records(brand())
    text = Read(render(model, NONE)).parts
    assert "which says nothing about evidence" in text[""]
    assert "nothing is recorded" in text["What happened"]
    assert "An older release made this model" in text["Evidence"]


def test_regions_prices_and_lift_tests_are_told() -> None:
    measured = {
        "channel": "tv", "name": "TV <1 month", "start": "2022-03-14", "end": "2022-04-04",
        "control": {"scale": 0}, "result": {"lift": 200.0, "se": 50.0},
    }  # fmt: skip
    model = fake_model({**RICH, "lift_tests": [measured]}, geos=2)
    text = Read(render(model, NONE)).parts
    assert "60 weeks in 2 regions" in text[""]
    assert "Own price" in text["What happened"]
    assert "TV <1 month" in text["Evidence"]
    assert "200" in text["Evidence"]


def test_the_page_stays_small_where_there_is_much_to_tell() -> None:
    many = [{"name": f"channel {i}", "column": f"{name}_spend", "adstock": {"kind": "none"}}
            for i, name in enumerate(["tv", "search", "radio", "mail"])]  # fmt: skip
    model = fake_model({**RICH, "channels": many}, weeks=520)
    assert len(render(model, NONE).encode()) < MOST_BYTES
