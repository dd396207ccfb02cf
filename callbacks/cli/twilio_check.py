"""`check --twilio`: what to change in the account at Twilio so that it matches the desk.

Each part makes its own requests, so that one that fails does not hide the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType

from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import MESSAGING, Carrier, OwnedNumber
from callbacks.settings import Settings
from callbacks.text.formats import readable_number

VOICE = "https://voice.twilio.com/v1"
ACCOUNTS = "https://accounts.twilio.com/v1"
METHOD = "POST"
STATIC_DOCUMENT = re.compile(r"https://handler\.twilio\.com/twiml/EH[0-9a-f]{32}")
MOST_NAMED = 8  # countries in one sentence
# What Twilio uses in place of the URLs of a number.
INSTEAD_OF_URLS = ("voice_application_sid", "sms_application_sid", "trunk_sid")


@dataclass(frozen=True)
class NumberUrl:
    """A URL that is set for a number: what Twilio's console calls it, and its fields in the API."""

    name: str
    field: str
    method_field: str
    url: str
    may_be_static: bool = False  # a document that Twilio itself serves is as good

    def is_set(self, number: OwnedNumber) -> bool:
        found = number.fields.get(self.field, "")
        if self.may_be_static and STATIC_DOCUMENT.fullmatch(found):
            return True
        return (found, number.fields.get(self.method_field, METHOD)) == (self.url, METHOD)

    def found(self, number: OwnedNumber) -> str:
        """Return what is set now, with the method where that is wrong."""
        url, method = number.fields.get(self.field) or "nothing", number.fields.get(self.method_field, METHOD)
        return url if method == METHOD else f"{url} ({method})"

    def to_set(self) -> dict[str, str]:
        """Return the parameters that set it."""
        return {_as_parameter(self.field): self.url, _as_parameter(self.method_field): METHOD}


def _as_parameter(field: str) -> str:
    return "".join(part.capitalize() for part in field.split("_"))


def urls_of_numbers(public_url: str) -> tuple[NumberUrl, ...]:
    """Return the URLs to enter at Twilio for every number of the desk."""
    return (
        NumberUrl("A call comes in", "voice_url", "voice_method", f"{public_url}/voice/incoming"),
        NumberUrl(
            "Primary handler fails",
            "voice_fallback_url",
            "voice_fallback_method",
            f"{public_url}/voice/fallback",
            may_be_static=True,
        ),
        NumberUrl("Call status changes", "status_callback", "status_callback_method", f"{public_url}/voice/status"),
        NumberUrl("A message comes in", "sms_url", "sms_method", f"{public_url}/sms/incoming"),
    )


def account_faults(carrier: Carrier, settings: Settings, desk: Desk) -> Iterator[str]:
    """Yield what is wrong at Twilio, each with its remedy."""
    try:
        owned = {each.number: each for each in carrier.numbers()}
    except CarrierError as fault:
        yield _no_answer(fault)
        return
    if not settings.api_key:  # a standard API key may not read the account itself
        yield from _asked(lambda: _account(carrier))
    for name, line in desk.lines.items():
        yield from _line_faults(f"{readable_number(line.number)} ({name})", owned.get(line.number), settings)
    if desk.canary is not None:
        yield from _canary_faults(desk.canary.number, owned.get(desk.canary.number), settings)
    yield from _asked(lambda: _sender_faults(carrier, settings, owned))
    countries = sorted(desk.dialing_rules.called_without_consent)
    yield from _asked(lambda: _voice_permissions(carrier, countries))
    yield from _asked(lambda: _text_permissions(carrier, countries))


def set_urls(carrier: Carrier, settings: Settings, desk: Desk) -> Iterator[str]:
    """Set the URLs of the desk's numbers where they differ, and yield each change. Raise CarrierError."""
    owned = {each.number: each for each in carrier.numbers()}
    canary = [desk.canary.number] if desk.canary is not None else []
    for each_number in (*(line.number for line in desk.lines.values()), *canary):
        number = owned.get(each_number)
        wrong = [each for each in urls_of_numbers(settings.public_url) if number and not each.is_set(number)]
        if number is not None and wrong:
            carrier.set_up_number(number.sid, {name: value for each in wrong for name, value in each.to_set().items()})
            for each in wrong:
                change = f"{each.found(number)} -> {each.url}"
                yield f'Set at Twilio for {readable_number(each_number)}: "{each.name}", {change}'


def _asked(ask: Callable[[], Iterator[str]]) -> Iterator[str]:
    try:
        yield from list(ask())
    except CarrierError as fault:
        yield _no_answer(fault)


def _no_answer(fault: CarrierError) -> str:
    if fault.status == 401:
        return "Twilio rejects the credentials. Copy TWILIO_ACCOUNT_SID and the token or API key from its console."
    return f"A request to Twilio failed. {fault} Try again later."


def _account(carrier: Carrier) -> Iterator[str]:
    status = carrier.resource("{account}.json").get("status")
    if status != "active":
        yield f"The account at Twilio is {status}, so no texts or calls go out. Contact Twilio's support."


