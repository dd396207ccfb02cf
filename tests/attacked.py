"""The whole service under attack: every field of a request may hold anything, and no answer may be an error.

The fields of a view are recorded while the view reads them, so a new field is attacked without being listed anywhere.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import ClassVar, Protocol
from urllib.parse import quote, quote_plus

import psycopg
from flask import Request
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from callbacks.cli.context import Service
from callbacks.console.customers import changes as customer_changes
from callbacks.console.people import technician_changes, user_changes
from callbacks.console.rota import changes as rota_changes
from callbacks.console.setup import changes as setup_changes
from callbacks.db.sqlite import sqlite
from callbacks.db.states import CallbackState
from callbacks.db.tables import Call, Callback, Page, Technician, User
from callbacks.links import Links
from callbacks.oncall import store
from callbacks.oncall.ical.feed_keys import feed_key
from callbacks.paging.escalate import take_next_step
from callbacks.people import technicians
from callbacks.people.invitations import invite
from tests.callbacks.console.route_lists import LOGGED_IN
from tests.callbacks.console.service import BEGAN, PASSWORD, client_of
from tests.ivr.twilio.signing import sign

HOST = "desk.test"
# Values that make a view read all of its fields, apart from SIDs.
LEADING = ("", "1", "yes", "2026-12-24", "2026-12-24T10:00", "Amy Roy", "completed", "text", "resolved", "delivered")
SIDS = {"MessageSid": "SM" + "3" * 32, "RecordingSid": "RE" + "4" * 32, "AccountSid": "AC" + "0" * 32}
# Logged as errors because somebody should act, not because something failed.
MEANT = {"the carrier used the fallback URL"}
# Ordinary values. Views read some fields only when others are valid.
PLAUSIBLE = (
    *("", "0", "1", "2", "12", "yes", "true", "false", "en", "fr", "text", "call", "mail", "second", "open", "week"),
    *("completed", "no-answer", "busy", "failed", "in-progress", "answered", "absent", "delivered", "undelivered"),
    *("P1", "P3", "primary", "backup", "direct", "toll-free", "resolved", "no_answer", "machine_start", "month"),
    *("Amy Roy", "Amy Roy, Ben Cole", "supervisor", "technician", "reader@example.com", PASSWORD, "a new note"),
    *("2026-12-24", "2026-12-26", "2026-12-24T10:00", "2026-12-26T10:00", "10:00", "22:00-06:00", "1 week", "5"),
    *("CA" + "1" * 32, "CA" + "2" * 32, "SM" + "3" * 32, "RE" + "4" * 32, "AC" + "0" * 32, "1-2", "shift", "rotation"),
    *("+15145550101", "+15145550199", "+15148458474", "+18884847266", "+18005550100", "ack 583123", "na 583123 no"),
    *("Sat, 28 Nov 2026 22:12:00 -0500", f"https://carrier.test/RE{'4' * 32}.wav", "30003", "TN-Validation-Passed-A"),
)
HOSTILE = (
    *("\x00", "a\x00b", "\ud800", "x\udfff", "\ufeff", "\u2028", "\u202eabc", "\r\nX-Header: 1", "\n", " ", "\t=1+1"),
    *("x" * 2001, "é" * 3000, "\U0001f9e8" * 800, "{{ 7*7 }}", "%s%n%d{0}{x}", "../../etc/passwd", "[]", "{}", "null"),
    *("-1", "9" * 9, "9" * 10, "9" * 30, "9" * 5000, "2147483648", "9223372036854775808", "1e309", "NaN", "0020260000"),
    *("٣", "²", "１", "①", "٢٠٢٦", "'; DROP TABLE calls --", '"><script>alert(1)</script>', "\\", "%00", "%", "a%ff"),
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30", "2026-03-08T02:30"),
    *("2026-11-01T01:30", "12026-01-01", "-0001-01-01", "2026-W53-7", "2026-12-24T10:00+23:59", "20261224"),
    *("Mon, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359", "Sat, 28 Nov 2026 22:12:00 +9999"),
    *("CA" + "1" * 31, "CA" + "1" * 33, "CA" + "g" * 32, "RE" + "A" * 62, "ca" + "1" * 32, "+" + "1" * 40, "sip:x@y"),
    *("http://[", "https://u:p@[::1", "//evil.test", "anonymous", "99999999999 days", "0 weeks", "25:61", "-1:00"),
    *("[" * 1900, '{"id": 1}', '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": []}'),
    *("a@b\r\nBcc: c@d.test", "a" * 300 + "@x.test", "@", "é@x.test", "<a@x.test>", "ack", "ack " + "9" * 400),
)  # fmt: skip
Values = Mapping[str, Sequence[str]]
ACTS: Mapping[str, Sequence[str]] = {
    "/customers/<int:customer_id>/<act>": tuple(customer_changes.CHANGES),
    "/people/<int:technician_id>/<act>": tuple(technician_changes.CHANGES),
    "/rota/<act>": tuple(rota_changes.CHANGES),
    "/setup/<act>": tuple(setup_changes.CHANGES),
    "/users/<act>": tuple(user_changes.CHANGES),
}
# Sent once, to reach the forms behind it: a link is opened, and a passkey is requested.
BEFORE = (
    "/t/{token}/open", "/account/passkeys/add/options", "/account/passkeys/confirm/options", "/login/passkey/options",
)  # fmt: skip
# The variable parts in the addresses of routes that need a login.
EXAMPLES = {rule: path for _, rule, path, _ in LOGGED_IN}


class Noted(ImmutableMultiDict[str, str]):
    """The fields of a form or a query. Notes the name of each field that is asked for."""

    names: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, type: object = None) -> list[str]:  # type: ignore[override]
        self.names.add(key)
        return super().getlist(key)


class NotingRequest(Request):
    parameter_storage_class = Noted


class Errors(logging.Handler):
    """Keeps what the service logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        event = record.msg.get("event") if isinstance(record.msg, dict) else record.getMessage()
        if event not in MEANT:
            self.found.append(self.format(record) if record.exc_info else str(event))


