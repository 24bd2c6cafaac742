"""The request of a reading: the table of a geo test, and what was done in it."""

from pydantic import ConfigDict

from app.contract.fit import FitData
from mmm.experiments.reading.question import ReadTestQuestion


class ReadTestBody(ReadTestQuestion):
    """A data set or rows by day or week and geo, who was treated, and when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "data": {"dataset_id": "ds_01jd4q8z6k3v5x7y9b2c4d6f8g"},
                    "date": "date",
                    "geo": "region",
                    "kpi": "sales",
                    "spend": "tv_spend",
                    "treated": ["north", "east"],
                    "window": {"start": "2024-04-01", "end": "2024-04-28"},
                    "cooldown": 7,
                }
            ]
        }
    )

    data: FitData

    @property
    def question(self) -> ReadTestQuestion:
        """The question without its data."""
        names = ReadTestQuestion.model_fields
        return ReadTestQuestion.model_construct(**{name: getattr(self, name) for name in names})
