"""The technician's screen behind the link in a text: who it lets in, what its buttons do, and what it keeps secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from callbacks.acts.leaving import leave_team
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    AttemptProof,
    CallbackState,
    Channel,
    Coverage,
    PageAnswer,
    PageKind,
    PhoneSlot,
    PriorityLevel,
    ReachOutcome,
)
from callbacks.db.tables import Call, Callback, Event, Page, ReachAttempt, Technician
from callbacks.inbound import calls
from callbacks.lifecycle.transitions import Change, change_state
from callbacks.oncall import store
from callbacks.paging import alerts
from callbacks.paging.pages import add_page
from callbacks.people import contact_methods
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from tests.acting import takes
from tests.callbacks.console.console import BEGAN, DESK, Console


@pytest.fixture
def bare(console: Console) -> str:
    """Return the address of Amy's screen, which nobody has opened."""
    page = console.database.read(lambda session: session.scalars(select(Page)).one())
    return address(console, page)


@pytest.fixture
def link(console: Console, bare: str) -> str:
    """Return the address of Amy's screen, on which she has pressed the button."""
    opens(console, bare)
    return bare


def opens(console: Console, link: str) -> str:
    """Press the button that shows the number and the message, and return the screen that follows."""
    answer = console.client.post(f"{link}/open")
    assert (answer.status_code, answer.headers["Location"]) == (303, link)
    return console.client.get(link).text


def address(console: Console, page: Page) -> str:
    return console.links.page(page.id, BEGAN).removeprefix("https://desk.test")


def presses(console: Console, link: str, button: str, **fields: str) -> str:
    """Press a button, and return the screen that follows. The link is the key: there is no token."""
    answer = console.client.post(f"{link}/{button}", data=fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, link)
    return console.client.get(link).text


def speaks_french(console: Console) -> None:
    console.database.write(lambda s: setattr(technician_named(s, "Amy Roy"), "language", "fr"))


def test_the_link_alone_lets_its_holder_act_as_the_technician(console: Console, link: str) -> None:
    assert f"{console.reference} is yours." in presses(console, link, "take")
    owner = console.callback.owner
    assert owner is not None
    assert owner.name == "Amy Roy"


def test_an_outcome_is_an_attempt_by_the_technicians_word(console: Console, link: str) -> None:
    presses(console, link, "number", number="514 555 0142")
    presses(console, link, "outcome", outcome="no answer")
    attempt = console.database.read(lambda session: session.scalars(select(ReachAttempt)).one())
    assert (attempt.outcome, attempt.told_by) == (ReachOutcome.NO_ANSWER, "link")
    presses(console, link, "outcome", outcome="resolved")
    assert console.callback.state is CallbackState.RESOLVED


def test_the_product_and_its_coverage_are_recorded_in_the_technicians_language(console: Console, link: str) -> None:
    assert "<dd>not known</dd>" in console.client.get(link).text
    assert "DNS (courtesy)" in presses(console, link, "product", product="DNS", coverage="")
    speaks_french(console)
    page = presses(console, link, "product", product="DNS", coverage="billable")
    assert "DNS (facturable)" in page
    assert '<optgroup label="couvert">' in page
    assert "pas dans la liste des produits" in presses(console, link, "product", product="a pizza")
    assert (console.callback.product, console.callback.coverage) == ("DNS", Coverage.BILLABLE)


def test_a_priority_is_chosen_by_its_meaning_and_examples(console: Console, link: str) -> None:
    assert "For example: no mail flow" in console.client.get(link).text
    speaks_french(console)
    page = presses(console, link, "priority", priority="P1")
    assert console.callback.priority is PriorityLevel.P1
    assert "Par exemple : plus aucun courriel ne circule" in page
    assert "For example" not in page
    assert "Choisissez une priorité." in presses(console, link, "priority", priority="P9")


def withheld(console: Console) -> None:
    def work(session: Session) -> None:
        call = session.scalars(select(Call)).one()
        call.caller, call.customer_number = "anonymous", None


