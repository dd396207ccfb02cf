"""The technician's screen behind the link in a text: as a phone would open it, and as a scanner would."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.acts.lost_phone import report_lost_phone
from callbacks.db.states import CallbackState
from callbacks.db.tables import Event
from tests.scenarios.conftest import CUSTOMER, POSTGRES_IN_SOAK, ScenarioDesk
from tests.scenarios.links import Link

pytestmark = POSTGRES_IN_SOAK


@pytest.fixture
def link(desk: ScenarioDesk) -> Link:
    desk.leaves_a_message()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    desk.scenario.minutes_pass(0.3)
    return Link(desk)


def events(desk: ScenarioDesk) -> int:
    return desk.service.database.read(lambda session: session.query(Event).count())


def test_it_says_who_what_until_when_and_plays_the_message(link: Link) -> None:
    assert "(514) 555-0199" not in link.shows()
    page = link.opens()
    for words in ("(514) 555-0199", "10:42 p.m.", "min left", "nobody yet", "message.wav", "Take it", "direct"):
        assert words in page
    audio = link.raw("/message.wav")
    assert (audio.status_code, audio.data[:4]) == (200, b"RIFF")
    link.desk.phone_of("Amy").resolves()


def test_opening_it_changes_nothing_however_often_and_however(link: Link) -> None:
    desk = link.desk
    before = events(desk)
    for method in ("get", "head", "options"):
        for path in ("", "/open", "/take", "/connect", "/pass", "/outcome", "/note", "/message.wav"):
            assert CUSTOMER[-4:] not in link.raw(path, method).text
    assert events(desk) == before
    assert desk.listeners() == []
    link.opens()
    link.raw("/message.wav", "head")
    assert events(desk) == before
    link.raw("/message.wav", "get")  # that somebody listens is recorded
    assert events(desk) == before + 1
    assert desk.callback.owner is None
    desk.phone_of("Amy").resolves()


def test_take_note_and_resolve(link: Link) -> None:
    desk = link.desk
    assert f"{desk.callback.reference} is yours." in link.does("take")
    assert desk.callback.owner is not None
    assert f"The note on {desk.callback.reference} was saved." in link.does("note", words="asked for <b>Bob</b>")
    assert desk.log_says("asked for <b>Bob</b>")
    assert "The note is empty" in link.does("note", words=" ")
    assert "Choose how the call went." in link.does("outcome", outcome="splendid")
    page = link.does("outcome", outcome="resolved")
    assert "Confirm that they were reached." in page
    assert "Yes, the customer was reached: resolved" in page
    assert desk.callback.state.value == "open"
    page = link.does("outcome", outcome="resolved", confirmed="yes")
    assert "It is closed" in page
    assert CUSTOMER[-4:] not in page
    assert desk.callback.state == CallbackState.RESOLVED
    assert "is already closed" in link.does("outcome", outcome="no answer")
    desk.scenario.minutes_pass(40)


def test_connect_rings_and_the_attempt_is_on_record(link: Link) -> None:
    desk = link.desk
    assert "Your phone rings now" in link.does("connect")
    link.does("connect")  # pressed twice: the phone rings once
    amys = desk.phone_of("Amy").is_rung().answers().hears("Press 1 to be connected").presses("1")
    customers = desk.customer().is_rung().answers()
    amys.is_connected_to(customers).waits(5)
    customers.hangs_up()
    amys.hears("How did it go").presses("2").hears("It stays with you").is_hung_up_on()
    assert "reached, continuing" in link.shows()
    desk.scenario.minutes_pass(40)


def test_pass_goes_to_the_next_person_at_once(link: Link) -> None:
    assert "goes to the next person" in link.does("pass")
    ben = link.desk.phone_of("Ben")
    ben.reads("call (514) 555-0199 back")
    theirs = Link(link.desk, "Ben")
    assert f"{link.desk.callback.reference} is yours." in theirs.does("take")
    link.desk.phone_of("Amy").reads("Ben Cole has")
    assert "Ben Cole has" in link.does("take")
    theirs.does("outcome", outcome="no answer")
    link.desk.scenario.minutes_pass(12)  # until the next attempt is due, nobody is texted


def test_it_expires_cannot_be_forged_and_tells_nothing_then(link: Link) -> None:
    desk = link.desk
    forged = link.client.get(link.path[:-5] + ("A" if link.path[-5] != "A" else "B") + link.path[-4:])
    assert forged.status_code == 410
    desk.phone_of("Amy").resolves()
    desk.clock_moves_to("2026-11-29T10:30")
    answer = link.raw()
    assert answer.status_code == 410
    assert "no longer works" in answer.text
    assert CUSTOMER[-4:] not in answer.text
    assert link.raw("/take", "post").status_code == 410
    assert link.raw("/message.wav").status_code == 404


def test_it_is_in_the_technicians_language_and_kept_to_ourselves(desk: ScenarioDesk) -> None:
    desk.edit(lambda _, amy: setattr(amy, "language", "fr"))
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("rappelez le (514) 555-0199 avant 22 h 42", "Répondez")
    desk.scenario.minutes_pass(0.3)
    link = Link(desk)
    assert "Afficher le numéro et le message" in link.shows()
    assert "Prendre en charge" in link.opens()
    assert "il reste 28 min" in link.shows()
    assert f"{desk.callback.reference} est à vous." in link.does("take")
    answer = link.raw()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    amy.texts("na {code}").reads("")
    assert "déjà essayé" in link.shows()
    amy.texts("fait {code}").reads("est réglé")
    assert '<span class="standing resolved">réglé</span>' in link.shows()
    desk.scenario.minutes_pass(40)


def test_the_newest_text_has_the_link_that_works(link: Link) -> None:
    desk, amy = link.desk, link.desk.phone_of("Amy")
    amy.is_rung(timedelta(minutes=4)).rejects()
    desk.scenario.minutes_pass(18)
    newest = Link(desk)
    assert newest.path != link.path
    assert (link.raw().status_code, newest.raw().status_code) == (410, 200)
    assert link.raw("/take", "post").status_code == 410
    assert f"{desk.callback.reference} is yours." in newest.does("take")
    desk.scenario.ignore_so_far()


def test_whoever_has_a_lost_phone_sees_nothing_changes_nothing_and_others_are_paged(link: Link) -> None:
    desk, amy = link.desk, link.desk.phone_of("Amy")
    link.does("take")
    desk.edit(lambda session, row: report_lost_phone(session, desk.service.desk, row, desk.now))
    desk.phone_of("Sue").reads("Amy Roy lost their phone")
    assert (link.raw().status_code, link.raw("/open", "post").status_code) == (410, 410)
    amy.texts("done {code}").reads("This number is not verified")
    amy.texts("{code}")
    desk.phone_of("Ben").reads("call (514) 555-0199 back", within=timedelta(minutes=1))
    assert desk.callback.owner is None
    desk.phone_of("Ben").resolves()
    desk.scenario.minutes_pass(40)
    desk.scenario.ignore_so_far()
    assert not [call for call in desk.carrier.ledger.calls if call.to == "+15145550101"]
