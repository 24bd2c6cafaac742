"""The page: sections of text, tables and figures; Plotly's script is embedded, no network needed.

    checks - fit - decomposition - returns - response curves - lift tests - plan

Text that comes from the user (column names) is escaped. A rejected model gets no plan.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from html import escape
from importlib.resources import files
from string import Template

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from app.contract.moves import Moves
from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_requests import AllocateBody
from app.display.figures import change, figure
from app.display.moves import HEADS, moves_rows
from app.report import figures
from app.services.planning.allocate import allocate_model as allocate
from mmm.attribution.answers import ChannelReturn, ContributionReport
from mmm.attribution.contributions import contributions
from mmm.attribution.response_curves import response_curves
from mmm.checks.assess import check_lift_tests
from mmm.interval import Interval
from mmm.posterior.evidence import LOWER_GRADES, GradeNote
from mmm.posterior.fitted import FittedModel
from mmm.posterior.verdict import DRAFT_NOTE

PLAN_WEEKS = 13
PLAN_CHANGE = 0.3
PLAN_RISK = {"kind": "mean_cvar", "risk_aversion": 0.7, "tail": 0.1}
NEGLIGIBLE = 1e-9
CONFIG = {"responsive": True, "displaylogo": False, "displayModeBar": False}
VERDICTS = {
    "trusted": "All checks passed.",
    "caution": "Usable with caution: see the checks below.",
    "rejected": "The checks failed: do not base budget decisions on these numbers.",
}


def render(model: FittedModel) -> str:
    """The whole page as HTML text."""
    template = Template(files("app.report").joinpath("page.html").read_text("utf-8"))
    weeks = model.panel.weeks
    return template.substitute(
        title=escape(
            f"{'Draft: ' if model.verdict.draft else ''}What drives {model.spec.kpi.column}"
        ),
        facts=escape(
            f"{DRAFT_NOTE + '. ' if model.verdict.draft else ''}"
            f"{len(weeks)} weeks, {weeks[0]} to {weeks[-1]}; {len(model.panel.geos)} geo(s); "
            f"{model.posterior.n_draws} draws in {model.method.seconds:.0f} s. "
            "Intervals are 90 % credible intervals."
        ),
        status=model.verdict.status,
        verdict=escape(VERDICTS[model.verdict.status]),
        plotly=get_plotlyjs(),
        sections="\n".join(_sections(model)),
    )


def _sections(model: FittedModel) -> Iterator[str]:
    total = contributions(model)
    yield _section(
        "Checks", "Each check with its value, its limit, and what to do.", *_checks(model)
    )
    yield _section(
        "Fit", "Observed KPI against the fitted mean.", _figure(figures.fit_figure(model))
    )
    yield _section(
        "Decomposition",
        "The contribution of each component by week; the components add up to the fitted mean.",
        _figure(figures.decomposition_figure(contributions(model, by="week"))),
        _components(total),
    )
    yield _section(
        "Returns",
        f"In {total.roi_unit}, including carryover after the window. The marginal ROI is the "
        "return on the last unit spent.",
        _figure(figures.roi_figure(total)),
        _returns(total),
    )
    yield _section(
        "Response curves",
        "Incremental KPI per week at constant weekly spend. Dashed: mean spend of recent weeks. "
        "Shaded: the observed range of spend; outside it the curve is an extrapolation.",
        _figure(figures.curves_figure(response_curves(model))),
    )
    yield from _lift_section(model)
    yield _plan_section(model)


def _lift_section(model: FittedModel) -> Iterator[str]:
    checks = check_lift_tests(model)
    if not checks:
        return
    rows = [
        (c.name, f"{figure(c.lift)} ± {figure(c.sd)}", _interval(c.predicted), f"{c.z:+.1f}")
        for c in checks
    ]
    lead = (
        "Measured lift (s.d. including transport) against the model's prediction of the same "
        "experiment. z: distance of the test from the prediction of the other data, in s.d."
    )
    table = _table(("test", "measured", "model", "z"), rows)
    yield _section("Lift tests", lead, table)


def _plan_section(model: FittedModel) -> str:
    title = f"A plan for the next {PLAN_WEEKS} weeks"
    if model.verdict.status == "rejected":
        return _section(title, "None: the model failed its checks.")
    allocation = allocate(model, _plan_request(model))
    return _section(
        title,
        f"{allocation.summary} The budget is the spend of the last {PLAN_WEEKS} weeks; each "
        f"channel stays within {PLAN_CHANGE:.0%} of its spend there; the risk aversion is 0.7.",
        _moves_table(allocation.moves),
        _figure(figures.plan_figure(allocation)),
        _plan_table(allocation),
        _notes(allocation.warnings),
    )


def _plan_request(model: FittedModel) -> AllocateBody:
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    spent = float(model.panel.array("spend")[-PLAN_WEEKS:].sum())
    measure = "value" if model.spec.has_currency else "kpi"
    return AllocateBody.model_validate(
        {
            "horizon": {"start": start, "weeks": PLAN_WEEKS},
            "reference": "last_weeks",
            "budget": {"total": spent},
            "objective": PLAN_RISK | {"on": measure},
            "channels": {key: {"max_change": PLAN_CHANGE} for key in model.structure.channels},
        }
    )


def _checks(model: FittedModel) -> Iterator[str]:
    rows = [
        ("ok" if c.passed else c.status, c.message, f"{c.value:.3g}", f"{c.limit:g}", c.advice)
        for c in model.verdict.checks
    ]
    yield _table(("", "check", "value", "limit", "advice"), rows, text=(0, 1, 4))
    if model.notes:
        yield _notes(model.notes)


def _components(total: ContributionReport) -> str:
    rows = [
        (c.name, c.kind.replace("_", " "), _interval(c.contribution), f"{c.share.mean:.1%}")
        for c in total.components
        if abs(c.share.mean) > NEGLIGIBLE
    ]
    return _table(("component", "kind", f"contribution ({total.unit})", "share"), rows, text=(0, 1))


def _returns(total: ContributionReport) -> str:
    grades = total.evidence or {}
    rows = [
        (
            c.name,
            grades[c.name].label if c.name in grades else "",
            figure(c.spend),
            _roi(c, grades.get(c.name)),
            _interval(c.marginal_roi),
        )
        for c in total.channels
    ]
    table = _table(("channel", "evidence", "spend", "ROI", "marginal ROI"), rows, text=(0, 1))
    weak = [f"{n}: {g.label}. {g.reason}" for n, g in grades.items() if g.grade in LOWER_GRADES]
    return table + (_notes(weak) if weak else "")


def _roi(channel: ChannelReturn, note: GradeNote | None) -> str:
    """The ROI, or all that is known of it where the channel is too small to measure."""
    if note is not None and note.at_most is not None:
        return f"at most {figure(note.at_most)}"
    return _interval(channel.roi)


def _moves_table(moves: Moves | None) -> str:
    rows = [(what.capitalize(), *rest) for what, *rest in moves_rows(moves)]
    return _table(HEADS, rows, text=(0, 1, 4)) if moves else ""


def _plan_table(allocation: AllocationAnswer) -> str:
    rows = [
        (
            c.name,
            figure(c.current),
            figure(c.spend),
            change(c.change),
            _interval(c.marginal_roi),
        )
        for c in allocation.plan.channels
    ]
    return _table(("channel", "current", "plan", "change", "marginal ROI"), rows)


def _notes(sentences: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def _interval(interval: Interval) -> str:
    return f"{figure(interval.mean)} [{figure(interval.p5)}, {figure(interval.p95)}]"


def _section(title: str, lead: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(lead)}</p>{''.join(parts)}</section>"


def _figure(figure: go.Figure) -> str:
    return str(figure.to_html(full_html=False, include_plotlyjs=False, config=CONFIG))


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], text: tuple[int, ...] = (0,)
) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=text' if i in text else ''}>{escape(cell)}</{tag}>"
            for i, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{cells(heads, "th")}</tr>{body}</table></div>'
