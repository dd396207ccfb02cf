"""The voices that a desk may choose."""

from __future__ import annotations

import pytest

from ivr.simulator.twiml.reader import read
from ivr.simulator.twiml.schema import _schema
from ivr.twilio.voices import EXAMPLES, LANGUAGES, language_of, why_not

UNKNOWN = "is not a voice of Twilio's that takes markup."


def test_the_voices_are_all_of_the_library_in_our_languages_that_take_markup() -> None:
    published = [voice for voice in _schema["values"]["SayVoice"].split() if "Chirp3" not in voice]
    google = {voice for voice in published if voice.startswith(("Google.en-", "Google.fr-"))}
    assert {voice for voice in LANGUAGES if voice.startswith("Google.")} == google
    polly = {voice for voice in LANGUAGES if voice.startswith("Polly.")}
    assert polly <= set(published)
    # Every name is there in all its kinds.
    names = {voice.split("-")[0] for voice in polly}
    assert polly == {voice for voice in published if voice.split("-")[0] in names}


@pytest.mark.parametrize("voice", LANGUAGES)
def test_twilio_takes_a_voice_with_its_language(voice: str) -> None:
    read(f'<Response><Say voice="{voice}" language="{language_of(voice)}">a</Say></Response>')


@pytest.mark.parametrize(
    ("voice", "language", "fault"),
    [
        ("Polly.Joana-Neural", "en", f'{UNKNOWN} Did you mean "Polly.Joanna-Neural"?'),
        ("alice", "fr", f'{UNKNOWN} Write one such as "Polly.Gabrielle-Neural".'),
        ("Polly.Joanna-Neural", "fr", 'speaks en-US, not French. Write one such as "Polly.Gabrielle-Neural".'),
        ("Polly.Liam-Neural", "en", 'speaks fr-CA, not English. Write one such as "Polly.Joanna-Neural".'),
    ],
)  # fmt: skip
def test_a_voice_that_does_not_fit_is_refused_with_one_that_does(voice: str, language: str, fault: str) -> None:
    assert why_not(voice, language) == f"{voice!r} {fault}"


def test_the_examples_fit() -> None:
    assert [why_not(voice, language) for language, voice in EXAMPLES.items()] == [None, None]
