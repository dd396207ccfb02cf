"""Renders verbs as TwiML. Pure; markup in a caller's name or a message is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from ivr.twilio.verbs import Dial, DialQueue, Enqueue, Gather, Hangup, Leave, Pause, Play, Record, Redirect, Say, Verb

# No en-CA voice exists in Twilio's library; fr-CA has its own.
VOICES = {"en": ("Polly.Joanna-Neural", "en-US"), "fr": ("Polly.Gabrielle-Neural", "fr-CA")}
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LEG_EVENTS = "initiated ringing answered completed"
PAUSE_BEFORE_EXTENSION = "wwww"  # two seconds: a switchboard must be listening before keys count
LONGEST_SAY = 4000  # Twilio takes 4,096 characters in one verb


def voice_document(verbs: Iterable[Verb]) -> str:
    """Return the TwiML for a call."""
    response = Element("Response")
    for verb in verbs:
        _add(response, verb)
    return _document(response)


def text_document(answer: str) -> str:
    """Return the TwiML that answers a text; an empty answer sends none."""
    response = Element("Response")
    if words := _clean(answer):
        SubElement(response, "Message").text = words
    return _document(response)


def _add(parent: Element, verb: Verb) -> None:
    match verb:
        case Say(text, language):
            if words := _clean(text)[:LONGEST_SAY]:  # Twilio refuses a <Say> without words
                voice, spoken = VOICES.get(language, VOICES["en"])
                SubElement(parent, "Say", voice=voice, language=spoken).text = words
        case Play(url):
            SubElement(parent, "Play").text = url
        case Pause(seconds):
            SubElement(parent, "Pause", length=str(seconds))
        case Gather(action, prompts, timeout, even_without_key, keys, finish_on_key):
            gather = SubElement(
                parent,
                "Gather",
                input="dtmf",
                numDigits=str(keys),
                finishOnKey=finish_on_key,
                timeout=str(timeout),
                action=action,
                method="POST",
                actionOnEmptyResult="true" if even_without_key else "false",
            )
            for prompt in prompts:
                _add(gather, prompt)
        case Record(action, status_callback, longest, silence):
            SubElement(
                parent,
                "Record",
                action=action,
                method="POST",
                maxLength=str(longest),
                timeout=str(silence),
                playBeep="true",
                recordingStatusCallback=status_callback,
                recordingStatusCallbackMethod="POST",
                recordingStatusCallbackEvent="completed absent",  # otherwise absent ones are not reported
            )
        case Dial():
            _add_dial(parent, verb)
        case DialQueue(queue, action, timeout):
            dial = SubElement(parent, "Dial", action=action, method="POST", timeout=str(timeout))
            SubElement(dial, "Queue").text = queue
        case Enqueue(queue, action, wait):
            about = {"action": action, "method": "POST", "waitUrl": wait, "waitUrlMethod": "POST"}
            SubElement(parent, "Enqueue", about).text = queue
        case Leave():
            SubElement(parent, "Leave")
        case Redirect(url):
            SubElement(parent, "Redirect", method="POST").text = url
        case Hangup():
            SubElement(parent, "Hangup")


def _add_dial(parent: Element, dial: Dial) -> None:
    element = SubElement(
        parent, "Dial", action=dial.action, method="POST", timeout=str(dial.timeout), callerId=dial.caller_id
    )
    number = SubElement(element, "Number")
    number.text = dial.number
    if dial.extension:
        number.set("sendDigits", PAUSE_BEFORE_EXTENSION + dial.extension)
    if dial.screen:
        number.attrib |= {"url": dial.screen, "method": "POST"}
    if dial.status:
        number.attrib |= {"statusCallback": dial.status, "statusCallbackEvent": LEG_EVENTS}
    if dial.answered_by:
        number.attrib |= {"machineDetection": "Enable", "amdStatusCallback": dial.answered_by}


def _document(response: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(response, encoding="unicode")


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("", text).strip()
