"""Minutes worked: recorded with attempts, replies, notes and resolutions, refused without consent, corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Act, Via
from callbacks.acts.billing_consents import RecordBillingConsent
from callbacks.acts.details import AddNote, SetProduct
from callbacks.acts.joining_callbacks import Join
from callbacks.acts.ownership import Take
from callbacks.acts.replies import ReplyByMail
from callbacks.acts.splitting import Split
from callbacks.acts.work import CorrectMinutes, MinutesRefused, minutes_in
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, ConsentWay, Coverage, PageKind, ReportedOutcome
from callbacks.db.tables import Event, WorkEntry
from callbacks.records.work import work_of
from callbacks.text.bilingual import Words
from callbacks.text.formats import clock_time
from tests.callbacks.acts.night import NOW, SUE, Night

COVERED, MIGRATION = "modusHosted", "server upgrades and migrations"
MINUTE = timedelta(minutes=1)
AGREED = RecordBillingConsent("Bob Martin", ConsentWay.PHONE, "the migration to the new server", 60)


@pytest.fixture
def billable(night: Night) -> Night:
    """The callback turns out to be a migration, and is Amy's. Nobody has asked the customer yet."""
    night.amy_does(Take())
    night.amy_does(SetProduct(MIGRATION))
    return night


def entries(night: Night) -> list[WorkEntry]:
    return night.session.execute(select(WorkEntry).order_by(WorkEntry.id)).scalars().all()  # type: ignore[return-value]


def what(entry: WorkEntry) -> EventKind:
    return entry.event.kind


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (ReportOutcome(ReportedOutcome.NO_ANSWER, minutes=25), EventKind.ATTEMPT),
        (ReportOutcome(ReportedOutcome.WRONG_NUMBER, minutes=25), EventKind.ATTEMPT),
        (ReportOutcome(ReportedOutcome.WORKAROUND, minutes=25), EventKind.WORKAROUND_GIVEN),
        (ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True, minutes=25), EventKind.RESOLVED),
        (AddNote("checked the logs", 25), EventKind.NOTE),
    ],
)
def test_minutes_belong_to_the_act_that_they_came_with(night: Night, act: Act, kind: EventKind) -> None:
    night.amy_does(Take())
    night.amy_does(SetProduct(COVERED))
    answer = night.amy_does(act, Via.LINK)
    assert answer.english.endswith(" 25 min noted.")
    assert answer.french.endswith(" 25 min notées.")
    (entry,) = entries(night)
    assert (what(entry), entry.worked_by, entry.technician_id) == (kind, "Amy Roy", night.amy.id)
    assert (entry.minutes, entry.worked_at, entry.coverage, entry.product) == (25, NOW, Coverage.COVERED, COVERED)
    assert night.events(EventKind.WORK_RECORDED) == [("Amy Roy", EventKind.WORK_RECORDED, "25 min, covered")]


def test_a_form_that_was_sent_twice_counts_once(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(AddNote("checked the logs", 25))
    night.now += timedelta(seconds=3)
    with pytest.raises(MinutesRefused, match="These minutes are recorded already"):
        night.amy_does(AddNote("checked the logs", 25))
    night.sue_does(AddNote("she did, and so did I", 25))
    night.now += MINUTE
    night.amy_does(AddNote("and again", 25))
    assert [entry.worked_at - NOW for entry in entries(night)] == [
        MINUTE * 0,
        timedelta(seconds=3),
        timedelta(seconds=63),
    ]


def test_acts_without_minutes_record_none(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    night.amy_does(AddNote("rang twice"))
    assert entries(night) == []


def test_a_supervisor_reports_for_the_owner_and_notes_for_themselves(night: Night) -> None:
    night.amy_does(Take())
    night.sue_does(ReportOutcome(ReportedOutcome.NO_ANSWER, minutes=5))
    night.sue_does(AddNote("called the vendor", 10))
    night.session.flush()
    assert [(each.worked_by, each.technician_id) for each in entries(night)] == [("Amy Roy", night.amy.id), (SUE, None)]


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_minutes_are_from_one_to_a_day(night: Night, minutes: int) -> None:
    assert night.refusal(AddNote("long", minutes), night.by(night.amy)) == wording.NOT_MINUTES


def test_a_whole_day_of_minutes_is_taken(night: Night) -> None:
    night.amy_does(AddNote("long", 1440))


@pytest.mark.parametrize(("ended", "is_taken"), [(-31 * 24 * 60, True), (-31 * 24 * 60 - 1, False), (1, False)])
def test_work_ended_lately(night: Night, ended: int, is_taken: bool) -> None:
    act, by = AddNote("on Friday", 25, NOW + ended * MINUTE), night.by(night.amy)
    if not is_taken:
        assert night.refusal(act, by) == wording.not_a_time_worked(31)
        return
    night.does(act, by)
    assert [each.worked_at for each in entries(night)] == [NOW + ended * MINUTE]


@pytest.mark.parametrize(("text", "minutes"), [("", None), (" ", None), ("25", 25), (" 1440 ", 1440), ("99999", 99999)])
def test_the_field_of_a_form(text: str, minutes: int | None) -> None:
    assert minutes_in(text) == minutes


@pytest.mark.parametrize("text", ["x", "1.5", "-5", "1h", "²", "٢٥", "123456", "25 m"])
def test_a_field_with_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MinutesRefused, match="whole number"):
        minutes_in(text)


# Consent


BILLABLE_ACTS = [
    ReportOutcome(ReportedOutcome.CONTINUING, minutes=25),
    ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True, minutes=25),
    AddNote("moved the mailboxes", 25),
]