class Copy(Protocol):
    """A copy of the database that is put back after each attack."""

    def restore(self) -> None: ...


class SqliteCopy:
    def __init__(self, url: str) -> None:
        self._file = url.removeprefix("sqlite:///")
        self._copy = sqlite.connect(":memory:")
        with closing(sqlite.connect(self._file)) as here:
            here.backup(self._copy)

    def restore(self) -> None:
        with closing(sqlite.connect(self._file)) as here:
            assert here.execute("PRAGMA foreign_key_check").fetchall() == []
            self._copy.backup(here)


class PostgresCopy:
    """Sequences go on from where they are. Triggers that keep the logs as they are do not fire for a replica."""

    def __init__(self, url: str) -> None:
        self._url = url
        with psycopg.connect(url) as here:
            tables = here.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            self._rows = {str(name): self._rows_of(here, str(name)) for (name,) in tables if name != "alembic_version"}

    @staticmethod
    def _rows_of(here: psycopg.Connection, table: str) -> bytes:
        with here.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
            return b"".join(bytes(row) for row in rows)

    def restore(self) -> None:
        with psycopg.connect(self._url) as here:
            here.execute("SET session_replication_role = replica")
            for table, rows in self._rows.items():
                here.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                with here.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    copy.write(rows)


@dataclass
class Attacked:
    """The whole service with one open callback that was paged, and somebody logged in, for a request at a time."""

    service: Service
    role: str = "administrator"
    errors: Errors = field(default_factory=Errors)

    def __post_init__(self) -> None:
        self.service.web.request_class = NotingRequest
        self.service.database.write(self._seed)
        client = client_of(self.service, self.role)
        found = re.search(r'name="token" value="([^"]+)"', client.get("/account").text)
        assert found is not None
        self.token = found[1]
        for path in BEFORE:
            client.post(path.format(token=self.secret_parts["token"]), data={"token": self.token})
        self.cookie = str(client.get("/account").request.environ["HTTP_COOKIE"])
        self.client = self.service.web.test_client(use_cookies=False)
        url = self.service.settings.database_url
        self._as_it_was: Copy = SqliteCopy(url) if url.startswith("sqlite") else PostgresCopy(url)

    def _seed(self, session: Session) -> None:
        amy = session.scalars(select(Technician).where(Technician.name == "Amy Roy")).one()
        ben = technicians.add_technician(session, "Ben Cole", "+15145550102", BEGAN, verified=True)
        for person, layer in ((amy, "primary"), (ben, "backup")):
            store.add_shift(session, self.service.desk, person, layer, None, None, BEGAN)
        callback = session.scalars(select(Callback)).one()
        take_next_step(session, self.service.desk, callback, BEGAN + timedelta(minutes=1))

    @cached_property
    def reference(self) -> str:
        return self.service.database.read(lambda session: session.scalars(select(Callback.reference)).one())

    @cached_property
    def sids(self) -> Mapping[str, str]:
        """Return a SID for each field that holds one; the call is on record."""
        sid = self.service.database.read(lambda session: session.scalars(select(Call.sid)).one())
        return {**SIDS, "CallSid": sid}

    @cached_property
    def secret_parts(self) -> Mapping[str, str]:
        """Return what stands in addresses that are keys: of a page, a feed, a message, an invitation."""
        settings, clock = self.service.settings, self.service.clock
        links = Links(settings.secret_key, settings.public_url, clock)
        feed = self.service.database.write(lambda session: feed_key(session, None, clock.now()))
        invited = self.service.database.write(self._invite)
        page_id = self.service.database.read(lambda session: session.scalars(select(Page.id)).first()) or 0
        message = links.message(1).rpartition("/")[2].removesuffix(".wav")
        page = links.page(page_id, BEGAN).rpartition("/")[2]
        return {"token": page, "key": feed, "message": message, "invitation": invited}

    def _invite(self, session: Session) -> str:
        return invite(session, session.get_one(User, 1), "", self.service.clock.now())

    def sends(self, method: str, path: str, query: Values, form: Values, *, signed: bool = False) -> TestResponse:
        """Send a request with these fields, and return the answer after checking that nothing went wrong inside."""
        query_string, body = encoded(query), encoded(form)
        headers = {"Host": HOST, "Cookie": self.cookie}
        if signed:
            url = f"{self.service.settings.public_url}{path}" + (f"?{query_string}" if query_string else "")
            headers["X-Twilio-Signature"] = sign(url, as_received(form), self.service.settings.auth_token)
        is_form = method == "POST"
        Noted.names.clear()
        self.errors.found.clear()
        answer = self.client.open(
            path,
            method=method,
            query_string=query_string,
            data=body if is_form else None,
            content_type="application/x-www-form-urlencoded" if is_form else None,
            headers=headers,
        )
        assert answer.status_code < 500, answer.text
        assert self.errors.found == []
        return answer

    def sees(self, address: str) -> None:
        """Load a screen of the console: what was stored must be shown, too."""
        path, _, query = address.partition("?")
        answer = self.client.get(path, query_string=query, headers={"Host": HOST, "Cookie": self.cookie})
        assert answer.status_code < 500, answer.text
        assert self.errors.found == []

    def starts_again(self) -> None:
        """Put the database back as it was."""
        self._as_it_was.restore()

    def is_sound(self) -> None:
        """Check what every transaction must leave behind: no open callback without a next action."""
        forgotten = select(Callback.reference).where(
            Callback.state == CallbackState.OPEN, Callback.next_action_at.is_(None)
        )
        assert self.service.database.read(lambda session: session.scalars(forgotten).all()) == []

    def addresses(self, rule: str) -> Iterator[str]:
        """Yield the addresses of a route: one, or one for each act that it knows."""
        known = {"reference": self.reference, **self.secret_parts}
        if rule.startswith("/media/"):
            known["token"] = known["message"]
        if rule.startswith("/invitation/"):
            known["key"] = known["invitation"]
        acts = re.search(r"<any\((.+)\):act>", rule)
        names = re.findall(r"'([^']+)'", acts[1]) if acts else ACTS.get(rule, ())
        for name in names or ("",):
            path = re.sub(r"<(?:any\(.+\):)?act>", name, rule)
            if "<" in path and not names and rule in EXAMPLES:
                path = EXAMPLES[rule].partition("?")[0].format(reference=self.reference)
            yield re.sub(
                r"<([^>]+)>", lambda found: "1" if found[1].startswith("int:") else known.get(found[1], "guessed"), path
            )


def encoded(fields: Values) -> str:
    """Return the fields as a client would send them that does not care whether they are valid UTF-8."""
    return "&".join(
        f"{quote_plus(name)}={quote_plus(value.encode('utf-8', 'surrogatepass'))}"
        for name, values in fields.items()
        for value in values
    )


def as_received(fields: Values) -> MultiDict[str, str]:
    """Return the fields as the server decodes them."""
    return MultiDict(
        [
            (name, value.encode("utf-8", "surrogatepass").decode("utf-8", "werkzeug.url_quote"))
            for name, values in fields.items()
            for value in values
        ]
    )


def with_hostile_parts(rule: Rule) -> Iterator[str]:
    """Yield addresses of a route with something hostile in each of its variable parts."""
    for part in re.findall(r"<[^>]+>", rule.rule):
        numbers = ("0", "2147483648", "9223372036854775808", "9" * 30, "9" * 5000)
        texts = ("x", "a b", "%00", "é", "..", "\u202e", "x" * 3000, "'--", "%ff")
        for value in numbers if "int:" in part else texts:
            address = rule.rule.replace(part, value if value.startswith("%") else quote(value))
            yield re.sub(r"<[^>]+>", "1", address)
