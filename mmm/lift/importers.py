"""Lift tests from the results of other tools, one row per test.

A row holds the tool's own columns and, beside them, fields of ``LiftTest`` that the tool does not
have: ``channel``, ``start``, ``end``, ``cooldown``, ``geos`` (a list, or one text with ``;``
between), ``control`` or ``treatment``, ``treated_share``, ``transport_sd``, ``path``, ``name``.

*PyMC-Marketing* (``channel, x, delta_x, delta_y, sigma``, ``geo`` if any): a point of the curve at
spend x and at x + delta_x a week, with no carryover. It becomes a steady test: spend has been x (or
x + delta_x) for as long as it has an effect, and the KPI of one week differs by delta_y. This is
what that curve says; a short test read as such a point understates what spend does in the long run.

*CausalPy* (a row of ``effect_summary().table``): ``mean`` and ``hdi_lower, hdi_upper`` or
``ci_lower, ci_upper``. ``row`` is that row's name: ``cumulative``, a total, or ``average``, per
week, here multiplied by the weeks of the test. Its default level differs between releases: give
``level``.

*GeoLift* (``inference`` or ``summary``): ``ATT`` and its interval are per period and location, the
``incremental`` is their total; their ratio turns the interval of one into that of the other, as
GeoLift prints it. ``investment``, the extra spend of the test, gives the control world where the
row has none: the observed spend less it, evenly over the weeks. Give ``level`` (1 - alpha).

*Platform* (conversion lift studies and user-level holdouts as a platform reports them): ``lift`` in
units of the KPI or ``roas``, with ``se`` or ``low, high, level``; ``spend`` that the study's users
brought, which is the control world where the row has none: the observed spend less it. Users are no
markets: those held out still see what others buy, the platform counts what it can see, and its
audience is not everybody. Such a test has the transport s.d. ``PLATFORM_TRANSPORT`` unless the row
gives one, and its name says what it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from mmm.errors import FieldsError, Issue, SpecError, pointer
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import issues_of_error
from mmm.tables.place import quoted

type Row = Mapping[str, Any]

PLATFORM_TRANSPORT = 0.3
"""Relative s.d. between the effect that a platform's study of users measures and that of a market:
a judgement, three times that of a test of markets."""

LIFT_TEST_FIELDS = (
    "channel", "start", "end", "cooldown", "geos", "control", "treatment", "treated_share",
    "transport_sd", "path", "name",
)  # fmt: skip
GEOLIFT = {
    "att": ("ATT", "ATT_est"),
    "low": ("Lower.Conf.Int", "LowerCI", "lower_bound", "lower"),
    "high": ("Upper.Conf.Int", "UpperCI", "upper_bound", "upper"),
    "incremental": ("incremental", "Incremental"),
}


def from_pymc_marketing(rows: Sequence[Row]) -> tuple[LiftTest, ...]:
    """Steady tests from the columns of ``add_lift_test_measurements``.

    Raises SpecError naming row and column, as all functions of this module do.
    """
    return _import_rows(rows, _pymc_marketing)


def from_causalpy(rows: Sequence[Row]) -> tuple[LiftTest, ...]:
    """Tests from rows of CausalPy's effect summaries."""
    return _import_rows(rows, _causalpy)


def from_geolift(rows: Sequence[Row]) -> tuple[LiftTest, ...]:
    """Tests from GeoLift's inference tables or summaries."""
    return _import_rows(rows, _geolift)


def from_platform(rows: Sequence[Row]) -> tuple[LiftTest, ...]:
    """Tests from lift studies and user-level holdouts of advertising platforms."""
    return _import_rows(rows, _platform)


def _import_rows(
    rows: Sequence[Row], document: Callable[[Row], dict[str, Any]]
) -> tuple[LiftTest, ...]:
    tests: list[LiftTest] = []
    issues: list[Issue] = []
    for i, row in enumerate(rows):
        faults: Iterable[Issue] = ()
        try:
            tests.append(LiftTest.model_validate({**_lift_test_fields(row), **document(row)}))
        except ValidationError as error:
            items = error.errors(include_url=False)
            faults = [fault for item in items for fault in issues_of_error(dict(item))]
        except FieldsError as error:
            faults = error.issues
        where = pointer("rows", i)
        issues += [Issue(where + fault.pointer, fault.code, fault.detail) for fault in faults]
    if issues:
        raise SpecError(issues)
    return tuple(tests)


