"""What a technician hears on the phone, and what their keys mean. Pure.

A private voicemail answers like a person, so taking a callback needs a key and then a second, different key.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from callbacks.db.states import ReachOutcome, ReportedOutcome
from callbacks.desk.desk_file import Desk, Language
from callbacks.text.bilingual import Words
from callbacks.text.formats import spelled, spoken_time_and_day
from ivr import prompts
from ivr.prompts import number_in_prompt, phrase, say
from ivr.twilio.call_urls import CallUrls, VoicePath
from ivr.twilio.verbs import Dial, Gather, Hangup, Play, Say, Verb

ROUNDS = 3  # how often a question is asked before the call ends
MANAGER_KEY = "0"  # in the menu of a page, and after a connection
DIAL_SECONDS = 30  # how long the customer's phone may ring


class KeyAct(enum.Enum):
    """What a key asks for."""

    TAKE = "take"
    TAKE_AND_CONNECT = "take and connect"
    PASS = "pass"
    MANAGER = "manager"


class Question(enum.Enum):
    """What a page by phone asks. The value is in the URL that the key goes to."""

    MENU = "menu"
    CONFIRM = "confirm"  # whether they take the callback
    CONFIRM_AND_CONNECT = "confirm-connect"  # whether they take it and are connected
    CONFIRM_MANAGER = "confirm-manager"  # whether the customer asks for a manager


# What a second key confirms.
CONFIRMED = {
    Question.CONFIRM: KeyAct.TAKE,
    Question.CONFIRM_AND_CONNECT: KeyAct.TAKE_AND_CONNECT,
    Question.CONFIRM_MANAGER: KeyAct.MANAGER,
}


@dataclass(frozen=True)
class PageFacts:
    """The page that this call is about, and where its callback stands."""

    page_id: int
    name: str
    language: Language
    reference: str
    line: str
    line_name: str  # in the technician's language
    customer_number: str | None
    due_at: datetime
    now: datetime
    owner: str | None  # another technician who has it
    is_theirs: bool  # the technician who is called has it
    is_closed: bool
    message_urls: tuple[str, ...]  # of those that are here, in order
    has_message: bool
    needs_consent: bool = False  # of a supervisor, before the number may be called; until then there is none
    is_tried: bool = False  # the customer was called, and the deadline is met or gone
    message_is_lost: bool = False  # the carrier no longer has the recording
    message_is_deleted: bool = False  # after the retention time, or by a person
    others: int = 0  # how many other callbacks this call is about
    extension: str = ""  # of the customer's number
    caller_language: str = ""  # as the customer chose it, or as it was known
    customer: str = ""  # company and name, if we know them
    asks_for_no_call: bool = False  # the customer, by text
    says_down: bool = False  # the caller pressed that everything is down
    named_at: datetime | None = None  # when the customer asked to be called
    without_number: Words = prompts.WITHHELD_NUMBER  # what is said where there is no number to call
    is_by_mail: bool = False  # the customer wrote, and can be answered by mail


@dataclass(frozen=True)
class KeyPress:
    """The answer to a question: a key, or "" when none was pressed."""

    key: str = ""
    round: int = 1  # how often the question has been asked, from 1


@dataclass(frozen=True)
class PageReply:
    """What the technician hears, or what their key asks for."""

    verbs: tuple[Verb, ...]
    act: KeyAct | None = None


# The page by phone


def answered(desk: Desk, urls: CallUrls, facts: PageFacts) -> PageReply:
    """Return what is heard when the phone is picked up: who is calling and why, and the menu."""
    over = _over(facts)
    if over is not None:
        return over
    count = str(facts.others)
    others = (say(facts.language, prompts.OTHER_CALLBACKS, count=count),) if facts.others else ()
    no_call = (say(facts.language, prompts.ASKS_FOR_NO_CALL),) if facts.asks_for_no_call else ()
    about = (*no_call, *_customer(facts), *_wishes(desk, facts), *_language(facts), *others)
    return PageReply(_menu(urls, facts, 1, _headline(desk, facts), *about))


def keyed(desk: Desk, urls: CallUrls, facts: PageFacts, question: Question, press: KeyPress) -> PageReply:
    """Return what follows a key, or silence, after a question of a page."""
    over = _over(facts)
    if over is not None:
        return over
    if question is Question.MENU:
        return _chosen(desk, urls, facts, press)
    if press.key == "1":
        return PageReply((), CONFIRMED[question])
    return _again(desk, urls, facts, press, say(facts.language, prompts.NOT_CONFIRMED))


def taken(desk: Desk, facts: PageFacts) -> tuple[Verb, ...]:
    """Return what is heard by a technician who has taken the callback."""
    reference = spelled(facts.reference)
    if facts.customer_number is None:
        if facts.is_by_mail:
            return (say(facts.language, prompts.TAKEN_BY_MAIL, reference=reference), Hangup())
        without_number = say(
            facts.language,
            prompts.TAKEN_BEFORE_CONSENT if facts.needs_consent else prompts.TAKEN_WITHOUT_NUMBER,
            reference=reference,
        )
        return (without_number, Hangup())
    if facts.is_tried:
        again = say(facts.language, prompts.TAKEN_AGAIN, reference=reference, number=_number(facts))
        return (again, Hangup())
    yours = say(
        facts.language,
        prompts.TAKEN if facts.now < facts.due_at else prompts.TAKEN_LATE,
        reference=reference,
        number=_number(facts),
        due=_due(desk, facts),
    )
    return (yours, Hangup())


def passed(facts: PageFacts) -> tuple[Verb, ...]:
    """Return what is heard by a technician who has passed the callback on."""
    return (say(facts.language, prompts.PASSED), Hangup())


def manager_asked(urls: CallUrls, facts: PageFacts, press: KeyPress, answer: Words) -> tuple[Verb, ...]:
    """Return the answer to a request for a manager, and the menu again."""
    return _menu(urls, facts, press.round, say(facts.language, answer))


def refused(facts: PageFacts, why: Words) -> tuple[Verb, ...]:
    """Return what is heard by a technician whose answer was refused, with the reason."""
    return (say(facts.language, why), Hangup())


def plays_message(verbs: tuple[Verb, ...]) -> bool:
    """Return whether the customer's message is played."""
    return any(isinstance(part, Play) for verb in verbs if isinstance(verb, Gather) for part in verb.prompts)


