"""Texts to the desk, as a table: who, what, and the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import CallbackState, Channel, Coverage, PageKind, PhoneSlot, ReachOutcome
from callbacks.db.tables import Base, Callback, Page, WorkEntry
from callbacks.inbound import texts
from callbacks.inbound.text_commands import WORDS, Verb
from callbacks.people import technicians
from callbacks.people.verification import new_code
from tests.callbacks.inbound.texting import AMY, BEN, LUC, NOW, STRANGER, Night
from tests.scenarios.conftest import POSTGRES_IN_SOAK

pytestmark = POSTGRES_IN_SOAK


@pytest.fixture
def night(database: Database) -> Night:
    return Night(database)


def test_the_bare_code_takes_it(night: Night) -> None:
    assert "is yours. Call (514) 555-0199 by 10:43 p.m." in night.hears_from(AMY, night.code)
    assert night.callback.owner is not None
    assert night.hears_from(AMY, f"who {night.code}") == f"You have {night.callback.reference}."


def test_the_same_text_twice_has_one_effect_and_the_same_answer(night: Night) -> None:
    first = night.hears_from(AMY, f"na {night.code}", "SM-once")
    assert night.hears_from(AMY, f"na {night.code}", "SM-once") == first
    assert night.attempts() == [ReachOutcome.NO_ANSWER]


def test_somebody_elses_code_takes_nothing(night: Night) -> None:
    assert night.hears_from(BEN, night.code) == f"You have no page with the code {night.code}. Check the last text."
    assert night.callback.owner is None


@pytest.mark.parametrize("words", ["yes", "ok", "👍", "I am driving, I will reply later", "stop", "0000", "who 0000"])
def test_nothing_else_ever_takes_it(night: Night, words: str) -> None:
    night.hears_from(AMY, words)
    assert night.callback.owner is None


def test_stop_is_answered_by_the_carrier_and_not_by_us(night: Night) -> None:
    assert night.hears_from(AMY, "STOP") == ""


def test_done_closes_it_and_a_late_code_hears_so(night: Night) -> None:
    night.hears_from(AMY, night.code)
    assert "Did you reach them?" in night.hears_from(AMY, f"done {night.code}")
    assert "is resolved" in night.hears_from(AMY, f"done {night.code}")
    assert (night.callback.state, night.attempts()) == (CallbackState.RESOLVED, [ReachOutcome.REACHED])
    assert "is already closed" in night.hears_from(AMY, night.code)
    assert night.callback.state == CallbackState.RESOLVED


def test_pass_moves_on_at_once(night: Night) -> None:
    assert "next person now" in night.hears_from(AMY, f"pass {night.code}")
    assert night.callback.next_action_at == NOW


def test_call_takes_it_and_rings(night: Night) -> None:
    assert "Your phone rings now" in night.hears_from(AMY, f"call {night.code}")
    channels = night.database.read(lambda session: list(session.scalars(select(Page.channel).order_by(Page.id))))
    assert channels == [Channel.TEXT, Channel.CONNECTION]


def test_a_word_without_a_code_is_asked_back_with_the_code_and_changes_nothing(night: Night) -> None:
    assert night.hears_from(AMY, "na") == f"Reply NA {night.code} for {night.callback.reference}, (514) 555-0199."
    assert night.attempts() == []
    night.now += timedelta(minutes=1)
    night.opens("CA2")
    asked = night.hears_from(AMY, "done")
    assert asked.startswith("Which one? Write DONE and the code: ")
    assert night.code in asked
    assert "Nobody has" in night.hears_from(AMY, f"who {night.code}")


def test_a_reference_asks_and_never_changes(night: Night) -> None:
    reference, code = night.callback.reference, night.code
    nobody = f"Nobody has {reference} yet. Reply {code} to take it."
    assert night.hears_from(AMY, f"who {reference}") == nobody
    assert night.hears_from(AMY, reference.lower()) == nobody
    assert night.hears_from(BEN, reference) == f"Nobody has {reference} yet."
    assert night.hears_from(AMY, f"done {reference}") == f"{reference} needs its code: write DONE {code}."
    assert "you have no open page" in night.hears_from(BEN, f"pass {reference}")
    assert night.hears_from(AMY, "ZZ-999") == "There is no callback ZZ-999."
    assert night.callback.owner is None
    assert night.attempts() == []


def test_words_after_a_code_are_kept_as_a_note(night: Night) -> None:
    assert "no answer" in night.hears_from(AMY, f"na {night.code} voicemail is full")
    assert night.notes() == ["voicemail is full"]


def test_words_after_a_code_that_name_another_code_are_asked_back(night: Night) -> None:
    night.opens("CA2")
    first, second = night.codes()
    asked_back = night.hears_from(AMY, f"na {first} and {second}")
    assert asked_back.startswith(f"One text for each code, please: {second} (")
    assert f", {first} (" in asked_back
    assert night.attempts() == []


@pytest.mark.parametrize("words", ["ok", "yes", "Oui", "got it"])
def test_a_yes_is_asked_back_with_the_code_of_what_waits(night: Night, words: str) -> None:
    about = f"{night.callback.reference}, (514) 555-0199"
    assert night.hears_from(AMY, words) == f"Reply {night.code} to take {about}, PASS {night.code} to pass it on."
    night.opens("CA2")
    night.now += timedelta(minutes=2)
    listed = night.hears_from(AMY, words)
    assert listed.startswith("Which one do you take? Reply with its code: ")
    assert [code for code in night.codes() if code not in listed] == []
    assert night.callback.owner is None


def test_what_the_carrier_takes_for_stop_start_and_help(night: Night) -> None:
    assert night.hears_from(AMY, "ARRET").startswith("ARRET does not stop texts here.")
    assert night.troubles() == {}
    assert night.hears_from(AMY, "Arrêt", opt_out_type="STOP") == ""
    assert list(night.troubles()) == ["text first"]
    assert night.hears_from(AMY, "YES") == ""  # of somebody who is blocked, the carrier takes it for START
    assert night.troubles() == {}
    assert night.hears_from(AMY, "quit") == ""
    assert list(night.troubles()) == ["text first"]
    assert night.hears_from(AMY, "UNSTOP") == ""
    assert night.troubles() == {}
    assert [night.hears_from(AMY, words) for words in ("HELP", "info")] == ["", ""]
    assert night.hears_from(AMY, "aide", opt_out_type="HELP") == ""


def test_the_customer_asks_for_a_manager_by_word(night: Night) -> None:
    assert "the manager gets a text" in night.hears_from(AMY, f"manager {night.code} third call about this")
    assert night.notes() == []
    assert "demande un gestionnaire (third call about this)" in night.last_text_to("Luc")


def test_french_is_answered_in_french(night: Night) -> None:
    assert night.hears_from(LUC, "bonjour").startswith("Pas compris.")


def test_strangers_and_nonsense_get_a_bounded_number_of_answers(night: Night) -> None:
    strangers = [night.hears_from(STRANGER, "hello") for _ in range(10)]
    assert [bool(answer) for answer in strangers] == [True] * 3 + [False] * 7
    for _ in range(30):  # one answer a minute, all night long
        nonsense = [night.hears_from(AMY, "hello?") for _ in range(3)]
        assert [bool(answer) for answer in nonsense] == [True, False, False]
        night.now += timedelta(minutes=1)
    assert "is yours" in night.hears_from(AMY, night.code)  # the right word is always answered


@pytest.mark.parametrize("words", ["Took {code} thanks", "Took {code}", "I take it {code}", "{code} yes", "ok {code}"])
def test_a_near_miss_is_asked_back_about_the_callback_that_it_names_however_much_was_said_before(
    night: Night, words: str
) -> None:
    for _ in range(9):
        night.hears_from(AMY, "hello?")
    answer = night.hears_from(AMY, words.format(code=night.code))
    assert answer.startswith(
        f"Not understood. For {night.callback.reference}, (514) 555-0199: reply {night.code} alone"
    )
    assert night.callback.owner is None


def test_a_near_miss_names_its_own_callback_and_not_another_that_waits(night: Night) -> None:
    night.hears_from(AMY, night.code)
    night.opens("CA2")
    assert night.callback.reference in night.hears_from(AMY, f"ok {night.code}")


def test_an_answering_machine_that_repeats_the_code_is_not_answered_for_ever(night: Night) -> None:
    answers = []
    for n in range(300):
        night.now += timedelta(minutes=1)
        answers.append(night.hears_from(AMY, f"Away. You wrote: reply {night.code} to take it, {n % 2}"))
    assert [bool(answer) for answer in answers] == [True] * 200 + [False] * 100


def test_texts_that_were_understood_use_up_no_answers(night: Night) -> None:
    for _ in range(9):
        assert "You have" in night.hears_from(AMY, "who") or night.hears_from(AMY, night.code)
    assert night.hears_from(AMY, "hello?").startswith("Not understood")


def test_no_text_names_a_deadline_that_is_over(night: Night) -> None:
    night.now = night.callback.due_at + timedelta(minutes=1)
    assert "Call (514) 555-0199 at once: promised for 10:43 p.m. CALL" in night.hears_from(AMY, night.code)


def test_a_number_that_is_not_verified_changes_nothing_and_hears_so_once(night: Night) -> None:
    code = night.code
    night.database.write(lambda s: setattr(technicians.technician_named(s, "Amy Roy"), "verified_at", None))
    assert "This number is not verified, so your text was ignored" in night.hears_from(AMY, code)
    for words in (code, f"done {code}", f"call {code}", f"who {code}", "test", "ok", "hello"):
        assert night.hears_from(AMY, words) == ""
    assert (night.callback.owner, night.attempts(), night.callback.state) == (None, [], CallbackState.OPEN)


def test_a_number_that_is_not_verified_may_send_its_code(night: Night) -> None:
    def asks(session: Session) -> str:
        amy = technicians.technician_named(session, "Amy Roy")
        amy.verified_at = None
        return new_code(session, amy, PhoneSlot.FIRST, NOW)

    code = night.database.write(asks)
    assert "not the code" in night.hears_from(AMY, "000000")
    assert night.hears_from(AMY, code) == "Thank you. This number is verified."
    assert "is yours" in night.hears_from(AMY, night.code)


def test_a_second_number_that_is_not_verified_changes_nothing_while_the_first_one_does(night: Night) -> None:
    home = "+15145550130"
    night.database.write(lambda s: setattr(technicians.technician_named(s, "Amy Roy"), "second_phone", home))
    assert "not verified" in night.hears_from(home, night.code)
    assert night.callback.owner is None
    assert "is yours" in night.hears_from(AMY, night.code)


def test_test_pages_over_the_cap_are_refused_once_and_then_not_answered(night: Night) -> None:
    answers = [night.hears_from(AMY, "test") for _ in range(13)]
    assert answers[:10] == ["A test page is on its way by text and by phone."] * 10
    assert answers[10].startswith("Amy Roy has reached the daily limit on test pages")
    assert answers[11:] == ["", ""]
    night.now += timedelta(days=1)
    assert "is on its way" in night.hears_from(AMY, "test")


@pytest.mark.parametrize("sender", ["+442079460000", "+19005550142", "+18765550123", "12345", "Acme", "+18884847266"])
def test_only_numbers_that_may_be_called_without_consent_are_answered(night: Night, sender: str) -> None:
    assert night.hears_from(sender, "hello") == ""


def test_strangers_get_so_many_answers_a_day_in_all(night: Night) -> None:
    night.hears_from(AMY, "who")  # answers to technicians are not counted
    flood = [night.hears_from(f"+1416555{n:04d}", "hello") for n in range(100, 600)]
    assert [bool(answer) for answer in flood] == [True] * 50 + [False] * 450
    assert night.hears_from(AMY, "who")
    night.now += timedelta(days=1)
    assert night.hears_from("+14165550700", "hello")


def test_a_stranger_who_gets_no_answer_is_still_a_customer_who_wrote(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote: list[str] = []
    monkeypatch.setattr(texts, "note_contact", lambda session, sender, now: wrote.append(sender))
    for _ in range(9):
        night.hears_from(STRANGER, "hello")
    assert wrote == [STRANGER] * 9


def everything(night: Night) -> list[object]:
    """Return everything that a text could have changed, apart from the text itself."""

    def rows(session: Session) -> list[object]:
        tables = (table for table in Base.metadata.sorted_tables if table.name != "received_texts")
        return [session.execute(select(table).order_by(*table.primary_key)).all() for table in tables]

    return night.database.read(rows)


@pytest.mark.parametrize("sender", [AMY, LUC])  # Luc may allow and refuse numbers
def test_without_the_code_no_word_changes_anything(night: Night, sender: str) -> None:
    before, reference = everything(night), night.callback.reference
    for word in (word for word, verb in WORDS.items() if verb is not Verb.TEST):
        for words in (word, f"{word} {reference}", f"{reference} {word}", f"{word} {reference} a note", f"{word} it"):
            night.hears_from(sender, words)
        assert everything(night) == before, word


def test_a_test_page_needs_no_code_and_goes_to_the_sender_only(night: Night) -> None:
    night.hears_from(AMY, "test")
    tests = select(Page).where(Page.kind == PageKind.TEST)
    paged = night.database.read(lambda session: {page.technician.name for page in session.scalars(tests)})
    assert paged == {"Amy Roy"}
    assert night.callback.owner is None


def test_words_after_a_wrong_code_are_no_note(night: Night) -> None:
    night.hears_from(BEN, f"na {night.code} a forged note")
    assert (night.notes(), night.attempts()) == ([], [])


def minutes_of(night: Night) -> list[tuple[int, str]]:
    entries = night.database.read(lambda session: list(session.scalars(select(WorkEntry).order_by(WorkEntry.id))))
    return [(each.minutes, each.worked_by) for each in entries]


def test_minutes_come_with_the_outcome_and_the_words_are_kept(night: Night) -> None:
    night.hears_from(AMY, night.code)
    answer = night.hears_from(AMY, f"na {night.code} 5m voicemail is full")
    assert answer.endswith("5 min noted.")
    assert (minutes_of(night), night.attempts()) == ([(5, "Amy Roy")], [ReachOutcome.NO_ANSWER])
    assert "5m voicemail is full" in night.notes()[0]


def test_minutes_before_a_question_are_part_of_what_answers_it(night: Night) -> None:
    night.hears_from(AMY, night.code)
    assert f"DONE {night.code} 25m again" in night.hears_from(AMY, f"done {night.code} 25m")
    assert night.hears_from(AMY, f"done {night.code} 25m").endswith("is resolved. Thank you. 25 min noted.")
    assert minutes_of(night) == [(25, "Amy Roy")]


@pytest.mark.parametrize("minutes", ["0m", "1441 min"])
def test_minutes_that_cannot_be_never_lose_the_word(night: Night, minutes: str) -> None:
    night.hears_from(AMY, night.code)
    night.hears_from(AMY, f"done {night.code}")
    answer = night.hears_from(AMY, f"done {night.code} {minutes}")
    assert "is resolved. Thank you." in answer
    assert "min not noted: Minutes must be a whole number from 1 to 1440." in answer
    assert (night.callback.state, minutes_of(night)) == (CallbackState.RESOLVED, [])


def test_billable_minutes_without_consent_do_not_lose_the_word_either(night: Night) -> None:
    def billable(session: Session) -> None:
        session.scalars(select(Callback)).one().coverage = Coverage.BILLABLE

    night.database.write(billable)
    night.hears_from(AMY, night.code)
    answer = night.hears_from(AMY, f"cont {night.code} 25m moved the mailboxes")
    assert "stays open" in answer
    assert f"25 min not noted: {night.callback.reference} is billable" in answer
    assert (minutes_of(night), night.attempts()) == ([], [ReachOutcome.CONTINUING])
    assert "25m moved the mailboxes" in night.notes()[0]


def test_an_outcome_that_is_refused_records_no_minutes(night: Night) -> None:
    assert "is not yours" in night.hears_from(AMY, f"done {night.code} 25m")
    assert minutes_of(night) == []


def test_a_note_has_minutes(night: Night) -> None:
    assert night.hears_from(AMY, f"note {night.code} 15m read the logs").endswith("was saved. 15 min noted.")
    assert minutes_of(night) == [(15, "Amy Roy")]
