"""Keep skips on record, claims of keyed writes, and the page a call was booked from."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "570f55c2dbbf"
down_revision = "b7891d4b7f5c"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString()
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "skipped_duties",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("workspace_id", _TEXT, nullable=False),
        sa.Column("workflow_id", _TEXT, nullable=False),
        sa.Column("subject_id", _TEXT, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("wait_id", _TEXT, nullable=False),
        sa.Column("skipped_by", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skipped_duties")),
        sa.UniqueConstraint(
            "workspace_id", "subject_id", "action", "index", name=op.f("uq_skipped_duties_workspace_id_subject_id_action_index")
        ),
    )
    op.create_index(op.f("ix_skipped_duties_subject_id"), "skipped_duties", ["subject_id"])
    op.create_index(op.f("ix_skipped_duties_workspace_id"), "skipped_duties", ["workspace_id"])

    with op.batch_alter_table("bookings") as bookings:
        bookings.add_column(sa.Column("page_token", _TEXT, nullable=True))
        bookings.create_unique_constraint(op.f("uq_bookings_scheduler_id_page_token"), ["scheduler_id", "page_token"])

    # Rows that are there already have their answer: nobody is at work on them.
    with op.batch_alter_table("idempotency_keys") as keys:
        keys.add_column(sa.Column("claim", _TEXT, nullable=False, server_default=""))
        keys.add_column(sa.Column("claimed_until", _MOMENT, nullable=False, server_default="2026-11-30 00:00:00+00:00"))
        keys.create_index("ix_idempotency_keys_created_at", ["created_at"])

    with op.batch_alter_table("waits") as waits:
        waits.add_column(sa.Column("can_skip", sa.Boolean(), nullable=False, server_default=sa.true()))
        waits.add_column(sa.Column("duty", sa.JSON(), nullable=True))

    # Only rows from before take what is written here; new ones say it themselves.
    with op.batch_alter_table("idempotency_keys") as keys:
        keys.alter_column("claim", server_default=None)
        keys.alter_column("claimed_until", server_default=None)
    with op.batch_alter_table("waits") as waits:
        waits.alter_column("can_skip", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("waits") as waits:
        waits.drop_column("duty")
        waits.drop_column("can_skip")
    with op.batch_alter_table("idempotency_keys") as keys:
        keys.drop_index("ix_idempotency_keys_created_at")
        keys.drop_column("claimed_until")
        keys.drop_column("claim")
    with op.batch_alter_table("bookings") as bookings:
        bookings.drop_constraint(op.f("uq_bookings_scheduler_id_page_token"), type_="unique")
        bookings.drop_column("page_token")
    op.drop_table("skipped_duties")
