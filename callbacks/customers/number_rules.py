"""Numbers that the desk has blocked or allowed. A caller ID can be forged, so both are about numbers and not people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from callbacks.db.states import NumberRuleKind
from callbacks.db.tables import NumberRule
from callbacks.errors import NotFound, WrongState
from callbacks.people.technicians import technician_with
from callbacks.text.dialing_rules import DialingRules, NumberKind
from callbacks.text.formats import readable_number

LONGEST_REASON = 300
# A withheld call or one with our own number has no number of its own: a block would be about everybody.
NOBODYS = (NumberKind.WITHHELD, NumberKind.NOT_A_NUMBER, NumberKind.OWN)


def rule_for(session: Session, number: str, now: datetime) -> NumberRule | None:
    """Return the rule in force for a caller's number (E.164), or None. The latest one counts."""
    return session.scalars(_in_force(now).where(NumberRule.number == number).order_by(NumberRule.id.desc())).first()


def rules_in_force(session: Session, now: datetime) -> Sequence[NumberRule]:
    """Return every rule in force, the latest first."""
    return session.scalars(_in_force(now).order_by(NumberRule.id.desc())).all()


def set_rule(
    session: Session,
    rules: DialingRules,
    kind: NumberRuleKind,
    written: str,
    reason: str,
    by: str,
    now: datetime,
    until: datetime | None = None,
) -> NumberRule:
    """Block or allow a number, in any notation, in place of the rule that it has. Raise WrongState."""
    number = _number(rules, written)
    if not reason.strip():
        raise WrongState(f"Enter a reason. It is shown to everybody who wonders why {readable_number(number)} is here.")
    if until is not None and until <= now:
        raise WrongState("That time is over already. Enter one in the future, or none.")
    colleague = technician_with(session, number)
    if kind is NumberRuleKind.BLOCKED and colleague is not None:
        raise WrongState(f"{readable_number(number)} is the number of {colleague.name}, a technician.")
    _end(session, number, now)
    rule = NumberRule(
        number=number,
        kind=kind,
        reason=reason.strip()[:LONGEST_REASON],
        created_at=now,
        created_by=by,
        ends_at=until,
    )
    session.add(rule)
    session.flush()
    return rule


def end_rule(session: Session, rules: DialingRules, written: str, now: datetime) -> NumberRule:
    """End the rule of a number and return it. Raise NotFound when it has none."""
    number = _number(rules, written)
    ended = _end(session, number, now)
    if ended is None:
        raise NotFound(f"{readable_number(number)} is neither blocked nor allowed.")
    return ended


def _end(session: Session, number: str, now: datetime) -> NumberRule | None:
    rule = rule_for(session, number, now)
    if rule is not None:
        rule.ends_at = now
        session.flush()
    return rule


def _in_force(now: datetime) -> Select[NumberRule]:
    return select(NumberRule).where(or_(NumberRule.ends_at.is_(None), NumberRule.ends_at > now))


def _number(rules: DialingRules, written: str) -> str:
    check = rules.check_written(written)
    if check.kind in NOBODYS:
        raise WrongState(f"{written[:40]!r} is not the number of a caller. Write it as +15145550123.")
    return check.given
