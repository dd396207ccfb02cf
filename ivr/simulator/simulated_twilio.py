"""Twilio as a whole, as far as a phone desk uses it: the carrier, its REST API, and the browser phone."""

from __future__ import annotations

import requests
from flask import Flask

from ivr.simulator.browser.blueprint import browser_blueprint
from ivr.simulator.browser.settings import BrowserSettings
from ivr.simulator.carrier import Carrier
from ivr.simulator.events import Clock
from ivr.simulator.rest.blueprint import rest_blueprint
from ivr.simulator.rest.setup import setup_blueprint
from ivr.simulator.rest.storage import storage_blueprint


class SimulatedTwilio(Carrier):
    """A carrier that is reached over HTTP: `wsgi` serves the REST API below /2010-04-01 and the browser phone at /."""

    def __init__(self, clock: Clock, account_sid: str, auth_token: str, http: requests.Session | None = None) -> None:
        super().__init__(clock, account_sid, auth_token, http)
        self.browser = BrowserSettings()
        self.wsgi: Flask = _application(self, self.browser)


def _application(carrier: Carrier, settings: BrowserSettings) -> Flask:
    app = Flask("simulator", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = True  # so that a lost response breaks the connection, without an error page
    app.register_blueprint(browser_blueprint(carrier, settings))
    app.register_blueprint(rest_blueprint(carrier))
    app.register_blueprint(setup_blueprint(carrier))
    app.register_blueprint(storage_blueprint(carrier))
    return app
