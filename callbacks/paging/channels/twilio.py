"""The carrier: Twilio, through its own client, or any service with the same API at TWILIO_API_URL.

Every request has one time limit. Lists are read item by item: what cannot be read is left out. Every failure is raised
as a CarrierError that states whether a retry can help and whether the request may have been carried out: Twilio has no
idempotency key for creating messages or calls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal, TypeVar
from urllib.parse import urljoin

import requests
import structlog
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse

from callbacks.db.states import FINAL, CarrierStatus, VoicemailState, carrier_status
from callbacks.errors import CarrierError
from callbacks.oncall.ical.fetch import PRODUCTION, Wanted, connection_to, fetch, resolved
from callbacks.oncall.ical.parse import BrokenCalendar
from callbacks.paging.channels.carrier_errors import error_code
from callbacks.paging.channels.time_limit import limited_session
from callbacks.settings import TWILIO, Settings
from callbacks.text import sids
from callbacks.text.sids import is_sid

log = structlog.get_logger(__name__)
Item = TypeVar("Item")
Row = Mapping[str, Any]

MESSAGING = "https://messaging.twilio.com/v1"
TIMEOUT = 10.0  # seconds for one request in all; twilio-python itself has no timeout
MOST_BYTES = 64 * 1024 * 1024  # an hour of uncompressed audio
MOST_PAGES = 1000  # of one list
RECORDING = Wanted("recording", "audio/x-wav", MOST_BYTES)
REDIRECTS = (301, 302, 303, 307, 308)
GONE = (404, 410)  # what is not there need not be deleted
MESSAGE_VALIDITY = timedelta(minutes=10)
# Twilio's status of a recording.
RECORDING_STATES = {"completed": VoicemailState.RECORDED, "absent": VoicemailState.ABSENT}
RING_TIMEOUT = timedelta(seconds=25)  # shorter than a private voicemail takes to pick up

BEEP_WITHIN = timedelta(seconds=4)  # of a call that goes to the message at once; shorter than the silence that ends it


@dataclass(frozen=True)
class Accepted:
    """The carrier accepted a message or a call, and gave it this SID. It may have failed since."""

    sid: str
    status: CarrierStatus
    error_code: int | None = None
    error_words: str = ""


@dataclass(frozen=True)
class CarrierCall:
    """A call as the carrier lists it."""

    sid: str
    from_: str
    to: str
    status: CarrierStatus
    began_at: datetime | None
    ended_at: datetime | None
    seconds: int
    made_at: datetime | None = None
    parent_sid: str = ""  # the call that dialed it

    @property
    def is_over(self) -> bool:
        return self.status in FINAL


@dataclass(frozen=True)
class CarrierText:
    """A text as the carrier lists it."""

    sid: str
    from_: str
    to: str
    words: str
    status: CarrierStatus
    made_at: datetime
    is_incoming: bool
    is_reply: bool = False  # our answer to a webhook


@dataclass(frozen=True)
class CarrierRecording:
    """A recording as the carrier lists it."""

    sid: str
    call_sid: str
    state: VoicemailState | None  # None while the carrier is still working on it
    seconds: int
    made_at: datetime | None


@dataclass(frozen=True)
class OwnedNumber:
    """A phone number of the account: what is set for it, by the names in Twilio's API, and what it can do."""

    sid: str
    number: str
    fields: Mapping[str, str]
    capabilities: frozenset[str]


def fetch_recording(url: str) -> bytes:
    """Return a recording from the address that the carrier redirects to. Raise CarrierError."""
    try:
        return fetch(url, resolved, connection_to, PRODUCTION, RECORDING)
    except BrokenCalendar as fault:
        raise CarrierError(str(fault)) from fault


