"""Questions about plans that take a saved scenario's plan, horizon and assumptions."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag, create_model
from pydantic.fields import FieldInfo

from app.contract.base import RequestBody, ResourceId
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody, FrontierBody, GivenPlan

SCENARIO = "scenario_id"
_ID: Any = Field(description="A scenario with a plan, of this model.")


def _replacing(name: str, full: type[BaseModel]) -> type[RequestBody]:
    """A body with the fields of ``full``, none of them required, beside the id of a scenario."""
    fields: dict[str, Any] = {SCENARIO: (ResourceId, _ID)}
    for field, info in full.model_fields.items():
        optional = FieldInfo.merge_field_infos(info, default=None, default_factory=None)
        fields[field] = (Optional[info.annotation], optional)  # noqa: UP045  (of a value)
    doc = "Fields given here replace those of the scenario."
    return create_model(name, __base__=RequestBody, __module__=__name__, __doc__=doc, **fields)


if TYPE_CHECKING:

    class EvaluateScenario(RequestBody):
        """The fields of EvaluatePlanBody, all optional."""

        scenario_id: ResourceId

    class AllocateScenario(RequestBody):
        """The fields of AllocateBody, all optional."""

        scenario_id: ResourceId

    class FrontierScenario(RequestBody):
        """The fields of FrontierBody, all optional."""

        scenario_id: ResourceId

    class OddsScenario(RequestBody):
        """The fields of GivenPlan, all optional."""

        scenario_id: ResourceId

else:
    EvaluateScenario = _replacing("EvaluateScenario", EvaluatePlanBody)
    AllocateScenario = _replacing("AllocateScenario", AllocateBody)
    FrontierScenario = _replacing("FrontierScenario", FrontierBody)
    OddsScenario = _replacing("OddsScenario", GivenPlan)


def _kind(value: Any) -> Literal["by_itself", "of_scenario"]:
    given = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    return "of_scenario" if SCENARIO in given else "by_itself"


class EvaluateQuestion(
    RootModel[
        Annotated[
            Annotated[EvaluatePlanBody, Tag("by_itself")]
            | Annotated[EvaluateScenario, Tag("of_scenario")],
            Discriminator(_kind),
        ]
    ]
):
    """A plan to evaluate: by itself, or that of a scenario."""


class AllocateQuestion(
    RootModel[
        Annotated[
            Annotated[AllocateBody, Tag("by_itself")]
            | Annotated[AllocateScenario, Tag("of_scenario")],
            Discriminator(_kind),
        ]
    ]
):
    """An allocation: by itself, or over the horizon of a scenario, whose commitments it keeps."""

    model_config = ConfigDict(json_schema_extra=AllocateBody.model_config["json_schema_extra"])


class FrontierQuestion(
    RootModel[
        Annotated[
            Annotated[FrontierBody, Tag("by_itself")]
            | Annotated[FrontierScenario, Tag("of_scenario")],
            Discriminator(_kind),
        ]
    ]
):
    """A frontier: by itself, or over the horizon of a scenario, whose commitments it keeps."""


class OddsQuestion(
    RootModel[
        Annotated[
            Annotated[GivenPlan, Tag("by_itself")] | Annotated[OddsScenario, Tag("of_scenario")],
            Discriminator(_kind),
        ]
    ]
):
    """A plan to compare with today's: by itself, or that of a scenario."""
