"""A page by phone, as signed requests: two keys take the callback, and nothing else does."""

from __future__ import annotations

from callbacks.db.states import PageAnswer
from tests.ivr.technician.night import Night
from tests.ivr.webhook_client import said


def test_keys_2_and_1_take_the_callback(night: Night) -> None:
    assert "paging Amy Roy" in said(night.hears(f"/voice/page?page={night.page_id}"))
    assert "confirm" in said(night.hears(f"/voice/page/key?page={night.page_id}&stage=menu&round=1", Digits="2"))
    assert night.owner is None
    heard = said(night.hears(f"/voice/page/key?page={night.page_id}&stage=confirm&round=1", Digits="1"))
    assert "is yours. Please call (514) 555-0199 by 10:42 p.m." in heard
    assert night.owner == "Amy Roy"


def test_key_3_and_1_take_it_and_call_the_customer(night: Night) -> None:
    document = night.hears(f"/voice/page/key?page={night.page_id}&stage=confirm-connect&round=1", Digits="1")
    assert document.findtext("Dial/Number") == "+15145550199"
    assert night.owner == "Amy Roy"
    assert night.attempt.told_by == "connection"


def test_key_4_passes_it_on(night: Night) -> None:
    assert "next person" in said(night.hears(f"/voice/page/key?page={night.page_id}&stage=menu&round=1", Digits="4"))
    assert night.page(night.page_id).answer is PageAnswer.PASSED


def test_a_technician_who_may_not_pass_it_on_hears_why(night: Night) -> None:
    night.owner_does_nothing("Bob Lee")
    heard = said(night.hears(f"/voice/page/key?page={night.page_id}&stage=menu&round=1", Digits="4"))
    assert heard == f"Bob Lee has {night.callback.reference}."


def test_an_unknown_question_is_the_menu(night: Night) -> None:
    night.hears(f"/voice/page/key?page={night.page_id}&stage=nonsense&round=1", Digits="1")
    assert night.owner is None
