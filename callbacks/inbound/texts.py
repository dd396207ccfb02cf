"""Answers incoming texts: finds the technician and the page, performs the act, and returns a one-line answer.

The answer is stored with the text's SID: a text delivered twice changes nothing and gets the same answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Refused, Requester, Via, perform, technician_by
from callbacks.acts.closing import CloseUnreachable
from callbacks.acts.connect import Connect
from callbacks.acts.customer_number import Consent, RefuseConsent, deciding_by
from callbacks.acts.details import AddNote
from callbacks.acts.escalation import RequestManager
from callbacks.acts.ownership import Pass, Take
from callbacks.acts.wording import minutes_not_noted
from callbacks.acts.work import MinutesRefused
from callbacks.announcements.subscriptions import end_all
from callbacks.db import marks
from callbacks.db.database import insert_once, locked
from callbacks.db.states import CallbackState, Channel, PageAnswer, PageKind, PhoneSlot, ReportedOutcome
from callbacks.db.tables import Callback, Page, ReceivedText, Technician
from callbacks.desk.customer_number import can_be_mailed, customer_number
from callbacks.desk.desk_file import Desk
from callbacks.inbound.customer_texts import handled_by_carrier, join_text
from callbacks.inbound.follow_up_question import asked_with, open_by_text
from callbacks.inbound.subscription_texts import Wish, grant, wish_in
from callbacks.inbound.text_commands import (
    CODE_LENGTH,
    IN_FRENCH,
    OPT_IN_IF_BLOCKED,
    Command,
    Verb,
    codes_in,
    is_assent,
    is_help,
    is_opt_in,
    is_opt_out,
    means_stop_in_french,
    parse_command,
    verification_code_in,
)
from callbacks.inbound.wrong_codes import announce_stop, is_code_of, stop_of
from callbacks.lifecycle.contacts import note_contact
from callbacks.lifecycle.transitions import owns
from callbacks.paging.alerts import TooManyToday, alert_supervisors, send_test
from callbacks.paging.customer_wording import not_read
from callbacks.paging.messages import BY_CHANNEL
from callbacks.people.contact_methods import clear_failure, is_verified, record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_with
from callbacks.people.verification import has_pending_code, verify
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number
from callbacks.text.gsm7 import first_that_fits, for_text_message

# Between answers to texts of one technician that were not understood, and how many of them are answered in a day.
# Without a limit, two machines could answer each other forever.
PAUSE = timedelta(minutes=1)
MOST_ANSWERS = 200
DAY = timedelta(days=1)
TEST_LASTS = timedelta(hours=1)

# What a technician can do to a callback by text. WHO and TEST change none; MANAGER, NONE, NOTE and MORE have words.
ACTS: Mapping[Verb, Act] = {
    Verb.ACK: Take(),
    Verb.CALL: Connect(),
    Verb.WORKAROUND: ReportOutcome(ReportedOutcome.WORKAROUND),
    Verb.PASS: Pass(),
    Verb.DONE: ReportOutcome(ReportedOutcome.RESOLVED),
    Verb.CONT: ReportOutcome(ReportedOutcome.CONTINUING),
    Verb.MSG: ReportOutcome(ReportedOutcome.LEFT_A_MESSAGE),
    Verb.NA: ReportOutcome(ReportedOutcome.NO_ANSWER),
    Verb.WRONG: ReportOutcome(ReportedOutcome.WRONG_NUMBER),
    Verb.ALLOW: Consent(),
    Verb.REFUSE: RefuseConsent(),
}
DECISIONS = (Verb.ALLOW, Verb.REFUSE)  # only for those who may decide, and always with the code


@dataclass(frozen=True)
class Incoming:
    """A text from a technician."""

    desk: Desk
    technician: Technician
    slot: PhoneSlot  # the number it came from
    text: str
    now: datetime
    opt_out_type: str = ""  # as the carrier says it: "STOP", "START", "HELP", or nothing


@dataclass(frozen=True)
class Answer:
    """What is texted back. Empty words send nothing."""

    words: Words
    understood: bool = True
    wrong_code: bool = False  # the text named a code that the sender was never paged with


NOTHING = Answer(Words("", ""))


@dataclass(frozen=True)
class Taken:
    """What became of a text. `answer` is what to text back, "" for nothing."""

    answer: str
    language: str = "en"
    is_new: bool = True


def answer_text(
    session: Session, desk: Desk, sid: str, sender: str, text: str, now: datetime, opt_out_type: str = ""
) -> str:
    """Do what a text asks for, once for each SID, and return what to text back: "" for nothing."""
    taken = take_text(session, desk, sid, sender, text, now, opt_out_type)
    is_answered_apart = not taken.is_new and marks.last_at(session, answered_apart(sid)) is not None
    return "" if is_answered_apart else taken.answer


def answered_apart(sid: str) -> str:
    """Return the name of the mark of a text whose answer is a text of its own: its webhook came too late to answer."""
    return f"answered apart {sid}"


def take_text(
    session: Session, desk: Desk, sid: str, sender: str, text: str, now: datetime, opt_out_type: str = ""
) -> Taken:
    """Do what a text asks for, once for each SID, and return what became of it."""
    if not insert_once(
        session, ReceivedText, sid=sid, sender=sender[:64], at=now, words=text[:1600], answer="", understood=True
    ):
        return Taken(session.scalars(select(ReceivedText.answer).where(ReceivedText.sid == sid)).one(), is_new=False)
    technician, received = technician_with(session, sender), session.get_one(ReceivedText, sid)
    wish = wish_in(text, opt_out_type)
    if wish is Wish.STOP:
        end_all(session, Channel.TEXT, sender, now)
    if technician is None and wish in (Wish.SUBSCRIBE, Wish.LEAVE):
        received.answer = _grant(session, desk, sender, text, now)
        return Taken(received.answer)
    if technician is None:
        answer, language = _answer_customer(session, desk, sender, text, opt_out_type, now)
    else:
        technician = locked(session, Technician, technician.id)  # wrong codes that come at once are counted
        slot = PhoneSlot.SECOND if sender == technician.second_phone else PhoneSlot.FIRST
        incoming = Incoming(desk, technician, slot, text, now, opt_out_type)
        answer, language = _answer_technician(session, incoming, received), technician.language
    received.answer, received.understood = for_text_message(answer.words.for_(language)), answer.understood
    return Taken(received.answer, language)


def _answer_technician(session: Session, incoming: Incoming, received: ReceivedText) -> Answer:
    if _blocks_or_unblocks(incoming):
        return _record_opt_out_or_in(session, incoming)
    if incoming.opt_out_type == "HELP" or is_help(incoming.text):  # the carrier answers it
        return NOTHING
    if stop_of(session, received.sender, incoming.now) is not None:
        return _tell_of_stop(session, incoming, received)
    answer = _answer(session, incoming)
    received.wrong_code = answer.wrong_code
    session.flush()
    is_stopped = answer.wrong_code and stop_of(session, received.sender, incoming.now) is not None
    return _tell_of_stop(session, incoming, received) if is_stopped else answer


def _tell_of_stop(session: Session, incoming: Incoming, received: ReceivedText) -> Answer:
    """Say once that texts from this number are ignored for a while, and do not answer after that."""
    stop = stop_of(session, received.sender, incoming.now)
    words = stop and announce_stop(session, incoming.desk, incoming.technician, received.sender, stop, incoming.now)
    return Answer(words) if words else NOTHING


def _answer(session: Session, incoming: Incoming) -> Answer:
    text, technician = incoming.text, incoming.technician
    code = verification_code_in(text)
    is_pending = code is not None and has_pending_code(session, technician, incoming.slot, incoming.now)
    if code is not None and is_pending and not is_code_of(session, technician, code):
        return _verify(session, incoming, code)
    if not is_verified(technician, incoming.slot):
        return _not_verified(session, incoming)
    command = parse_command(text)
    if command is not None and command.code is not None and not is_code_of(session, technician, command.code):
        return _no_such_code(session, incoming, command.code)
    if command is None or _names_another_code(session, incoming, command):
        return _not_understood(session, incoming)
    if command.verb is Verb.TEST:
        return _test(session, incoming)
    question = asked_with(session, technician, command.code) if command.code is not None else None
    if question is not None:
        return _about_answered_call(session, incoming, question, command)
    return _about_callback(session, incoming, command)


def _no_such_code(session: Session, incoming: Incoming, code: str) -> Answer:
    words = Words(
        f"You have no page with the code {code}. Check the last text.",
        f"Aucun avis ne porte le code {code}. Vérifiez le dernier texto.",
    )
    is_answered = _answered_today(session, incoming.technician.phone, incoming.now) <= MOST_ANSWERS
    return Answer(words if is_answered else Words("", ""), wrong_code=True)


# Texts about a callback


def _about_callback(session: Session, incoming: Incoming, command: Command) -> Answer:
    callback, code = _callback_meant(session, incoming.technician, command)
    if callback is None or (command.verb is not Verb.WHO and command.code is None):
        return _ask_which(session, incoming, command, callback)
    if command.verb is Verb.WHO:
        return Answer(_owner_in_words(callback, incoming.technician, code))
    by = technician_by(incoming.technician, Via.TEXT, code)
    decider = deciding_by(session, incoming.desk, callback, incoming.technician, Via.TEXT, incoming.now)
    answer = _perform_command(session, incoming, callback, command, decider if command.verb in DECISIONS else by)
    if command.words and command.verb not in (Verb.MANAGER, Verb.NONE, Verb.NOTE, Verb.MORE):
        _perform(session, incoming, callback, AddNote(command.words), by)
    return answer


def _about_answered_call(session: Session, incoming: Incoming, question: Page, command: Command) -> Answer:
    """Open the callback of a call that they answered and that needs more work. The text about it is the answer."""
    code = question.code
    if command.verb is not Verb.MORE:
        return Answer(
            Words(
                f"No callback is open for {code}. MORE {code} P2 and what it is about opens one.",
                f"Aucun rappel n'est ouvert pour {code}. SUIVI {code} P2 et de quoi il s'agit en ouvre un.",
            ),
            understood=False,
        )
    open_by_text(session, incoming.desk, question, command.words, incoming.now)
    return NOTHING


def _perform_command(
    session: Session, incoming: Incoming, callback: Callback, command: Command, by: Requester
) -> Answer:
    """Do what a command asks for. If its minutes cannot be recorded, the rest is done all the same."""
    act = _act(command)
    if command.minutes is None or not isinstance(act, ReportOutcome | AddNote):
        return _perform(session, incoming, callback, act, by)
    with_minutes = replace(act, minutes=command.minutes)
    try:
        return Answer(perform(session, incoming.desk, callback.id, with_minutes, by, incoming.now))
    except MinutesRefused as refusal:
        done = _perform(session, incoming, callback, act, by).words
        why = minutes_not_noted(command.minutes, refusal.words)
        return Answer(Words(f"{done.english}{why.english}", f"{done.french}{why.french}"))
    except Refused as refusal:
        return Answer(refusal.words)


def _perform(session: Session, incoming: Incoming, callback: Callback, act: Act, by: Requester) -> Answer:
    try:
        return Answer(perform(session, incoming.desk, callback.id, act, by, incoming.now))
    except Refused as refusal:
        return Answer(refusal.words)


def _act(command: Command) -> Act:
    match command.verb:
        case Verb.MANAGER:
            return RequestManager(command.words)
        case Verb.NONE:
            return CloseUnreachable(command.words)
        case Verb.NOTE | Verb.MORE:  # more is written about a callback that is open
            return AddNote(command.words)
        case verb:
            return ACTS[verb]


def _callback_meant(session: Session, technician: Technician, command: Command) -> tuple[Callback | None, str]:
    """Return the callback that a command means, and its code; (None, "") when that is not clear.

    Only a question needs no code: it may name the reference, or mean the only open callback that they were paged for.
    """
    theirs = select(Page).where(Page.technician_id == technician.id, Page.code != "").order_by(Page.id.desc())
    if command.code is not None:
        page = session.scalars(theirs.where(Page.code == command.code)).first()
        return (page.callback, page.code) if page else (None, "")
    if command.reference:
        named = session.scalars(select(Callback).where(Callback.reference == command.reference)).first()
        page = session.scalars(theirs.where(Page.callback_id == named.id)).first() if named else None
        return named, page.code if page else ""
    open_ones = _open_callbacks(session, technician)
    return next(iter(open_ones.items())) if len(open_ones) == 1 else (None, "")


def _open_callbacks(session: Session, technician: Technician) -> dict[Callback, str]:
    """Return the open callbacks that a technician was paged for, each with its code."""
    theirs = select(Page).join(Callback, Page.callback_id == Callback.id).where(Callback.state == CallbackState.OPEN)
    pages = session.scalars(theirs.where(Page.technician_id == technician.id, Page.code != "").order_by(Page.id))
    return {page.callback: page.code for page in pages if page.callback is not None}


def _names_another_code(session: Session, incoming: Incoming, command: Command) -> bool:
    """Return whether the words after a code name another callback of theirs: "done 436621 and 583112"."""
    others = set(codes_in(command.words)) - {command.code}
    return bool(others) and not others.isdisjoint(_open_callbacks(session, incoming.technician).values())


def _owner_in_words(callback: Callback, technician: Technician, code: str) -> Words:
    reference, owner = callback.reference, callback.owner
    if callback.state is not CallbackState.OPEN:
        return Words(f"{reference} is closed.", f"{reference} est fermé.")
    if owner is None:
        take = Words(f" Reply {code} to take it.", f" Répondez {code} pour le prendre.") if code else Words("", "")
        return Words(
            f"Nobody has {reference} yet.{take.english}", f"Personne n'a encore pris {reference}.{take.french}"
        )
    if owner.id == technician.id:
        return Words(f"You have {reference}.", f"{reference} est à vous.")
    return Words(f"{owner.name} has {reference}.", f"{reference}: {owner.name} s'en occupe.")


def _ask_which(session: Session, incoming: Incoming, command: Command, named: Callback | None) -> Answer:
    """Ask which callback a command is about, naming the open ones with their codes."""
    if _answered_today(session, incoming.technician.phone, incoming.now) > MOST_ANSWERS:
        return NOTHING
    open_ones = _open_callbacks(session, incoming.technician)
    if command.reference:
        return Answer(_needs_the_code(command, named, open_ones))
    if not open_ones:
        return Answer(Words("You have no open callback.", "Vous n'avez aucun rappel ouvert."))
    word, mot = _word(command.verb)
    if len(open_ones) == 1:
        (callback, code), *_ = open_ones.items()
        about = _with_number(callback)
        return Answer(Words(f"Reply {word} {code} for {about}.", f"Répondez {mot} {code} pour {about}."))
    return Answer(
        Words(
            _list_of(open_ones, f"Which one? Write {word} and the code: "),
            _list_of(open_ones, f"Lequel? Écrivez {mot} et le code: "),
        )
    )


def _needs_the_code(command: Command, named: Callback | None, open_ones: Mapping[Callback, str]) -> Words:
    """Return that a reference changes nothing, with the code that does."""
    reference, (word, mot) = command.reference, _word(command.verb)
    if named is None:
        return Words(f"There is no callback {reference}.", f"Il n'y a pas de rappel {reference}.")
    if named not in open_ones:
        return Words(
            f"Only the code of a page changes a callback, and you have no open page about {reference}.",
            f"Pour modifier un rappel, il faut le code d'un avis, et vous n'en avez aucun pour {reference}.",
        )
    return Words(
        f"{reference} needs its code: write {word} {open_ones[named]}.",
        f"{reference}: il faut le code. Écrivez {mot} {open_ones[named]}.",
    )


def _word(verb: Verb) -> tuple[str, str]:
    """Return the word for a verb in English and in French."""
    return verb.name, IN_FRENCH.get(verb, verb.name)


def _list_of(callbacks: Mapping[Callback, str], head: str) -> str:
    """Return a list of callbacks with their codes, the last ones first, with as many as fit into a text."""
    named = [f"{code} ({_with_number(callback)})" for callback, code in reversed(list(callbacks.items()))]
    lists = (f"{head}{', '.join(named[:count])}." for count in range(len(named), 0, -1))
    return first_that_fits(*lists)


def _with_number(callback: Callback) -> str:
    number = callback.contact.customer_number
    if not number:
        return callback.reference
    extension = f" #{callback.contact.extension}" if callback.contact.extension else ""
    return f"{callback.reference}, {readable_number(number)}{extension}"


# Texts that are not understood


def _not_understood(session: Session, incoming: Incoming) -> Answer:
    """Ask back, at most once a minute. A text that names a code is answered unless it repeats one that was.

    A text with six-digit codes, none of them the sender's, counts as a wrong code. Four digits may be anything.
    """
    guesses = [code for code in codes_in(incoming.text) if len(code) == CODE_LENGTH]
    if guesses and not any(is_code_of(session, incoming.technician, code) for code in guesses):
        return _no_such_code(session, incoming, guesses[0])
    lately = _answered_lately(session, incoming)
    named = _callbacks_by_code(session, incoming)
    if _not_understood_today(session, incoming) >= MOST_ANSWERS or incoming.text in lately:
        return NOTHING
    if len(named) > 1:
        words = Words(_list_of(named, "One text for each code, please: "), _list_of(named, "Un texto par code, svp: "))
        return Answer(words, understood=False)
    if named:
        (callback, code), *_ = named.items()
        return Answer(_suggest_replies(incoming.desk, callback, code), understood=False)
    if lately:
        return NOTHING
    if means_stop_in_french(incoming.text):
        return Answer(NOT_STOPPED, understood=False)
    assent = _answer_assent(session, incoming) if is_assent(incoming.text) else None
    return assent or Answer(HELP, understood=False)


def _answered_lately(session: Session, incoming: Incoming) -> Collection[str]:
    """Return the texts of a technician that were answered in the past minute though they were not understood."""
    answered = ReceivedText.understood.is_(False) & (ReceivedText.answer != "")
    texts = select(ReceivedText.words).where(_from(incoming.technician), answered)
    return session.scalars(texts.where(ReceivedText.at > incoming.now - PAUSE)).all()


NOT_VERIFIED = Words(
    "This number is not verified, so your text was ignored. Ask your supervisor for a code and reply with it.",
    "Ce numéro n'est pas vérifié: votre texto a été ignoré. Demandez un code à votre superviseur et envoyez-le ici.",
)
NOT_STOPPED = Words(
    "ARRET does not stop texts here. STOP does; then you are paged by phone.",
    "ARRET n'arrête pas les textos ici. STOP les arrête; on vous appelle alors au téléphone.",
)
HELP = Words(
    "Not understood. Reply with the code alone to take it, or CALL, DONE, CONT, WORKAROUND, MSG, NA, WRONG, NONE, "
    "PASS, MANAGER or WHO and the code. TEST checks your phone.",
    "Pas compris. Répondez avec le code seul pour le prendre, ou APPEL, FAIT, SUITE, SOLUTION, MSG, NA, FAUX, AUCUN, "
    "PASSE, GESTIONNAIRE ou QUI et le code. ESSAI vérifie votre téléphone.",
)


def _suggest_replies(desk: Desk, callback: Callback, code: str) -> Words:
    about, replies = _with_number(callback), _replies(desk, callback, code)
    return Words(
        f"Not understood. For {about}: reply {code} alone to take it, {replies.english}.",
        f"Pas compris. Pour {about}: {code} seul pour le prendre, {replies.french}.",
    )


def _answer_assent(session: Session, incoming: Incoming) -> Answer | None:
    """Answer an "ok": it confirms a test page, or it may mean the only callback without an owner."""
    if _confirm_test(session, incoming):
        return Answer(Words("Thank you, the test page arrived.", "Merci, l'essai est arrivé."))
    waiting = {c: code for c, code in _open_callbacks(session, incoming.technician).items() if c.owner_id is None}
    if not waiting:
        return _answer_owner(session, incoming)
    if len(waiting) == 1:
        (callback, code), *_ = waiting.items()
        about = _with_number(callback)
        english = f"Reply {code} to take {about}, PASS {code} to pass it on."
        french = f"Répondez {code} pour prendre {about}, PASSE {code} pour passer au suivant."
        return Answer(Words(english, french), understood=False)
    return Answer(
        Words(
            _list_of(waiting, "Which one do you take? Reply with its code: "),
            _list_of(waiting, "Lequel prenez-vous? Répondez avec son code: "),
        ),
        understood=False,
    )


def _answer_owner(session: Session, incoming: Incoming) -> Answer | None:
    """Answer an "ok" of somebody to whom nothing else is open than one callback of their own."""
    theirs = {
        c: code for c, code in _open_callbacks(session, incoming.technician).items() if owns(c, incoming.technician)
    }
    if len(theirs) != 1:
        return None
    (callback, code), *_ = theirs.items()
    about, replies = _with_number(callback), _replies(incoming.desk, callback, code)
    english, french = f"You have {about}: {replies.english}.", f"Vous avez {about}: {replies.french}."
    return Answer(Words(english, french), understood=False)


def _replies(desk: Desk, callback: Callback, code: str) -> Words:
    """Return the replies that fit once it is theirs. Where nobody can be called, nobody can have tried."""
    if callback.contact.customer_number:
        return Words(
            f"CALL {code} to be connected, DONE {code} when resolved, NA {code} for no answer, "
            f"PASS {code} to pass it on",
            f"APPEL {code} pour joindre le client, FAIT {code} quand c'est réglé, NA {code} si pas de réponse, "
            f"PASSE {code} pour passer au suivant",
        )
    if can_be_mailed(callback) and customer_number(desk, callback).is_missing:
        return Words(
            f"answer by mail at the link in the page, DONE {code} when resolved, PASS {code} to pass it on",
            f"répondez par courriel avec le lien de l'avis, FAIT {code} quand c'est réglé, PASSE {code} pour passer au "
            "suivant",
        )
    if customer_number(desk, callback).is_missing:
        return Words(
            f"DONE {code} when resolved, NONE {code} and why if nobody can be called, PASS {code} to pass it on",
            f"FAIT {code} quand c'est réglé, AUCUN {code} et pourquoi si personne n'est joignable, "
            f"PASSE {code} pour passer au suivant",
        )
    return Words(
        f"DONE {code} when resolved, PASS {code} to pass it on",
        f"FAIT {code} quand c'est réglé, PASSE {code} pour passer au suivant",
    )


def _callbacks_by_code(session: Session, incoming: Incoming) -> dict[Callback, str]:
    """Return the open callbacks whose codes are in a text that is not understood, each with its code."""
    found = codes_in(incoming.text)
    return {c: code for c, code in _open_callbacks(session, incoming.technician).items() if code in found}


def _not_understood_today(session: Session, incoming: Incoming) -> int:
    """Return how many of a technician's texts were not understood in the past day."""
    lately = ReceivedText.at > incoming.now - DAY
    count = select(func.count()).select_from(ReceivedText).where(_from(incoming.technician), lately)
    return session.scalar(count.where(ReceivedText.understood.is_(False))) or 0


