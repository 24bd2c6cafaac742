"""Operations name their first look, and its model names the operation that will replace it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_look", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_look_of", sa.String(length=40), nullable=True))
        batch_op.create_index(batch_op.f("ix_models_first_look_of"), ["first_look_of"])


def downgrade() -> None:
    with op.batch_alter_table("models", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_models_first_look_of"))
        batch_op.drop_column("first_look_of")
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.drop_column("first_look")
