"""The checks of a document find what they are for."""

from __future__ import annotations

import pytest

from callbacks.desk.desk_file import Voices
from tests.ivr.walk.documents import Document, faults

AMY, JO = 'voice="Polly.Joanna-Neural" language="en-US"', 'voice="Polly.Gabrielle-Neural" language="fr-CA"'
GATHER = '<Gather input="dtmf" numDigits="1" action="https://desk.test/voice/menu">{}</Gather>'


def found(verbs: str) -> list[str]:
    return list(faults(f"<Response>{verbs}</Response>", "text/xml", "https://desk.test", Voices()))


def test_a_good_document_has_no_faults() -> None:
    assert found(GATHER.format(f"<Say {AMY}>For support, press 1.</Say><Say {JO}>Appuyez sur le 9.</Say>")) == []


@pytest.mark.parametrize(
    ("verbs", "words"),
    [
        ("<Say>Hello", "not well-formed"),
        ("<Hang/>", "<Response> cannot contain <Hang>"),
        (f"<Say {AMY}>{'a' * 64_000}</Say>", "has 64"),
        (f"<Say {AMY}>{'a' * 4097}</Say>", "has 4097 characters"),
        (f"<Say {AMY}> . </Say>", "says nothing"),
        (f"<Say {AMY}>You are called by {{due}}.</Say>", "not filled in"),
        (f"<Say {AMY}>You are called by None.</Say>", "not filled in"),
        ('<Say voice="Polly.Joanna-Neural" language="fr-CA">Bonjour.</Say>', "does not fit"),
        ('<Say voice="alice">Hello.</Say>', "does not fit"),
        (f"<Say {AMY}>Appuyez sur le 1.</Say>", "in the other language"),
        (f"<Say {JO}>Press 1.</Say>", "in the other language"),
        (GATHER.format(""), "asks nothing"),
        ('<Gather action="https://elsewhere.test/"/>', "is not ours"),
        ('<Gather action="/voice/menu"/>', "is not ours"),
    ],
)
def test_each_fault_is_found(verbs: str, words: str) -> None:
    assert any(words in fault for fault in found(verbs)), found(verbs)


def test_the_keys_of_a_question_are_known() -> None:
    said = "For support, press 1. To hear it, press 2, 3 to record it again. Your reference is K T, 4, 1, 7."
    asked = Document(f"<Response>{GATHER.format(f'<Say {AMY}>{said}</Say>')}</Response>")
    assert asked.offered_keys == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("words", "is_promise"),
    [
        ("A technician will call you back by 10:42 p.m.", True),
        ("Un technicien vous rappellera avant 22 h 42.", True),
        ("We will tell a manager that you asked for one.", True),
        ("For support, press 1.", False),
    ],
)
def test_a_promise_is_known(words: str, is_promise: bool) -> None:
    assert Document(f"<Response><Say {AMY}>{words}</Say></Response>").promises is is_promise


def test_documents_are_the_same_but_for_names_and_signed_links() -> None:
    one = Document(
        f"<Response><Play>https://desk.test/m/{'a' * 44}</Play><Say>K T, 4, 1, 7 CA{'1' * 32}</Say></Response>"
    )
    two = Document(
        f"<Response><Play>https://desk.test/m/{'b' * 44}</Play><Say>K T, 4, 1, 7 CA{'2' * 32}</Say></Response>"
    )
    assert one.same_as == two.same_as
