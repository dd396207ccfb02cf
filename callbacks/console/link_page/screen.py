"""What the technician's screen of a callback shows, in the technician's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import abort
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import NEEDS_A_NUMBER, was_asked_to_confirm
from callbacks.acts.by_hand import new_form
from callbacks.acts.customer_number import decides_about_numbers
from callbacks.acts.holds import waits_for_opening
from callbacks.console.callbacks.screen import own_coverage, standing_of
from callbacks.console.customers.beside import Beside, beside
from callbacks.console.mails import MailOnScreen, from_customer, mails_of
from callbacks.customers.history import EarlierCall
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    GONE,
    AudioState,
    CallbackState,
    ConsentWay,
    ContactWay,
    Coverage,
    ReachOutcome,
    ReportedOutcome,
    Urgency,
    VoicemailState,
)
from callbacks.db.tables import BillingConsent, Callback, Contact, Event, Mail, Page, ReachAttempt, Voicemail
from callbacks.desk.choices import (
    COVERAGES,
    PriorityChoice,
    ProductChoice,
    coverage_words,
    priority_choices,
    product_choices,
)
from callbacks.desk.customer_number import CustomerNumber, can_be_mailed, customer_number
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import is_held, is_held_by_another, owns
from callbacks.paging.addressee import addressee
from callbacks.records.contacts_of_callback import contacts_of, events_of_callback
from callbacks.records.proofs import Decider, decider, proof_on_record
from callbacks.records.search import STATES
from callbacks.records.work import consent_at, needs_consent, work_in_words, work_of
from callbacks.text.bilingual import Words
from callbacks.text.formats import length, span, time_and_day

# The buttons for the outcome of a call to the customer.
OUTCOMES: dict[ReportedOutcome, Words] = {
    ReportedOutcome.RESOLVED: Words("Reached, resolved", "Client joint, réglé"),
    ReportedOutcome.CONTINUING: Words("Reached, continuing", "Client joint, à suivre"),
    ReportedOutcome.WORKAROUND: Words("Reached, workaround given", "Client joint, solution temporaire donnée"),
    ReportedOutcome.LEFT_A_MESSAGE: Words("Left a message", "Message laissé"),
    ReportedOutcome.NO_ANSWER: Words("No answer", "Pas de réponse"),
    ReportedOutcome.WRONG_NUMBER: Words("Wrong number", "Mauvais numéro"),
}

ENDINGS = (
    *(EventKind.RESOLVED, EventKind.CANCELLED, EventKind.CLOSED_UNREACHABLE),
    *(EventKind.AUTO_CLOSED, EventKind.JOINED),
)

# How an attempt went, in the list of them.
ATTEMPTS: dict[ReachOutcome, Words] = {
    ReachOutcome.DIALING: Words("dialing", "composition en cours"),
    ReachOutcome.NOT_RUNG: Words("the customer's phone did not ring", "le téléphone du client n'a pas sonné"),
    ReachOutcome.RINGING: Words("ringing", "ça sonne"),
    ReachOutcome.REACHED: Words("reached", "client joint"),
    ReachOutcome.CONTINUING: Words("reached, continuing", "client joint, à suivre"),
    ReachOutcome.WORKAROUND: Words("reached, workaround given", "client joint, solution temporaire donnée"),
    ReachOutcome.BUSY: Words("busy", "ligne occupée"),
    ReachOutcome.NO_ANSWER: Words("no answer", "pas de réponse"),
    ReachOutcome.NOT_CONNECTED: Words("answered, and not connected to you", "répondu, sans être mis en communication"),
    ReachOutcome.MACHINE: Words("answering machine", "boîte vocale"),
    ReachOutcome.LEFT_A_MESSAGE: Words("left a message", "message laissé"),
    ReachOutcome.WRONG_NUMBER: Words("wrong number", "mauvais numéro"),
    ReachOutcome.FAILED: Words("the call did not go through", "l'appel n'a pas abouti"),
    ReachOutcome.NOBODY_TO_CALL: Words("no number to call", "aucun numéro à composer"),
    ReachOutcome.REPLIED: Words("replied by mail", "réponse envoyée par courriel"),
    ReachOutcome.CAME_BACK: Words("the mail came back", "le courriel est revenu"),
}
# Who says so. The carrier guesses whether a person answered; a technician knows.
BY_CARRIER = Words("as the carrier reports", "selon le fournisseur")
BY_MAIL_SERVER = Words("as the mail server reports", "selon le serveur de courriel")
BY_WORD = Words("as {name} says", "selon {name}")

SOURCES = {
    Decider.TECHNICIAN: BY_WORD,
    Decider.CARRIER: BY_CARRIER,
    Decider.GUESS: BY_CARRIER,
    Decider.MAIL_SERVER: BY_MAIL_SERVER,
}

# The SLA status, where no time is left to count.
STANDINGS: dict[str, Words] = {
    "tried in time": Words("already tried", "déjà essayé"),
    "tried late": Words("tried, but too late", "essayé, mais trop tard"),
    "nobody to call": Words("nobody to call", "personne à rappeler"),
    "resolved": Words("resolved", "réglé"),
    "cancelled": Words("cancelled", "annulé"),
    "closed by itself": Words("closed automatically", "fermé automatiquement"),
    "joined to another": Words("joined with another callback", "fusionné avec un autre rappel"),
    "no way to reach": Words("closed: no way to reach the customer", "fermé : aucun moyen de joindre le client"),
}


# How the customer turned to us, before the time, and how they did again.
CAME_AT: dict[ContactWay, Words] = {
    ContactWay.CALL: Words("called at", "appel reçu :"),
    ContactWay.MAIL: Words("wrote at", "courriel reçu :"),
    ContactWay.BY_HAND: Words("opened at", "ouvert :"),
}
AGAIN: dict[ContactWay, Words] = {
    ContactWay.CALL: Words("called again", "a rappelé"),
    ContactWay.MAIL: Words("wrote again", "a réécrit"),
    ContactWay.BY_HAND: Words("", ""),
}
# What became of an earlier call without a callback, or with one that is still open.
ANSWERED = Words("answered", "appel répondu")
NO_CALLBACK = Words("no callback", "aucun rappel")
STILL_OPEN = Words("open", "ouvert")
# How urgent a machine takes a message to be, from its words.
GUESSES: dict[Urgency, Words] = {
    Urgency.NONE: Words("", ""),
    Urgency.DOWN: Words("everything is down", "tout est en panne"),
    Urgency.CAN_WAIT: Words("it can wait", "ça peut attendre"),
}

# The language that the caller chose.
CALLER_LANGUAGES: dict[str, Words] = {
    "en": Words("English", "anglais"),
    "fr": Words("French", "français"),
}


# How a customer consented to billable work.
CONSENT_WAYS: dict[ConsentWay, Words] = {
    ConsentWay.PHONE: Words("by phone", "par téléphone"),
    ConsentWay.MAIL: Words("by mail", "par courriel"),
    ConsentWay.TEXT: Words("by text", "par texto"),
    ConsentWay.CONTRACT: Words("by contract", "par contrat"),
}


class Bilingual:
    """A screen in the technician's language."""

    language: str  # "en" or "fr"

    def text(self, english: str, french: str) -> str:
        """Return a text of the template in the technician's language."""
        return Words(english, french).for_(self.language)


