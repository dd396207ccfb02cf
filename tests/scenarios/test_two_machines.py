"""Web and worker on two machines that share a database and an object store, and no disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from callbacks.cli.context import UNDER_A_MOVING_CLOCK, Compose
from callbacks.db.states import AudioState
from ivr.rehearsal.simulated_desk import DEMO_PASSWORD, DEMO_USER
from tests.callbacks.console.service import post
from tests.object_store import ObjectStoreServer, Trouble
from tests.scenarios.conftest import POSTGRES_IN_SOAK, SATURDAY_NIGHT, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


@pytest.fixture
def shared(open_desk: Callable[..., ScenarioDesk], object_store: ObjectStoreServer) -> ScenarioDesk:
    """A desk on a Saturday night, whose object store is behind the door."""
    bucket = object_store.new_bucket(object_store.door.url)
    return open_desk(SATURDAY_NIGHT, object_store=object_store.settings_of(bucket))


@pytest.fixture
def other_machine(compose: Compose, shared: ScenarioDesk, tmp_path: Path) -> Iterator[FlaskClient]:
    """A browser at a web process with a disk of its own."""
    here = shared.service
    settings = replace(here.settings, media_dir=tmp_path / "other")
    service = compose(settings, here.desk, here.clock, limits=UNDER_A_MOVING_CLOCK)
    yield service.web.test_client()
    service.close()


def test_a_message_that_one_machine_stored_is_played_by_the_other(
    shared: ScenarioDesk, other_machine: FlaskClient, tmp_path: Path
) -> None:
    shared.leaves_a_message()
    shared.phone_of("Amy").reads("call (514) 555-0199 back")
    shared.phone_of("Amy").resolves()
    said = next(recording.audio for recording in shared.carrier.ledger.recordings)

    # Whoever has not logged in gets nothing, and nobody is sent to the store itself.
    stranger = other_machine.get("/voicemails/1.wav")
    assert (stranger.status_code, stranger.headers["Location"]) == (302, "/login")
    post(other_machine, "/login", {"email": DEMO_USER, "password": DEMO_PASSWORD})
    whole = other_machine.get("/voicemails/1.wav")
    assert (whole.status_code, whole.data, whole.headers["Cache-Control"]) == (200, said, "no-store")
    for asked, status, found in (
        ("bytes=0-99", 206, said[:100]),
        ("bytes=100-", 206, said[100:]),
        ("bytes=-50", 206, said[-50:]),
        (f"bytes={len(said)}-", 416, None),
    ):
        part = other_machine.get("/voicemails/1.wav", headers={"Range": asked})
        assert (part.status_code, part.data if found is not None else None) == (status, found)
        assert shared.service.settings.s3_endpoint not in str(part.headers)
    assert [file for file in tmp_path.rglob("*") if file.is_file() and "RE" in file.name] == []


def test_while_the_store_is_away_callers_are_taken_in_and_nothing_is_lost(
    shared: ScenarioDesk, other_machine: FlaskClient, object_store: ObjectStoreServer
) -> None:
    shared.expects_error("a recording could not be copied")
    object_store.door.goes_wrong(Trouble.REFUSED)
    shared.leaves_a_message()
    shared.phone_of("Amy").reads("call (514) 555-0199 back")
    shared.phone_of("Amy").resolves()
    shared.scenario.minutes_pass(11)
    shared.phone_of("Sue").reads("recordings cannot be stored", "The carrier keeps them")
    assert (shared.voicemail.audio, shared.voicemail.audio_file) == (AudioState.WANTED, None)

    object_store.door.goes_wrong(None)
    shared.clock_moves_to("2026-11-28T22:45")
    shared.scenario.minutes_pass(1)
    assert shared.voicemail.audio is AudioState.COPIED
    post(other_machine, "/login", {"email": DEMO_USER, "password": DEMO_PASSWORD})
    assert other_machine.get("/voicemails/1.wav").status_code == 200

    object_store.door.goes_wrong(Trouble.REFUSED)
    away = other_machine.get("/voicemails/1.wav")
    assert (away.status_code, "cannot be loaded now. Try again" in away.text) == (503, True)
    object_store.door.goes_wrong(None)  # what is kept is compared with what was said
