"""A visitor of the demo writes a mail in the browser, and answers what comes back."""

from __future__ import annotations

from playwright.sync_api import expect

from ivr.rehearsal.demo_mail import WRITER
from tests.browser.browsing import Visit
from tests.browser.demo import Demo

FORGED = "<b>No mail flow</b>"


def test_an_emergency_mail_is_stored_answered_and_answered_again(demo: Demo, visit: Visit) -> None:
    page = visit.opens("/simulator/")
    mail = page.get_by_role("region", name="Write a mail")
    inbox = mail.get_by_role("region", name="Inbox")
    expect(mail.get_by_label("Address")).to_have_value(WRITER[1])
    mail.get_by_label("To").select_option(label="emergency (emergency@desk.example)")
    mail.get_by_label("Subject").fill(FORGED)
    mail.get_by_label("Message").fill("Nothing arrives since nine.")
    mail.get_by_role("button", name="Send").click()
    expect(mail.get_by_role("status")).to_contain_text("Stored. It opened ")
    (reference,) = demo.references()
    expect(mail.get_by_label("Message")).to_have_value("")

    demo.hurries_until(lambda: bool(demo.scenario.phone_of("Amy").phone.texts))
    expect(page.get_by_role("region", name="Amy Roy", exact=True)).to_contain_text(reference)
    receipt = inbox.get_by_role("listitem")
    expect(receipt).to_contain_text(f"[{reference}] Re: {FORGED}")

    receipt.get_by_role("button", name="Reply").click()
    expect(mail.get_by_label("Message")).to_be_focused()
    expect(mail.get_by_label("To")).to_have_value("emergency@desk.example")
    mail.get_by_label("Subject").fill("Something else")
    mail.get_by_label("Message").fill("It is everybody.")
    mail.get_by_role("button", name="Send").click()
    expect(mail.get_by_role("status")).to_have_text(f"Stored. It joined {reference}.")
    expect(mail.get_by_role("button", name="Write a new mail")).to_be_hidden()

    mail.get_by_label("Address").fill("somebody@else.example")
    expect(inbox.get_by_role("listitem")).to_have_count(0)


def test_a_mail_that_cannot_be_sent_stays_to_be_corrected(visit: Visit) -> None:
    page = visit.opens("/simulator/")
    visit.expects("400")
    mail = page.get_by_role("region", name="Write a mail")
    mail.get_by_label("Address").fill("dana..cole@example.com")  # the browser itself takes it
    mail.get_by_label("Subject").fill("Hello")
    mail.get_by_label("Message").fill("Half a page.")
    mail.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("is not an email address")
    expect(mail.get_by_label("Message")).to_have_value("Half a page.")
