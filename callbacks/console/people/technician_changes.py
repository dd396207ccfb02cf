"""Changes of technicians: numbers and their verification, how they are reached, whether they are paged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import g
from sqlalchemy.orm import Session

from callbacks.acts.leaving import leave_team
from callbacks.acts.lost_phone import report_lost_phone
from callbacks.console.forms import field, number_field
from callbacks.db.states import SUPERVISING_ROLES, Channel, PhoneSlot
from callbacks.db.tables import Technician
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.oncall import store
from callbacks.paging import alerts
from callbacks.people import contact_methods, technicians, verification
from callbacks.text.formats import LANGUAGES

# The channels of a contact rule, by their names in the form.
RULE_CHANNELS = {channel.value: channel for channel in (Channel.TEXT, Channel.CALL, Channel.MAIL)}
# What technicians may change themselves: how they are reached, but not whether they are paged.
OWN = ("code", "verify", "second", "mail", "test", "quiet", "rule", "drop-rule", "language", "lost-phone")


def add(session: Session, desk: Desk, now: datetime) -> str:
    """Add the technician in the form, and send a code to their number."""
    name, phone, email = field("name", 100), field("phone", 40), field("email")
    row = technicians.add_technician(
        session, name, phone, now, email=email, language=_language(), rules=desk.dialing_rules, allowed=_allowed()
    )
    alerts.send_code(session, desk, row, PhoneSlot.FIRST, now)
    return f"{row.name} was added. A code is on its way. The number is used once it is verified."


def _send_code(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    alerts.send_code(session, desk, row, _which(), now, _by())
    return f"A code is on its way to {row.name}."


def _verify(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    if verification.verify(session, row, _which(), field("code"), now):
        return f"{row.name}'s number is verified."
    return "That is not the code, or it has expired."


def _change_number(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    return _give_number(session, desk, row, _which(), now)


def _change_second_number(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    return _give_number(session, desk, row, PhoneSlot.SECOND, now)


def _give_number(session: Session, desk: Desk, row: Technician, which: PhoneSlot, now: datetime) -> str:
    contact_methods.change_number(session, row, which, field("phone", 40), now, desk.dialing_rules, _allowed())
    alerts.send_code(session, desk, row, which, now, _by())
    store.note_edit(session, now)
    return "A code is on its way. The number is used once it is verified."


def _send_test(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    if not alerts.send_test(session, desk, row, now):
        raise WrongState(f"{row.name} cannot be reached: no number is verified.")
    return f"A test page is on its way to {row.name}. Its delivery is shown below."


def _set_quiet_hours(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    technicians.set_quiet(row, field("span"))
    return f"{row.name}'s quiet hours: {row.quiet or 'none'}."


def _set_email(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    contact_methods.change_email(row, field("email"))
    contact_methods.end_links(row, now)
    return f"Emails to {row.name} go to {row.email}." if row.email else f"{row.name} gets no emails."


def _add_rule(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    minutes = field("minutes")
    if not minutes.isdecimal() or len(minutes) > 3:
        raise WrongState(f"{minutes[:20]!r} is not a number of minutes. Enter one from 0 to 30.")
    contact_methods.add_rule(row, _channel(), timedelta(minutes=int(minutes)), _which())
    return f"The rule was added. It applies from {row.name}'s next page."


def _remove_rule(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    contact_methods.remove_rule(row, number_field("rule"))
    return "The rule was removed."


def _set_language(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    row.language = _language()
    return f"{row.name} is paged in {LANGUAGES[row.language]}."


def _allow_number(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    contact_methods.allow_number(row, _which(), g.user.email)
    store.note_edit(session, now)
    return f"{row.name}'s {_which().value} number is allowed. Your name was recorded."


def _report_lost_phone(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    report_lost_phone(session, desk, row, now)
    store.note_edit(session, now)
    return (
        f"{row.name}'s links, codes and sessions have ended. Nothing is sent to their numbers, and others are paged. "
        "To page them again, verify a number."
    )


def _remove(session: Session, desk: Desk, row: Technician, now: datetime) -> str:
    leave_team(session, row, now)
    store.note_edit(session, now)
    return f"{row.name} is no longer paged."


def _allowed() -> str | None:
    """Return who allows a number abroad: the supervisor who ticked the box, or None."""
    return g.user.email if field("abroad") == "yes" and g.user.role in SUPERVISING_ROLES else None


def _which() -> PhoneSlot:
    return PhoneSlot.SECOND if field("which") == PhoneSlot.SECOND.value else PhoneSlot.FIRST


def _by() -> Channel:
    return Channel.CALL if field("by") == Channel.CALL.value else Channel.TEXT


def _channel() -> Channel:
    return RULE_CHANNELS.get(field("channel"), Channel.TEXT)


def _language() -> str:
    return "fr" if field("language") == "fr" else "en"


CHANGES: dict[str, Callable[[Session, Desk, Technician, datetime], str]] = {
    "code": _send_code,
    "verify": _verify,
    "number": _change_number,
    "second": _change_second_number,
    "mail": _set_email,
    "test": _send_test,
    "quiet": _set_quiet_hours,
    "rule": _add_rule,
    "drop-rule": _remove_rule,
    "language": _set_language,
    "allow": _allow_number,
    "lost-phone": _report_lost_phone,
    "remove": _remove,
}
