"""Nights that are made up: what people and networks do, and what must hold whatever they do.

The rules are checked against the carrier's own ledger: what it delivered, dialed and heard.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import event
from hypothesis import strategies as some
from sqlalchemy import select

from callbacks.acts.leaving import leave_team
from callbacks.db.states import AttemptProof, CallbackState, PageKind, ReachOutcome, Urgency
from callbacks.db.tables import Callback, JoinedContact
from callbacks.errors import NotFound
from callbacks.inbound.conversations import SOURCE
from callbacks.oncall import store
from callbacks.people.technicians import add_technician, technician_named
from callbacks.reporting.summary import summary
from callbacks.text.gsm7 import fits
from ivr import prompts
from ivr.rehearsal.scenario import Person, StoryFailed
from ivr.rehearsal.simulated_desk import PEOPLE
from ivr.simulator import Habit, Leg
from ivr.simulator.ledger import Call, CallStatus, Direction, Message
from ivr.simulator.phones import LegState
from tests.scenarios.conftest import CUSTOMER, ScenarioDesk

CREW = ("Amy", "Ben", "Cleo", "Sue")
PAGED = "whoever was paged last"
FULL_NAMES = {name.split()[0]: name for name in PEOPLE}
NUMBERS = {name: number for name, (number, _) in PEOPLE.items()}
WORDS = (
    *("{code}", "call {code}", "pass {code}", "na {code}", "msg {code}", "cont {code}", "done {code}", "wrong {code}"),
    *("who {code}", "ok", "hello?", "done {code} rebooted it"),
)
# What the carrier does in a night, beside what people do.
CAPRICES = (
    *(("sending", "report first"), ("bridge", "false bridge")),
    *(("message-status", "doubled"), ("message-status", "reordered"), ("message-status", "lost")),
    *(("status", "doubled"), ("status", "reordered")),
)
FRENCH = "9"
OFFICE, ENTERED = "+15145550188", "+15145550177"
CUSTOMERS = {"the customer": CUSTOMER, "the customer's other phone": OFFICE}
# What callers do, in their order: press keys, wait for the beep and speak ("beep"), talk with whoever is rung for them
# ("talk"), or hang up before anything else ("hang up").
CALLERS = (
    *("beep", "9 beep", "1 beep", "2 beep", "0 beep", "9 1 beep", "9 2 beep", "9 0 beep", "7 beep"),
    *("3 beep", "3 1 beep", "3 2 beep", "3 0 beep", "9 3 beep"),
    *(f"beep # 4 {ENTERED[2:]}# 1", "beep # 4 911# 1", "beep # 3 beep", "1 beep # 1"),
    *("beep # 5 1", "9 beep # 5 2 0700 1"),
    *("2 talk", "9 2 talk", "hang up", "0 hang up", "3 hang up"),
)
# What callers do who want to speak with the technician who has it, by key 2.
OWNER_ASKED_FOR = ("2 talk", "9 2 talk", "2 beep", "2 0 beep", "2 hang up")
OF_CUSTOMERS = (Habit.RINGS, Habit.REJECTS, Habit.BUSY, Habit.NO_SUCH_NUMBER, Habit.SWITCHED_OFF, Habit.NEVER_DIALED)


@dataclass(frozen=True)
class Turn:
    """Some time passes, and then somebody does something."""

    seconds: int
    what: str
    who: str
    how: str = ""

    def __str__(self) -> str:
        return f"{self.seconds:>5} s later {self.who} {self.what} {self.how}".rstrip()


def _turns(what: str, *how: str, who: tuple[str, ...] = CREW) -> some.SearchStrategy[Turn]:
    passes = some.sampled_from([0, 5, 20, 60, 150, 300, 600, 1200])
    return some.builds(Turn, passes, some.just(what), some.sampled_from(who), some.sampled_from(how or ("",)))


NIGHTS = some.lists(
    some.one_of(
        _turns("texts", *WORDS, who=(PAGED, PAGED, *CREW)),
        _turns("answers and presses", "21", "31", "4", "1", "*", "2", ""),
        _turns("rejects"),
        _turns("is connected and hangs up", "0", "1", "4", "12", "45", who=(PAGED, *CREW)),
        _turns("takes it, and the customer asks for them", *OWNER_ASKED_FOR, who=(PAGED, *CREW)),
        _turns("resolves", who=(PAGED,)),
        _turns("leaves", who=("Ben", "Cleo")),
        _turns("comes back", who=("Ben", "Cleo")),
        _turns("'s phone", *(habit.name for habit in OF_CUSTOMERS), who=("the customer",)),
        _turns("answers", who=("the customer",)),
        _turns("calls again", *CALLERS, who=tuple(CUSTOMERS)),
        _turns("calls again by the menu", *CALLERS, who=tuple(CUSTOMERS)),
        _turns("does", *("/".join(caprice) for caprice in CAPRICES), who=("the carrier",)),
    ),
    min_size=4,
    max_size=22,
)


class Night:
    """A night on one desk."""

    def __init__(self, desk: ScenarioDesk) -> None:
        self.desk = desk
        desk.expects_error("the carrier used the fallback URL")
        desk.leaves_a_message()

    def live(self, turns: list[Turn]) -> None:
        """Live through the turns, with the rules checked after each."""
        for turn in turns:
            self.desk.scenario.seconds_pass(turn.seconds)
            self._take(turn)
            self.desk.scenario.settle()
            check(self.desk)
        self.desk.scenario.minutes_pass(12)  # whatever hangs is settled by then
        check(self.desk)
        check_report(self.desk)
        for callback in self.desk.callbacks():
            event(f"ended {callback.state.value}, {'tried' if callback.attempted_at else 'not tried'}")
        event(f"talks {len(talks(self.desk))}")
        for attempt in self.desk.attempts():
            event(f"attempt: {attempt.outcome.value}, proof: {attempt.proof.value}")
        self.desk.scenario.ignore_so_far()

    def _take(self, turn: Turn) -> None:
        if turn.who == "the carrier":
            where, what = turn.how.split("/")
            self.desk.fails(where, what)
        elif turn.who in CUSTOMERS:
            self._customer(turn)
        else:
            person = _last_paged(self.desk) if turn.who == PAGED else self.desk.phone_of(turn.who)
            ACTS[turn.what](self, person, turn.how)

    def _customer(self, turn: Turn) -> None:
        customer = self.desk.customer(CUSTOMERS[turn.who])
        if turn.what == "answers" and customer.phone.ringing is not None:
            customer.phone.ringing.answer()
        elif turn.what == "calls again":
            self._call(customer, "direct", turn.how.split())
        elif turn.what == "calls again by the menu":
            keys, in_french = turn.how.split(), turn.how.startswith("9 ")
            self._call(customer, "toll-free", ["9", "1", *keys[1:]] if in_french else ["1", *keys])
        elif turn.how in Habit.__members__:
            customer.phone.habit = Habit[turn.how]

    def _call(self, customer: Person, line: str, does: list[str]) -> None:
        """Somebody calls again, and does one thing after the other."""
        call = customer.dials(line)
        with contextlib.suppress(StoryFailed):  # the call may have ended, or gone another way
            for each in does:
                if call.leg.state is LegState.ENDED or each == "hang up":
                    break
                if each == "beep":
                    call.hears_the_beep().says(4)
                elif each == "talk":
                    self._talk()
                else:
                    call.waits(1 if each == FRENCH else 12).presses(each)  # once they have heard what it is for
        if call.leg.state is not LegState.ENDED:
            call.hangs_up()

    def _talk(self) -> None:
        """Whoever is rung takes the call, and the two talk for a while."""
        self.desk.scenario.seconds_pass(8)
        for name in CREW:
            leg = self.desk.phone_of(name).phone.ringing
            if leg is not None:
                leg.answer()
                self.desk.scenario.seconds_pass(8)
                leg.press("1")
                self.desk.scenario.seconds_pass(40)

    def texts(self, person: Person, words: str) -> None:
        with contextlib.suppress(StoryFailed):  # no page with a code came to them yet
            person.texts(words)

    def presses(self, person: Person, keys: str) -> None:
        leg = person.phone.ringing
        if leg is not None:
            leg.answer()
            self.desk.scenario.seconds_pass(8)
            for key in keys:
                leg.press(key)
                self.desk.scenario.seconds_pass(3)

    def rejects(self, person: Person, _: str) -> None:
        if person.phone.ringing is not None:
            person.phone.ringing.reject()

    def is_connected(self, person: Person, seconds: str) -> None:
        """The technician asks to be connected, presses 1, and hangs up after some seconds."""
        with contextlib.suppress(StoryFailed):
            person.texts("call {code}")
            leg = person.is_rung().answers().presses("1").leg
            self.desk.scenario.seconds_pass(int(seconds))
            leg.hang_up()

    def resolves(self, person: Person, _: str) -> None:
        """The technician takes it and says so twice: without an attempt on record, the desk asks back once."""
        for words in ("{code}", "done {code}", "done {code}"):
            self.texts(person, words)

    def is_asked_for(self, person: Person, how: str) -> None:
        """The technician takes it, and the customer calls again and asks for whoever has it."""
        self.texts(person, "{code}")
        self._call(self.desk.customer(CUSTOMER), "direct", how.split())

    def leaves(self, person: Person, _: str) -> None:
        with contextlib.suppress(NotFound):
            self.desk.edit(lambda session, row: leave_team(session, row, self.desk.now), person.name)

    def comes_back(self, person: Person, _: str) -> None:
        def back(session: object) -> None:
            number, layer = PEOPLE[person.name]
            row = add_technician(session, person.name, number, self.desk.now, verified=True)  # type: ignore[arg-type]
            store.add_shift(session, self.desk.service.desk, row, layer, None, None, self.desk.now)  # type: ignore[arg-type]

        with contextlib.suppress(NotFound):
            if not self.desk.service.database.read(lambda s: _is_here(s, person.name)):
                self.desk.service.database.write(back)


def _is_here(session: object, name: str) -> bool:
    try:
        return technician_named(session, name) is not None  # type: ignore[arg-type]
    except NotFound:
        return False


ACTS: Mapping[str, Callable[[Night, Person, str], None]] = {
    "texts": Night.texts,
    "answers and presses": Night.presses,
    "rejects": Night.rejects,
    "is connected and hangs up": Night.is_connected,
    "takes it, and the customer asks for them": Night.is_asked_for,
    "resolves": Night.resolves,
    "leaves": Night.leaves,
    "comes back": Night.comes_back,
}


def _last_paged(desk: ScenarioDesk) -> Person:
    to = {number: name for name, number in NUMBERS.items()}
    pages = [text for text in sent(desk) if "/t/" in text.body or "CALL" in text.body]
    return desk.phone_of(to[pages[-1].to]) if pages else desk.phone_of("Amy")


# What must hold


def check(desk: ScenarioDesk) -> None:
    """Raise AssertionError when a rule does not hold."""
    for callback in desk.callbacks():
        _has_a_next_action(desk, callback)
        _is_tried_only_by_attempts(desk, callback)
    _attempts_are_facts(desk)
    _talks_are_on_record(desk)
    _texts_are_true(desk)
    _only_known_phones(desk)
    _nobody_who_spoke_is_forgotten(desk)
    _what_can_wait_wakes_nobody(desk)
    _managers_hear_of_it(desk)


def _has_a_next_action(desk: ScenarioDesk, callback: Callback) -> None:
    if callback.state is not CallbackState.OPEN:
        assert callback.next_action_at is None, "a closed callback has no next action"
        return
    assert callback.next_action_at is not None, "an open callback is never forgotten"
    assert callback.next_action_at > desk.now - timedelta(seconds=2), "what is due is done at once"
    if callback.held_until is not None and callback.held_until > desk.now:
        assert callback.next_action_at <= callback.held_until, "what can wait is paged when its time comes"
    elif callback.owner is None:
        assert callback.next_action_at <= desk.now + timedelta(minutes=11), "what nobody owns escalates"
    else:
        assert callback.owner.left_at is None, "somebody who left owns nothing"


def _is_tried_only_by_attempts(desk: ScenarioDesk, callback: Callback) -> None:
    made = [each for each in desk.attempts() if each.callback_id == callback.id and each.proof is not AttemptProof.NONE]
    assert (callback.attempted_at is not None) is bool(made), "tried means that there is an attempt with a proof"


def _attempts_are_facts(desk: ScenarioDesk) -> None:
    """No attempt without a customer's leg or a word."""
    for attempt in desk.attempts():
        legs = [leg for leg in legs_to_customers(desk) if leg.parent_sid == attempt.call_sid]
        if attempt.told_by == SOURCE:
            assert attempt.call_sid in [caller.call.sid for _, caller in talks(desk)], "nobody talked"
            continue
        if attempt.proof is AttemptProof.CARRIER:
            assert any(proves(leg) for leg in legs), f"{attempt.outcome} is proven by no leg"
        if attempt.proof is AttemptProof.WORD:
            number = NUMBERS[attempt.technician.name]
            said = [text for text in received(desk) if text.from_ == number and text.created_at <= attempt.tried_at]
            pressed = [leg for leg in desk.phone_of(attempt.technician.name).phone.legs if leg.keys]
            assert said or pressed, f"{attempt.technician.name} said nothing"