def _over(facts: PageFacts) -> PageReply | None:
    reference = spelled(facts.reference)
    if facts.is_closed:
        return PageReply((say(facts.language, prompts.ALREADY_CLOSED, reference=reference), Hangup()))
    if facts.owner is not None:
        owned = say(facts.language, prompts.OWNED_BY_ANOTHER, owner=facts.owner, reference=reference)
        return PageReply((owned, Hangup()))
    return None


def _chosen(desk: Desk, urls: CallUrls, facts: PageFacts, press: KeyPress) -> PageReply:
    match press.key:
        case "1":
            return PageReply(_menu(urls, facts, press.round, *_message(facts)))
        case "2":
            return PageReply((_ask_to_confirm(urls, facts, press, Question.CONFIRM),))
        case "3" if facts.customer_number is not None:
            return PageReply((_ask_to_confirm(urls, facts, press, Question.CONFIRM_AND_CONNECT),))
        case "4":
            return PageReply((), KeyAct.PASS)
        case _ if press.key == MANAGER_KEY:
            return PageReply((_ask_to_confirm(urls, facts, press, Question.CONFIRM_MANAGER),))
        case "*":
            return PageReply(_menu(urls, facts, press.round, _headline(desk, facts), *_customer(facts)))
    return _again(desk, urls, facts, press)


def _again(desk: Desk, urls: CallUrls, facts: PageFacts, press: KeyPress, *before: Say) -> PageReply:
    if press.round >= ROUNDS:
        return PageReply(_no_key_pressed(facts.language))
    return PageReply(_menu(urls, facts, press.round + 1, *before, _headline(desk, facts)))


def _menu(urls: CallUrls, facts: PageFacts, round: int, *before: Say | Play) -> tuple[Verb, ...]:
    menu, manager = _choices(facts), say(facts.language, prompts.ASK_FOR_MANAGER)
    return (Gather(_page_key(urls, facts, Question.MENU, round), (*before, menu, manager), timeout=7),)


def _choices(facts: PageFacts) -> Say:
    if facts.customer_number is not None:
        return say(facts.language, prompts.PAGE_MENU)
    if facts.is_by_mail:
        return say(facts.language, prompts.PAGE_MENU_BY_MAIL)
    return say(
        facts.language,
        prompts.PAGE_MENU_BEFORE_CONSENT if facts.needs_consent else prompts.PAGE_MENU_WITHOUT_NUMBER,
    )


def _ask_to_confirm(urls: CallUrls, facts: PageFacts, press: KeyPress, question: Question) -> Gather:
    action = _page_key(urls, facts, question, press.round)
    return Gather(action, (say(facts.language, prompts.CONFIRM),), timeout=7)


def _page_key(urls: CallUrls, facts: PageFacts, question: Question, round: int) -> str:
    return urls.to(VoicePath.PAGE_KEY, page=facts.page_id, stage=question.value, round=round)


