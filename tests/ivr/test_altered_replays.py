"""A signature does not cover where fields end: the same signature with another SID is refused."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from callbacks.db.tables import Call, ReceivedRequest, ReceivedText
from tests.ivr.twilio.signing import sign
from tests.ivr.webhook_client import ACCOUNT, AMY, CALL, CUSTOMER, DIRECT, PUBLIC, TOKEN, WebhookClient

TEXT, OTHER_TEXT, OTHER_CALL = "SM" + "1" * 32, "SM" + "2" * 32, "CA" + "2" * 32
STRANGER = "+15145550177"


def signed(client: WebhookClient, path: str, fields: dict[str, str], altered: dict[str, str]) -> list[TestResponse]:
    """Post a request, and then its signature with other fields that are signed alike. Return both answers."""
    both = [{"AccountSid": ACCOUNT, **each} for each in (fields, altered)]
    signature, of_altered = (sign(f"{PUBLIC}{path}", MultiDict(each), TOKEN) for each in both)
    assert of_altered == signature
    return [_post(client, path, each, signature) for each in both]


def _post(client: WebhookClient, path: str, fields: dict[str, str], signature: str) -> TestResponse:
    where, _, query = path.partition("?")
    return client.client.post(
        where, query_string=query, data=urlencode(fields), headers={"X-Twilio-Signature": signature},
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip


def test_a_text_cannot_come_again_as_another_persons(client: WebhookClient) -> None:
    hidden = f"From{AMY}MessageSid{OTHER_TEXT}Rest"
    text = {"Body": f"who 583112{hidden}", "From": STRANGER, "MessageSid": TEXT}
    altered = {
        "Body": "who 583112", "From": AMY, "MessageSid": OTHER_TEXT, "Rest": f"From{STRANGER}MessageSid{TEXT}"
    }  # fmt: skip
    answers = signed(client, "/sms/incoming", text, altered)
    assert [answer.status_code for answer in answers] == [200, 403]
    assert client.database.read(lambda session: session.scalars(select(ReceivedText.sid)).all()) == [TEXT]


def test_a_text_that_keeps_its_sid_is_a_retry_whatever_its_fields_say(client: WebhookClient) -> None:
    text = {"Body": f"583112From{AMY}Ink", "From": STRANGER, "MessageSid": TEXT}
    altered = {"Body": "583112", "From": AMY, "Ink": f"From{STRANGER}", "MessageSid": TEXT}
    first, second = signed(client, "/sms/incoming", text, altered)
    assert second.text == first.text
    assert client.database.read(lambda session: session.scalars(select(ReceivedText.sender)).all()) == [STRANGER]


def test_a_sid_cannot_swallow_the_field_after_it(client: WebhookClient) -> None:
    text = {"From": AMY, "MessageSid": TEXT, "NumMedia": "0", "To": DIRECT}
    altered = {"From": AMY, "MessageSid": f"{TEXT}NumMedia0", "To": DIRECT}
    signed(client, "/sms/incoming", text, altered)
    assert client.database.read(lambda session: session.scalars(select(ReceivedText.sid)).all()) == [TEXT]


@pytest.mark.parametrize(
    "path",
    [
        "/voice/incoming",
        "/voice/beep?lang=en",
        "/voice/recorded?lang=en",
        "/voice/recording?line=direct&caller=%2B15145550199&lang=en",
        "/voice/fallback",
    ],
)
def test_no_webhook_begins_a_call_twice(client: WebhookClient, path: str) -> None:
    if path != "/voice/incoming":
        client.calls()
    hidden = f"CallSid{OTHER_CALL}Caller"
    fields = {
        "CallName": f"Bob{hidden}", "CallSid": CALL, "From": CUSTOMER, "RecordingStatus": "completed", "To": DIRECT
    }  # fmt: skip
    altered = {
        "CallName": "Bob", "CallSid": OTHER_CALL, "Caller": f"CallSid{CALL}", "From": CUSTOMER,
        "RecordingStatus": "completed", "To": DIRECT,
    }  # fmt: skip
    first, second = signed(client, path, fields, altered)
    assert (first.status_code in (200, 204), second.status_code) == (True, 403)
    assert client.database.read(lambda session: session.scalars(select(Call.sid)).all()) == [CALL]


def test_a_retry_gets_the_same_answer(client: WebhookClient) -> None:
    fields = {"CallSid": CALL, "From": CUSTOMER, "To": DIRECT}
    first, second = signed(client, "/voice/incoming", fields, dict(fields))
    assert (first.status_code, first.text) == (200, second.text)
    assert client.count(ReceivedRequest) == 1


@pytest.mark.parametrize(("account", "status"), [(ACCOUNT, 200), ("AC1", 403), ("AC" + "2" * 32, 403), ("", 403)])
def test_a_request_of_another_account_is_refused(client: WebhookClient, account: str, status: int) -> None:
    fields = {"AccountSid": account, "CallSid": CALL, "From": CUSTOMER, "To": DIRECT}
    assert client.posts("/voice/incoming", fields).status_code == status


def test_a_request_that_names_no_account_is_refused(client: WebhookClient) -> None:
    fields = {"CallSid": CALL, "From": CUSTOMER, "To": DIRECT}
    signature = sign(f"{PUBLIC}/voice/incoming", MultiDict(fields), TOKEN)
    assert _post(client, "/voice/incoming", fields, signature).status_code == 403
    assert client.count(Call) == 0
