"""The web server, over real sockets: silent clients tie up nothing, and a flood on some paths leaves the others free.

What must be answered is asked for with a limit of minutes: a test fails by an answer that never comes.
"""

from __future__ import annotations

import http.client
import json
import re
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from callbacks import web_server
from callbacks.db.database import Database
from callbacks.errors import CannotListen
from callbacks.web_server import (
    CONSOLE,
    LINKS,
    PHONES,
    POOLS,
    PROBES,
    Connection,
    Pool,
    WebServer,
    listeners,
    pool_of,
    serving,
)
from ivr.twilio import context
from tests.ports import held_port
from tests.waiting import FAR, eventually

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

HEAD = b"POST /voice/incoming HTTP/1.1\r\nHost: desk\r\nContent-Type: application/x-www-form-urlencoded\r\n"
HALF_OPEN_HEAD, UNFINISHED_BODY = HEAD, HEAD + b"Content-Length: 1000\r\n\r\nCallSid=CA"
PATHS = {"phones": "/voice/incoming", "links": "/t/token", "probes": "/healthz", "console": "/"}


@dataclass
class App:
    """Answers with what it was asked. Paths that are `held` wait for `release`."""

    held: Iterable[str] = ()
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    release: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] in self.held:
            self.arrived.release()
            assert self.release.wait(FAR.total_seconds())
        body = json.dumps({name: value for name, value in environ.items() if isinstance(value, str)}).encode()
        start_response("200 OK", [("Content-Type", "application/json")])
        return [body]


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass
class Client:
    """A client of a server on this machine, with the connections that it leaves open."""

    port: int
    open: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.open:
            each.close()

    def sends(self, data: bytes) -> socket.socket:
        """Send some bytes on a connection of their own, and leave it open."""
        self.open.append(socket.create_connection(("127.0.0.1", self.port), FAR.total_seconds()))
        self.open[-1].sendall(data)
        return self.open[-1]

    def gets(self, path: str, **headers: str) -> Answer:
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=FAR.total_seconds())
        with closing(asked):
            asked.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = asked.getresponse()
            return Answer(answer.status, answer.read(), dict(answer.getheaders()))

    def environ(self, path: str, **headers: str) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.gets(path, **headers).body)
        return found


@contextmanager
def served(app: Any, trusted_proxy: str = "127.0.0.1") -> Iterator[Client]:
    with held_port() as port, serving(app, "127.0.0.1", port, trusted_proxy), Client(port) as client:
        yield client


def everything_from(connection: socket.socket) -> bytes:
    """Return what comes until the server closes the connection."""
    found = b""
    try:
        while more := connection.recv(65536):
            found += more
    except ConnectionError:
        pass
    return found


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


# Clients that fall silent


@pytest.mark.parametrize("attack", [HALF_OPEN_HEAD, UNFINISHED_BODY])
def test_unfinished_requests_delay_nobody(attack: bytes) -> None:
    with served(App()) as client:
        for _ in range(64):
            client.sends(attack)
        assert client.gets("/voice/incoming").status == 200