def _line_faults(line: str, number: OwnedNumber | None, settings: Settings) -> Iterator[str]:
    if number is None:
        yield f"{line} is not a number of this account. Buy or port it there, or correct the desk file."
        return
    if "voice" not in number.capabilities:
        yield f"{line} cannot take calls. Use another number for this line."
    for field in INSTEAD_OF_URLS:
        if sid := number.fields.get(field):
            yield f"{line} is handled by {sid}, so Twilio ignores its URLs. Remove {sid} from the number."
    for each in urls_of_numbers(settings.public_url):
        if not each.is_set(number):
            found = number.fields.get(each.field) or "nothing"
            method = number.fields.get(each.method_field, METHOD)
            yield (
                f'{line}: "{each.name}" is {found} ({method}). Set it to {each.url} ({METHOD}), or run: '
                "check --twilio --set."
            )


def _canary_faults(canary: str, number: OwnedNumber | None, settings: Settings) -> Iterator[str]:
    """Yield what keeps the number of the daily test call from calling a line, or from receiving the page."""
    name = f"{readable_number(canary)} (canary)"
    yield from _line_faults(name, number, settings)
    if number is not None and "sms" not in number.capabilities:
        yield f"{name} cannot receive texts. Use another number for the canary."


def _sender_faults(carrier: Carrier, settings: Settings, owned: dict[str, OwnedNumber]) -> Iterator[str]:
    sender = settings.sender
    if sender.startswith("MG"):
        yield from _service_faults(carrier, settings)
    elif sender.startswith("+"):
        number = owned.get(sender)
        if number is None:
            yield f"TWILIO_FROM {sender} is not a number of this account. Twilio refuses texts from it."
        elif "sms" not in number.capabilities:
            yield f"TWILIO_FROM {sender} cannot send texts. Use a number that can."
        else:
            yield from _registration_faults(carrier, number)


def _service_faults(carrier: Carrier, settings: Settings) -> Iterator[str]:
    address = f"{MESSAGING}/Services/{settings.sender}"
    try:
        service = carrier.resource(address)
    except CarrierError as fault:
        if fault.status != 404:
            raise
        yield f"The messaging service {settings.sender} (TWILIO_FROM) is not in this account. Correct TWILIO_FROM."
        return
    if not carrier.resource(f"{address}/PhoneNumbers").get("phone_numbers"):
        yield "The messaging service has no number. Add one to its sender pool."
    replies = f"{settings.public_url}/sms/incoming"
    if not service.get("use_inbound_webhook_on_number") and service.get("inbound_request_url") != replies:
        yield f"Replies to the messaging service are not sent here. Set its request URL to {replies} ({METHOD})."
    if not service.get("us_app_to_person_registered"):
        yield "The messaging service has no A2P 10DLC campaign. Without one, texts to US numbers are blocked."


def _registration_faults(carrier: Carrier, number: OwnedNumber) -> Iterator[str]:
    """Yield what keeps the sender from being registered, as far as Twilio shows it without a messaging service."""
    parsed = phonenumbers.parse(number.number)
    if phonenumbers.number_type(parsed) == PhoneNumberType.TOLL_FREE:
        asked = {"TollfreePhoneNumberSid": number.sid}
        found = carrier.resource(f"{MESSAGING}/Tollfree/Verifications", asked).get("verifications") or []
        statuses = [str(each.get("status")) for each in found]
        if "TWILIO_APPROVED" not in statuses:
            what = ", ".join(statuses) or "not requested"
            yield f"The toll-free verification of {number.number} is {what}. Until it is approved, texts are blocked."
    elif phonenumbers.region_code_for_number(parsed) == "US":
        yield (
            f"Twilio does not say whether {number.number} is registered for A2P 10DLC. Put it into a messaging service "
            "with a campaign, and set TWILIO_FROM to that service."
        )


def _voice_permissions(carrier: Carrier, countries: list[str]) -> Iterator[str]:
    address = f"{VOICE}/DialingPermissions/Countries"
    enabled = _countries(carrier, address, {"LowRiskNumbersEnabled": "true", "PageSize": "1000"})
    if missing := [country for country in countries if country not in enabled]:
        yield f"Calls to {', '.join(missing)} are not allowed. Allow them at Twilio: Voice, Settings, Geo permissions."
    if more := sorted(enabled - {*countries}):
        named = ", ".join(more[:MOST_NAMED]) + (", ..." if len(more) > MOST_NAMED else "")
        yield f"Calls to {len(more)} more countries are allowed ({named}). Block the ones you do not serve."
    risky = _countries(carrier, address, {"HighRiskTollfraudNumbersEnabled": "true", "PageSize": "1000"})
    if risky:
        yield f"Calls to numbers with a high risk of toll fraud are allowed in {', '.join(sorted(risky))}. Block them."


def _countries(carrier: Carrier, address: str, parameters: dict[str, str]) -> set[str]:
    return {str(each.get("iso_code")) for each in carrier.resource(address, parameters).get("content") or []}


def _text_permissions(carrier: Carrier, countries: list[str]) -> Iterator[str]:
    found = carrier.resource(f"{ACCOUNTS}/Messaging/GeoPermissions").get("permissions") or []
    forbidden = {each.get("country_code") for each in found if not each.get("enabled")}
    if closed := [country for country in countries if country in forbidden]:
        named = ", ".join(closed)
        yield f"Texts to {named} are not allowed. Allow them at Twilio: Messaging, Settings, Geo permissions."
