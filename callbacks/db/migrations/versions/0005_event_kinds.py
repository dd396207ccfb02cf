"""Events have a kind and, for an escalation step, its number, in place of English words"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


# Everything that a release has written, except "step 3" and the like.
KINDS = {
    "called": "called",
    "asked for a message": "beep",
    "call ended": "call_ended",
    "answered the call": "call_answered",
    "missed call": "call_missed",
    "recording expected": "recording_expected",
    "recording recorded": "recording_recorded",
    "recording absent": "recording_absent",
    "recording failed": "recording_failed",
    "audio kept": "audio_stored",
    "audio not kept yet": "audio_delayed",
    "message written down": "machine_transcribed",
    "message not written down": "machine_transcription_failed",
    "wrote down the message": "transcribed",
    "heard the message": "message_heard",
    "callback opened": "callback_opened",
    "step passed over": "step_skipped",
    "reminder": "reminder",
    "promise broken": "breached",
    "escalation resumed": "escalation_resumed",
    "could not be decided": "decision_failed",
    "resolution overdue": "resolution_overdue",
    "paged": "paged",
    "told": "notified",
    "connection": "connection_started",
    "not paged": "page_capped",
    "page failed": "page_failed",
    "did not take the page": "page_not_taken",
    "answer lost": "answer_lost",
    "taken": "taken",
    "given": "assigned",
    "handed on": "passed",
    "tried the customer": "attempt",
    "said how it went": "outcome_reported",
    "resolved": "resolved",
    "cancelled": "cancelled",
    "closed by itself": "auto_closed",
    "reopened": "reopened",
    "number blocked": "number_blocked",
    "gave another number": "number_changed",
    "consented": "consented",
    "asked to page now": "page_requested",
    "asked for the connection": "connection_requested",
    "priority": "priority_changed",
    "waits for the customer": "waiting_started",
    "heard from the customer": "waiting_ended",
    "product": "product_set",
    "manager asked for": "manager_requested",
    "named the caller": "caller_named",
    "note": "note",
}
# The detail of "menu" was the choice itself.
MENU_CHOICES = {
    "support": "menu_support",
    "english": "menu_english",
    "french": "menu_french",
    "nothing in three tries: support": "menu_no_choice_support",
    "nothing in three tries": "menu_no_choice_goodbye",
}


def upgrade() -> None:
    op.add_column("events", sa.Column("kind", sa.String(length=40), nullable=True))
    op.add_column("events", sa.Column("step", sa.Integer(), nullable=True))
    _allow_changes()
    _translate()
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=40), nullable=False)
        batch_op.drop_column("what")
    _refuse_changes()


def _translate() -> None:
    """Set the kind of every event, in one pass. Words that match no kind are kept at the start of the detail."""
    events = sa.table(
        "events", sa.column("what"), sa.column("detail"), sa.column("kind"), sa.column("step", sa.Integer())
    )
    what, detail = events.c.what, events.c.detail
    number = sa.func.substr(what, len("step ") + 1)
    is_step = sa.and_(
        what.like("step %"),
        sa.func.length(number).between(1, 9),  # this many digits fit into an integer
        sa.func.trim(number, "0123456789") == "",
    )
    is_choice = sa.and_(what == "menu", detail.in_(MENU_CHOICES))
    op.execute(
        events.update().values(
            kind=sa.case(
                (is_step, "step"),
                *((what == words, kind) for words, kind in KINDS.items()),
                *((sa.and_(what == "menu", detail == choice), kind) for choice, kind in MENU_CHOICES.items()),
                else_="other",
            ),
            step=sa.case((is_step, sa.cast(number, sa.Integer())), else_=None),
            detail=sa.case(
                (is_choice, ""),
                (sa.or_(is_step, what.in_(KINDS)), detail),
                (detail == "", what),
                else_=what.concat(": ").concat(detail),
            ),
        )
    )


def _allow_changes() -> None:
    """Suspend the trigger that refuses changes of events, until this migration is done."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER events_refuses_{act}")
        return
    op.execute("SET LOCAL statement_timeout = 0")  # years of events may take longer than the limit for requests
    op.execute("ALTER TABLE events DISABLE TRIGGER events_refuses")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER events_refuses_{act.lower()} BEFORE {act} ON events "
                "BEGIN SELECT RAISE(ABORT, 'rows of events are only ever added'); END"
            )
        return
    op.execute("ALTER TABLE events ENABLE TRIGGER events_refuses")
