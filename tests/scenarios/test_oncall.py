"""The right person, reached surely: stand-ins, contact rules, numbers that fail, quiet hours, gaps, storms, consent."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.acts.customer_number import Consent, SetNumber
from callbacks.db.database import locked
from callbacks.db.states import CallbackState, Channel, PageKind, PageState, PhoneSlot, ReachOutcome
from callbacks.db.tables import Callback, ShiftRow, Technician
from callbacks.desk.escalation_policy import FALLBACK
from callbacks.oncall import store
from callbacks.paging import alerts
from callbacks.people import contact_methods, technicians, verification
from callbacks.people.person import ContactMethod
from ivr.simulator import Habit, SmsHabit
from tests.acting import resolves, supervisor_acts
from tests.scenarios.conftest import CUSTOMER, POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
SOON = timedelta(seconds=60)


def takes_and_resolves(desk: ScenarioDesk, name: str) -> None:
    person = desk.phone_of(name)
    person.reads("call (514) 555-0199 back", within=SOON)
    person.texts("{code}").reads("is yours")
    person.resolves()


def off_call(desk: ScenarioDesk, name: str) -> None:
    def work(session: Session, row: Technician) -> None:
        for shift in session.query(ShiftRow).filter_by(technician_id=row.id):
            session.delete(shift)

    desk.edit(work, name)


def on(desk: ScenarioDesk, name: str, layer: str) -> None:
    service = desk.service
    desk.edit(lambda session, row: store.add_shift(session, service.desk, row, layer, None, None, desk.now), name)


# Who is paged


def test_a_gap_at_paging_time_goes_to_the_stand_in_at_once(desk: ScenarioDesk) -> None:
    off_call(desk, "Amy Roy")
    on(desk, "Cleo Martin", FALLBACK)
    desk.leaves_a_message()
    takes_and_resolves(desk, "Cleo")
    desk.phone_of("Sue").reads("nobody is on call: primary", within=timedelta(minutes=3))
    desk.scenario.minutes_pass(40)


def test_somebody_who_is_off_is_not_paged_and_whoever_covers_is(desk: ScenarioDesk) -> None:
    service = desk.service
    until = desk.now + timedelta(hours=8)
    desk.edit(lambda session, amy: store.add_absence(session, amy, desk.now, until, desk.now))
    desk.edit(
        lambda session, cleo: store.add_override(
            session, service.desk, "primary", cleo, technicians.technician_named(session, "Amy Roy"),
            desk.now, until, desk.now,
        ),
        "Cleo Martin",
    )  # fmt: skip
    desk.leaves_a_message()
    takes_and_resolves(desk, "Cleo")
    desk.scenario.minutes_pass(40)


def test_the_next_step_after_a_hand_over_goes_to_the_new_person_and_the_old_one_may_still_take_it(
    desk: ScenarioDesk,
) -> None:
    hand_over = desk.now + timedelta(minutes=2)
    off_call(desk, "Amy Roy")
    service = desk.service
    for name, starts, ends in (("Amy Roy", None, hand_over), ("Cleo Martin", hand_over, None)):
        desk.edit(
            lambda session, row, s=starts, e=ends: store.add_shift(  # type: ignore[misc]
                session, service.desk, row, "primary", s, e, desk.now
            ),
            name,
        )
    desk.leaves_a_message()
    amy, cleo = desk.phone_of("Amy"), desk.phone_of("Cleo")
    amy.reads("call (514) 555-0199 back")
    cleo.is_rung(timedelta(minutes=4)).lets_it_ring()
    amy.texts("{code}").reads("is yours")
    cleo.reads("Amy Roy has")
    amy.resolves()
    desk.phone_of("Sue").reads_nothing()
    desk.scenario.minutes_pass(40)


def test_quiet_hours_send_it_to_the_next_and_never_apply_to_the_last_person_left(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: technicians.set_quiet(amy, "22:00-07:00"))
    desk.leaves_a_message()
    takes_and_resolves(desk, "Ben")
    for name in ("Ben Cole", "Cleo Martin"):
        desk.edit(lambda _, row: technicians.set_quiet(row, "22:00-07:00"), name)
    desk.leaves_a_message()
    takes_and_resolves(desk, "Amy")
    desk.scenario.minutes_pass(40)


def test_a_persons_own_rules_ring_the_second_number_too_and_stop_when_it_is_taken(desk: ScenarioDesk) -> None:
    second = desk.scenario.add_person("Amy at home", "+15145550111")

    def work(session: Session, amy: Technician) -> None:
        contact_methods.change_number(session, amy, PhoneSlot.SECOND, "+15145550111", desk.now)
        verification.mark_verified(amy, PhoneSlot.SECOND, desk.now)
        contact_methods.add_rule(amy, Channel.CALL, timedelta(minutes=1), PhoneSlot.SECOND)
        contact_methods.add_rule(amy, Channel.TEXT, timedelta(minutes=2), PhoneSlot.SECOND)

    desk.edit(work)
    desk.leaves_a_message()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    call = second.is_rung(timedelta(minutes=2)).answers().hears("paging Amy Roy")
    call.hears("Press 1 to hear").presses("2").hears("To confirm").presses("1").hears("is yours").is_hung_up_on()
    desk.scenario.minutes_pass(2)  # the text to the second number is kept back
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(40)


# Numbers


def test_a_number_counts_when_the_code_comes_back_from_it(desk: ScenarioDesk) -> None:
    service = desk.service
    dan = desk.scenario.add_person("Dan Fox", "+15145550120")

    def joins(session: Session) -> None:
        row = technicians.add_technician(session, "Dan Fox", "+15145550120", desk.now)
        store.add_shift(session, service.desk, row, "primary", desk.now, None, desk.now)
        alerts.send_code(session, service.desk, row, PhoneSlot.FIRST, desk.now)

    service.database.write(joins)
    off_call(desk, "Amy Roy")
    text = dan.reads("to confirm that this number is yours")
    desk.leaves_a_message()
    takes_and_resolves(desk, "Ben")  # Dan is on call, and is not paged
    dan.texts("000000").reads("not the code")
    found = re.search(r"reply (\d{6})", text)
    assert found is not None
    dan.texts(found[1]).reads("This number is verified")
    desk.leaves_a_message()
    takes_and_resolves(desk, "Dan")
    desk.scenario.minutes_pass(40)
    desk.phone_of("Sue").reads("nobody is on call: primary")


def test_a_landline_is_verified_by_a_code_that_is_spoken(desk: ScenarioDesk) -> None:
    service = desk.service

    def moves(session: Session, amy: Technician) -> None:
        contact_methods.change_number(session, amy, PhoneSlot.SECOND, "+15145550130", desk.now)
        alerts.send_code(session, service.desk, amy, PhoneSlot.SECOND, desk.now, Channel.CALL)

    home = desk.scenario.add_person("Amy's kitchen", "+15145550130")
    desk.edit(moves)
    call = home.is_rung().answers().hears("to confirm that this number is yours")
    code = "".join(re.findall(r"\d", call.leg.heard[0].text))
    call.presses("1").hears("Thank you").is_hung_up_on()
    assert len(code) == 6
    desk.edit(lambda session, amy: verification.verify(session, amy, PhoneSlot.SECOND, code, desk.now))
    desk.edit(lambda _, amy: contact_methods.is_verified(amy, PhoneSlot.SECOND))
    assert service.database.read(lambda s: technicians.technician_named(s, "Amy Roy").second_verified_at) == desk.now


def test_after_five_wrong_codes_the_right_one_is_worth_nothing(desk: ScenarioDesk) -> None:
    codes: list[str] = []
    desk.edit(lambda session, amy: codes.append(verification.new_code(session, amy, PhoneSlot.FIRST, desk.now)))
    outcomes: list[bool] = []
    for code in [*["000000"] * 5, codes[0]]:
        desk.edit(lambda s, amy, c=code: outcomes.append(verification.verify(s, amy, PhoneSlot.FIRST, c, desk.now)))  # type: ignore[misc]
    assert outcomes == [False] * 6


def test_who_sent_stop_is_paged_by_phone_flagged_and_texted_again_after_start(desk: ScenarioDesk) -> None:
    amy, sue = desk.phone_of("Amy"), desk.phone_of("Sue")
    amy.texts("STOP")
    amy.phone.sms_habit = SmsHabit.STOPPED
    sue.reads("Amy Roy sent STOP", "paged by phone")
    desk.leaves_a_message()
    call = amy.is_rung().answers().hears("paging Amy Roy").presses("2").hears("To confirm").presses("1")
    call.hears("is yours").is_hung_up_on()
    amy.phone.sms_habit = SmsHabit.DELIVERED
    amy.texts("START")
    callback_id = desk.callback.id
    desk.edit(lambda s, row: resolves(s, desk.service.desk, locked(s, Callback, callback_id), row, desk.now))
    desk.leaves_a_message()
    takes_and_resolves(desk, "Amy")
    desk.scenario.minutes_pass(40)


def test_when_our_own_sender_fails_everybody_is_rung_and_the_supervisor_too(desk: ScenarioDesk) -> None:
    for name in ("Amy", "Sue"):
        desk.phone_of(name).phone.sms_habit = SmsHabit.UNREGISTERED
    desk.leaves_a_message()
    amy, sue = desk.phone_of("Amy"), desk.phone_of("Sue")
    call = amy.is_rung(SOON).answers().hears("paging Amy Roy").presses("2").hears("To confirm").presses("1")
    call.hears("is yours").is_hung_up_on()
    sue.is_rung(SOON).answers().hears("no texts can be sent").presses("1").hears("Thank you").is_hung_up_on()
    amy.phone.sms_habit = sue.phone.sms_habit = SmsHabit.DELIVERED
    callback_id = desk.callback.id
    desk.edit(lambda s, row: resolves(s, desk.service.desk, locked(s, Callback, callback_id), row, desk.now))
    desk.scenario.minutes_pass(40)


def test_a_test_page_goes_every_way_and_shows_what_became_of_it(desk: ScenarioDesk) -> None:
    from callbacks.paging.page_results import result_of

    amy = desk.phone_of("Amy")
    amy.texts("test").reads("A test page is on its way by text and by phone")
    amy.reads("this is a test page", within=SOON)
    amy.texts("ok").reads("the test page arrived")
    amy.is_rung().answers().hears("this is a test page").presses("1").hears("Thank you").is_hung_up_on()
    pages = [page.id for page in desk.pages()]
    read = desk.service.database.read
    assert [str(read(lambda s, i=i: result_of(s, i))) for i in pages] == [  # type: ignore[misc]
        "text: confirmed by the person",
        "call: confirmed by the person",
    ]


# The rota, watched


def test_a_gap_made_by_an_edit_and_every_day_is_told_to_the_supervisor(desk: ScenarioDesk) -> None:
    desk.scenario.minutes_pass(5)
    off_call(desk, "Amy Roy")
    desk.edit(
        lambda s, row: store.add_shift(
            s, desk.service.desk, row, "primary", desk.now, desk.now + timedelta(days=13), desk.now
        )
    )
    desk.scenario.minutes_pass(1)
    sue = desk.phone_of("Sue")
    sue.reads_nothing()  # an edit settles first
    sue.reads("nobody is on call: primary Fri 11 Dec", within=timedelta(minutes=3))
    desk.scenario.minutes_pass(10)
    sue.reads_nothing()
    desk.clock_moves_to("2026-11-29T09:01")
    sue.reads("nobody is on call: primary Fri 11 Dec", within=timedelta(minutes=2))
    desk.clock_moves_to("2026-11-30T09:01")
    sue.reads("nobody is on call", within=timedelta(minutes=2))


# A storm


def test_a_storm_is_bundled_and_the_first_page_of_each_callback_is_never_delayed(desk: ScenarioDesk) -> None:
    amy = desk.phone_of("Amy")
    desk.phone_of("Amy").phone.habit = Habit.REJECTS
    for n in range(9):
        call = desk.customer(f"+1514555{200 + n:04d}").dials("direct").hears_the_beep().says(2).presses("#")
        call.hears("Thank you").is_hung_up_on()
        amy.reads(f"call (514) 555-{200 + n:04d} back", within=timedelta(seconds=15))
    for callback in desk.callbacks():
        assert callback.attempted_at is None
    for _ in range(25):
        desk.scenario.minutes_pass(1)
        if any("callbacks are waiting" in text.body for text in desk.phone_of("Ben").phone.texts):
            break
    else:
        pytest.fail("nothing was bundled")
    bundle = next(t.body for t in desk.phone_of("Ben").phone.texts if "callbacks are waiting" in t.body)
    codes = re.findall(r"\b(\d{6}) \(514\)", bundle)
    assert len(codes) >= 2
    ben = desk.phone_of("Ben")
    ben.texts(codes[-1])
    desk.scenario.seconds_pass(5)
    assert any("is yours" in text.body for text in ben.phone.texts)
    _end_quietly(desk)


@pytest.mark.soak
def test_over_the_days_cap_only_first_pages_go_out_and_the_supervisor_is_told(
    open_desk: Callable[..., ScenarioDesk],
) -> None:
    desk = open_desk("2026-11-28T22:12", limits={"texts_a_day": 10, "calls_a_day": 10})
    for n in range(12):
        desk.customer(f"+1514555{300 + n:04d}").dials("direct").hears_the_beep().says(2).hangs_up()
        desk.phone_of("Amy").reads(f"call (514) 555-{300 + n:04d} back", within=timedelta(seconds=15))
    desk.scenario.minutes_pass(9)
    sues, bens = desk.phone_of("Sue").phone.texts, desk.phone_of("Ben").phone.texts
    (reached_at,) = (text.at for text in sues if "the daily cap on texts is reached" in text.body)
    assert [text for text in bens if "back by" in text.body and text.at > reached_at] == []
    _end_quietly(desk)


def _end_quietly(desk: ScenarioDesk) -> None:
    """What comes after is not what these stories are about: everything is resolved, and the phones are put away."""
    for callback in desk.callbacks():
        desk.edit(
            lambda s, row, i=callback.id: resolves(  # type: ignore[misc]
                s, desk.service.desk, locked(s, Callback, i), row, desk.now
            )
        )
    desk.scenario.minutes_pass(5)
    desk.scenario.ignore_so_far()


# Fraud


@pytest.mark.parametrize("bait", ["+18765859700", "+19005551234", "+881612345678", "+12423221234"])
def test_a_risky_number_waits_for_a_named_persons_consent(desk: ScenarioDesk, bait: str) -> None:
    call = desk.customer(bait).dials("direct").hears_the_beep().says(5).presses("#").hears("Thank you")
    call.is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.reads("Ref ", "Reply ")
    desk.phone_of("Sue").reads("Nobody may call it yet")
    amy.texts("call {code}").reads("A supervisor must allow it first")
    assert not [c for c in desk.carrier.ledger.calls if c.to == bait]
    callback_id = desk.callback.id
    desk.service.database.write(
        lambda session: supervisor_acts(
            session,
            desk.service.desk,
            locked(session, Callback, callback_id),
            Consent(),
            "boss@example.com",
            desk.now,
        )
    )
    amy.reads("boss@example.com allowed calls to")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customers = desk.customer(bait).is_rung().answers()
    amys.is_connected_to(customers)
    customers.hangs_up()
    amys.hears("How did it go").presses("1").hears("Resolved").is_hung_up_on()
    assert desk.log_says("boss@example.com consented")


def test_a_wrong_number_is_never_rung_again_and_the_supervisor_hears_of_it(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("wrong {code}").reads("Take it first")
    amy.texts("{code}").reads("is yours")
    amy.texts("wrong {code}").reads("wrong number", "supervisors are alerted")
    desk.phone_of("Sue").reads("is a wrong number")
    amy.texts("call {code}").reads("No number to call")
    desk.scenario.minutes_pass(12)
    assert not [c for c in desk.carrier.ledger.calls if c.to == CUSTOMER]


def test_a_second_wrong_number_is_told_as_well(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy, sue = desk.phone_of("Amy"), desk.phone_of("Sue")
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    amy.texts("wrong {code}").reads("wrong number", "supervisors are alerted")
    sue.reads("(514) 555-0199 is a wrong number")

    def correct(session: Session) -> None:
        callback, number = locked(session, Callback, desk.callback.id), SetNumber("+1 514 555 0188")
        supervisor_acts(session, desk.service.desk, callback, number, "sue@example.com", desk.now)

    desk.service.database.write(correct)
    amy.texts("wrong {code}").reads("wrong number", "supervisors are alerted")
    sue.reads("(514) 555-0188 is a wrong number")
    desk.scenario.minutes_pass(12)


# The connection


@pytest.mark.parametrize(
    ("key", "outcome", "state"),
    [
        ("1", ReachOutcome.REACHED, CallbackState.RESOLVED),
        ("2", ReachOutcome.CONTINUING, CallbackState.OPEN),
        ("3", ReachOutcome.LEFT_A_MESSAGE, CallbackState.OPEN),
        ("4", ReachOutcome.NO_ANSWER, CallbackState.OPEN),
    ],
)
def test_how_the_call_went_is_told_by_a_key(
    desk: ScenarioDesk, key: str, outcome: ReachOutcome, state: CallbackState
) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("2 to hear the message").presses("2")
    desk.scenario.wait_until(lambda: any(heard.kind == "play" for heard in amys.leg.heard))
    assert desk.listeners() == [("Amy Roy", f"{desk.callback.reference}, by phone")]
    amys.hears("Press 1 to be connected").presses("1")
    customers = desk.customer().is_rung().answers()
    amys.is_connected_to(customers).waits(20)
    customers.hangs_up()
    amys.hears("How did it go").presses(key).is_hung_up_on()
    desk.scenario.minutes_pass(12)  # until the next attempt is due, nobody is texted
    assert [(a.outcome, a.seconds, a.is_told) for a in desk.attempts()] == [(outcome, 20, True)]
    assert desk.callback.state == state


def test_no_key_after_the_call_is_asked_by_text(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customers = desk.customer().is_rung().answers()
    amys.is_connected_to(customers).waits(12)
    amys.hangs_up()  # the technician is the first to hang up
    amy.reads("how did the call to (514) 555-0199 go", "DONE", "CONT", "MSG", "WRONG")
    assert [(a.outcome, a.seconds, a.is_told) for a in desk.attempts()] == [(ReachOutcome.REACHED, 12, False)]
    amy.texts("cont {code}").reads("stays open")
    assert [(a.outcome, a.is_told) for a in desk.attempts()] == [(ReachOutcome.CONTINUING, True)]
    desk.scenario.minutes_pass(40)


@pytest.mark.parametrize(
    ("habit", "outcome"),
    [
        (Habit.BUSY, ReachOutcome.BUSY),
        (Habit.REJECTS, ReachOutcome.BUSY),
        (Habit.RINGS, ReachOutcome.NO_ANSWER),
        (Habit.VOICEMAIL, ReachOutcome.MACHINE),
    ],
)
def test_the_connection_records_what_became_of_it_by_itself(
    desk: ScenarioDesk, habit: Habit, outcome: ReachOutcome
) -> None:
    desk.leaves_a_message()
    amy, customer = desk.phone_of("Amy"), desk.customer()
    customer.phone.habit, customer.phone.voicemail_after = habit, timedelta(seconds=10)
    amy.reads("call (514) 555-0199 back")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customer.is_dialed()
    amys.hears("The call has ended").hears("How did it go").is_hung_up_on()
    amy.reads("how did the call")
    assert [a.outcome for a in desk.attempts()] == [outcome]
    desk.scenario.minutes_pass(12)  # until the next attempt is due, nobody is texted
    assert desk.callback.attempted_at is not None


def test_a_private_voicemail_that_answers_the_connection_never_rings_the_customer(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.phone.habit, amy.phone.voicemail_after = Habit.VOICEMAIL, timedelta(seconds=3)
    amy.texts("call {code}").reads("Your phone rings now")
    amy.is_rung()
    desk.scenario.minutes_pass(2)
    assert desk.attempts() == []
    assert not [c for c in desk.carrier.ledger.calls if c.to == CUSTOMER]
    amy.texts("na {code}").reads("no answer")
    desk.scenario.minutes_pass(12)


# Policies


def test_another_policy_holds_for_its_line(open_desk: Callable[..., ScenarioDesk]) -> None:
    steps = [
        {"after": "0m", "call": ["person:Ben Cole"]},
        {"after": "4m", "text": ["everyone"]},
        {"after": "30m", "call": ["supervisor"]},
    ]
    desk = open_desk("2026-11-28T22:12", policies={"big-customers": {"lines": ["direct"], "steps": steps}})
    desk.leaves_a_message("direct")
    call = desk.phone_of("Ben").is_rung().answers().hears("paging Ben Cole")
    call.presses("2").hears("To confirm").presses("1").hears("is yours").is_hung_up_on()
    callback_id = desk.callback.id
    assert desk.callback.policy == "big-customers"
    desk.edit(lambda s, row: resolves(s, desk.service.desk, locked(s, Callback, callback_id), row, desk.now))
    desk.phone_of("Ben").reads("Amy Roy has resolved", "(514) 555-0199", "Nothing more for you to do")
    desk.scenario.minutes_pass(40)


def test_a_person_whom_a_step_names_and_nobody_knows_costs_no_time(open_desk: Callable[..., ScenarioDesk]) -> None:
    steps = [
        {"after": "0m", "call": ["person:Nobody Known"]},
        {"after": "9m", "text": ["everyone"]},
        {"after": "30m", "call": ["supervisor"]},
    ]
    desk = open_desk("2026-11-28T22:12", policies={"mistaken": {"lines": ["direct"], "steps": steps}})
    desk.leaves_a_message("direct")
    for name in ("Amy", "Ben", "Cleo"):
        desk.phone_of(name).reads("call (514) 555-0199 back")
    desk.phone_of("Amy").resolves()
    for name in ("Ben", "Cleo"):
        desk.phone_of(name).reads("Amy Roy has")
    assert desk.log_says("Nobody to page on person:Nobody Known")
    desk.scenario.minutes_pass(40)


# Mail


def test_a_mail_goes_along_and_a_server_that_is_not_there_is_flagged(desk: ScenarioDesk) -> None:
    def wants_mail(_: Session, amy: Technician) -> None:
        amy.email = "amy@example.com"
        contact_methods.add_rule(amy, Channel.MAIL, timedelta(0))

    desk.edit(wants_mail)
    desk.leaves_a_message()
    takes_and_resolves(desk, "Amy")
    desk.phone_of("Sue").reads("Amy Roy cannot be reached by email", "no mail server is set up")
    assert [page.state for page in desk.pages() if page.channel == Channel.MAIL] == [PageState.FAILED]
    desk.scenario.minutes_pass(40)


# In French


def test_a_technician_who_speaks_french_hears_and_reads_french(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: setattr(amy, "language", "fr"))
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("rappelez le (514) 555-0199 avant 22 h 42 (ligne directe", "APPEL ", "PASSE ")
    desk.scenario.minutes_pass(2.5)
    call = amy.is_rung().answers().hears("Ici le service de soutien, pour Amy Roy, ligne directe. Un client attend")
    call.hears("Appuyez sur le 1 pour entendre").presses("3").hears("Pour confirmer").presses("1")
    call.hears("Nous vous mettons en communication")
    customers = desk.customer().is_rung().answers()
    call.is_connected_to(customers)
    customers.hangs_up()
    call.hears("L'appel est terminé : client joint").hears("Comment ça s'est passé").presses("4")
    call.hears("pas de réponse").is_hung_up_on()
    amy.texts("« fait {code} »").reads("est réglé")
    desk.scenario.minutes_pass(40)


# The last gate, and what is kept back


def test_a_number_that_was_changed_while_a_page_waited_is_not_texted(desk: ScenarioDesk) -> None:
    desk.fails("messages", "429", times=2)
    desk.leaves_a_message()
    desk.edit(
        lambda session, amy: contact_methods.change_number(session, amy, PhoneSlot.FIRST, "+15145550177", desk.now)
    )
    desk.phone_of("Ben").reads("call (514) 555-0199 back", within=timedelta(minutes=4))
    desk.phone_of("Ben").resolves()
    assert desk.log_says("Amy Roy's first number is not verified")
    assert "+15145550177" not in {m.to for m in desk.carrier.ledger.messages}
    desk.scenario.minutes_pass(40)
    desk.scenario.ignore_so_far()


def test_whoever_has_left_is_not_rung_by_a_page_that_waited(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: contact_methods.add_rule(amy, Channel.CALL, timedelta(minutes=2)))
    desk.leaves_a_message()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    desk.edit(lambda session, amy: technicians.remove_technician(session, amy, desk.now))
    desk.phone_of("Ben").reads("call (514) 555-0199 back", within=timedelta(minutes=7))
    desk.phone_of("Ben").resolves()
    desk.scenario.minutes_pass(40)
    assert desk.log_says("Amy Roy has left the team")
    desk.scenario.ignore_so_far()
    assert not [c for c in desk.carrier.ledger.calls if c.to == "+15145550101"]


def test_a_page_that_never_arrives_reaches_the_same_person_another_way_when_the_next_step_does_not(
    open_desk: Callable[..., ScenarioDesk],
) -> None:
    steps = [
        {"after": "0m", "text": ["primary"]},
        {"after": "5m", "text": ["backup"]},
        {"after": "9m", "text": ["everyone"]},
        {"after": "30m", "call": ["supervisor"]},
    ]
    desk = open_desk("2026-11-28T22:12", policies={"texts": {"lines": ["direct"], "steps": steps}})
    desk.phone_of("Amy").phone.sms_habit = SmsHabit.LANDLINE
    desk.leaves_a_message()
    call = desk.phone_of("Amy").is_rung(timedelta(seconds=20)).answers().hears("paging Amy Roy")
    desk.phone_of("Ben").reads("call (514) 555-0199 back")
    call.presses("2").hears("To confirm").presses("1").hears("is yours").is_hung_up_on()
    _end_quietly(desk)


def test_passing_it_on_keeps_back_what_ones_own_rules_would_still_send(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: contact_methods.add_rule(amy, Channel.CALL, timedelta(minutes=2)))
    desk.leaves_a_message()
    amy, ben = desk.phone_of("Amy"), desk.phone_of("Ben")
    amy.reads("call (514) 555-0199 back")
    amy.texts("pass {code}").reads("goes to the next person")
    ben.reads("call (514) 555-0199 back")
    ben.is_rung(timedelta(minutes=4)).lets_it_ring()
    ben.resolves()
    amy.reads("Ben Cole has")
    desk.scenario.minutes_pass(40)


def test_when_the_leader_of_a_bundle_does_not_go_the_others_go_by_themselves(desk: ScenarioDesk) -> None:
    from callbacks.paging.pages import cancel_waiting

    desk.leaves_a_message()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    call = desk.customer("+15145550188").dials("direct").hears_the_beep().says(3)
    call.hangs_up()
    desk.phone_of("Amy").reads("call (514) 555-0188 back")
    first, second = (page.id for page in desk.pages())
    lead, led = desk.service.database.write(lambda s: _bundled(s, first, second))
    callback_id = desk.callbacks()[0].id
    desk.service.database.write(lambda s: cancel_waiting(s, locked(s, Callback, callback_id)))
    states = {page.id: page.state for page in desk.pages()}
    assert (states[lead], states[led]) == (PageState.CANCELLED, PageState.DUE)
    desk.scenario.seconds_pass(3)
    desk.phone_of("Amy").reads("call (514) 555-0188 back")
    _end_quietly(desk)


def _bundled(session: Session, first: int, second: int) -> tuple[int, int]:
    """Two more pages to Amy, one of which leads the other."""
    from callbacks.db.tables import Callback, Page
    from callbacks.paging.pages import add_page

    made = []
    for page_id in (first, second):
        page = session.get_one(Page, page_id)
        callback = session.get_one(Callback, page.callback_id)
        another = add_page(
            session, callback, page.technician_id, ContactMethod(Channel.TEXT), PageKind.STEP, 9, page.created_at
        )
        another.code = page.code
        made.append(another)
    session.flush()
    lead, led = made
    led.state, led.next_action_at, led.bundled_into_id = PageState.BUNDLED, None, lead.id
    return lead.id, led.id


def test_a_replayed_key_after_the_connection_says_nothing(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("call {code}").reads("Your phone rings now")
    amys = amy.is_rung().answers().hears("Press 1 to be connected").presses("1")
    customers = desk.customer().is_rung().answers()
    amys.is_connected_to(customers)
    customers.hangs_up()
    amys.hears("How did it go").hangs_up()
    amy.reads("how did the call")
    captured = [hook for hook in desk.carrier.ledger.webhooks if "/connect/ended" in hook.url][-1]
    url = captured.url.replace("/connect/ended", "/connect/outcome") + "&round=1"
    desk.carrier.webhooks.deliver(captured.kind, url, {**captured.fields, "Digits": "1"})
    assert desk.callback.state is CallbackState.OPEN
    amy.resolves()
    desk.scenario.minutes_pass(40)


def test_an_account_that_is_refused_is_told_to_the_supervisor_and_pages_go_when_it_is_mended(
    desk: ScenarioDesk,
) -> None:
    desk.fails("messages", "account", times=3)
    desk.leaves_a_message()
    sues = desk.phone_of("Sue").is_rung()
    amys = desk.phone_of("Amy").is_rung()
    sues.answers().hears("no texts can be sent").hears("TWILIO_AUTH_TOKEN").hears("Only you can fix this").hangs_up()
    amys.lets_it_ring()
    desk.phone_of("Amy").reads("call (514) 555-0199 back", within=timedelta(minutes=2))
    _end_quietly(desk)
