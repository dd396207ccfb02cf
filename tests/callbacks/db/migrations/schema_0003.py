"""A filled database of schema 0003, the last release: at least one row in every table."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

Row = dict[str, Any]

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
LATER = AT + timedelta(minutes=12)
EVENT_KINDS = importlib.import_module("callbacks.db.migrations.versions.0005_event_kinds")
PAGE_KINDS = importlib.import_module("callbacks.db.migrations.versions.0004_page_kinds")

# What the release wrote, and what it means: kind, step and detail of an event.
EVENTS: Sequence[tuple[str, str, tuple[str, int | None, str]]] = (
    *((what, f"about {what}", (kind, None, f"about {what}")) for what, kind in EVENT_KINDS.KINDS.items()),
    *(("menu", choice, (kind, None, "")) for choice, kind in EVENT_KINDS.MENU_CHOICES.items()),
    *((f"step {step}", f"Step {step} of 9.", ("step", step, f"Step {step} of 9.")) for step in (1, 2, 9, 10, 123)),
)
# A page about a callback had an occasion that named its kind and, for most kinds, its round.
ABOUT_A_CALLBACK: Sequence[tuple[str, tuple[str, int]]] = (
    *(
        (f"{kind} {round}", (kind, round))
        for kind in ("step", "reminder", "outcome", "connection")
        for round in (1, 12)
    ),
    *((kind, (kind, 0)) for kind in ("taken", "given", "manager", "closed", "over", "unresolved", "reopened")),
)
ABOUT_NONE: Sequence[tuple[str, tuple[str, int]]] = tuple(
    (kind, (kind, 0)) for kind in ("test", "alarm", "alarm", "verification")
)
PAGES = (*ABOUT_A_CALLBACK, *ABOUT_NONE)
PAGE_STATES = ("sent", "bundled", "failed", "cancelled", "over the cap", "due")
# How an attempt to reach the customer went. Two outcomes stood as a technician reported them.
ATTEMPTS: Sequence[tuple[str, str]] = (
    *(("resolved", "reached"), ("continuing", "reached, continuing")),
    *((outcome, outcome) for outcome in ("ringing", "reached", "reached, continuing", "busy", "no answer")),
    *((outcome, outcome) for outcome in ("machine", "left a message", "wrong number", "failed")),
)
TEXTS: Sequence[tuple[str, bool]] = (
    ("You have KT-417.", True),
    ("Not understood. Reply with the code.", False),
    ("Pas compris. Répondez avec le code.", False),
)
PAGE_ATTEMPT_STATES = ("sending", "accepted", "refused", "lost")


def rows() -> dict[str, list[Row]]:
    """Return the rows of every table. Keys that the database numbers itself count from 1, in this order."""
    return {**_people(), **_rota(), **_callbacks(), **_pages(), **_records()}


def _people() -> dict[str, list[Row]]:
    names = ("Amy Roy", "Ben Cole")
    return {
        "technicians": [
            {"name": name, "phone": f"+1514555010{n}", "second_phone": f"+1514555020{n}", "email": f"{n}@example.com",
             "language": "fr", "quiet": "22:00-07:00", "verified_at": AT, "second_verified_at": None,
             "troubles": {"text first": "sent STOP"}, "created_at": AT, "left_at": None}
            for n, name in enumerate(names, 1)
        ],
        "contact_rules": [{"technician_id": 1, "channel": "call", "number": "second", "after": 120}],
        "verifications": [
            {"technician_id": 1, "number": "second", "code": "123456", "expires_at": LATER, "failures": 1,
             "used_at": AT}
        ],
        "users": [
            {"email": f"{role}@example.com", "password_hash": "x", "role": role, "created_at": AT, "failures": 2,
             "locked_until": LATER, "session_key": "key", "technician_id": technician_id, "second_factor": "secret",
             "second_factor_step": 7}
            for role, technician_id in (("administrator", None), ("supervisor", 2), ("technician", 1), ("reader", None))
        ],
    }  # fmt: skip


def _rota() -> dict[str, list[Row]]:
    url = "https://calendar.example.com/secret.ics"
    return {
        "calendar_sources": [{"layer": "backup", "url": url, "read_at": AT, "next_action_at": LATER, "trouble": "x"}],
        "calendar_keys": [{"key": "k", "technician_id": 1, "made_at": AT, "revoked_at": LATER}],
        "shifts": [
            {"technician_id": 1, "layer": "primary", "starts_at": AT, "ends_at": None, "source_id": None},
            {"technician_id": 2, "layer": "backup", "starts_at": None, "ends_at": LATER, "source_id": 1},
        ],
        "rotations": [
            {"layer": "primary", "first_day": date(2026, 10, 23), "hand_off": "18:00", "hours": 168, "ends_at": None}
        ],
        "rotation_members": [{"rotation_id": 1, "place": n, "technician_id": n} for n in (1, 2)],
        "overrides": [{"layer": "primary", "technician_id": 2, "instead_of_id": 1, "starts_at": AT, "ends_at": LATER}],
        "absences": [{"technician_id": 1, "starts_at": AT, "ends_at": LATER}],
        "closures": [
            {"starts_at": AT, "ends_at": LATER, "opens": True, "reason_en": "the move", "reason_fr": "le déménagement"}
        ],
        "holiday_changes": [{"day": date(2026, 12, 24), "struck": False, "name_en": "Eve", "name_fr": "Veille"}],
    }


STATES = ("open", "resolved", "cancelled", "closed")


def _callbacks() -> dict[str, list[Row]]:
    outcomes = ("in progress", "voicemail", "answered", "hung up before the beep")
    return {
        "calls": [
            {"sid": f"CA{n}", "line": "direct", "caller": "+15145550199", "caller_name": "J. Doe",
             "customer_number": "+15145550199", "began_at": AT, "language": "en", "is_open": False,
             "hours_reason": "closed", "attestation": "A", "beep_at": LATER, "accepted_by_id": 1, "ended_at": LATER,
             "outcome": outcome}
            for n, outcome in enumerate(outcomes, 1)
        ],
        "voicemails": [
            {"call_sid": f"CA{n}", "recording_sid": f"RE{n}", "state": state, "seconds": 9, "audio": audio,
             "audio_file": "x.wav", "audio_sha256": "0" * 64, "tries": 3, "next_action_at": LATER, "token": 5,
             "transcript": "Fire!", "transcribed_by": by}
            for n, (state, audio, by) in enumerate((("expected", "none", ""), ("recorded", "copied", "machine"),
                                                    ("absent", "wanted", "person"), ("failed", "lost", "nobody")), 1)
        ],
        "callbacks": [
            {"reference": f"KT-{n}", "call_sid": f"CA{n}", "state": state, "priority": f"P{min(n, 3)}",
             "policy": "default", "opened_at": AT, "due_at": LATER, "owner_id": 1, "acknowledged_at": AT,
             "acted_at": LATER, "resumed": True, "attempted_at": LATER, "resolved_at": LATER, "breached_at": LATER,
             "position": 3, "decisions": 4, "next_action_at": LATER, "consented_by": "sue", "product": "Widget",
             "coverage": coverage}
            for n, (state, coverage) in enumerate(zip(STATES, ("", "covered", "courtesy", "billable"), strict=True), 1)
        ],
        "priority_changes": [{"callback_id": 1, "at": AT, "priority": "P3"}],
        "waitings": [{"callback_id": 1, "since": AT, "until": until} for until in (LATER, None)],
        "finding_words": [{"word": "fire", "callback_id": 1}],
        "attempts": [
            {"callback_id": 1, "technician_id": 1, "tried_at": LATER, "outcome": outcome, "is_told": True,
             "told_by": "text", "call_sid": f"CB{n}", "seconds": 30}
            for n, (outcome, _) in enumerate(ATTEMPTS)
        ],
    }  # fmt: skip


def _pages() -> dict[str, list[Row]]:
    return {
        "pages": [
            {"callback_id": 1 if n <= len(ABOUT_A_CALLBACK) else None, "occasion": occasion, "technician_id": 1,
             "channel": ("text", "call", "mail", "connection")[n % 4], "number": ("first", "second")[n % 2],
             "code": f"58{n:02}", "words": f"Page {n}.", "state": PAGE_STATES[n % 6], "created_at": AT,
             "next_action_at": LATER, "tries": 1, "token": 2, "answer": ("", "taken", "passed", "heard")[n % 4],
             "bundled_into_id": 1 if n == 2 else None}
            for n, (occasion, _) in enumerate(PAGES, 1)
        ],
        "page_attempts": [
            {"page_id": 1, "started_at": AT, "state": state, "sid": f"SM{n}", "carrier_status": "delivered",
             "status_at": LATER, "error_code": 30003, "error": "Unreachable."}
            for n, state in enumerate(PAGE_ATTEMPT_STATES)
        ],
    }  # fmt: skip


def _records() -> dict[str, list[Row]]:
    return {
        "events": [
            {"call_sid": "CA1", "at": AT + timedelta(seconds=n), "actor": "Amy Roy", "what": what, "detail": detail}
            for n, (what, detail, _) in enumerate(EVENTS)
        ],
        "audit": [{"at": AT, "who": "sue", "what": "looked", "detail": "KT-1", "seal": "0" * 64}],
        "received_texts": [
            {"sid": f"SM{n}", "sender": "+15145550101", "at": AT, "words": "ack", "answer": answer}
            for n, (answer, _) in enumerate(TEXTS)
        ],
        "worker_signs": [{"worker": "w", "started_at": AT, "swept_at": LATER}],
        "watermarks": [{"name": "reconciled", "at": LATER}],
    }
