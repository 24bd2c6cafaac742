"""Settings of how much a request may send, how slowly, and what reading it may take."""

from pydantic import Field

from app.access_settings import AccessSettings
from mmm.tables.limits import MEBIBYTE, MOST_COLUMNS, MOST_ROWS, TableLimits


class BodySettings(AccessSettings):
    """Bounds of bodies and of the tables in them."""

    max_body_bytes: int = Field(
        default=64 * MEBIBYTE,
        ge=1024,
        description="Maximum bytes of a body that may hold a table: data sets, fits, simulations, "
        "refits, actuals.",
    )
    max_plan_bytes: int = Field(
        default=4 * MEBIBYTE,
        ge=1024,
        description="Maximum bytes of a body with a question about plans: allocations, frontiers, "
        "evaluations, what-ifs, scenarios, plans of record.",
    )
    max_document_bytes: int = Field(
        default=MEBIBYTE, ge=1024, description="Maximum bytes of every other body."
    )
    body_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Seconds that a body may take to arrive, besides those of its bytes at "
        "PRUDENT_BODY_BYTES_PER_SECOND; later 408.",
    )
    body_bytes_per_second: int = Field(
        default=64 * 1024, ge=1, description="Rate at which the time allowed to a body grows."
    )
    body_bytes_in_flight: int = Field(
        default=128 * MEBIBYTE,
        ge=1024,
        description="Maximum bytes of all bodies above 32 KiB in memory; each takes about three "
        "times its bytes. One tenant gets half, or one body; who waits longer than "
        "PRUDENT_LONGEST_WAIT_SECONDS is refused (503).",
    )
    intake_workers: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Processes that read bodies and tables above 32 KiB; started when needed.",
    )
    intake_seconds: float = Field(
        default=60.0, gt=0, description="Time limit of reading one body or its tables."
    )
    intake_bytes: int = Field(
        default=2048 * MEBIBYTE,
        ge=64 * MEBIBYTE,
        description="Maximum memory of reading one body or its tables (on Linux).",
    )
    max_rows: int = Field(
        default=200_000, ge=1, le=MOST_ROWS, description="Maximum rows of a table."
    )
    max_columns: int = Field(
        default=500, ge=1, le=MOST_COLUMNS, description="Maximum columns of a table."
    )
    max_table_bytes: int = Field(
        default=512 * MEBIBYTE,
        ge=1024,
        description="Maximum bytes of a Parquet table's cells or a workbook's parts when unpacked, "
        "and of the cells of JSON rows at 8 bytes each.",
    )

    @property
    def table_limits(self) -> TableLimits:
        """How large a table may be that a caller sends."""
        return TableLimits(self.max_rows, self.max_columns, unpacked_bytes=self.max_table_bytes)
