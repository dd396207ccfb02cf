"""Lives through the plan of a night: people, the carrier's moods, and processes that die."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import lru_cache

from callbacks.cli.times import desk_time
from callbacks.inbound.mails.take import taker
from ivr.rehearsal.audio import tone
from ivr.simulator import VOUCHED_FOR, Fault, FaultKind, Habit, Leg, Phone, Place, SmsHabit
from ivr.simulator.ledger import Direction
from ivr.simulator.phones import LegState
from tests.simulation.plan import STAFF, Act, Plan
from tests.simulation.steps import Task
from tests.simulation.world import World

CODE = re.compile(r"(?:Reply|Répondez|PASS|DONE|FAIT|ALLOW|AUTORISE|NOTE) ([0-9]{6})")
LONGEST_WAIT = 100  # seconds in which a caller waits for the beep
QUIET = timedelta(minutes=14)  # afterwards, in which nothing goes wrong and nobody does anything
LINES = {"direct": "+15148458474", "toll-free": "+18884847266"}
MAILBOXES = {
    "support": {"address": "support@desk.example", "meaning": "normal", "name": {"en": "support", "fr": "soutien"}},
    "emergency": {
        "address": "emergency@desk.example",
        "meaning": "emergency",
        "name": {"en": "emergency", "fr": "urgences"},
    },
}


@dataclass(frozen=True)
class Mail:
    """A mail that the mail server has for the desk."""

    sender: str
    mailbox: str
    at: datetime


@dataclass
class Night:
    """One night, and what the people of it have seen."""

    world: World
    plan: Plan
    begins: datetime
    mails: list[Mail] = field(default_factory=list)
    forged: list[int] = field(default_factory=list)  # how forged requests were answered
    answered_beeps: dict[Leg, int] = field(default_factory=dict)
    quiet_since: datetime | None = None

    def live(self, dies_at: int | None = None) -> None:
        """Live through the plan, and through a quiet time in which everything is repaired.

        `dies_at` is the number of a point, counted from the beginning, at which the process that reaches it dies.
        """
        world, plan = self.world, self.plan
        world.begin(self.begins, plan.seed, plan.workers, plan.gives_way)
        world.steps.dies_at = dies_at
        for act in plan.acts:
            world.add_person(self._does(act), self.begins + timedelta(seconds=act.at))
        last = max((act.at for act in plan.acts), default=0)
        world.pass_time(self.begins + timedelta(seconds=last + 60))
        self._repair()
        world.pass_time(world.now + QUIET)

    def _repair(self) -> None:
        world = self.world
        world.carrier.faults.clear()
        world.database_faults.clear()
        world.database_away_until = None
        for process in (world.web, *world.workers):
            process.frozen_until = process.dies_in = None
            if not process.is_up:
                process.starts_at = world.now
            for task in process.tasks:
                task.wakes_at = world.now
        for number in STAFF.values():
            phone = world.phone(number)
            phone.habit = Habit.RINGS
            if phone.sms_habit is not SmsHabit.STOPPED:
                phone.sms_habit = SmsHabit.DELIVERED
        self.quiet_since = world.now

    # Acts

    def _does(self, act: Act) -> Iterator[float]:
        match act.what:
            case "calls":
                yield from self._calls(act)
            case "texts" | "answers" | "rejects" | "is off" | "is on" | "calls in":
                yield from self._uses_a_phone(act)
            case "writes":
                yield from self._writes(act)
            case "answers or not":
                yield from self._answers_or_not(act)
            case "sends":
                self._forge(act)
            case _:
                self._goes_wrong(act)

    def _calls(self, act: Act) -> Iterator[float]:
        line, _, does = act.how.partition(":")
        phone = self.world.phone(act.who)
        phone.stir_verstat = VOUCHED_FOR
        leg = phone.dial(LINES[line])
        yield 2
        for each in does.split(","):
            if leg.state is LegState.ENDED:
                return
            yield from self._does_in_a_call(leg, each)

    def _does_in_a_call(self, leg: Leg, does: str) -> Iterator[float]:
        what, _, how = does.partition(" ")
        match what:
            case "press":
                yield 1 if how == "9" else 10  # once they have heard what it is for
                leg.press(how)
                yield 1
            case "wait":
                yield float(how)
            case "hang":
                leg.hang_up()
            case "beep" | "speak":
                for _ in range(LONGEST_WAIT):
                    if _beeps(leg) > self.answered_beeps.get(leg, 0) or leg.state is LegState.ENDED:
                        break
                    yield 1
                self.answered_beeps[leg] = _beeps(leg)
                if what == "speak" and leg.state is not LegState.ENDED:
                    leg.speak(_tone(int(how)))
                    yield float(how)

    def _uses_a_phone(self, act: Act) -> Iterator[float]:
        phone = self._phone_of(act.who)
        match act.what:
            case "texts":
                body = self._with_code(phone, act.how)
                if body is not None:
                    phone.send_text(phone.texts[-1].sender if phone.texts else LINES["direct"], body)
            case "answers":
                for _ in range(200):  # the next call
                    if phone.ringing is not None:
                        break
                    yield 2
                yield from self._answers(phone, act.how)
            case "rejects":
                if phone.ringing is not None:
                    phone.ringing.reject()
            case "is off":
                phone.habit, phone.sms_habit = Habit.SWITCHED_OFF, SmsHabit.UNDELIVERED
            case "is on":
                phone.habit, phone.sms_habit = Habit.RINGS, SmsHabit.DELIVERED
            case "calls in":
                leg = phone.dial(LINES["direct"])
                yield 15
                leg.press(act.how)
                yield 20
                leg.hang_up()

    def _answers(self, phone: Phone, keys: str) -> Iterator[float]:
        leg = phone.ringing
        if leg is None:
            return
        leg.answer()
        yield 8
        for key in keys:
            leg.press(key)
            yield 3
        yield 25
        leg.hang_up()

    def _answers_or_not(self, act: Act) -> Iterator[float]:
        phone = self.world.phone(act.who)
        if act.how in Habit.__members__:
            phone.habit = Habit[act.how]
            return
        for _ in range(200):
            if phone.ringing is not None:
                phone.ringing.answer()
                return
            yield 2

    def _phone_of(self, who: str) -> Phone:
        if who in STAFF:
            return self.world.phone(STAFF[who])
        if who.startswith("+"):
            return self.world.phone(who)
        names = set(STAFF.values())
        paged = [text.to for text in self.world.carrier.ledger.messages if text.to in names and "/t/" in text.body]
        return self.world.phone(paged[-1] if paged else STAFF["Amy"])

    def _with_code(self, phone: Phone, words: str) -> str | None:
        if "{code}" not in words:
            return words
        codes = [found[1] for text in phone.texts if (found := CODE.search(text.body))]
        return words.replace("{code}", codes[-1]) if codes else None

    def _writes(self, act: Act) -> Iterator[float]:
        """A mail comes in. The mail server offers it until it is taken."""
        world, mail = self.world, EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = act.who, MAILBOXES[act.how]["address"], "No mail since noon"
        mail["Message-ID"] = f"<{act.at}.{len(self.mails)}@client.example>"
        mail.set_content("Nothing comes in any more.")
        raw, arrived_at, taken = mail.as_bytes(), world.now, list[bool]()
        self.mails.append(Mail(act.who, act.how, arrived_at))
        take = taker(world.service.settings, world.service.desk, world.service.database, world.service.clock)

        def offer() -> None:
            try:
                take(act.how, raw, arrived_at)
                taken.append(True)
            except Exception as fault:
                world.errors.append(f"mail refused: {fault!r}")

        while not taken:
            if world.web.is_up:
                task = Task(world.web, offer)
                task.resume()
                while not task.dead:
                    yield 0
            if not taken:
                yield 30

    def _forge(self, act: Act) -> None:
        """Somebody who does not know the auth token sends what the carrier would."""
        amy = self.world.phone(STAFF["Amy"])
        code = next((found[1] for text in reversed(amy.texts) if (found := CODE.search(text.body))), "000000")
        calls = [call for call in self.world.carrier.ledger.calls if call.direction is Direction.INBOUND]
        words = {"takes it": code, "resolves it": f"done {code}"}
        path, fields = (
            "/sms/incoming",
            {"From": amy.number, "Body": words.get(act.how, ""), "MessageSid": f"SM{'f' * 32}"},
        )
        if act.how in ("a recording", "a call"):
            sid = calls[0].sid if calls and act.how == "a recording" else f"CA{'f' * 32}"
            path, fields = "/voice/status", {"CallSid": sid, "CallStatus": "completed", "From": amy.number}
        fields |= {"To": LINES["direct"], "AccountSid": self.world.service.settings.account_sid}
        url = f"{self.world.service.settings.public_url}{path}"
        try:
            answer = self.world.carrier.webhooks._http.post(
                url, data=fields, headers={"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, timeout=5
            )
        except OSError:
            return  # the service is down
        self.forged.append(answer.status_code)

    def _goes_wrong(self, act: Act) -> None:
        world, until = self.world, None
        processes = {process.name: process for process in (world.web, *world.workers)}
        process = processes.get(act.who)
        if act.how.lstrip("-").isdigit():
            until = world.now + timedelta(seconds=int(act.how))
        match act.who, act.what:
            case "the carrier", _:
                place, kind, times, delay = act.how.split("/")
                world.carrier.faults.add(
                    Fault(Place(place), FaultKind(kind), int(times), timedelta(seconds=int(delay)))
                )
            case "the database", "fails":
                world.database_faults.append(act.how)
            case "the database", _:
                world.database_away_until = until
                world.away.append(("database", world.now, until))
            case "the clock", _:
                world.step_clock(timedelta(seconds=int(act.how)))
            case "power", _:
                for each in processes.values():
                    world.kill(each, until or world.now)
            case _, "dies after" if process is not None:
                process.dies_in = int(act.how)
            case _, "is down for" if process is not None:
                world.kill(process, until or world.now)
            case _, "freezes for" if process is not None:
                process.frozen_until = until
                world.away.append((process.name, world.now, until))


def lived(world: World, plan: Plan, dies_at: int | None = None) -> Night:
    """Return a night that was lived through."""
    night = Night(world, plan, desk_time(world.service.desk, plan.begins))
    night.live(dies_at)
    return night


def _beeps(leg: Leg) -> int:
    return sum(heard.kind == "beep" for heard in leg.heard)


@lru_cache
def _tone(seconds: int) -> bytes:
    return tone(seconds)
