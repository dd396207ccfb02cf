"""The verbs that only take time: <Say>, <Play> and <Pause>. They may also be children of a <Gather>."""

from __future__ import annotations

from datetime import timedelta
from xml.etree.ElementTree import Element

from ivr.simulator.phones import HeardKind, Wait
from ivr.simulator.twiml.context import Context, SpeechRun
from ivr.simulator.twiml.reader import words_of
from ivr.simulator.twiml.rules import BadTwiml
from ivr.simulator.webhooks import NotFetched

CHARACTERS_PER_SECOND = 15.0
SHORTEST_SPEECH = 0.5  # seconds


def speech(context: Context, verb: Element) -> SpeechRun:
    match verb.tag:
        case "Say":
            yield from say(context, words_of(verb), verb.get("language", ""))
        case "Play":
            yield from _play(context, context.absolute(verb.text or ""))
        case "Pause":
            yield Wait(context.now + timedelta(seconds=float(verb.get("length", "1"))))


def say(context: Context, words: str, language: str = "") -> SpeechRun:
    length = timedelta(seconds=max(SHORTEST_SPEECH, len(words) / CHARACTERS_PER_SECOND))
    context.hear(HeardKind.SAY, words, language)
    context.speak_to_far_end(length)
    yield Wait(context.now + length)


def _play(context: Context, url: str) -> SpeechRun:
    try:
        length = context.webhooks.fetch_length(url)
    except NotFetched as error:
        raise BadTwiml(11200, str(error)) from None
    context.hear(HeardKind.PLAY, url)
    yield Wait(context.now + length)
