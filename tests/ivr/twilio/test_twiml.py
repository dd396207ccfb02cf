"""TwiML as whole documents, and hostile words in it."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts import PROMPTS
from ivr.twilio.twiml import text_document, voice_document
from ivr.twilio.verbs import Dial, Gather, Hangup, Record, Redirect, Say

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def test_a_whole_document() -> None:
    ask = Gather("https://d/voice/menu?tries=1&lang=en", (Say("For support, press 1."),))
    assert voice_document((Say("Bonjour", "fr"), ask, Redirect("https://d/x"), Hangup())) == HEAD + (
        '<Response><Say voice="Polly.Gabrielle-Neural" language="fr-CA">Bonjour</Say>'
        '<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="6" '
        'action="https://d/voice/menu?tries=1&amp;lang=en" method="POST" actionOnEmptyResult="true">'
        '<Say voice="Polly.Joanna-Neural" language="en-US">For support, press 1.</Say></Gather>'
        '<Redirect method="POST">https://d/x</Redirect><Hangup /></Response>'
    )


def test_a_recording_asks_to_be_told_of_everything() -> None:
    record = fromstring(voice_document((Record("https://d/a", "https://d/r", 300, 10),)))[0]
    assert record.attrib["recordingStatusCallbackEvent"] == "completed absent"


def test_a_dial_screens_whoever_picks_up() -> None:
    dial = fromstring(voice_document((Dial("+15145550101", "https://d/a", "+15148458474", 20, "https://d/s"),)))[0]
    assert dial[0].attrib["url"] == "https://d/s"


def test_a_gather_that_leads_nowhere_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="absolute address"):
        Gather("/voice/menu", ())


@given(st.text())
def test_whatever_is_said_comes_out_as_text(words: str) -> None:
    assert fromstring(voice_document((Say(words),)))[0].tag == "Say"
    assert len(fromstring(text_document(words))) == (1 if words else 0)


def test_every_sentence_is_there_in_both_languages_with_the_same_blanks() -> None:
    assert PROMPTS["en"].keys() == PROMPTS["fr"].keys()
    for name, english in PROMPTS["en"].items():
        blanks = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (english, PROMPTS["fr"][name])]
        assert blanks[0] == blanks[1], name