def _talks_are_on_record(desk: ScenarioDesk) -> None:
    """Whoever pressed 2 and was connected has spoken with the owner, and that is an attempt that reached them."""
    attempts = {attempt.call_sid: attempt for attempt in desk.attempts() if attempt.told_by == SOURCE}
    for leg, caller in talks(desk):
        heard = {each.text for each in caller.heard}
        assert heard & {prompts.CALLING_THE_OWNER.english, prompts.CALLING_THE_OWNER.french}, "nobody was to be called"
        attempt = attempts.get(caller.call.sid)
        assert attempt is not None, "a conversation that is not on record"
        assert attempt.outcome is ReachOutcome.REACHED, attempt.outcome
        assert NUMBERS[attempt.technician.name] == leg.phone.number, "it was somebody else"


def _texts_are_true(desk: ScenarioDesk) -> None:
    due_at = min(callback.due_at for callback in desk.callbacks())
    for text in sent(desk):
        assert fits(text.body), f"longer than two segments: {text.body}"
        assert ".." not in text.body, f"two full stops: {text.body}"
        if len(desk.callbacks()) > 1 or _has_moved(desk):
            continue
        if "back by" in text.body:
            assert text.created_at <= due_at, f"a deadline that is over: {text.body}"
        if "LATE (" in text.body:
            assert text.created_at >= due_at, f"a deadline to come: {text.body}"
        for name in _said_to_have_it(text.body):
            assert _acted_before(desk, name, text.created_at), f"{name} has done nothing: {text.body}"
        for name in _said_to_be_silent(text.body):
            assert _was_asked_before(desk, name, text.created_at), f"{name} was not asked: {text.body}"


