"""Readings of geo tests whose table a request sends or names."""

from app.context import Context
from app.contract.experiments.read_test import ReadTestBody
from app.intake.tables import read_geo_test
from app.services.fitting.submission import RequestData, request_table
from mmm.experiments.read import Reading, read_test
from mmm.experiments.reading.answer import GeoTestReading
from mmm.experiments.reading.tell import answer_of


def reading_of(context: Context, body: ReadTestBody) -> Reading:
    """The reading of a test; raises NotFound, InvalidRequest (size), DataError or QueryError."""
    table = request_table(context, RequestData.of(body.data)).sent
    return read_test(context.intake.run(table.size, read_geo_test, table, body.question))


def read_test_of(context: Context, body: ReadTestBody) -> GeoTestReading:
    """What the test has shown; raises like ``reading_of``."""
    return answer_of(reading_of(context, body))
