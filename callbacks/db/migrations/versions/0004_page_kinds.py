"""Pages: the occasion becomes a kind and a round. Every state, channel and outcome holds a known value"""

import re
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = (
    *("step", "reminder", "taken", "given", "manager", "outcome", "connection"),
    *("closed", "over", "unresolved", "reopened", "test", "alarm", "verification"),
)

# What each column may hold, and what any other value becomes: the safest for a customer who waits for a call.
KNOWN = (
    ("callbacks", "state", ("open", "resolved", "cancelled", "closed"), "open"),
    ("callbacks", "priority", ("P1", "P2", "P3"), "P2"),
    ("callbacks", "coverage", ("", "covered", "courtesy", "billable"), ""),
    ("priority_changes", "priority", ("P1", "P2", "P3"), "P2"),
    ("calls", "outcome", ("in progress", "voicemail", "answered", "hung up before the beep"), "in progress"),
    ("voicemails", "state", ("expected", "recorded", "absent", "failed"), "expected"),
    ("voicemails", "audio", ("none", "wanted", "copied", "lost"), "none"),
    ("voicemails", "transcribed_by", ("", "machine", "person", "nobody"), ""),
    ("users", "role", ("administrator", "supervisor", "technician", "reader"), "reader"),
    ("contact_rules", "channel", ("text", "call", "mail", "connection"), "text"),
    ("contact_rules", "number", ("first", "second"), "first"),
    ("verifications", "number", ("first", "second"), "first"),
    ("pages", "channel", ("text", "call", "mail", "connection"), "text"),
    ("pages", "number", ("first", "second"), "first"),
    ("pages", "state", ("due", "sent", "bundled", "failed", "cancelled", "over the cap"), "cancelled"),
    ("pages", "answer", ("", "taken", "passed", "heard"), ""),
    ("page_attempts", "state", ("sending", "accepted", "refused", "lost"), "lost"),
    (
        "page_attempts",
        "carrier_status",
        (
            *("", "accepted", "queued", "scheduled", "sending", "sent", "delivered", "undelivered", "read"),
            *("initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "canceled", "failed"),
        ),
        "",
    ),
    (
        "attempts",
        "outcome",
        (
            *("ringing", "reached", "reached, continuing", "busy", "no answer"),
            *("machine", "left a message", "wrong number", "failed"),
        ),
        "failed",
    ),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET LOCAL statement_timeout = 0")  # years of pages may take longer than the limit for requests
    _translate_outcomes()
    for table, column, values, otherwise in KNOWN:
        _replace_unknown(table, column, values, otherwise)
    _split_occasions()


def _translate_outcomes() -> None:
    """An outcome that was reported after the callback was closed was stored in the technician's words."""
    for word, outcome in (("resolved", "reached"), ("continuing", "reached, continuing")):
        op.execute(sa.text("UPDATE attempts SET outcome = :new WHERE outcome = :old").bindparams(new=outcome, old=word))


def _replace_unknown(table: str, column: str, values: Iterable[str], otherwise: str) -> None:
    row = sa.table(table, sa.column(column, sa.String()))
    unknown = row.c[column].not_in(list(values))
    op.execute(sa.update(row).where(unknown).values({column: otherwise}))


def _split_occasions() -> None:
    with op.batch_alter_table("pages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=20), nullable=False, server_default="step"))
        batch_op.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
    connection = op.get_bind()
    occasions = connection.execute(sa.text("SELECT DISTINCT occasion FROM pages ORDER BY occasion")).scalars().all()
    for occasion, (kind, round) in split(occasions).items():
        connection.execute(
            sa.text("UPDATE pages SET kind = :kind, round = :round WHERE occasion = :occasion"),
            {"kind": kind, "round": round, "occasion": occasion},
        )
    # A page about no callback whose kind is unknown went to a supervisor.
    connection.execute(
        sa.text("UPDATE pages SET kind = 'alarm' WHERE callback_id IS NULL AND kind = 'step'"),
    )
    with op.batch_alter_table("pages", schema=None) as batch_op:
        batch_op.drop_constraint("one_page_each", type_="unique")
        batch_op.drop_column("occasion")
        batch_op.alter_column("kind", existing_type=sa.String(length=20), server_default=None)
        batch_op.alter_column("round", existing_type=sa.Integer(), server_default=None)
        batch_op.create_unique_constraint(
            "one_page_each", ["callback_id", "kind", "round", "technician_id", "channel", "number"]
        )


def split(occasions: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return the kind and the round of every occasion. No two are alike, because pages are unique by them.

    An occasion of an unknown kind becomes a step, with a round that no other step has.
    """
    found = {occasion: read for occasion in occasions if (read := _read(occasion)) is not None}
    taken = max((round for _, round in found.values()), default=0)
    rest = [occasion for occasion in occasions if occasion not in found]
    unread = {occasion: (_kind(occasion), taken + number) for number, occasion in enumerate(rest, start=1)}
    return {**found, **unread}


def _read(occasion: str) -> tuple[str, int] | None:
    parts = re.fullmatch(r"([a-z]+)(?: (0|[1-9][0-9]{0,8}))?", occasion)
    if parts is None or parts[1] not in KINDS or parts[0].endswith(" 0"):
        return None
    return parts[1], int(parts[2] or 0)


def _kind(occasion: str) -> str:
    word = occasion.partition(" ")[0]
    return word if word in KINDS else "step"