def test_a_client_that_does_not_read_its_answer_ties_up_no_thread() -> None:
    def long_answers(environ: dict[str, Any], start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield from (b"x" * 2**20 for _ in range(24 if environ["PATH_INFO"] == "/long" else 1))

    with served(long_answers) as client:
        for _ in range(2 * CONSOLE.threads):
            client.sends(b"GET /long HTTP/1.1\r\nHost: desk\r\n\r\n")
        assert len(client.gets("/short").body) == 2**20


@pytest.mark.parametrize("drip", [b"X-More: 1\r\n", b"\r\n"])
def test_bytes_one_by_one_do_not_renew_the_deadline(drip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_server, "RECEIVED_WITHIN", 0.2)
    start = HALF_OPEN_HEAD if drip.strip() else b""
    with served(App()) as client:
        slow = client.sends(start)
        slow.settimeout(0.02)

        def is_closed() -> bool:
            try:
                slow.sendall(drip)
                return slow.recv(1) == b""
            except TimeoutError:
                return False
            except ConnectionError:
                return True

        eventually(is_closed, "the server closes the connection")


def connection(**facts: object) -> Connection:
    found = Connection.__new__(Connection)
    defaults = {"requests": [], "total_outbufs_len": 0, "active_at": 1000.0, "waits_since": 0.0, "arrives_since": None}
    for name, value in {**defaults, **facts}.items():
        setattr(found, name, value)
    return found


@pytest.mark.parametrize(
    ("facts", "at", "is_late"),
    [
        ({}, 1075.0, False),
        ({}, 1075.5, True),
        ({"arrives_since": 1000.0, "active_at": 1029.0}, 1030.0, False),
        ({"arrives_since": 1000.0, "active_at": 1030.4}, 1030.5, True),
        ({"arrives_since": 1000.0, "requests": ["one"]}, 9999.0, False),
        ({"total_outbufs_len": 9, "active_at": 1060.0}, 1135.0, False),
        ({"total_outbufs_len": 9, "active_at": 1060.0}, 1135.5, True),
    ],
)
def test_a_connection_is_late(facts: dict[str, object], at: float, is_late: bool) -> None:
    assert connection(**facts).is_late(at) is is_late


@pytest.mark.parametrize(
    ("facts", "is_under_way"),
    [
        ({}, False),
        ({"requests": ["one"]}, True),
        ({"total_outbufs_len": 9}, True),
        ({"arrives_since": 1000.0}, True),
        ({"arrives_since": 998.9}, False),
    ],
)
def test_a_connection_is_under_way_at_the_end(facts: dict[str, object], is_under_way: bool) -> None:
    assert connection(**facts).is_under_way(1000.0) is is_under_way


def test_at_the_limit_the_oldest_unfinished_request_is_closed_and_the_newest_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web_server, "allowed_connections", lambda: 8)
    app = App(held=["/"])
    with served(app) as client:
        under_way = client.sends(b"GET / HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n")
        assert app.arrived.acquire(timeout=FAR.total_seconds())
        waiting = [client.sends(HALF_OPEN_HEAD) for _ in range(8)]
        assert everything_from(waiting[0]) == b""
        assert client.gets("/voice/incoming").status == 200
        assert everything_from(waiting[1]) == b""
        waiting[7].sendall(b"\r\n")
        assert waiting[7].recv(12) == b"HTTP/1.1 200"
        app.release.set()
        assert everything_from(under_way).startswith(b"HTTP/1.1 200")


# Pools


@pytest.mark.parametrize(
    ("path", "pool"),
    [
        ("/voice/incoming", PHONES),
        ("//voice/incoming", PHONES),
        ("/sms/incoming", PHONES),
        ("/media/token.wav", LINKS),
        ("/t/token", LINKS),
        ("/t/token/message.wav", LINKS),
        ("/healthz", PROBES),
        ("/readyz", PROBES),
        ("/metrics", PROBES),
        ("/", CONSOLE),
        ("", CONSOLE),
        ("/callbacks/voice/", CONSOLE),
        ("/voices", CONSOLE),
        ("/team", CONSOLE),
    ],
)
def test_each_path_has_its_pool(path: str, pool: Pool) -> None:
    assert pool_of(path) is pool


@pytest.mark.parametrize("stormed", POOLS, ids=lambda pool: pool.name)
def test_a_storm_on_one_pool_leaves_the_others_free(stormed: Pool) -> None:
    path = PATHS[stormed.name]
    app = App(held=[path])
    with served(app) as client:
        storm = [in_a_thread(lambda: client.gets(path)) for _ in range(stormed.threads + 2)]
        for _ in range(stormed.threads):
            assert app.arrived.acquire(timeout=FAR.total_seconds())
        for other in PATHS.values():
            assert other == path or client.gets(other).status == 200
        app.release.set()
        for each in storm:
            each.join(FAR.total_seconds())


