"""What the screens of callbacks show, as plain values. The wording is here; the templates only lay it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from callbacks.acts.attempts import NEEDS_A_NUMBER
from callbacks.acts.base import last_event_id
from callbacks.console.callbacks.timeline import Entry, timeline_of
from callbacks.console.customers.beside import Beside, beside
from callbacks.console.mails import MailOnScreen, from_customer, subjects_of
from callbacks.customers.find import known_callers
from callbacks.db.states import (
    ESCALATING,
    GONE,
    AttemptProof,
    AudioState,
    CallbackOrigin,
    CallbackState,
    ContactWay,
    Coverage,
    PageKind,
    PriorityLevel,
    ReportedOutcome,
    TranscribedBy,
    Urgency,
    VoicemailState,
)
from callbacks.db.tables import (
    BillingConsent,
    Call,
    Callback,
    Contact,
    JoinedContact,
    Mail,
    Page,
    ReachAttempt,
    Technician,
    Voicemail,
    WorkEntry,
)
from callbacks.desk.business_hours import support_hours
from callbacks.desk.customer_number import CustomerNumber, customer_number
from callbacks.desk.desk_file import Desk
from callbacks.errors import NotFound
from callbacks.lifecycle.next_due import NextDue, Owed, first_reaction_standing
from callbacks.lifecycle.queue import due_by_id, queue
from callbacks.lifecycle.sla_status import explanations, most_urgent_first
from callbacks.lifecycle.transitions import is_held
from callbacks.lifecycle.waiting import is_waiting
from callbacks.oncall import store
from callbacks.oncall.schedule import Schedule
from callbacks.paging.addressee import addressee
from callbacks.paging.decide import Decision
from callbacks.paging.escalate import forecast
from callbacks.paging.reasons import in_a_line
from callbacks.people.technicians import everybody
from callbacks.records.contacts_of_callback import contacts_of, joined_callback, turned_to_us
from callbacks.records.proofs import NO_TRIES, Decider, decider, proof_of, tries_of
from callbacks.records.search import STATES
from callbacks.records.work import consent_at, needs_consent, work_in_words, work_of
from callbacks.reporting.why import why_held
from callbacks.text.formats import LANGUAGES, day_and_time, length, span
from sla.promises import Standing

CALLS_A_PAGE = 50
CLOSED_SHOWN = 15


@dataclass(frozen=True)
class DueOnScreen:
    """What is due next of an open callback, in words."""

    words: str  # before the time, where there is one
    at: datetime | None
    is_counting: bool  # its clock runs
    standing: str  # overdue or at risk; "" otherwise
    left: str  # the time left, or by how much it is overdue; "" where no time is running


@dataclass(frozen=True)
class Row:
    """One callback in the list."""

    reference: str
    name: str
    customer: str  # company and name; "" for nobody we know
    caller: str
    number: str  # as the carrier gave it
    line: str
    priority: str
    is_critical: bool
    began_at: datetime
    due_at: datetime
    owner: str
    standing: str  # on time, at risk, overdue, tried in time, tried late, nobody to call, resolved, cancelled, ...
    words: str  # the same, with the time left
    is_counting: bool  # it is open and nobody has tried the customer yet
    proof: AttemptProof  # of the call back; NONE before an attempt
    release: str  # the coming release that fixes it
    came_by: str  # a voicemail, a mail, by hand, ...
    product: str
    coverage: Coverage
    about: str = ""  # the subject of the mail that opened it
    due: DueOnScreen | None = None  # what is due next, while it is open
    next: str = ""  # what happens unless somebody acts, and when
    notes: Sequence[str] = ()  # the next attempt, waiting, a workaround, a release


@dataclass(frozen=True)
class AttemptRow:
    """One attempt to reach the customer, or a call that never rang."""

    at: datetime
    who: str
    outcome: str
    decided_by: str
    recorded_by: str
    proof: AttemptProof


@dataclass(frozen=True)
class MessageRow:
    """One contact of a callback, with the message that its caller left."""

    call: Contact
    is_joined: bool  # it did not open the callback
    words: str  # what became of the message
    voicemail: Voicemail | None
    has_message: bool  # or may have one
    has_audio: bool  # in the desk's own storage
    guess: str  # a machine's gist of the message and guess at its urgency, in words; "" without one
    transcript_by: str  # who wrote the transcript, in words; "" without one
    can_be_deleted: bool  # a recording or a transcript is still there
    earlier: Sequence[Voicemail]  # recordings that the caller replaced and that can be heard, in order


@dataclass(frozen=True)
class CallbackDetail:
    """One callback with everything that happened."""

    row: Row
    callback: Callback
    call: Contact
    messages: Sequence[MessageRow]  # of every call, in order
    timeline: Sequence[Entry]
    origin: str  # what it came from
    attempts: Sequence[AttemptRow]
    technicians: Sequence[Technician]
    number: CustomerNumber
    language: str
    seen: int  # the last event in its log
    is_open: bool
    is_waiting: bool  # for the customer
    has_no_number: bool  # nobody can be called; a number that needs consent is a number
    outcomes: Sequence[str]  # that a person can report
    promises: Sequence[str]
    own_coverage: str  # that was chosen, if it is not that of the product
    beside: Beside
    paged: frozenset[int]  # the technicians who were paged about it, by id
    ticket_link: str  # to the outside ticket; "" for none
    part_of: str  # the reference of the callback that it was joined with; "" for none
    reply_to: str  # the address that a reply by mail goes to; "" for none
    last_mail: MailOnScreen | None  # that a reply answers
    work: str  # the sums of the minutes worked, in words; "" for none
    entries: Sequence[WorkEntry]
    consent: BillingConsent | None  # to billable work
    lacks_consent: bool  # work is billable, and no consent is on record

    def own_entries(self, technician_id: int | None, *, is_supervisor: bool) -> Sequence[WorkEntry]:
        """Return the minutes that somebody may correct: supervisors all, technicians their own."""
        theirs = [each for each in self.entries if technician_id is not None and each.technician_id == technician_id]
        return self.entries if is_supervisor else theirs

    def may_reply(self, technician_id: int | None, *, is_supervisor: bool) -> bool:
        """Return whether somebody may reply by mail: supervisors for its owner, the owner, anybody if it has none."""
        owner_id = self.callback.owner_id
        if not self.reply_to or not self.is_open:
            return False
        if is_supervisor:
            return owner_id is not None
        return technician_id is not None and (owner_id in (None, technician_id) or self.callback.resumed)

    def may_split(self, technician_id: int | None, *, is_supervisor: bool) -> bool:
        """Return whether somebody may split off a call: supervisors and the owner."""
        return is_supervisor or (technician_id is not None and self.callback.owner_id == technician_id)

    def may_pass(self, technician_id: int | None) -> bool:
        """Return whether a technician can pass it on: its owner can, and before it has one, everybody who was paged."""
        if not self.is_open or technician_id is None:
            return False
        owner_id = self.callback.owner_id
        return owner_id == technician_id or (owner_id is None and technician_id in self.paged)


@dataclass(frozen=True)
class CallLog:
    calls: Sequence[Call]
    references: dict[str, str]
    joined: frozenset[str]  # SIDs of calls that joined a callback that was open
    silent: frozenset[str]  # SIDs of calls without a message
    before: str | None  # SID of the call after which the next, earlier ones come; None at the end
    messages: dict[str, int]  # the id of the recording of each call, by its SID


def open_callbacks(
    session: Session, desk: Desk, plan: Schedule, visible: ColumnElement[bool], now: datetime
) -> list[Row]:
    """Return the open callbacks, most urgent first."""
    which = (Callback.state == CallbackState.OPEN) & visible
    queued = {each.id: each for each in queue(session, desk, support_hours(session, desk), visible, now)}
    due = {id: each.due for id, each in queued.items()}
    callbacks = most_urgent_first(session.scalars(select(Callback).where(which).order_by(Callback.id)), due)
    rows, again = rows_of(session, desk, callbacks, now), turned_to_us(session, which)
    return [
        replace(
            row,
            next=next_of(callback, forecast(session, desk, callback, plan), desk.zone, now),
            due=due_on_screen(due[callback.id], callback.release, now),
            notes=[
                *([again[callback.id]] if callback.id in again else []),
                *notes_of(callback, desk.zone, now, is_waiting=queued[callback.id].is_waiting),
            ],
        )
        for callback, row in zip(callbacks, rows, strict=True)
    ]


ROBOT = "perhaps a robot: no key, no speech, and no carrier that vouches for the number"


def notes_of(
    callback: Callback, zone: ZoneInfo, now: datetime, *, is_waiting: bool, said: Owed | None = None
) -> list[str]:
    """Return what is known or agreed about an open callback: the caller's keys, the next attempt, a workaround, ...

    What is due next, if it is `said` beside them, is not repeated.
    """
    if callback.state is not CallbackState.OPEN:
        return []
    again_at, worked_at = callback.try_again_at, callback.workaround_at
    is_due = again_at is not None and again_at <= now
    return [
        *(["the caller pressed: everything is down"] if callback.contact.urgency is Urgency.DOWN else []),
        *([ROBOT] if callback.perhaps_robot else []),
        *(_hold_of(callback, zone, now) if said is not Owed.NAMED_TIME else ()),
        *([f"next attempt {'was ' if is_due else ''}due {day_and_time(again_at, zone)}"] if again_at else []),
        *(["waiting for the customer"] if is_waiting and said is not Owed.ANSWER else []),
        *(["the customer asks for no call back"] if callback.cancel_asked_at else []),
        *([f"workaround given {day_and_time(worked_at, zone)}"] if worked_at else []),
        *([f"fixed in {callback.release}"] if callback.release and said is not Owed.RELEASE else []),
    ]


def _hold_of(callback: Callback, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """Yield until when nobody is paged and why, and the time that the customer named."""
    named_at, until = callback.named_time_at, callback.held_until
    if named_at is not None and (callback.attempted_at is None or callback.attempted_at < named_at):
        yield f"the customer asked to be called after {day_and_time(named_at, zone)}"
    if until is not None and is_held(callback, now):
        is_said = named_at is not None or callback.perhaps_robot
        why = "" if is_said else f": {why_held(callback)}"
        yield f"held, nobody is paged before {day_and_time(until, zone)}{why}"


def recently_closed(session: Session, desk: Desk, visible: ColumnElement[bool], now: datetime) -> list[Row]:
    query = select(Callback).where(Callback.state != CallbackState.OPEN, visible)
    query = query.order_by(Callback.opened_at.desc(), Callback.id.desc()).limit(CLOSED_SHOWN)
    return rows_of(session, desk, session.scalars(query).all(), now)


def rows_of(session: Session, desk: Desk, callbacks: Sequence[Callback], now: datetime) -> list[Row]:
    """Return callbacks as rows of a list, in the same order, with the queries of one."""
    tries = tries_of(session, Callback.id.in_([callback.id for callback in callbacks]))
    known = known_callers(session, [callback.contact for callback in callbacks])
    subjects = subjects_of(session, [callback.contact_sid for callback in callbacks])
    return [
        replace(
            _row_of(
                desk,
                callback,
                proof_of(callback, tries.get(callback.id, NO_TRIES)),
                known.get(callback.contact_sid, ""),
                now,
            ),
            about=subjects.get(callback.contact_sid, ""),
        )
        for callback in callbacks
    ]


def _row_of(desk: Desk, callback: Callback, proof: AttemptProof, customer: str, now: datetime) -> Row:
    standing, words = standing_of(callback, desk.callback.at_risk, now, proof)
    return Row(
        reference=callback.reference,
        name=callback.contact.caller_name,
        customer=customer,
        number=callback.contact.caller,
        caller=desk.dialing_rules.check(callback.contact.caller).in_words.english,
        line=callback.contact.line,
        priority=callback.priority.value,
        is_critical=callback.priority is PriorityLevel.P1,
        began_at=callback.contact.began_at,
        due_at=callback.due_at,
        owner=callback.owner.name if callback.owner else "",
        standing=standing,
        words=words,
        is_counting=callback.state is CallbackState.OPEN and callback.attempted_at is None,
        proof=proof,
        release=callback.release,
        came_by=callback.origin.value,
        product=callback.product,
        coverage=callback.coverage,
    )


DUE_WORDS = {
    Owed.FIRST_REACTION: "first reaction by",
    Owed.RESOLUTION: "to resolve by",
    Owed.NAMED_TIME: "call the customer at",
    Owed.NOTHING: "no deadline: a workaround was given",
    Owed.ANSWER: "no deadline while it waits for the customer",
}
STANDING_WORDS = {Standing.BREACHED: "overdue", Standing.AT_RISK: "at risk"}


def due_on_screen(due: NextDue, release: str, now: datetime) -> DueOnScreen:
    """Return what is due next in words, with the time left, or what is left of it once the clock runs again."""
    words = DUE_WORDS.get(due.what) or f"no hour promised: fixed in {release}"
    if due.at is None or due.left is not None:
        return DueOnScreen(words, due.at, False, "", f"then {span(due.left)} to resolve" if due.left else "")
    return DueOnScreen(words, due.at, True, STANDING_WORDS.get(due.standing, ""), time_left(due.at - now))


SINCE = {ContactWay.MAIL: "the mail", ContactWay.BY_HAND: "it was opened"}


def time_left(left: timedelta) -> str:
    """Return "28 min left", or "by 12 min" for something overdue."""
    return f"{span(left)} left" if left > timedelta(0) else f"by {span(-left)}"


def standing_of(
    callback: Callback, at_risk: timedelta, now: datetime, proof: AttemptProof = AttemptProof.WORD
) -> tuple[str, str]:
    """Return the SLA status of a callback, and its time left or taken. A breach stays a breach."""
    late = callback.breached_at is not None
    if callback.state is not CallbackState.OPEN:
        return STATES[callback.state.value], "promise broken" if late else ""
    if callback.attempted_at is not None:
        since = SINCE.get(callback.contact.way, "the call")
        after = f"{span(callback.attempted_at - callback.contact.began_at)} after {since}"
        if proof is AttemptProof.NO_NUMBER:
            return "nobody to call", f"heard {after}{', too late' if late else ''}"
        return "tried late" if late else "tried in time", after
    standing = first_reaction_standing(callback.due_at, at_risk, now)
    return STANDING_WORDS.get(standing, "on time"), time_left(callback.due_at - now)


def next_of(callback: Callback, decision: Decision | None, zone: ZoneInfo, now: datetime) -> str:
    """Return what happens next, and when, unless somebody acts: "Ben Cole is called at 22:12"."""
    if decision is None:
        return _once_tried(callback, zone, now)
    if callback.next_action_at is None:
        return ""
    local = callback.next_action_at.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    at = f"{local:%H:%M}" if is_today else day_and_time(callback.next_action_at, zone)
    if decision.kind is PageKind.REMINDER and callback.owner is not None:
        return f"{callback.owner.name} is reminded at {at}"
    if not decision.pages:
        return f"checked again at {at}"
    broken = ", when the promise is broken" if decision.breach and callback.breached_at is None else ""
    return f"{in_a_line(decision.pages)} at {at}{broken}"


def _once_tried(callback: Callback, zone: ZoneInfo, now: datetime) -> str:
    if callback.state is not CallbackState.OPEN or callback.attempted_at is None or callback.owner is None:
        return ""
    if callback.contact.customer_number is None:
        return f"stays with {callback.owner.name}, who has no number to call yet"
    owner, again_at, look_at = callback.owner.name, callback.try_again_at, callback.next_action_at
    if again_at is not None and again_at > now:
        return f"{owner} is asked to try again at {day_and_time(again_at, zone)}"
    if look_at is None or look_at <= now:
        return f"stays with {owner} until it is resolved"
    if again_at is not None and callback.asked_at is not None and callback.asked_at >= again_at:
        return f"goes to the next person at {day_and_time(look_at, zone)} unless {owner} reacts"
    return f"stays with {owner}, and is looked at again {day_and_time(look_at, zone)}"


def callback_named(session: Session, reference: str, visible: ColumnElement[bool]) -> Callback:
    """Return the callback with a reference. Raise NotFound when there is none that is visible."""
    callback = session.scalar(select(Callback).where(Callback.reference == reference.upper(), visible))
    if callback is None:
        raise NotFound(f"There is no callback {reference}.")
    return callback


def callback_detail(
    session: Session, desk: Desk, reference: str, visible: ColumnElement[bool], now: datetime
) -> CallbackDetail:
    """Return one callback with everything that happened. Raise NotFound."""
    callback = callback_named(session, reference, visible)
    ahead = next_of(callback, forecast(session, desk, callback, store.schedule(session, desk, now)), desk.zone, now)
    hours = support_hours(session, desk)
    due = due_by_id(session, desk, hours, Callback.id == callback.id, now).get(callback.id)
    tried = select(ReachAttempt).where(ReachAttempt.callback_id == callback.id).order_by(ReachAttempt.tried_at)
    attempts = session.scalars(tried).all()
    (row,) = rows_of(session, desk, [callback], now)
    waits, number = is_waiting(session, callback), customer_number(desk, callback)
    to = addressee(session, desk, callback)
    notes = notes_of(callback, desk.zone, now, is_waiting=waits)
    work = work_of(session, callback)
    consent = consent_at(work.consents, now)
    return CallbackDetail(
        row=replace(
            row, next=ahead, notes=notes, due=due_on_screen(due, callback.release, now) if due is not None else None
        ),
        callback=callback,
        call=callback.contact,
        messages=[_message_row(callback, call) for call in contacts_of(callback)],
        timeline=timeline_of(session, callback, desk.zone),
        origin=ORIGINS[callback.origin],
        attempts=[_attempt_row(attempt) for attempt in attempts],
        technicians=sorted(everybody(session), key=lambda row: row.name),
        number=number,
        language=_language(callback.contact),
        seen=last_event_id(session, callback),
        is_open=callback.state is CallbackState.OPEN,
        is_waiting=waits,
        has_no_number=number.is_missing,
        outcomes=[each.value for each in ReportedOutcome if not number.is_missing or each not in NEEDS_A_NUMBER],
        promises=explanations(session, desk, hours, callback, now),
        own_coverage=own_coverage(desk, callback),
        beside=beside(session, callback, now),
        paged=_paged_about(session, callback),
        ticket_link=desk.tickets.link_to(callback.outside_ticket),
        part_of=into.reference if (into := joined_callback(session, callback.contact_sid)) is not None else "",
        reply_to=to.address if to is not None else "",
        last_mail=from_customer(to.mail) if to is not None and to.mail is not None else None,
        work=work_in_words(work.sums, consent).english,
        entries=work.entries,
        consent=consent,
        lacks_consent=needs_consent(callback.coverage, work.consents, now),
    )


def own_coverage(desk: Desk, callback: Callback) -> str:
    """Return the coverage of a callback if it is not the one that its product is listed with, else ""."""
    return callback.coverage.value if callback.coverage is not desk.coverage_of(callback.product) else ""


def _can_be_deleted(voicemail: Voicemail) -> bool:
    is_there = voicemail.audio not in GONE or voicemail.transcript != ""
    return is_there and voicemail.state is not VoicemailState.ABSENT


def _words_of(contact: Contact) -> str:
    if contact.way is ContactWay.BY_HAND:
        return "Opened by hand: see the notes."
    if contact.way is ContactWay.MAIL:
        subject = contact.message.subject if isinstance(contact, Mail) and contact.message is not None else ""
        return f'A mail: "{subject}". Its words are in the timeline.' if subject else "A mail: see the timeline."
    if contact.accepted_by is not None:
        return f"{contact.accepted_by.name} took the call."
    return _voicemail_words(contact.voicemail)


def _message_row(callback: Callback, call: Contact) -> MessageRow:
    voicemail = call.voicemail
    return MessageRow(
        call=call,
        is_joined=call.sid != callback.contact_sid,
        words=_words_of(call),
        voicemail=voicemail,
        has_message=voicemail is not None and voicemail.state is not VoicemailState.ABSENT,
        has_audio=voicemail is not None and voicemail.audio is AudioState.COPIED,
        guess=_guess(voicemail),
        transcript_by=TRANSCRIBED.get(voicemail.transcribed_by, "") if voicemail and voicemail.transcript else "",
        can_be_deleted=any(_can_be_deleted(each) for each in call.voicemails),
        earlier=[each for each in call.voicemails if each.is_replaced and each.audio is AudioState.COPIED],
    )


def _language(call: Contact) -> str:
    if call.way is ContactWay.MAIL:
        whose = "of the mail, or of the customer's record" if call.language_known else "assumed"
    elif call.language_chosen:
        whose = "chosen by the caller"
    else:
        whose = "known from before" if call.language_known else "of the line"
    return f"{LANGUAGES.get(call.language, call.language)}, {whose}"


ORIGINS = {
    CallbackOrigin.VOICEMAIL: "a voicemail",
    CallbackOrigin.MISSED_CALL: "a missed call: the caller waited for a technician and hung up",
    CallbackOrigin.BY_HAND: "opened by hand",
    CallbackOrigin.ANSWERED_CALL: "a call that was answered and needs more work",
    CallbackOrigin.MAIL: "a mail",
    CallbackOrigin.EMERGENCY_MAIL: "a mail to the emergency mailbox, promised what a voicemail is",
    CallbackOrigin.CANARY: "the daily test call",
}
DECIDED_BY = {
    Decider.TECHNICIAN: "said by the technician",
    Decider.GUESS: "the carrier's guess",
    Decider.CARRIER: "reported by the carrier",
    Decider.MAIL_SERVER: "reported by the mail server",
}


def _attempt_row(attempt: ReachAttempt) -> AttemptRow:
    lasted = f", {attempt.seconds} s" if attempt.seconds else ""
    return AttemptRow(
        at=attempt.tried_at,
        who=attempt.technician.name,
        outcome=f"{attempt.outcome.value}{lasted}",
        decided_by=DECIDED_BY[decider(attempt.outcome, is_told=attempt.is_told)],
        recorded_by=attempt.told_by,
        proof=attempt.proof,
    )


def _paged_about(session: Session, callback: Callback) -> frozenset[int]:
    to_take_it = select(Page.technician_id).where(Page.callback_id == callback.id, Page.kind.in_(ESCALATING))
    return frozenset(session.scalars(to_take_it))


def call_log(session: Session, before: str | None) -> CallLog:
    """Return one page of all calls, latest first, including those without a callback."""
    query = select(Call).order_by(Call.began_at.desc(), Call.sid.desc()).limit(CALLS_A_PAGE + 1)
    last = session.get(Call, before) if before else None
    if last is not None:
        query = query.where(tuple_(Call.began_at, Call.sid) < (last.began_at, last.sid))
    found = session.scalars(query).all()
    shown = found[:CALLS_A_PAGE]
    sids = [call.sid for call in shown]
    own = session.execute(select(Callback.contact_sid, Callback.reference).where(Callback.contact_sid.in_(sids))).all()
    about = select(JoinedContact.contact_sid, Callback.reference).join(
        Callback, Callback.id == JoinedContact.callback_id
    )
    joined = session.execute(about.where(JoinedContact.contact_sid.in_(sids))).all()
    wordless = select(Voicemail.call_sid).where(Voicemail.call_sid.in_([call.sid for call in shown]))
    silent = frozenset(session.scalars(wordless.where(Voicemail.state == VoicemailState.ABSENT)))
    heard = select(Voicemail.call_sid, Voicemail.id).where(Voicemail.audio == AudioState.COPIED)
    messages = session.execute(heard.where(Voicemail.call_sid.in_([call.sid for call in shown])).order_by(Voicemail.id))
    earlier = shown[-1].sid if len(found) > CALLS_A_PAGE else None
    references = {row.contact_sid: row.reference for row in (*own, *joined)}
    recordings = {row.call_sid: row.id for row in messages}
    return CallLog(shown, references, frozenset(sid for sid, _ in joined), silent, earlier, recordings)


TRANSCRIBED = {
    TranscribedBy.PERSON: "Transcribed by a person.",
    TranscribedBy.MACHINE: "Transcribed by a machine, which may mishear names and numbers. Listen before you call one.",
}
UNTRANSCRIBED = {
    TranscribedBy.MACHINE: " The machine found no words in it.",
    TranscribedBy.NOBODY: " It could not be transcribed.",
}


# How urgent a machine takes a message to be, from its words.
GUESSES = {Urgency.NONE: "", Urgency.DOWN: "everything is down", Urgency.CAN_WAIT: "it can wait"}


def _guess(voicemail: Voicemail | None) -> str:
    if voicemail is None:
        return ""
    urgency = GUESSES[voicemail.guessed_urgency]
    return " ".join(filter(None, [voicemail.gist, f"Perhaps: {urgency}." if urgency else ""]))


def _voicemail_words(voicemail: Voicemail | None) -> str:
    if voicemail is None or voicemail.state is VoicemailState.ABSENT:
        return "No message. The caller hung up or did not speak."
    if voicemail.state is VoicemailState.FAILED:
        return "The carrier lost the recording. There may have been a message: call this customer."
    deleted = " Its transcript was deleted." if voicemail.transcribed_by is TranscribedBy.DELETED else ""
    if voicemail.audio in GONE:
        still = " The carrier is being asked to delete its copy." if voicemail.audio is AudioState.DELETING else ""
        return f"The message was deleted.{still}{deleted}"
    kept = {
        AudioState.COPIED: "",
        AudioState.WANTED: " It is being downloaded from the carrier.",
        AudioState.NONE: " The carrier does not have it ready yet.",
        AudioState.LOST: " It is lost: the carrier did not give it, and it cannot be heard. Call this customer.",
    }
    message = f"A message, {length(voicemail.seconds)} long." if voicemail.seconds else "A message of unknown length."
    untranscribed = "" if voicemail.transcript else UNTRANSCRIBED.get(voicemail.transcribed_by, "")
    return f"{message}{kept.get(voicemail.audio, '')}{untranscribed}{deleted}"
