"""A real worker is killed while it stores a recording, and a real web process without its disk plays it. SIGKILL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import select, update

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from ivr.simulator.audio import Sound
from ivr.simulator.ledger import Recording as SimulatedRecording
from ivr.simulator.ledger import RecordingStatus
from tests.object_store import ObjectStoreServer, Trouble
from tests.processes.service import Service, answers
from tests.waiting import FAR, eventually

CALL, RECORDING = "CA" + "7" * 32, "RE" + "7" * 32
SOUND = Sound(bytes(range(256)) * 500)  # 8 seconds
PASSWORD = "correct horse battery"


@pytest.fixture
def database(service: Service) -> Iterator[Database]:
    database = Database(service.database_url, UNHURRIED)
    yield database
    database.close()


@pytest.mark.soak
@pytest.mark.on("sqlite")
def test_a_killed_worker_loses_no_recording_and_another_machine_plays_it(
    service: Service, object_store: ObjectStoreServer, database: Database
) -> None:
    bucket, password = object_store.new_bucket(object_store.door.url), service.folder / "password"
    password.write_text(PASSWORD)
    service.settings |= {
        "MEDIA_DIR": "",
        "MEDIA_URL": f"s3://{bucket.name}/{bucket.prefix}",
        "AWS_ENDPOINT_URL": bucket.endpoint,
        "AWS_ACCESS_KEY_ID": bucket.access_key,
        "AWS_SECRET_ACCESS_KEY": bucket.secret_key,
    }
    service.run("user", "add", "rita@example.com", "--role", "reader", "--password-file", str(password))
    owes_a_recording(service, database)

    object_store.door.requests.clear()
    object_store.door.goes_wrong(Trouble.SILENT, "GET")  # it is read back, and not yet on record
    worker = service.start("worker")
    eventually(lambda: any(each.startswith("GET") for each in object_store.door.requests), "the worker stores it")
    worker.kill()
    worker.wait(FAR.total_seconds())
    assert database.read(lambda session: session.scalars(select(Voicemail.audio)).one()) is AudioState.WANTED
    assert list(object_store.kept(bucket).values()) == [SOUND.wav()]

    object_store.door.goes_wrong(None)
    lease_over = update(Voicemail).values(next_action_at=service.clock.now())
    database.write(lambda session: session.execute(lease_over))
    service.start("worker")
    is_copied = select(Voicemail.audio)
    eventually(
        lambda: database.read(lambda session: session.scalar(is_copied)) is AudioState.COPIED, "the recording is stored"
    )
    assert object_store.kept(bucket) == {f"night/desk/{RECORDING}.wav": SOUND.wav()}

    service.start("web", "--port", str(service.port))
    eventually(lambda: answers(f"{service.url}/healthz").startswith("up"), "the web process answers")
    with requests.Session() as browser:
        there = f"{service.url}/voicemails/1.wav"
        assert browser.get(there, allow_redirects=False, timeout=FAR.total_seconds()).status_code == 302
        token = re.search(r'name="token" value="([^"]+)"', browser.get(f"{service.url}/login").text)
        assert token is not None
        browser.post(
            f"{service.url}/login", {"token": token[1], "email": "rita@example.com", "password": PASSWORD}
        ).raise_for_status()
        part = browser.get(there, headers={"Range": "bytes=44-99"})
        assert (part.status_code, part.content) == (206, SOUND.wav()[44:100])
        assert browser.get(there).content == SOUND.wav()
    assert list(service.folder.rglob("*.wav")) == []


def owes_a_recording(service: Service, database: Database) -> None:
    """A voicemail whose recording is at the carrier."""
    desk, now = read_desk(Path("support.toml")), service.clock.now()
    service.carrier.ledger.recordings.append(SimulatedRecording(RECORDING, CALL, now, RecordingStatus.COMPLETED, SOUND))
    arrival = calls.Arrival(CALL, "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A")
    database.write(lambda session: calls.record_call(session, arrival, now))
    news = calls.Recording(VoicemailState.RECORDED, RECORDING, 8)
    database.write(lambda session: calls.record_voicemail(session, desk, CALL, news, now))