def _has_moved(desk: ScenarioDesk) -> bool:
    """Return whether a caller has moved the deadline by key."""
    return any(call.urgency is Urgency.CAN_WAIT or call.named_time_at is not None for call in desk.calls())


def _said_to_have_it(body: str) -> Iterator[str]:
    yield from re.findall(r": ([A-Z]\w+ [A-Z]\w+) has [A-Z]{2}-\d{3}", body)


def _said_to_be_silent(body: str) -> Iterator[str]:
    for names in re.findall(r"No answer from ([^.]+)\.", body):
        yield from (name for name in re.split(r", | and ", names) if name in NUMBERS)


def _acted_before(desk: ScenarioDesk, name: str, at: datetime) -> bool:
    texts = any(text.from_ == NUMBERS[name] and text.created_at <= at for text in received(desk))
    return texts or any(leg.keys for leg in desk.phone_of(name).phone.legs)


def _was_asked_before(desk: ScenarioDesk, name: str, at: datetime) -> bool:
    before = at - timedelta(seconds=30)
    texts = any(text.to == NUMBERS[name] and text.created_at <= before for text in sent(desk))
    return texts or any(call.to == NUMBERS[name] and call.created_at <= before for call in desk.carrier.ledger.calls)


def _only_known_phones(desk: ScenarioDesk) -> None:
    staff = set(NUMBERS.values())
    assert {text.to for text in sent(desk) if text.direction is Direction.OUTBOUND_API} <= staff
    calls = [call.to for call in desk.carrier.ledger.calls if call.direction is not Direction.INBOUND]
    assert set(calls) <= {*staff, *CUSTOMERS.values(), *_confirmed_numbers(desk)}


