"""What supervisors do to a callback, each act one function of one transaction, told in the story with their name.

Every act raises WrongState when it does not fit. `who` is the supervisor's mail address.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.acts import life
from callbacks.db.states import (
    CallbackState,
    Channel,
    PageAnswer,
    PageKind,
    PriorityLevel,
    ReportedOutcome,
    TranscribedBy,
)
from callbacks.db.tables import Callback, Event, PriorityChange, Technician, Voicemail, Waiting
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.oncall import store
from callbacks.paging import messages
from callbacks.paging.escalate import (
    add_page,
    cancel_waiting,
    code_for,
    hurry,
    subject_of,
    take_next_step,
    tell_it_is_over,
    tell_the_others,
)
from callbacks.people.person import Way
from callbacks.people.technicians import person
from callbacks.records.event_log import tell
from callbacks.records.search import findable
from callbacks.text import phone_numbers
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

# What somebody else may have done meanwhile, as the story calls it, that makes an act a mistake. Somebody who hears the
# message or does not pick up is in nobody's way.
OVER = ("resolved", "cancelled", "closed by itself", "reopened")
WHOSE = ("given", "taken", "handed on", *OVER)
NUMBER = ("gave another number", "number blocked")
TRIED = ("tried the customer", "said how it went", *WHOSE)
IN_THE_WAY = {
    "take": TRIED,
    "give": TRIED,
    "page-now": TRIED,
    "connect": (*WHOSE, *NUMBER),
    "attempt": TRIED,
    "resolve": TRIED,
    "cancel": TRIED,
    "reopen": OVER,
    "priority": ("priority", *OVER),
    "wait": ("waits for the customer", "heard from the customer", *OVER),
    "back": ("waits for the customer", "heard from the customer", *OVER),
    "manager": ("manager asked for", *OVER),
    "consent": ("consented", *NUMBER, *OVER),
    "number": (*NUMBER, *OVER),
    "name": ("named the caller",),
    "transcript": ("wrote down the message",),
    "product": ("product",),
    "note": (),
}


def last_seen(session: Session, callback: Callback) -> int:
    """Name the last thing in the story so far: what whoever looks now has seen."""
    return session.scalar(select(func.max(Event.id)).where(Event.call_sid == callback.call_sid)) or 0


def check_seen(session: Session, callback: Callback, act: str, seen: int, who: Collection[str]) -> None:
    """Refuse an act on an older sight of a callback, when somebody else did meanwhile what this one would undo.

    `who` are the names by which the story knows whoever acts now. Raises WrongState, saying who did what.
    """
    since = select(Event).where(Event.call_sid == callback.call_sid, Event.id > seen)
    theirs = since.where(Event.what.in_(IN_THE_WAY[act]), Event.actor.not_in(who)).order_by(Event.id.desc()).limit(1)
    event = session.scalars(theirs).first()
    if event is not None:
        raise WrongState(f"{event.actor} was faster ({event.what}). Look at it as it is now, and act again.")


def reassign(session: Session, desk: Desk, callback: Callback, technician: Technician, who: str, now: datetime) -> None:
    """Give it to a technician, whoever has it, and text them so."""
    _hand_to(session, desk, callback, technician, who, now)
    code = code_for(session, callback, technician.id)
    words = messages.given(subject_of(session, desk, callback), code, who, technician.language, now)
    _text(session, callback, technician, PageKind.GIVEN, words, code, now)
    _watch_the_owner(session, desk, callback, now)


def take_over(
    session: Session, desk: Desk, callback: Callback, technician: Technician, who: str, now: datetime
) -> None:
    """A technician takes it at the console, from whoever has it."""
    if callback.owner_id == technician.id and not callback.resumed:
        return
    _hand_to(session, desk, callback, technician, who, now)
    life.mark_answer(session, callback, technician, PageAnswer.TAKEN)
    _watch_the_owner(session, desk, callback, now)


def _hand_to(session: Session, desk: Desk, callback: Callback, technician: Technician, who: str, now: datetime) -> None:
    _must_be_open(callback)
    if technician.left_at is not None:
        raise WrongState(f"{technician.name} is no longer with us.")
    callback.owner, callback.owner_id, callback.acknowledged_at = technician, technician.id, now
    callback.acted_at, callback.resumed = now, False
    tell(session, callback.call_sid, now, who, "given", f"to {technician.name}")
    tell_the_others(session, desk, callback, technician, now)


def _watch_the_owner(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    if callback.attempted_at is None:
        take_next_step(session, desk, callback, now)


def page_now(session: Session, callback: Callback, who: str, now: datetime) -> None:
    """Take the next step of the policy at once."""
    _must_be_open(callback)
    if callback.attempted_at is not None:
        raise WrongState("Somebody has tried the customer already; nobody is paged any more. Reassign it instead.")
    if callback.owner is not None and not callback.resumed:
        raise WrongState(f"{callback.owner.name} has it. Take it from them first, by giving it to somebody else.")
    tell(session, callback.call_sid, now, who, "asked to page now")
    hurry(callback, now)


def priority_level(text: str) -> PriorityLevel:
    """Read a priority. Raises WrongState."""
    try:
        return PriorityLevel(text)
    except ValueError:
        known = ", ".join(level.value for level in PriorityLevel)
        raise WrongState(f"There is no priority {text!r}. Known: {known}.") from None


def set_priority(
    session: Session, desk: Desk, callback: Callback, priority: PriorityLevel, who: str, now: datetime
) -> None:
    """Change the priority; while nobody has tried the customer, the policy that then holds begins anew."""
    _must_be_open(callback)
    if priority is callback.priority:
        return
    tell(session, callback.call_sid, now, who, "priority", f"{callback.priority.value} to {priority.value}")
    session.add(PriorityChange(callback_id=callback.id, at=now, priority=priority))
    callback.priority = priority
    life.watch_for_silence(callback, now)  # a P1 never closes by itself
    policy = desk.policy_for(callback.call.line, priority, callback.opened_at)
    if policy != callback.policy:
        callback.policy = policy
        callback.position = 0
        hurry(callback, now)


def wait_for_customer(session: Session, callback: Callback, why: str, who: str, now: datetime) -> None:
    """The desk cannot go on without the customer: the clock of the resolution stops (policy: Priorities)."""
    _must_be_open(callback)
    if callback.attempted_at is None:
        raise WrongState("Nobody has tried the customer yet. The 30-minute promise waits for nobody.")
    if _waiting(session, callback) is not None:
        raise WrongState(f"{callback.reference} waits for the customer already.")
    session.add(Waiting(callback_id=callback.id, since=now))
    tell(session, callback.call_sid, now, who, "waits for the customer", why)


def customer_is_back(session: Session, callback: Callback, who: str, now: datetime) -> None:
    """The customer has said something: the clock goes on."""
    waiting = _waiting(session, callback)
    if waiting is None:
        raise WrongState(f"{callback.reference} does not wait for the customer.")
    waiting.until = now
    tell(session, callback.call_sid, now, who, "heard from the customer")


def set_product(session: Session, desk: Desk, callback: Callback, product: str, who: str, now: datetime) -> None:
    """Record the product, and with it the coverage: covered, courtesy or billable (policy: Coverage)."""
    for coverage, products in desk.coverage.by_coverage.items():
        if product in products:
            callback.product, callback.coverage = product, coverage
            tell(session, callback.call_sid, now, who, "product", f"{product}: {coverage.value}")
            return
    raise WrongState(f"There is no product {product!r} in the desk file.")


def ask_manager(session: Session, desk: Desk, callback: Callback, why: str, who: str, now: datetime) -> None:
    """The customer asks for a manager: whoever is on the highest layer is told (policy: Lines)."""
    _must_be_open(callback)
    managers = store.roster(session, desk, now).on(desk.policy.layers[-1])
    if not managers:
        raise WrongState(f"Nobody is on {desk.policy.layers[-1]} now. Give it to somebody by name.")
    tell(session, callback.call_sid, now, who, "manager asked for", why)
    for manager in managers:
        code = code_for(session, callback, manager.id)
        words = messages.manager_wanted(subject_of(session, desk, callback), code, why, manager.language)
        row = session.get_one(Technician, manager.id)
        _text(session, callback, row, PageKind.MANAGER, words, code, now)


def reopen(session: Session, desk: Desk, callback: Callback, why: str, who: str, now: datetime) -> None:
    """It was not over after all: it is with its owner again, who is texted so; paged for, when nobody has tried yet."""
    if callback.state is CallbackState.OPEN:
        raise WrongState(f"{callback.reference} is open.")
    if not why:
        raise WrongState("A callback is reopened with a reason only: its owner reads it. Say why.")
    callback.state, callback.resolved_at = CallbackState.OPEN, None
    callback.next_action_at = now
    tell(session, callback.call_sid, now, who, "reopened", why)
    owner = callback.owner
    if owner is not None and owner.left_at is None:
        code = code_for(session, callback, owner.id)
        words = messages.reopened(subject_of(session, desk, callback), code, who, why, owner.language)
        _text(session, callback, owner, PageKind.REOPENED, words, code, now)


def cancel(session: Session, desk: Desk, callback: Callback, why: str, who: str, now: datetime) -> None:
    """Nobody needs to be called back, and a named person says why."""
    _must_be_open(callback)
    if not why:
        raise WrongState("A callback is cancelled with a reason only. Say why.")
    callback.state, callback.next_action_at = CallbackState.CANCELLED, None
    tell(session, callback.call_sid, now, who, "cancelled", why)
    cancel_waiting(session, callback)
    tell_it_is_over(session, desk, callback, Words("has cancelled", "a annulé"), who, why, now)


def record_attempt(
    session: Session,
    desk: Desk,
    callback: Callback,
    technician: Technician | None,
    outcome: ReportedOutcome,
    who: str,
    now: datetime,
) -> None:
    """Write down how a technician's call to the customer went: the owner's, unless another one is named."""
    caller = technician or callback.owner
    if caller is None:
        raise WrongState("Nobody has it yet. Give it to a technician first.")
    life.tell_outcome(session, desk, callback, caller, outcome, f"console, {who}", now)
    if technician is None and outcome is ReportedOutcome.RESOLVED:
        tell_it_is_over(session, desk, callback, life.HAS_RESOLVED, who, "", now)


def name_caller(session: Session, callback: Callback, name: str, who: str, now: datetime) -> None:
    """Write down who the caller is; the callback is found by that name."""
    callback.call.caller_name = name[:100]
    tell(session, callback.call_sid, now, who, "named the caller", name)
    findable(session, callback, name)


def give_number(session: Session, callback: Callback, text: str, who: str, now: datetime, *, may_consent: bool) -> None:
    """Write down another number to call this customer back on: one they named in the message, or a colleague knows.

    It is judged as the caller's own was; a risky one takes the name of somebody who may allow it. Raises WrongState.
    """
    _must_be_open(callback)
    verdict = phone_numbers.verdict_on_written(text)
    if verdict.number is None:
        raise WrongState(f"{text!r} cannot be rung: {verdict.why}.")
    if verdict.needs_consent and not may_consent:
        raise WrongState(f"{readable_number(verdict.number)} is {verdict.why}. A supervisor must enter it.")
    callback.call.customer_number = verdict.number
    callback.consented_by = who if verdict.needs_consent else None
    tell(session, callback.call_sid, now, who, "gave another number", readable_number(verdict.number))
    findable(session, callback, verdict.number)


def write_transcript(session: Session, callback: Callback, words: str, who: str, now: datetime) -> None:
    """Write down what the message says; the callback is found by its words. Raises WrongState without a message."""
    voicemail = session.scalar(select(Voicemail).where(Voicemail.call_sid == callback.call_sid))
    if voicemail is None:
        raise WrongState("There is no message.")
    voicemail.transcript, voicemail.transcribed_by = words, TranscribedBy.PERSON
    tell(session, callback.call_sid, now, who, "wrote down the message", words)
    findable(session, callback, words)


def add_note(session: Session, callback: Callback, words: str, who: str, now: datetime) -> None:
    """Add a note; the callback is found by its words. Raises WrongState when it is empty."""
    if not words:
        raise WrongState("The note is empty.")
    tell(session, callback.call_sid, now, who, "note", words)
    findable(session, callback, words)


def _text(
    session: Session, callback: Callback, technician: Technician, kind: PageKind, words: str, code: str, now: datetime
) -> None:
    """Text somebody each time that it is asked; where no text reaches them, the story says that it failed."""
    callback.decisions += 1
    way = next((way for way in person(technician).ways if way.channel is Channel.TEXT), Way(Channel.TEXT))
    page = add_page(session, callback, technician.id, way, kind, callback.decisions, now)
    page.words, page.code = words, code


def _waiting(session: Session, callback: Callback) -> Waiting | None:
    open_ones = select(Waiting).where(Waiting.callback_id == callback.id, Waiting.until.is_(None))
    return session.scalars(open_ones).first()


def is_waiting(session: Session, callback: Callback) -> bool:
    """Say whether the clock of the resolution stands still."""
    return _waiting(session, callback) is not None


def _must_be_open(callback: Callback) -> None:
    if callback.state is not CallbackState.OPEN:
        raise WrongState(f"{callback.reference} is closed. Reopen it first.")