@dataclass(frozen=True)
class SummaryScreen(Bilingual):
    """A callback without its customer: before the technician presses the button, and after it is closed."""

    language: str
    reference: str
    line: str
    due: str
    standing: str
    left: str
    owner: str
    is_mine: bool
    is_open: bool
    closed_at: str


@dataclass(frozen=True)
class MessageOnScreen:
    """One call of a callback, with the message that its caller left."""

    called_at: str
    again: str  # "called again"; for one that joined the callback
    words: str
    transcript: str
    gist: str  # by a machine, from the transcript
    urgency: str  # the same
    id: int | None  # of a message that can be played
    joined_sid: str  # of a call that can be split off; "" for the one that opened the callback


@dataclass(frozen=True)
class CallbackScreen(Bilingual):
    """One callback, in the technician's language."""

    language: str
    reference: str
    line: str
    name: str
    who: str
    number: str | None
    why_no_number: str
    has_no_number: bool  # nobody can be called; a number that needs consent is a number
    outcomes: dict[ReportedOutcome, Words]  # that fit
    is_tried: bool
    was_asked: bool  # whether they reached the customer: the resolution is to be confirmed
    waits_for_consent: bool
    may_decide: bool  # whether the number may be called
    caller_language: str
    asked: list[str]  # what the caller said by key
    came: str  # "called at"
    called_at: str
    due: str
    standing: str
    left: str
    owner: str
    is_mine: bool
    code: str
    messages: list[MessageOnScreen]
    may_split: bool
    attempts: list[str]
    customer: str  # company and name, if we know them
    may_be_forged: bool  # the customer's number
    about_customer: list[str]  # trial, products, notes
    history: list[str]
    texts: list[str]  # from the customer
    asks_for_no_call: bool
    is_answered_by_mail: bool  # nobody can be called, and there is an address to answer to
    notes: list[str]  # that people wrote
    ticket: str  # the number of the outside ticket
    ticket_link: str
    other_open: list[str]  # references of the same customer
    priority: str
    priorities: Sequence[PriorityChoice]
    product: str  # "" while it is not known
    coverage: str
    own_coverage: str  # the value that was chosen, if it is not that of the product
    products: Sequence[ProductChoice]
    coverages: Mapping[Coverage, Words]
    form: str  # the key of the form for a new callback
    number_known: bool  # a new callback for the same customer can be opened
    mails: list[MailOnLink]
    reply_to: str  # the address that a reply by mail goes to; "" for none, or for nobody who may
    last_mail: MailOnLink | None  # that a reply answers
    billable: str  # the product, where work on it is billable; "" for any other
    work: str  # the sums of the minutes worked; "" for none
    consent: str  # to billable work: by whom, how, when, to what; "" for none
    lacks_consent: bool  # work is billable, and no consent is on record
    ways: dict[ConsentWay, Words]  # how a customer consents