def caller_is_abroad(console: Console, asked: bool) -> None:
    """The caller is abroad; Amy is asked for consent if `asked`."""

    def work(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        callback.contact.caller, callback.contact.customer_number = "+33142685300", None
        if asked:
            amy = technician_named(session, "Amy Roy")
            add_page(session, callback, amy.id, ContactMethod(Channel.TEXT), PageKind.CONSENT, 9, BEGAN, "?", "4321")

    console.database.write(work)


def test_resolved_without_a_call_is_to_be_confirmed_by_another_button(console: Console, link: str) -> None:
    for _ in range(2):  # pressed twice, it is not confirmed
        page = presses(console, link, "outcome", outcome="resolved")
        assert "Confirm that they were reached." in page
        assert console.callback.state is CallbackState.OPEN
    assert "Yes, the customer was reached: resolved" in page
    presses(console, link, "outcome", outcome="resolved", confirmed="yes")
    assert console.callback.state is CallbackState.RESOLVED


def test_a_number_heard_in_the_message_is_entered(console: Console, link: str) -> None:
    withheld(console)
    page = console.client.get(link).text
    assert "Number heard in the message" in page
    assert "Connect me to the customer" not in page
    assert "No answer" not in page
    page = presses(console, link, "number", number="514 555 0142")
    assert "The number was saved." in page
    assert "Connect me to the customer" in page


@pytest.mark.parametrize("french", [False, True])
def test_no_way_to_reach_needs_a_reason(console: Console, link: str, french: bool) -> None:
    withheld(console)
    if french:
        speaks_french(console)
    refusal = "Écrivez pourquoi" if french else "Write why the customer cannot be reached"
    assert refusal in presses(console, link, "unreachable", why=" ")
    presses(console, link, "unreachable", why="no name, no number")
    assert console.callback.state is CallbackState.UNREACHABLE
    attempt = console.database.read(lambda session: session.scalars(select(ReachAttempt)).one())
    assert attempt.proof is AttemptProof.NO_NUMBER


def test_a_number_abroad_is_shown_with_the_reason_and_only_who_decides_has_the_buttons(
    console: Console, link: str
) -> None:
    caller_is_abroad(console, asked=False)
    shown = console.client.get(link).text
    assert "+33 1 42 68 53 00 (not allowed yet: a number abroad (FR))" in shown
    assert "Allow calls to" not in shown
    assert "Only supervisors and administrators" in presses(console, link, "consent")
    caller_is_abroad(console, asked=True)
    assert "Allow calls to +33 1 42 68 53 00" in console.client.get(link).text
    assert "the number can be called now" in presses(console, link, "consent")
    assert (console.callback.contact.customer_number, console.callback.consented_by) == ("+33142685300", "Amy Roy")


def test_a_number_is_refused_behind_the_link(console: Console, link: str) -> None:
    speaks_french(console)
    caller_is_abroad(console, asked=True)
    assert "pas encore autorisé : un numéro à l&#39;étranger (FR)" in console.client.get(link).text
    assert "le numéro ne sera pas composé" in presses(console, link, "refuse")
    assert console.callback.consent_refused_by == "Amy Roy"


def test_the_language_that_the_caller_chose_is_shown(console: Console, link: str) -> None:
    assert "<dt>Language</dt>" not in console.client.get(link).text
    console.database.write(lambda s: calls.record_language(s.scalars(select(Call)).one(), "fr"))
    assert "<dt>Language</dt><dd>French</dd>" in console.client.get(link).text
    speaks_french(console)
    assert "<dt>Langue</dt><dd>français</dd>" in console.client.get(link).text


def test_pass_gives_it_to_the_next_step_at_once(console: Console, link: str) -> None:
    assert "goes to the next person now" in presses(console, link, "pass")
    page = console.database.read(lambda session: session.scalars(select(Page)).first())
    assert page is not None
    assert (page.answer, console.callback.next_action_at) == (PageAnswer.PASSED, console.clock.now())


@pytest.mark.parametrize("french", [False, True])
@pytest.mark.parametrize(
    ("button", "fields", "english", "in_french"),
    [
        ("outcome", {"outcome": "splendid"}, "Choose how the call went.", "Choisissez comment l&#39;appel"),
        ("note", {"words": " "}, "The note is empty.", "La note est vide."),
        ("take", {}, "Ben Cole has", "Ben Cole s&#39;en occupe"),
    ],
)
def test_a_refusal_is_in_the_technicians_language(
    console: Console, link: str, french: bool, button: str, fields: dict[str, str], english: str, in_french: str
) -> None:
    if french:
        speaks_french(console)

    def bens(session: Session) -> None:
        assert takes(session, DESK, console.callback, technician_named(session, "Ben Cole"), console.clock.now())

    console.database.write(bens)
    assert (in_french if french else english) in presses(console, link, button, **fields)


def scanned(console: Console, link: str) -> list[TestResponse]:
    """Fetch everything at and below an address, as a scanner of links does."""
    answers: list[TestResponse] = []
    for path in ("", "/open", "/take", "/connect", "/pass", "/outcome", "/note", "/message.wav"):
        answers += [console.client.get(link + path), console.client.head(link + path)]
    return answers


def test_fetching_the_link_changes_and_reveals_nothing(console: Console, bare: str) -> None:
    customer_has_a_number(console)

    def records() -> tuple[int, int]:
        events = console.database.read(lambda session: len(session.scalars(select(Event)).all()))
        return events, len(console.audit_entries())

    before = records()
    answers = scanned(console, bare)
    assert [answer.status_code for answer in answers] == [200, 200, *[405] * 12, 404, 404]
    for answer in answers:
        for secret in ("0142", "Bob Smith", "my mail is down", "message.wav"):
            assert secret not in answer.text
        assert "opened" not in answer.headers.get("Set-Cookie", "")
    assert (records(), console.callback.owner) == (before, None)


def customer_has_a_number(console: Console) -> None:
    def work(session: Session) -> None:
        call = session.scalars(select(Call)).one()
        call.caller = call.customer_number = "+15145550142"
        call.caller_name = "Bob Smith"
        assert call.voicemail is not None
        call.voicemail.transcript = "my mail is down"

    console.database.write(work)


def test_the_bare_link_shows_how_it_stands_and_one_button(console: Console, bare: str) -> None:
    shown = console.client.get(bare).text
    for words in (console.reference, "28 min left", "10:42 p.m. (direct line)", "nobody yet"):
        assert words in shown
    assert re.findall(r"<button[^>]*>([^<]*)", shown) == ["Show the number and the message"]
    speaks_french(console)
    assert ">Afficher le numéro et le message</button>" in console.client.get(bare).text


def test_a_press_of_the_button_shows_everything_to_this_browser_for_an_hour(console: Console, bare: str) -> None:
    customer_has_a_number(console)
    shown = opens(console, bare)
    for words in ("(514) 555-0142", "Bob Smith", "my mail is down", f"{bare}/message.wav", "Connect me"):
        assert words in shown
    assert ("Amy Roy", "opened a link in a page") in console.audit_entries()
    assert "555-0142" not in console.web.test_client().get(bare).text
    console.clock.pass_time(timedelta(minutes=59))
    assert "555-0142" in console.client.get(bare).text
    console.clock.pass_time(timedelta(minutes=1))
    assert "555-0142" not in console.client.get(bare).text
    assert console.client.get(f"{bare}/message.wav").status_code == 404


def test_the_cookie_goes_to_this_link_only_and_no_script_reads_it(console: Console, bare: str) -> None:
    cookie = console.client.post(f"{bare}/open").headers["Set-Cookie"]
    name, *flags = cookie.split("; ")
    assert name.startswith("__Secure-opened=")
    assert {"Secure", "HttpOnly", "Max-Age=3600", f"Path={bare}", "SameSite=Lax"} <= set(flags)


def test_the_cookie_of_one_page_opens_no_other(console: Console, bare: str) -> None:
    proof = console.links.opened(1000)
    console.client.set_cookie("__Secure-opened", proof, path=bare)
    customer_has_a_number(console)
    assert "555-0142" not in console.client.get(bare).text


def test_a_button_pressed_after_the_hour_works_and_shows_it_again(console: Console, link: str) -> None:
    customer_has_a_number(console)
    console.clock.pass_time(timedelta(hours=2))
    assert "The note on" in presses(console, link, "note", words="Asked for Bob")
    assert "555-0142" in console.client.get(link).text


def test_after_the_end_the_link_shows_how_it_ended_and_nothing_else(console: Console, link: str) -> None:
    customer_has_a_number(console)
    presses(console, link, "take")
    shown = presses(console, link, "outcome", outcome="resolved", confirmed="yes")
    assert '<span class="standing resolved">resolved</span>' in shown
    assert "<dt>Closed</dt><dd>10:14 p.m.</dd>" in shown
    for secret in ("0142", "Bob Smith", "my mail is down", "message.wav", "<form", "<button"):
        assert secret not in shown
    assert console.client.get(f"{link}/message.wav").status_code == 404
    console.database.write(lambda s: change_state(s.scalars(select(Callback)).one(), Change.REOPEN, BEGAN))
    assert "(514) 555-0142" in opens(console, link)


@pytest.mark.parametrize(
    ("end", "still"),
    [
        (lambda session, amy: contact_methods.end_links(amy, BEGAN + timedelta(minutes=2)), False),
        (lambda session, amy: leave_team(session, amy, BEGAN + timedelta(minutes=2)), False),
        (lambda session, amy: contact_methods.change_number(session, amy, PhoneSlot.FIRST, "5145550177", BEGAN), False),
        (lambda session, amy: contact_methods.change_number(session, amy, PhoneSlot.SECOND, "5145550177", BEGAN), True),
    ],
    ids=["revoked", "left", "number changed", "a second number added"],
)
def test_a_link_ends_with_what_it_was_sent_to(
    console: Console, link: str, end: Callable[[Session, Technician], object], still: bool
) -> None:
    console.database.write(lambda session: end(session, technician_named(session, "Amy Roy")))
    answers = [console.client.get(link), console.client.post(f"{link}/open"), console.client.post(f"{link}/take")]
    assert [answer.status_code for answer in answers] == ([200, 303, 302] if still else [410] * 3)
    assert (console.client.get(f"{link}/message.wav").status_code == 200) is still
    assert (console.callback.owner is not None) is still


@pytest.mark.parametrize("french", [False, True])
def test_an_ended_link_says_what_to_do_in_the_technicians_language(console: Console, bare: str, french: bool) -> None:
    if french:
        speaks_french(console)
    console.clock.pass_time(timedelta(hours=13))
    shown = console.client.get(bare).text
    english, in_french = "Open the link in the newest text", "celui du texto le plus récent"
    assert (english in shown, in_french in shown) == (not french, french)
    forged = console.client.get("/t/forged")
    assert (forged.status_code, english in forged.text, in_french in forged.text) == (410, True, True)


def test_listening_is_on_record_under_the_technicians_name(console: Console, link: str) -> None:
    console.client.head(f"{link}/message.wav")
    assert ("Amy Roy", "heard a message") not in console.audit_entries()
    assert console.client.get(f"{link}/message.wav").data[:4] == b"RIFF"
    assert ("Amy Roy", "heard a message") in console.audit_entries()


def test_a_link_expires_twelve_hours_after_the_page_was_sent(console: Console, link: str) -> None:
    console.clock.move_to(BEGAN + timedelta(hours=11, minutes=59))
    assert console.client.get(link).status_code == 200
    console.clock.move_to(BEGAN + timedelta(hours=12))
    answer = console.client.get(link)
    assert (answer.status_code, "This link no longer works" in answer.text) == (410, True)
    assert console.reference not in answer.text
    assert console.client.post(f"{link}/take").status_code == 410
    assert console.client.get(f"{link}/message.wav").status_code == 404


def test_the_address_is_kept_from_other_sites_caches_and_search_engines(console: Console, link: str) -> None:
    headers = console.client.get(link).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_page_about_no_callback_has_no_screen_and_nothing_to_do(console: Console) -> None:
    def work(session: Session) -> Page:
        alerts.send_test(session, DESK, technician_named(session, "Amy Roy"), BEGAN)
        return session.scalars(select(Page).where(Page.kind == PageKind.TEST)).first()  # type: ignore[return-value]

    link = address(console, console.database.write(work))
    assert console.client.get(link).status_code == 404
    assert console.client.post(f"{link}/open").status_code == 303
    assert console.client.get(link).status_code == 404
    assert console.client.post(f"{link}/take").status_code == 302
    assert console.callback.owner is None
    assert console.client.get(f"{link}/message.wav").status_code == 404


@pytest.mark.parametrize(("french", "line"), [(False, "10:12 p.m., direct line)"), (True, "22 h 12, ligne directe)")])
def test_the_line_is_named_as_each_language_does(console: Console, link: str, french: bool, line: str) -> None:
    if french:
        speaks_french(console)
    assert line in console.client.get(link).text


@pytest.mark.parametrize(
    ("french", "read"), [(False, "to be called after 7:00 a.m. Sunday"), (True, "à rappeler après dimanche 7 h")]
)
def test_the_customer_names_a_time_on_the_phone(console: Console, link: str, french: bool, read: str) -> None:
    if french:
        speaks_french(console)
    assert read in presses(console, link, "time", at="2026-11-29T07:00")
    assert console.callback.named_time_at == DESK.instant("2026-11-29T07:00")
    refused = "Choisissez une heure à venir" if french else "Choose a time that is still to come"
    assert refused in presses(console, link, "time", at="soon")


def test_a_manager_is_asked_for_with_a_reason(console: Console, link: str) -> None:
    def ben_is_the_manager(session: Session) -> None:
        ben = technician_named(session, "Ben Cole")
        store.add_shift(session, DESK, ben, "manager", None, None, BEGAN)

    console.database.write(ben_is_the_manager)
    console.client.post(f"{link}/manager", data={"why": "third time"})
    details = select(Event.detail).where(Event.kind == EventKind.MANAGER_REQUESTED)
    assert console.database.read(lambda session: list(session.scalars(details))) == ["by link: third time"]


def test_the_link_that_the_carrier_plays_opens_no_page_and_a_page_shows_none(console: Console, link: str) -> None:
    media = console.links.message(1).removeprefix("https://desk.test/media/").removesuffix(".wav")
    assert console.client.get(f"/t/{media}").status_code == 410
    assert console.client.get(f"/t/{media}/message.wav").status_code == 404
    token = link.removeprefix("/t/")
    assert console.client.get(f"/media/{token}.wav").status_code == 404
    assert "/media/" not in console.client.get(link).text


def test_a_new_callback_for_the_same_customer_is_theirs_and_opened_once(console: Console, link: str) -> None:
    presses(console, link, "number", number="514 555 0142")
    fields = {"words": "The archive is slow, too.", "priority": "P3", "form": "b" * 32}
    for _ in range(2):
        assert "is open (P3)." in presses(console, link, "new", **fields)
    query = select(Callback).where(Callback.contact_sid == "BH" + "b" * 32)
    opened = console.database.read(lambda session: session.scalars(query).one())
    assert opened.owner is not None
    assert (opened.owner.name, opened.contact.caller) == ("Amy Roy", "+15145550142")
    assert "Choose a priority." in presses(console, link, "new", words="x", priority="P9")
    assert "The note is empty." in presses(console, link, "new", words="", priority="P3")


def test_notes_and_the_outside_ticket_are_shown(console: Console, link: str) -> None:
    presses(console, link, "note", words="rang twice")
    page = presses(console, link, "ticket", number="INC-4711")
    assert ("Amy Roy", "callback: ticket") in console.audit_entries()
    assert "Amy Roy: rang twice" in page
    assert "Outside ticket: INC-4711" in page


def test_only_the_owner_joins_with_another(console: Console, link: str) -> None:
    assert "Only its owner or a supervisor" in presses(console, link, "join", reference="XX-999")
    presses(console, link, "take")
    assert "There is no callback" in presses(console, link, "join", reference="XX-999")
    assert ("Amy Roy", "callback: join") not in console.audit_entries()  # refused
    assert 'name="reference"' in console.client.get(link).text


def test_minutes_and_consent_to_billable_work(console: Console, link: str) -> None:
    assert "Consent to billable work" not in presses(console, link, "take")

    def set_product(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        callback.product, callback.coverage = "server upgrades and migrations", Coverage.BILLABLE

    console.database.write(set_product)
    assert "Consent not on record." in console.client.get(link).text
    refused = presses(console, link, "outcome", outcome="resolved", confirmed="yes", minutes="25")
    assert "no consent of the customer from before the work is on record" in refused
    given = f"{(BEGAN - timedelta(hours=1)).astimezone(DESK.zone):%Y-%m-%dT%H:%M}"
    consent = {"given_by": "Bob", "way": "phone", "given": given, "scope": "the move"}
    screen = presses(console, link, "billing-consent", **consent)
    assert "Consent not on record." not in screen
    assert "Bob, by phone, " in screen
    screen = presses(console, link, "note", words="moved it", minutes="25")
    assert "25 min worked, of it 25 min billable; agreed: no limit" in screen
    presses(console, link, "outcome", outcome="continuing", minutes="5")
    assert "30 min worked" in console.client.get(link).text


def test_enter_in_the_field_for_minutes_reports_nothing(console: Console, link: str) -> None:
    """The key presses the first button of the form."""
    form = console.client.get(link).text.partition('class="outcomes">')[2]
    first = re.search(r"<button[^>]*>", form)
    assert first is not None
    assert first[0] == "<button disabled hidden>"


def test_minutes_and_consent_in_french(console: Console, link: str) -> None:
    def in_french(session: Session) -> None:
        technician_named(session, "Amy Roy").language = "fr"
        callback = session.scalars(select(Callback)).one()
        callback.product, callback.coverage = "server upgrades and migrations", Coverage.BILLABLE

    console.database.write(in_french)
    assert "Accord du client non noté." in console.client.get(link).text
    assert "Minutes travaillées" in console.client.get(link).text
    assert "Choisissez comment le client a donné son accord." in presses(console, link, "billing-consent", way="")
