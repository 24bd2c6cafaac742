"""Workers with heartbeats; operations refer to their worker; stopped fits are incomplete."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("executor", sa.String(length=200), nullable=False),
        sa.Column("identity", sa.String(length=160), nullable=False),
        sa.Column("lock", sa.String(length=1000), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("executor", name=op.f("pk_workers")),
    )
    op.create_index(op.f("ix_workers_identity"), "workers", ["identity"])
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("worker", sa.String(length=200), nullable=True))
        for column in (
            sa.Column("priority", sa.Integer(), nullable=False, server_default="2"),
            sa.Column("stop_requested", sa.Boolean(), nullable=False, server_default=sa.false()),
        ):
            batch_op.add_column(column)
        batch_op.create_index(batch_op.f("ix_operations_worker"), ["worker"])
    with op.batch_alter_table("models", schema=None) as batch_op:
        column = sa.Column("incomplete", sa.Boolean(), nullable=False, server_default=sa.false())
        batch_op.add_column(column)


def downgrade() -> None:
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.drop_column("incomplete")
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_operations_worker"))
        for name in ("stop_requested", "priority", "worker"):
            batch_op.drop_column(name)
    op.drop_table("workers")
