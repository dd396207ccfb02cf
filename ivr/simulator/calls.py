"""Runs a call: TwiML verb by verb, in document order, waiting for keys, speech, answers and time as Twilio does.

A call is a generator that yields what it waits for. It is resumed with why the waiting is over; when the phone hangs
up, HungUp is raised at the place where it waits.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from ivr.simulator.audio import Sound
from ivr.simulator.ledger import Recording
from ivr.simulator.phones import Heard, Leg
from ivr.simulator.twiml import BadTwiml, read, words_of

if TYPE_CHECKING:
    from ivr.simulator.carrier import SimulatedTwilio

SPEAKS = 15.0  # characters a second
TOO_SHORT = timedelta(seconds=1)  # a recording below this is absent (error 16101)


class HungUp(Exception):
    """The phone's owner has hung up."""


class Ends(Exception):
    """The document ends the call."""


@dataclass(frozen=True)
class Wait:
    """What a call waits for: an instant, and with `keys` a key before it, with `speech` the end or start of speech."""

    until: datetime | None
    keys: bool = False
    speech: bool = False


@dataclass(frozen=True)
class Request:
    """Where the next document comes from."""

    url: str
    fields: dict[str, str]


Script = Generator[Wait, str, Request | None]
Conversation = Generator[Wait, str, bool]


def conversation(carrier: SimulatedTwilio, leg: Leg, first: Request) -> Conversation:
    """Live through a call's documents; say at the end whether the last one ended the call or only ran out.

    A document that cannot be had, or cannot be run, is followed by the number's fallback URL, once.
    """
    request: Request | None = first
    fallback = carrier.fallback_of(leg.call)
    while request is not None:
        try:
            document = _fetch(carrier, leg, request)
            following = yield from _perform(carrier, leg, document, request.url)
        except Ends:
            return True
        except (BadTwiml, ValueError) as found:
            # A number that is none, such as numDigits="x".
            fault = found if isinstance(found, BadTwiml) else BadTwiml(12200, f"an attribute has no sense: {found}")
            carrier.ledger.errors.append(str(fault))
            if not fallback:
                carrier.picks_up(leg)
                yield from _say(carrier, leg, "We are sorry, an application error has occurred. Goodbye.")
                return True
            following = Request(fallback, {"ErrorCode": str(fault.code), "ErrorUrl": request.url})
            fallback = ""
        request = following
    return False


def _fetch(carrier: SimulatedTwilio, leg: Leg, request: Request) -> list[Element]:
    body = carrier.ask(leg.call, request.url, request.fields)
    if body is None:
        raise BadTwiml(11200, f"{request.url} did not answer with TwiML")
    return read(body)


def _perform(carrier: SimulatedTwilio, leg: Leg, document: list[Element], url: str) -> Script:
    for verb in document:
        if verb.tag != "Reject":
            carrier.picks_up(leg)
        following = yield from _one(carrier, leg, verb, url)
        if following is not None:
            return following
    return None


def _one(carrier: SimulatedTwilio, leg: Leg, verb: Element, url: str) -> Script:
    match verb.tag:
        case "Say":
            yield from _say(carrier, leg, words_of(verb), verb.get("language", ""))
        case "Play":
            yield from _play(carrier, leg, urljoin(url, verb.text or ""))
        case "Pause":
            yield Wait(carrier.now + timedelta(seconds=float(verb.get("length", "1"))))
        case "Gather":
            return (yield from _gather(carrier, leg, verb, url))
        case "Record":
            return (yield from _record(carrier, leg, verb, url))
        case "Dial":
            return (yield from _dial(carrier, leg, verb, url))
        case "Redirect":
            return Request(urljoin(url, (verb.text or "").strip()), {})
        case "Reject":
            carrier.end(leg, "busy" if verb.get("reason") == "busy" else "no-answer")
            raise Ends
        case "Hangup":
            raise Ends
    return None


def _say(carrier: SimulatedTwilio, leg: Leg, words: str, language: str = "") -> Generator[Wait, str, None]:
    leg.heard.append(Heard(carrier.now, "say", words, language))
    yield Wait(carrier.now + timedelta(seconds=max(0.5, len(words) / SPEAKS)))


def _play(carrier: SimulatedTwilio, leg: Leg, url: str) -> Generator[Wait, str, None]:
    sound = carrier.fetch_sound(url)
    leg.heard.append(Heard(carrier.now, "play", url))
    yield Wait(carrier.now + sound.length)


def _gather(carrier: SimulatedTwilio, leg: Leg, gather: Element, url: str) -> Script:
    """twilio.com/docs/voice/twiml/gather: a key interrupts what is spoken; without one the next verb runs."""
    finish, wanted = gather.get("finishOnKey", "#"), int(gather.get("numDigits", "0"))
    leg.keys.clear()
    digits = ""
    for child in gather:
        speaking = _one(carrier, leg, child, url)
        for wait in speaking:
            reason = yield Wait(wait.until, keys=True)
            if reason == "key":
                break
        if leg.keys:
            break
    timeout = timedelta(seconds=float(gather.get("timeout", "5")))
    while True:
        while leg.keys:
            key = leg.keys.pop(0)
            if key == finish:
                return _gathered(gather, url, digits)
            digits += key
            if wanted and len(digits) >= wanted:
                return _gathered(gather, url, digits)
        if (yield Wait(carrier.now + timeout, keys=True)) != "key":
            return _gathered(gather, url, digits)


def _gathered(gather: Element, url: str, digits: str) -> Request | None:
    if not digits and gather.get("actionOnEmptyResult", "false") != "true":
        return None
    return Request(urljoin(url, gather.get("action", url)), {"Digits": digits, "msg": "Gather End"})