def _from(technician: Technician) -> ColumnElement[bool]:
    return ReceivedText.sender.in_([technician.phone, technician.second_phone or technician.phone])


# Texts that are about no callback


def _blocks_or_unblocks(incoming: Incoming) -> bool:
    return _opts_in(incoming) or incoming.opt_out_type == "STOP" or is_opt_out(incoming.text)


def _opts_in(incoming: Incoming) -> bool:
    """Return whether the carrier unblocks our texts. It takes YES so only from somebody whom it blocks."""
    is_yes = incoming.text.strip().casefold() == OPT_IN_IF_BLOCKED
    is_blocked = _text_to(incoming).key in incoming.technician.troubles
    return incoming.opt_out_type == "START" or is_opt_in(incoming.text) or (is_yes and is_blocked)


def _text_to(incoming: Incoming) -> ContactMethod:
    return ContactMethod(Channel.TEXT, incoming.slot)


def _record_opt_out_or_in(session: Session, incoming: Incoming) -> Answer:
    """Note that the carrier now blocks our texts, or delivers them again. It answers STOP and START itself."""
    technician, way = incoming.technician, _text_to(incoming)
    if _opts_in(incoming):
        clear_failure(technician, way)
    elif record_failure(technician, way, "this person sent STOP; the carrier blocks texts to them."):
        english = f"{technician.name} sent STOP: no text reaches them. They are paged by phone until they send START."
        french = f"{technician.name} a envoyé STOP: aucun texto ne lui parvient. On l'appelle d'ici son START."
        key = f"STOP {technician.id} {incoming.now:%Y-%m-%d %H:%M}"
        alert_supervisors(session, incoming.desk, key, Words(english, french), incoming.now)
    return NOTHING


