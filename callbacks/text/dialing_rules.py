"""Which numbers may be called. A customer's number is what the carrier reported, and cannot be trusted.

The same rules apply to technicians' numbers, so that a technician's account cannot be used to call expensive numbers: a
supervisor must allow a number that is not ordinary.

In callback fraud, a premium or expensive number calls once and waits to be called back. "+1" proves nothing, because
much of the Caribbean shares it. Ordinary numbers of the regions that the desk file names are called without consent.
Any other known number needs a named person's consent, and anything else is never called.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

TYPES_CALLED_WITHOUT_CONSENT = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.VOIP,
}
MOBILES = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
EXPENSIVE_TYPES = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}
# Country codes without a territory: satellite and international networks, which set their own prices.
SATELLITES = {870, 881, 882, 883, 878, 979}
# What carriers send instead of a withheld number. Until 2022, its letters were keyed as digits (Twilio's changelog).
WITHHELD = ("ANONYMOUS", "RESTRICTED", "BLOCKED", "PRIVATE", "UNKNOWN", "UNAVAILABLE")
KEYED = {f"+{phonenumbers.convert_alpha_characters_in_number(word)}" for word in WITHHELD}
NORTH_AMERICAN = re.compile(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}")  # the form of every number with country code 1
LONGEST_EXTENSION = 12
EXTENSION = re.compile(r"[,;\s]*(?:ext(?:ension)?\.?|poste|p\.|x|#)\s*([0-9]{1,12})\s*$", re.IGNORECASE)


class NumberKind(enum.Enum):
    """What a number is, as far as calling it is concerned."""

    ORDINARY = "ordinary"  # called without consent
    WITHHELD = "withheld"  # the caller has hidden it
    NOT_A_NUMBER = "not a number"  # a SIP address, a short code, a word
    NO_SUCH_NUMBER = "no such number"  # no country gives out numbers of this form
    OWN = "own"  # one of the company's: nobody's number
    ABROAD = "abroad"
    SATELLITE = "satellite"
    PREMIUM = "premium"
    SPECIAL = "special"  # a shared cost, a pager, ...
    UNKNOWN = "unknown"  # it looks North American, but the number library does not know it: a new area code


NEVER_CALLED = frozenset({NumberKind.WITHHELD, NumberKind.NOT_A_NUMBER, NumberKind.NO_SUCH_NUMBER, NumberKind.OWN})

# French goes into texts too, so it keeps to the letters of GSM-7.
_WHY = {
    NumberKind.ORDINARY: Words("an ordinary number", "un numéro ordinaire"),
    NumberKind.WITHHELD: Words("number withheld", "numéro masqué"),
    NumberKind.NOT_A_NUMBER: Words("not a phone number", "pas un numéro de téléphone"),
    NumberKind.NO_SUCH_NUMBER: Words("there is no such number", "ce numéro n'existe pas"),
    NumberKind.OWN: Words(
        "number unknown: the call showed one of ours", "numéro inconnu: l'appel affichait un de nos numéros"
    ),
    NumberKind.ABROAD: Words("a number abroad ({place})", "un numéro à l'étranger ({place})"),
    NumberKind.SATELLITE: Words(
        "a satellite or international network, very expensive",
        "un réseau satellite ou international, très cher",
    ),
    NumberKind.PREMIUM: Words("a premium-rate number", "un numéro surtaxé"),
    NumberKind.SPECIAL: Words("a special-rate number", "un numéro à tarif spécial"),
    NumberKind.UNKNOWN: Words(
        "a number with an area code that we do not know", "un numéro dont l'indicatif nous est inconnu"
    ),
}
# The same in as few characters as a text has for it.
_BRIEFLY = {
    NumberKind.OWN: Words("shows one of our numbers", "affiche un de nos numéros"),
    NumberKind.ABROAD: Words("abroad, {place}", "étranger, {place}"),
    NumberKind.SATELLITE: Words("satellite", "satellite"),
    NumberKind.PREMIUM: Words("premium rate", "surtaxé"),
    NumberKind.SPECIAL: Words("special rate", "tarif spécial"),
    NumberKind.UNKNOWN: Words("new area code", "indicatif inconnu"),
}
LOOKS_DOMESTIC = Words(", which only looks domestic", ", qui semble local mais ne l'est pas")


@dataclass(frozen=True)
class NumberCheck:
    """What a number is, and whether it may be called."""

    given: str  # E.164, or whatever the carrier gave instead
    kind: NumberKind
    place: str = ""  # of a number abroad: its region (ISO 3166), or its country code
    extension: str = ""  # digits to press once the number answers

    @property
    def number(self) -> str | None:
        """The number (E.164), or None if it is never called."""
        return None if self.kind in NEVER_CALLED else self.given

    @property
    def needs_consent(self) -> bool:
        return self.number is not None and self.kind is not NumberKind.ORDINARY

    @property
    def why(self) -> Words:
        """Why it is never called, or not without consent."""
        looks = LOOKS_DOMESTIC if self.kind is NumberKind.ABROAD and self.given.startswith("+1") else Words("", "")
        words = _WHY[self.kind]
        return Words(
            words.english.format(place=self.place) + looks.english, words.french.format(place=self.place) + looks.french
        )

    @property
    def briefly(self) -> Words:
        """The same in a few characters."""
        words = _BRIEFLY.get(self.kind, self.why)
        return Words(words.english.format(place=self.place), words.french.format(place=self.place))

    @property
    def in_words(self) -> Words:
        """The number in its usual notation, or what is known in its place: "number withheld"."""
        if self.kind in (NumberKind.WITHHELD, NumberKind.OWN):
            return self.why
        return Words(readable_number(self.given), readable_number(self.given))


@dataclass(frozen=True)
class DialingRules:
    """What the desk may call. A number without a country code belongs to `region` (ISO 3166)."""

    region: str = "CA"
    called_without_consent: frozenset[str] = frozenset({"US", "CA", "PR", "VI", "GU", "AS", "MP"})
    own_numbers: frozenset[str] = frozenset()  # E.164

    def check(self, caller: str) -> NumberCheck:
        """Return what the number is that the carrier reported, which may be a word or a SIP address."""
        if caller.upper() in ("", *WITHHELD) or caller in KEYED:
            return NumberCheck(caller, NumberKind.WITHHELD)
        if caller in self.own_numbers:
            return NumberCheck(caller, NumberKind.OWN)
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", caller):
            return NumberCheck(caller, NumberKind.NOT_A_NUMBER)
        try:
            return self._checked(caller, phonenumbers.parse(caller))
        except phonenumbers.NumberParseException:
            return NumberCheck(caller, NumberKind.NOT_A_NUMBER)

    def check_written(self, text: str) -> NumberCheck:
        """Return what a number is that a person typed, in national or international format, with its extension."""
        found = EXTENSION.search(text)
        extension, text = (found[1], text[: found.start()]) if found else ("", text)
        try:
            parsed = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException:
            return NumberCheck(text, NumberKind.NOT_A_NUMBER)
        extension = extension or parsed.extension or ""
        if len(extension) > LONGEST_EXTENSION:
            return NumberCheck(text, NumberKind.NOT_A_NUMBER)
        check = self.check(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
        kind = NumberKind.NO_SUCH_NUMBER if check.kind is NumberKind.NOT_A_NUMBER else check.kind
        return replace(check, kind=kind, extension=extension)

    def callable_number(self, caller: str) -> str | None:
        """Return the caller's number (E.164) if it may be called without consent, else None."""
        check = self.check(caller)
        return None if check.needs_consent else check.number

    def mobile_number(self, caller: str) -> str | None:
        """Return the caller's number (E.164) if it may be called without consent and can be a mobile phone's.

        Where one range holds both landlines and mobiles, as in North America, only the carrier knows which it is.
        """
        number = self.callable_number(caller)
        can_be = number is not None and phonenumbers.number_type(phonenumbers.parse(number)) in MOBILES
        return number if can_be else None

    def technician_number(self, text: str, *, is_allowed: bool = False) -> str:
        """Return a technician's number as E.164. One that is not ordinary must be allowed. Raise ValueError."""
        try:
            number = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValueError(f"{text!r} is not a phone number. Write it with its country code, such as +15145550123.")
        if phonenumbers.number_type(number) in EXPENSIVE_TYPES or number.country_code in SATELLITES:
            raise ValueError(f"{text!r} is a premium or satellite number. Give an ordinary one.")
        written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        if written in self.own_numbers:
            raise ValueError(f"{text!r} is one of the desk's own numbers. Give the person's number.")
        check = self.check(written)
        if check.number is None:
            raise ValueError(f"{text!r} cannot be called: {check.why.english}. Check the number.")
        if check.needs_consent and not is_allowed:
            raise ValueError(
                f"{text!r} is {check.why.english}. A supervisor must allow it (--allow-abroad, or People)."
            )
        return written

    def why_not_technician(self, number: str, *, is_allowed: bool) -> Words | None:
        """Return why a technician's number (E.164) is neither texted nor called, or None when it may be."""
        check = self.check(number)
        return None if is_allowed or check.kind is NumberKind.ORDINARY else check.why

    def _checked(self, caller: str, number: phonenumbers.PhoneNumber) -> NumberCheck:
        if number.country_code in SATELLITES:
            return NumberCheck(caller, NumberKind.SATELLITE)
        if not phonenumbers.is_valid_number(number):
            looks_american = NORTH_AMERICAN.fullmatch(caller) is not None
            return NumberCheck(caller, NumberKind.UNKNOWN if looks_american else NumberKind.NO_SUCH_NUMBER)
        return self._existing(caller, number)

    def _existing(self, caller: str, number: phonenumbers.PhoneNumber) -> NumberCheck:
        kind, region = phonenumbers.number_type(number), phonenumbers.region_code_for_number(number)
        if kind == PhoneNumberType.PREMIUM_RATE:
            return NumberCheck(caller, NumberKind.PREMIUM)
        if region not in self.called_without_consent and not self._is_shared_toll_free(number, kind):
            return NumberCheck(caller, NumberKind.ABROAD, place=region or f"+{number.country_code}")
        if kind not in TYPES_CALLED_WITHOUT_CONSENT:
            return NumberCheck(caller, NumberKind.SPECIAL)
        return NumberCheck(caller, NumberKind.ORDINARY)

    def _is_shared_toll_free(self, number: phonenumbers.PhoneNumber, kind: int) -> bool:
        """Return whether it is a toll-free number of +1, which belongs to no single region."""
        shares = bool(self.called_without_consent & {"US", "CA"})
        return shares and number.country_code == 1 and kind == PhoneNumberType.TOLL_FREE


DEFAULT_RULES = DialingRules()


def with_extension(number: str, extension: str) -> Words:
    """Return a number in its usual notation, with its extension: "(514) 555-0123 ext. 204"."""
    readable = readable_number(number)
    if not extension:
        return Words(readable, readable)
    return Words(f"{readable} ext. {extension}", f"{readable} poste {extension}")


def is_region(code: str) -> bool:
    """Return whether a region (ISO 3166) has phone numbers."""
    return code in phonenumbers.SUPPORTED_REGIONS
