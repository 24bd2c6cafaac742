"""Operations of refits keep the key of the base model in a column, where retention sees it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPERATIONS = sa.table(
    "operations",
    sa.column("id", sa.String),
    sa.column("kind", sa.String),
    sa.column("request", sa.JSON),
    sa.column("base_key", sa.String),
)


def upgrade() -> None:
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("base_key", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_operations_base_key"), ["base_key"])
    for refit in _refits():
        base = dict(refit.request["base"])
        key = base.pop("artefact_key")
        _write(refit.id, base_key=key, request={**refit.request, "base": base})


def downgrade() -> None:
    for refit in _refits():
        base = {**refit.request["base"], "artefact_key": refit.base_key}
        _write(refit.id, request={**refit.request, "base": base})
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_operations_base_key"))
        batch_op.drop_column("base_key")


def _refits() -> Sequence[sa.Row[Any]]:
    query = sa.select(OPERATIONS).where(OPERATIONS.c.kind == "refit")
    return op.get_bind().execute(query).all()


def _write(operation_id: str, **values: Any) -> None:
    op.execute(OPERATIONS.update().where(OPERATIONS.c.id == operation_id).values(**values))