@dataclass(frozen=True)
class MailOnLink:
    """A mail from the customer or a reply, with what is said of it in the technician's language."""

    mail: MailOnScreen
    at: str
    standing: str  # of a reply


def summary_screen(session: Session, desk: Desk, page: Page, now: datetime) -> SummaryScreen:
    """Return how the callback of a page stands. Abort with 404 when the page is not about a callback."""
    callback, language = page.callback, page.technician.language
    if callback is None:
        abort(404)
    standing, left = _standing(session, desk, callback, now)
    over_at = None if callback.state is CallbackState.OPEN else _over_at(session, callback)
    return SummaryScreen(
        language=language,
        reference=callback.reference,
        line=desk.name_of_way(callback.contact.line, callback.contact.mailbox).for_(language),
        due=time_and_day(callback.due_at, desk.zone, now, language),
        standing=standing,
        left=left.for_(language),
        owner=callback.owner.name if callback.owner else "",
        is_mine=callback.owner_id == page.technician_id,
        is_open=callback.state is CallbackState.OPEN,
        closed_at=time_and_day(over_at, desk.zone, now, language) if over_at else "",
    )


def _over_at(session: Session, callback: Callback) -> datetime | None:
    """Return when a callback ended, as its log has it."""
    ended = select(func.max(Event.at)).where(Event.contact_sid == callback.contact_sid, Event.kind.in_(ENDINGS))
    return session.scalar(ended)


