"""What users do to a callback from its screen. Each form names an act, and the last event that its sender had seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import abort, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Refused, perform, user_at_console
from callbacks.acts.billing_consents import LONGEST_NAME, RecordBillingConsent, WithdrawBillingConsent
from callbacks.acts.closing import Cancel, CloseUnreachable, Reopen
from callbacks.acts.connect import Connect
from callbacks.acts.customer_number import Consent, RefuseConsent, SetNumber
from callbacks.acts.deletion import DeleteMessage, Part
from callbacks.acts.details import AddNote, NameCaller, SetOutsideTicket, SetProduct, WriteTranscript
from callbacks.acts.escalation import PageNow, RequestManager
from callbacks.acts.joining_callbacks import Join
from callbacks.acts.named_time import NameTime
from callbacks.acts.ownership import Assign, Pass, Take
from callbacks.acts.promises import EndWait, FixInRelease, SetPriority, WaitForCustomer
from callbacks.acts.replies import ReplyByMail
from callbacks.acts.splitting import Split
from callbacks.acts.work import CorrectMinutes, MinutesRefused, minutes_in
from callbacks.console.access import visible_to
from callbacks.console.context import current
from callbacks.console.forms import field
from callbacks.db.states import ConsentWay, Coverage, PriorityLevel, ReportedOutcome, Role
from callbacks.db.tables import Callback, User
from callbacks.errors import WrongState
from callbacks.people.technicians import technician_named

AS_THE_CUSTOMER_ASKED = "The customer asked by text for no call back."
LONGEST_TEXT, LONGEST_NUMBER, LONGEST_RELEASE, LONGEST_SID = 1000, 40, 80, 64
LONGEST_REFERENCE, LONGEST_TICKET = 12, 81  # one more than fits, so that it is refused and not cut


def run_act(session: Session, reference: str, name: str, now: datetime) -> str:
    """Perform the act that a form asks for, and return its message. Raise WrongState or NotFound.

    Abort with 404 when the user sees no such callback.
    """
    callback_id = session.scalar(select(Callback.id).where(Callback.reference == reference, visible_to(g.user)))
    if callback_id is None:
        abort(404)
    act, by = FORMS[name].read(session), user_at_console(session.get_one(User, g.user.id))
    return perform(session, current().desk, callback_id, act, by, now, _seen()).english


def acts_of(role: Role) -> frozenset[str]:
    """Return the forms that a user may send for a callback that they see."""
    return frozenset(name for name, form in FORMS.items() if role in form.act.roles)


def _seen() -> int | None:
    """Return the id of the last event that the sender of the form had seen; None when it is not in the form."""
    text = request.form.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def reply_in_form() -> ReplyByMail:
    """Return the reply in a form. The audit log does not repeat its words, which the callback has."""
    words = request.form.get("reply", "")
    return ReplyByMail(words, awaits_answer=field("awaits") == "yes", minutes=minutes_in_form())


def minutes_in_form() -> int | None:
    """Return the minutes worked in a form; None for an empty field. Raise Refused."""
    return minutes_in(field("minutes", LONGEST_NUMBER))


def note_in_form(words: str) -> AddNote:
    """Return a note with the minutes in its form, and when that work ended. Raise Refused."""
    return AddNote(words, minutes_in_form(), time_in_form("ended"))


def time_in_form(name: str) -> datetime | None:
    """Return an instant that a form has in desk time; None for an empty field. Raise Refused."""
    text = field(name, LONGEST_NUMBER)
    try:
        return current().desk.instant(text) if text else None
    except WrongState:
        raise Refused(wording.NOT_A_TIME) from None


def consent_in_form() -> RecordBillingConsent:
    """Return the consent to billable work in a form. Raise Refused."""
    try:
        way, limit = ConsentWay(field("way")), minutes_in(field("limit", LONGEST_NUMBER))
    except MinutesRefused:
        raise Refused(wording.NOT_A_LIMIT) from None
    except ValueError:
        raise Refused(wording.HOW_CONSENTED) from None
    return RecordBillingConsent(
        field("given_by", LONGEST_NAME), way, field("scope", LONGEST_TEXT), limit, time_in_form("given")
    )


def correction_in_form() -> CorrectMinutes:
    """Return the correction of minutes in a form. Raise Refused."""
    minutes = minutes_in_form()
    if minutes is None:
        raise Refused(wording.NOT_MINUTES)
    return CorrectMinutes(_id("entry"), minutes, _text("why"))


def product_in_form() -> SetProduct:
    """Return the product in a form, with the coverage that was chosen for it, if one was."""
    chosen = field("coverage")
    known = {coverage.value: coverage for coverage in Coverage}
    return SetProduct(field("product"), known.get(chosen, Coverage.NONE))


def _text(name: str) -> str:
    return field(name, LONGEST_TEXT)


def _outcome() -> ReportedOutcome:
    try:
        return ReportedOutcome(_text("outcome"))
    except ValueError:
        known = ", ".join(outcome.value for outcome in ReportedOutcome)
        raise WrongState(f"{_text('outcome')!r} is not an outcome. Known: {known}.") from None


def _is_confirmed() -> bool:
    return field("confirmed") == "yes"


def _part() -> Part:
    try:
        return Part(_text("part"))
    except ValueError:
        raise WrongState("Choose what to delete.") from None


def _id(name: str) -> int | None:
    """Return which message or mail a form is about; None for the only one."""
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def priority_named(text: str) -> PriorityLevel:
    """Return the priority with a name. Raise WrongState."""
    try:
        return PriorityLevel(text)
    except ValueError:
        known = ", ".join(level.value for level in PriorityLevel)
        raise WrongState(f"{text!r} is not a priority. Known: {known}.") from None


class Form:
    """A form of the callback's screen: the act that it asks for, and how its fields are read."""

    def __init__(self, act: type[Act], read: Callable[[Session], Act]) -> None:
        self.act, self.read = act, read


