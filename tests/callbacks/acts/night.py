"""A Saturday night with one open callback, for the tests of acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.base import Act, Refused, Requester, Via, last_event_id, perform, technician_by
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CarrierStatus, Channel, PageKind, PageState, Role, VoicemailState
from callbacks.db.tables import Callback, Event, Page, ReachAttempt, Technician
from callbacks.desk.desk_file import Desk
from callbacks.inbound import calls
from callbacks.lifecycle.transitions import Change, change_state
from callbacks.oncall import store
from callbacks.paging.connections import LegReport, record_dialing, take_leg_report
from callbacks.paging.escalate import take_next_step
from callbacks.people import technicians
from callbacks.text.attestation import ATTESTED
from callbacks.text.bilingual import Words

NOW = datetime(2026, 11, 29, 3, 13, tzinfo=UTC)  # Saturday 22:13 at the desk
DUE = NOW + timedelta(minutes=30)
CUSTOMER = "+15145550199"
SUE, RITA = "sue@example.com", "rita@example.com"


class Night:
    """Amy is primary and was paged by text, Ben is backup, Luc (who reads French) is the manager. Sue supervises."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self.session, self.desk, self.now = session, desk, NOW
        self.amy, self.ben = self._person("Amy Roy", "primary", 1), self._person("Ben Cole", "backup", 2)
        self.luc = self._person("Luc", "manager", 3, "fr")
        self.callback = self.callback_of("CA1")
        self.paged(self.amy)

    def _person(self, name: str, layer: str, number: int, language: str = "en") -> Technician:
        phone = f"+1514555010{number}"
        row = technicians.add_technician(self.session, name, phone, NOW, verified=True, language=language)
        store.add_shift(self.session, self.desk, row, layer, None, None, NOW)
        return row

    def callback_of(self, sid: str, caller: str = CUSTOMER) -> Callback:
        """Return the callback of a caller who leaves a message now, about something that no open callback is about."""
        return self._callback_after_message(sid, caller, is_separate=True)

    def calls_again(self, sid: str, caller: str = CUSTOMER) -> Callback:
        """Return the callback of a caller who leaves a message now, and may have an open one."""
        return self._callback_after_message(sid, caller, is_separate=False)

    def _callback_after_message(self, sid: str, caller: str, *, is_separate: bool) -> Callback:
        arrival = calls.Arrival(sid, "direct", caller, "en", False, "outside support hours", ATTESTED[0])
        calls.record_call(self.session, arrival, self.now).is_separate = is_separate
        recording = calls.Recording(VoicemailState.EXPECTED, None, 9)
        opened = calls.record_voicemail(self.session, self.desk, sid, recording, self.now)
        assert opened is not None
        return opened

    def released(self) -> None:
        """Let the minute pass for which a first page is held back."""
        take_next_step(self.session, self.desk, self.callback, self.callback.next_action_at or self.now)
        self.session.flush()

    def paged(self, technician: Technician) -> None:
        """Let the texts that wait for a technician go out."""
        for page in self.pages(technician):
            page.state = PageState.SENT
        self.session.flush()

    def connects(self, technician: Technician, *statuses: CarrierStatus) -> ReachAttempt:
        """Connect a technician to the customer, whose leg comes as far as these reports say."""
        attempt = record_dialing(self.session, self.desk, self.callback, technician, "CA9", self.now)
        for status in statuses:
            take_leg_report(self.session, self.desk, attempt, LegReport(status), self.now)
        return attempt

    def closes(self, change: Change = Change.RESOLVE) -> None:
        """End the callback without an act."""
        change_state(self.callback, change, self.now)
        self.session.flush()

    # Who acts

    def by(self, technician: Technician, via: Via = Via.TEXT, code: str = "") -> Requester:
        return technician_by(technician, via, code)

    def at_console(self, role: Role = Role.SUPERVISOR, technician: Technician | None = None) -> Requester:
        return Requester(RITA if role is Role.READER else SUE, Via.CONSOLE, role, technician)

    def amy_does(self, act: Act, via: Via = Via.TEXT, code: str = "") -> Words:
        return self.does(act, self.by(self.amy, via, code))

    def sue_does(self, act: Act) -> Words:
        return self.does(act, self.at_console())

    def does(self, act: Act, by: Requester, seen: int | None = None) -> Words:
        return perform(self.session, self.desk, self.callback.id, act, by, self.now, seen)

    def refusal(self, act: Act, by: Requester, seen: int | None = None) -> Words:
        """Return why an act is refused, and check that it changed nothing."""
        before = self.events()
        try:
            done = self.does(act, by, seen)
        except Refused as refused:
            assert self.events() == before
            return refused.words
        raise AssertionError(f"not refused: {done.english}")

    # What is on record

    @property
    def seen(self) -> int:
        return last_event_id(self.session, self.callback)

    def events(self, *kinds: EventKind) -> list[tuple[str, EventKind, str]]:
        """Return who did what to the callback, with the details; of some kinds, or everything."""
        query = select(Event).where(Event.contact_sid == self.callback.contact_sid).order_by(Event.id)
        found = [(event.actor, event.kind, event.detail) for event in self.session.scalars(query)]
        return [each for each in found if not kinds or each[1] in kinds]

    def people_did(self) -> list[tuple[str, EventKind]]:
        """Return what people did, without what the desk, the carrier and the caller did."""
        return [(actor, kind) for actor, kind, _ in self.events() if actor not in list(Actor)]

    def pages(self, technician: Technician, kind: PageKind | None = None) -> list[Page]:
        query = select(Page).where(Page.technician_id == technician.id).order_by(Page.id)
        return list(self.session.scalars(query if kind is None else query.where(Page.kind == kind)))

    def texts(self, technician: Technician, kind: PageKind) -> list[str]:
        return [page.words for page in self.pages(technician, kind) if page.channel is Channel.TEXT]

    def attempts(self) -> list[ReachAttempt]:
        self.session.flush()
        query = select(ReachAttempt).where(ReachAttempt.callback_id == self.callback.id).order_by(ReachAttempt.id)
        return list(self.session.scalars(query))