class Carrier:
    """Requests to the carrier, with its answers as our own values. Every method may raise CarrierError."""

    def __init__(
        self,
        settings: Settings,
        session: requests.Session | None = None,
        elsewhere: Callable[[str], bytes] = fetch_recording,
        time_limit: float = TIMEOUT,
    ) -> None:
        self._settings, self._elsewhere = settings, elsewhere
        self._http = _HttpClient(settings.twilio_url, session or limited_session(time_limit, MOST_BYTES))
        user, password = settings.credentials
        self._client = Client(user, password, account_sid=settings.account_sid, http_client=self._http)

    def send_text(self, to: str, words: str, status_url: str | None = None) -> Accepted:
        """Send a text. Reports on its delivery go to `status_url`; without one, there are none."""
        sender = "messaging_service_sid" if self._settings.sender.startswith("MG") else "from_"
        with _carrier_errors():
            sent = self._client.messages.create(
                to=to,
                body=words,
                status_callback=status_url or values.unset,
                validity_period=int(MESSAGE_VALIDITY.total_seconds()),
                **{sender: self._settings.sender},
            )
            return _accepted(_sid(sent.sid, *sids.TEXTS), sent.status)

    def place_call(
        self, to: str, from_: str, url: str, status_url: str, ring_timeout: timedelta = RING_TIMEOUT
    ) -> Accepted:
        """Place a call, which fetches its TwiML from `url` when it is answered."""
        with _carrier_errors():
            call = self._client.calls.create(
                to=to,
                from_=from_,
                url=url,
                method="POST",
                status_callback=status_url,
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                timeout=int(ring_timeout.total_seconds()),
            )
            return _accepted(_sid(call.sid, sids.CALL), call.status)

    def speak_to(self, to: str, from_: str, words: str, voice: str) -> Accepted:
        """Place a call in which a voice says these words twice. It needs no webhook."""
        with _carrier_errors():
            timeout = int(RING_TIMEOUT.total_seconds())
            call = self._client.calls.create(to=to, from_=from_, twiml=_twice(words, voice), timeout=timeout)
            return _accepted(_sid(call.sid, sids.CALL), call.status)

    def leave_message(self, to: str, from_: str, words: str, voice: str) -> Accepted:
        """Place a call in which a voice waits for the beep, says these words, and hangs up. It needs no webhook."""
        with _carrier_errors():
            timeout = int(RING_TIMEOUT.total_seconds())
            call = self._client.calls.create(to=to, from_=from_, twiml=_message(words, voice), timeout=timeout)
            return _accepted(_sid(call.sid, sids.CALL), call.status)

    def cancel_call(self, sid: str) -> None:
        """End a call to a phone that still rings. One that is answered goes on."""
        with _carrier_errors():
            self._client.calls(sid).update(status="canceled")

    def find_text(self, to: str, words: str, since: datetime) -> Accepted | None:
        """Return the text with these words that was sent to this number, or None. For when the answer was lost."""
        return next(iter(self.find_texts(to, words, since)), None)

    def find_texts(self, to: str, words: str, since: datetime) -> Iterator[Accepted]:
        """Yield every text with these words that was sent to this number since an instant."""
        parameters = {"To": to, "DateSent>": _day(since), "PageSize": 100}
        for text in self._listed("Messages", parameters, _text):
            if text.words == words and _not_before(text.made_at, since):
                yield text.accepted

    def texts_since(self, since: datetime) -> Iterator[CarrierText]:
        """Yield every text that we sent or received since an instant."""
        parameters = {"DateSent>": _day(since), "PageSize": 200}
        for text in self._listed("Messages", parameters, _listed_text):
            if _not_before(text.made_at, since):
                yield text

    def texts_to(self, number: str, since: datetime) -> Iterator[CarrierText]:
        """Yield the texts to one of our numbers since an instant."""
        parameters = {"To": number, "DateSent>": _day(since), "PageSize": 200}
        for text in self._listed("Messages", parameters, _listed_text):
            if text.is_incoming and _not_before(text.made_at, since):
                yield text

    def texts_from(self, number: str, since: datetime) -> Iterator[CarrierText]:
        """Yield the texts that we sent from a number since an instant, without the answers to webhooks."""
        parameters = {"From": number, "DateSent>": _day(since), "PageSize": 200}
        for text in self._listed("Messages", parameters, _listed_text):
            if not text.is_incoming and not text.is_reply and _not_before(text.made_at, since):
                yield text

    def calls_from(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        """Yield the calls that we placed from a number since an instant, without the legs that calls dialed."""
        parameters = {"From": number, "StartTime>": _day(since), "PageSize": 200}
        for call, direction in self._listed("Calls", parameters, _listed_call):
            if direction == "outbound-api" and _not_before(call.made_at, since):
                yield call

    def sender_numbers(self) -> Sequence[str]:
        """Return the numbers that our texts come from: TWILIO_FROM, or those of its messaging service."""
        sender = self._settings.sender
        if not sender.startswith("MG"):
            return [sender]
        found = self.resource(f"{MESSAGING}/Services/{sender}/PhoneNumbers", {"PageSize": 1000})
        with _carrier_errors():
            return [str(each["phone_number"]) for each in found["phone_numbers"]]

    def calls_placed_to(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        """Yield the calls that we placed to a number since an instant."""
        yield from self._outbound(number, "outbound-api", since)

    def legs_to(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        """Yield the legs to a number that one of our calls dialed since an instant."""
        for leg in self._outbound(number, "outbound-dial", since):
            if leg.parent_sid:
                yield leg

    def _outbound(self, number: str, wanted: str, since: datetime) -> Iterator[CarrierCall]:
        parameters = {"To": number, "StartTime>": _day(since), "PageSize": 200}
        for call, direction in self._listed("Calls", parameters, _listed_call):
            if direction == wanted and _not_before(call.made_at, since):
                yield call

    def find_calls(self, to: str, since: datetime) -> list[Accepted]:
        """Return the calls that we placed to a number since an instant."""
        calls = self._listed("Calls", {"To": to, "StartTime>": _day(since), "PageSize": 100}, _listed_call)
        return [
            Accepted(call.sid, call.status)
            for call, direction in calls
            if direction.startswith("outbound-api") and _not_before(call.made_at, since)
        ]

    def calls_to(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        """Yield the calls to one of our numbers since an instant."""
        parameters = {"To": number, "StartTime>": _day(since), "PageSize": 200}
        for call, direction in self._listed("Calls", parameters, _listed_call):
            if direction == "inbound" and _not_before(call.began_at, since):
                yield call

    def call(self, sid: str) -> CarrierCall:
        """Return one call."""
        return self._one("Calls", sid, lambda row: _listed_call(row)[0])

    def legs_of(self, call_sid: str) -> list[CarrierCall]:
        """Return the calls that a call dialed."""
        legs = self._listed("Calls", {"ParentCallSid": call_sid, "PageSize": 20}, _listed_call)
        return [leg for leg, _ in legs]

    def text(self, sid: str) -> Accepted:
        """Return one text as it stands now."""
        return self._one("Messages", sid, lambda row: _text(row).accepted)

    def recordings(self, since: datetime) -> Iterator[CarrierRecording]:
        """Yield the voicemails recorded since an instant."""
        parameters = {"DateCreated>": _day(since), "PageSize": 200}
        for found, source in self._listed("Recordings", parameters, _recording):
            if source == "RecordVerb" and _not_before(found.made_at, since):
                yield found

    def numbers(self) -> list[OwnedNumber]:
        """Return the account's phone numbers, with what is set for them."""
        return list(self._listed("IncomingPhoneNumbers", {"PageSize": 1000}, _owned_number))

    def set_up_number(self, sid: str, fields: Mapping[str, str]) -> None:
        """Set fields of one of the account's numbers, by their names in Twilio's API, such as "VoiceUrl"."""
        url = f"{self._account_url}/IncomingPhoneNumbers/{sid}.json"
        with _carrier_errors():
            self._json(url, fields, method="POST")

    def resource(self, url: str, parameters: Row | None = None) -> Row:
        """Return any resource of Twilio's by its address there, for checks of the account."""
        with _carrier_errors():
            return self._json(url.format(account=self._account_url), parameters)

    def _one(self, name: str, sid: str, read: Callable[[Row], Item]) -> Item:
        with _carrier_errors():
            return read(self._json(f"{self._account_url}/{name}/{sid}.json", None))

    def _listed(self, name: str, parameters: Row, read: Callable[[Row], Item]) -> Iterator[Item]:
        """Yield every item of a list that can be read. One that cannot is logged and left out."""
        for row in self._rows(name, parameters):
            try:
                item = read(row)
            except (TypeError, ValueError, KeyError, AttributeError) as fault:
                sid = row.get("sid") if isinstance(row, dict) else None
                log.warning("the carrier listed something that cannot be read", list=name, sid=sid, cause=repr(fault))
            else:
                yield item

    def _rows(self, name: str, parameters: Row) -> Iterator[Row]:
        url, more = f"{self._account_url}/{name}.json", dict(parameters) or None
        for _ in range(MOST_PAGES):
            with _carrier_errors():
                page = self._json(url, more)
                rows, following = page[_KEYS[name]], page.get("next_page_uri")
            yield from rows
            if not following:
                return
            url, more = f"{TWILIO}{following}", None

    def _json(self, url: str, parameters: Row | None, method: Literal["GET", "POST"] = "GET") -> Row:
        values = {"params" if method == "GET" else "data": dict(parameters)} if parameters else {}
        answer = self._client.request(method, url, **values)
        content = json.loads(answer.text) if answer.text else {}
        if answer.status_code != 200:
            found = content if isinstance(content, dict) else {}
            code, words = found.get("code", answer.status_code), str(found.get("message", ""))
            raise TwilioRestException(answer.status_code, url, words, code)
        if not isinstance(content, dict):
            raise ValueError("it is not a JSON object")
        return content

    @property
    def _account_url(self) -> str:
        return f"{TWILIO}/2010-04-01/Accounts/{self._settings.account_sid}"

    def audio(self, recording_sid: str) -> bytes:
        """Return a recording as WAV.

        The URL is built from the SID, never taken from a webhook. Our credentials are sent to the carrier only: where
        it redirects to a storage elsewhere, the recording is fetched from there without them.
        """
        if not is_sid(recording_sid, sids.RECORDING):
            raise CarrierError(f"{recording_sid!r} is not the SID of a recording.", permanent=True)
        account = self._settings.account_sid
        url = f"{self._settings.twilio_url}/2010-04-01/Accounts/{account}/Recordings/{recording_sid}.wav"
        try:
            answer = self._http.session.get(
                url, auth=self._settings.credentials, timeout=TIMEOUT, allow_redirects=False, stream=True
            )
            content = _whole(answer)
            moved_to = answer.headers.get("Location") if answer.status_code in REDIRECTS else None
        except requests.RequestException as fault:
            raise CarrierError(f"The recording could not be fetched: {type(fault).__name__}.") from fault
        if moved_to:
            return self._elsewhere(urljoin(url, moved_to))
        if answer.status_code != 200:
            raise CarrierError(f"The recording is not there yet (HTTP {answer.status_code}).", code=answer.status_code)
        return content

    def delete_recording(self, sid: str) -> None:
        """Delete a recording at the carrier, with its transcriptions. One that is gone already counts as deleted."""
        recording = f"{self._account_url}/Recordings/{_sid(sid, sids.RECORDING)}"
        with _carrier_errors():
            for transcription in self._transcriptions_of(recording):
                self._delete(f"{self._account_url}/Transcriptions/{transcription}.json")
            self._delete(f"{recording}.json")

    def _transcriptions_of(self, recording: str) -> list[str]:
        try:
            found = self._json(f"{recording}/Transcriptions.json", {"PageSize": 50})
        except TwilioRestException as refusal:
            if refusal.status in GONE:
                return []
            raise
        return [_sid(row["sid"], sids.TRANSCRIPTION) for row in found["transcriptions"]]

    def _delete(self, url: str) -> None:
        answer = self._client.request("DELETE", url)
        if answer.status_code not in (200, 204, *GONE):
            found = json.loads(answer.text) if answer.text else {}
            code, words = found.get("code", answer.status_code), str(found.get("message", ""))
            raise TwilioRestException(answer.status_code, url, words, code, method="DELETE")


def _twice(words: str, voice: str) -> str:
    """Return TwiML that says words twice: the first ones of a call are often missed."""
    response = VoiceResponse()
    for _ in range(2):
        response.pause(length=1)
        response.say(words, voice=voice)
    return str(response)


def _message(words: str, voice: str) -> str:
    response = VoiceResponse()
    response.pause(length=int(BEEP_WITHIN.total_seconds()))
    response.say(words, voice=voice)
    response.hangup()
    return str(response)


def _whole(answer: requests.Response) -> bytes:
    content = answer.content
    promised = answer.headers.get("Content-Length")
    if promised is not None and promised.isdigit() and int(promised) != len(content):
        raise requests.ConnectionError("the download was cut short")
    return content


class _HttpClient(TwilioHttpClient):
    """Twilio's own HTTP client, with a deadline, sent to the configured address."""

    def __init__(self, base_url: str, session: requests.Session) -> None:
        super().__init__(pool_connections=False, timeout=TIMEOUT)
        self._base_url = base_url
        self.session = session

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self._base_url != TWILIO:  # a service with the same API answers for every host of Twilio
            url = re.sub(r"^https://[a-z]+\.twilio\.com", lambda _: self._base_url, url)
        return super().request(method, url, *args, **kwargs)


@contextmanager
def _carrier_errors() -> Iterator[None]:
    """Raise a CarrierError for what the client raises."""
    try:
        yield
    except (requests.RequestException, TwilioException, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise _carrier_error(fault) from fault


def _carrier_error(fault: Exception) -> CarrierError:
    match fault:
        case TwilioRestException():
            return _refusal(fault)
        case requests.ConnectTimeout():
            return CarrierError(
                "The carrier did not answer: no connection.",
                french="Le fournisseur ne répond pas: aucune connexion.",
            )
        case requests.ConnectionError() if _never_connected(fault):
            return CarrierError(
                "The carrier could not be reached: no connection.",
                french="Le fournisseur est injoignable: aucune connexion.",
            )
        case requests.RequestException():
            kind = type(fault).__name__
            french = f"La réponse du fournisseur s'est perdue: {kind}."
            return CarrierError(f"The carrier's answer was lost: {kind}.", lost=True, french=french)
        case _:  # a list that failed, or an answer that is not JSON
            french = f"La réponse du fournisseur est incompréhensible: {fault}."
            return CarrierError(f"The carrier's answer makes no sense: {fault}.", lost=True, french=french)


def _refusal(fault: TwilioRestException) -> CarrierError:
    code, status = int(fault.code or fault.status), fault.status
    known = error_code(code, fault.msg, status)
    if status >= 500:
        words = f"The carrier has an internal error (HTTP {status})."
        french = f"Le fournisseur a une panne interne (HTTP {status})."
        return CarrierError(words, code=code, status=status, lost=True, french=french)
    words = f"The carrier refused it: {known.words.english} ({code})."
    french = f"Le fournisseur a refusé: {known.words.french} ({code})."
    return CarrierError(words, code=code, status=status, permanent=not known.is_retried, french=french)


def _never_connected(fault: requests.ConnectionError) -> bool:
    return any(
        word in repr(fault) for word in ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "refused")
    )


_KEYS = {
    "Messages": "messages",
    "Calls": "calls",
    "Recordings": "recordings",
    "IncomingPhoneNumbers": "incoming_phone_numbers",
}


@dataclass(frozen=True)
class _Text:
    """A text as the carrier lists it."""

    accepted: Accepted
    words: str
    made_at: datetime | None


def _accepted(sid: str, status: object, code: object = None, words: object = None) -> Accepted:
    return Accepted(sid, carrier_status(str(status)), _number(code), str(words or ""))


def _sid(found: object, *kinds: str) -> str:
    """Return a SID. Raise ValueError where there is none: what the carrier did is then unknown."""
    if not isinstance(found, str) or not is_sid(found, *kinds):
        raise ValueError("it has no SID")
    return found


def _text(row: Row) -> _Text:
    made_at = _instant(row.get("date_created")) or _instant(row.get("date_sent"))
    accepted = _accepted(
        _sid(row["sid"], *sids.TEXTS), row.get("status"), row.get("error_code"), row.get("error_message")
    )
    return _Text(accepted, str(row.get("body") or ""), made_at)


def _listed_text(row: Row) -> CarrierText:
    made_at = _instant(row.get("date_created")) or _instant(row.get("date_sent"))
    if made_at is None:
        raise ValueError("it has no time")
    return CarrierText(
        _sid(row["sid"], *sids.TEXTS),
        str(row.get("from") or ""),
        str(row.get("to") or ""),
        str(row.get("body") or ""),
        carrier_status(str(row.get("status"))),
        made_at,
        row.get("direction") == "inbound",
        row.get("direction") == "outbound-reply",
    )


def _listed_call(row: Row) -> tuple[CarrierCall, str]:
    made_at = _instant(row.get("date_created"))
    call = CarrierCall(
        _sid(row["sid"], sids.CALL),
        str(row.get("from") or ""),
        str(row.get("to") or ""),
        carrier_status(str(row.get("status"))),
        _instant(row.get("start_time")) or made_at,
        _instant(row.get("end_time")),
        _seconds(row.get("duration")),
        made_at,
        str(row.get("parent_call_sid") or ""),
    )
    return call, str(row.get("direction") or "")


def _recording(row: Row) -> tuple[CarrierRecording, str]:
    recording = CarrierRecording(
        _sid(row["sid"], sids.RECORDING),
        _sid(row["call_sid"], sids.CALL),
        RECORDING_STATES.get(str(row.get("status"))),
        _seconds(row.get("duration")),
        _instant(row.get("date_created")),
    )
    return recording, str(row.get("source") or "")


def _owned_number(row: Row) -> OwnedNumber:
    can: Mapping[str, object] = row.get("capabilities") or {}
    fields = {name: value for name, value in row.items() if isinstance(value, str)}
    return OwnedNumber(
        _sid(row["sid"], sids.NUMBER),
        str(row["phone_number"]),
        fields,
        frozenset(name for name, is_so in can.items() if is_so),
    )


def _instant(text: object) -> datetime | None:
    """Return an instant as the carrier writes it (RFC 2822), or None for anything else."""
    try:
        found = parsedate_to_datetime(str(text))
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(text: object) -> int | None:
    return int(str(text)) if str(text).isdigit() else None


def _seconds(duration: object) -> int:
    return int(str(duration)) if str(duration).isdigit() else 0


def _not_before(made_at: datetime | None, since: datetime) -> bool:
    if made_at is None:
        return True
    return made_at >= since - timedelta(seconds=2)


def _day(since: datetime) -> str:
    """Return the UTC day of an instant: the carrier filters lists by whole days, the rest is filtered here."""
    return since.astimezone(UTC).date().isoformat()
