"""HTTP without a socket: a requests session that calls a WSGI app in the same process."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

Wsgi = Callable[..., Iterable[bytes]]


class ResponseLost(Exception):
    """An app raises this to break the connection after it has done its work."""


class ConnectionRefused(Exception):
    """An app raises this to refuse the connection before it has done anything."""


def mount(session: requests.Session, url: str, app: Wsgi) -> None:
    """Send every request below this URL to a WSGI app."""
    session.mount(url, InProcess(app))


class InProcess(BaseAdapter):
    """A transport adapter that calls a WSGI app instead of the network."""

    def __init__(self, app: Wsgi) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
            started[:] = [status, headers]

        try:
            body = self._app(_environ(request), start_response)
            content = b"".join(body)
            if hasattr(body, "close"):
                body.close()
        except ResponseLost:
            raise requests.ReadTimeout("the response was lost", request=request) from None
        except ConnectionRefused:
            raise requests.ConnectTimeout("connection refused", request=request) from None
        return _response(request, started[0], started[1], content)

    def close(self) -> None:
        pass


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    parts = urlsplit(request.url or "")
    body = request.body or b""
    data = body.encode() if isinstance(body, str) else bytes(body)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method or "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(data),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(data)),
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def _response(
    request: requests.PreparedRequest, status: str, headers: list[tuple[str, str]], content: bytes
) -> requests.Response:
    response = requests.Response()
    response.status_code = int(status.split(" ", 1)[0])
    response.headers = CaseInsensitiveDict(headers)
    response.encoding = "utf-8"
    response.raw = io.BytesIO(content)
    response._content = content
    response.url = request.url or ""
    response.request = request
    return response
