"""The tables. Columns only; other modules decide what is written.

Everything that must happen later has a `next_action_at`. A worker holds a row by a lease and a token: see
`callbacks.db.leases`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Enum, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from callbacks.db.database import UtcDateTime
from callbacks.db.event_kinds import EventKind
from callbacks.db.leases import Claimable
from callbacks.db.states import (
    AnnouncementChange,
    AttemptProof,
    AttemptState,
    AudioState,
    CallbackOrigin,
    CallbackState,
    CallOutcome,
    CarrierStatus,
    Channel,
    ConsentWay,
    ContactKind,
    ContactWay,
    Coverage,
    CustomerMessageKind,
    CustomerMessageState,
    EmptiedLog,
    MailKind,
    NumberRuleKind,
    PageAnswer,
    PageKind,
    PageState,
    PhoneSlot,
    PriorityLevel,
    ReachOutcome,
    Role,
    Screening,
    SealScheme,
    SubscribedBy,
    TranscribedBy,
    Urgency,
    VoicemailState,
)


def _values(kind: type[enum.Enum]) -> Sequence[str]:
    return [member.value for member in kind]


def _by_value(length: int) -> Enum:
    """Return a column type that holds the value of an enum. Loading any other value raises LookupError.

    The migrations replaced all other values.
    """
    return Enum(
        enum.Enum,
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        values_callable=_values,
        length=length,
    )


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        str: String(255),
        dict[str, Any]: JSON,
        enum.Enum: _by_value(20),
        CallOutcome: _by_value(40),
        Channel: _by_value(10),
        Coverage: _by_value(10),
        PhoneSlot: _by_value(6),
        PriorityLevel: _by_value(2),
        SealScheme: _by_value(10),
        TranscribedBy: _by_value(10),
    }


class Technician(Base):
    __tablename__ = "technicians"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str] = mapped_column(String(20), unique=True)
    second_phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    email: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(5), default="en")
    quiet: Mapped[str] = mapped_column(String(11), default="")  # "22:00-07:00", desk time
    verified_at: Mapped[datetime | None]
    second_verified_at: Mapped[datetime | None]
    troubles: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"text first": "this person sent STOP ..."}
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]  # when they left; the row stays for the log
    links_from: Mapped[datetime | None]  # links in pages sent before this are revoked
    phone_allowed_by: Mapped[str | None]  # who allowed a number that the desk does not call by itself
    second_phone_allowed_by: Mapped[str | None]
    rules: Mapped[list[ContactRuleRow]] = relationship(
        lazy="selectin", order_by="ContactRuleRow.after", cascade="all, delete-orphan"
    )


class ContactRuleRow(Base):
    """A way to page a technician in addition to those of the desk's policy."""

    __tablename__ = "contact_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    channel: Mapped[Channel]
    number: Mapped[PhoneSlot] = mapped_column(default=PhoneSlot.FIRST)
    after: Mapped[int] = mapped_column(default=0)  # seconds


class Verification(Base):
    """A code that was sent to a number, to prove that its owner has the phone."""

    __tablename__ = "verifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    number: Mapped[PhoneSlot]
    code: Mapped[str] = mapped_column(String(6))
    expires_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class ShiftRow(Base):
    __tablename__ = "shifts"

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    layer: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_sources.id", name="taken_from"), index=True)
    technician: Mapped[Technician] = relationship(lazy="joined")


class RotationRow(Base):
    """People who take turns on a layer."""

    __tablename__ = "rotations"

    id: Mapped[int] = mapped_column(primary_key=True)
    layer: Mapped[str] = mapped_column(String(40))
    first_day: Mapped[date]
    hand_off: Mapped[str] = mapped_column(String(5))  # "08:00", desk time
    hours: Mapped[int]  # how long a turn lasts on the wall clock
    ends_at: Mapped[datetime | None]
    members: Mapped[list[RotationMember]] = relationship(
        lazy="selectin", order_by="RotationMember.place", cascade="all, delete-orphan"
    )


class RotationMember(Base):
    __tablename__ = "rotation_members"

    rotation_id: Mapped[int] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    technician: Mapped[Technician] = relationship(lazy="joined")


