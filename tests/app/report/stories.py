"""The demo brand, with fewer draws, and plans of it for reports."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from app.contract.documents import SecondModelDocument
from app.contract.plan_requests import AllocateBody
from app.report import Asker, PlanStory, plan_story
from app.services.planning.second_opinion import SecondModel
from mmm.posterior.fitted import FittedModel, load_model

WORLD = Path(__file__).parents[3] / "app" / "demo" / "world"
DRAWS = 80
PARTS = ("What to do, and how sure", "What happened", "Evidence", "Checks")


@cache
def brand() -> FittedModel:
    """The packaged model of the demo brand."""
    return load_model(WORLD / "model.nc").thinned(DRAWS)


@cache
def asker() -> Asker:
    """The brand with its second model."""
    document = SecondModelDocument(
        status="ready", structure="another form", reason=None, operation_id=None
    )
    return Asker(brand(), SecondModel(document, load_model(WORLD / "second.nc").thinned(DRAWS)))


@cache
def usual() -> PlanStory:
    """The story of the usual question."""
    return plan_story(asker())


def question(**fields: Any) -> AllocateBody:
    """An allocation over the 13 weeks after the data; ``fields`` beside what is usual."""
    start = brand().panel.weeks[-1] + timedelta(weeks=1)
    objective = {"kind": "mean_cvar", "risk_aversion": 0.7, "tail": 0.1}
    usual = {
        "horizon": {"start": start, "weeks": 13},
        "budget": {"change": 0.0},
        "objective": objective,
        "prove": False,
    }
    return AllocateBody.model_validate(usual | fields)


def answered(**fields: Any) -> PlanStory:
    """A question with its answer alone, nothing beside it."""
    body = question(**fields)
    answer = asker().answer(body)
    return PlanStory(brand(), body, answer, asker().odds(body, answer) if body.has_target else None)


def without_records(model: FittedModel) -> FittedModel:
    """The model as an older release would have left it."""
    return replace(model, evidence=None)


class Read(HTMLParser):
    """The text of a page by its parts, and its tags.

    ``parts``: text by heading of the second level, that of tables behind a click included.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: dict[str, str] = {"": ""}
        self.tags: list[str] = []
        self.titles: list[str] = []
        self._open: list[str] = []
        self._part = ""
        self.feed(page)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self._open.append(tag)
        if tag in ("h3", "h4"):
            self.titles.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self._open or "title" in self._open:
            return
        if "h2" in self._open:
            self._part = data
            self.parts[data] = ""
        if {"h3", "h4"} & set(self._open):
            self.titles[-1] += data
        self.parts[self._part] += f" {data}"
