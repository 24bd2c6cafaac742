"""The register of lift tests; models keep notes and checks of their lift tests."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lift_tests",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("test", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lift_tests")),
    )
    with op.batch_alter_table("models", schema=None) as batch_op:
        for name in ("notes", "lift_checks"):
            column = sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
            batch_op.add_column(column)


def downgrade() -> None:
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.drop_column("lift_checks")
        batch_op.drop_column("notes")
    op.drop_table("lift_tests")