@pytest.mark.parametrize("act", BILLABLE_ACTS)
def test_billable_minutes_need_a_consent_and_nothing_is_done_without(billable: Night, act: Act) -> None:
    reference = billable.callback.reference
    assert billable.refusal(act, billable.by(billable.amy, Via.LINK)) == wording.work_needs_consent(reference)
    assert (billable.callback.state, billable.attempts()) == (CallbackState.OPEN, [])
    billable.amy_does(AGREED)
    billable.now = NOW + 25 * MINUTE
    billable.amy_does(act, Via.LINK)
    (entry,) = entries(billable)
    assert (entry.coverage, entry.consent.given_by if entry.consent else None) == (Coverage.BILLABLE, "Bob Martin")


def test_the_consent_is_from_before_the_work_began(billable: Night) -> None:
    billable.amy_does(AGREED)
    billable.now = NOW + 24 * MINUTE
    by = billable.by(billable.amy)
    assert billable.refusal(AddNote("moved", 25), by) == began_before_consent(billable, 1)
    billable.does(AddNote("moved", 24), by)
    assert billable.refusal(AddNote("moved", 24, NOW + 23 * MINUTE), by) == began_before_consent(billable, 1)


def began_before_consent(night: Night, minutes: int) -> Words:
    """Return the refusal of work that began so many minutes before the consent, which was given at NOW."""
    began, given = (clock_time(at, night.desk.zone) for at in (NOW - minutes * MINUTE, NOW))
    fr_began, fr_given = (clock_time(at, night.desk.zone, "fr") for at in (NOW - minutes * MINUTE, NOW))
    return wording.work_began_before_consent(
        night.callback.reference, Words(f"at {began}", f"à {fr_began}"), Words(f"at {given}", f"à {fr_given}")
    )


def test_minutes_keep_the_coverage_that_they_were_recorded_under(night: Night) -> None:
    night.amy_does(SetProduct(COVERED))
    night.amy_does(AddNote("looked into it", 10))
    answer = night.amy_does(SetProduct(MIGRATION))
    assert answer == wording.product_set(night.callback.reference, needs_consent=True)
    night.amy_does(AGREED)
    assert night.amy_does(SetProduct(MIGRATION)) == wording.product_set(night.callback.reference, needs_consent=False)
    night.now = NOW + 30 * MINUTE
    night.amy_does(AddNote("moved", 30))
    assert [(each.coverage, each.product) for each in entries(night)] == [
        (Coverage.COVERED, COVERED),
        (Coverage.BILLABLE, MIGRATION),
    ]
    sums = work_of(night.session, night.callback).sums
    assert (sums.covered, sums.billable, sums.minutes) == (10, 30, 40)


def test_more_than_agreed_is_recorded_with_a_warning(billable: Night) -> None:
    billable.amy_does(AGREED)
    billable.now = NOW + 90 * MINUTE
    exactly = billable.amy_does(AddNote("moved the mailboxes", 60))
    assert exactly.english.endswith("1 h 00 min noted.")
    over = billable.amy_does(AddNote("and the archive", 30))
    assert over.english.endswith(
        "30 min noted. That makes 1 h 30 min billable, and the customer agreed to 1 h 00 min. "
        "Ask them before you go on."
    )
    assert billable.texts(billable.amy, PageKind.OVER_AGREED) == []