def _confirmed_numbers(desk: ScenarioDesk) -> set[str]:
    """Return the number that callers may have entered by key, if one did and confirmed it."""
    return {ENTERED} if any(call.customer_number == ENTERED for call in desk.calls()) else set()


def _nobody_who_spoke_is_forgotten(desk: ScenarioDesk) -> None:
    """Whoever heard the beep and hung up has a callback, of their own or one that was open, by the phones alone."""
    kept = {callback.contact_sid for callback in desk.callbacks()} | {each.contact_sid for each in _joined(desk)}
    for number in CUSTOMERS.values():
        for leg in desk.customer(number).phone.legs:
            if leg.state is LegState.ENDED and any(heard.kind == "beep" for heard in leg.heard):
                assert leg.call.sid in kept, f"the call of {number} at {leg.call.created_at} is forgotten"


def _joined(desk: ScenarioDesk) -> list[JoinedContact]:
    return desk.service.database.read(lambda session: list(session.scalars(select(JoinedContact))))


def _what_can_wait_wakes_nobody(desk: ScenarioDesk) -> None:
    """Nobody is paged at night about what its only caller says can wait, unless they ask for a manager."""
    calls = {call.sid: call for call in desk.calls()}
    called_again = {each.callback_id for each in _joined(desk)}
    for callback in desk.callbacks():
        call = calls[callback.contact_sid]
        is_quiet = (
            call.urgency is Urgency.CAN_WAIT and call.wants_manager_at is None and callback.id not in called_again
        )
        if is_quiet and callback.held_until is not None and callback.held_until > desk.now:
            steps = [page for page in desk.pages() if page.callback_id == callback.id and page.kind is PageKind.STEP]
            assert steps == [], "it can wait"


