"""Experiments: geo tests read against what would have been sold, with one distribution behind the
interval, the p-value and the power.
"""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.experiments.geo_test import GeoTest
    from mmm.experiments.read import Reading, read_test
    from mmm.experiments.reading.answer import GeoTestReading
    from mmm.experiments.reading.question import ReadTestQuestion
    from mmm.experiments.reading.table import geo_test_of
    from mmm.experiments.reading.tell import answer_of
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "GeoTest": "mmm.experiments.geo_test",
            "GeoTestReading": "mmm.experiments.reading.answer",
            "ReadTestQuestion": "mmm.experiments.reading.question",
            "Reading": "mmm.experiments.read",
            "answer_of": "mmm.experiments.reading.tell",
            "geo_test_of": "mmm.experiments.reading.table",
            "read_test": "mmm.experiments.read",
        },
    )

__all__ = [
    "GeoTest",
    "GeoTestReading",
    "ReadTestQuestion",
    "Reading",
    "answer_of",
    "geo_test_of",
    "read_test",
]