def _lift_test_fields(row: Row) -> dict[str, Any]:
    kept = {name: row[name] for name in LIFT_TEST_FIELDS if not _empty(row.get(name))}
    if isinstance(kept.get("geos"), str):
        kept["geos"] = [geo.strip() for geo in kept["geos"].split(";")]
    return kept


def _pymc_marketing(row: Row) -> dict[str, Any]:
    x, delta_x = _number(row, "x"), _number(row, "delta_x")
    if x + delta_x < 0.0:
        detail = f"x {x:g} and delta_x {delta_x:g} give negative spend"
        raise FieldsError([Issue("/delta_x", "negative", detail)])
    document: dict[str, Any] = {
        "control": {"weekly": x},
        "treatment": {"weekly": x + delta_x},
        "result": {"lift": _number(row, "delta_y"), "se": _number(row, "sigma")},
    }
    dates = dict.fromkeys(("start", "end"))
    return document | dates | ({} if _empty(row.get("geo")) else {"geos": [str(row["geo"])]})


def _causalpy(row: Row) -> dict[str, Any]:
    kind = row.get("row")
    if kind not in ("cumulative", "average"):
        detail = (
            f"say which row of the summary this is, 'cumulative' or 'average'; got {quoted(kind)}"
        )
        raise FieldsError([Issue("/row", "missing", detail)])
    times = 1.0 if kind == "cumulative" else _weeks(row)
    ends = (("hdi_lower", "ci_lower"), ("hdi_upper", "ci_upper"))
    low, high = (_number(row, *names) for names in ends)
    return {"result": _interval(row, _number(row, "mean"), low, high, times)}


def _geolift(row: Row) -> dict[str, Any]:
    att, incremental = _number(row, *GEOLIFT["att"]), _number(row, *GEOLIFT["incremental"])
    if att * incremental <= 0.0:
        detail = f"ATT {att:g} and incremental {incremental:g} do not scale into each other"
        raise FieldsError([Issue("/incremental", "no_scale", detail)])
    low, high = _number(row, *GEOLIFT["low"]), _number(row, *GEOLIFT["high"])
    document: dict[str, Any] = {"result": _interval(row, att, low, high, incremental / att)}
    if _empty(row.get("control")) and _empty(row.get("treatment")):
        investment = _number(row, "investment", "Investment")
        document["control"] = {"add": -investment / _weeks(row)}
    return document


def _platform(row: Row) -> dict[str, Any]:
    forms = [name for name in ("lift", "roas") if not _empty(row.get(name))]
    if len(forms) != 1:
        detail = f"give lift or roas, one of them; got {' and '.join(forms) or 'none'}"
        raise FieldsError([Issue("/lift", "one_form", detail)])
    spread = ("se",) if not _empty(row.get("se")) else ("low", "high", "level")
    result = {name: _number(row, name) for name in (*forms, *spread)}
    document: dict[str, Any] = {"result": result}
    if _empty(row.get("transport_sd")):
        document["transport_sd"] = PLATFORM_TRANSPORT
    if _empty(row.get("name")):
        document["name"] = f"platform study of {row.get('channel')}, {row.get('start')}"
    if _empty(row.get("control")) and _empty(row.get("treatment")):
        document["control"] = {"add": -_number(row, "spend") / _weeks(row)}
    return document


def _interval(row: Row, value: float, low: float, high: float, times: float) -> dict[str, Any]:
    ends = sorted((low * times, high * times))
    level = _number(row, "level")
    return {"lift": value * times, "low": ends[0], "high": ends[1], "level": level}


def _weeks(row: Row) -> float:
    """Weeks of the test, from its start and end."""
    try:
        start, end = (date.fromisoformat(str(row.get(name))[:10]) for name in ("start", "end"))
    except ValueError:
        detail = "give start and end as YYYY-MM-DD, the first days of the test's weeks"
        raise FieldsError([Issue("/start", "missing", detail)]) from None
    if end < start:
        raise FieldsError([Issue("/end", "reversed", f"the test ends ({end}) before {start}")])
    return (end - start).days // 7 + 1.0


def _number(row: Row, *names: str) -> float:
    """The first of the columns that has a number."""
    for name in names:
        cell = row.get(name)
        if _empty(cell):
            continue
        try:
            return float(cell)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            detail = f"{quoted(cell)} is not a number"
            raise FieldsError([Issue(pointer(name), "not_a_number", detail)]) from None
    detail = f"the row has no {' or '.join(names)}"
    raise FieldsError([Issue(pointer(names[0]), "missing", detail)])


def _empty(cell: Any) -> bool:
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())
