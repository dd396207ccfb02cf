"""A session calls a WSGI app as it would over the network."""

from __future__ import annotations

import pytest
import requests
from flask import Flask, Response, request

from ivr.simulator.in_process import ConnectionRefused, ResponseLost, mount


@pytest.fixture
def session() -> requests.Session:
    app = Flask("app")
    app.config["PROPAGATE_EXCEPTIONS"] = True

    @app.post("/echo/<path:path>")
    def echo(path: str) -> Response:
        parts = [path, request.args["q"], request.form["text"], request.headers["X-Word"], request.url]
        return Response("|".join(parts), status=201, headers={"X-Back": "yes"})

    @app.get("/lost")
    def lost() -> Response:
        raise ResponseLost

    @app.get("/refused")
    def refused() -> Response:
        raise ConnectionRefused

    session = requests.Session()
    mount(session, "https://app.test", app)
    return session


def test_the_app_gets_the_request_and_the_session_its_response(session: requests.Session) -> None:
    url = "https://app.test/echo/%C3%A9t%C3%A9?q=a+b"
    response = session.post(url, data={"text": "Réponse"}, headers={"X-Word": "hello"})
    assert response.text == "été|a b|Réponse|hello|https://app.test/echo/été?q=a+b"
    assert (response.status_code, response.headers["x-back"]) == (201, "yes")


def test_a_lost_response_looks_like_a_timeout(session: requests.Session) -> None:
    with pytest.raises(requests.ReadTimeout):
        session.get("https://app.test/lost")


def test_a_refused_connection_looks_like_one(session: requests.Session) -> None:
    with pytest.raises(requests.ConnectTimeout):
        session.get("https://app.test/refused")
