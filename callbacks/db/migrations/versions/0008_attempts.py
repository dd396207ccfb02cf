"""Attempts are facts with a proof, callbacks know what comes next, and calls what their caller was told"""

import sqlalchemy as sa
from alembic import op

from callbacks.db.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# How a customer's leg ended when their phone had rung, or the network had refused the number.
RANG = ("reached", "reached, continuing", "busy", "no answer", "machine", "left a message", "wrong number")


def upgrade() -> None:
    _attempts()
    _callbacks()
    _calls()
    with op.batch_alter_table("page_attempts") as table:
        table.add_column(sa.Column("sip_code", sa.Integer(), nullable=True))
    op.create_table(
        "early_reports",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("sip_code", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_early_reports_sid", "early_reports", ["sid"])


def _attempts() -> None:
    """Attempts of earlier releases: by the carrier if a call was connected, else by the technician's word."""
    with op.batch_alter_table("attempts") as table:
        table.add_column(sa.Column("proof", sa.String(20), nullable=False, server_default="word"))
        table.add_column(sa.Column("rang_at", UtcDateTime(), nullable=True))
    attempts = sa.table(
        "attempts",
        sa.column("proof", sa.String()),
        sa.column("outcome", sa.String()),
        sa.column("call_sid", sa.String()),
        sa.column("is_told", sa.Boolean()),
        sa.column("tried_at", UtcDateTime()),
        sa.column("rang_at", UtcDateTime()),
        sa.column("seconds", sa.Integer()),
    )
    by_call = attempts.c.call_sid.is_not(None)
    connected = by_call & attempts.c.outcome.in_(RANG) & (attempts.c.is_told.is_(sa.false()) | (attempts.c.seconds > 0))
    op.execute(attempts.update().where(connected).values(proof="carrier", rang_at=attempts.c.tried_at))
    never_rang = by_call & attempts.c.outcome.in_(("ringing", "failed")) & attempts.c.is_told.is_(sa.false())
    op.execute(attempts.update().where(never_rang).values(proof="", outcome="not rung"))
    with op.batch_alter_table("attempts") as table:
        table.alter_column("proof", server_default=None)
    op.create_index("attempts_by_proof", "attempts", ["proof", "callback_id"])


def _callbacks() -> None:
    with op.batch_alter_table("callbacks") as table:
        table.add_column(sa.Column("origin", sa.String(20), nullable=False, server_default="voicemail"))
        table.add_column(sa.Column("escalating_since", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("try_again_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("asked_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("workaround_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("release", sa.String(80), nullable=False, server_default=""))
        table.add_column(sa.Column("release_named_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("overdue_told_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("consent_refused_by", sa.String(255), nullable=True))
    with op.batch_alter_table("callbacks") as table:
        table.alter_column("origin", server_default=None)
        table.alter_column("release", server_default=None)
    # Whatever is open gets a next action at the first sweep.
    op.execute("UPDATE callbacks SET next_action_at = COALESCE(next_action_at, opened_at) WHERE state = 'open'")


def _calls() -> None:
    with op.batch_alter_table("calls") as table:
        table.add_column(sa.Column("extension", sa.String(12), nullable=False, server_default=""))
        table.add_column(sa.Column("promised_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("waited_from", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("rung_id", sa.Integer(), nullable=True))
        table.create_foreign_key("technician_rung", "technicians", ["rung_id"], ["id"])
        table.add_column(sa.Column("language_chosen", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("calls") as table:
        table.alter_column("extension", server_default=None)
        table.alter_column("language_chosen", server_default=None)
        table.create_index("ix_calls_customer_number", ["customer_number"])
