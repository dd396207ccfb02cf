"""Details of the caller and the message: notes, name, transcript, product. Search finds notes, names, transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused
from callbacks.acts.work import checked_minutes, record_minutes
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, Coverage, TranscribedBy
from callbacks.db.tables import Voicemail
from callbacks.desk.tickets import is_ticket_number
from callbacks.records.contacts_of_callback import messages_of
from callbacks.records.search import index_words
from callbacks.records.work import lacks_consent
from callbacks.text.bilingual import Words

LONGEST_NAME = 100


@dataclass(frozen=True)
class AddNote(Act):
    """Add a note to the log."""

    text: str
    minutes: int | None = None
    """Worked."""
    ended_at: datetime | None = None
    """When that work ended; None for now."""

    states = frozenset(CallbackState)

    def apply(self, context: ActContext) -> Words:
        if not self.text:
            raise Refused(wording.EMPTY_NOTE)
        minutes = checked_minutes(context, self.minutes, self.ended_at)
        context.record(EventKind.NOTE, self.text)
        index_words(context.session, context.callback, self.text)
        answer = wording.note_added(context.callback.reference)
        return record_minutes(context, minutes, context.by.technician, answer)


@dataclass(frozen=True)
class NameCaller(Act):
    """Record the caller's name."""

    name: str

    states = frozenset(CallbackState)
    conflicts = frozenset({EventKind.CALLER_NAMED})

    def apply(self, context: ActContext) -> Words:
        context.callback.contact.caller_name = self.name[:LONGEST_NAME]
        context.record(EventKind.CALLER_NAMED, self.name)
        index_words(context.session, context.callback, self.name)
        return wording.caller_named(context.callback.reference)


@dataclass(frozen=True)
class WriteTranscript(Act):
    """Record what the message says. A machine never overwrites it."""

    text: str
    voicemail_id: int | None = None
    """Of several messages, which one; the first by default."""

    states = frozenset(CallbackState)
    conflicts = frozenset({EventKind.TRANSCRIBED})

    def apply(self, context: ActContext) -> Words:
        first, of_all = context.callback.contact.voicemail, messages_of(context.callback)
        voicemail = first if self.voicemail_id is None else _with_id(of_all, self.voicemail_id)
        if voicemail is None:
            raise Refused(wording.NO_VOICEMAIL)
        voicemail.transcript, voicemail.transcribed_by = self.text, TranscribedBy.PERSON
        context.record(EventKind.TRANSCRIBED, self.text)
        index_words(context.session, context.callback, self.text)
        return wording.transcript_saved(context.callback.reference)


def _with_id(messages: Sequence[Voicemail], id: int) -> Voicemail | None:
    return next((each for each in messages if each.id == id), None)


@dataclass(frozen=True)
class SetProduct(Act):
    """Record the product and its coverage: covered, courtesy or billable (policy: Coverage)."""

    product: str
    coverage: Coverage = Coverage.NONE
    """None: as the desk file lists the product, so what it does not cover is a courtesy unless it is billable."""

    states = frozenset(CallbackState)
    conflicts = frozenset({EventKind.PRODUCT_SET})  # the product is often recorded after the resolution

    def apply(self, context: ActContext) -> Words:
        listed = context.desk.coverage_of(self.product)
        if listed is Coverage.NONE:
            raise Refused(wording.unknown_product(self.product))
        coverage = listed if self.coverage is Coverage.NONE else self.coverage
        context.callback.product, context.callback.coverage = self.product, coverage
        context.record(EventKind.PRODUCT_SET, f"{self.product}: {coverage.value}")
        return wording.product_set(
            context.callback.reference, needs_consent=lacks_consent(context.session, context.callback, context.now)
        )


@dataclass(frozen=True)
class SetOutsideTicket(Act):
    """Record the number of the ticket in another system; "" for none."""

    number: str

    states = frozenset(CallbackState)
    conflicts = frozenset({EventKind.OUTSIDE_TICKET_SET})

    def apply(self, context: ActContext) -> Words:
        if self.number and not is_ticket_number(self.number):
            raise Refused(wording.NOT_A_TICKET_NUMBER)
        context.callback.outside_ticket = self.number
        context.record(EventKind.OUTSIDE_TICKET_SET, self.number or "none")
        index_words(context.session, context.callback, self.number)
        return wording.ticket_set(context.callback.reference, self.number)
