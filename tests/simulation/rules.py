"""What must hold after any night, by what the carrier delivered and phones heard; never by the service's own tables.

Only the rules in `on_record` read those, to compare them with the carrier's ledger.

Each rule yields what is wrong. `RULES` lists them with the promise that each stands for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from callbacks.text.formats import readable_number
from callbacks.text.gsm7 import fits
from ivr import prompts
from ivr.simulator import Leg, Place
from ivr.simulator.ledger import Call, Direction, Message, RecordingStatus
from ivr.simulator.phones import LegState
from tests.simulation.night import Night
from tests.simulation.on_record import attempts_are_facts, talks_are_on_record, the_report_is_what_the_ledger_says
from tests.simulation.plan import CUSTOMERS, ENTERED, STAFF

NAMES = {"Amy Roy": "Amy", "Ben Cole": "Ben", "Cleo Martin": "Cleo", "Sue Tran": "Sue"}
NUMBERS = set(STAFF.values())
AT_ONCE = timedelta(seconds=10)  # from when it is due until a page leaves, with a database and a worker that run
AFTER_A_DEATH = timedelta(seconds=50)  # the worker starts again, and the lease of the one that died runs out
WITHOUT_REPORTS = timedelta(minutes=5)  # the web process died, no report of the carrier came in, and it is asked
STEPS = (  # of the policy, as calls and texts to a layer: minutes after the callback opened
    *((0, "Amy", "text"), (3, "Amy", "call"), (6, "Ben", "text"), (8, "Ben", "call")),
    *((12, "Cleo", "text"), (12, "Cleo", "call"), (20, "Cleo", "text"), (20, "Cleo", "call")),
)
REFERENCE = re.compile(r"\b([A-HJ-NP-Z]{2}-\d{3})\b")
LINK = re.compile(r"/t/\S+")
IS_YOURS = re.compile(r"^(?:\w+ )?([A-Z]{2}-\d{3}) is yours")
IS_RESOLVED = re.compile(r"([A-Z]{2}-\d{3}) is resolved")
HAS_IT = re.compile(r": ([A-Z]\w+ [A-Z]\w+) has ([A-Z]{2}-\d{3})")


@dataclass(frozen=True)
class Lateness:
    """How late a page left after it was due."""

    what: str
    by: timedelta


def broken(night: Night) -> list[str]:
    """Return everything that is wrong with a night."""
    return [f"{name}: {wrong}" for name, rule in RULES.items() for wrong in rule(night)]


# Facts


def pages(night: Night) -> list[Message]:
    return [
        text
        for text in night.world.carrier.ledger.messages
        if text.to in NUMBERS and text.direction is Direction.OUTBOUND_API
    ]


def calls_to_staff(night: Night) -> list[Call]:
    return [
        call
        for call in night.world.carrier.ledger.calls
        if call.to in NUMBERS and call.direction is Direction.OUTBOUND_API
    ]


def legs_of_customers(night: Night) -> Iterator[Leg]:
    for number in CUSTOMERS:
        yield from (leg for leg in night.world.phone(number).legs if not leg.incoming)


def beep_at(leg: Leg) -> datetime | None:
    return next((heard.at for heard in leg.heard if heard.kind == "beep"), None)


def can_wait(night: Night) -> set[str]:
    """Return the SIDs of calls whose callers said that it can wait: nobody is paged at night about them."""
    return {
        webhook.fields["CallSid"]
        for webhook in night.world.carrier.ledger.webhooks
        if "urgency=can+wait" in webhook.url and "CallSid" in webhook.fields
    }


def did(night: Night, *kinds: str) -> bool:
    return any(act.what in kinds for act in night.plan.acts)


def is_calm(night: Night) -> bool:
    """Return whether a database and a worker ran the whole night, and every report of the carrier came at once."""
    troubles = ("the database", "the clock", "power", "web", "worker 1", "worker 2")
    reports = [place.value for place in (Place.STATUS, Place.RECORDING, Place.ACTION, Place.RECORD)]
    return not any(
        act.who in troubles or (act.who == "the carrier" and act.how.split("/")[0] in reports)
        for act in night.plan.acts
    )


# Rules


def nobody_is_forgotten(night: Night) -> Iterator[str]:
    """Whoever heard the beep is paged about: a text names their number, or the one that they entered."""
    for leg in legs_of_customers(night):
        since = beep_at(leg)
        if since is None or leg.state is not LegState.ENDED or leg.call.sid in can_wait(night):
            continue
        numbers = [readable_number(leg.phone.number)]
        numbers += [readable_number(ENTERED)] if ENTERED[2:] in "".join(act.how for act in night.plan.acts) else []
        named = [text for text in pages(night) if text.created_at >= since]
        if not any(number in text.body for text in named for number in numbers) and not _is_told(night, since):
            yield f"{leg.phone.number} heard the beep at {since:%H:%M:%S}, and nobody was told"
    for mail in night.mails:
        name = mail.sender.split()[0]
        told = [text for text in pages(night) if text.created_at >= mail.at and name in text.body]
        if mail.mailbox == "emergency" and not told and not _is_told(night, mail.at):
            yield f"the mail of {mail.sender} at {mail.at:%H:%M:%S} reached nobody"


def _is_told(night: Night, since: datetime) -> bool:
    """Return whether people who take no texts, or several at once, were told otherwise."""
    bundles = any("callbacks are waiting" in text.body and text.created_at >= since for text in pages(night))
    no_texts = did(night, "texts") and any(act.how == "STOP" for act in night.plan.acts)
    return bundles or (no_texts and any(call.created_at >= since for call in calls_to_staff(night)))


def every_recording_is_kept(night: Night) -> Iterator[str]:
    """Each recording that the carrier made of a caller is in our storage, byte for byte."""
    media = night.world.media
    for recording in night.world.carrier.ledger.recordings:
        if recording.status is not RecordingStatus.COMPLETED or recording.deleted_at is not None:
            continue
        file = media / f"{recording.sid}.wav"
        if not file.exists():
            later = [each for each in night.world.carrier.ledger.recordings if each.call_sid == recording.call_sid]
            if later[-1] is recording:
                yield f"the recording {recording.sid} of {recording.created_at:%H:%M:%S} is not in our storage"
        elif file.read_bytes() != recording.audio:
            yield f"the recording {recording.sid} in our storage is another one"


def nothing_is_doubled(night: Night) -> Iterator[str]:
    """A text is sent twice only where the answer about the first was lost and the carrier's list denied it.

    A worker that froze with a request on the wire may still send it when it goes on: nothing can call that back.
    """
    if did(night, "freezes for"):
        return
    same: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for text in pages(night):
        for link in LINK.findall(text.body):  # of this page alone, and the same however often it is sent
            same[text.to, link].append(text)
    for copies in same.values():
        for first in copies[:-1]:
            if first.sid not in night.world.denied:
                times = " and ".join(f"{each.created_at:%H:%M:%S}" for each in copies)
                yield f"sent at {times}: {first.body}"


def nobody_unknown_is_called(night: Night) -> Iterator[str]:
    """Texts and calls go to the team, to customers, and to numbers that they entered."""
    known = {*NUMBERS, *CUSTOMERS, ENTERED}
    ledger = night.world.carrier.ledger
    rows: list[Message | Call] = [*ledger.messages, *ledger.calls]
    for row in rows:
        if row.direction is not Direction.INBOUND and row.to not in known:
            yield f"{row.to} was contacted"


def takes_have_a_cause(night: Night) -> Iterator[str]:
    """Nobody is said to have it who neither texted nor pressed a key."""
    for text in pages(night):
        for name, _ in HAS_IT.findall(text.body):
            phone = night.world.phone(STAFF[NAMES[name]])
            texts = [
                each
                for each in night.world.carrier.ledger.messages
                if each.from_ == phone.number and each.created_at <= text.created_at
            ]
            if not texts and not any(leg.keys or leg.took or _pressed(leg) for leg in phone.legs):
                yield f"{name} has done nothing: {text.body}"


def _pressed(leg: Leg) -> bool:
    return leg.call.answered_at is not None


def one_person_has_it(night: Night) -> Iterator[str]:
    """Two people never become the owner at the same time."""
    taken: dict[str, tuple[str, datetime]] = {}
    for text in night.world.carrier.ledger.messages:
        found = IS_YOURS.search(text.body)
        if found is None or text.direction is not Direction.OUTBOUND_REPLY:
            continue
        before = taken.get(found[1])
        if before is not None and before[0] != text.to and text.created_at - before[1] < timedelta(seconds=2):
            yield f"{found[1]} was given to two people at {text.created_at:%H:%M:%S}"
        taken[found[1]] = (text.to, text.created_at)


def nothing_follows_the_end(night: Night) -> Iterator[str]:
    """Once the desk has said that it is resolved, nobody is asked to take it or reminded of it."""
    if did(night, "freezes for", "calls in", "writes"):
        return
    for end in night.world.carrier.ledger.messages:
        found = IS_RESOLVED.search(end.body)
        if found is None or end.direction is not Direction.OUTBOUND_REPLY:
            continue
        for text in pages(night):
            late = text.created_at - end.created_at
            asks = f"Ref {found[1]}." in text.body and "to take it" in text.body
            asks |= f"reminder, you took {found[1]}" in text.body
            if asks and late > timedelta(seconds=11):
                yield f"{found[1]} was resolved at {end.created_at:%H:%M:%S}, and paged at {text.created_at:%H:%M:%S}"


def what_nobody_answers_escalates(night: Night) -> Iterator[str]:
    """Where nobody on the team does anything, everybody on a layer is called or texted in the end."""
    if any(act.who in (*STAFF, "whoever was paged last") for act in night.plan.acts) or night.quiet_since is None:
        return
    urgent = [leg for leg in legs_of_customers(night) if beep_at(leg) and leg.call.sid not in can_wait(night)]
    if not urgent and not night.mails:
        return
    reached = {text.to for text in pages(night)} | {call.to for call in calls_to_staff(night)}
    texts_of_customers = any(act.how in ("NOCALL",) for act in night.plan.acts)
    for name in ("Amy", "Ben", "Cleo"):
        if STAFF[name] not in reached and not texts_of_customers:
            yield f"{name} was never called or texted"


def managers_hear_of_it(night: Night) -> Iterator[str]:
    """Whoever was told that a manager hears of it is heard of."""
    told = {
        words for prompt in (prompts.MANAGER_NOTED, prompts.MANAGER_WANTED) for words in (prompt.english, prompt.french)
    }
    for leg in legs_of_customers(night):
        since = next((heard.at for heard in leg.heard if heard.text in told), None)
        if since is None or leg.state is not LegState.ENDED or leg.call.sid in can_wait(night):
            continue
        asked = any("asks for a manager" in text.body and text.created_at >= since for text in pages(night))
        if not asked and not _is_told(night, since):
            yield f"{leg.phone.number} asked for a manager at {since:%H:%M:%S}, and none was told"


def on_calm_nights(rule: Callable[[Night], Iterator[str]]) -> Callable[[Night], Iterator[str]]:
    """Return a rule for nights in which a database and a worker run, and nothing dies: else a word may be lost."""

    def checked(night: Night) -> Iterator[str]:
        if is_calm(night) and not night.world.deaths:
            yield from rule(night)

    return checked


def texts_are_well_formed(night: Night) -> Iterator[str]:
    """Every text fits into two segments, and no sentence ends twice."""
    for text in night.world.carrier.ledger.messages:
        if text.direction is not Direction.INBOUND and (not fits(text.body) or ".." in text.body):
            yield text.body


def forged_requests_are_refused(night: Night) -> Iterator[str]:
    """A request that the carrier has not signed is refused."""
    for status in night.forged:
        if status != 403:
            yield f"a forged request was answered {status}"


def nothing_breaks(night: Night) -> Iterator[str]:
    """No error is logged in a night in which neither the database nor a process fails."""
    is_fault = is_calm(night) and not night.world.deaths
    for error in night.world.errors:
        is_known = any(words in error for words in EXPECTED_ERRORS)
        if any(words in error for words in NEVER) or (is_fault and not is_known):
            yield error


NEVER = ("had no next action", "could not be decided", "could not be stored")
EXPECTED_ERRORS = ("could not be copied", "recording is lost", "refused", "the carrier")


def the_first_page_leaves_at_once(night: Night) -> Iterator[str]:
    """The first page leaves within ten seconds of the end of the call, or soon after a process died."""
    limit = AFTER_A_DEATH if night.world.deaths else AT_ONCE
    limit = WITHOUT_REPORTS if any(what == "web" for what, *_ in night.world.away) else limit
    for late in first_pages(night):
        if late.by > limit:
            yield f"{late.what} left {late.by.total_seconds():.0f} seconds late"


def escalation_is_on_time(night: Night) -> Iterator[str]:
    """No step of the policy leaves more than ten seconds late, or early."""
    for late in steps(night):
        if night.world.deaths == 0 and (late.by > AT_ONCE or late.by < -timedelta(seconds=1)):
            yield f"{late.what} left {late.by.total_seconds():.0f} seconds late"


def first_pages(night: Night) -> Iterator[Lateness]:
    """Yield how late the first page about each new customer left, where a database and a worker ran."""
    if not is_calm(night):
        return
    seen = set[str]()
    for leg in sorted(legs_of_customers(night), key=lambda each: each.call.created_at):
        since, ended = beep_at(leg), leg.call.ended_at
        if since is None or ended is None or leg.phone.number in seen or leg.call.sid in can_wait(night):
            continue
        seen.add(leg.phone.number)
        number = readable_number(leg.phone.number)
        asked = [
            each.at
            for each in night.world.asked
            if each.to in NUMBERS and each.at >= since and (number in each.body or each.kind == "Calls")
        ]
        if asked:
            yield Lateness(f"the first page about {leg.phone.number}", max(asked[0] - ended, timedelta()))


def steps(night: Night) -> Iterator[Lateness]:
    """Yield how late each step left, in nights with one call, in which nobody on the team did anything."""
    legs = [leg for leg in legs_of_customers(night) if beep_at(leg)]
    quiet = all(act.what in ("calls", "answers or not") for act in night.plan.acts)
    if len(legs) != 1 or not quiet or not is_calm(night) or len(list(legs_of_customers(night))) != 1:
        return
    asked = [each for each in night.world.asked if each.to in NUMBERS]
    if not asked:
        return
    opened = asked[0].at
    for minutes, name, channel in STEPS:
        due = opened + timedelta(minutes=minutes)
        if due > night.world.now - AT_ONCE:
            continue
        kind = "Messages" if channel == "text" else "Calls"
        window = due - timedelta(seconds=90)
        at = [each.at for each in asked if each.to == STAFF[name] and each.kind == kind and each.at >= window]
        yield Lateness(f"the {channel} to {name} after {minutes} minutes", (at[0] if at else night.world.now) - due)


RULES: dict[str, Callable[[Night], Iterator[str]]] = {
    "nobody is forgotten": nobody_is_forgotten,
    "every recording is kept": every_recording_is_kept,
    "nothing is doubled": nothing_is_doubled,
    "nobody unknown is called": nobody_unknown_is_called,
    "takes have a cause": takes_have_a_cause,
    "one person has it": one_person_has_it,
    "nothing follows the end": nothing_follows_the_end,
    "what nobody answers escalates": what_nobody_answers_escalates,
    "managers hear of it": on_calm_nights(managers_hear_of_it),
    "attempts are facts": attempts_are_facts,
    "talks are on record": on_calm_nights(talks_are_on_record),
    "the report is what the ledger says": on_calm_nights(the_report_is_what_the_ledger_says),
    "texts are well formed": texts_are_well_formed,
    "forged requests are refused": forged_requests_are_refused,
    "nothing breaks": nothing_breaks,
    "the first page leaves at once": the_first_page_leaves_at_once,
    "escalation is on time": escalation_is_on_time,
}
