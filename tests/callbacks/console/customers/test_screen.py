"""What the screens of a customer and of a number show, and to whom."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import false, true
from sqlalchemy.orm import Session

from callbacks.console.customers.screen import NumberScreen, customer_screen, number_screen
from callbacks.db.states import Channel, CustomerMessageKind, CustomerMessageState, NumberRuleKind
from callbacks.db.tables import Call, CustomerMessage, NumberRule, ReceivedText
from callbacks.paging.customer_messages import Recipient, write_message
from tests.callbacks.console.console import BEGAN, DESK, Console
from tests.callbacks.customers.known import JANE, MAIL, OTHER, PHONE, add

HOUR = timedelta(hours=1)


def seen(console: Console, *, everything: bool = True) -> NumberScreen:
    visible = true() if everything else false()
    return console.database.read(lambda session: number_screen(session, DESK, PHONE, visible, BEGAN))


def calls_from_it(console: Console) -> None:
    console.database.write(lambda session: setattr(session.get_one(Call, "CA1"), "caller", PHONE))


def test_a_customer_with_contacts_and_callbacks(console: Console) -> None:
    calls_from_it(console)
    customer = console.database.write(lambda session: add(session, JANE, PHONE, MAIL))
    screen = console.database.read(lambda session: customer_screen(session, DESK, customer, true(), BEGAN))
    assert (screen.label, screen.details) == ("Acme, Jane Roy", JANE)
    assert [(each.words, each.is_phone) for each in screen.contacts] == [("(514) 555-0199", True), (MAIL, False)]
    (row,) = screen.records.open
    assert (row.reference, row.customer, row.number) == (console.reference, "Acme, Jane Roy", PHONE)
    assert [each.call.sid for each in screen.records.calls] == ["CA1"]


def test_only_what_is_visible_is_shown(console: Console) -> None:
    calls_from_it(console)
    assert len(seen(console).records.open) == len(seen(console).records.calls) == 1
    hidden = seen(console, everything=False).records
    assert (list(hidden.open), list(hidden.closed), list(hidden.calls)) == ([], [], [])


def test_rules_in_force_are_shown(console: Console) -> None:
    def work(session: Session) -> None:
        for number, ends_at in ((PHONE, None), (PHONE, BEGAN + HOUR), (PHONE, BEGAN - HOUR), (OTHER, None)):
            rule = NumberRule(number=number, kind=NumberRuleKind.BLOCKED, created_at=BEGAN, created_by="sue@x.test")
            rule.ends_at = ends_at
            session.add(rule)

    console.database.write(work)
    assert [rule.ends_at for rule in seen(console).records.rules] == [None, BEGAN + HOUR]
    console.logs_in("sue@example.com")
    assert "(514) 555-0199 is blocked until" in console.reads(f"/numbers/{PHONE}")


def test_texts_in_both_directions_the_latest_first(console: Console) -> None:
    def work(session: Session) -> None:
        session.add(ReceivedText(sid="SM1", sender=PHONE, at=BEGAN + HOUR, words="thanks", answer=""))
        to = Recipient(Channel.TEXT, PHONE, "en")
        write_message(session, CustomerMessageKind.RECEIPT, "CA1", to, "We call by ten.", BEGAN)
        write_message(session, CustomerMessageKind.TRIED, "CA1", to, "We tried.", BEGAN + 2 * HOUR)
        session.query(CustomerMessage).filter_by(words="We tried.").one().state = CustomerMessageState.SENT

    console.database.write(work)
    assert [(text.words, text.is_ours, text.state) for text in seen(console).texts] == [
        ("We tried.", True, ""),
        ("thanks", False, ""),
        ("We call by ten.", True, "due"),
    ]
