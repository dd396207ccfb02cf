"""A web server that answers as a test says, and keeps what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from werkzeug import Request, Response
from werkzeug.serving import make_server


@dataclass
class Answering:
    """What the server answers, and the paths of the requests that came."""

    status: int = 200
    paths: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def answering() -> Iterator[Answering]:
    """Run the server until the block ends."""
    state = Answering()

    @Request.application
    def app(request: Request) -> Response:
        state.paths.append(request.path)
        return Response("x", state.status)

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