class OverrideRow(Base):
    """One technician covers for another, or for everybody on a layer."""

    __tablename__ = "overrides"

    id: Mapped[int] = mapped_column(primary_key=True)
    layer: Mapped[str] = mapped_column(String(40))
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    technician: Mapped[Technician] = relationship(lazy="joined", foreign_keys=[technician_id])


class AbsenceRow(Base):
    """A technician is off."""

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class CalendarKey(Base):
    """The secret in the address of a calendar feed: one technician's shifts, or the whole rota."""

    __tablename__ = "calendar_keys"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CalendarSource(Base, Claimable):
    """An external calendar that a layer's shifts are imported from, again and again."""

    __tablename__ = "calendar_sources"

    id: Mapped[int] = mapped_column(primary_key=True)
    layer: Mapped[str] = mapped_column(String(40))
    url: Mapped[str] = mapped_column(Text)  # a secret: anyone who has it can read the calendar
    read_at: Mapped[datetime | None]
    next_action_at: Mapped[datetime | None] = mapped_column(nullable=False)
    trouble: Mapped[str] = mapped_column(Text, default="")


class ClosureRow(Base):
    __tablename__ = "closures"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    opens: Mapped[bool]
    reason_en: Mapped[str]
    reason_fr: Mapped[str]


class HolidayChange(Base):
    """A supervisor's change to the statutory holidays: a day removed, or one added."""

    __tablename__ = "holiday_changes"

    day: Mapped[date] = mapped_column(primary_key=True)
    struck: Mapped[bool]
    name_en: Mapped[str] = mapped_column(default="")
    name_fr: Mapped[str] = mapped_column(default="")


class User(Base):
    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("technician_id", name="one_user_each"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[Role]
    created_at: Mapped[datetime]
    logged_in_at: Mapped[datetime | None]  # when they last did
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id", name="who_is_paged"))
    second_factor: Mapped[str] = mapped_column(default="")  # the secret shared with an app, or "" for none
    second_factor_step: Mapped[int] = mapped_column(default=0)  # of the last accepted code, so that no code works twice
    factor_due_at: Mapped[datetime | None]  # from then on, they must have a second factor
    lock_told_at: Mapped[datetime | None]  # when they and the supervisors were last alerted to failed logins
    technician: Mapped[Technician | None] = relationship(lazy="joined")
    passkeys: Mapped[list[Passkey]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", passive_deletes=True, order_by="Passkey.id"
    )


class LoginSession(Base):
    """One login of a user in one browser. Its cookie holds a random key; the row holds the key's SHA-256.

    A session that ends is deleted; the audit log keeps who ended it.
    """

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    is_half: Mapped[bool]  # the password was right, the second factor is awaited
    began_at: Mapped[datetime]
    used_at: Mapped[datetime] = mapped_column(index=True)
    peer: Mapped[str] = mapped_column(String(64))  # the address it was begun from
    agent: Mapped[str] = mapped_column(String(200))  # the browser, as it names itself


class FailedLogin(Base):
    """A wrong password or code. Unknown addresses are counted too, so a lock does not reveal who has an account."""

    __tablename__ = "failed_logins"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256 of what was typed as the address
    peer: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(64))  # a browser that this user logged in with before, or ""


class Passkey(Base):
    """A WebAuthn credential of a user."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url
    public_key: Mapped[str] = mapped_column(Text)  # base64url
    sign_count: Mapped[int] = mapped_column(BigInteger)  # an unsigned 32-bit number
    name: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """The HMAC of a code that replaces a user's second factor once. It is deleted when it is used."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))


