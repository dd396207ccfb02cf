"""The desk file (support.toml). It is checked as a whole; every mistake is reported with its place and remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationError, model_validator

from callbacks.db.states import Channel, Coverage, PriorityLevel
from callbacks.desk.audio_files import AudioFile, read_audio_file, read_hold_audio
from callbacks.desk.canary import Canary, canary_faults
from callbacks.desk.escalation_policy import Escalation, Step, Target
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning, MailRules, mailbox_faults
from callbacks.desk.menu_faults import Around, menu_faults
from callbacks.desk.menus import (
    Box,
    Flow,
    Information,
    Menu,
    Name,
    Spoken,
    Team,
    menu_of_keys,
    named_menu,
    place_of,
)
from callbacks.desk.night_hours import NightHours
from callbacks.desk.parts import Language as Language
from callbacks.desk.parts import Part, TimeOfDay, both_languages, own_number, span_of_day
from callbacks.desk.retry_policy import Retry, RetryPolicy, retry
from callbacks.desk.tickets import Tickets
from callbacks.errors import BrokenDesk, WrongState
from callbacks.text.bilingual import Words
from callbacks.text.daily_span import DailySpan
from callbacks.text.dialing_rules import DEFAULT_RULES, DialingRules, is_region
from callbacks.text.duration import duration
from callbacks.text.gsm7 import TWO_SEGMENTS, size
from callbacks.text.mail_address import mail_address
from sla import targets as promise
from sla.closing import ClosingRule
from sla.holidays import StatutoryHolidays
from sla.hours import SupportHours, Window
from sla.priorities import Priority

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PROGRAM = ("Night Desk", "nightdesk", "phone desk")  # what people call it
LONGEST_SENDER = 30  # letters of a text; a page without its optional parts then still fits
LONGEST_LINE_NAME = 32
DEFAULT = "default"  # the name of the escalation policy that applies when no other does


def window(text: object) -> object:
    """Return "08:30-18:00" as a window of opening. Raise ValueError."""
    if isinstance(text, Window):
        return text
    found = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f'{text!r} is not a window. Write "08:30-18:00"; "00:00-00:00" is the whole day.')
    opens, closes = (int(found[1]), int(found[2])), (int(found[3]), int(found[4]))
    return Window(time(*opens), time(0, 0) if closes == (24, 0) else time(*closes))


def short_sender(text: str) -> str:
    """Return the first words of every text, unless they leave too little room for the rest. Raise ValueError."""
    if size(text) > LONGEST_SENDER:
        raise ValueError(
            f"{text!r} takes {size(text)} of the {TWO_SEGMENTS} letters of a text. "
            f"Shorten it to {LONGEST_SENDER} at most, so that the rest of the text is not cut."
        )
    return text


def line_name(text: str) -> str:
    """Return how people read and hear the name of a line, such as "direct line". Raise ValueError."""
    if not text.strip() or size(text) > LONGEST_LINE_NAME:
        raise ValueError(f'{text!r} is not a name for a line. Write 1 to {LONGEST_LINE_NAME} letters: "direct line".')
    return text.strip()


Duration = Annotated[timedelta, BeforeValidator(duration)]


def at_least(shortest: str) -> AfterValidator:
    """Return the check of a duration that must not be shorter than this one."""
    limit = cast(timedelta, duration(shortest))

    def long_enough(given: timedelta) -> timedelta:
        if given < limit:
            raise ValueError(f'it is too short. Write "{shortest}" or longer.')
        return given

    return AfterValidator(long_enough)


# A duration is checked with its setting, so that a mistake is reported together with all others.
Wait = Annotated[Duration, at_least("1s")]
Promised = Annotated[Duration, at_least("1m")]


class Company(Part):
    name: Annotated[Mapping[Language, str], Field(min_length=1), AfterValidator(both_languages)]
    sender: Annotated[str, AfterValidator(short_sender)] = Field(min_length=2)
    wording: str = ""  # the file of the desk's own wording, beside this one


class Voices(Part):
    """Who speaks each language, by the names of the carrier's voices."""

    en: str = "Polly.Joanna-Neural"
    fr: str = "Polly.Gabrielle-Neural"

    def for_(self, language: str) -> str:
        return self.fr if language == "fr" else self.en


class OwnWords(Part):
    """The desk's own wording of a prompt, a text or a mail."""

    en: str
    fr: str


def by_name(wording: object) -> object:
    """Return wording by its names. In the file, a table has its name before those in it."""
    return dict(_by_name(wording)) if isinstance(wording, Mapping) else wording


