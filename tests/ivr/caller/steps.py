"""One step of a caller's call, closed or open, on the desk of support.toml."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from callbacks.desk.desk_file import read_desk
from callbacks.people.person import Person
from ivr.caller import flow
from ivr.caller.turns import Facts, Reply, Turn
from ivr.twilio.call_urls import CallUrls
from ivr.twilio.verbs import Gather, Say
from sla.hours import OutsideHours

DESK, URLS = read_desk(Path("support.toml")), CallUrls("https://desk.test")
NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
CLOSED = Facts("CA1", "direct", "+15145550199", NOW, NOW, is_open=False, reason=OutsideHours())


def technician(id: int) -> Person:
    return Person(id, f"Technician {id}", f"+1514555010{id}")


OPEN = replace(CLOSED, is_open=True, technicians=(technician(1), technician(2)))


def step(turn: Turn, facts: Facts = CLOSED) -> Reply:
    return flow.step(DESK, URLS, turn, facts)


def spoken(reply: Reply) -> str:
    """Return everything that is said, in order."""
    parts = [part for verb in reply.verbs for part in (verb.prompts if isinstance(verb, Gather) else (verb,))]
    return " ".join(part.text for part in parts if isinstance(part, Say))
