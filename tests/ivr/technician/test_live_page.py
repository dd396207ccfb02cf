"""A page is answered by its own call, while that call goes on."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.db.states import AttemptState, AudioState, CarrierStatus, PageKind, VoicemailState
from callbacks.db.tables import AuditEntry, PageAttempt, Technician, Voicemail
from callbacks.paging.status_reports import LATE_WITHIN
from callbacks.records import audit_log
from tests.ivr.technician.night import AMYS_CALL, Night
from tests.ivr.webhook_client import AMY, CALL, CUSTOMER, WebhookClient, said

OTHER_CALL = "CA" + "8" * 32


def tags(night: Night, page_id: int, sid: str) -> list[str]:
    return [verb.tag for verb in night.hears(f"/voice/page?page={page_id}", sid)]


def test_another_call_a_missing_page_and_a_call_that_is_over_hear_nothing(night: Night) -> None:
    own = "CA" + "7" * 32
    assert tags(night, night.page_id, own) == ["Gather"]
    assert tags(night, night.page_id, OTHER_CALL) == ["Hangup"]
    assert tags(night, night.page_id + 1, own) == ["Hangup"]
    night.call_ends()
    assert tags(night, night.page_id, own) == ["Hangup"]


def is_being_placed(night: Night, state: AttemptState = AttemptState.SENDING) -> None:
    """The carrier was asked for the call to Amy, and its answer is not stored yet."""
    unknown = {"sid": None, "state": state, "carrier_status": CarrierStatus.NONE}
    night.client.database.write(lambda session: session.execute(update(PageAttempt).values(unknown)))


def test_a_call_whose_sid_is_not_known_yet_is_answered_and_no_other_one_is_from_then_on(night: Night) -> None:
    is_being_placed(night)
    assert tags(night, night.page_id, OTHER_CALL) == ["Gather"]
    assert tags(night, night.page_id, AMYS_CALL) == ["Hangup"]
    assert tags(night, night.page_id, OTHER_CALL) == ["Gather"]
    known = night.client.database.read(lambda session: session.scalars(select(PageAttempt.sid)).all())
    assert known == [OTHER_CALL]


@pytest.mark.parametrize("state", [AttemptState.ACCEPTED, AttemptState.REFUSED])
def test_a_request_that_is_not_under_way_is_answered_by_no_call(night: Night, state: AttemptState) -> None:
    is_being_placed(night, state)
    assert tags(night, night.page_id, OTHER_CALL) == ["Hangup"]


def test_a_call_that_the_carrier_did_not_know_of_and_that_comes_late_is_answered(night: Night) -> None:
    is_being_placed(night, AttemptState.LOST)
    assert tags(night, night.page_id, OTHER_CALL) == ["Gather"]
    assert tags(night, night.page_id, AMYS_CALL) == ["Hangup"]


def test_minutes_later_a_lost_request_is_answered_by_no_call(night: Night) -> None:
    is_being_placed(night, AttemptState.LOST)
    night.client.clock.pass_time(LATE_WITHIN)
    assert tags(night, night.page_id, OTHER_CALL) == ["Hangup"]


def test_a_call_is_taken_for_the_request_under_way_before_one_that_was_lost(night: Night) -> None:
    is_being_placed(night, AttemptState.LOST)

    def work(session: Session) -> None:
        began_at = night.client.clock.now()
        session.add(PageAttempt(page_id=night.page_id, started_at=began_at, state=AttemptState.SENDING))

    night.client.database.write(work)
    assert tags(night, night.page_id, OTHER_CALL) == ["Gather"]
    found = select(PageAttempt.state, PageAttempt.sid).order_by(PageAttempt.id)
    assert [tuple(row) for row in night.client.database.read(lambda session: session.execute(found).all())] == [
        (AttemptState.LOST, None),
        (AttemptState.ACCEPTED, OTHER_CALL),
    ]


def test_a_customers_call_or_one_for_another_page_is_not_taken_for_it(night: Night) -> None:
    is_being_placed(night)
    night.add_page(PageKind.REMINDER, OTHER_CALL)
    assert tags(night, night.page_id, CALL) == ["Hangup"]
    assert tags(night, night.page_id, OTHER_CALL) == ["Hangup"]


def test_a_call_to_somebody_elses_number_is_not_taken_for_it(night: Night) -> None:
    is_being_placed(night)
    document = night.client.document(f"/voice/page?page={night.page_id}", CallSid=OTHER_CALL, To=CUSTOMER, From=AMY)
    assert [verb.tag for verb in document] == ["Hangup"]


def test_who_hears_the_message_is_in_the_audit_log(night: Night) -> None:
    has_audio = {"state": VoicemailState.RECORDED, "audio": AudioState.COPIED}
    night.client.database.write(lambda session: session.execute(update(Voicemail).values(has_audio)))
    document = night.hears(f"/voice/page/key?page={night.page_id}&stage=menu&round=1", Digits="1")
    assert (document.findtext("Gather/Play") or "").startswith("https://desk.example.com/")
    heard = select(AuditEntry.who).where(AuditEntry.what == audit_log.HEARD_A_MESSAGE)
    assert night.client.database.read(lambda session: session.scalars(heard).all()) == ["Amy Roy"]


def test_the_page_is_in_the_language_of_the_technician(night: Night) -> None:
    night.client.database.write(lambda session: session.execute(update(Technician).values(language="fr")))
    assert "Ici le service de soutien, pour Amy Roy" in said(night.hears(f"/voice/page?page={night.page_id}"))


@pytest.mark.parametrize("path", ["/voice/page?page=1", "/voice/connect?page=1"])
def test_without_a_database_the_technician_hears_an_apology(client_without_database: WebhookClient, path: str) -> None:
    document = client_without_database.document(path, CallSid=OTHER_CALL)
    assert said(document).startswith("We are sorry, something went wrong on our side.")
    assert said(document).endswith("de notre côté.")


def test_a_phone_that_was_lost_while_it_rang_hears_and_changes_nothing(night: Night) -> None:
    night.client.database.write(lambda session: session.execute(update(Technician).values(verified_at=None)))
    assert tags(night, night.page_id, "CA" + "7" * 32) == ["Hangup"]
    press = night.hears(f"/voice/page/key?page={night.page_id}&stage=take&round=1", Digits="1")
    assert [verb.tag for verb in press] == ["Hangup"]