def _verify(session: Session, incoming: Incoming, code: str) -> Answer:
    if verify(session, incoming.technician, incoming.slot, code, incoming.now):
        return Answer(Words("Thank you. This number is verified.", "Merci. Ce numéro est vérifié."))
    return Answer(
        Words(
            "That is not the code. Check the last text, or ask for a new code.",
            "Ce n'est pas le bon code. Relisez le dernier texto, ou demandez un nouveau code.",
        ),
        wrong_code=True,
    )


def _test(session: Session, incoming: Incoming) -> Answer:
    if _answered_today(session, incoming.technician.phone, incoming.now) > MOST_ANSWERS:
        return NOTHING
    try:
        pages = send_test(session, incoming.desk, incoming.technician, incoming.now)
    except TooManyToday as refusal:
        return _once_a_day(session, incoming, refusal.words)
    ways = list(dict.fromkeys(BY_CHANNEL[page.channel] for page in pages))
    if not ways:
        return Answer(Words("None of your numbers is verified.", "Aucun de vos numéros n'est vérifié."))
    english, french = " and ".join(way.english for way in ways), " et ".join(way.french for way in ways)
    return Answer(Words(f"A test page is on its way {english}.", f"Un avis d'essai est en route, {french}."))


def _not_verified(session: Session, incoming: Incoming) -> Answer:
    """Answer a text from a number that is not verified: its phone may be lost, or somebody else's."""
    return _once_a_day(session, incoming, NOT_VERIFIED)