def test_the_owner_is_told_when_somebody_else_works_more_than_agreed(billable: Night) -> None:
    billable.amy_does(AGREED)
    billable.now = NOW + 90 * MINUTE
    billable.does(AddNote("moved everything", 90), billable.by(billable.ben))
    (text,) = billable.texts(billable.amy, PageKind.OVER_AGREED)
    assert f"1 h 30 min billable on {billable.callback.reference}" in text
    assert "agreed to 1 h 00 min" in text


def test_a_reply_is_written_even_if_its_minutes_are_refused(billable: Night) -> None:
    billable.callback.contact.caller = "bob@acme.example"
    answer = billable.amy_does(ReplyByMail("We can move it for you.", minutes=5))
    assert "5 min not noted" in answer.english
    assert (len(billable.events(EventKind.REPLY_WRITTEN)), entries(billable)) == (1, [])
    billable.amy_does(AGREED)
    billable.now = NOW + 5 * MINUTE
    assert billable.amy_does(ReplyByMail("It is moved.", minutes=5)).english.endswith("5 min noted.")
    assert [what(each) for each in entries(billable)] == [EventKind.REPLY_WRITTEN]


def test_what_was_recorded_before_two_callbacks_were_joined_counts_for_the_one_that_stays(billable: Night) -> None:
    other = billable.callback_of("CA8")
    billable.amy_does(AGREED)
    billable.now = NOW + 30 * MINUTE
    billable.amy_does(AddNote("moved", 30))
    joined = billable.callback
    billable.amy_does(Join(other.reference, is_confirmed=True))
    work = work_of(billable.session, other)
    assert (work.sums.billable, [each.given_by for each in work.consents]) == (30, ["Bob Martin"])
    billable.callback = other
    billable.sue_does(Split(joined.contact_sid))
    assert work_of(billable.session, other).entries == []
    assert work_of(billable.session, joined).sums.billable == 30


# Corrections


def test_minutes_are_corrected_and_the_log_keeps_what_they_were(night: Night) -> None:
    night.amy_does(AddNote("looked into it", 25))
    answer = night.amy_does(CorrectMinutes(entries(night)[0].id, 20, "a typo"))
    assert answer.english == "Corrected: 20 min."
    assert [each.minutes for each in entries(night)] == [20]
    (logged,) = night.events(EventKind.WORK_CORRECTED)
    assert logged[2] == "25 min of Amy Roy changed to 20 min: a typo"


def test_minutes_are_removed_and_count_no_more(night: Night) -> None:
    night.amy_does(AddNote("looked into it", 25))
    (entry,) = entries(night)
    night.sue_does(CorrectMinutes(entry.id, 0, "another callback"))
    assert work_of(night.session, night.callback).sums.minutes == 0
    assert (entry.minutes, entry.removed_at) == (25, NOW)
    assert night.events(EventKind.WORK_CORRECTED)[0][2] == "25 min of Amy Roy removed: another callback"
    assert night.refusal(CorrectMinutes(entry.id, 5, "again"), night.at_console()) == wording.NO_SUCH_MINUTES


def test_a_correction_needs_a_reason_and_the_one_who_worked(night: Night) -> None:
    night.amy_does(AddNote("looked into it", 25))
    (entry,) = entries(night)
    assert night.refusal(CorrectMinutes(entry.id, 20, ""), night.by(night.amy)) == wording.REASON_TO_CORRECT
    assert night.refusal(CorrectMinutes(entry.id, 20, "x"), night.by(night.ben)) == wording.ONLY_OWN_MINUTES
    assert night.refusal(CorrectMinutes(entry.id, 1441, "x"), night.by(night.amy)) == wording.NOT_MINUTES
    assert night.refusal(CorrectMinutes(None, 20, "x"), night.by(night.amy)) == wording.NO_SUCH_MINUTES


def test_a_correction_of_billable_minutes_keeps_to_the_consent(billable: Night) -> None:
    billable.amy_does(AGREED)
    billable.now = NOW + 30 * MINUTE
    billable.amy_does(AddNote("moved", 30))
    billable.amy_does(SetProduct(COVERED))
    (entry,) = entries(billable)
    longer = CorrectMinutes(entry.id, 31, "longer")
    assert billable.refusal(longer, billable.by(billable.amy)) == began_before_consent(billable, 1)


def test_the_log_of_the_event_stays_what_it_was(night: Night) -> None:
    """The entry points to the note, not to the line about the minutes."""
    night.amy_does(AddNote("looked into it", 25))
    (entry,) = entries(night)
    assert night.session.get_one(Event, entry.event_id).detail == "looked into it"
