"""An audit entry is written before its action, and completed once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLE = "audit_events"
REFUSAL = "the audit log only grows"
FIXED = ("id", "tenant", "at", "subject", "action", "request_id")


def upgrade() -> None:
    _unguard()
    _outcome_may_be_null(True)
    _guard(completable=True)


def downgrade() -> None:
    _unguard()
    op.execute(f"UPDATE {TABLE} SET outcome = 0 WHERE outcome IS NULL")
    _outcome_may_be_null(False)
    _guard(completable=False)


def _outcome_may_be_null(nullable: bool) -> None:
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.alter_column("outcome", existing_type=sa.Integer(), nullable=nullable)


def _unguard() -> None:
    if _on_postgres():
        op.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_update ON {TABLE}")
        op.execute(f"DROP TRIGGER {TABLE}_only_grow ON {TABLE}")
        return
    for event in ("update", "delete"):
        op.execute(f"DROP TRIGGER {TABLE}_no_{event}")


def _guard(*, completable: bool) -> None:
    """Refuse every change, but for the one that fills in the outcome."""
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in FIXED)
    completes = f"OLD.outcome IS NULL AND NEW.outcome IS NOT NULL AND {same}"
    condition = f"WHEN (NOT ({completes}))" if completable else ""
    if _on_postgres():
        refuse = f"EXECUTE FUNCTION refuse_{TABLE}()"
        op.execute(
            f"""CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE}
                FOR EACH ROW {condition} {refuse}"""
        )
        op.execute(
            f"""CREATE TRIGGER {TABLE}_only_grow BEFORE DELETE OR TRUNCATE ON {TABLE}
                FOR EACH STATEMENT {refuse}"""
        )
        return
    condition = condition.replace("IS NOT DISTINCT FROM", "IS")  # alike in every SQLite
    for event, when in (("update", condition), ("delete", "")):
        op.execute(
            f"""CREATE TRIGGER {TABLE}_no_{event} BEFORE {event} ON {TABLE} {when}
                BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""
        )


def _on_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"