@pytest.mark.parametrize("pool", [LINKS, PROBES, CONSOLE], ids=lambda pool: pool.name)
def test_beyond_the_queue_the_answer_is_503_at_once(pool: Pool) -> None:
    path = PATHS[pool.name]
    app = App(held=[path])
    with served(app) as client:
        ask = f"GET {path} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n".encode()
        running = [client.sends(ask) for _ in range(pool.threads)]
        for _ in running:
            assert app.arrived.acquire(timeout=FAR.total_seconds())
        waiting = [client.sends(ask) for _ in range(pool.longest_queue + 1)]
        assert select.select(waiting, [], [], FAR.total_seconds())[0]  # any: the server may read them in any order
        app.release.set()
        answers = [everything_from(each) for each in (*running, *waiting)]
    assert sum(answer.startswith(b"HTTP/1.1 200") for answer in answers) == pool.threads + pool.longest_queue
    (busy,) = (answer for answer in answers if answer.startswith(b"HTTP/1.1 503"))
    assert b"\r\nRetry-After: 5\r\n" in busy
    assert busy.endswith(b"Service Unavailable: Too many requests are waiting. Try again in a few seconds.\n")


def test_the_database_has_a_connection_for_every_thread(sqlite_url: str, postgres_url: str) -> None:
    """Threads for phones use none of their own: their transactions run in those of `ivr.twilio.context`."""
    needed = context.THREADS + sum(pool.threads for pool in POOLS if pool is not PHONES)
    for url in (sqlite_url, postgres_url):
        database = Database(url)
        pool: Any = database.engine.pool
        assert pool.size() + pool._max_overflow >= needed
        database.close()


def test_a_webhook_has_a_thread_wherever_its_transaction_runs_or_waits() -> None:
    assert PHONES.threads >= context.THREADS + context.LONGEST_QUEUE


# Requests that no application sees


def test_headers_that_are_no_address_fill_no_log(caplog: pytest.LogCaptureFixture) -> None:
    malformed = b'GET / HTTP/1.1\r\nHost: desk\r\nConnection: close\r\nX-Forwarded-For: "' + b"x" * 9000 + b"\r\n\r\n"
    with served(App()) as client:
        assert everything_from(client.sends(malformed)).startswith(b"HTTP/1.1 400 Bad Request")
    assert [record.message for record in caplog.records if "x" * 9000 in record.message] == []


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", b"411 Length Required"),
        (HEAD + b"Content-Length: 65537\r\n\r\n", b"413 Request Entity Too Large"),
        (HEAD + b"X-Long: " + b"x" * 40_000 + b"\r\n\r\n", b"431 Request Header Fields Too Large"),
        (HEAD + b"Content-Length: -1\r\n\r\n", b"400 Bad Request"),
        (HEAD + b"Content-Length: 1, 2\r\n\r\n", b"400 Bad Request"),
        (b"nonsense\r\n\r\n", b"400 Bad Request"),
        (b"GET http://[/ HTTP/1.1\r\n\r\n", b"400 Bad Request"),
    ],
)
def test_an_invalid_request_is_refused_in_a_sentence(request_: bytes, status: bytes) -> None:
    with served(App()) as client:
        head, _, body = everything_from(client.sends(request_)).partition(b"\r\n\r\n")
    assert head.splitlines()[0].split(b" ", 1)[1] == status
    assert b"X-Content-Type-Options: nosniff" in head
    assert body.startswith(status[4:] + b": ")
    assert b"waitress" not in head + body


# Requests that a proxy in front and this server could read differently (request smuggling)

