"""The text of the digests: each morning of the night before, each Monday of the week before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.states import AttemptProof, CallbackState, ContactWay, MailKind, PageState
from callbacks.db.tables import Callback, CustomerContact, MailMessage, Page
from callbacks.desk.business_hours import support_hours
from callbacks.desk.customer_number import customer_number
from callbacks.desk.desk_file import Desk
from callbacks.desk.mailboxes import MailboxMeaning
from callbacks.lifecycle.sla_status import TRIED_AND_OPEN, still_owed
from callbacks.oncall import store
from callbacks.oncall.schedule import Gap
from callbacks.records.contacts_of_callback import turned_to_us
from callbacks.records.log_check import Heads
from callbacks.records.proofs import NO_TRIES, proof_of, tries_of
from callbacks.reporting import counts
from callbacks.reporting.activity import Activity, ContactFact, activity, contacts_between
from callbacks.reporting.periods import DAY, Days, monday_of
from callbacks.text.formats import day_and_time, span
from sla.attainment import Attainment, attainment
from sla.promises import Promise
from sla.wall_clock import first_instant

MOST_NAMED = 20


@dataclass(frozen=True)
class Digest:
    """Which digest: of the night to the morning of `day`, or of the week that ended with the day before."""

    of: Literal["night", "week"]
    day: date


@dataclass(frozen=True)
class DigestText:
    """A digest as it is mailed and shown."""

    subject: str
    words: str
    headings: tuple[str, ...] = ()  # the lines of the words that are headings


@dataclass(frozen=True)
class OpenCallback:
    """A callback that is still open."""

    reference: str
    owner: str
    contacts: str  # how often the customer turned to us about it, if more than once: "called twice"
    owed: str  # what is owed to the customer, and by when


@dataclass(frozen=True)
class AutomaticMails:
    """How many mails of programs and lists reached an emergency mailbox since the last digest. They open no callback.

    A customer's monitoring writes such mails, and so does everybody's out-of-office message.
    """

    count: int = 0
    of_customers: int = 0


@dataclass(frozen=True)
class NightFacts:
    """What the digest of a night reports."""

    night: Sequence[ContactFact]
    day_before: Sequence[ContactFact]  # from the last digest until the evening
    failed_pages: int
    still_open: Sequence[OpenCallback]
    gaps: Sequence[Gap]
    automatic: AutomaticMails = AutomaticMails()


def digest_text(session: Session, desk: Desk, digest: Digest, public_url: str, now: datetime) -> DigestText:
    """Return the text of a digest, with what is known at `now`."""
    if digest.of == "week":
        return _week_text(session, desk, digest.day, now)
    return night_text(desk, digest.day, _night_facts(session, desk, digest.day, now), public_url, now)


def _night_facts(session: Session, desk: Desk, day: date, now: datetime) -> NightFacts:
    last_digest, evening, morning = (
        local_instant(desk.zone, day - DAY, desk.digest.at),
        local_instant(desk.zone, day - DAY, desk.night_hours.night.begins),
        local_instant(desk.zone, day, desk.digest.at),
    )
    contacts = contacts_between(session, desk.zone, last_digest, morning)
    failed = select(func.count()).where(
        Page.state == PageState.FAILED,
        Page.created_at >= evening,
        Page.created_at < morning,
        Page.callback_id.is_not(None),
    )
    return NightFacts(
        night=[each for each in contacts if each.began_at >= evening],
        day_before=[each for each in contacts if each.began_at < evening],
        failed_pages=session.scalar(failed) or 0,
        still_open=_still_open(session, desk, now),
        gaps=store.gaps_ahead(session, desk, now),
        automatic=_automatic_mails(session, desk, last_digest, morning),
    )


def _automatic_mails(session: Session, desk: Desk, since: datetime, until: datetime) -> AutomaticMails:
    mailboxes = [name for name in desk.mailboxes if desk.meaning_of(name) is MailboxMeaning.EMERGENCY]
    mails = (
        select(func.count())
        .select_from(MailMessage)
        .where(
            MailMessage.mailbox.in_(mailboxes),
            MailMessage.kind.in_((MailKind.AUTOMATIC, MailKind.LIST)),
            MailMessage.received_at >= since,
            MailMessage.received_at < until,
        )
    )
    of_customers = mails.where(MailMessage.sender.in_(select(CustomerContact.value)))
    return AutomaticMails(session.scalar(mails) or 0, session.scalar(of_customers) or 0)


def _still_open(session: Session, desk: Desk, now: datetime) -> list[OpenCallback]:
    is_open = Callback.state == CallbackState.OPEN
    rows = session.scalars(select(Callback).where(is_open).order_by(Callback.due_at))
    again = turned_to_us(session, is_open)
    owed = still_owed(session, desk, support_hours(session, desk), now)
    tries = tries_of(session, TRIED_AND_OPEN)
    return [
        OpenCallback(
            row.reference,
            row.owner.name if row.owner else "nobody",
            again.get(row.id, ""),
            _owed(row, proof_of(row, tries.get(row.id, NO_TRIES)), owed.get(row.id), desk, now),
        )
        for row in rows
    ]


TRIED = {
    AttemptProof.CARRIER: "tried",
    AttemptProof.MAIL: "answered by mail",
    AttemptProof.WORD: "tried by a technician's word",
    AttemptProof.NO_NUMBER: "nobody can be called",
}


def _owed(callback: Callback, proof: AttemptProof, resolved: Promise | None, desk: Desk, now: datetime) -> str:
    if callback.attempted_at is None:
        return f"NOT TRIED, due {day_and_time(callback.due_at, desk.zone)}{_waits_for_consent(desk, callback)}"
    next_attempt = (
        f", next attempt due {day_and_time(callback.try_again_at, desk.zone)}" if callback.try_again_at else ""
    )
    return f"{TRIED.get(proof, 'tried')}{next_attempt}{_resolution(callback, resolved, desk, now)}"


def _resolution(callback: Callback, resolved: Promise | None, desk: Desk, now: datetime) -> str:
    if callback.release:
        return f", fixed in {callback.release}"
    workaround = ", workaround given" if callback.workaround_at is not None else ""
    if resolved is None:
        return workaround
    if resolved.due_at is None:
        return f"{workaround}, waiting for the customer"
    late = ", OVERDUE" if resolved.due_at < now else ""
    return f"{workaround}, to be resolved by {day_and_time(resolved.due_at, desk.zone)}{late}"


def _waits_for_consent(desk: Desk, callback: Callback) -> str:
    customer = customer_number(desk, callback)
    if not customer.waits_for_consent:
        return ""
    return f"; {customer.in_words.english} is {customer.why_not.english}: a supervisor must allow it first"


def night_text(desk: Desk, day: date, facts: NightFacts, public_url: str, now: datetime) -> DigestText:
    """Return the text of a digest of a night. Pure."""
    morning, evening = desk.digest.at, desk.night_hours.night.begins
    kept = attainment(counts.promises(facts.night), now)
    came = _came(facts.night) or "no calls"
    missed = f", {_counted(kept.missed, 'deadline')} missed" if kept.missed else ""
    subject = f"{desk.company.sender}: night to {_day(day)}: {came}{missed}"
    blocks = [
        [f"Night to {_day(day)}, {evening:%H:%M} to {morning:%H:%M}"],
        [*_contact_lines(facts.night, now), _failed_line(facts.failed_pages), *_automatic_line(facts.automatic)],
        _day_before(desk, day, facts.day_before, now),
        ["Open now", *_open_lines(facts.still_open)],
        ["Gaps ahead", *_gap_lines(desk, facts.gaps)],
    ]
    link = [f"{public_url}/reports/digest?day={day}"]
    return DigestText(subject, _paragraphs([*blocks, link]), tuple(blocks[n][0] for n in (0, 2, 3, 4)))


def log_line(heads: Heads) -> str:
    """Return the line with the heads of both logs, with which `audit` can show later whether one was cut. Pure."""
    size = f"{_counted(heads.entries.count, 'audit entry', 'audit entries')}, {_counted(heads.events.count, 'event')}"
    return f"Logs: {size} sealed. To verify them: python app.py audit {heads}"


def _contact_lines(contacts: Sequence[ContactFact], now: datetime) -> list[str]:
    if not contacts:
        return ["No calls."]
    kept = attainment(counts.promises(contacts), now)
    owed = kept.met + kept.missed + kept.open + kept.no_number
    counted = f"{_came(contacts) or 'No calls'}, {_counted(owed, 'callback')}."
    return [counted, *_kept_lines(kept), *_without_number(contacts, now)] if owed else [counted]


def _came(contacts: Sequence[ContactFact]) -> str:
    """Return how many calls and mails there were: "3 calls, 1 mail"; "" for none. Callbacks by hand are neither."""
    ways = Counter(each.way for each in contacts)
    named = ((ContactWay.CALL, "call"), (ContactWay.MAIL, "mail"))
    return ", ".join(_counted(ways[way], name) for way, name in named if ways[way])


def _kept_lines(kept: Attainment, share: str = "") -> list[str]:
    proof = f"Proven {kept.proven}, by a technician's word {kept.by_word}."
    return [
        f"Kept in time {kept.met}{share}, missed {kept.missed}, not due yet {kept.open}.",
        *([proof] if kept.met else []),
    ]


def _without_number(contacts: Sequence[ContactFact], now: datetime) -> list[str]:
    references = counts.without_number(contacts, now)
    return [f"Nobody could be called: {', '.join(_shortened(references))}."] if references else []


def _failed_line(pages: int) -> str:
    return f"{_counted(pages, 'page')} failed." if pages else "No page failed."


def _automatic_line(mails: AutomaticMails) -> list[str]:
    if not mails.count:
        return []
    of_customers = f" ({mails.of_customers} from customers)" if mails.of_customers else ""
    counted = _counted(mails.count, "automatic mail")
    return [f"{counted} to an emergency mailbox{of_customers} opened no callback since the last digest. See Mails."]


def _day_before(desk: Desk, day: date, contacts: Sequence[ContactFact], now: datetime) -> list[str]:
    morning, evening = desk.digest.at, desk.night_hours.night.begins
    heading = f"Day before, {_day(day - DAY)}, {morning:%H:%M} to {evening:%H:%M}"
    return [heading, *_contact_lines(contacts, now)]


def _open_lines(still_open: Sequence[OpenCallback]) -> list[str]:
    return _shortened([_open_line(each) for each in still_open]) or ["None."]


def _open_line(each: OpenCallback) -> str:
    return ", ".join(filter(None, [f"{each.reference} with {each.owner}", each.contacts, each.owed]))


def _gap_lines(desk: Desk, gaps: Sequence[Gap]) -> list[str]:
    lines = [
        f"{gap.layer}: nobody from {day_and_time(gap.starts_at, desk.zone)} to {day_and_time(gap.ends_at, desk.zone)}"
        for gap in gaps
    ]
    return _shortened(lines) or ["None in the next fourteen days."]


def _shortened(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST_NAMED
    return [*lines[:MOST_NAMED], f"and {more} more"] if more > 0 else list(lines)


def _week_text(session: Session, desk: Desk, day: date, now: datetime) -> DigestText:
    monday = monday_of(day) - timedelta(weeks=1)
    found = activity(session, Days(monday, monday + 6 * DAY), desk.zone, desk.night_hours)
    kept = attainment(counts.promises(found.contacts), now)
    subject = f"{desk.company.sender}: week of {_day(monday)}: {kept.met} in time, {kept.missed} missed"
    blocks = [
        [f"Week of {_day(monday)} to {_day(monday + 6 * DAY)}"],
        _week_lines(desk, found.contacts, kept, now),
        ["Busiest night", *(_busiest_night(found) or ["Every night was quiet."])],
        ["Load per person", *([_load_line(each) for each in counts.load(found)] or ["Nobody was paged."])],
    ]
    return DigestText(subject, _paragraphs(blocks), tuple(blocks[n][0] for n in (0, 2, 3)))


def _week_lines(desk: Desk, contacts: Sequence[ContactFact], kept: Attainment, now: datetime) -> list[str]:
    share = f" ({100 * kept.share_met:.1f} %)" if kept.share_met is not None else ""
    soon = attainment(counts.promises(counts.promised_at_any_hour(contacts)), now)
    first = "none yet" if soon.median is None else f"median {span(soon.median)}"
    late = "" if soon.percentile_95 is None else f", 95 % within {span(soon.percentile_95)}"
    attempts = f"First attempt, of those promised within {span(desk.callback.promise)}: {first}{late}."
    return [f"{_came(contacts) or 'No calls'}.", *_kept_lines(kept, share), *_without_number(contacts, now), attempts]


def _busiest_night(found: Activity) -> list[str]:
    nights = counts.nights(found.days, found.hours, found.contacts_for_nights, found.pages_for_nights)
    return [
        f"{_day(night.evening)}: {_counted(night.calls, 'call')}, {_counted(night.mails, 'mail')}, "
        f"{_counted(night.callbacks, 'callback')}, "
        f"{_counted(night.pages, 'page')}."
        for night in nights[:1]
    ]


def _load_line(each: counts.Load) -> str:
    return (
        f"{each.person}: {_counted(each.by_day, 'page')} by day, {each.by_night} by night; "
        f"woken {_counted(each.wakings, 'time')}; owned {each.owned}, tried {each.attempts}"
        f"{f' ({each.by_word} by word)' if each.by_word else ''}"
    )


def local_instant(zone: ZoneInfo, day: date, at: time) -> datetime:
    """Return the first instant at or after a desk time, in UTC."""
    return first_instant(datetime.combine(day, at), zone)


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _counted(number: int, what: str, several: str = "") -> str:
    return f"{number} {what}" if number == 1 else f"{number} {several or f'{what}s'}"


def _paragraphs(blocks: Sequence[Sequence[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"