def _once_a_day(session: Session, incoming: Incoming, words: Words) -> Answer:
    """Return an answer that a technician gets once a day, and no answer after that."""
    answer = for_text_message(words.for_(incoming.technician.language))
    same = select(ReceivedText.sid).where(_from(incoming.technician), ReceivedText.answer == answer)
    is_repeated = session.scalar(same.where(ReceivedText.at > incoming.now - DAY).limit(1)) is not None
    return NOTHING if is_repeated else Answer(words)


def _confirm_test(session: Session, incoming: Incoming) -> bool:
    """Mark the test page that a technician confirms, and return whether there was one."""
    recent = select(Page).where(
        Page.technician_id == incoming.technician.id,
        Page.kind == PageKind.TEST,
        Page.channel == Channel.TEXT,
        Page.answer == PageAnswer.NONE,
        Page.created_at > incoming.now - TEST_LASTS,
    )
    page = session.scalars(recent.order_by(Page.id.desc())).first()
    if page is None:
        return False
    page.answer = PageAnswer.HEARD
    return True


def _grant(session: Session, desk: Desk, sender: str, text: str, now: datetime) -> str:
    """Subscribe somebody to outage notices, or unsubscribe them. They get as few answers as for any other text."""
    note_contact(session, sender, now)
    is_answered = _may_be_answered(session, desk, sender, now)
    return for_text_message(grant(session, desk, sender, text, now, is_answered=is_answered))