NEXT = b"GET /next HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n"
HTTP_1_0 = HEAD.replace(b"HTTP/1.1", b"HTTP/1.0")
EMPTY_CHUNK = b"0\r\n\r\n"
AMBIGUOUS = {
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 70\r\n\r\nabc",
    "the same length twice": HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": HEAD + b"Content-Length: 3, 3\r\n\r\nabc",
    "a length with a sign": HEAD + b"Content-Length: +3\r\n\r\nabc",
    "a length with an underscore": HEAD + b"Content-Length: 1_0\r\n\r\nabc",
    "a length in hex": HEAD + b"Content-Length: 0x3\r\n\r\nabc",
    "no digit in the length": HEAD + b"Content-Length: \r\n\r\n",
    "chunked": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + EMPTY_CHUNK,
    "a length, then chunked": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + EMPTY_CHUNK,
    "chunked, then a length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + EMPTY_CHUNK,
    "chunked and 100-continue": HEAD + b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n" + EMPTY_CHUNK,
    "chunked in HTTP/1.0": HTTP_1_0 + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + EMPTY_CHUNK,
    "a space before the colon": HEAD + b"Content-Length : 3\r\n\r\nabc",
    "a space in a name": HEAD + b"Content Length: 3\r\n\r\nabc",
    "a folded header": HEAD + b"Content-Length: 3\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\nabc",
    "a space before a header": HEAD + b" Content-Length: 3\r\n\r\nabc",
    "a tab before a header": HEAD + b"\tContent-Length: 3\r\n\r\nabc",
    "a name that is not ASCII": HEAD + "Contént-Length: 5\r\n\r\nabcde".encode(),
    "a header without a colon": HEAD + b"Content-Length\r\n\r\nabc",
    "bare LF": b"GET /voice/incoming HTTP/1.1\nHost: desk\n\n",
    "bare LF before a header": HEAD + b"X: a\nContent-Length: 70\r\nContent-Length: 0\r\n\r\n",
    "bare LF before a request": HEAD + b"X: a\n\nGET /next HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "bare CR before a header": HEAD + b"X: a\rContent-Length: 70\r\nContent-Length: 0\r\n\r\n",
    "NUL in a header": HEAD + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "NUL in the path": b"GET /voice\x00/incoming HTTP/1.1\r\nHost: desk\r\n\r\n",
    "a tab in the path": b"GET /voice\t/incoming HTTP/1.1\r\nHost: desk\r\n\r\n",
    "a space in the path": b"GET /voice /incoming HTTP/1.1\r\nHost: desk\r\n\r\n",
    "two hosts": HEAD + b"Host: evil.test\r\nContent-Length: 0\r\n\r\n",
    "two hosts and 100-continue": HEAD + b"Host: evil.test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "no length and 100-continue": HEAD + b"Expect: 100-continue\r\nContent-Length: +3\r\n\r\nabc",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "another host in the address": b"GET http://evil.test/voice/incoming HTTP/1.1\r\nHost: desk\r\n\r\n",
}  # fmt: skip
REFUSED_AS = {
    "chunked",
    "a length, then chunked",
    "chunked, then a length",
    "chunked and 100-continue",
    "chunked in HTTP/1.0",
}


def statuses(answer: bytes) -> list[bytes]:
    return re.findall(rb"HTTP/1\.[01] (\d\d\d) ", answer)


def paths(answer: bytes) -> list[str]:
    return re.findall(r'"PATH_INFO": "([^"]*)"', answer.decode())


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_could_be_read_in_two_ways_is_refused_with_everything_after_it(name: str) -> None:
    with served(App()) as client:
        answer = everything_from(client.sends(AMBIGUOUS[name] + NEXT))
    assert statuses(answer) == [b"411" if name in REFUSED_AS else b"400"]
    assert paths(answer) == []


@pytest.mark.parametrize("coding", [b"identity", b"xchunked", b"gzip, chunked", b"chunked, identity"])
def test_other_codings_are_not_known(coding: bytes) -> None:
    with served(App()) as client:
        head = HEAD + b"Content-Length: 3\r\nTransfer-Encoding: " + coding + b"\r\n\r\nabc"
        assert statuses(everything_from(client.sends(head + NEXT))) == [b"501"]


