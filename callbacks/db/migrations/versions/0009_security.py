"""Sessions, passkeys, invitations and failed logins are rows; both logs are sealed with a key"""

import sqlalchemy as sa
from alembic import op

from callbacks.db.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _users()
    _technicians()
    _texts()
    _logs()


def _users() -> None:
    with op.batch_alter_table("users") as table:
        table.alter_column("second_factor", type_=sa.String(255), existing_type=sa.String(64))
        table.add_column(sa.Column("factor_due_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("lock_told_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("logged_in_at", UtcDateTime(), nullable=True))
        for replaced_by_rows in ("session_key", "failures", "locked_until"):
            table.drop_column(replaced_by_rows)
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("is_half", sa.Boolean(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=False, index=True),
        sa.Column("peer", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "failed_logins",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False, index=True),
        sa.Column("account", sa.String(64), nullable=False, index=True),
        sa.Column("peer", sa.String(64), nullable=False),
        sa.Column("device", sa.String(64), nullable=False),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False, unique=True),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_invitations_user_id", "invitations", ["user_id"])


def _technicians() -> None:
    op.add_column("technicians", sa.Column("links_from", UtcDateTime(), nullable=True))
    op.add_column("technicians", sa.Column("phone_allowed_by", sa.String(255), nullable=True))
    op.add_column("technicians", sa.Column("second_phone_allowed_by", sa.String(255), nullable=True))
    # Technicians keep being paged on the numbers that they had. SQL cannot tell which of these are ordinary.
    allowed = sa.text("UPDATE technicians SET phone_allowed_by = 'before the upgrade' WHERE verified_at IS NOT NULL")
    op.execute(allowed)
    op.execute(
        sa.text(
            "UPDATE technicians SET second_phone_allowed_by = 'before the upgrade' WHERE second_verified_at IS NOT NULL"
        )
    )
    op.add_column("pages", sa.Column("linked_at", UtcDateTime(), nullable=True))


def _texts() -> None:
    with op.batch_alter_table("received_texts") as table:
        table.add_column(sa.Column("wrong_code", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("received_texts") as table:
        table.alter_column("wrong_code", server_default=None)
        table.create_index("ix_received_texts_at", ["at"])
    op.create_table(
        "received_requests",
        sa.Column("signature", sa.String(64), primary_key=True),
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False, index=True),
    )
    op.add_column("attempts", sa.Column("leg_sid", sa.String(64), nullable=True))


# Rows of these tables are never changed, replaced or deleted. The database enforces it.
APPEND_ONLY = ("audit", "events", "event_seals")


REFUSES_REPLACE = (
    "CREATE TRIGGER TABLE_refuses_replace BEFORE INSERT ON TABLE WHEN EXISTS (SELECT 1 FROM TABLE WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'rows of TABLE are only ever added'); END"
)


def _logs() -> None:
    # Without a copy of the table, which would drop the triggers that refuse changes.
    op.add_column("audit", sa.Column("scheme", sa.String(10), nullable=False, server_default="sha256"))
    op.create_table(
        "event_seals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("last_event_id", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("last_entry_id", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("entry_seal", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        _refuse_changes_on_sqlite()
    else:
        op.execute(
            "CREATE TRIGGER event_seals_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON event_seals "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added()"
        )


def _refuse_changes_on_sqlite() -> None:
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER event_seals_refuses_{act.lower()} BEFORE {act} ON event_seals "
            "BEGIN SELECT RAISE(ABORT, 'rows of event_seals are only ever added'); END"
        )
    # INSERT OR REPLACE deletes the row that it replaces without firing the trigger for deletes.
    for table in APPEND_ONLY:
        op.execute(REFUSES_REPLACE.replace("TABLE", table))
