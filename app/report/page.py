"""The page: sections of text, tables and figures, with Plotly's script in it and no network.

    checks - fit - decomposition - returns - response curves - lift tests - plan

Every text that comes from the user (column names) is escaped. A rejected model gets no plan.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from html import escape
from importlib.resources import files
from string import Template

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_requests import AllocateBody
from app.display.figures import change
from app.report import figures
from app.services.planning.allocate import answer as allocate
from app.services.planning.summary import money
from mmm.attribution.answers import Contributions
from mmm.attribution.contributions import contributions
from mmm.attribution.response_curves import curves
from mmm.checks.assess import measured_lifts
from mmm.interval import Interval
from mmm.posterior.fitted import FittedModel
from mmm.posterior.verdict import DRAFT_NOTE

PLAN_WEEKS = 13
PLAN_CHANGE = 0.3
PLAN_RISK = {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1}
NEGLIGIBLE = 1e-9
CONFIG = {"responsive": True, "displaylogo": False, "displayModeBar": False}
VERDICTS = {
    "trusted": "All checks passed.",
    "caution": "Usable, with the cautions below.",
    "rejected": "The checks failed: these numbers are no basis for money.",
}


def render(model: FittedModel) -> str:
    """The whole page as text."""
    template = Template(files("app.report").joinpath("page.html").read_text("utf-8"))
    weeks = model.panel.weeks
    return template.substitute(
        title=escape(
            f"{'Draft: ' if model.verdict.draft else ''}What moves {model.spec.kpi.column}"
        ),
        facts=escape(
            f"{DRAFT_NOTE + '. ' if model.verdict.draft else ''}"
            f"{len(weeks)} weeks, {weeks[0]} to {weeks[-1]}; {len(model.panel.geos)} geo(s); "
            f"{model.posterior.n_draws} draws in {model.method.seconds:.0f} s. "
            "Intervals hold 90 % of the posterior."
        ),
        status=model.verdict.status,
        verdict=escape(VERDICTS[model.verdict.status]),
        plotly=get_plotlyjs(),
        sections="\n".join(_sections(model)),
    )


def _sections(model: FittedModel) -> Iterator[str]:
    total = contributions(model)
    yield _section("Checks", "Each with its value, its limit, and what to do.", *_checks(model))
    yield _section(
        "Fit", "Observed against what the model expects.", _figure(figures.fit_figure(model))
    )
    yield _section(
        "Decomposition",
        "What each part added or took away, week by week; the parts add up to the fitted mean.",
        _figure(figures.decomposition_figure(contributions(model, by="week"))),
        _components(total),
    )
    yield _section(
        "Returns",
        f"In {total.roi_unit}, carry-out counted. Marginal: of the last unit spent.",
        _figure(figures.roi_figure(total)),
        _returns(total),
    )
    yield _section(
        "Response curves",
        "What steady weekly spend brings. Dashed: the mean of recent weeks. Shaded: the range that "
        "was observed; beyond it the curve is the model's guess.",
        _figure(figures.curves_figure(curves(model))),
    )
    yield from _lift_section(model)
    yield _plan_section(model)


def _lift_section(model: FittedModel) -> Iterator[str]:
    checks = measured_lifts(model)
    if not checks:
        return
    rows = [
        (c.name, f"{money(c.lift)} ± {money(c.sd)}", _interval(c.predicted), f"{c.z:+.1f}")
        for c in checks
    ]
    lead = (
        "Measured lift (s.d. with transport) against what the model says of the same experiment. "
        "z: how many s.d. the test lies from what the rest of the data says."
    )
    table = _table(("test", "measured", "model", "z"), rows)
    yield _section("Lift tests", lead, table)


def _plan_section(model: FittedModel) -> str:
    title = f"A plan for the next {PLAN_WEEKS} weeks"
    if model.verdict.status == "rejected":
        return _section(title, "None: the model failed its checks.")
    found = allocate(model, _plan_request(model))
    return _section(
        title,
        f"{found.summary} The budget is that of the last {PLAN_WEEKS} weeks, each "
        f"channel stays within {PLAN_CHANGE:.0%} of it, risk aversion 0.5.",
        _figure(figures.plan_figure(found)),
        _plan_table(found),
        _notes(found.warnings),
    )


def _plan_request(model: FittedModel) -> AllocateBody:
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    spent = float(model.panel.array("spend")[-PLAN_WEEKS:].sum())
    measure = "value" if model.spec.has_currency else "kpi"
    return AllocateBody.model_validate(
        {
            "horizon": {"start": start, "weeks": PLAN_WEEKS},
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


def _components(found: Contributions) -> str:
    rows = [
        (c.name, c.kind.replace("_", " "), _interval(c.contribution), f"{c.share.mean:.1%}")
        for c in found.components
        if abs(c.share.mean) > NEGLIGIBLE
    ]
    return _table(("part", "kind", f"contribution ({found.unit})", "share"), rows, text=(0, 1))


def _returns(found: Contributions) -> str:
    rows = [
        (c.name, money(c.spend), _interval(c.roi), _interval(c.marginal_roi))
        for c in found.channels
    ]
    return _table(("channel", "spend", "ROI", "marginal ROI"), rows)


def _plan_table(found: AllocationAnswer) -> str:
    rows = [
        (
            c.name,
            money(c.current),
            money(c.spend),
            change(c.change),
            _interval(c.marginal_roi),
        )
        for c in found.plan.channels
    ]
    return _table(("channel", "today", "plan", "change", "marginal ROI"), rows)


def _notes(sentences: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>"


def _interval(found: Interval) -> str:
    return f"{money(found.mean)} [{money(found.p5)}, {money(found.p95)}]"


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