@pytest.mark.parametrize(
    ("first", "path"),
    [
        (HEAD + b"Content-Length: 3\r\n\r\nabc", "/voice/incoming"),
        (HEAD + b"Content_Length: 70\r\nContent-Length: 3\r\n\r\nabc", "/voice/incoming"),
        (b"GET /voice/incoming HTTP/1.1\r\nHost: desk\r\nContent-Length: 5\r\n\r\nGET /", "/voice/incoming"),
        (b"GET http://desk/voice/incoming HTTP/1.1\r\nHost: desk\r\n\r\n", "/voice/incoming"),
        (b"GET /a%0d%0aHost:%20evil HTTP/1.1\r\nHost: desk\r\n\r\n", r"/a\r\nHost: evil"),
        (b"\r\n" + HEAD + b"Content-Length: 0\r\n\r\n", "/voice/incoming"),
        (HEAD + b"Expect: 100-continue\r\n\r\n", "/voice/incoming"),  # there is nothing to go on with
        (HEAD + b"Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", "/voice/incoming"),
    ],
)
def test_any_other_is_one_request_and_the_next_one_is_itself(first: bytes, path: str) -> None:
    with served(App()) as client:
        answer = everything_from(client.sends(first + NEXT))
    assert (statuses(answer), paths(answer)) == ([b"200", b"200"], [path, "/next"])
    assert b'"HTTP_HOST": "desk, ' not in answer


