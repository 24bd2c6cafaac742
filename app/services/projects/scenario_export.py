"""A saved scenario as a table for spreadsheets: CSV, or an Excel workbook.

A plan has a line for each week, geo and channel; a what-if question a line for each week, with its
credible interval. The workbook also has sheets with the answer's figures and warnings. If the model
is a draft, every line says so.
"""

import io
from collections.abc import Iterator, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from app.db.models import ScenarioRow
from app.services.projects.csv_export import Cell, safe, write_csv
from mmm.posterior.verdict import DRAFT_NOTE

INTERVAL = ("mean", "p5", "p50", "p95")
type Line = dict[str, Cell]


def scenario_csv(row: ScenarioRow) -> str:
    """CSV text of the scenario's lines."""
    return write_csv(lines_of(row))


def scenario_workbook(row: ScenarioRow) -> bytes:
    """An Excel workbook: lines, figures and warnings."""
    book = Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    sheets = (
        (_title(row), [*lines_of(row)]),
        ("figures", [*_figures(row)]),
        ("warnings", [*_warnings(row)]),
    )
    for title, lines in sheets:
        sheet = book.create_sheet(title)
        if lines:
            sheet.append([_shown(name) for name in lines[0]])
        for line in lines:
            sheet.append([_shown(cell) for cell in line.values()])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _shown(cell: Cell) -> Cell:
    """The cell as ``safe`` makes it, with control characters, which no workbook holds, in words.

    Names have none; those of a model from before they were refused may.
    """
    shown = safe(cell)
    if isinstance(shown, str):
        return ILLEGAL_CHARACTERS_RE.sub(lambda found: f"\\x{ord(found[0]):02x}", shown)
    return shown


def lines_of(row: ScenarioRow) -> Iterator[Line]:
    """One line for each week, geo and channel of a plan, or for each week of a what-if."""
    mark: Line = {"warning": DRAFT_NOTE} if DRAFT_NOTE in row.answer["warnings"] else {}
    return (line | mark for line in _lines(row))


def _lines(row: ScenarioRow) -> Iterator[Line]:
    if row.question == "counterfactual":
        for week in row.answer["by_week"]:
            yield {"week": week["week"], **_interval(week["effect"], "effect")}
        return
    plan = row.answer["plan"]
    geos = [place["geo"] for place in plan["by_geo"]]
    places = plan["by_week_and_geo"] or [{**week, "geo": geos[0]} for week in plan["by_week"]]
    for place in places:
        for channel, spend in place["spend"].items():
            yield {
                "week": place["week"],
                "geo": place["geo"],
                "channel": channel,
                "spend": spend,
            }


def _figures(row: ScenarioRow) -> Iterator[Line]:
    answer = row.answer
    names: Sequence[str] = ("outcome", "gain", "versus_current", "versus_proportional")
    if row.question == "counterfactual":
        names = ("effect", "effect_in_window", "baseline", "scenario")
    for name in names:
        yield {"figure": name, **_interval(answer[name])}
    for channel in answer.get("plan", {}).get("channels", ()):
        name = f"marginal ROI of {channel['name']}"
        yield {"figure": name, **_interval(channel["marginal_roi"])}


def _warnings(row: ScenarioRow) -> Iterator[Line]:
    yield from ({"warning": warning} for warning in row.answer["warnings"])


def _interval(interval: Mapping[str, float], name: str = "") -> Line:
    return {f"{name}_{part}" if name else part: interval[part] for part in INTERVAL}


def _title(row: ScenarioRow) -> str:
    return "what-if" if row.question == "counterfactual" else "plan"
