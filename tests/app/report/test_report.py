"""The report: everything in one page, nothing from the network, no text of the user as markup."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs

from app.report import render
from mmm.data.design import design_of
from mmm.posterior.verdict import judge
from mmm.posterior.verdict_limits import RULES
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model

SECTIONS = ("Checks", "Fit", "Decomposition", "Returns", "Response curves")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def page() -> str:
    return render(fake_model())


def own_part(page: str) -> str:
    """The page without Plotly's script, which names addresses that it never asks for here."""
    return page.replace(get_plotlyjs(), "")


def test_every_section_is_there_in_order(page) -> None:
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert titles == [*SECTIONS, "A plan for the next 13 weeks"]


def test_nothing_is_loaded_from_anywhere(page) -> None:
    own = own_part(page)
    assert get_plotlyjs() in page
    assert not re.search(r"<(link|iframe|img)|<script[^>]*src|@import|url\(|https?://", own)


def test_a_figure_for_each_question(page) -> None:
    assert own_part(page).count("plotly-graph-div") == 5


def test_a_rejected_model_gets_its_reasons_and_no_plan() -> None:
    values = {rule.name: rule.caution for rule in RULES} | {"r_hat": 1.9}
    page = render(replace(fake_model(), verdict=judge(values)))
    assert "do not base budget decisions on" in page
    assert "None: the model failed its checks." in page


def test_names_from_the_data_stay_text() -> None:
    model = fake_model()
    document = {**RICH, "kpi": {"column": HOSTILE, "kind": "units", "value_per_unit": 7.0}}
    page = render(replace(model, design=design_of(parse_spec(document), model.panel, model.scales)))
    assert HOSTILE not in page
    assert "&lt;img src=x" in page


@pytest.mark.browser
def test_a_browser_without_network_draws_every_figure(page, tmp_path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    path = Path(tmp_path) / "report.html"
    path.write_text(page, encoding="utf-8")
    command = [
        chromium,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--virtual-time-budget=10000",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom",
        path.as_uri(),
    ]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    drawn = re.findall(r'<div[^>]*class="[^"]*js-plotly-plot', found.stdout)
    assert len(drawn) == 5


def test_lift_tests_and_notes_are_told() -> None:
    measured = {
        "channel": "tv",
        "name": "TV <1 month",
        "start": "2022-03-14",
        "end": "2022-04-04",
        "control": {"scale": 0},
        "result": {"lift": 200.0, "se": 50.0},
    }
    model = fake_model({**RICH, "lift_tests": [measured]})
    page = own_part(render(replace(model, notes=("radio < tv",))))
    assert "<h2>Lift tests</h2>" in page
    assert "TV &lt;1 month" in page
    assert "200 ± " in page
    assert "<li>radio &lt; tv</li>" in page
