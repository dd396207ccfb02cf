"""The screen of messages in other boxes: who sees it, the player, and whether the mail went out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.console.callbacks import boxes
from callbacks.console.callbacks.boxes import box_screen
from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import BoxMail
from callbacks.inbound import calls
from tests.callbacks.console.console import BEGAN, Console
from tests.callbacks.desk.flows import desk_with

DESK = desk_with()


def leave(console: Console, number: int, audio: AudioState = AudioState.COPIED, error: str = "") -> None:
    def work(session: Session) -> None:
        sid, at = f"CA{number:032}", BEGAN + timedelta(minutes=number)
        call = calls.record_call(
            session, calls.Arrival(sid, "direct", "+15145550188", "fr", False, "", "TN-Validation-Passed-A"), at
        )
        call.box = "sales"
        recording = calls.Recording(VoicemailState.RECORDED, f"RE{number:032}", 8)
        calls.record_voicemail(session, DESK, sid, recording, at)
        session.flush()
        session.refresh(call)
        assert call.voicemail is not None
        call.voicemail.audio = audio
        mail = BoxMail(voicemail_id=call.voicemail.id, created_at=at, sent_at=None if error else at, error=error)
        session.add(mail)

    console.database.write(work)


def test_a_message_has_a_player_and_its_mail(sue: Console) -> None:
    leave(sue, 2)
    leave(sue, 3, AudioState.WANTED, error="The mail server did not answer.")
    screen = sue.client.get("/boxes").text
    assert 'src="/voicemails/2.wav"' in screen
    assert 'id="message-2"' in screen
    assert "It is being downloaded from the carrier." in screen
    assert "not mailed</strong>: The mail server did not answer." in screen
    assert "(514) 555-0188" in screen
    assert "Messages for sales are not mailed: The mail server did not answer." in sue.client.get("/").text


def test_messages_for_support_are_not_among_them(sue: Console) -> None:
    assert "No messages yet." in sue.client.get("/boxes").text
    assert 'href="/boxes"' in sue.client.get("/calls").text


def test_technicians_neither_see_nor_hear_them(console: Console) -> None:
    leave(console, 2)
    console.logs_in("amy@example.com")
    assert console.client.get("/boxes").status_code == 403
    assert console.client.get("/voicemails/2.wav").status_code == 404


def test_older_messages_are_on_the_next_page(sue: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "A_PAGE", 2)
    for number in (2, 3, 4):
        leave(sue, number)
    first = sue.database.read(lambda session: box_screen(session, DESK, ""))
    assert [row.id for row in first.rows] == [4, 3]
    assert first.before is not None
    second = sue.database.read(lambda session: box_screen(session, DESK, first.before or ""))
    assert ([row.id for row in second.rows], second.before) == ([2], None)
