"""Numbers that are blocked or allowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.customers.number_rules import end_rule, rule_for, rules_in_force, set_rule
from callbacks.db.database import Database
from callbacks.db.states import NumberRuleKind
from callbacks.db.tables import NumberRule
from callbacks.errors import NotFound, WrongState
from callbacks.people.technicians import add_technician
from callbacks.text.dialing_rules import DialingRules

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
NUMBER, OURS = "+15145550199", "+18884847266"
RULES = DialingRules("CA", frozenset({"CA", "US"}), frozenset({OURS}))
BLOCKED, ALLOWED = NumberRuleKind.BLOCKED, NumberRuleKind.ALLOWED


def sets(
    session: Session, kind: NumberRuleKind, written: str = NUMBER, reason: str = "robot", days: int | None = None
) -> NumberRule:
    until = NOW + timedelta(days=days) if days is not None else None
    return set_rule(session, RULES, kind, written, reason, "sue@example.com", NOW, until)


def test_a_rule_holds_until_its_end(database: Database) -> None:
    def work(session: Session) -> list[bool]:
        sets(session, BLOCKED, "(514) 555-0199", days=7)
        days = (0, 6, 7)
        return [rule_for(session, NUMBER, NOW + timedelta(days=day)) is not None for day in days]

    assert database.write(work) == [True, True, False]


def test_the_latest_rule_counts(database: Database) -> None:
    def work(session: Session) -> list[NumberRuleKind]:
        sets(session, BLOCKED)
        sets(session, ALLOWED)
        return [rule.kind for rule in rules_in_force(session, NOW)]

    assert database.write(work) == [ALLOWED]


def test_a_rule_can_be_ended_once(database: Database) -> None:
    def work(session: Session) -> None:
        sets(session, BLOCKED)
        assert end_rule(session, RULES, "514-555-0199", NOW).reason == "robot"
        with pytest.raises(NotFound, match="neither blocked nor allowed"):
            end_rule(session, RULES, NUMBER, NOW)

    database.write(work)


@pytest.mark.parametrize(
    ("written", "reason", "days", "says"),
    [
        ("anonymous", "robot", None, "is not the number of a caller"),
        (OURS, "robot", None, "is not the number of a caller"),
        (NUMBER, " ", None, "Enter a reason"),
        (NUMBER, "robot", 0, "is over already"),
        ("+15145550101", "robot", None, "the number of Amy Roy"),
    ],
)
def test_what_cannot_be_blocked(database: Database, written: str, reason: str, days: int | None, says: str) -> None:
    def work(session: Session) -> None:
        add_technician(session, "Amy Roy", "+15145550101", NOW, verified=True)
        with pytest.raises(WrongState, match=says):
            sets(session, BLOCKED, written, reason, days)

    database.write(work)
