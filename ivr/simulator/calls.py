"""A call while it lives: one phone, the program it runs, and what the carrier reports of it.

twilio.com/docs/voice/api/call-resource, twilio.com/docs/voice/twiml#request-parameters
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from ivr.simulator.agenda import Entry
from ivr.simulator.ledger import Call
from ivr.simulator.phones import Heard, Leg
from ivr.simulator.program import (
    ApplicationError,
    CallOver,
    Elapsed,
    Fetch,
    Key,
    Media,
    News,
    PickedUp,
    Program,
    Refused,
    Replaced,
    Request,
    Signal,
    Spoke,
    Wait,
)
from ivr.simulator.sound import Sound
from ivr.simulator.switchboard import API_VERSION, Switchboard, place_fields, rfc2822, whole_seconds

Go = Callable[[], Wait | Fetch | Media]


@dataclass(frozen=True)
class StatusCallback:
    """Where the progress of a call is reported, and which events."""

    url: str
    events: tuple[str, ...] = ("completed",)
    method: str = "POST"


class LiveCall:
    """One call. What happens to it reaches its program as a signal, or, when it ends, as CallOver."""

    def __init__(
        self,
        board: Switchboard,
        record: Call,
        leg: Leg,
        *,
        status_callback: StatusCallback | None = None,
        fallback_url: str = "",
        parent: LiveCall | None = None,
    ) -> None:
        self.board, self.record, self.leg, self.parent = board, record, leg, parent
        self.fallback_url = fallback_url
        self.document_url = ""
        self._status_callback = status_callback
        self._reported = 0
        self._program: Program[None] | None = None
        self._timer: Entry | None = None
        leg.line, leg.sid = self, record.sid
        board.live[record.sid] = self

    # What a program uses

    @property
    def is_answered(self) -> bool:
        return self.record.answered_at is not None

    def hears(self, kind: str, text: str = "", language: str = "", voice: str = "") -> None:
        self.leg.hears(Heard(self.board.agenda.now, kind, text, language, voice))

    def answer(self) -> None:
        """The call is answered, if it is not yet."""
        if not self.is_answered:
            self.record.answered_at, self.record.status = self.board.agenda.now, "in-progress"
            self.leg.state = "in-progress"
            self.report("answered")

    def params(self) -> dict[str, str]:
        """Give the fields that every voice webhook has."""
        record = self.record
        fields = {
            "CallSid": record.sid,
            "AccountSid": self.board.account_sid,
            "ApiVersion": API_VERSION,
            "From": record.from_,
            "To": record.to,
            "Caller": record.from_,
            "Called": record.to,
            "CallStatus": record.status,
            "Direction": record.direction,
        }
        for prefix, number in (
            ("From", record.from_),
            ("Caller", record.from_),
            ("To", record.to),
            ("Called", record.to),
        ):
            fields.update(place_fields(prefix, number))
        if record.parent_sid is not None:
            fields["ParentCallSid"] = record.parent_sid
        if record.answered_by is not None:
            fields["AnsweredBy"] = record.answered_by
        return fields

    def absolute(self, url: str) -> str:
        """Complete a relative URL by that of the document it stands in; none at all is the document's own."""
        whole = urljoin(self.document_url, url)
        if urlsplit(whole).scheme not in ("http", "https"):
            raise ApplicationError(11100, f"{url!r} is no absolute URL, and this document came without one of its own.")
        return whole

    def complain(self, fault: ApplicationError) -> None:
        self.board.webhooks.complain(fault.code, str(fault), fault.url or self.document_url, self.record.sid)

    def report(self, event: str) -> None:
        """Report progress to whoever asked for it (twilio.com/docs/voice/api/call-resource#statuscallback)."""
        callback = self._status_callback
        if callback is None or event not in callback.events:
            return
        fields = self.params() | {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._reported),
            "Timestamp": rfc2822(self.board.agenda.now),
        }
        if event == "initiated":
            fields["CallStatus"] = "initiated"
        if event == "completed":
            seconds = whole_seconds(self.record.duration)
            fields["CallDuration"] = seconds
            fields["Duration"] = str(-(-int(seconds) // 60))  # in billed minutes
        self._reported += 1
        self.board.webhooks.tell("status", callback.url, callback.method, fields, self.board.delays.status)

    def tell_parent(self, what: str) -> None:
        parent = self.parent
        if parent is not None:
            self._soon(lambda: parent.signal(News(what, self.record.sid)))

    # What happens to it

    def begin(self, script: Program[None]) -> None:
        self._program = self._life(script)
        self._step(self._program.__next__)

    def signal(self, signal: Signal) -> None:
        program = self._program
        if program is not None:
            self._step(lambda: program.send(signal))

    def picked_up(self) -> None:
        self.signal(PickedUp())

    def refused(self, status: str) -> None:
        if self.leg.incoming and not self.is_answered:
            self.signal(Refused(status))
        else:
            self.hung_up()

    def pressed(self, key: str) -> None:
        if self.leg.connected_to is not None:
            self.leg.connected_to.hears(Heard(self.board.agenda.now, "tone", key))
        self.signal(Key(key))

    def spoke(self, sound: Sound) -> None:
        speech = self.leg.begin_to_speak(sound, self.board.agenda.now)
        if self.leg.connected_to is not None:
            words = f"{self.leg.phone.name} speaks for {sound.lasts.total_seconds():.0f} seconds"
            self.leg.connected_to.hears(Heard(speech.began_at, "voice", words))
        self.signal(Spoke())

    def hung_up(self) -> None:
        """Its phone hangs up."""
        self.end()

    def end(self, status: str | None = None) -> None:
        """It ends here and now. Unanswered and without a status: the caller gave up, or the carrier did."""
        if self.record.is_over:
            return
        self._close(status)
        program = self._program
        if program is not None:
            self._step(lambda: program.throw(CallOver(status)))

    def end_soon(self, status: str | None = None) -> None:
        """End it from within another call's program."""
        self._soon(lambda: self.end(status))

    def replace(self, request: Request) -> None:
        """The REST API gives it another document."""
        program = self._program
        if program is None or self.record.is_over:
            return
        if self.leg.connected_to is not None and self.parent is not None:
            self.disconnect()
            self.tell_parent("ended")
        self._step(lambda: program.throw(Replaced(request)))

    def connect(self, other: LiveCall) -> None:
        self.leg.connected_to, other.leg.connected_to = other.leg, self.leg

    def disconnect(self) -> None:
        other = self.leg.connected_to
        self.leg.connected_to = None
        if other is not None:
            other.connected_to = None

    # How it runs

    def _life(self, script: Program[None]) -> Program[None]:
        status = None
        try:
            yield from script
        except CallOver as end:
            status = end.status
        self._close(status)
        self.report("completed")
        self.tell_parent("ended")

    def _close(self, status: str | None) -> None:
        if self.record.is_over:
            return
        unanswered = "no-answer" if self.record.direction == "inbound" else "canceled"
        self.record.status = status or ("completed" if self.is_answered else unanswered)
        self.record.ended_at = self.board.agenda.now
        self.leg.state = "ended"
        self.disconnect()

    def _step(self, go: Go) -> None:
        """Let the program go on until it waits for time or for somebody."""
        if self._timer is not None:
            self._timer.drop()
            self._timer = None
        try:
            with self.board.lock:
                wanted = go()
            while not isinstance(wanted, Wait):
                wanted = self._bring(wanted)
        except StopIteration:
            self._program = None
            self.board.live.pop(self.record.sid, None)
            return
        if wanted.until is not None:
            self._timer = self.board.agenda.at(wanted.until, lambda: self.signal(Elapsed()))

    def _bring(self, wanted: Fetch | Media) -> Wait | Fetch | Media:
        """Fetch what the program asks for, without the lock, and go on with it."""
        assert self._program is not None  # noqa: S101 - it is what asks
        if isinstance(wanted, Media):
            answer = self.board.webhooks.media(wanted.url)
            with self.board.lock:
                return self._program.send(answer)
        request = wanted.request
        reply = self.board.webhooks.ask(request.kind, request.url, request.method, wanted.params)
        with self.board.lock:
            return self._program.send(reply)

    def _soon(self, act: Callable[[], None]) -> None:
        self.board.agenda.after(timedelta(0), act)