def _record(carrier: SimulatedTwilio, leg: Leg, record: Element, url: str) -> Script:
    """twilio.com/docs/voice/twiml/record: on a hang-up the action is requested all the same, and nobody hears it."""
    if record.get("playBeep", "true") == "true":
        leg.heard.append(Heard(carrier.now, "beep", ""))
    leg.keys.clear()
    began, sound, key = carrier.now, Sound(), ""
    silence = timedelta(seconds=float(record.get("timeout", "5")))
    longest = timedelta(seconds=float(record.get("maxLength", "3600")))
    try:
        while not key and carrier.now < began + longest:
            until = min(carrier.now + silence, began + longest)
            reason = yield Wait(until, keys=True, speech=True)
            if reason == "speech":
                heard, key = yield from _listen(carrier, leg, record, began + longest)
                sound = sound.then(heard)
            elif reason == "key":
                key = _finishing_key(leg, record)
            else:
                break
    except HungUp:
        sound = sound.then(_said_so_far(carrier, leg))
        recording = _keep(carrier, leg, record, sound, url)
        if recording is not None:
            carrier.ask_later(leg.call, _recorded(record, url, recording, carrier, "hangup", began))
        raise
    recording = _keep(carrier, leg, record, sound, url)
    return None if recording is None else _recorded(record, url, recording, carrier, key, began)


def _listen(
    carrier: SimulatedTwilio, leg: Leg, record: Element, until: datetime
) -> Generator[Wait, str, tuple[Sound, str]]:
    """Keep what is being said, until it has been said or a key cuts it short."""
    speaking, since = leg.speaking or Sound(), leg.speaks_since or carrier.now
    while carrier.now < min(since + speaking.length, until):
        reason = yield Wait(min(since + speaking.length, until), keys=True)
        if reason == "key" and (key := _finishing_key(leg, record)):
            said = _said_so_far(carrier, leg)
            leg.speaking = None
            return said, key
    said = speaking.first(carrier.now - since)
    leg.speaking = None
    return said, ""


def _said_so_far(carrier: SimulatedTwilio, leg: Leg) -> Sound:
    if leg.speaking is None or leg.speaks_since is None:
        return Sound()
    return leg.speaking.first(carrier.now - leg.speaks_since)


def _finishing_key(leg: Leg, record: Element) -> str:
    key = leg.keys.pop(0) if leg.keys else ""
    return key if key in record.get("finishOnKey", "1234567890*#") else ""


def _keep(carrier: SimulatedTwilio, leg: Leg, record: Element, sound: Sound, url: str) -> Recording | None:
    absent = sound.length < TOO_SHORT
    recording = Recording(carrier.new_sid("RE"), leg.call.sid, carrier.now, "absent" if absent else "completed", sound)
    carrier.ledger.recordings.append(recording)
    wanted = record.get("recordingStatusCallbackEvent", "completed").split()
    callback = record.get("recordingStatusCallback")
    if callback and recording.status in wanted:
        carrier.report_recording(urljoin(url, callback), recording)
    return None if absent else recording


def _recorded(
    record: Element, url: str, recording: Recording, carrier: SimulatedTwilio, key: str, began: datetime
) -> Request:
    """The action is told how long the recording took, silence at its end and all; the file is trimmed later."""
    fields = {
        "RecordingUrl": carrier.recording_url(recording.sid),
        "RecordingSid": recording.sid,
        "RecordingDuration": str(round((carrier.now - began).total_seconds())),
        "Digits": key,
    }
    return Request(urljoin(url, record.get("action", url)), fields)


def _dial(carrier: SimulatedTwilio, leg: Leg, dial: Element, url: str) -> Script:
    """twilio.com/docs/voice/twiml/dial: the other phone hears its own document first, then both are connected."""
    noun = dial.find("Number")
    number = ((noun.text if noun is not None else dial.text) or "").strip()
    caller_id = dial.get("callerId") or (leg.call.from_ if leg.call.direction == "inbound" else leg.call.to)
    if caller_id not in carrier.numbers and caller_id not in (leg.call.from_, leg.call.to):
        raise BadTwiml(13214, f"callerId {caller_id!r} is neither ours nor a party of the call")
    screen = urljoin(url, noun.attrib["url"]) if noun is not None and "url" in noun.attrib else ""
    timeout = timedelta(seconds=float(dial.get("timeout", "30")))
    other = carrier.ring(number, caller_id, "outbound-dial", timeout, parent=leg, screen=screen)
    if noun is not None:
        _reports_of(other, noun, url)
    try:
        while other.call.ended_at is None:
            yield Wait(None)
    except HungUp:
        carrier.end(other, "completed" if other.call.answered_at else "canceled")
        raise
    action = dial.get("action")
    if action is None:
        return None
    was_bridged = other in carrier.were_bridged
    fields = {
        "DialCallStatus": other.call.status,
        "DialCallSid": other.call.sid,
        "DialBridged": str(was_bridged).lower(),
    }
    if other.call.answered_at:
        fields["DialCallDuration"] = str(other.call.seconds)
    return Request(urljoin(url, action), fields)


def _reports_of(other: Leg, noun: Element, url: str) -> None:
    """twilio.com/docs/voice/twiml/number: reports on the other phone's call, and on who or what answered it."""
    if "statusCallback" in noun.attrib:
        other.status_callback = urljoin(url, noun.attrib["statusCallback"])
        other.status_events = set(noun.get("statusCallbackEvent", "completed").split())
    if noun.get("machineDetection") and "amdStatusCallback" in noun.attrib:
        other.machine_callback = urljoin(url, noun.attrib["amdStatusCallback"])