def _by_name(wording: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, own in wording.items():
        if isinstance(own, Mapping) and own and all(isinstance(each, Mapping) for each in own.values()):
            yield from ((f"{name}.{inner}", each) for inner, each in _by_name(own))
        else:
            yield name, own


class Hours(Part):
    zone: str
    monday: tuple[Annotated[Window, BeforeValidator(window)], ...] = ()
    tuesday: tuple[Annotated[Window, BeforeValidator(window)], ...] = ()
    wednesday: tuple[Annotated[Window, BeforeValidator(window)], ...] = ()
    thursday: tuple[Annotated[Window, BeforeValidator(window)], ...] = ()
    friday: tuple[Annotated[Window, BeforeValidator(window)], ...] = ()
    saturday: tuple[Annotated[Window, BeforeValidator(window)], ...] = ()
    sunday: tuple[Annotated[Window, BeforeValidator(window)], ...] = ()

    @model_validator(mode="after")
    def zone_is_known(self) -> Hours:
        if self.zone not in available_timezones():
            raise ValueError(f'zone {self.zone!r} is not known. Write one such as "America/Toronto".')
        return self


class HolidayPlaces(Part):
    countries: tuple[Literal["US", "CA"], ...] = ("US", "CA")
    subdivision: str | None = "QC"


def line_key(text: str) -> str:
    """Return a key of a line. Raise ValueError."""
    if not re.fullmatch("[0-9]", text):
        raise ValueError(f"{text!r} is not a key. Write one of 0 to 9.")
    return text


LineKey = Annotated[str, AfterValidator(line_key)]


class Line(Part):
    """A number that customers call, and its menu. An empty menu leads straight to support."""

    number: Annotated[str, BeforeValidator(own_number)]
    name: Annotated[Mapping[Language, Annotated[str, AfterValidator(line_name)]], AfterValidator(both_languages)] = {}
    language: Language = "en"
    menu: Mapping[LineKey, Literal["support", "manager", "english", "french"]] = {}
    menu_exit: Literal["support", "goodbye"] = "support"
    named_menu: str = ""  # what `menu = "main"` becomes: the name of a menu
    # Offered once on a line without a menu, before it goes on to support.
    languages: Mapping[LineKey, Literal["english", "french"]] = {}
    priority: PriorityLevel = PriorityLevel.P2  # of a callback opened on this line

    @model_validator(mode="before")
    @classmethod
    def menu_may_be_a_name(cls, given: Any) -> Any:
        return named_menu(given)

    @model_validator(mode="after")
    def menu_leads_to_support(self) -> Line:
        if self.menu and "support" not in self.menu.values():
            raise ValueError('the menu never leads to support. Give one key the value "support".')
        if (self.menu or self.named_menu) and self.languages:
            raise ValueError("a line with a menu offers its languages in the menu. Move the keys of `languages` there.")
        return self


def region(text: object) -> object:
    """Return a region (ISO 3166). Raise ValueError when it has no phone numbers."""
    if isinstance(text, str) and not is_region(text):
        raise ValueError(f'{text!r} is not a region. Write its two letters, such as "CA".')
    return text


Region = Annotated[str, BeforeValidator(region)]


class Numbers(Part):
    """Which phone numbers are ordinary ones, and which are the company's own."""

    region: Region = DEFAULT_RULES.region  # of a number without a country code
    called_without_consent: frozenset[Region] = DEFAULT_RULES.called_without_consent
    own: tuple[Annotated[str, BeforeValidator(own_number)], ...] = ()  # beside those of the lines


class CallbackPromise(Part):
    promise: Annotated[Duration, at_least("5m")]  # a shorter one leaves no time to page anybody
    at_risk: Duration = timedelta(minutes=10)  # before the deadline
    paged_ahead: Duration = timedelta(minutes=10)  # of the time that a customer named


class UrgencyQuestion(Part):
    """The question that callers are asked while the desk is closed, and the examples that they hear in it."""

    ask: bool = True
    down: Annotated[Mapping[Language, str], AfterValidator(both_languages)] = {}
    can_wait: Annotated[Mapping[Language, str], AfterValidator(both_languages)] = {}


class Ringing(Part):
    order: Literal["in order", "together", "longest idle"] = "in order"
    each: Wait
    longest_hunt: Wait
    missed_after: Wait = timedelta(seconds=20)  # a caller who waited longer and hung up is called back
    asks_by_text: bool = True  # whoever took a call and hung up first: does it need more work?
    hold_audio: str = ""  # a WAV file beside the desk file, played again and again while a caller waits; "": silence


class VoicemailLimits(Part):
    longest: Wait
    silence: Wait


class ResolutionTarget(Part):
    """How soon a resolution is promised, and in which hours that counts."""

    within: Promised
    counts: Literal["all hours", "support hours"] = "all hours"


def resolution_target(given: object) -> object:
    """Return "24h" as a target that counts every hour (policy: Priorities)."""
    return {"within": duration(given)} if isinstance(given, str) else given


Retries = tuple[Annotated[Retry, BeforeValidator(retry)], ...]


def in_both_languages(given: object) -> object:
    """Return a text that is written once as the same text in both languages."""
    return {"en": given, "fr": given} if isinstance(given, str) else given


# A text for people, in both languages, or the same in both.
Bilingual = Annotated[Mapping[Language, str], BeforeValidator(in_both_languages), AfterValidator(both_languages)]


class PriorityTargets(Part):
    name: Bilingual = Field(min_length=1)
    meaning: Bilingual = Field(default_factory=dict)  # these two for people who choose a priority
    examples: Bilingual = Field(default_factory=dict)
    first_reaction: Promised
    resolution: Annotated[ResolutionTarget, BeforeValidator(resolution_target)]
    at_risk_after: Duration | None = None
    around_the_clock: bool = False  # of the first reaction; otherwise it counts support hours
    workaround_resolves: bool = False
    retries: Retries | None = Field(min_length=1, default=None)  # in place of those of [retries]
    # How often owner and supervisors hear of an overdue resolution.
    overdue_every: Annotated[Duration, at_least("5m")] | None = None


class AgainStep(Part):
    """Who is texted, called, and paged by their own contact rules."""

    text: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    page: tuple[str, ...] = ()


class EscalationStep(AgainStep):
    after: Duration
    times: int = Field(ge=1, le=20, default=1)
    every: Duration | None = None

    @model_validator(mode="after")
    def repeats_at_a_pace(self) -> EscalationStep:
        if self.times > 1 and not self.every:
            raise ValueError('a step with `times` also needs `every`, such as every = "2m".')
        return self


class EscalationPart(Part):
    layers: tuple[str, ...] = Field(min_length=1)
    steps: tuple[EscalationStep, ...] = Field(min_length=1)
    again: AgainStep
    again_every: Duration
    reminder_after: Duration
    reminder_before_due: Duration
    resume_before_due: Duration


class OtherPolicy(Part):
    """An escalation policy for some callbacks. What it leaves out comes from [escalation]."""

    lines: tuple[str, ...] = ()
    priorities: tuple[PriorityLevel, ...] = ()
    hours: tuple[Annotated[DailySpan, BeforeValidator(span_of_day)], ...] = ()
    steps: tuple[EscalationStep, ...] = Field(min_length=1)
    again: AgainStep | None = None
    again_every: Duration | None = None
    reminder_after: Duration | None = None
    reminder_before_due: Duration | None = None
    resume_before_due: Duration | None = None

    def applies_to(self, line: str, priority: PriorityLevel, local: time) -> bool:
        return (
            (not self.lines or line in self.lines)
            and (not self.priorities or priority in self.priorities)
            and (not self.hours or any(span.covers(local) for span in self.hours))
        )


class Products(Part):
    """The products that customers call about, by coverage."""

    covered: tuple[str, ...] = ()
    courtesy: tuple[str, ...] = ()
    billable: tuple[str, ...] = ()

    @property
    def by_coverage(self) -> Mapping[Coverage, tuple[str, ...]]:
        return {
            Coverage.COVERED: self.covered,
            Coverage.COURTESY: self.courtesy,
            Coverage.BILLABLE: self.billable,
        }


class Limits(Part):
    """Limits on texts and calls. The first page of a callback is never held back."""

    answers_to_strangers: int = Field(ge=0, le=20, default=3)
    answers_to_strangers_in_all: int = Field(ge=0, le=1000, default=50)
    pages_in_ten_minutes: int = Field(ge=1, le=100, default=6)  # to one person on one channel; more are bundled
    bundle_every: Duration = timedelta(minutes=2)
    texts_a_day: int = Field(ge=10, default=600)
    calls_a_day: int = Field(ge=10, default=300)
    texts_to_customer_a_day: int = Field(ge=0, le=100, default=10)  # to one number
    texts_to_customers_a_day: int = Field(ge=0, default=300)  # to all numbers, outage notices apart
    texts_to_customers_a_minute: int = Field(ge=1, le=6000, default=60)  # no more than the carrier sends at once
    codes_a_day: int = Field(ge=1, le=100, default=5)  # to a person's first number, and as many to the second
    tests_a_day: int = Field(ge=1, le=200, default=20)  # test pages, in the same way
    notices_a_second: float = Field(ge=0.1, le=100, default=1)  # texts about outages, to subscribers


class CustomerTexts(Part):
    """Which texts customers get. Their wording is in `callbacks.paging.customer_wording`, or the desk's own."""

    receipts: bool = True  # the reference and the time, after a voicemail or a missed call; also that it closed
    attempts: bool = True  # that we called and did not reach them


class RetriesPart(Part):
    """When a customer who was not reached is tried again, and how often an owner hears of what stays open."""

    after: Retries = Field(min_length=1, default=(Retry(timedelta(minutes=15)), Retry(timedelta(hours=1)), Retry(None)))
    waits_after: int = Field(ge=1, le=20, default=3)
    reviewed_every: Annotated[Duration, at_least("1h")] = timedelta(days=5)


class AutoClose(Part):
    """When a callback closes automatically: after both the attempts and the silence (policy: Priorities)."""

    attempts: int = Field(ge=1, le=20, default=3)
    silence: Duration = timedelta(days=5)
    never: tuple[PriorityLevel, ...] = (PriorityLevel.P1,)

    @model_validator(mode="after")
    def silence_lasts(self) -> AutoClose:
        if self.silence < timedelta(hours=1):
            raise ValueError("a silence of less than an hour would close callbacks at once. Give a longer one.")
        return self


class Screening(Part):
    """Which callers are asked for a key before the menu, and how many calls an hour one number may make."""

    ask_withheld: bool = False
    ask_failed_attestation: bool = True
    calls_an_hour: int = Field(ge=3, le=1000, default=12)
    silent_calls_wait: bool = True  # until the morning, where nothing shows that a person called


def kept_for(text: object) -> object:
    """Return "90d" as a duration, and "never" as None: never deleted. Raise ValueError."""
    return None if text == "never" else duration(text)


def at_least_a_day(kept: timedelta | None) -> timedelta | None:
    """Return how long something is kept. Raise ValueError for less than a day."""
    if kept is not None and kept < timedelta(days=1):
        raise ValueError('it is too short. Write "1d" or longer, or "never" to never delete it.')
    return kept


Kept = Annotated[timedelta | None, BeforeValidator(kept_for), AfterValidator(at_least_a_day)]


class Retention(Part):
    """How long the desk keeps what customers said and who they are, from the end of the callback; None: for ever."""

    audio: Kept = timedelta(days=90)
    transcripts: Kept = timedelta(days=365)  # and the words of texts, and what mails say, with their files
    numbers: Kept = timedelta(days=730)  # and names, and every detail about the customer in both logs

    @model_validator(mode="after")
    def person_goes_last(self) -> Retention:
        kept = (self.audio, self.transcripts, self.numbers)
        lengths = [each if each is not None else timedelta.max for each in kept]
        if lengths[2] < max(lengths):
            raise ValueError("numbers go together with audio and transcripts. Keep numbers at least as long as both.")
        return self


class ReportHours(Part):
    """The hours, in desk time, that count as night, and those in which a page wakes somebody."""

    night: Annotated[DailySpan, BeforeValidator(span_of_day)] = DailySpan(time(18), time(8, 30))
    sleep: Annotated[DailySpan, BeforeValidator(span_of_day)] = DailySpan(time(22), time(7))


class RotaWatch(Part):
    """When supervisors are alerted to coming gaps: early enough to do something about tonight."""

    gaps_reported_at: TimeOfDay = time(9)


class Transcripts(Part):
    """Who transcribes messages: the model on this machine, the carrier (in English only), or nobody."""

    by: Literal["model", "carrier", "none"] = "model"


class DigestMails(Part):
    """When the digests are mailed, and to whom besides supervisors and administrators."""

    at: TimeOfDay = time(8)
    until: TimeOfDay = time(12)  # a digest that could not be sent by then is dropped
    also_to: tuple[Annotated[str, AfterValidator(mail_address)], ...] = ()


def web_page(text: str) -> str:
    """Return the address of a web page. Raise ValueError."""
    if not re.fullmatch(r"https?://[^\s/?#\"<>]+[^\s\"<>]*", text):
        raise ValueError(f'{text!r} is not the address of a web page. Write it as "https://status.example.com".')
    return text


class StatusPage(Part):
    """The page about outages that texts and mails link to."""

    page: Annotated[str, AfterValidator(web_page)] | None = None  # the company's own; None: that of this service


class Desk(Part):
    """The content of support.toml."""

    company: Company
    hours: Hours
    holidays: HolidayPlaces
    lines: Mapping[str, Line] = Field(min_length=1)
    menus: Mapping[Name, Menu] = {}
    teams: Mapping[Name, Team] = {}
    boxes: Mapping[Name, Box] = {}
    information: Mapping[Name, Information] = {}
    mailboxes: Mapping[str, Mailbox] = {}
    mail: MailRules = MailRules()
    tickets: Tickets = Tickets()
    numbers: Numbers = Numbers()
    callback: CallbackPromise
    urgency: UrgencyQuestion = UrgencyQuestion()
    ringing: Ringing
    voicemail: VoicemailLimits
    priorities: Mapping[PriorityLevel, PriorityTargets]
    escalation: EscalationPart
    policies: Mapping[str, OtherPolicy] = {}
    coverage: Products = Products()
    limits: Limits = Limits()
    customer_texts: CustomerTexts = CustomerTexts()
    digest: DigestMails = DigestMails()
    retries: RetriesPart = RetriesPart()
    auto_close: AutoClose = AutoClose()
    screening: Screening = Screening()
    canary: Canary | None = None
    reports: ReportHours = ReportHours()
    rota: RotaWatch = RotaWatch()
    voices: Voices = Voices()
    wording: Annotated[Mapping[str, OwnWords], BeforeValidator(by_name)] = {}
    status: StatusPage = StatusPage()
    retention: Retention = Retention()
    transcript: Transcripts = Transcripts()
    _audio: Mapping[str, AudioFile] = PrivateAttr(default_factory=dict)  # by the name in the desk file

    @property
    def dialing_rules(self) -> DialingRules:
        """Which numbers may be called."""
        own = frozenset({*self.numbers.own, *(line.number for line in self.lines.values())})
        return DialingRules(self.numbers.region, self.numbers.called_without_consent, own)

    def with_own_number(self, number: str) -> Desk:
        """Return the desk with one more number of its own. A messaging service is none."""
        if not number.startswith("+"):
            return self
        numbers = self.numbers.model_copy(update={"own": (*self.numbers.own, number)})
        return self.model_copy(update={"numbers": numbers})

    def own_words(self, name: str, shipped: Words) -> Words:
        """Return the desk's own words under this name, or those as shipped."""
        own = self.wording.get(name)
        return Words(own.en, own.fr) if own is not None else shipped

    def priority_of_line(self, line: str) -> PriorityLevel:
        """Return the priority of a callback opened on a line. For a line that was removed, it is P2."""
        return self.lines[line].priority if line in self.lines else PriorityLevel.P2

    @property
    def own_addresses(self) -> frozenset[str]:
        """The addresses of our mailboxes, in lower case."""
        return frozenset(mailbox.address.lower() for mailbox in self.mailboxes.values())

    def meaning_of(self, mailbox: str) -> MailboxMeaning:
        """Return what a mail to a mailbox asks for. For a mailbox that was removed, it is a normal answer."""
        return self.mailboxes[mailbox].meaning if mailbox in self.mailboxes else MailboxMeaning.NORMAL

    def priority_of_mailbox(self, mailbox: str) -> PriorityLevel:
        """Return the priority of a callback that a mail opens, before anything is known of its customer."""
        return PriorityLevel.P3 if self.meaning_of(mailbox) is MailboxMeaning.NORMAL else PriorityLevel.P2

    def mailbox_name(self, mailbox: str) -> Words:
        """Return the name of a mailbox for people, made of its key where the desk file gives none."""
        names = self.mailboxes[mailbox].name if mailbox in self.mailboxes else {}
        return Words(names.get("en", f"{mailbox} mailbox"), names.get("fr", f"boîte {mailbox}"))

    def coverage_of(self, product: str) -> Coverage:
        """Return the coverage of a product, or NONE if the desk file does not list it."""
        known = (coverage for coverage, products in self.coverage.by_coverage.items() if product in products)
        return next(known, Coverage.NONE)

    def status_page(self, public_url: str) -> str:
        """Return the address of the page about outages."""
        return self.status.page or f"{public_url}/status"

    def names(self) -> list[str]:
        """Return what the company, its lines and this program are called: words that a guesser tries first."""
        lines = (self.line_name(line) for line in self.lines)
        company = (*self.company.name.values(), self.company.sender)
        return [*PROGRAM, *company, *(name for line in lines for name in (line.english, line.french))]

    def line_name(self, line: str) -> Words:
        """Return the name of a line for people, made of its key where the desk file gives none: "direct line"."""
        names = self.lines[line].name if line in self.lines else {}
        default = Words(f"{line} line", f"ligne {line}")
        return Words(names.get("en", default.english), names.get("fr", default.french))

    def name_of_way(self, line: str, mailbox: str) -> Words:
        """Return the name of the mailbox that was written to, else of the line that was called."""
        return self.mailbox_name(mailbox) if mailbox else self.line_name(line)

    def box_name(self, box: str) -> Words:
        """Return the name of a voicemail box for people."""
        names = self.boxes[box].name if box in self.boxes else {}
        return Words(names.get("en", box), names.get("fr", box))

    def team_name(self, team: str) -> Words:
        """Return the name of a team for people."""
        names = self.teams[team].name if team in self.teams else {}
        return Words(names.get("en", team), names.get("fr", team))

    def line_called(self, number: str) -> str:
        """Return the name of the line with this number. Any other number is treated as a line without a menu."""
        for name, line in self.lines.items():
            if line.number == number:
                return name
        return next((name for name in self.lines if self.menu_of(name) is None), next(iter(self.lines)))

    def menu_of(self, line: str) -> Menu | None:
        """Return the menu that a line begins with, or None for a line without one."""
        part = self.lines[line]
        if part.named_menu:
            return self.menus[part.named_menu]
        return menu_of_keys(part.menu, part.menu_exit) if part.menu else None

    @property
    def flow(self) -> Flow:
        """The menus of all lines, and what they lead to."""
        menus, first = {place_of(name): menu for name, menu in self.menus.items()}, dict[str, str]()
        for name, line in self.lines.items():
            if line.named_menu in self.menus:
                first[name] = place_of(line.named_menu)
            elif line.menu:
                first[name] = f"lines.{name}"
                menus[first[name]] = menu_of_keys(line.menu, line.menu_exit)
        return Flow(menus, first, self.teams, self.boxes, self.information)

    @property
    def audio(self) -> Mapping[str, AudioFile]:
        """The recordings that callers hear, by the name of their file."""
        return self._audio

    def with_audio(self, files: Mapping[str, AudioFile]) -> Desk:
        """Return the desk with its recordings."""
        desk = self.model_copy()
        desk._audio = files
        return desk

    def spoken(self) -> Iterator[tuple[str, Spoken]]:
        """Yield everything that may be a recording, with its place in the file."""
        for place, menu in self.flow.menus.items():
            yield place, menu
            yield from ((f"{place}.keys.{key}", choice) for key, choice in menu.keys.items())
        yield from ((f"information.{name}", told) for name, told in self.information.items())

    @cached_property
    def regular_hours(self) -> SupportHours:
        """The weekly hours and the statutory holidays, without closures and openings."""
        places = StatutoryHolidays(self.holidays.countries, self.holidays.subdivision)
        week = {day: windows for day, name in enumerate(WEEKDAYS) if (windows := getattr(self.hours, name))}
        return SupportHours(self.zone, week, places)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.hours.zone)

    def instant(self, text: str) -> datetime:
        """Return the instant (UTC) of a time in desk time, such as 2026-11-27T18:00. Raise WrongState."""
        try:
            given = datetime.fromisoformat(text.strip().replace(" ", "T"))
        except ValueError:
            given = None
        if given is None or not 2000 < given.year < 2200:
            raise WrongState(f"{text[:40]!r} is not a valid time. Write it as 2026-11-27T18:00.")
        instant = (given if given.tzinfo else given.replace(tzinfo=self.zone)).astimezone(UTC)
        if given.tzinfo is None and instant.astimezone(self.zone).replace(tzinfo=None) != given:
            raise WrongState(f"There is no {given:%H:%M} on {given:%Y-%m-%d}, because the clocks go forward.")
        return instant

    @cached_property
    def promised_callback(self) -> promise.Target:
        """What callers are promised while the desk is closed, whatever the priority."""
        return promise.Target(self.callback.promise)

    @cached_property
    def night_hours(self) -> NightHours:
        """The hours that reports and digests count as night, and as sleep."""
        return NightHours(self.reports.night, self.reports.sleep)

    @cached_property
    def closing_rule(self) -> ClosingRule:
        """When a callback closes automatically."""
        never = frozenset(level.value for level in self.auto_close.never)
        return ClosingRule(self.auto_close.attempts, self.auto_close.silence, never)

    def retry_policy(self, level: PriorityLevel) -> RetryPolicy:
        """Return when a customer of this priority who was not reached is tried again."""
        retries = self.priorities[level].retries or self.retries.after
        return RetryPolicy(retries, self.retries.waits_after, self.retries.reviewed_every)

    @cached_property
    def promises(self) -> Mapping[PriorityLevel, Priority]:
        """What each priority promises."""
        return {level: _priority(level, targets) for level, targets in self.priorities.items()}

    @cached_property
    def policy(self) -> Escalation:
        """The escalation policy that applies when no other does."""
        return self._escalation(self.escalation.steps, None)

    @cached_property
    def escalations(self) -> Mapping[str, Escalation]:
        """Every escalation policy by name."""
        others = {name: self._escalation(other.steps, other) for name, other in self.policies.items()}
        return {DEFAULT: self.policy, **others}

    def policy_for(self, line: str, priority: PriorityLevel, at: datetime) -> str:
        """Return the name of the policy for a callback on this line, opened at this instant: the first that fits."""
        local = at.astimezone(self.zone).time()
        fitting = (name for name, other in self.policies.items() if other.applies_to(line, priority, local))
        return next(fitting, DEFAULT)

    def policy_named(self, name: str) -> Escalation:
        """Return the policy of that name, or the default one if it was removed."""
        return self.escalations.get(name, self.policy)

    def _escalation(self, steps: tuple[EscalationStep, ...], other: OtherPolicy | None) -> Escalation:
        part = self.escalation

        def own(name: str) -> Any:
            return getattr(other, name, None) or getattr(part, name)

        return Escalation(
            layers=part.layers,
            steps=tuple(_repeated(steps)),
            again=Step(own("again_every"), _targets(own("again"))),
            promise=self.callback.promise,
            reminder_after=own("reminder_after"),
            reminder_before_due=own("reminder_before_due"),
            resume_before_due=own("resume_before_due"),
        )


