"""A notice by phone, as signed requests: only key 1 confirms that it was heard."""

from __future__ import annotations

from callbacks.db.states import PageAnswer, PageKind
from tests.ivr.technician.night import Night
from tests.ivr.webhook_client import said

TEST_CALL = "CA" + "9" * 32


def test_a_notice_is_heard_when_key_1_is_pressed(night: Night) -> None:
    page_id = night.add_page(PageKind.TEST, TEST_CALL, about_callback=False)
    assert "This is a test. Press 1" in said(night.hears(f"/voice/page/notice?page={page_id}", TEST_CALL))
    night.hears(f"/voice/page/heard?page={page_id}&round=1", TEST_CALL, Digits="2")
    assert night.page(page_id).answer is PageAnswer.NONE
    assert "Thank you" in said(night.hears(f"/voice/page/heard?page={page_id}&round=2", TEST_CALL, Digits="1"))
    assert night.page(page_id).answer is PageAnswer.HEARD


def test_a_page_about_a_callback_is_not_a_notice(night: Night) -> None:
    document = night.hears(f"/voice/page/heard?page={night.page_id}&round=1", Digits="1")
    assert [verb.tag for verb in document] == ["Hangup"]
    assert night.page(night.page_id).answer is PageAnswer.NONE