def _standing(session: Session, desk: Desk, callback: Callback, now: datetime) -> tuple[str, Words]:
    """Return the SLA status, and in its words, or how much time is left."""
    standing, _ = standing_of(callback, desk.callback.at_risk, now, proof_on_record(session, callback))
    return standing, STANDINGS.get(standing, _time_left(callback.due_at - now))


def callback_screen(session: Session, desk: Desk, page: Page, now: datetime) -> CallbackScreen:
    """Return what the screen shows. Abort with 404 when the page is not about a callback."""
    callback, technician = page.callback, page.technician
    if callback is None:
        abort(404)
    zone, language = desk.zone, technician.language
    call, customer = callback.contact, customer_number(desk, callback)
    standing, left = _standing(session, desk, callback, now)
    attempts = select(ReachAttempt).where(ReachAttempt.callback_id == callback.id).order_by(ReachAttempt.tried_at)
    known, to = beside(session, callback, now), addressee(session, desk, callback)
    work = work_of(session, callback)
    consent = consent_at(work.consents, now)
    return CallbackScreen(
        language=language,
        reference=callback.reference,
        line=desk.name_of_way(callback.contact.line, callback.contact.mailbox).for_(language),
        name=callback.contact.caller_name,
        has_no_number=customer.is_missing,
        outcomes=_outcomes(customer),
        is_tried=callback.attempted_at is not None,
        was_asked=was_asked_to_confirm(session, callback, technician.name, now),
        came=CAME_AT[call.way].for_(language),
        called_at=time_and_day(call.began_at, zone, now, language),
        due=time_and_day(callback.due_at, zone, now, language),
        who=customer.in_words.for_(language),
        number=customer.number,
        why_no_number=customer.why_not.for_(language),
        waits_for_consent=customer.waits_for_consent,
        may_decide=customer.waits_for_consent and decides_about_numbers(session, desk, callback, technician, now),
        asked=[each.for_(language) for each in _asked(callback, zone, now)],
        caller_language=CALLER_LANGUAGES[call.language].for_(language) if call.callers_language else "",
        standing=standing,
        left=left.for_(language),
        owner=callback.owner.name if callback.owner else "",
        is_mine=callback.owner_id == technician.id,
        code=page.code,
        messages=[_on_screen(desk, callback, each, now, language) for each in contacts_of(callback)],
        may_split=owns(callback, technician),
        attempts=[_attempt(row, zone, now, language) for row in session.scalars(attempts)],
        customer=known.caller.in_words.for_(language) if known.caller is not None else "",
        may_be_forged=known.caller is not None and known.caller.is_probable,
        about_customer=[words.for_(language) for words in _about_customer(known)],
        history=[words.for_(language) for words in _history(known, zone, now)],
        texts=_texts(session, callback, zone, now, language),
        asks_for_no_call=callback.cancel_asked_at is not None,
        is_answered_by_mail=customer.is_missing and can_be_mailed(callback),
        notes=_notes(session, callback, zone, now, language),
        ticket=callback.outside_ticket,
        ticket_link=desk.tickets.link_to(callback.outside_ticket),
        other_open=[each.reference for each in known.other_open],
        priority=callback.priority.value,
        priorities=priority_choices(desk),
        product=callback.product,
        coverage=coverage_words(callback.coverage).for_(language),
        own_coverage=own_coverage(desk, callback),
        products=product_choices(desk),
        coverages=COVERAGES,
        form=new_form(),
        number_known=customer.number is not None,
        mails=[_mail(each, zone, now, language) for each in mails_of(session, callback)],
        reply_to=to.address if to is not None and not is_held_by_another(callback, technician) else "",
        last_mail=_mail(from_customer(to.mail), zone, now, language) if to is not None and to.mail else None,
        billable=callback.product if callback.coverage is Coverage.BILLABLE else "",
        work=work_in_words(work.sums, consent).for_(language),
        consent=_consent(consent, zone, now).for_(language) if consent is not None else "",
        lacks_consent=needs_consent(callback.coverage, work.consents, now),
        ways=CONSENT_WAYS,
    )


