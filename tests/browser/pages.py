"""Every page that somebody can open: each GET route with addresses to look at, so that none is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.demo import Demo

OPENED = "{page_of_open}#opened"  # with the number and the message, after a press of the button
# A route of the web app: addresses on which it shows something; {names} are those of `Lived.address`.
PAGES: dict[str, list[str]] = {
    "/": ["/"],
    "/login": ["/login"],
    "/queue": ["/queue", "/queue?view=release"],
    "/callbacks": ["/callbacks", "/callbacks?words=nothing"],
    "/callbacks/new": ["/callbacks/new", "/callbacks/new?whom=5145550199"],
    "/callbacks/<reference>": ["/callbacks/{open}", "/callbacks/{not_to_be_rung}", "/callbacks/{resolved}"],
    "/callbacks/<reference>/why": ["/callbacks/{open}/why?at=2026-11-28T22:14", "/callbacks/{resolved}/why?at=soon"],
    "/calls": ["/calls"],
    "/mails": ["/mails"],
    "/boxes": ["/boxes"],
    "/customers": ["/customers", "/customers?words=nobody"],
    "/customers/<int:customer_id>": ["/customers/1"],
    "/numbers/<number>": ["/numbers/+15145550199"],
    "/blocked-numbers": ["/blocked-numbers"],
    "/reports": ["/reports", "/reports?since=soon&tables=open"],
    "/reports/billing": ["/reports/billing"],
    "/reports/digest": ["/reports/digest"],
    "/announcements": ["/announcements"],
    "/setup": ["/setup"],
    "/status": ["/status", "/status?lang=fr"],
    "/account": ["/account"],
    "/users": ["/users"],
    "/audit": ["/audit"],
    "/forget": ["/forget"],
    "/people": ["/people"],
    "/rota": ["/rota", "/rota?view=month&from=2026-11", "/rota?view=week&from=soon"],
    "/what-if": ["/what-if", "/what-if?line=direct&at=tomorrow", "/what-if?line=direct&at=2026-12-01T10:00"],
    "/t/<token>": ["{page_of_open}", OPENED, "{page_of_resolved}", "/t/expired"],
}
BESIDE_THE_APP = ["/simulator/", "/callbacks/ZZ-000", "/nowhere"]
REFUSED = {"/t/expired": "410", "/callbacks/ZZ-000": "404", "/nowhere": "404"}
ADDRESSES = [address for addresses in PAGES.values() for address in addresses] + BESIDE_THE_APP
NOT_PAGES = {  # for other programs, players and scrapers
    "/healthz",
    "/readyz",
    "/metrics",
    "/static/<path:filename>",
    "/media/<token>.wav",
    "/media/prompts/<name>",
    "/voicemails/<int:voicemail_id>.wav",
    "/t/<token>/message.wav",
    "/attachments/<int:attachment_id>",
    "/t/<token>/attachments/<int:attachment_id>",
    "/callbacks.csv",
    "/callbacks.json",
    "/customers.csv",
    "/reports/<name>.csv",
    "/reports/billing.csv",
    "/reports/billing-sums.csv",
    "/rota/hours.csv",
    "/invitation/<key>",  # looked at in a test of its own
    "/login/code",  # only between the password and the code; looked at in a test of its own
    "/calendar/<key>.ics",
    "/status.atom",
    "/status/confirm/<token>",  # looked at in a test of its own
    "/status/leave/<token>",
}


@dataclass(frozen=True)
class Lived:
    """The demo after its night, and where its pages are."""

    demo: Demo

    def address(self, template: str) -> str:
        resolved, taken, not_to_be_rung, *_ = self.demo.references()
        return template.format(
            open=taken,
            not_to_be_rung=not_to_be_rung,
            resolved=resolved,
            page_of_open=self.demo.page_behind_the_link("Amy", taken),
            page_of_resolved=self.demo.page_behind_the_link("Amy", resolved),
        )
