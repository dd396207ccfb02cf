"""Attacks on the web server as it is run, over real HTTP: callers are answered meanwhile.

What counts is that the answers come, and that they are whole. The soak tests print how long they took (`pytest -s`).
"""

from __future__ import annotations

import http.client
import re
import signal
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from callbacks.db.database import UNHURRIED, Database
from callbacks.people import users
from ivr.simulator.twiml.reader import read
from tests.ivr.twilio.signing import sign
from tests.processes.service import AMY, CUSTOMER, SETTINGS, Service, answers
from tests.waiting import FAR, eventually

DIRECT = "+15148458474"
FORM = "application/x-www-form-urlencoded"
HEAD = f"POST /voice/incoming HTTP/1.1\r\nHost: desk\r\nContent-Type: {FORM}\r\n"
HALF_OPEN = HEAD.encode()
UNFINISHED = f"{HEAD}Content-Length: 1000\r\n\r\nCallSid=CA".encode()
USER, PASSWORD = "boss@example.com", "of the test, long enough to be accepted"


def connect(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), FAR.total_seconds())


@contextmanager
def held(service: Service, *attacks: bytes, times: int = 64) -> Iterator[None]:
    """Hold connections open that began to send a request and fell silent."""
    connections = [connect(service) for _ in range(times) for _ in attacks]
    for number, each in enumerate(connections):
        each.sendall(attacks[number % len(attacks)])
    try:
        yield
    finally:
        for each in connections:
            each.close()


def call(service: Service, number: int) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of the webhook of a call, signed as the carrier signs."""
    fields = {
        "AccountSid": SETTINGS["TWILIO_ACCOUNT_SID"], "CallSid": f"CA{number:032x}", "From": CUSTOMER, "To": DIRECT,
        "CallStatus": "ringing",
    }  # fmt: skip
    signature = sign(f"{service.url}/voice/incoming", MultiDict(fields), SETTINGS["TWILIO_AUTH_TOKEN"])
    return urlencode(fields).encode(), {"X-Twilio-Signature": signature, "Content-Type": FORM}


def calls(service: Service, times: int) -> list[float]:
    """Let customers call, one after the other. Every answer is a whole document. Return how long each took."""
    took = []
    for number in range(times):
        began = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=FAR.total_seconds())) as asked:
            asked.request("POST", "/voice/incoming", *call(service, number))
            answer = asked.getresponse()
            document = answer.read().decode()
        took.append(time.monotonic() - began)
        assert answer.status == 200
        assert len(read(document, answer.getheader("Content-Type", ""))) > 0
    return took


def figures(attack: str, took: list[float]) -> None:
    milliseconds = sorted(round(each * 1000) for each in took)
    late = statistics.quantiles(milliseconds, n=20)[-1]
    print(f"\n{attack}: median {statistics.median(milliseconds):.0f} ms, 95th percentile {late:.0f} ms, "
          f"longest {milliseconds[-1]} ms of {len(took)} webhooks")  # fmt: skip


@contextmanager
def storm(threads: int, act: Callable[[], object]) -> Iterator[None]:
    """Do something over and over in many threads. The block begins once each has done it."""
    over, done, running = threading.Event(), threading.Semaphore(0), list[threading.Thread]()

    def go_on() -> None:
        while not over.is_set():
            act()
            done.release()

    for _ in range(threads):
        running.append(threading.Thread(target=go_on))
        running[-1].start()
    try:
        for _ in range(threads):
            assert done.acquire(timeout=FAR.total_seconds())
        yield
    finally:
        over.set()
        for each in running:
            each.join()


def log_in(service: Service) -> int:
    """Ask for the login screen, then try a wrong password. Return the status."""
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=FAR.total_seconds())) as asked:
        asked.request("GET", "/login")
        screen = asked.getresponse()
        token = re.search(r'name="token" value="([^"]*)"', screen.read().decode())
        if token is None:  # refused: too many are waiting
            return screen.status
        form = {"email": USER, "password": "wrong", "token": token[1]}
        headers = {"Cookie": screen.getheader("Set-Cookie", "").partition(";")[0], "Content-Type": FORM}
        asked.request("POST", "/login", urlencode(form), headers)
        return asked.getresponse().status


@pytest.fixture
def web(service: Service) -> Service:
    """A web server with a user of the console."""
    database, now = Database(service.database_url, UNHURRIED), service.clock.now()
    database.write(lambda session: users.add_user(session, USER, "supervisor", PASSWORD, now))
    database.close()
    service.start("web", "--port", str(service.port))
    eventually(lambda: answers(f"{service.url}/healthz") == "up\n", "the web server is up")
    return service


@pytest.mark.on("sqlite")
def test_requests_that_never_end_delay_no_call(web: Service) -> None:
    with held(web, HALF_OPEN, UNFINISHED):
        calls(web, 3)
        assert answers(f"{web.url}/healthz") == "up\n"


@pytest.mark.on("sqlite")
def test_a_storm_of_log_ins_stops_no_call(web: Service) -> None:
    with storm(16, lambda: log_in(web)):
        calls(web, 5)


@pytest.mark.soak
@pytest.mark.on("sqlite")
def test_a_call_is_taken_and_paged_while_requests_that_never_end_are_held_open(service: Service) -> None:
    service.staff()
    service.start("serve", "--port", str(service.port))
    eventually(lambda: answers(f"{service.url}/readyz") == "ready\n", "the service is ready")
    with held(service, HALF_OPEN, UNFINISHED):
        figures("64 half-open heads and 64 unfinished bodies", calls(service, 60))
        leg = service.carrier.phone(CUSTOMER).dial(DIRECT)
        eventually(lambda: any(h.kind == "beep" or "Please hold" in h.text for h in leg.heard), "the call is taken")
        leg.hang_up()
        service.owes_a_callback()
        amy = service.carrier.phone(AMY)
        eventually(lambda: len(amy.texts) > 0, "Amy gets a page")


@pytest.mark.soak
@pytest.mark.parametrize("database", [pytest.param(on, marks=pytest.mark.on(on)) for on in ("sqlite", "postgres")])
def test_a_long_storm_of_log_ins_and_reloads_stops_no_call(web: Service, database: str) -> None:
    figures(f"nothing else, {database}", calls(web, 60))
    with storm(60, lambda: log_in(web)):
        figures(f"60 who log in and reload, {database}", calls(web, 60))


@pytest.mark.soak
@pytest.mark.on("sqlite")
def test_more_connections_than_the_server_takes_stop_no_call(web: Service) -> None:
    def half_open() -> None:
        with closing(connect(web)) as each:
            each.sendall(HALF_OPEN)
            each.settimeout(0.01)
            with pytest.raises(TimeoutError):
                each.recv(1)

    with held(web, HALF_OPEN, times=1200), storm(8, half_open):
        figures("1,200 half-open heads, and new ones all the time", calls(web, 60))


@contextmanager
def nobody_else_writes(service: Service) -> Iterator[None]:
    """Hold the database's lock, so that a call waits for it."""
    database = Database(service.database_url, UNHURRIED)
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM closures"))
        yield
    database.close()


