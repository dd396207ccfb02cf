"""Texts to the desk, as a table: who, what, and the answer."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import CallbackState, Channel, ReachOutcome, VoicemailState
from callbacks.db.tables import Callback, Page, ReachAttempt
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.inbound.texts import answer_text
from callbacks.oncall import store
from callbacks.people import technicians
from tests.scenarios.conftest import POSTGRES_IN_SOAK

pytestmark = POSTGRES_IN_SOAK

DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 11, 29, 3, 13, tzinfo=UTC)
AMY, BEN, LUC, STRANGER = "+15145550101", "+15145550102", "+15145550103", "+15145550177"
SIDS = (f"SM{n}" for n in itertools.count())


class Night:
    """One callback, paged to Amy; Ben is backup, Luc speaks French."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        database.write(self._people)
        self.opens("CA1")

    def _people(self, session: Session) -> None:
        for name, number, layer in (("Amy Roy", AMY, "primary"), ("Ben Cole", BEN, "backup"), ("Luc", LUC, "manager")):
            language = "fr" if name == "Luc" else "en"
            row = technicians.add_technician(session, name, number, NOW, verified=True, language=language)
            store.add_shift(session, DESK, row, layer, None, None, NOW)

    def opens(self, sid: str) -> None:
        arrival = calls.Arrival(sid, "direct", "+15145550199", "en", False, "outside support hours")
        self.database.write(lambda session: calls.record_call(session, arrival, self.now))
        news = calls.Recording(VoicemailState.EXPECTED, None, 9)
        self.database.write(lambda session: calls.record_voicemail(session, DESK, sid, news, self.now))

    def hears_from(self, sender: str, words: str, sid: str | None = None) -> str:
        sid = sid or next(SIDS)
        return self.database.write(lambda session: answer_text(session, DESK, sid, sender, words, self.now))

    @property
    def code(self) -> str:
        return self.database.read(lambda session: session.scalars(select(Page.code).order_by(Page.id)).first() or "")

    @property
    def callback(self) -> Callback:
        return self.database.read(lambda session: session.scalars(select(Callback).order_by(Callback.id)).first())  # type: ignore[return-value]

    def attempts(self) -> list[ReachOutcome]:
        return self.database.read(lambda session: list(session.scalars(select(ReachAttempt.outcome))))


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


def test_a_word_without_a_code_means_the_only_open_one_and_asks_when_there_are_two(night: Night) -> None:
    assert "no answer" in night.hears_from(AMY, "na")
    night.now += timedelta(minutes=1)
    night.opens("CA2")
    asked = night.hears_from(AMY, "done")
    assert asked.startswith("Which one? Write DONE and the code: ")
    assert night.code in asked


def test_french_is_answered_in_french(night: Night) -> None:
    assert night.hears_from(LUC, "bonjour").startswith("Pas compris.")


def test_strangers_and_nonsense_get_a_bounded_number_of_answers(night: Night) -> None:
    strangers = [night.hears_from(STRANGER, "hello") for _ in range(10)]
    assert [bool(answer) for answer in strangers] == [True] * 3 + [False] * 7
    nonsense = [night.hears_from(AMY, "hello?") for _ in range(10)]
    assert [bool(answer) for answer in nonsense] == [True] * 5 + [False] * 5
    assert "is yours" in night.hears_from(AMY, night.code)  # the right word is always answered


@pytest.mark.parametrize("words", ["ack {code} thanks", "Took {code}", "I take it {code}", "{code} yes", "ok {code}"])
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
    answers = [night.hears_from(AMY, f"Away. You wrote: reply {night.code} to take it") for _ in range(30)]
    assert [bool(answer) for answer in answers] == [True] * 20 + [False] * 10


def test_texts_that_were_understood_use_up_no_answers(night: Night) -> None:
    for _ in range(9):
        assert "You have" in night.hears_from(AMY, "who") or night.hears_from(AMY, night.code)
    assert night.hears_from(AMY, "hello?").startswith("Not understood")


def test_no_text_names_a_deadline_that_is_over(night: Night) -> None:
    night.now = night.callback.due_at + timedelta(minutes=1)
    assert "Call (514) 555-0199 at once: promised for 10:43 p.m. CALL" in night.hears_from(AMY, night.code)