def _headline(desk: Desk, facts: PageFacts) -> Say:
    company = desk.company.name[facts.language]
    if facts.is_tried:
        return say(
            facts.language,
            prompts.PAGE_OWN if facts.is_theirs else prompts.PAGE_AGAIN,
            company=company,
            name=facts.name,
            line=facts.line_name,
        )
    if facts.is_by_mail:
        return say(
            facts.language,
            prompts.PAGE_BY_MAIL if facts.now < facts.due_at else prompts.PAGE_BY_MAIL_LATE,
            company=company,
            name=facts.name,
            line=facts.line_name,
            due=_due(desk, facts),
        )
    return say(
        facts.language,
        prompts.PAGE if facts.now < facts.due_at else prompts.PAGE_LATE,
        company=company,
        name=facts.name,
        line=facts.line_name,
        due=_due(desk, facts),
    )


def _due(desk: Desk, facts: PageFacts) -> str:
    return spoken_time_and_day(facts.due_at, desk.zone, facts.now, facts.language)


def _wishes(desk: Desk, facts: PageFacts) -> Iterator[Say]:
    """Yield what the caller said by key, until the customer is tried."""
    if facts.says_down:
        yield say(facts.language, prompts.SAYS_DOWN)
    if facts.named_at is not None and not facts.is_tried:
        at = spoken_time_and_day(facts.named_at, desk.zone, facts.now, facts.language)
        yield say(facts.language, prompts.ASKED_FOR_A_TIME, time=at)


def _customer(facts: PageFacts) -> tuple[Say, ...]:
    """Return who the customer is, as far as we know."""
    return (say(facts.language, prompts.CUSTOMER, customer=facts.customer),) if facts.customer else ()


def _language(facts: PageFacts) -> tuple[Say, ...]:
    """Return the language of the customer, if it is not the technician's."""
    if facts.caller_language in ("", facts.language):
        return ()
    return (say(facts.language, prompts.OTHER_LANGUAGE),)


def _message(facts: PageFacts) -> tuple[Say | Play, ...]:
    urls = facts.message_urls
    if len(urls) == 1:
        return (Play(urls[0]),)
    if urls:
        return tuple(part for number, url in enumerate(urls, 1) for part in _one_of(facts, number, len(urls), url))
    if facts.message_is_lost:
        return (say(facts.language, prompts.MESSAGE_LOST),)
    if facts.message_is_deleted:
        return (say(facts.language, prompts.MESSAGE_DELETED),)
    if facts.is_by_mail and not facts.has_message:
        return (say(facts.language, prompts.READ_THE_MAIL),)
    return (say(facts.language, prompts.MESSAGE_NOT_HERE if facts.has_message else prompts.NO_MESSAGE),)


def _one_of(facts: PageFacts, number: int, count: int, url: str) -> tuple[Say | Play, ...]:
    which = say(facts.language, prompts.MESSAGE_OF_SEVERAL, number=str(number), count=str(count))
    return (which, Play(url))


def _number(facts: PageFacts) -> str:
    return number_in_prompt(facts.language, facts.customer_number, facts.extension, facts.without_number)


def _no_key_pressed(language: Language) -> tuple[Verb, ...]:
    return (say(language, prompts.NO_KEY_PRESSED), Hangup())


# A notice: an alarm, a test or a verification code, about no callback


def notice(urls: CallUrls, page_id: int, words: str, language: Language, round: int = 1) -> tuple[Verb, ...]:
    """Return a notice with the request to confirm it by a key."""
    action = urls.to(VoicePath.PAGE_HEARD, page=page_id, round=round)
    return (Gather(action, (Say(words, language), say(language, prompts.CONFIRM_HEARD)), timeout=6),)


def notice_keyed(
    urls: CallUrls, page_id: int, words: str, language: Language, press: KeyPress
) -> tuple[tuple[Verb, ...], bool]:
    """Return what follows a key, or silence, after a notice, and whether the notice was heard."""
    if press.key == "1":
        return (say(language, prompts.HEARD), Hangup()), True
    if press.round >= ROUNDS:
        return _no_key_pressed(language), False
    return notice(urls, page_id, words, language, press.round + 1), False


# The connection to the customer


def ask_to_connect(urls: CallUrls, facts: PageFacts, round: int = 1, *before: Say | Play) -> tuple[Verb, ...]:
    """Return what is heard by a technician who asked to be connected: press 1 to connect, 2 to hear the message."""
    over = _over(facts)
    if over is not None:
        return over.verbs
    if facts.customer_number is None:
        return no_number(facts)
    number, reference = _number(facts), spelled(facts.reference)
    menu = say(facts.language, prompts.CONNECT_MENU, number=number, reference=reference, line=facts.line_name)
    action = urls.to(VoicePath.CONNECT_KEY, page=facts.page_id, round=round)
    customer = _customer(facts) if round == 1 else ()
    return (Gather(action, (*before, *customer, menu, menu), timeout=8),)


