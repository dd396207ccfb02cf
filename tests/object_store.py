"""A real server that speaks S3, for the tests: moto's, in a process of its own. In front of it, a door where things go
wrong: a network that fails, a server that refuses, an upload that is cut off.

moto checks no signatures, so what a wrong key gets is said by the door.
"""

from __future__ import annotations

import contextlib
import enum
import http.client
import ssl
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import boto3
import requests

from callbacks.media.object_store import Bucket, ObjectStore, Patience
from tests.ports import held_port
from tests.waiting import NeverHappened, eventually

KEY, SECRET = "of the test", "sesame of the test"
LONG = timedelta(minutes=1)
UNHURRIED = Patience(LONG, LONG, 0, LONG)
ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>No.</Message></Error>"


class NoObjectStore(Exception):
    """There is no object store to be had on this machine."""


class Trouble(enum.Enum):
    """What goes wrong at the door."""

    REFUSED = "403"  # to this key
    BUSY = "503"
    SILENT = "takes the request and never answers"
    UPLOAD_CUT = "hangs up in the middle of an upload"
    ANSWER_CUT = "hangs up in the middle of an answer"
    CHANGED = "keeps other bytes than it was sent"


@dataclass
class Door:
    """Stands before a server, and lets requests through unless there is trouble with their method."""

    port: int
    behind: int
    trouble: Trouble | None = None
    methods: tuple[str, ...] = ("GET", "PUT", "HEAD", "DELETE", "POST")
    requests: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def goes_wrong(self, trouble: Trouble | None, *methods: str) -> None:
        self.trouble, self.methods = trouble, methods or ("GET", "PUT", "HEAD", "DELETE", "POST")


@dataclass(frozen=True)
class ObjectStoreServer:
    """A running server, and the door in front of it."""

    port: int
    door: Door

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def new_bucket(self, endpoint: str = "") -> Bucket:
        """Return a new bucket with a prefix."""
        name = f"desk-{uuid.uuid4().hex}"
        requests.put(f"{self.url}/{name}", timeout=LONG.total_seconds()).raise_for_status()
        return Bucket(name, "night/desk", endpoint or self.url, "us-east-1", KEY, SECRET)

    def settings_of(self, bucket: Bucket) -> dict[str, Any]:
        """Return the settings of a service that uses a bucket, by their names in `Settings`."""
        return {
            "media_url": f"s3://{bucket.name}/{bucket.prefix}",
            "s3_endpoint": bucket.endpoint,
            "s3_access_key": bucket.access_key,
            "s3_secret_key": bucket.secret_key,
        }

    def kept(self, bucket: Bucket) -> dict[str, bytes]:
        """Return what is in a bucket by its whole key, as another program sees it."""
        there = boto3.resource(
            "s3",
            endpoint_url=self.url,
            region_name=bucket.region,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )
        try:
            return {each.key: each.get()["Body"].read() for each in there.Bucket(bucket.name).objects.all()}
        finally:
            there.meta.client.close()


@contextlib.contextmanager
def object_store_server() -> Iterator[ObjectStoreServer]:
    """Give a running server with its door. Raise NoObjectStore."""
    if find_spec("moto") is None:
        raise NoObjectStore("moto is not installed (pip install 'moto[s3]' flask-cors).")
    with held_port() as port, held_port() as door_port:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        printed: list[str] = []
        reader = threading.Thread(target=lambda: printed.extend(process.stdout or ()), daemon=True)
        reader.start()
        try:
            _wait_for(process, port, printed)
            with _open(Door(door_port, port)) as door:
                yield ObjectStoreServer(port, door)
        finally:
            process.terminate()
            process.wait()
            reader.join()
            if process.stdout is not None:
                process.stdout.close()


def _wait_for(process: subprocess.Popen[str], port: int, printed: list[str]) -> None:
    def answers() -> bool:
        if process.poll() is not None:
            raise NoObjectStore(f"moto ended at once: {''.join(printed)[-1000:]}")
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"http://127.0.0.1:{port}/", timeout=LONG.total_seconds()).ok
        return False

    try:
        eventually(answers, "the object store answers")
    except NeverHappened as never:
        raise NoObjectStore(f"moto does not answer: {''.join(printed)[-1000:]}") from never


@contextlib.contextmanager
def secure_door(server: ObjectStoreServer, certificate: Path) -> Iterator[str]:
    """Give the address of a door that speaks TLS, with a certificate and its key."""
    with held_port() as port, _open(Door(port, server.port), certificate) as door:
        yield door.url.replace("http:", "https:")


@contextlib.contextmanager
def _open(door: Door, certificate: Path | None = None) -> Iterator[Door]:
    class Handler(_Handler):
        at = door

    with ThreadingHTTPServer(("127.0.0.1", door.port), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        if certificate is not None:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(certificate)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield door
        finally:
            door.closing.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    at: Door
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        door = self.at
        door.requests.append(f"{self.command} {self.path}")
        trouble = door.trouble if self.command in door.methods else None
        length = int(self.headers.get("Content-Length", 0))
        self.close_connection = trouble is not None
        match trouble:
            case Trouble.UPLOAD_CUT:
                self.rfile.read(length // 2)
            case Trouble.SILENT:
                door.closing.wait(LONG.total_seconds())
            case Trouble.REFUSED | Trouble.BUSY:
                self.rfile.read(length)
                code = "AccessDenied" if trouble is Trouble.REFUSED else "SlowDown"
                self._answers(int(trouble.value), ERROR.format(code=code).encode())
            case _:
                body = self.rfile.read(length)
                self._passes_on(body[:-1] + b"?" if trouble is Trouble.CHANGED else body, trouble)

    do_PUT = do_HEAD = do_DELETE = do_POST = do_GET  # noqa: N815 - called so by http.server

    def _passes_on(self, body: bytes, trouble: Trouble | None) -> None:
        behind = http.client.HTTPConnection("127.0.0.1", self.at.behind)
        try:
            behind.request(self.command, self.path, body, dict(self.headers))
            answer = behind.getresponse()
            content = answer.read()
        finally:
            behind.close()
        headers = {name: value for name, value in answer.getheaders() if name not in ("Connection", "Date", "Server")}
        if trouble is Trouble.ANSWER_CUT:
            content = content[: len(content) // 2]
        self._answers(answer.status, content, headers)

    def _answers(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content if self.command != "HEAD" else b"")

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


def store_in(bucket: Bucket, patience: Patience = UNHURRIED) -> ObjectStore:
    """Return the store of a bucket, which waits as long as it takes."""
    return ObjectStore(bucket, patience)
