"""``python -m scripts.plan_picture``: the picture of a plan at the head of the README.

Fits the demo's simulated world, plans its next 13 weeks with the budget of the last 13, and writes
``docs/plan.svg`` and, for narrow screens, ``docs/plan-narrow.svg``. Every number in the picture
comes from that fit.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_requests import AllocateBody
from app.contract.planned_spend import PlannedChannel
from app.services.planning.allocate import allocate_model as allocate
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.fit import fit
from mmm.interval import Interval
from mmm.posterior.fitted import FittedModel
from mmm.simulate.worlds import World, make_world
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec
from scripts.svg import Look, Mark, drawing, line, rectangle, text

DOCS = Path(__file__).parents[1] / "docs"
SEED = 10
WEEKS = 13
OBJECTIVE = {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1}
SAMPLING = SamplingSpec(draws=700, tune=700, chains=4, seed=1)
SHORT_HISTORY = 26
"""Weeks; a channel with fewer has its number of weeks written beneath its name."""
ALMOST_OFF = -0.99

LOOK = Look(
    light={
        "card": "#ffffff", "edge": "#d5dbe2", "ink": "#26323f", "quiet": "#5c6977",
        "grid": "#e6e9ee", "today": "#b3bdc9", "plan": "#2f6f9f", "return": "#c76f14",
    },
    dark={
        "card": "#161b22", "edge": "#343c46", "ink": "#e6edf3", "quiet": "#9aa7b4",
        "grid": "#2a313a", "today": "#6d7886", "plan": "#63abde", "return": "#eda75c",
    },
)  # fmt: skip
ROW, BAR, LABELS = 48.0, 14.0, 112.0


@dataclass(frozen=True)
class Channel:
    """A row of the picture: spend over the horizon, and the return on the next unit spent today."""

    name: str
    weeks: int
    current: float
    planned: float
    marginal_roi: Interval

    @property
    def change(self) -> str:
        """The planned change relative to today's spend, in words where percent say little."""
        if self.current <= 0.0:
            return "new"
        relative = self.planned / self.current - 1.0
        if relative < ALMOST_OFF:
            return "almost off" if self.planned > 0.0 else "off"
        return f"{100.0 * relative:+.0f} %".replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class Picture:
    """What is drawn: a title, a sentence in two halves, and a row for each channel."""

    title: str
    result: tuple[str, str]
    channels: tuple[Channel, ...]


def main(folder: Path = DOCS) -> None:
    """Fit, plan, and write both pictures into ``folder``."""
    world = make_world(seed=SEED)
    spec = parse_spec(world.spec)
    design = design_of(spec, build_panel(world.frame, spec))
    picture = picture_of(world, fit(design, SAMPLING))
    for name, drawn in (("plan.svg", wide(picture)), ("plan-narrow.svg", narrow(picture))):
        (folder / name).write_text(drawn, encoding="utf-8")


def picture_of(world: World, model: FittedModel) -> Picture:
    """The plan and, beside it, what the next unit of currency returns under today's spend."""
    past = world.truth.past
    spent = past.spend[-WEEKS:].sum((0, 1))
    names = world.truth.channels
    keep = {name: {"fixed": float(x)} for name, x in zip(names, spent, strict=True)}
    request = {
        "horizon": {"start": past.weeks[-1] + timedelta(weeks=1), "weeks": WEEKS},
        "reference": "last_weeks",
        "budget": {"total": float(spent.sum())},
        "objective": OBJECTIVE,
    }
    plan = allocate(model, AllocateBody.model_validate(request))
    today = allocate(model, AllocateBody.model_validate(request | {"channels": keep}))
    history = (past.spend.sum(1) > 0).argmax(0)
    weeks = {name: len(past.weeks) - int(i) for name, i in zip(names, history, strict=True)}
    rows = zip(plan.plan.channels, today.plan.channels, strict=True)
    channels = [channel_of(chosen, kept, weeks[chosen.name]) for chosen, kept in rows]
    channels.sort(key=lambda channel: channel.current - channel.planned)
    return Picture(
        f"A plan for the next {WEEKS} weeks",
        result_of(plan),
        tuple(channels),
    )


def channel_of(chosen: PlannedChannel, kept: PlannedChannel, weeks: int) -> Channel:
    return Channel(chosen.name, weeks, chosen.current, chosen.spend, kept.marginal_roi)


def result_of(plan: AllocationAnswer) -> tuple[str, str]:
    better = plan.versus_current
    return (
        f"The same {thousands(plan.plan.total)}, split anew: expected to earn",
        f"{thousands(better.mean)} more (90 % interval: {thousands(better.p5)} to "
        f"{thousands(better.p95)}).",
    )


def thousands(amount: float) -> str:
    """``amount`` in thousands, with one decimal below ten."""
    number = amount / 1000.0
    return f"{number:,.0f} k" if abs(number) >= 10.0 else f"{number:.1f} k"


