"""The body of a fit: data, model, sampling."""

from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from app.documents import RequestBody
from mmm.spec import ModelSpec, SamplingSpec


class FitData(RequestBody):
    """A stored dataset, or rows sent along."""

    dataset_id: str | None = None
    rows: list[dict[str, Any]] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.dataset_id is None) == (self.rows is None):
            raise ValueError('give either "dataset_id" or "rows"')
        return self


class FitBody(RequestBody):
    """What to fit, to which data, and how."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "data": {"dataset_id": "ds_01jd4q8z6k3v5x7y9b2c4d6f8g"},
                    "model": {
                        "kpi": {"column": "sales", "kind": "revenue"},
                        "date": "week",
                        "channels": ["tv", {"name": "search", "column": "search_spend"}],
                        "price": {"column": "price"},
                    },
                    "sampling": {"draws": 1000, "tune": 1000, "chains": 4, "seed": 0},
                    "name": "weekly refit",
                }
            ]
        }
    )

    data: FitData
    model: ModelSpec
    sampling: SamplingSpec = SamplingSpec()
    name: str | None = Field(default=None, max_length=200)
    project: str | None = Field(default=None, max_length=200)