def _consent(consent: BillingConsent, zone: ZoneInfo, now: datetime) -> Words:
    way, at = CONSENT_WAYS[consent.way], [time_and_day(consent.given_at, zone, now, each) for each in ("en", "fr")]
    return Words(
        f"{consent.given_by}, {way.english}, {at[0]}: {consent.scope}",
        f"{consent.given_by}, {way.french}, {at[1]} : {consent.scope}",
    )


def _mail(mail: MailOnScreen, zone: ZoneInfo, now: datetime, language: str) -> MailOnLink:
    return MailOnLink(mail, time_and_day(mail.at, zone, now, language), mail.standing.for_(language))


def _asked(callback: Callback, zone: ZoneInfo, now: datetime) -> Iterator[Words]:
    """Yield what the caller said by key about the call back."""
    named_at, until = callback.named_time_at, callback.held_until
    if callback.contact.urgency is Urgency.DOWN:
        yield Words("everything is down", "tout est en panne")
    if named_at is not None:
        at = time_and_day(named_at, zone, now), time_and_day(named_at, zone, now, "fr")
        yield Words(f"to be called after {at[0]}", f"à rappeler après {at[1]}")
    elif until is not None and is_held(callback, now) and not waits_for_opening(callback):
        yield Words("it can wait until we open", "cela peut attendre l'ouverture")


def _about_customer(known: Beside) -> Iterator[Words]:
    customer = known.customer
    if customer is None:
        return
    if customer.is_trial:
        yield Words("Trial or onboarding: always high priority", "À l'essai ou en intégration : toujours prioritaire")
    if known.products:
        products = ", ".join(known.products)
        yield Words(f"Products: {products}", f"Produits : {products}")
    if customer.notes:
        yield Words(customer.notes, customer.notes)


def _history(known: Beside, zone: ZoneInfo, now: datetime) -> Iterator[Words]:
    """Yield how often the customer called, what else is open, and the last calls; nothing for a first call."""
    if not known.other_open and not known.earlier:
        return
    if (count := known.calls_this_week) > 1:
        yield Words(f"{count} calls in 7 days", f"{count} appels en 7 jours")
    for callback in known.other_open:
        yield Words(f"Also open: {callback.reference}", f"Aussi ouvert : {callback.reference}")
    for each in known.earlier:
        at = [time_and_day(each.call.began_at, zone, now, language) for language in ("en", "fr")]
        became = _became(each)
        yield Words(f"{at[0]}: {became.english}", f"{at[1]} : {became.french}")


def _became(each: EarlierCall) -> Words:
    if each.callback is None:
        return ANSWERED if each.call.accepted_by_id is not None else NO_CALLBACK
    state = STANDINGS.get(STATES[each.callback.state.value], STILL_OPEN)
    return Words(f"{each.callback.reference}, {state.english}", f"{each.callback.reference}, {state.french}")


def _texts(session: Session, callback: Callback, zone: ZoneInfo, now: datetime, language: str) -> list[str]:
    """Return what the customer has texted, oldest first."""
    kinds = (EventKind.CUSTOMER_TEXTED, EventKind.CANCEL_ASKED)
    texts = select(Event).where(Event.contact_sid == callback.contact_sid, Event.kind.in_(kinds)).order_by(Event.id)
    return [f"{time_and_day(each.at, zone, now, language)}, {each.detail}" for each in session.scalars(texts)]


def _notes(session: Session, callback: Callback, zone: ZoneInfo, now: datetime, language: str) -> list[str]:
    """Return what people wrote down, oldest first."""
    kinds = (EventKind.NOTE, EventKind.COLLEAGUE_MAILED)
    notes = [each for each in events_of_callback(session, callback) if each.kind in kinds]
    return [f"{time_and_day(each.at, zone, now, language)}, {each.actor}: {each.detail}" for each in notes]