def _priority(level: PriorityLevel, targets: PriorityTargets) -> Priority:
    in_support_hours = targets.resolution.counts == "support hours"
    return Priority(
        level.value,
        targets.name["en"],
        promise.Target(targets.first_reaction, business_time=not targets.around_the_clock),
        promise.Target(targets.resolution.within, in_support_hours, targets.at_risk_after),
        targets.workaround_resolves,
    )


def _repeated(steps: Iterable[EscalationStep]) -> Iterator[Step]:
    for step in steps:
        for repeat in range(step.times):
            yield Step(step.after + repeat * (step.every or timedelta(0)), _targets(step))


def _targets(step: AgainStep) -> tuple[Target, ...]:
    texts, calls = (Target(who, Channel.TEXT) for who in step.text), (Target(who, Channel.CALL) for who in step.call)
    return (*texts, *calls, *(Target(who, None) for who in step.page))


Check = Callable[[Desk], Iterable[str]]


def read_desk(path: Path, *checks: Check) -> Desk:
    """Return the desk file with its wording. Raise BrokenDesk with every mistake found, also by these checks."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        remedy = "there is no such file. Set DESK_FILE, or start from the support.toml that comes with this release."
        raise BrokenDesk(path, [remedy]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise BrokenDesk(path, [f"it is not TOML: {broken}."]) from None
    try:
        content |= _wording(content, path)
    except ValueError as broken:
        raise BrokenDesk(path, [*_faults_of(content, path, checks), f"company.wording: {broken}"]) from None
    return desk_from(content, path, *checks)


def _wording(content: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return the content of the wording file, if the desk has one. Raise ValueError."""
    company = content.get("company")
    name = company.get("wording") if isinstance(company, dict) else None
    if not isinstance(name, str) or not name:
        return {}
    if "wording" in content:
        raise ValueError(f"the wording is in {name} and in this file. Keep it in one of the two.")
    try:
        return {"wording": tomllib.loads((path.parent / name).read_text(encoding="utf-8"))}
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}. Put it beside the desk file.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise ValueError(f"{name} is not TOML: {broken}.") from None


