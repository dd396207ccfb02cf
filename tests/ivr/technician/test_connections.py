"""The connection to the customer, as signed requests: the attempt, and how it went."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from callbacks.db.states import AttemptProof, CallbackState, PageKind, ReachOutcome
from callbacks.db.tables import ReachAttempt
from tests.ivr.technician.night import Night
from tests.ivr.webhook_client import AMY, CUSTOMER, said

CONNECTION, LEG, OTHER = "CA" + "6" * 32, "CA" + "4" * 32, "CA" + "5" * 32


@pytest.fixture
def connected(night: Night) -> Night:
    """Amy is connected to the customer."""
    page_id = night.add_page(PageKind.CONNECTION, CONNECTION)
    assert "Press 1 to be connected" in said(night.hears(f"/voice/connect?page={page_id}", CONNECTION))
    document = night.hears(f"/voice/connect/key?page={page_id}&round=1", CONNECTION, Digits="1")
    assert document.findtext("Dial/Number") == "+15145550199"
    return night


def ends(night: Night, status: str = "completed") -> str:
    path = f"/voice/connect/ended?attempt={night.attempt.id}"
    return said(night.hears(path, CONNECTION, DialCallStatus=status, DialCallDuration="41"))


def test_the_attempt_is_recorded_once_however_often_the_key_is_posted(connected: Night) -> None:
    page_id = connected.page_id + 1
    again = connected.hears(f"/voice/connect/key?page={page_id}&round=1", CONNECTION, Digits="1")
    assert again.findtext("Dial/Number") == "+15145550199"
    assert connected.client.count(ReachAttempt) == 1
    assert (connected.attempt.outcome, connected.attempt.proof) == (ReachOutcome.DIALING, AttemptProof.NONE)
    assert (connected.callback.attempted_at, connected.owner) == (None, "Amy Roy")


def test_the_outcome_of_the_carrier_is_stored_and_the_technician_is_asked(connected: Night) -> None:
    assert "The call has ended: busy. How did it go?" in ends(connected, "busy")
    assert (connected.attempt.outcome, connected.attempt.seconds) == (ReachOutcome.BUSY, 41)


@pytest.mark.parametrize(("word", "heard"), [("msg", "message left"), ("cont", "reached, continuing")])
def test_a_technician_who_reports_by_text_during_the_call_is_still_asked(
    connected: Night, word: str, heard: str
) -> None:
    code = connected.page(connected.page_id).code
    answer = connected.client.posts("/sms/incoming", MessageSid="SM" + "1" * 32, From=AMY, Body=f"{word} {code}")
    assert "Noted" in answer.text
    assert f"The call has ended: {heard}. How did it go?" in ends(connected)


def test_key_1_resolves_the_callback(connected: Night) -> None:
    ends(connected)
    path = f"/voice/connect/outcome?attempt={connected.attempt.id}&round=1"
    assert "How did it go?" in said(connected.hears(path, CONNECTION, Digits="9"))
    assert said(connected.hears(path, CONNECTION, Digits="1")) == "Resolved. Thank you. Goodbye."
    assert connected.callback.state is CallbackState.RESOLVED


def test_a_machine_is_a_guess_that_the_end_of_the_call_does_not_undo(connected: Night) -> None:
    guesses(connected, CallSid=LEG, ParentCallSid=CONNECTION)
    reports(connected, CallStatus="completed")
    assert connected.attempt.outcome is ReachOutcome.MACHINE


def test_another_call_changes_nothing(connected: Night) -> None:
    path = f"/voice/connect/outcome?attempt={connected.attempt.id}&round=1"
    assert [verb.tag for verb in connected.hears(path, "CA" + "5" * 32, Digits="1")] == ["Hangup"]
    assert connected.callback.state is CallbackState.OPEN


def reports(night: Night, **fields: str) -> None:
    """Have the carrier report on the customer's leg."""
    path = f"/voice/connect/status?attempt={night.attempt.id}"
    answer = night.client.posts(path, CallSid=LEG, ParentCallSid=CONNECTION, To=CUSTOMER, **fields)  # type: ignore[arg-type]
    assert answer.status_code == 204


