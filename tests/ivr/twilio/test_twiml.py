"""TwiML as whole documents, and hostile text in it."""

from __future__ import annotations

from typing import get_args
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callbacks.desk.desk_file import Voices
from callbacks.text.formats import spelled, spoken_number
from callbacks.text.spoken import Spoken, digits, parts_of, said_as
from ivr import prompts
from ivr.prompts import phrase, say
from ivr.simulator.twiml.reader import read, read_reply
from ivr.twilio.twiml import text_document, voice_document
from ivr.twilio.verbs import (
    Dial,
    DialQueue,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Say,
    Verb,
)
from ivr.twilio.webhook import XML

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


def test_a_recording_reports_every_state() -> None:
    record = fromstring(voice_document((Record("https://d/a", "https://d/r", 300, 10),)))[0]
    assert record.attrib["recordingStatusCallbackEvent"] == "completed absent"


def test_a_dial_has_a_screen() -> None:
    dial = fromstring(voice_document((Dial(("+15145550101",), "https://d/a", "+15148458474", 20, "https://d/s"),)))[0]
    assert dial[0].attrib["url"] == "https://d/s"


def test_each_number_that_rings_has_the_screen() -> None:
    both = ("+15145550101", "+15145550102")
    dial = fromstring(voice_document((Dial(both, "https://d/a", "+15148458474", 20, "https://d/s"),)))[0]
    assert [(number.text, number.attrib["url"]) for number in dial] == [(each, "https://d/s") for each in both]


def test_an_extension_is_dialed_after_a_pause() -> None:
    dial = fromstring(voice_document((Dial(("+15145550199",), "https://d/a", "+15148458474", 20, extension="204"),)))[0]
    assert dial[0].attrib == {"sendDigits": "wwww204"}
    plain = fromstring(voice_document((Dial(("+15145550199",), "https://d/a", "+15148458474", 20),)))[0]
    assert plain[0].attrib == {}


def test_a_question_may_be_skipped() -> None:
    gather = fromstring(voice_document((Gather("https://d/a", (), 2, even_without_key=False), Hangup())))[0]
    assert gather.attrib["actionOnEmptyResult"] == "false"


def test_numbers_digits_and_times_are_marked_for_the_voice() -> None:
    due = said_as("22 h 42", "22 heures 42")
    number = phrase("fr", prompts.NUMBER_WITH_EXTENSION, number=spoken_number("+15145550199"), extension=digits("20"))
    taken = say("fr", prompts.TAKEN, reference=spelled("K4"), number=number, due=due)
    assert voice_document((taken,)) == HEAD + (
        '<Response><Say voice="Polly.Gabrielle-Neural" language="fr-CA">K, <say-as interpret-as="digits">4</say-as> '
        'est à vous. Appelez le <say-as interpret-as="telephone">(514) 555-0199</say-as>, poste '
        '<say-as interpret-as="digits">20</say-as> avant <sub alias="22 heures 42">22 h 42</sub>. Au revoir.</Say>'
        "</Response>"
    )


def test_a_desk_has_its_own_voices() -> None:
    voices = Voices(en="Polly.Amy-Neural", fr="Google.fr-CA-Neural2-A")
    say_in_english, say_in_french = fromstring(voice_document((Say("Hello."), Say("Bonjour.", "fr")), voices))
    assert say_in_english.attrib == {"voice": "Polly.Amy-Neural", "language": "en-GB"}
    assert say_in_french.attrib == {"voice": "Google.fr-CA-Neural2-A", "language": "fr-CA"}


@given(st.lists(st.tuples(st.text(max_size=900), st.sampled_from(["", "digits", "alias"])), max_size=12))
def test_twilio_takes_whatever_is_said_in_parts(pieces: list[tuple[str, str]]) -> None:
    texts = [digits(text) if how == "digits" else said_as(text, "a" * (how == "alias") or text) for text, how in pieces]
    spoken = Spoken.of(part for text in texts for part in parts_of(text))
    read(voice_document((Say(spoken), Hangup())), XML)


EVERY_VERB = (
    Say("Hello, é & <b>."),
    Say("Bonjour", "fr"),
    Play("https://d/m.wav?a=1&b=2"),
    Pause(2),
    Gather("https://d/key", (Say("Press 1."), Play("https://d/m.wav"), Pause()), 10),
    Record("https://d/a?lang=en", "https://d/r", 300, 10),
    Record("https://d/a?lang=en", "https://d/r", 120, 10, "https://d/t"),
    Dial(("+15145550101",), "https://d/a", "+15148458474", 20),
    Dial(("+15145550101", "+15145550102"), "https://d/a", "+15148458474", 20, "https://d/s"),
    Dial(("+15145550101",), "https://d/a", "+15148458474", 20, "https://d/s", "https://d/status", "https://d/who"),
    Dial(("+15145550101",), "https://d/a", "+15148458474", 20, extension="204"),
    Gather("https://d/key", (Say("Press 9."),), 2, even_without_key=False),
    DialQueue("CA1", "https://d/a", 5),
    Enqueue("CA1", "https://d/a", "https://d/w"),
    Leave(),
    Redirect("https://d/x"),
    Hangup(),
)


@pytest.mark.parametrize("verb", EVERY_VERB)
def test_twilio_takes_every_verb(verb: Verb) -> None:
    assert len(read(voice_document((verb,)), XML)) == 1


def test_every_verb_is_tried() -> None:
    assert {type(verb) for verb in EVERY_VERB} == set(get_args(Verb))


@given(st.text())
@example(" ")
@example("x" * 5000)
def test_twilio_takes_whatever_is_said(words: str) -> None:
    read(voice_document((Say(words), Gather("https://d/key", (Say(words, "fr"),)))), XML)


@given(st.text(max_size=1600))
@example(" ")
def test_twilio_takes_whatever_is_texted(words: str) -> None:
    read_reply(text_document(words), XML)


def test_a_caller_waits_in_a_queue_until_somebody_dials_it() -> None:
    assert voice_document((Enqueue("CA1", "https://d/a", "https://d/w"),)) == HEAD + (
        '<Response><Enqueue action="https://d/a" method="POST" waitUrl="https://d/w" waitUrlMethod="POST">CA1</Enqueue>'
        "</Response>"
    )
    assert voice_document((DialQueue("CA1", "https://d/a", 5),)) == HEAD + (
        '<Response><Dial action="https://d/a" method="POST" timeout="5"><Queue>CA1</Queue></Dial></Response>'
    )
