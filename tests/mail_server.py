"""A mail server on this machine, which speaks as much SMTP as the tests need."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class MailServer(socketserver.ThreadingTCPServer):
    """As much of RFC 5321 as one mail needs; what it answers to RCPT is up to the test."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answer: str, tls: ssl.SSLContext | None = None, *, tls_at_once: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answer, self.tls, self.tls_at_once = answer, tls, tls_at_once
        self.extensions = ["AUTH PLAIN", "STARTTLS"] if tls is not None else []
        self.goodbye = "221 bye"
        self.mails: list[bytes] = []
        self.commands: list[str] = []  # in the clear
        self.secret_commands: list[str] = []  # over TLS

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.is_secret = False
        with suppress(OSError):  # the client hangs up on a certificate that it does not trust
            if self.server.tls_at_once:
                self._begin_tls()
            self._converse()
        self.request.close()

    def _begin_tls(self) -> None:
        assert self.server.tls is not None
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.setup()
        self.is_secret = True

    def _converse(self) -> None:
        self._say("220 mail.test")
        while line := self.rfile.readline().decode().strip():
            (self.server.secret_commands if self.is_secret else self.server.commands).append(line)
            match line.split()[0].upper():
                case "EHLO":
                    first, *others = reversed(["mail.test", *self.server.extensions])
                    for each in reversed(others):
                        self._say(f"250-{each}")
                    self._say(f"250 {first}")
                case "STARTTLS":
                    self._say("220 go on")
                    self._begin_tls()
                case "AUTH":
                    self._say("235 welcome")
                case "RCPT":
                    self._say(self.server.answer)
                case "DATA":
                    self._say("354 go on")
                    self.server.mails.append(self._mail())
                    self._say("250 kept")
                case "QUIT":
                    self._say(self.server.goodbye)
                    return
                case _:
                    self._say("250 fine")

    def _mail(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return b"".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def running(server: MailServer) -> Iterator[MailServer]:
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