def connect_keyed(urls: CallUrls, facts: PageFacts, press: KeyPress) -> tuple[Verb, ...] | None:
    """Return what follows a key, or silence, before a connection; None: call the customer now."""
    if press.key == "1":
        return None
    if press.key == "2" and press.round < 2 * ROUNDS:
        return ask_to_connect(urls, facts, press.round + 1, *_message(facts))
    if press.key and press.round < ROUNDS:
        return ask_to_connect(urls, facts, press.round + 1)
    return _no_key_pressed(facts.language)


def connect(desk: Desk, urls: CallUrls, facts: PageFacts, attempt_id: int) -> tuple[Verb, ...]:
    """Return the verbs that call the customer. The caller ID is the company's number, never the technician's."""
    if facts.customer_number is None or facts.is_closed:
        return no_number(facts)
    dial = Dial(
        (facts.customer_number,),
        urls.to(VoicePath.CONNECT_ENDED, attempt=attempt_id),
        desk.lines[facts.line].number,
        DIAL_SECONDS,
        status=urls.to(VoicePath.CONNECT_STATUS, attempt=attempt_id),
        answered_by=urls.to(VoicePath.CONNECT_ANSWERED, attempt=attempt_id),
        extension=facts.extension,
    )
    return (say(facts.language, prompts.CONNECTING), dial)


def no_number(facts: PageFacts) -> tuple[Verb, ...]:
    """Return what is heard when there is no number to connect to, or none yet."""
    return (say(facts.language, prompts.NOT_BEFORE_CONSENT if facts.needs_consent else prompts.NO_NUMBER), Hangup())


# How the call to the customer went

OUTCOME_KEYS = {
    "1": ReportedOutcome.RESOLVED,
    "2": ReportedOutcome.CONTINUING,
    "3": ReportedOutcome.LEFT_A_MESSAGE,
    "4": ReportedOutcome.NO_ANSWER,
    "5": ReportedOutcome.WRONG_NUMBER,
    "6": ReportedOutcome.WORKAROUND,
}


def ask_outcome(
    urls: CallUrls, attempt_id: int, outcome: ReachOutcome, language: Language, round: int = 1
) -> tuple[Verb, ...]:
    """Return how the call to the customer ended, with the question how it went.

    Nothing is asked about a phone that never rang: that is no attempt.
    """
    how_it_ended = phrase(language, prompts.HOW_IT_ENDED[outcome])
    ended = say(language, prompts.CALL_ENDED, outcome=how_it_ended)
    if outcome is ReachOutcome.NOT_RUNG:
        return (ended, say(language, prompts.TRY_AGAIN_BY_TEXT), Hangup())
    return _ask_outcome(urls, attempt_id, language, round, ended)


def ask_outcome_by_text(language: Language) -> tuple[Verb, ...]:
    """Return that the call failed, before it is known whether it was an attempt."""
    failed = phrase(language, prompts.HOW_IT_ENDED[ReachOutcome.FAILED])
    ended = say(language, prompts.CALL_ENDED, outcome=failed)
    return (ended, say(language, prompts.OUTCOME_BY_TEXT), Hangup())


def manager_asked_after_call(
    urls: CallUrls, attempt_id: int, language: Language, round: int, answer: Words
) -> tuple[Verb, ...]:
    """Return the answer to a request for a manager, and the question how the call went again."""
    return _ask_outcome(urls, attempt_id, language, round, say(language, answer))


def _ask_outcome(urls: CallUrls, attempt_id: int, language: Language, round: int, before: Say) -> tuple[Verb, ...]:
    action = urls.to(VoicePath.CONNECT_OUTCOME, attempt=attempt_id, round=round)
    menu, manager = say(language, prompts.OUTCOME_MENU), say(language, prompts.ASK_FOR_MANAGER)
    return (Gather(action, (before, menu, manager), timeout=8),)


def outcome_not_keyed(
    urls: CallUrls, attempt_id: int, outcome: ReachOutcome, language: Language, round: int
) -> tuple[Verb, ...]:
    """Return what follows silence or a wrong key: the question again, or that it will come by text."""
    if round >= ROUNDS:
        return (say(language, prompts.OUTCOME_BY_TEXT), Hangup())
    return ask_outcome(urls, attempt_id, outcome, language, round + 1)


def outcome_noted(language: Language, outcome: ReportedOutcome) -> tuple[Verb, ...]:
    """Return what is heard after an outcome has been reported by key."""
    return (say(language, prompts.OUTCOME_NOTED[outcome]), Hangup())