def guesses(night: Night, **fields: str) -> None:
    """Have the carrier guess that a machine answered."""
    path = f"/voice/connect/answered?attempt={night.attempt.id}"
    assert night.client.posts(path, AnsweredBy="machine_start", **fields).status_code == 204  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [
        {"CallSid": LEG},
        {"CallSid": LEG, "ParentCallSid": OTHER},
        {"CallSid": CONNECTION},
        {"CallSid": LEG, "ParentCallSid": CONNECTION[:-1]},
        {"ParentCallSid": CONNECTION},
        {},
    ],
)
def test_a_report_on_another_leg_proves_nothing(connected: Night, fields: dict[str, str]) -> None:
    path = f"/voice/connect/status?attempt={connected.attempt.id}"
    assert connected.client.posts(path, fields, CallStatus="ringing").status_code == 204
    assert (connected.attempt.outcome, connected.attempt.proof) == (ReachOutcome.DIALING, AttemptProof.NONE)
    assert (connected.attempt.leg_sid, connected.callback.attempted_at) == (None, None)


def test_the_first_report_says_which_leg_it_is_and_no_other_leg_is_believed(connected: Night) -> None:
    reports(connected, CallStatus="initiated")
    assert connected.attempt.leg_sid == LEG
    path = f"/voice/connect/status?attempt={connected.attempt.id}"
    connected.client.posts(path, CallSid=OTHER, ParentCallSid=CONNECTION, CallStatus="in-progress")
    outcomes = [connected.attempt.outcome]
    reports(connected, CallStatus="ringing")
    assert [*outcomes, connected.attempt.outcome] == [ReachOutcome.DIALING, ReachOutcome.RINGING]


@pytest.mark.parametrize(
    ("fields", "is_believed"),
    [
        ({"CallSid": LEG}, True),
        ({"CallSid": CONNECTION}, True),
        ({"CallSid": LEG, "ParentCallSid": CONNECTION}, True),
        ({"CallSid": OTHER}, False),
        ({"CallSid": OTHER, "ParentCallSid": CONNECTION}, False),
        ({}, False),
    ],
)
def test_who_answered_is_only_believed_of_this_connection(
    connected: Night, fields: dict[str, str], is_believed: bool
) -> None:
    reports(connected, CallStatus="initiated")
    guesses(connected, **fields)
    assert (connected.attempt.outcome is ReachOutcome.MACHINE) is is_believed


def test_the_customers_leg_reports_each_of_its_states(night: Night) -> None:
    page_id = night.add_page(PageKind.CONNECTION, CONNECTION)
    document = night.hears(f"/voice/connect/key?page={page_id}&round=1", CONNECTION, Digits="1")
    number = document.find("Dial/Number")
    assert number is not None
    assert number.get("statusCallbackEvent") == "initiated ringing answered completed"


@pytest.mark.parametrize(
    ("status", "sip_code", "outcome", "proof"),
    [
        ("ringing", "", ReachOutcome.RINGING, AttemptProof.CARRIER),
        ("in-progress", "", ReachOutcome.REACHED, AttemptProof.CARRIER),
        ("busy", "486", ReachOutcome.BUSY, AttemptProof.CARRIER),
        ("no-answer", "", ReachOutcome.NO_ANSWER, AttemptProof.CARRIER),
        ("failed", "404", ReachOutcome.WRONG_NUMBER, AttemptProof.CARRIER),
        ("failed", "503", ReachOutcome.NOT_RUNG, AttemptProof.NONE),
        ("canceled", "", ReachOutcome.NOT_RUNG, AttemptProof.NONE),
        ("initiated", "", ReachOutcome.DIALING, AttemptProof.NONE),
        ("unheard-of", "", ReachOutcome.DIALING, AttemptProof.NONE),
    ],
)
def test_what_a_report_on_the_customers_leg_proves(
    connected: Night, status: str, sip_code: str, outcome: ReachOutcome, proof: AttemptProof
) -> None:
    reports(connected, CallStatus=status, SipResponseCode=sip_code)
    assert (connected.attempt.outcome, connected.attempt.proof) == (outcome, proof)
    assert (connected.callback.attempted_at is not None) is (proof is AttemptProof.CARRIER)