def is_read(service: Service, client: socket.socket) -> bool:
    """Return whether the server has read all that this client sent, as the kernel sees it."""
    ends = f":{service.port:04X} ", f":{client.getsockname()[1]:04X} "
    for line in Path("/proc/net/tcp").read_text().splitlines():
        local, remote, _, queues = line.split()[1:5] if line.split()[0] != "sl" else ("", "", "", "")
        if f"{local} ".endswith(ends[0]) and f"{remote} ".endswith(ends[1]):
            return queues.endswith(":00000000")
    return False


@pytest.mark.on("sqlite")
def test_at_the_end_a_call_under_way_is_answered(web: Service) -> None:
    (process,) = web.processes
    body, headers = call(web, 1)
    lines = [f"{name}: {value}\r\n" for name, value in {**headers, "Content-Length": len(body)}.items()]
    head = f"POST /voice/incoming HTTP/1.1\r\nHost: {urlsplit(web.url).netloc}\r\nExpect: 100-continue\r\n"
    with closing(connect(web)) as client:
        with nobody_else_writes(web):
            client.sendall("".join([head, *lines, "\r\n"]).encode())
            assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.sendall(body)
            eventually(lambda: is_read(web, client), "the server has read the request")
            process.send_signal(signal.SIGTERM)
            eventually(lambda: "refused" in answers(f"{web.url}/healthz"), "the port is closed")
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert answer.status == 200
        assert len(read(answer.read().decode(), answer.getheader("Content-Type", ""))) > 0
    assert process.wait(FAR.total_seconds()) == 0
