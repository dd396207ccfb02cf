"""Renders verbs as TwiML. Pure; markup in a caller's name or a message is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement, tostring

from callbacks.desk.desk_file import Voices
from callbacks.text.spoken import Part, parts_of
from ivr.twilio.verbs import Dial, DialQueue, Enqueue, Gather, Hangup, Leave, Pause, Play, Record, Redirect, Say, Verb
from ivr.twilio.voices import language_of

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LEG_EVENTS = "initiated ringing answered completed"
PAUSE_BEFORE_EXTENSION = "wwww"  # two seconds: a switchboard must be listening before keys count
LONGEST_SAY = 4000  # Twilio takes 4,096 characters in one verb, here counted with the markup
LONGEST_TAGS = len('<say-as interpret-as="telephone"></say-as>')
DEFAULT_VOICES = Voices()


def voice_document(verbs: Iterable[Verb], voices: Voices = DEFAULT_VOICES) -> str:
    """Return the TwiML for a call."""
    response = Element("Response")
    for verb in verbs:
        _add(response, verb, voices)
    return _document(response)


def text_document(answer: str) -> str:
    """Return the TwiML that answers a text; an empty answer sends none."""
    response = Element("Response")
    if words := _clean(answer):
        SubElement(response, "Message").text = words
    return _document(response)


def _add(parent: Element, verb: Verb, voices: Voices) -> None:
    match verb:
        case Say():
            _add_say(parent, verb, voices)
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
                _add(gather, prompt, voices)
        case Record():
            _add_record(parent, verb)
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


def _add_say(parent: Element, said: Say, voices: Voices) -> None:
    if not _clean(said.text):  # Twilio refuses a <Say> without words
        return
    voice = voices.for_(said.language)
    say = SubElement(parent, "Say", voice=voice, language=language_of(voice))
    left = LONGEST_SAY
    for part in parts_of(said.text):
        text = _speakable(part.text)[:left]
        _append(say, replace(part, text=text))
        left -= len(text) if part.is_plain else len(text) + len(part.alias) + LONGEST_TAGS
        if left <= 0:
            return


def _append(say: Element, part: Part) -> None:
    """Append a part, which is text after the last element, or an element of its own."""
    if part.is_plain or not part.text.strip():
        if len(say):
            say[-1].tail = (say[-1].tail or "") + part.text
        else:
            say.text = (say.text or "") + part.text
    elif part.say_as is not None:
        SubElement(say, "say-as", {"interpret-as": part.say_as.value}).text = part.text
    else:
        SubElement(say, "sub", alias=part.alias).text = part.text


def _add_record(parent: Element, record: Record) -> None:
    about = {"action": record.action, "method": "POST"} if record.action else {}
    about |= {"maxLength": str(record.longest), "timeout": str(record.silence), "playBeep": "true"}
    if record.status_callback:
        about["recordingStatusCallback"] = record.status_callback
        about["recordingStatusCallbackMethod"] = "POST"
        about["recordingStatusCallbackEvent"] = "completed absent"  # otherwise absent ones are not reported
    if record.transcribed:
        about |= {"transcribe": "true", "transcribeCallback": record.transcribed}
    if not record.any_key_ends:
        about["finishOnKey"] = ""
    SubElement(parent, "Record", about)


def _add_dial(parent: Element, dial: Dial) -> None:
    element = SubElement(
        parent, "Dial", action=dial.action, method="POST", timeout=str(dial.timeout), callerId=dial.caller_id
    )
    for each in dial.numbers:
        _add_number(SubElement(element, "Number"), each, dial)


def _add_number(number: Element, phone: str, dial: Dial) -> None:
    number.text = phone
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
    return _speakable(text).strip()


def _speakable(text: str) -> str:
    return NOT_IN_XML.sub("", text)
