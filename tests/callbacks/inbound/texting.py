"""A night of texts to the desk: one callback, paged to Amy."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import ReachOutcome, VoicemailState
from callbacks.db.tables import Callback, Event, Page, ReachAttempt, Technician
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.inbound.texts import answer_text
from callbacks.oncall import store
from callbacks.people import technicians

DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 11, 29, 3, 13, tzinfo=UTC)
AMY, BEN, LUC, STRANGER = "+15145550101", "+15145550102", "+15145550103", "+15145550177"
SIDS = (f"SM{n}" for n in itertools.count())


class Night:
    """One callback, paged to Amy; Ben is backup, Luc speaks French."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        database.write(self._people)
        self.opens("CA1")

    def _people(self, session: Session) -> None:
        for name, number, layer in (("Amy Roy", AMY, "primary"), ("Ben Cole", BEN, "backup"), ("Luc", LUC, "manager")):
            language = "fr" if name == "Luc" else "en"
            row = technicians.add_technician(session, name, number, NOW, verified=True, language=language)
            store.add_shift(session, DESK, row, layer, None, None, NOW)

    def opens(self, sid: str) -> None:
        arrival = calls.Arrival(
            sid, "direct", "+15145550199", "en", False, "outside support hours", "TN-Validation-Passed-A"
        )

        def called(session: Session) -> None:
            calls.record_call(session, arrival, self.now).is_separate = True

        self.database.write(called)
        news = calls.Recording(VoicemailState.EXPECTED, None, 9)
        self.database.write(lambda session: calls.record_voicemail(session, DESK, sid, news, self.now))

    def hears_from(self, sender: str, words: str, sid: str | None = None, opt_out_type: str = "") -> str:
        sid = sid or next(SIDS)
        return self.database.write(
            lambda session: answer_text(session, DESK, sid, sender, words, self.now, opt_out_type)
        )

    def codes(self) -> list[str]:
        """Return the codes of Amy's pages, the first one first."""
        codes = select(Page.code).join(Page.technician).where(Technician.name == "Amy Roy", Page.code != "")
        return self.database.read(lambda session: list(dict.fromkeys(session.scalars(codes.order_by(Page.id)))))

    def notes(self) -> list[str]:
        notes = select(Event.detail).where(Event.kind == EventKind.NOTE)
        return self.database.read(lambda session: list(session.scalars(notes)))

    def troubles(self) -> dict[str, str]:
        return self.database.read(lambda session: dict(technicians.technician_named(session, "Amy Roy").troubles))

    def last_text_to(self, name: str) -> str:
        words = select(Page.words).join(Page.technician).where(Technician.name == name)
        return self.database.read(lambda session: session.scalars(words.order_by(Page.id.desc())).first() or "")

    @property
    def code(self) -> str:
        return self.database.read(lambda session: session.scalars(select(Page.code).order_by(Page.id)).first() or "")

    @property
    def callback(self) -> Callback:
        return self.database.read(lambda session: session.scalars(select(Callback).order_by(Callback.id)).first())  # type: ignore[return-value]

    def attempts(self) -> list[ReachOutcome]:
        return self.database.read(lambda session: list(session.scalars(select(ReachAttempt.outcome))))