def test_a_client_that_waits_to_send_is_told_to_go_on() -> None:
    with served(App()) as client:
        waiting = client.sends(HEAD + b"Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        assert waiting.recv(12) == b"HTTP/1.1 100"
        waiting.sendall(b"abc")
        answer = everything_from(waiting)
    assert (statuses(answer), paths(answer)) == ([b"200"], ["/voice/incoming"])


def test_one_whose_body_would_be_too_large_is_refused_before() -> None:
    with served(App()) as client:
        answer = everything_from(client.sends(HEAD + b"Content-Length: 9999999\r\nExpect: 100-continue\r\n\r\n"))
    assert statuses(answer) == [b"413"]


def test_requests_on_one_connection_are_answered_in_order_each_by_its_own_pool() -> None:
    """So that nobody gets the console's work done in the threads for the phones."""
    app = App(held=["/"])
    mixed = b"".join(f"GET {path} HTTP/1.1\r\nHost: desk\r\n\r\n".encode() for path in ("/voice/beep", "/", "/t/token"))
    with served(app) as client:
        several = [client.sends(mixed + NEXT) for _ in range(PHONES.threads + 1)]
        for _ in range(CONSOLE.threads):
            assert app.arrived.acquire(timeout=FAR.total_seconds())
        for path in ("/voice/incoming", "/t/token", "/healthz"):
            assert client.gets(path).status == 200
        assert not app.arrived.acquire(blocking=False)
        app.release.set()
        answers = [everything_from(each) for each in several]
    assert {tuple(paths(answer)) for answer in answers} == {("/voice/beep", "/", "/t/token", "/next")}


def test_the_server_does_not_say_what_it_is() -> None:
    with served(App()) as client:
        answer = client.gets("/")
        assert not {"Server", "Via"} & answer.headers.keys()


# Proxies

FORGED = {
    "X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil.example", "X_Forwarded_Port": "1",
    "X_Forwarded_Prefix": "/evil", "X_Script_Name": "/evil", "Script_Name": "/evil", "X_Forwarded_By": "evil",
}  # fmt: skip


def test_the_trusted_proxy_names_the_peer_and_nothing_else() -> None:
    with served(App()) as client:
        found = client.environ("/", X_Forwarded_For="203.0.113.9, 198.51.100.7", **FORGED)
        assert found["REMOTE_ADDR"] == "198.51.100.7"
        assert client.environ("/", X_Forwarded_For="2001:db8::7")["REMOTE_ADDR"] == "2001:db8::7"
    assert (found["HTTP_HOST"], found["wsgi.url_scheme"]) == (f"127.0.0.1:{client.port}", "http")
    assert (found["SCRIPT_NAME"], found["PATH_INFO"], found["SERVER_PORT"]) == ("", "/", str(client.port))


def test_from_anybody_else_the_headers_of_a_proxy_are_dropped() -> None:
    with served(App(), trusted_proxy="192.0.2.1") as client:
        found = client.environ("/", X_Forwarded_For="198.51.100.7", Forwarded="for=198.51.100.7", **FORGED)
    assert found["REMOTE_ADDR"] == "127.0.0.1"
    assert not {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_FORWARDED_HOST"} & found.keys()


# Beginning and end


def test_at_the_end_the_request_under_way_is_answered_and_no_other_is_taken() -> None:
    app = App(held=["/voice/incoming"])
    stopping = threading.Event()
    with held_port() as port, Client(port) as client:
        server = in_a_thread(lambda: run(app, port, stopping))
        eventually(lambda: answers(client), "the server listens")
        idle, under_way = client.sends(HALF_OPEN_HEAD), client.sends(HEAD + b"Content-Length: 0\r\n\r\n")
        assert app.arrived.acquire(timeout=FAR.total_seconds())
        stopping.set()
        assert everything_from(idle) == b""
        eventually(lambda: not answers(client), "the port is closed")
        app.release.set()
        assert everything_from(under_way).startswith(b"HTTP/1.1 200 OK")
        server.join(FAR.total_seconds())
        assert not server.is_alive()


def run(app: App, port: int, stopping: threading.Event) -> None:
    with WebServer(app, "127.0.0.1", port, "127.0.0.1") as server:
        server.run(stopping)


def answers(client: Client) -> bool:
    try:
        return client.gets("/healthz").status == 200
    except ConnectionError:
        return False


def test_a_request_that_does_not_end_holds_the_end_up_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_server, "STOPPED_WITHIN", 0.1)
    app = App(held=["/"])
    with held_port() as port, Client(port) as client:
        with serving(app, "127.0.0.1", port):
            stuck = client.sends(b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n")
            assert app.arrived.acquire(timeout=FAR.total_seconds())
        assert everything_from(stuck) == b""
        app.release.set()


def test_an_unusable_address_is_reported_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"^Cannot listen on 127\.0\.0\.1, port {port}: .*another --host"):
            listeners("127.0.0.1", port)
    with pytest.raises(CannotListen, match=r"^Cannot listen on nowhere\.invalid: .* Choose another --host\.$"):
        listeners("nowhere.invalid", 8000)


def test_an_ipv6_address_works() -> None:
    try:
        (free,) = listeners("::1", 0)
    except CannotListen:
        pytest.skip("this machine has no IPv6")
    with closing(free):
        port = free.getsockname()[1]
    with serving(App(), "::1", port):
        asked = http.client.HTTPConnection("::1", port, timeout=FAR.total_seconds())
        asked.request("GET", "/")
        assert json.loads(asked.getresponse().read())["REMOTE_ADDR"] == "::1"
        asked.close()


@pytest.mark.parametrize(
    ("limits", "raised_to", "connections"),
    [
        ((1024, 20_000), 3256, 1000),
        ((20_000, 20_000), None, 1000),
        ((-1, -1), None, 1000),
        ((1024, -1), 3256, 1000),
        ((1024, 1024), None, 256),
        ((64, 64), None, 85),
    ],
)
def test_as_many_connections_as_files_allow(
    limits: tuple[int, int], raised_to: int | None, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource, asked = pytest.importorskip("resource"), list[tuple[int, int]]()
    monkeypatch.setattr(web_server, "CONNECTIONS", 1000)
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: asked.append(wanted))
    assert web_server.allowed_connections() == connections
    assert asked == ([(raised_to, limits[1])] if raised_to else [])