@pytest.mark.parametrize(
    ("timestamp", "after"), [("Sun, 29 Nov 2026 03:12:03 +0000", 3), ("nonsense", 60), ("", 60), ("0", 60)]
)
def test_it_rang_when_the_carrier_says_so_where_that_can_be_read(
    connected: Night, timestamp: str, after: float
) -> None:
    clock = connected.client.clock
    dialed_at = clock.now()
    clock.move_to(dialed_at + timedelta(seconds=60))
    said_at = format_datetime(dialed_at + timedelta(seconds=3)) if after == 3 else timestamp
    reports(connected, CallStatus="ringing", Timestamp=said_at)
    assert connected.attempt.rang_at == dialed_at.replace(microsecond=0) + timedelta(seconds=after)


def test_a_phone_that_never_rang_is_said_to_and_nothing_is_asked(connected: Night) -> None:
    reports(connected, CallStatus="failed", SipResponseCode="503")
    heard = ends(connected, "failed")
    assert "The call has ended: the customer's phone did not ring. It does not count as an attempt." in heard
    assert "How did it go" not in heard
    assert connected.attempt.proof is AttemptProof.NONE


@pytest.mark.parametrize(
    ("status", "sip_code", "proof"),
    [
        ("failed", "503", AttemptProof.NONE),
        ("failed", "404", AttemptProof.CARRIER),
        ("no-answer", "480", AttemptProof.NONE),
        ("no-answer", "", AttemptProof.CARRIER),
    ],
)
def test_until_the_leg_is_reported_on_nothing_is_said_of_whether_it_counts(
    connected: Night, status: str, sip_code: str, proof: AttemptProof
) -> None:
    assert ends(connected, status).endswith("the call did not go through. We will ask you by text. Goodbye.")
    assert connected.attempt.outcome is ReachOutcome.DIALING
    reports(connected, CallStatus=status, SipResponseCode=sip_code)
    assert connected.attempt.proof is proof


@pytest.mark.parametrize(
    ("dial_status", "own_status", "after", "proof"),
    [
        ("no-answer", "in-progress", 30, AttemptProof.CARRIER),
        ("no-answer", "in-progress", 4, AttemptProof.NONE),  # switched off, perhaps
        ("no-answer", "completed", 30, AttemptProof.NONE),  # the technician hung up; it may not have rung
        ("busy", "completed", 4, AttemptProof.CARRIER),
        ("answered", "completed", 4, AttemptProof.CARRIER),
        ("canceled", "completed", 30, AttemptProof.NONE),
    ],
)
def test_the_end_of_the_dial_counts_even_after_the_technicians_call(
    connected: Night, dial_status: str, own_status: str, after: int, proof: AttemptProof
) -> None:
    connected.call_ends(CONNECTION)
    connected.client.clock.move_to(connected.client.clock.now() + timedelta(seconds=after))
    path = f"/voice/connect/ended?attempt={connected.attempt.id}"
    connected.hears(path, CONNECTION, DialCallStatus=dial_status, CallStatus=own_status)
    assert connected.attempt.proof is proof


def test_a_key_in_a_call_that_is_over_changes_nothing(connected: Night) -> None:
    connected.call_ends(CONNECTION)
    path = f"/voice/connect/outcome?attempt={connected.attempt.id}&round=1"
    assert [verb.tag for verb in connected.hears(path, CONNECTION, Digits="1")] == ["Hangup"]


@pytest.mark.parametrize(("key", "outcome"), [("2", ReachOutcome.CONTINUING), ("3", ReachOutcome.LEFT_A_MESSAGE)])
def test_the_technicians_key_decides_over_the_carriers_guess_whenever_that_comes(
    connected: Night, key: str, outcome: ReachOutcome
) -> None:
    guesses(connected, CallSid=LEG, ParentCallSid=CONNECTION)
    assert "probably an answering machine" in ends(connected)
    path = f"/voice/connect/outcome?attempt={connected.attempt.id}&round=1"
    connected.hears(path, CONNECTION, Digits=key)
    guesses(connected, CallSid=LEG, ParentCallSid=CONNECTION)
    attempt = connected.attempt
    assert (attempt.outcome, attempt.is_told, attempt.proof) == (outcome, True, AttemptProof.CARRIER)


def test_key_6_records_a_workaround(connected: Night) -> None:
    ends(connected)
    path = f"/voice/connect/outcome?attempt={connected.attempt.id}&round=1"
    assert "workaround given. It stays with you" in said(connected.hears(path, CONNECTION, Digits="6"))
    assert connected.callback.workaround_at is not None
    assert connected.callback.state is CallbackState.OPEN
