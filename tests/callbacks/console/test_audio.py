"""Who may listen to a message, and that listening is on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.desk.audio_files import AudioFile
from callbacks.desk.desk_file import Desk
from ivr.rehearsal.audio import tone
from tests.callbacks.console.console import Console


def test_a_message_is_played_to_those_who_may_and_it_is_on_record(console: Console) -> None:
    assert console.client.get("/voicemails/1.wav").status_code == 302
    console.logs_in("rita@example.com")
    whole = console.client.get("/voicemails/1.wav")
    part = console.client.get("/voicemails/1.wav", headers={"Range": "bytes=0-99"})
    assert (whole.data, part.status_code, len(part.data)) == (tone(1), 206, 100)
    assert console.client.get("/voicemails/2.wav").status_code == 404
    assert "rita@example.com</strong> heard the message" in console.client.get(f"/callbacks/{console.reference}").text


def test_a_piece_of_a_message_alone_is_heard_as_well(console: Console) -> None:
    console.logs_in("ada@example.com")
    for piece in ("bytes=44-", "bytes=-9000"):
        console.client.get("/voicemails/1.wav", headers={"Range": piece})
    console.clock.move_to(console.clock.now() + timedelta(minutes=40))
    console.client.get("/voicemails/1.wav", headers={"Range": "bytes=44-"})
    assert [what for _, what in console.audit_entries()] == ["logged in", "heard a message", "heard a message"]


def test_the_carriers_link_plays_until_it_expires_and_cannot_be_forged(console: Console) -> None:
    path = console.links.message(1).removeprefix("https://desk.test")
    assert console.client.get(path).data == tone(1)
    assert console.client.get(path.replace("/media/", "/media/x")).status_code == 404
    console.clock.pass_time(timedelta(hours=2))
    assert console.client.get(path).status_code == 404


def test_a_recording_of_a_menu_is_served_to_everybody_under_the_name_of_its_content(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    hello = AudioFile("0123.wav", "audio/wav", tone(1))
    monkeypatch.setattr(Desk, "audio", {"hello.wav": hello})
    answer = console.client.get("/media/prompts/0123.wav")
    assert (answer.data, answer.mimetype) == (tone(1), "audio/wav")
    assert "immutable" in answer.headers["Cache-Control"]
    for other in ("hello.wav", "0124.wav", "..%2Fsupport.toml"):
        assert console.client.get(f"/media/prompts/{other}").status_code == 404
