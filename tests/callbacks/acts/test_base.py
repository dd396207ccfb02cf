"""Who may do each act, in which states it fits, and what it conflicts with: every role, state and kind of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

import callbacks.console.callbacks.acts  # noqa: F401 - so that every act is defined
from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Refused, Requester, Via, last_event_id, perform, user_at_console
from callbacks.acts.billing_consents import RecordBillingConsent, WithdrawBillingConsent
from callbacks.acts.by_hand import OpenAnother, new_form
from callbacks.acts.closing import Cancel, CloseUnreachable, Reopen
from callbacks.acts.connect import Connect
from callbacks.acts.customer_number import Consent, RefuseConsent, SetNumber
from callbacks.acts.deletion import DeleteMessage, Part
from callbacks.acts.details import AddNote, NameCaller, SetOutsideTicket, SetProduct, WriteTranscript
from callbacks.acts.escalation import PageNow, RequestManager
from callbacks.acts.joining_callbacks import Join
from callbacks.acts.named_time import NameTime
from callbacks.acts.ownership import Assign, Pass, Take
from callbacks.acts.promises import EndWait, FixInRelease, SetPriority, WaitForCustomer
from callbacks.acts.replies import ReplyByMail
from callbacks.acts.splitting import Split
from callbacks.acts.work import CorrectMinutes
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, ConsentWay, PriorityLevel, ReportedOutcome, Role
from callbacks.db.tables import User
from callbacks.errors import NotFound
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from tests.callbacks.acts.night import NOW, SUE, Night

SUPERVISORS = {Role.ADMINISTRATOR, Role.SUPERVISOR}
WORKERS = SUPERVISORS | {Role.TECHNICIAN}
OPEN = {CallbackState.OPEN}
CLOSED = set(CallbackState) - OPEN
ENDED = {
    *(EventKind.RESOLVED, EventKind.CANCELLED, EventKind.AUTO_CLOSED),
    *(EventKind.CLOSED_UNREACHABLE, EventKind.REOPENED, EventKind.JOINED),
}
OWNER = ENDED | {EventKind.TAKEN, EventKind.ASSIGNED, EventKind.PASSED}
TRIED = OWNER | {EventKind.ATTEMPT, EventKind.OUTCOME_REPORTED}
NUMBER = {EventKind.NUMBER_CHANGED, EventKind.NUMBER_BLOCKED}
CONSENT = {EventKind.CONSENTED, EventKind.CONSENT_REFUSED}
AGREED = {EventKind.BILLING_CONSENTED, EventKind.BILLING_CONSENT_WITHDRAWN}
WAIT = {EventKind.WAITING_STARTED, EventKind.WAITING_ENDED}


@dataclass(frozen=True)
class Rule:
    """When an act is allowed."""

    example: Callable[[Night], Act]
    roles: set[Role]
    states: set[CallbackState]
    conflicts: set[EventKind]


RULES: Mapping[type[Act], Rule] = {
    Take: Rule(lambda _: Take(), WORKERS, OPEN, TRIED),
    Assign: Rule(lambda night: Assign(night.ben), SUPERVISORS, OPEN, TRIED),
    Pass: Rule(lambda _: Pass(), WORKERS, OPEN, OWNER),
    Connect: Rule(lambda _: Connect(), WORKERS, OPEN, OWNER | NUMBER),
    ReportOutcome: Rule(lambda _: ReportOutcome(ReportedOutcome.NO_ANSWER), WORKERS, OPEN, TRIED),
    Cancel: Rule(lambda _: Cancel("spam"), SUPERVISORS, OPEN, TRIED),
    CloseUnreachable: Rule(lambda _: CloseUnreachable("no number in the message"), WORKERS, OPEN, TRIED | NUMBER),
    Reopen: Rule(lambda _: Reopen("not fixed"), SUPERVISORS, CLOSED - {CallbackState.JOINED}, ENDED),
    PageNow: Rule(lambda _: PageNow(), SUPERVISORS, OPEN, TRIED),
    RequestManager: Rule(lambda _: RequestManager("angry"), WORKERS, OPEN, ENDED | {EventKind.MANAGER_REQUESTED}),
    NameTime: Rule(
        lambda _: NameTime(NOW + timedelta(hours=8)), WORKERS, OPEN, ENDED | {EventKind.TIME_NAMED, EventKind.ATTEMPT}
    ),
    SetPriority: Rule(lambda _: SetPriority(PriorityLevel.P1), WORKERS, OPEN, ENDED | {EventKind.PRIORITY_CHANGED}),
    WaitForCustomer: Rule(lambda _: WaitForCustomer("a log"), WORKERS, OPEN, ENDED | WAIT),
    FixInRelease: Rule(
        lambda _: FixInRelease(""), WORKERS, OPEN, ENDED | {EventKind.RELEASE_NAMED, EventKind.PRIORITY_CHANGED}
    ),
    EndWait: Rule(lambda _: EndWait(), WORKERS, OPEN | CLOSED, ENDED | WAIT),
    SetNumber: Rule(lambda _: SetNumber("514 555 0142"), WORKERS, OPEN, ENDED | NUMBER),
    Consent: Rule(lambda _: Consent(), SUPERVISORS, OPEN, ENDED | NUMBER | CONSENT),
    RefuseConsent: Rule(lambda _: RefuseConsent(), SUPERVISORS, OPEN, ENDED | NUMBER | CONSENT),
    AddNote: Rule(lambda _: AddNote("rang twice"), WORKERS, OPEN | CLOSED, set()),
    NameCaller: Rule(lambda _: NameCaller("Bob"), WORKERS, OPEN | CLOSED, {EventKind.CALLER_NAMED}),
    WriteTranscript: Rule(lambda _: WriteTranscript("Hello"), WORKERS, OPEN | CLOSED, {EventKind.TRANSCRIBED}),
    SetProduct: Rule(lambda _: SetProduct("Red Sift OnDMARC"), WORKERS, OPEN | CLOSED, {EventKind.PRODUCT_SET}),
    DeleteMessage: Rule(
        lambda _: DeleteMessage(Part.ALL, "a card number", is_confirmed=True),
        SUPERVISORS,
        OPEN | CLOSED,
        {EventKind.MESSAGE_DELETED, EventKind.TRANSCRIPT_DELETED, EventKind.MAIL_DELETED},
    ),
    Join: Rule(lambda night: Join(night.callback_of("CA8").reference), WORKERS, OPEN, OWNER),
    OpenAnother: Rule(
        lambda _: OpenAnother(PriorityLevel.P3, "a second matter", new_form()), WORKERS, OPEN | CLOSED, set()
    ),
    SetOutsideTicket: Rule(lambda _: SetOutsideTicket("4711"), WORKERS, OPEN | CLOSED, {EventKind.OUTSIDE_TICKET_SET}),
    ReplyByMail: Rule(lambda _: ReplyByMail("Restart it."), WORKERS, OPEN, TRIED | {EventKind.REPLY_WRITTEN}),
    CorrectMinutes: Rule(lambda _: CorrectMinutes(1, 20, "a typo"), WORKERS, OPEN | CLOSED, {EventKind.WORK_CORRECTED}),
    RecordBillingConsent: Rule(
        lambda _: RecordBillingConsent("Bob", ConsentWay.PHONE, "the migration"), WORKERS, OPEN | CLOSED, AGREED
    ),
    WithdrawBillingConsent: Rule(lambda _: WithdrawBillingConsent(), WORKERS, OPEN | CLOSED, AGREED),
    Split: Rule(lambda _: Split("CA2"), WORKERS, OPEN | CLOSED, set()),
}
every_act = pytest.mark.parametrize("act", RULES, ids=lambda act: act.__name__)


def test_every_act_has_a_rule_here() -> None:
    assert set(Act.__subclasses__()) == set(RULES)


@every_act
def test_who_may_do_it(night: Night, act: type[Act]) -> None:
    for role in Role:
        by = night.at_console(role, night.amy)
        was_refused = outcome(night, act, by) == wording.NOT_ALLOWED
        assert was_refused is (role not in RULES[act].roles), role


@every_act
def test_in_which_states_it_fits(night: Night, act: type[Act]) -> None:
    for state in CallbackState:
        night.callback.state = state
        night.session.flush()
        expected = wording.wrong_state(night.callback.reference, state)
        was_refused = outcome(night, act, night.at_console(Role.SUPERVISOR, night.amy)) == expected
        assert was_refused is (state not in RULES[act].states), state


@every_act
def test_what_it_conflicts_with(act: type[Act]) -> None:
    assert {kind for kind in EventKind if kind in act.conflicts} == RULES[act].conflicts


def test_an_act_that_conflicts_with_what_somebody_else_did_meanwhile_is_refused(night: Night) -> None:
    seen, refused = night.seen, set()
    for kind in EventKind:
        with night.session.begin_nested() as savepoint:
            record_event(night.session, night.callback.contact_sid, NOW, "Ben Cole", kind)
            night.session.flush()
            if outcome(night, Cancel, night.at_console(), seen) == wording.acted_first("Ben Cole", kind):
                refused.add(kind)
            savepoint.rollback()
    assert refused == RULES[Cancel].conflicts


def outcome(night: Night, act: type[Act], by: Requester, seen: int | None = None) -> Words:
    """Return the answer to an act, done or refused, and undo it."""
    with night.session.begin_nested() as savepoint:
        try:
            return perform(night.session, night.desk, night.callback.id, RULES[act].example(night), by, NOW, seen)
        except Refused as refused:
            return refused.words
        finally:
            savepoint.rollback()


@pytest.mark.parametrize("actor", [SUE, "Amy Roy"])
def test_nobody_conflicts_with_what_they_did_themselves(night: Night, actor: str) -> None:
    seen = night.seen
    record_event(night.session, night.callback.contact_sid, NOW, actor, EventKind.TAKEN)
    night.does(Take(), night.at_console(Role.SUPERVISOR, night.amy), seen)
    assert night.callback.owner is night.amy


def test_what_was_seen_is_no_conflict(night: Night) -> None:
    record_event(night.session, night.callback.contact_sid, NOW, "Ben Cole", EventKind.PASSED)
    night.session.flush()
    assert last_event_id(night.session, night.callback) == night.seen
    night.does(Cancel("spam"), night.at_console(), night.seen)
    assert night.callback.state is CallbackState.CANCELLED


def test_an_act_on_no_callback_finds_none(night: Night) -> None:
    with pytest.raises(NotFound, match="no such callback"):
        perform(night.session, night.desk, 999, Take(), night.by(night.amy), NOW)


def test_how_an_attempt_names_its_source(night: Night) -> None:
    assert night.by(night.amy, Via.TEXT).label == "text"
    assert night.by(night.amy, Via.PHONE).label == "phone"
    assert night.at_console().label == "console, sue@example.com"


def test_a_user_who_is_paged_has_both_names(night: Night) -> None:
    user = User(email="amy@example.com", role=Role.TECHNICIAN, technician=night.amy)
    by = user_at_console(user)
    assert by.names == ("amy@example.com", "Amy Roy")
    assert by.technician is night.amy
    assert night.by(night.amy).names == ("Amy Roy",)


def test_an_act_of_a_technician_needs_one(night: Night) -> None:
    assert night.refusal(Take(), night.at_console()) == wording.NOT_A_TECHNICIAN


def test_a_supervisor_acts_for_the_owner_and_needs_one(night: Night) -> None:
    act = ReportOutcome(ReportedOutcome.NO_ANSWER)
    expected = wording.nobody_has_it(night.callback.reference)
    assert night.refusal(act, night.at_console(Role.SUPERVISOR, night.amy)) == expected
    night.does(Take(), night.by(night.ben))
    night.does(act, night.at_console(Role.SUPERVISOR, night.amy))
    assert [attempt.technician.name for attempt in night.attempts()] == ["Ben Cole"]