class Invitation(Base):
    """A link with which a user chooses a password, once. The row holds the SHA-256 of its key."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who saw or changed what. The database refuses to change or delete a row: see `callbacks.records.audit_log`."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str]  # a mail address, or "command line"
    what: Mapped[str]
    detail: Mapped[str] = mapped_column(Text, default="")  # JSON; words where the scheme is SHA256
    seal: Mapped[str] = mapped_column(String(64))  # of this entry and the one before
    scheme: Mapped[SealScheme] = mapped_column(default=SealScheme.HMAC)


class EventSeal(Base):
    """A seal over the events up to one of them, the seal before, and the audit log as it was then.

    The database refuses to change or delete a row: see `callbacks.records.event_seals`.
    """

    __tablename__ = "event_seals"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    last_event_id: Mapped[int] = mapped_column(index=True)
    events: Mapped[int]  # how many there were up to that one
    last_entry_id: Mapped[int]
    entries: Mapped[int]  # how many the audit log had
    entry_seal: Mapped[str] = mapped_column(String(64))  # of the last of them
    seal: Mapped[str] = mapped_column(String(64))


class Emptying(Base):
    """A removal of details from one of the logs, which changes nothing else of their rows.

    The database refuses to change or delete a row: see `callbacks.records.emptying`.
    """

    __tablename__ = "emptyings"
    __table_args__ = (Index("emptyings_by_row", "log", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]  # an email address, "command line", or the desk for its retention time
    log: Mapped[EmptiedLog]
    row_id: Mapped[int]  # of the seal of the events, or of the audit entry; 0 for events that had no seal yet
    emptied: Mapped[int]  # how many rows lost their details
    content: Mapped[str] = mapped_column(String(64))  # a seal over what is left; "" for events that had no seal yet
    seal: Mapped[str] = mapped_column(String(64))  # of this row and the one before


IN_A_BOX = "box <> ''"


class Contact(Base):
    """One time that a customer turned to us: a call, a mail, or what a technician wrote down for them.

    The columns from `attestation` on are of calls only.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        Index("calls_to_boxes", "began_at", "sid", sqlite_where=text(IN_A_BOX), postgresql_where=text(IN_A_BOX)),
    )
    __mapper_args__ = {"polymorphic_on": "way"}  # noqa: RUF012

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)  # the carrier's, of a call; else our own
    way: Mapped[ContactWay] = mapped_column(default=ContactWay.CALL)
    line: Mapped[str] = mapped_column(String(40))  # that was called; "" if none was
    mailbox: Mapped[str] = mapped_column(String(40), default="")  # that was written to; "" if none was
    # As the carrier or the mail gave it: a number, a mail address, a word, or nothing.
    caller: Mapped[str] = mapped_column(String(255), index=True)
    caller_name: Mapped[str] = mapped_column(String(100), default="")  # as the carrier, the mail or a person gave it
    customer_number: Mapped[str | None] = mapped_column(String(20), index=True)  # only if it can be called
    extension: Mapped[str] = mapped_column(String(12), default="")  # of the customer's number; keys to press there
    began_at: Mapped[datetime] = mapped_column(index=True)  # of a mail: when it reached the mailbox
    language: Mapped[str] = mapped_column(String(5), default="en")
    language_chosen: Mapped[bool] = mapped_column(default=False)  # by the caller, by key
    language_known: Mapped[bool] = mapped_column(default=False)  # before any key; if neither, it is the line's
    is_open: Mapped[bool]  # whether it was in support hours when this began
    hours_reason: Mapped[str] = mapped_column(Text, default="")
    is_separate: Mapped[bool] = mapped_column(default=False)  # not about the open callback: it joins none
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.NONE)
    product: Mapped[str] = mapped_column(default="")  # chosen by key
    wants_manager_at: Mapped[datetime | None]
    named_time_at: Mapped[datetime | None]  # when the customer asked to be called, by key
    person_deleted_at: Mapped[datetime | None]  # when the customer's number, address and name were deleted
    ended_at: Mapped[datetime | None]
    outcome: Mapped[CallOutcome] = mapped_column(default=CallOutcome.IN_PROGRESS)
    attestation: Mapped[str] = mapped_column(String(60), default="")  # STIR, as given
    promised_at: Mapped[datetime | None]  # when the prompts that promise a call back were over, at the earliest
    waited_from: Mapped[datetime | None]  # in support hours: when the wait for a technician began
    beep_at: Mapped[datetime | None]  # when the caller was asked for a message
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    screening: Mapped[Screening] = mapped_column(default=Screening.NONE)
    key_pressed: Mapped[bool] = mapped_column(default=False)  # the caller pressed any key: hardly a robot
    webhooks_missed: Mapped[bool] = mapped_column(default=False)  # so keys and attestation may be unknown
    box: Mapped[str] = mapped_column(String(40), default="")  # the voicemail box of a menu; "" for support
    accepted_by: Mapped[Technician | None] = relationship(lazy="joined", foreign_keys=[accepted_by_id])
    voicemails: Mapped[list[Voicemail]] = relationship(back_populates="call", order_by="Voicemail.id")
    voicemail: Mapped[Voicemail | None] = relationship(
        primaryjoin="and_(Voicemail.call_sid == Contact.sid, Voicemail.is_replaced == False)",
        viewonly=True,
    )
    callback: Mapped[Callback | None] = relationship(back_populates="contact")

    @property
    def callers_language(self) -> str:
        """The language of the caller: "en" or "fr", or "" while only that of the line is known."""
        return self.language if self.language_chosen or self.language_known else ""


