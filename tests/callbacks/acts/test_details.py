"""What is known of the caller and the message, and that search finds it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import true

from callbacks.acts import wording
from callbacks.acts.base import Act
from callbacks.acts.details import AddNote, NameCaller, SetOutsideTicket, SetProduct, WriteTranscript
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Coverage, TranscribedBy
from callbacks.records.search import Search, find
from tests.callbacks.acts.night import SUE, Night


def is_found(night: Night, words: str) -> bool:
    night.session.flush()
    found = find(night.session, Search(words=words), ZoneInfo("America/Toronto"), true())
    return night.callback in found.callbacks


@pytest.mark.parametrize(
    ("act", "kind", "word"),
    [
        (AddNote("zebra printer"), EventKind.NOTE, "zebra"),
        (NameCaller("Élodie Tremblay"), EventKind.CALLER_NAMED, "elodie"),
        (WriteTranscript("The boiler leaks"), EventKind.TRANSCRIBED, "boiler"),
    ],
)
def test_it_is_in_the_log_and_search_finds_it(night: Night, act: Act, kind: EventKind, word: str) -> None:
    assert not is_found(night, word)
    night.sue_does(act)
    assert is_found(night, word)
    assert [(actor, found) for actor, found, _ in night.events(kind)] == [(SUE, kind)]


@pytest.mark.parametrize("act", [AddNote("later"), NameCaller("Bob"), WriteTranscript("Hello")])
def test_it_can_be_added_once_it_is_closed(night: Night, act: Act) -> None:
    night.closes()
    night.sue_does(act)


def test_an_empty_note_is_refused(night: Night) -> None:
    assert night.refusal(AddNote(""), night.at_console()) == wording.EMPTY_NOTE


def test_a_name_is_kept_as_long_as_its_column(night: Night) -> None:
    night.sue_does(NameCaller("x" * 300))
    assert night.callback.contact.caller_name == "x" * 100


def test_a_person_wrote_the_transcript(night: Night) -> None:
    night.sue_does(WriteTranscript("The boiler leaks"))
    voicemail = night.callback.contact.voicemail
    assert voicemail is not None
    assert (voicemail.transcript, voicemail.transcribed_by) == ("The boiler leaks", TranscribedBy.PERSON)


def test_without_a_voicemail_there_is_nothing_to_write_down(night: Night) -> None:
    night.session.delete(night.callback.contact.voicemail)
    night.session.flush()
    night.session.expire_all()
    assert night.refusal(WriteTranscript("Hello"), night.at_console()) == wording.NO_VOICEMAIL


def test_the_product_decides_the_coverage(night: Night) -> None:
    for product, coverage in [("Red Sift OnDMARC", Coverage.COVERED), ("DNS", Coverage.COURTESY)]:
        night.sue_does(SetProduct(product))
        assert (night.callback.product, night.callback.coverage) == (product, coverage)
    assert [detail for _, _, detail in night.events(EventKind.PRODUCT_SET)] == [
        "Red Sift OnDMARC: covered",
        "DNS: courtesy",
    ]


def test_a_person_may_say_that_work_on_a_product_has_another_coverage(night: Night) -> None:
    night.sue_does(SetProduct("DNS", Coverage.BILLABLE))
    assert (night.callback.product, night.callback.coverage) == ("DNS", Coverage.BILLABLE)
    assert [detail for _, _, detail in night.events(EventKind.PRODUCT_SET)] == ["DNS: billable"]


def test_an_unknown_product_is_refused(night: Night) -> None:
    assert night.refusal(SetProduct("a pizza"), night.at_console()) == wording.unknown_product("a pizza")
    assert night.callback.product == ""


# The ticket in another system


def test_an_outside_ticket_is_on_record_and_found(night: Night) -> None:
    answer = night.amy_does(SetOutsideTicket("INC-4711"))
    assert answer.english == f"{night.callback.reference}: the outside ticket is INC-4711."
    assert night.callback.outside_ticket == "INC-4711"
    assert night.events(EventKind.OUTSIDE_TICKET_SET) == [("Amy Roy", EventKind.OUTSIDE_TICKET_SET, "INC-4711")]


def test_an_outside_ticket_is_removed_by_an_empty_number(night: Night) -> None:
    night.amy_does(SetOutsideTicket("INC-4711"))
    assert "has no outside ticket now" in night.amy_does(SetOutsideTicket("")).english
    assert night.callback.outside_ticket == ""


def test_the_number_of_an_outside_ticket_is_checked(night: Night) -> None:
    assert "letters, digits" in night.refusal(SetOutsideTicket("<b>"), night.by(night.amy)).english