def _answer_customer(
    session: Session, desk: Desk, sender: str, text: str, opt_out_type: str, now: datetime
) -> tuple[Answer, str]:
    """Return the answer to somebody who is no technician, and its language."""
    if handled_by_carrier(session, sender, text, opt_out_type, now):
        return NOTHING, "en"
    joined = join_text(session, desk, sender, text, now)
    if joined is not None:
        words, language = joined
        return Answer(words), language
    return _answer_unknown_sender(session, desk, sender, now), "en"


def _answer_unknown_sender(session: Session, desk: Desk, sender: str, now: datetime) -> Answer:
    note_contact(session, sender, now)
    if not _may_be_answered(session, desk, sender, now):
        return NOTHING
    both = not_read(desk)
    return Answer(Words(both, both))


def _may_be_answered(session: Session, desk: Desk, sender: str, now: datetime) -> bool:
    """Return whether a stranger gets an answer. Each answer costs money, and the sender of a text can be forged."""
    if desk.dialing_rules.callable_number(sender) is None:
        return False
    if _answered_today(session, sender, now) > desk.limits.answers_to_strangers:
        return False
    in_all = desk.limits.answers_to_strangers_in_all
    ours = select(Technician.phone).union(select(Technician.second_phone).where(Technician.second_phone.is_not(None)))
    answered = select(ReceivedText.sid).where(ReceivedText.at > now - DAY, ReceivedText.answer != "")
    strangers = answered.where(ReceivedText.sender.not_in(ours)).limit(in_all)
    return len(session.scalars(strangers).all()) < in_all


def _answered_today(session: Session, sender: str, now: datetime) -> int:
    count = select(func.count()).select_from(ReceivedText)
    return session.scalar(count.where(ReceivedText.sender == sender[:64], ReceivedText.at > now - DAY)) or 0
