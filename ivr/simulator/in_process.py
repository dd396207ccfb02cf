"""Serves a host from a WSGI application inside this process: the same code, the same bytes, and no socket.

    mount(session, "http://desk.test", desk.wsgi_app)

Path and query reach the application byte for byte, so a signature over the URL is checked as on a real server.
An application that raises TimeoutError or ConnectionError is a network that failed: `requests` sees what it would see.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse


def mount(session: requests.Session, base_url: str, application: Any) -> None:
    """Let this session reach the application under the base URL; what follows the host is its SCRIPT_NAME."""
    session.mount(base_url, InProcess(application, urlsplit(base_url).path.rstrip("/")))


class InProcess(BaseAdapter):
    """A transport that calls a WSGI application."""

    def __init__(self, application: Any, script_name: str = "") -> None:
        super().__init__()
        self._application, self._script_name = application, script_name
        self._http = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        head: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
            head["status"], head["headers"] = status, headers
            return lambda body: None

        environ = environment(request, self._script_name, timeout[1] if isinstance(timeout, tuple) else timeout)
        try:
            body = _whole(self._application(environ, start_response))
        except TimeoutError as fault:
            raise requests.ReadTimeout(f"Read timed out. ({fault})", request=request) from fault
        except ConnectionError as fault:
            raise requests.ConnectionError(f"Connection failed: {fault}", request=request) from fault
        return self._response(request, head["status"], head["headers"], body)

    def close(self) -> None:
        """There is nothing to close."""

    def _response(
        self, request: requests.PreparedRequest, status: str, headers: list[tuple[str, str]], body: bytes
    ) -> requests.Response:
        code, _, reason = status.partition(" ")
        raw = HTTPResponse(
            io.BytesIO(b"" if request.method == "HEAD" else body),
            HTTPHeaderDict(headers),
            int(code),
            reason=reason,
            preload_content=False,
        )
        return self._http.build_response(request, raw)


def environment(request: requests.PreparedRequest, script_name: str, timeout: float | None) -> dict[str, Any]:
    """Give the WSGI environment of a request, with the path as it came."""
    parts = urlsplit(request.url or "")
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    raw_path = parts.path or "/"
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method or "GET",
        "SCRIPT_NAME": script_name,
        "PATH_INFO": unquote_to_bytes(raw_path[len(script_name) :]).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "RAW_URI": raw_path + (f"?{parts.query}" if parts.query else ""),
        "REQUEST_URI": raw_path + (f"?{parts.query}" if parts.query else ""),
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "simulator.patience": timeout,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key != "CONTENT_LENGTH":
            environ[f"HTTP_{key}"] = value
    return environ


def _whole(chunks: Iterable[bytes]) -> bytes:
    try:
        return b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