def _faults_of(content: dict[str, Any], path: Path, checks: Iterable[Check]) -> tuple[str, ...]:
    try:
        desk_from(content, path, *checks)
    except BrokenDesk as broken:
        return broken.faults
    return ()


def desk_from(content: dict[str, Any], path: Path, *checks: Check) -> Desk:
    """Return the desk described by the content of a file. Raise BrokenDesk with every mistake found."""
    try:
        desk = Desk.model_validate(content)
    except ValidationError as invalid:
        own = _own_faults(invalid)
        faults = [_in_words(fault) for fault in own]
        if all(fault["loc"][:1] == ("wording",) and len(fault["loc"]) > 1 for fault in own):
            faults += _faults_of(_without(content, {fault["loc"][1] for fault in own}), path, checks)
        raise BrokenDesk(path, faults) from None
    faults = [*_faults_of_hours(desk), *_faults_of_lines(desk), *_faults_of_priorities(desk)]
    faults += [*_faults_of_policies(desk), *_faults_of_digest(desk), *mailbox_faults(desk.mailboxes)]
    faults += [*_faults_of_menus(desk), *(fault for check in checks for fault in check(desk))]
    faults += canary_faults(desk.canary, {name: line.number for name, line in desk.lines.items()}, desk.numbers.own)
    audio = _audio_beside(path.parent, desk, faults)
    if faults:
        raise BrokenDesk(path, faults)
    return desk.with_audio(audio)


