"""Adds every webhook of the carrier to an app."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from ivr import sms
from ivr.caller import fallback, reports, screen, team_screen
from ivr.caller import routes as caller
from ivr.technician import connections, delivery_reports, dial_in, notices, page_calls
from ivr.twilio.context import EXTENSION, WebhookContext
from ivr.wording.catalogue import own_prompts


def register_webhooks(app: Flask, context: WebhookContext) -> None:
    """Add the webhooks to an app, with the context that they work with."""
    app.extensions[EXTENSION] = replace(context, own_words=own_prompts(context.desk))
    customers = (caller, screen, team_screen, reports, fallback)
    technicians = (page_calls, dial_in, notices, connections, delivery_reports)
    for module in (*customers, *technicians, sms):
        app.register_blueprint(module.blueprint)