def wide(picture: Picture) -> str:
    """Spend on the left, returns on the right, the rows shared."""
    top, width = 154.0, 880.0
    height = top + ROW * len(picture.channels) + 40.0
    marks = [
        *heading(picture, 28.0, (" ".join(picture.result),)),
        *spend_panel(picture.channels, 28.0, 128.0, 500.0, top),
        *return_panel(picture.channels, 556.0, 556.0, 848.0, top),
    ]
    return drawing(width, height, LOOK, marks, described(picture))


def narrow(picture: Picture) -> str:
    """The two panels one below the other."""
    top, width = 172.0, 400.0
    second = top + ROW * len(picture.channels) + 88.0
    height = second + ROW * len(picture.channels) + 40.0
    marks = [
        *heading(picture, 18.0, picture.result),
        *spend_panel(picture.channels, 18.0, 112.0, 386.0, top),
        *names(picture.channels, 18.0, second),
        *return_panel(picture.channels, 18.0, 124.0, 376.0, second),
    ]
    return drawing(width, height, LOOK, marks, described(picture))


def heading(picture: Picture, left: float, sentences: tuple[str, ...]) -> list[Mark]:
    lines = [text(left, 63.0 + 20.0 * i, s, size=14) for i, s in enumerate(sentences)]
    return [text(left, 38.0, picture.title, size=19, bold=True), *lines]


def names(channels: tuple[Channel, ...], left: float, top: float) -> list[Mark]:
    """The channels' names, with the weeks of data beneath those that have few."""
    marks = []
    for row, channel in enumerate(channels):
        middle = top + ROW * row + 0.5 * ROW
        short = channel.weeks < SHORT_HISTORY
        marks.append(text(left, middle + (-2.0 if short else 5.0), channel.name, size=15))
        if short:
            note = f"{channel.weeks} weeks only"
            marks.append(text(left, middle + 15.0, note, size=12, colour="quiet"))
    return marks


def spend_panel(
    channels: tuple[Channel, ...], names_at: float, left: float, right: float, top: float
) -> list[Mark]:
    """Bars of today's and of the planned spend."""
    unit = (right - left - LABELS) / max(max(c.current, c.planned) for c in channels)
    marks = [
        text(names_at, top - 40.0, "Spend per channel", size=15, bold=True),
        rectangle(names_at, top - 29.0, 12.0, 12.0, "today"),
        text(names_at + 18.0, top - 18.0, "today", size=13, colour="quiet"),
        rectangle(names_at + 74.0, top - 29.0, 12.0, 12.0, "plan"),
        text(names_at + 92.0, top - 18.0, "plan", size=13, colour="quiet"),
        *names(channels, names_at, top),
    ]
    for row, channel in enumerate(channels):
        middle = top + ROW * row + 0.5 * ROW
        ends = (channel.current * unit, channel.planned * unit)
        marks += [
            rectangle(left, middle - BAR - 1.0, max(ends[0], 1.5), BAR, "today"),
            rectangle(left, middle + 1.0, max(ends[1], 1.5), BAR, "plan"),
            text(left + ends[0] + 6, middle - 3.5, thousands(channel.current), 13, "quiet"),
            text(left + ends[1] + 6, middle + 12.5, planned(channel), 13, bold=True),
        ]
    return marks


def planned(channel: Channel) -> str:
    return f"{thousands(channel.planned)} ({channel.change})"


def return_panel(
    channels: tuple[Channel, ...], heading_at: float, left: float, right: float, top: float
) -> list[Mark]:
    """Mean and 90 % interval of today's marginal ROI; the line at 1 is where a unit pays back."""
    most = max(2.0, *(channel.marginal_roi.p95 for channel in channels))
    unit = (right - left) / most
    bottom = top + ROW * len(channels)
    marks = [
        text(heading_at, top - 40.0, "What the next unit of spend returns", size=15, bold=True),
        text(heading_at, top - 18.0, "marginal ROI today: mean, 90 % interval", 13, "quiet"),
    ]
    for tick in range(int(most) + 1):
        x = left + tick * unit
        marks.append(line(x, top, x, bottom, "quiet" if tick == 1 else "grid", dashed=tick == 1))
        label = "1 = breaks even" if tick == 1 else str(tick)
        marks.append(text(x, bottom + 18.0, label, size=13, colour="quiet", anchor="middle"))
    for row, channel in enumerate(channels):
        y = top + ROW * row + 0.5 * ROW
        found = channel.marginal_roi
        ends = (left + found.p5 * unit, left + found.p95 * unit)
        marks.append(line(ends[0], y, ends[1], y, "return", width=3.0))
        marks.append(Mark("circle", {"cx": left + found.mean * unit, "cy": y, "r": 6.0}, "return"))
        number = f"{found.mean:.2f}"
        marks.append(text(left + found.mean * unit, y - 10.0, number, 13, anchor="middle"))
    return marks


def described(picture: Picture) -> str:
    """The picture in words, for those who do not see it."""
    rows = "; ".join(
        f"{c.name} {thousands(c.current)} to {thousands(c.planned)}, marginal ROI today "
        f"{c.marginal_roi.mean:.2f} ({c.marginal_roi.p5:.2f} to {c.marginal_roi.p95:.2f})"
        for c in picture.channels
    )
    return f"{picture.title}. {' '.join(picture.result)} {rows}."


if __name__ == "__main__":
    main()