# By the last part of the address that each form posts to.
FORMS: Mapping[str, Form] = {
    "take": Form(Take, lambda _: Take(from_owner=True)),
    "pass": Form(Pass, lambda _: Pass()),
    "give": Form(Assign, lambda session: Assign(technician_named(session, _text("technician")))),
    "connect": Form(Connect, lambda _: Connect()),
    "attempt": Form(ReportOutcome, lambda _: ReportOutcome(_outcome(), _is_confirmed(), minutes_in_form())),
    "resolve": Form(
        ReportOutcome, lambda _: ReportOutcome(ReportedOutcome.RESOLVED, _is_confirmed(), minutes_in_form())
    ),
    "unreachable": Form(CloseUnreachable, lambda _: CloseUnreachable(_text("why"))),
    "cancel": Form(Cancel, lambda _: Cancel(_text("why"))),
    "cancel-asked": Form(Cancel, lambda _: Cancel(AS_THE_CUSTOMER_ASKED)),
    "reopen": Form(Reopen, lambda _: Reopen(_text("why"))),
    "page-now": Form(PageNow, lambda _: PageNow()),
    "manager": Form(RequestManager, lambda _: RequestManager(_text("why"))),
    "time": Form(NameTime, lambda _: NameTime(current().desk.instant(_text("at")))),
    "priority": Form(SetPriority, lambda _: SetPriority(priority_named(_text("priority")))),
    "wait": Form(WaitForCustomer, lambda _: WaitForCustomer(_text("why"))),
    "release": Form(FixInRelease, lambda _: FixInRelease(field("release", LONGEST_RELEASE))),
    "back": Form(EndWait, lambda _: EndWait()),
    "number": Form(SetNumber, lambda _: SetNumber(field("number", LONGEST_NUMBER))),
    "consent": Form(Consent, lambda _: Consent()),
    "refuse": Form(RefuseConsent, lambda _: RefuseConsent()),
    "reply": Form(ReplyByMail, lambda _: reply_in_form()),
    "note": Form(AddNote, lambda _: note_in_form(_text("words"))),
    "minutes": Form(CorrectMinutes, lambda _: correction_in_form()),
    "billing-consent": Form(RecordBillingConsent, lambda _: consent_in_form()),
    "no-billing-consent": Form(WithdrawBillingConsent, lambda _: WithdrawBillingConsent()),
    "name": Form(NameCaller, lambda _: NameCaller(_text("name"))),
    "transcript": Form(WriteTranscript, lambda _: WriteTranscript(_text("words"), _id("voicemail"))),
    "delete": Form(
        DeleteMessage,
        lambda _: DeleteMessage(_part(), _text("why"), _is_confirmed(), _id("voicemail"), _id("mail")),
    ),
    "split": Form(Split, lambda _: Split(field("call", LONGEST_SID))),
    "join": Form(Join, lambda _: Join(field("reference", LONGEST_REFERENCE), is_confirmed=_is_confirmed())),
    "ticket": Form(SetOutsideTicket, lambda _: SetOutsideTicket(field("number", LONGEST_TICKET))),
    "product": Form(SetProduct, lambda _: product_in_form()),
}
# These forms are behind "More" on the screen.
HIDDEN_AT_FIRST = (
    "time",
    "minutes",
    "no-billing-consent",
    "priority",
    "product",
    "wait",
    "back",
    "release",
    "manager",
    "unreachable",
    "cancel",
    "name",
    "number",
    "join",
    "ticket",
    "transcript",
    "delete",
)
