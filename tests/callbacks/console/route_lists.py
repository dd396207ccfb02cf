"""Every route of the service, by who may use it. A new route needs a line here; tests/test_routes.py walks them all."""

from __future__ import annotations

from callbacks.console.callbacks.acts import FORMS, acts_of
from callbacks.db.states import Role
from callbacks.people import users

# POST, and nothing else: they answer to whoever signs as the carrier does.
SIGNED_BY_TWILIO = {
    "/voice/incoming", "/voice/announcement", "/voice/menu", "/voice/wait", "/voice/waited",
    "/voice/screen", "/voice/screen/key", "/voice/screen/follow-up",
    "/voice/beep", "/voice/recorded", "/voice/recording", "/voice/status", "/voice/fallback", "/voice/language",
    "/voice/admission", "/voice/transcription",
    "/voice/team", "/voice/team/screen", "/voice/team/screen/key", "/voice/team/answered",
    "/voice/review", "/voice/listen", "/voice/number", "/voice/number/read-back",
    "/voice/urgency", "/voice/name-time", "/voice/name-time/hour", "/voice/name-time/confirmed",
    "/voice/page", "/voice/page/key", "/voice/page/heard", "/voice/page/notice", "/voice/page/status",
    "/voice/connect", "/voice/connect/key", "/voice/connect/answered", "/voice/connect/outcome",
    "/voice/screen/ended", "/voice/again", "/voice/connect/ended", "/voice/connect/status", "/voice/dial-in/key",
    "/sms/incoming", "/sms/status",
}  # fmt: skip
PUBLIC = {
    "/login", "/login/code", "/login/passkey", "/login/passkey/options", "/logout",
    "/static/<path:filename>", "/healthz", "/readyz", "/metrics",
    "/status", "/status.atom", "/status/subscribe",
}  # fmt: skip
# The address is the key: a link that was sent to one person, or entered into one calendar.
BY_SECRET_ADDRESS = {
    "/media/<token>.wav", "/media/prompts/<name>", "/calendar/<key>.ics", "/invitation/<key>",
    "/status/confirm/<token>", "/status/leave/<token>",
    "/t/<token>", "/t/<token>/open", "/t/<token>/message.wav", "/t/<token>/take", "/t/<token>/connect",
    "/t/<token>/pass",
    "/t/<token>/outcome", "/t/<token>/note", "/t/<token>/number", "/t/<token>/unreachable", "/t/<token>/manager",
    "/t/<token>/time", "/t/<token>/consent", "/t/<token>/refuse", "/t/<token>/billing-consent",
    "/t/<token>/split", "/t/<token>/ticket", "/t/<token>/join", "/t/<token>/new",
    "/t/<token>/product", "/t/<token>/priority",
    "/t/<token>/reply", "/t/<token>/attachments/<int:attachment_id>",
}  # fmt: skip
EVERYONE = users.ROLES
READERS = ("administrator", "supervisor", "reader")
WORKERS = ("administrator", "supervisor", "technician")
SUPERVISING = ("administrator", "supervisor")
ADMINISTRATORS = ("administrator",)
# Method, address as in the code, an example of it, and who may.
LOGGED_IN = [
    ("GET", "/", "/", EVERYONE),
    ("GET", "/queue", "/queue?view=mine&page=2", EVERYONE),
    ("GET", "/callbacks", "/callbacks?words=0199", EVERYONE),
    ("GET", "/callbacks.csv", "/callbacks.csv", EVERYONE),
    ("GET", "/callbacks.json", "/callbacks.json", EVERYONE),
    ("GET", "/callbacks/new", "/callbacks/new?whom=5145550199", WORKERS),
    ("POST", "/callbacks/new", "/callbacks/new", WORKERS),
    ("GET", "/callbacks/<reference>", "/callbacks/{reference}", EVERYONE),
    ("GET", "/callbacks/<reference>/why", "/callbacks/{reference}/why?at=2026-11-28T22:14", EVERYONE),
    *(
        ("POST", "/callbacks/<reference>/<act>", f"/callbacks/{{reference}}/{act}",
         WORKERS if act in acts_of(Role.TECHNICIAN) else SUPERVISING)
        for act in FORMS
    ),
    ("GET", "/calls", "/calls", READERS),
    ("GET", "/mails", "/mails", READERS),
    ("GET", "/boxes", "/boxes", READERS),
    ("GET", "/customers", "/customers?words=acme", EVERYONE),
    ("GET", "/customers.csv", "/customers.csv", READERS),
    ("POST", "/customers/add", "/customers/add", SUPERVISING),
    ("POST", "/customers/import", "/customers/import", SUPERVISING),
    ("GET", "/customers/<int:customer_id>", "/customers/1", EVERYONE),
    ("POST", "/customers/<int:customer_id>/<act>", "/customers/1/change", SUPERVISING),
    ("GET", "/numbers/<number>", "/numbers/+15145550199", EVERYONE),
    ("GET", "/blocked-numbers", "/blocked-numbers", EVERYONE),
    ("POST", "/blocked-numbers/set", "/blocked-numbers/set", SUPERVISING),
    ("POST", "/blocked-numbers/end", "/blocked-numbers/end", SUPERVISING),
    ("GET", "/reports", "/reports?since=2026-11-01", READERS),
    ("GET", "/reports/<name>.csv", "/reports/attainment.csv", READERS),
    ("GET", "/reports/billing", "/reports/billing?month=2026-11", READERS),
    ("GET", "/reports/billing.csv", "/reports/billing.csv?month=2026-11", READERS),
    ("GET", "/reports/billing-sums.csv", "/reports/billing-sums.csv?month=2026-11", READERS),
    ("GET", "/reports/digest", "/reports/digest?day=2026-11-28", READERS),
    ("GET", "/voicemails/<int:voicemail_id>.wav", "/voicemails/1.wav", EVERYONE),
    ("GET", "/attachments/<int:attachment_id>", "/attachments/1", EVERYONE),
    ("GET", "/people", "/people", EVERYONE),
    ("POST", "/people/add", "/people/add", SUPERVISING),
    ("POST", "/people/<int:technician_id>/<act>", "/people/1/test", WORKERS),  # a technician's own
    ("POST", "/people/<int:technician_id>/<act>", "/people/2/test", SUPERVISING),
    ("POST", "/people/<int:technician_id>/<act>", "/people/1/remove", SUPERVISING),
    ("POST", "/people/<int:technician_id>/<act>", "/people/1/allow", SUPERVISING),
    ("POST", "/people/<int:technician_id>/<act>", "/people/2/lost-phone", SUPERVISING),
    ("GET", "/rota", "/rota", EVERYONE),
    ("GET", "/rota/hours.csv", "/rota/hours.csv?from=2026-11-01", READERS),
    ("POST", "/rota/<act>", "/rota/add", SUPERVISING),
    ("GET", "/what-if", "/what-if", EVERYONE),
    ("GET", "/announcements", "/announcements", EVERYONE),
    ("POST", "/announcements/<act>", "/announcements/start", SUPERVISING),
    ("GET", "/setup", "/setup?year=2027", EVERYONE),
    ("POST", "/setup/<act>", "/setup/close", SUPERVISING),
    ("GET", "/account", "/account", EVERYONE),
    ("POST", "/account/<act>", "/account/second-factor", EVERYONE),
    ("POST", "/account/password", "/account/password", EVERYONE),
    ("POST", "/account/sessions/<any('end', 'end-others'):act>", "/account/sessions/end", EVERYONE),
    ("POST", "/account/passkeys/<any('add', 'confirm'):use>/options", "/account/passkeys/add/options", EVERYONE),
    ("GET", "/users", "/users", ADMINISTRATORS),
    ("POST", "/users/<act>", "/users/add", ADMINISTRATORS),
    ("GET", "/audit", "/audit", SUPERVISING),
    ("GET", "/forget", "/forget", SUPERVISING),
    ("POST", "/forget", "/forget", SUPERVISING),
]  # fmt: skip
