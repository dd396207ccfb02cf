"""Loads what is known of a caller, and asks whether the call is let in."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.customers.number_rules import rule_for
from callbacks.db.states import CallOutcome, NumberRuleKind, Screening
from callbacks.db.tables import Call
from callbacks.desk.desk_file import Desk
from callbacks.inbound.screening import Admission, CallerFacts, ScreeningRules, admit

AN_HOUR = timedelta(hours=1)


def admission_of(session: Session, desk: Desk, call: Call, now: datetime) -> Admission:
    """Return whether a call is let in. Once it is known to be blocked, that holds for the whole call."""
    if call.screening is Screening.BLOCKED:
        return Admission.BLOCKED
    if call.screening is Screening.CANARY:
        return Admission.CANARY
    part, check = desk.screening, desk.dialing_rules.check(call.caller)
    rules = ScreeningRules(part.ask_withheld, part.ask_failed_attestation, part.calls_an_hour)
    rule = rule_for(session, call.caller, now)
    kind = rule.kind if rule is not None else None
    return admit(rules, CallerFacts(kind, check.number is None, call.attestation, _calls_before(session, call)))


def is_blocked(session: Session, call: Call, now: datetime) -> bool:
    """Return whether nobody is to be paged about a call. The caller may have left a message all the same."""
    if call.screening is not Screening.NONE:
        return call.screening is Screening.BLOCKED
    rule = rule_for(session, call.caller, now)
    return rule is not None and rule.kind is NumberRuleKind.BLOCKED and rule.created_at <= call.began_at


def _calls_before(session: Session, call: Call) -> int:
    """Return how many calls came from the same number in the hour before. Answered ones are no nuisance."""
    lately = (Call.caller == call.caller) & (Call.began_at > call.began_at - AN_HOUR) & (Call.sid != call.sid)
    counted = select(func.count()).select_from(Call).where(lately, Call.outcome != CallOutcome.ANSWERED)
    return session.scalar(counted.where(Call.began_at <= call.began_at)) or 0
