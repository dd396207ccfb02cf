"""The requests that the carrier makes: signed as Twilio signs, sent as Twilio sends, and what comes back.

twilio.com/docs/usage/security#validating-requests, twilio.com/docs/usage/webhooks
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import requests

from ivr.simulator.agenda import Agenda
from ivr.simulator.faults import Faults
from ivr.simulator.ledger import Complaint, Ledger, Sids, Webhook
from ivr.simulator.program import Answer

PATIENCE = (5.0, 15.0)  # seconds to connect, and to answer
KEPT_BACK_AT_MOST = timedelta(seconds=30)
SMS_KINDS = ("sms", "message-status")


def signature(auth_token: str, url: str, params: Mapping[str, str]) -> str:
    """Sign a request: the URL as configured, then every field in the order of its name."""
    text = url + "".join(name + params[name] for name in sorted(params))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def signed_form(url: str, kind: str) -> str:
    """Give a URL as it is signed: without user, password and fragment.

    Voice over HTTPS drops the port; SMS, and everything over HTTP, keeps it.
    """
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https" and kind not in SMS_KINDS:
        netloc = netloc.partition(":")[0]
    return urlunsplit(parts._replace(netloc=netloc, fragment=""))


class Webhooks:
    """The carrier's side of every webhook."""

    def __init__(
        self, agenda: Agenda, ledger: Ledger, faults: Faults, sids: Sids, auth_token: str, http: requests.Session
    ) -> None:
        self._agenda, self._ledger, self._faults, self._sids = agenda, ledger, faults, sids
        self._auth_token, self._http = auth_token, http
        self._kept_back: dict[str, list[_Notice]] = {}

    def ask(self, kind: str, url: str, method: str, params: Mapping[str, str]) -> tuple[Answer, timedelta]:
        """Ask for a document: give the answer and how late it comes."""
        fault = self._faults.strike(kind, params)
        if fault is not None and fault.what == "lost":
            return Answer(0, fault="the connection failed"), timedelta(0)
        notice = _Notice(kind, url, method, params, self._token())
        answer = self._send(notice)
        if fault is not None and fault.what == "doubled":
            self._send(notice)
        if fault is not None and fault.what == "late":
            return answer, fault.by
        return answer, timedelta(0)

    def tell(self, kind: str, url: str, method: str, params: Mapping[str, str], after: timedelta) -> None:
        """Report something, a little later; nobody waits for it."""
        notice = _Notice(kind, url, method, params, self._token())
        fault = self._faults.strike(kind, params)
        match fault.what if fault is not None else "":
            case "lost":
                return
            case "doubled":
                self._deliver_after(after, notice)
                self._deliver_after(after, notice)
            case "late" if fault is not None:
                self._deliver_after(after + fault.by, notice)
            case "reordered":
                self._kept_back.setdefault(kind, []).append(notice)
                self._agenda.after(after + KEPT_BACK_AT_MOST, lambda: self._release(kind))
            case _:
                self._deliver_after(after, notice)

    def media(self, url: str) -> Answer:
        """Fetch what is to be played."""
        return self._exchange("GET", url, {}, {})

    def replay(self, webhook: Webhook) -> Answer:
        """Send what was sent before once more, with the same fields and the same signature, as anybody could."""
        return self._send(_Notice(webhook.kind, webhook.url, webhook.method, webhook.params, self._token()))

    def complain(self, code: int, message: str, url: str = "", call_sid: str = "") -> None:
        self._ledger.errors.append(Complaint(self._agenda.now, code, message, url, call_sid))

    def _deliver_after(self, span: timedelta, notice: _Notice) -> None:
        self._agenda.after(span, lambda: self._deliver(notice))

    def _deliver(self, notice: _Notice) -> None:
        answer = self._send(notice)
        if answer.status not in range(200, 300):
            said = f"HTTP {answer.status}" if answer.status else answer.fault
            self.complain(
                11200, f"A {notice.kind} callback failed: {said}.", notice.url, notice.params.get("CallSid", "")
            )
        self._release(notice.kind)

    def _release(self, kind: str) -> None:
        for notice in self._kept_back.pop(kind, []):
            self._deliver(notice)

    def _send(self, notice: _Notice) -> Answer:
        url, form = notice.url.partition("#")[0], dict(notice.params)
        if notice.method.upper() == "GET":
            url, form = url + ("&" if "?" in url else "?") + urlencode(form), {}
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": signature(self._auth_token, signed_form(url, notice.kind), form),
            "I-Twilio-Idempotency-Token": notice.token,
        }
        answer = self._exchange(notice.method.upper(), url, form, headers)
        said = Webhook(
            self._agenda.now,
            notice.kind,
            notice.url,
            notice.method.upper(),
            dict(notice.params),
            answer.status,
            answer.body.decode("utf-8", "replace"),
        )
        self._ledger.webhooks.append(said)
        return answer

    def _exchange(self, method: str, url: str, form: dict[str, str], headers: dict[str, str]) -> Answer:
        """One request; once more when no connection came about (the default: rc=1, rp=ct)."""
        prepared = self._http.prepare_request(requests.Request(method, url, data=form or None, headers=headers))
        # As configured, byte for byte: what is signed is what is sent. Only what cannot be sent at all is escaped.
        prepared.url = quote(url, safe="%/:?#[]@!$&'()*+,;=~")
        for last_try in (False, True):
            try:
                got = self._http.send(prepared, timeout=PATIENCE)
            except requests.ConnectionError as fault:
                if last_try:
                    return Answer(0, fault=f"the connection failed ({type(fault).__name__})")
            except requests.Timeout:
                return Answer(0, fault="no answer within 15 seconds")
            except requests.RequestException as fault:
                return Answer(0, fault=str(fault))
            else:
                return Answer(got.status_code, got.content, got.headers.get("Content-Type", ""))
        return Answer(0, fault="the connection failed")

    def _token(self) -> str:
        name = self._sids.next("")
        return f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"


class _Notice:
    """A webhook to be sent, perhaps more than once: its token stays the same."""

    def __init__(self, kind: str, url: str, method: str, params: Mapping[str, str], token: str) -> None:
        self.kind, self.url, self.method, self.params, self.token = kind, url, method, params, token