def _without(content: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Return the content of a desk file without the wording that cannot be read, to find the other mistakes."""
    wording = by_name(content["wording"])
    kept = {name: own for name, own in wording.items() if name not in names} if isinstance(wording, dict) else {}
    return {**content, "wording": kept}


def _faults_of_menus(desk: Desk) -> list[str]:
    unknown = [
        f"lines.{name}.menu: there is no menu {line.named_menu!r}. Known: {', '.join(desk.menus) or 'none'}."
        for name, line in desk.lines.items()
        if line.named_menu and line.named_menu not in desk.menus
    ]
    unused = [
        f"lines.{name}.menu_exit: it is for a menu of this line alone. Write exit in [menus.{line.named_menu}]."
        for name, line in desk.lines.items()
        if line.named_menu and "menu_exit" in line.model_fields_set
    ]
    products = frozenset(product for products in desk.coverage.by_coverage.values() for product in products)
    around = Around(products, desk.policy.layers, desk.dialing_rules)
    return [*unknown, *unused, *menu_faults(desk.flow, around)]


def _audio_beside(folder: Path, desk: Desk, faults: list[str]) -> Mapping[str, AudioFile]:
    """Return the recordings that callers hear, and add those that cannot be played to the faults."""
    found: dict[str, AudioFile] = {}
    for place, spoken in desk.spoken():
        for language, name in spoken.play.items():
            try:
                found[name] = found.get(name) or read_audio_file(folder, name)
            except ValueError as fault:
                faults.append(f"{place}.play.{language}: {fault}")
    if name := desk.ringing.hold_audio:
        try:
            found[name] = read_hold_audio(folder, name)
        except ValueError as fault:
            faults.append(f"ringing.hold_audio: {fault}")
    return found


def _faults_of_policies(desk: Desk) -> Iterator[str]:
    yield from (f"escalation: {fault}" for fault in desk.policy.faults())
    for name, other in desk.policies.items():
        yield from (f"policies.{name}: {fault}" for fault in desk.escalations[name].faults())
        for line in other.lines:
            if line not in desk.lines:
                yield f"policies.{name}: there is no line {line!r}. Known: {', '.join(desk.lines)}."
        if name == DEFAULT:
            yield f"policies.{name}: {DEFAULT!r} is the name of [escalation]. Give this policy another name."
        if not (other.lines or other.priorities or other.hours):
            yield f"policies.{name}: it would apply to everything. Give it lines, priorities or hours."


def _own_faults(invalid: ValidationError) -> list[dict[str, Any]]:
    """Return the mistakes, without a list that is empty only because its entries are mistaken."""
    faults = [dict(fault) for fault in invalid.errors()]
    return [fault for fault in faults if fault["type"] != "too_short" or not fault["input"]]


def _in_words(fault: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in fault["loc"] if part != "[key]") or "the file"
    match fault["type"]:
        case "missing":
            return f"{place} is missing. Add it."
        case "extra_forbidden":
            return f"{place} is not a setting. Is it misspelled, or in the wrong section?"
        case "value_error":
            return f"{place}: {fault['ctx']['error']}"
        case "too_short":
            return f"{place} is empty. Give it at least one entry."
        case "literal_error" | "enum":
            return f"{place}: {fault['input']!r} is not known. Write {fault['ctx']['expected']}."
        case _:
            return f"{place}: {fault['msg'].removeprefix('Value error, ')} (it is {fault['input']!r})."


def _faults_of_hours(desk: Desk) -> list[str]:
    try:
        _ = desk.regular_hours
    except ValueError as fault:
        return [f"hours: {fault}"]
    return []


def _faults_of_lines(desk: Desk) -> list[str]:
    faults = []
    numbers = [line.number for line in desk.lines.values()]
    for name, line in desk.lines.items():
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name):
            faults.append(f"lines.{name}: use lowercase letters, digits and hyphens, such as toll-free.")
        if numbers.count(line.number) > 1:
            faults.append(f"lines.{name}: {line.number} belongs to two lines. Give each its own number.")
    return faults


def _faults_of_priorities(desk: Desk) -> list[str]:
    faults = [
        f"priorities.{level.value} is missing. Add it." for level in PriorityLevel if level not in desk.priorities
    ]
    zero = timedelta(0)
    for level, targets in desk.priorities.items():
        if targets.at_risk_after is not None and not zero < targets.at_risk_after <= targets.resolution.within:
            faults.append(f"priorities.{level.value}: at_risk_after must be shorter than the resolution.")
    if desk.callback.at_risk >= desk.callback.promise:
        faults.append("callback.at_risk: it must be shorter than callback.promise.")
    return faults


def _faults_of_digest(desk: Desk) -> list[str]:
    if desk.digest.at < desk.digest.until:
        return []
    return ["digest.until: it must be later than digest.at, on the same day."]