class Call(Contact):
    """A phone call to one of our lines."""

    __mapper_args__ = {"polymorphic_identity": ContactWay.CALL}  # noqa: RUF012


class Mail(Contact):
    """A mail to one of our mailboxes. What it says is in `MailMessage`."""

    __mapper_args__ = {"polymorphic_identity": ContactWay.MAIL}  # noqa: RUF012

    message: Mapped[MailMessage | None] = relationship(viewonly=True)


class Conversation(Contact):
    """What a technician wrote down for a customer who turned to them: on the phone, at the counter."""

    __mapper_args__ = {"polymorphic_identity": ContactWay.BY_HAND}  # noqa: RUF012


COUNTS = "is_replaced = false"


class Voicemail(Base, Claimable):
    """A recording of a caller's message. Of a call's recordings, the last one counts."""

    __tablename__ = "voicemails"
    __table_args__ = (
        Index("voicemails_to_copy", "next_action_at"),
        Index("one_that_counts", "call_sid", unique=True, sqlite_where=text(COUNTS), postgresql_where=text(COUNTS)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("contacts.sid"), index=True)
    recording_sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[VoicemailState]
    seconds: Mapped[int | None]
    audio: Mapped[AudioState] = mapped_column(default=AudioState.NONE)
    audio_file: Mapped[str | None]
    audio_sha256: Mapped[str | None] = mapped_column(String(64))
    transcript: Mapped[str] = mapped_column(Text, default="")
    transcribed_by: Mapped[TranscribedBy] = mapped_column(default=TranscribedBy.NOT_YET)
    tries: Mapped[int] = mapped_column(default=0)
    missing_since: Mapped[datetime | None]  # since then the carrier has answered "not found" each time
    is_replaced: Mapped[bool] = mapped_column(default=False)  # the caller recorded again: the later one counts
    gist: Mapped[str] = mapped_column(String(200), default="")  # one line, by a machine
    guessed_urgency: Mapped[Urgency] = mapped_column(default=Urgency.NONE)  # by a machine, from the words
    call: Mapped[Call] = relationship(back_populates="voicemails")


class BoxMail(Base, Claimable):
    """A mail about a message in another box than that of support. It is retried until it is sent."""

    __tablename__ = "box_mails"
    __table_args__ = (Index("box_mails_to_send", "next_action_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    voicemail_id: Mapped[int] = mapped_column(ForeignKey("voicemails.id"), unique=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")  # why the last try failed
    voicemail: Mapped[Voicemail] = relationship(lazy="joined")


BROKEN = "breached_at IS NOT NULL"


class Callback(Base):
    """What we owe a customer: a call back, and a resolution."""

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("callbacks_to_decide", "next_action_at"),
        Index("callbacks_by_due", "state", "due_at"),
        Index("callbacks_by_deadline", "due_at", "id"),
        Index("callbacks_by_opening", "opened_at", "id"),
        Index("callbacks_of_owner", "owner_id", "opened_at", "id"),
        Index("callbacks_by_priority", "priority", "opened_at", "id"),
        Index("callbacks_broken", "opened_at", "id", sqlite_where=text(BROKEN), postgresql_where=text(BROKEN)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    contact_sid: Mapped[str] = mapped_column(ForeignKey("contacts.sid"), unique=True)  # that opened it
    state: Mapped[CallbackState] = mapped_column(default=CallbackState.OPEN)
    priority: Mapped[PriorityLevel] = mapped_column(default=PriorityLevel.P2)
    policy: Mapped[str] = mapped_column(String(40), default="default")  # the name of its escalation policy
    origin: Mapped[CallbackOrigin] = mapped_column(default=CallbackOrigin.VOICEMAIL)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    escalating_since: Mapped[datetime | None]  # when it began to escalate again; None: since it opened
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    acknowledged_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]
    resumed: Mapped[bool] = mapped_column(default=False)
    attempted_at: Mapped[datetime | None]  # the first attempt to reach the customer: what stops the paging
    try_again_at: Mapped[datetime | None]  # when the next attempt is due, after one that did not reach the customer
    asked_at: Mapped[datetime | None]  # when the owner was asked for it
    workaround_at: Mapped[datetime | None]  # when a workaround was given: it ends the clock of a P1's resolution
    release: Mapped[str] = mapped_column(String(80), default="")  # the coming release that fixes it (P3)
    release_named_at: Mapped[datetime | None]
    overdue_told_at: Mapped[datetime | None]  # when owner and supervisor last heard that the resolution is overdue
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # when it ended, however it ended; what the desk keeps counts from then
    breached_at: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)  # the next step of the policy
    decisions: Mapped[int] = mapped_column(default=0)
    next_action_at: Mapped[datetime | None]  # when it is looked at again; never None while it is open
    consented_by: Mapped[str | None]  # who allowed a risky number to be called
    consent_refused_by: Mapped[str | None]  # who refused it: then there is no number to call
    product: Mapped[str] = mapped_column(default="")
    coverage: Mapped[Coverage] = mapped_column(default=Coverage.NONE)
    held_until: Mapped[datetime | None]  # nobody is paged before: it can wait, or the customer named a time
    promised_from: Mapped[datetime | None]  # what the promise counts from, if that is not the beginning of the call
    named_time_at: Mapped[datetime | None]  # when the customer asked to be called
    perhaps_robot: Mapped[bool] = mapped_column(default=False)  # nothing shows that a person called
    called_again_told_at: Mapped[datetime | None]  # when the owner last heard that the customer called again
    cancel_asked_at: Mapped[datetime | None]  # when the customer asked for no call back, by text
    outside_ticket: Mapped[str] = mapped_column(String(80), default="")  # its number in another system
    contact: Mapped[Contact] = relationship(lazy="joined", back_populates="callback")
    owner: Mapped[Technician | None] = relationship(lazy="joined")
    joined: Mapped[list[JoinedContact]] = relationship(
        primaryjoin="JoinedContact.callback_id == Callback.id",
        order_by="JoinedContact.joined_at, JoinedContact.contact_sid",
        viewonly=True,
    )


class JoinedContact(Base):
    """A contact about a callback that was open already. It opens none of its own."""

    __tablename__ = "joined_contacts"

    contact_sid: Mapped[str] = mapped_column(ForeignKey("contacts.sid"), primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    joined_at: Mapped[datetime]
    came_from_id: Mapped[int | None] = mapped_column(ForeignKey("callbacks.id"))  # whose it was until that was joined
    contact: Mapped[Contact] = relationship(lazy="joined")
    callback: Mapped[Callback] = relationship(foreign_keys=[callback_id])


# Words are found by their beginning, as a range of the index. PostgreSQL would sort it by the rules of a language.
IN_ORDER_OF_BYTES = String(40).with_variant(String(40, collation="C"), "postgresql")


class FindingWord(Base):
    """A word that finds a callback: from the transcript, a note or a name, or a number, forwards or backwards."""

    __tablename__ = "finding_words"
    __table_args__ = (Index("words_of_callback", "callback_id", "word"),)

    word: Mapped[str] = mapped_column(IN_ORDER_OF_BYTES, primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), primary_key=True)


class PriorityChange(Base):
    """A change of a callback's priority. From then on its clocks run by the new one."""

    __tablename__ = "priority_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    at: Mapped[datetime]
    priority: Mapped[PriorityLevel]


class Waiting(Base):
    """A time of waiting for the customer, during which the clock of the resolution is paused."""

    __tablename__ = "waitings"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Page(Base, Claimable):
    """One notification to one person on one channel, usually about a callback. It is written first, then sent."""

    __tablename__ = "pages"
    __table_args__ = (
        UniqueConstraint("callback_id", "kind", "round", "technician_id", "channel", "number", name="one_page_each"),
        Index("pages_to_send", "next_action_at"),
        Index("pages_by_code", "code"),
        Index("pages_by_time", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int | None] = mapped_column(ForeignKey("callbacks.id"))
    kind: Mapped[PageKind]
    round: Mapped[int] = mapped_column(default=0)  # number of the decision or attempt; 0 for kinds that happen once
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    channel: Mapped[Channel]
    number: Mapped[PhoneSlot] = mapped_column(default=PhoneSlot.FIRST)
    code: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[PageState] = mapped_column(default=PageState.DUE)
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    answer: Mapped[PageAnswer] = mapped_column(default=PageAnswer.NONE)
    bundled_into_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id", name="bundled_into"), index=True)
    linked_at: Mapped[datetime | None]  # when a message with a link to the technician's screen went out
    live_call_sid: Mapped[str | None] = mapped_column(ForeignKey("contacts.sid", name="live_call"), index=True)
    live_call: Mapped[Call | None] = relationship()  # whose caller waits on the line
    callback: Mapped[Callback | None] = relationship(lazy="joined")
    technician: Mapped[Technician] = relationship(lazy="joined")


class PageAttempt(Base):
    """One request to the carrier, written before it is sent."""

    __tablename__ = "page_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[AttemptState] = mapped_column(default=AttemptState.SENDING)
    sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    carrier_status: Mapped[CarrierStatus] = mapped_column(default=CarrierStatus.NONE)
    status_at: Mapped[datetime | None]
    error_code: Mapped[int | None]
    sip_code: Mapped[int | None]  # how the network ended a phone call (RFC 3261)
    error: Mapped[str] = mapped_column(Text, default="")
    page: Mapped[Page] = relationship(lazy="joined")


class EarlyReport(Base):
    """A report about a request whose answer we have not stored yet. It is read when the answer is."""

    __tablename__ = "early_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(64), index=True)
    status: Mapped[CarrierStatus]
    error_code: Mapped[int | None]
    sip_code: Mapped[int | None]
    at: Mapped[datetime]


class ReachAttempt(Base):
    """A try to reach the customer. The first one with a proof keeps the promise of a first reaction."""

    __tablename__ = "attempts"
    __table_args__ = (Index("attempts_by_proof", "proof", "callback_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    tried_at: Mapped[datetime]
    outcome: Mapped[ReachOutcome]
    proof: Mapped[AttemptProof] = mapped_column(default=AttemptProof.WORD)
    rang_at: Mapped[datetime | None]  # when the phone rang, the network refused it, or the mail server took the reply
    is_told: Mapped[bool] = mapped_column(default=False)  # a person reported how it went, not the carrier alone
    told_by: Mapped[str] = mapped_column(String(80))  # "text", "connection", "console, boss@example.com"
    call_sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    leg_sid: Mapped[str | None] = mapped_column(String(64))  # of the customer's phone call, or of the reply by mail
    seconds: Mapped[int | None]
    technician: Mapped[Technician] = relationship(lazy="joined")


class Event(Base):
    """One line of a contact's log. The database refuses to change or delete a row."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_sid: Mapped[str] = mapped_column(ForeignKey("contacts.sid"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]  # one of Actor, a technician's name, or a mail address
    kind: Mapped[EventKind] = mapped_column(
        Enum(
            EventKind,
            native_enum=False,
            validate_strings=True,
            length=40,
            values_callable=lambda kinds: [kind.value for kind in kinds],
        )
    )
    step: Mapped[int | None]  # which escalation step was taken
    detail: Mapped[str] = mapped_column(Text, default="")  # for people; code never reads it


class ReceivedText(Base):
    """A text that we received, and our answer. If the carrier delivers it again, it gets the same answer."""

    __tablename__ = "received_texts"

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    sender: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    understood: Mapped[bool] = mapped_column(default=True)  # False: the answer explains how to reply
    wrong_code: Mapped[bool] = mapped_column(default=False)  # it named a code that the sender has no page with


class ReceivedRequest(Base):
    """A signed request that started something: a call or a text.

    A signature does not cover where fields end, so the same signature with another SID is an altered replay.
    """

    __tablename__ = "received_requests"

    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    sid: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class WorkerSign(Base):
    """The heartbeat of a worker: when it last finished a sweep."""

    __tablename__ = "worker_signs"

    worker: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime]
    swept_at: Mapped[datetime]


class Customer(Base):
    """Somebody whom the desk knows by number or address. Nobody needs to be one to be called back."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="", index=True)
    company: Mapped[str] = mapped_column(default="", index=True)
    language: Mapped[str] = mapped_column(String(5), default="")  # "en", "fr", or "" while it is not known
    is_trial: Mapped[bool] = mapped_column(default=False)  # trial or onboarding: always high priority
    products: Mapped[str] = mapped_column(Text, default="")  # separated by ";"
    notes: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]  # when the person was deleted; the row keeps its shape
    contacts: Mapped[list[CustomerContact]] = relationship(
        lazy="selectin", order_by="CustomerContact.id", cascade="all, delete-orphan"
    )


class CustomerContact(Base):
    """A phone number (E.164) or a mail address (lowercase) of a customer."""

    __tablename__ = "customer_contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ContactKind]
    value: Mapped[str] = mapped_column(unique=True)


class NumberRule(Base):
    """A number that is blocked or allowed, from one instant until another."""

    __tablename__ = "number_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), index=True)  # E.164
    kind: Mapped[NumberRuleKind]
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ends_at: Mapped[datetime | None]  # None: until somebody ends it


class Announcement(Base):
    """What callers hear before the menus of some lines, usually about an outage, and what the status page says."""

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(primary_key=True)
    english: Mapped[str] = mapped_column(Text)
    french: Mapped[str] = mapped_column(Text)
    lines: Mapped[str] = mapped_column(default="")  # names separated by ";"; "" for all
    products: Mapped[str] = mapped_column(Text, default="")  # one a line, because a name may have a semicolon
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(index=True)  # None: until somebody ends it
    notifies: Mapped[bool] = mapped_column(default=False)  # subscribers are told
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    updates: Mapped[list[AnnouncementUpdate]] = relationship(lazy="selectin", order_by="AnnouncementUpdate.id")


class AnnouncementUpdate(Base):
    """One entry in the history of an announcement. Each is sent to every subscriber once."""

    __tablename__ = "announcement_updates"

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    change: Mapped[AnnouncementChange]
    english: Mapped[str] = mapped_column(Text)
    french: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    told_up_to: Mapped[int] = mapped_column(default=0)  # the id of the last subscription with a message about it
    is_told: Mapped[bool] = mapped_column(default=True)  # every subscriber has a message about it


class Subscription(Base):
    """Somebody who wants to be told of outages, or of the end of one."""

    __tablename__ = "subscriptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]  # text or mail
    address: Mapped[str] = mapped_column(index=True)  # E.164, or a mail address
    language: Mapped[str] = mapped_column(String(5))
    announcement_id: Mapped[int | None] = mapped_column(ForeignKey("announcements.id"))  # None: all of them
    by: Mapped[SubscribedBy]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # a mail address is confirmed before it is used
    ended_at: Mapped[datetime | None]


class MailMessage(Base, Claimable):
    """A mail that reached one of our mailboxes, whether or not anybody is to answer it.

    Once its content is deleted, it is claimed until its files are.
    """

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("mailbox", "digest", name="each_mail_once"),
        Index("mails_with_files_to_delete", "next_action_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the mail as it came
    message_id: Mapped[str] = mapped_column(default="", index=True)  # without angle brackets; "" if it has none
    thread: Mapped[str] = mapped_column(Text, default="")  # the message IDs that it answers, a line each
    received_at: Mapped[datetime] = mapped_column(index=True)
    sender: Mapped[str] = mapped_column(default="", index=True)  # lowercase; "" if there is not exactly one
    sender_name: Mapped[str] = mapped_column(String(100), default="")
    subject: Mapped[str] = mapped_column(default="")
    kind: Mapped[MailKind]
    words: Mapped[str] = mapped_column(Text, default="")  # what is new in it, as plain text
    quoted: Mapped[str] = mapped_column(Text, default="")  # quotes and signature
    note: Mapped[str] = mapped_column(Text, default="")  # why something of it is not shown, a line each
    authentication: Mapped[str] = mapped_column(Text, default="")  # "spf=pass dkim=none dmarc=fail", as our server says
    size: Mapped[int]  # bytes
    file: Mapped[str | None]  # the mail as it came, in the media store; None once it is deleted
    content_deleted_at: Mapped[datetime | None]  # nobody can read it from then on
    tries: Mapped[int] = mapped_column(default=0)  # to delete its files
    contact_sid: Mapped[str | None] = mapped_column(ForeignKey("contacts.sid"), unique=True)
    attachments: Mapped[list[MailAttachment]] = relationship(order_by="MailAttachment.id")


class MailAttachment(Base):
    """A file that came with a mail."""

    __tablename__ = "mail_attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_id: Mapped[int] = mapped_column(ForeignKey("mails.id"), index=True)
    name: Mapped[str]  # as the sender named it, without folders and control characters
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]  # bytes
    file: Mapped[str | None]  # in the media store; None if it was refused or deleted
    sha256: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")  # why it was refused


class MailboxMark(Base, Claimable):
    """How far a mailbox has been read by IMAP. One worker at a time holds it."""

    __tablename__ = "mailbox_marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox: Mapped[str] = mapped_column(String(40), unique=True)
    uid_validity: Mapped[int | None] = mapped_column(BigInteger)  # the mailbox's UIDs count only with this (RFC 3501)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    checked_at: Mapped[datetime | None]  # when the server last answered
    failing_since: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")
    told_at: Mapped[datetime | None]  # when supervisors were told of the failure


class CustomerMessage(Base, Claimable):
    """A text or mail to a customer or a subscriber. It is written first, then sent."""

    __tablename__ = "customer_messages"
    __table_args__ = (
        UniqueConstraint("kind", "occasion", "address", name="one_message_each"),
        Index("customer_messages_to_send", "next_action_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CustomerMessageKind]
    occasion: Mapped[str] = mapped_column(String(64))  # the row that it is about: a call, an attempt, an update
    channel: Mapped[Channel]
    address: Mapped[str] = mapped_column(index=True)  # E.164, or a mail address
    language: Mapped[str] = mapped_column(String(5))
    words: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(default="")  # of a mail; "" for the usual one of its kind
    message_id: Mapped[str] = mapped_column(default="", index=True)  # of a mail, the same each time it is sent
    in_reply_to: Mapped[str] = mapped_column(default="")  # the message ID that a mail answers
    sent_by: Mapped[str] = mapped_column(default="")  # the person who wrote it; "" for the desk
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id", name="replied_for"))  # whose attempt
    awaits_answer: Mapped[bool] = mapped_column(default=False)  # once it is sent, the desk waits for the customer
    callback_id: Mapped[int | None] = mapped_column(ForeignKey("callbacks.id"), index=True)
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("subscriptions.id"))
    state: Mapped[CustomerMessageState] = mapped_column(default=CustomerMessageState.DUE)
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # when the carrier was last asked; its answer may have been lost
    tries: Mapped[int] = mapped_column(default=0)
    sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    carrier_status: Mapped[CarrierStatus] = mapped_column(default=CarrierStatus.NONE)
    error_code: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    callback: Mapped[Callback | None] = relationship(viewonly=True)


class BillingConsent(Base):
    """A customer's consent to billable work on a callback. It holds until it is withdrawn or a later one is given."""

    __tablename__ = "billing_consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    given_by: Mapped[str] = mapped_column(String(100))  # a person at the customer's
    way: Mapped[ConsentWay]
    given_at: Mapped[datetime]
    scope: Mapped[str] = mapped_column(Text)  # what was agreed
    minutes: Mapped[int | None]  # the most that may be billed for the callback in all; None for no limit
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class WorkEntry(Base):
    """Minutes that somebody worked on a callback, with what the callback was about and how it was covered then."""

    __tablename__ = "work_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))  # None: a supervisor's work
    worked_by: Mapped[str]  # their name, or their email address
    minutes: Mapped[int]
    worked_at: Mapped[datetime] = mapped_column(index=True)  # when the work ended
    product: Mapped[str]
    coverage: Mapped[Coverage]
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("billing_consents.id"))  # of billable work
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))  # the attempt, reply, note or resolution
    removed_at: Mapped[datetime | None]  # it does not count; the callback's log says why
    callback: Mapped[Callback] = relationship(viewonly=True)
    consent: Mapped[BillingConsent | None] = relationship(viewonly=True)
    event: Mapped[Event] = relationship(viewonly=True)


class Watermark(Base):
    """A named instant: see `callbacks.db.marks`."""

    __tablename__ = "watermarks"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime]