def _managers_hear_of_it(desk: ScenarioDesk) -> None:
    """Whoever asked for a manager, and was told that one hears of it, is heard of."""
    for call in desk.calls():
        if call.wants_manager_at is None or call.ended_at is None or desk.now < call.ended_at + timedelta(minutes=1):
            continue
        pages = [page for page in desk.pages() if page.kind is PageKind.MANAGER]
        assert pages, "nobody hears that a manager is wanted"


def check_report(desk: ScenarioDesk) -> None:
    """Every promise, computed from the ledger alone, is what `report` says."""
    callbacks = desk.callbacks()
    if len(callbacks) != 1 or talks(desk):  # whose leg it was, or what a talk was about, is not in the ledger
        return
    due_at = callbacks[0].due_at
    proven = any(proves(leg) and proven_at(leg) <= due_at for leg in legs_to_customers(desk))
    by_word = not proven and any(_is_word(text) and text.created_at <= due_at for text in sent(desk))
    zone, since = desk.service.desk.zone, due_at - timedelta(days=1)
    found = summary(desk.service.database, zone, since, desk.now).in_all
    assert (found.proven, found.by_word) == (proven, by_word)
    if desk.now > due_at:
        assert (found.met, found.missed, found.open) == (proven or by_word, not (proven or by_word), 0)


def _is_word(text: Message) -> bool:
    """Return whether the desk confirms that a technician reported an outcome."""
    is_answer = text.direction is Direction.OUTBOUND_REPLY
    return is_answer and re.match(r"Noted:|[A-Z]{2}-\d{3} is resolved", text.body) is not None


def legs_to_customers(desk: ScenarioDesk) -> list[Call]:
    calls = desk.carrier.ledger.calls
    staff = set(NUMBERS.values())
    return [call for call in calls if call.direction is Direction.OUTBOUND_DIAL and call.to not in staff]


def talks(desk: ScenarioDesk) -> list[tuple[Leg, Leg]]:
    """Return the technicians' legs that were connected to a caller who waited, each with that caller's leg."""
    legs = [leg for name in CREW for leg in desk.phone_of(name).phone.legs]
    return [(leg, leg.took) for leg in legs if leg.took is not None]


def proves(leg: Call) -> bool:
    """Return whether the customer's phone rang, or the network refused the number (policy: After hours)."""
    return leg.rang_at is not None or leg.status is CallStatus.BUSY or leg.sip_code in (404, 484, 604)


def proven_at(leg: Call) -> datetime:
    at = leg.rang_at or leg.ended_at
    assert at is not None
    return at


def sent(desk: ScenarioDesk) -> list[Message]:
    return [text for text in desk.carrier.ledger.messages if text.direction is not Direction.INBOUND]


def received(desk: ScenarioDesk) -> list[Message]:
    return [text for text in desk.carrier.ledger.messages if text.direction is Direction.INBOUND]
