"""Mail members about what needs them, unless they want none."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "a1266a5da4d4"
down_revision = "570f55c2dbbf"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString()
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Of what people were told before, no mail is owed.
    with op.batch_alter_table("members") as members:
        members.add_column(sa.Column("wants_alerts", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("notifications") as notices:
        notices.add_column(sa.Column("alert", sa.JSON(), nullable=False, server_default="{}"))
        notices.add_column(sa.Column("topic", _TEXT, nullable=False, server_default=""))
        notices.add_column(sa.Column("mail_at", _MOMENT, nullable=True))
        notices.add_column(sa.Column("mailed_at", _MOMENT, nullable=True))
        notices.create_index(op.f("ix_notifications_mail_at"), ["mail_at"])
        notices.create_index("ix_notifications_topic", ["member_id", "topic", "id"])

    # Only rows from before take what is written here; new ones say it themselves.
    with op.batch_alter_table("members") as members:
        members.alter_column("wants_alerts", server_default=None)
    with op.batch_alter_table("notifications") as notices:
        notices.alter_column("alert", server_default=None)
        notices.alter_column("topic", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("notifications") as notices:
        notices.drop_index("ix_notifications_topic")
        notices.drop_index(op.f("ix_notifications_mail_at"))
        notices.drop_column("mailed_at")
        notices.drop_column("mail_at")
        notices.drop_column("topic")
        notices.drop_column("alert")
    with op.batch_alter_table("members") as members:
        members.drop_column("wants_alerts")