def _on_screen(desk: Desk, callback: Callback, call: Contact, now: datetime, language: str) -> MessageOnScreen:
    if isinstance(call, Mail):
        return _mail_on_screen(desk, callback, call, now, language)
    voicemail, by = call.voicemail, call.accepted_by
    answered = Words(f"{by.name} took the call.", f"{by.name} a pris l'appel.") if by is not None else None
    if call.way is ContactWay.BY_HAND:
        answered = Words("Opened by hand: see the notes.", "Ouvert à la main : voir les notes.")
    return MessageOnScreen(
        called_at=time_and_day(call.began_at, desk.zone, now, language),
        again=AGAIN[call.way].for_(language),
        words=answered.for_(language) if answered is not None else _message(voicemail, language),
        transcript=voicemail.transcript if voicemail is not None else "",
        gist=voicemail.gist if voicemail is not None else "",
        urgency=GUESSES[voicemail.guessed_urgency].for_(language) if voicemail is not None else "",
        id=voicemail.id if voicemail is not None and voicemail.audio is AudioState.COPIED else None,
        joined_sid=call.sid if call.sid != callback.contact_sid else "",
    )


def _mail_on_screen(desk: Desk, callback: Callback, mail: Mail, now: datetime, language: str) -> MessageOnScreen:
    sender = f"{mail.caller_name} <{mail.caller}>" if mail.caller_name else mail.caller
    subject = mail.message.subject if mail.message is not None else ""
    to = desk.mailbox_name(mail.mailbox)
    what = Words(f'Mail from {sender} ({to.english}): "{subject}"', f'Courriel de {sender} ({to.french}) : "{subject}"')
    joined_sid = mail.sid if mail.sid != callback.contact_sid else ""
    at = time_and_day(mail.began_at, desk.zone, now, language)
    return MessageOnScreen(at, AGAIN[mail.way].for_(language), what.for_(language), "", "", "", None, joined_sid)


def _attempt(row: ReachAttempt, zone: ZoneInfo, now: datetime, language: str) -> str:
    at, outcome = time_and_day(row.rang_at or row.tried_at, zone, now, language), ATTEMPTS[row.outcome].for_(language)
    source = SOURCES[decider(row.outcome, is_told=row.is_told)].for_(language).format(name=row.technician.name)
    colon = Words(":", " :").for_(language)
    return f"{at}{colon} {row.technician.name}, {outcome} ({source})"


def _outcomes(customer: CustomerNumber) -> dict[ReportedOutcome, Words]:
    return {each: words for each, words in OUTCOMES.items() if not customer.is_missing or each not in NEEDS_A_NUMBER}


def _time_left(left: timedelta) -> Words:
    if left <= timedelta(0):
        return Words(f"overdue by {span(-left)}", f"en retard de {span(-left)}")
    return Words(f"{span(left)} left", f"il reste {span(left)}")


LOST = Words(
    "The message is lost and cannot be heard. Call this customer.",
    "Le message est perdu et ne peut pas être écouté. Appelez ce client.",
)


DELETED = Words("The message was deleted.", "Le message a été supprimé.")


def _message(voicemail: Voicemail | None, language: str) -> str:
    if voicemail is None or voicemail.state is VoicemailState.ABSENT:
        return Words("The caller left no message.", "L'appelant n'a pas laissé de message.").for_(language)
    if voicemail.audio in GONE:
        return DELETED.for_(language)
    if voicemail.audio is AudioState.LOST:
        return LOST.for_(language)
    if voicemail.audio is not AudioState.COPIED:
        return Words("The message has not arrived yet.", "Le message n'est pas encore arrivé.").for_(language)
    return length(voicemail.seconds) if voicemail.seconds else ""
