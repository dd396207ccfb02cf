"""Which numbers may be called, and what is said of the others."""

from __future__ import annotations

import pytest

from callbacks.logs import masked
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import (
    DEFAULT_RULES,
    NEVER_CALLED,
    DialingRules,
    NumberCheck,
    NumberKind,
    is_region,
    with_extension,
)
from callbacks.text.formats import readable_number
from tests.gsm import GSM

OURS = "+15148458474"
RULES = DialingRules(own_numbers=frozenset({OURS}))


@pytest.mark.parametrize(
    "caller",
    [
        *("+15145550199", "+12125550123", "+18005550199", "+16045550123"),
        *("+17875550123", "+13405550123", "+16715550123", "+16846331234", "+16705550123"),  # territories of the US
    ],
)
def test_an_ordinary_number_may_be_called_without_consent(caller: str) -> None:
    assert RULES.callable_number(caller) == caller


@pytest.mark.parametrize(
    "caller",
    [
        "",
        "ANONYMOUS",
        "anonymous",
        "+266696687",  # "ANONYMOUS" keyed
        "+7378742883",
        "+86282452253",
        "+256656",
        "sip:someone@example.com",
        "client:Bob",
        "+19005550123",  # premium
        "+18765550123",  # Jamaica
        "+18095550123",  # Dominican Republic
        "+12645550123",  # Anguilla
        "+881612345678",  # satellite
        "+37255512345",
        "+1514555",  # too short
        "+1514555019919",
        "911",
        "+1 514 555 0199",
        "15145550199",
        "+15145550199\x00",
        "+" + "9" * 5000,
        OURS,
    ],
)
def test_anything_else_may_not(caller: str) -> None:
    assert RULES.callable_number(caller) is None


@pytest.mark.parametrize(
    ("caller", "kind", "why"),
    [
        ("+19005550123", NumberKind.PREMIUM, "premium-rate"),
        ("+18765550123", NumberKind.ABROAD, "abroad (JM), which only looks domestic"),
        ("+33142685300", NumberKind.ABROAD, "abroad (FR)"),
        ("+881612345678", NumberKind.SATELLITE, "satellite"),
        ("+13575551234", NumberKind.UNKNOWN, "area code that we do not know"),
    ],
)
def test_an_expensive_foreign_or_new_number_needs_consent(caller: str, kind: NumberKind, why: str) -> None:
    check = RULES.check(caller)
    assert (check.number, check.needs_consent, check.kind) == (caller, True, kind)
    assert why in check.why.english
    assert check.in_words.english == readable_number(caller)


@pytest.mark.parametrize(
    ("caller", "kind"),
    [
        ("", NumberKind.WITHHELD),
        ("ANONYMOUS", NumberKind.WITHHELD),
        ("Restricted", NumberKind.WITHHELD),
        ("+266696687", NumberKind.WITHHELD),
        ("+15145550199\x00", NumberKind.NOT_A_NUMBER),
        ("sip:amy@example.com", NumberKind.NOT_A_NUMBER),
        ("+1999", NumberKind.NOT_A_NUMBER),
        ("+33012345678", NumberKind.NO_SUCH_NUMBER),
        ("+17300000000", NumberKind.NO_SUCH_NUMBER),  # no North American exchange begins with 0
        (OURS, NumberKind.OWN),
    ],
)
def test_what_is_nobodys_number_is_never_called(caller: str, kind: NumberKind) -> None:
    check = RULES.check(caller)
    assert (check.number, check.needs_consent, check.kind) == (None, False, kind)
    assert check.why.english


@pytest.mark.parametrize("caller", ["", "ANONYMOUS", "+266696687", "Restricted", "UNAVAILABLE"])
def test_only_a_withheld_number_is_named_as_withheld(caller: str) -> None:
    assert RULES.check(caller).in_words == Words("number withheld", "numéro masqué")


def test_one_of_our_numbers_is_never_shown() -> None:
    shown = RULES.check(OURS).in_words
    assert "845" not in shown.english + shown.french
    assert "one of ours" in shown.english


def test_any_other_number_is_shown_as_people_write_it() -> None:
    assert RULES.check("+15145550123").in_words.french == "(514) 555-0123"
    assert RULES.check("sip:amy@example.com").in_words.english == "sip:amy@example.com"


@pytest.mark.parametrize("kind", NumberKind)
def test_every_kind_has_words_that_fit_into_a_text(kind: NumberKind) -> None:
    check = NumberCheck("+33142685300", kind, "FR")
    for words in (check.why, check.briefly):
        assert words.english
        assert set(words.english + words.french) <= GSM
    assert (check.number is None) is (kind in NEVER_CALLED)


def test_a_desk_elsewhere_calls_its_own_country_and_asks_about_others() -> None:
    france = DialingRules("FR", frozenset({"FR"}))
    assert france.check_written("01 42 68 53 00").given == "+33142685300"
    assert france.callable_number("+33142685300")
    for american in ("+15145550199", "+17875550123", "+18005550199"):
        assert france.check(american).needs_consent


def test_a_territory_is_abroad_where_the_desk_file_leaves_it_out() -> None:
    rules = DialingRules(called_without_consent=frozenset({"US", "CA"}))
    assert rules.check("+17875550123").why.english.startswith("a number abroad (PR)")


def test_a_number_that_a_person_types_may_be_in_any_notation() -> None:
    assert DEFAULT_RULES.check_written("(514) 555-0199") == NumberCheck("+15145550199", NumberKind.ORDINARY)
    assert DEFAULT_RULES.check_written("+33 1 42 68 53 00").needs_consent
    assert DEFAULT_RULES.check_written("five one four").kind is NumberKind.NOT_A_NUMBER
    assert DEFAULT_RULES.check_written("514 555").number is None
    assert RULES.check_written("514 845-8474").kind is NumberKind.OWN


@pytest.mark.parametrize(
    "written",
    [
        "514 555-0199 ext. 204",
        "514 555-0199 Ext 204",
        "514 555-0199 extension 204",
        "(514) 555-0199 x204",
        "514-555-0199, poste 204",
        "514-555-0199 p. 204",
        "+15145550199#204",
        "514 555 0199 # 204 ",
    ],
)
def test_an_extension_is_kept_however_it_is_written(written: str) -> None:
    check = DEFAULT_RULES.check_written(written)
    assert (check.number, check.extension) == ("+15145550199", "204")


@pytest.mark.parametrize("written", ["514 555-0199 ext.", "ext. 204", "514 555-0199 ext. 1234567890123"])
def test_what_is_no_number_with_an_extension_is_refused(written: str) -> None:
    assert DEFAULT_RULES.check_written(written).number is None


def test_an_extension_is_read_beside_its_number() -> None:
    assert with_extension("+15145550199", "204") == Words("(514) 555-0199 ext. 204", "(514) 555-0199 poste 204")
    assert with_extension("+15145550199", "").english == "(514) 555-0199"


def test_a_technicians_number_is_taken_in_any_notation() -> None:
    assert RULES.technician_number("(514) 555-0101") == RULES.technician_number("+1 514 555 0101") == "+15145550101"
    french = DialingRules("FR", frozenset({"FR"}))
    assert french.technician_number("01 42 68 53 00") == "+33142685300"
    with pytest.raises(ValueError, match="not a phone number"):
        RULES.technician_number("five one four")
    with pytest.raises(ValueError, match="premium or satellite"):
        RULES.technician_number("+19005550123")
    with pytest.raises(ValueError, match="one of the desk's own numbers"):
        RULES.technician_number("514 845 8474")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+33 1 42 68 53 00", r"a number abroad \(FR\)"),
        ("+1 876 555 0123", r"a number abroad \(JM\), which only looks domestic"),
        ("+1 500 345 6789", "a special-rate number"),
    ],
)
def test_a_technicians_number_that_is_not_ordinary_must_be_allowed(number: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"is {why}. A supervisor must allow it"):
        RULES.technician_number(number)
    assert RULES.technician_number(number, is_allowed=True) == number.replace(" ", "")


@pytest.mark.parametrize("number", ["+19005550123", "+870773111632", "+15148458474", "+33 1 42"])
def test_nobody_can_allow_a_number_that_is_never_a_technicians(number: str) -> None:
    with pytest.raises(ValueError, match=r"Give|Check|Write"):
        RULES.technician_number(number, is_allowed=True)


def test_a_stored_number_is_checked_again_before_it_is_used() -> None:
    assert RULES.why_not_technician("+15145550101", is_allowed=False) is None
    assert RULES.why_not_technician("+33142685300", is_allowed=True) is None
    why = RULES.why_not_technician("+33142685300", is_allowed=False)
    assert why is not None
    assert why.english == "a number abroad (FR)"
    assert RULES.why_not_technician("", is_allowed=False) is not None


def test_a_region_is_two_known_letters() -> None:
    assert is_region("CA")
    assert not is_region("XX")
    assert not is_region("Canada")


def test_numbers_are_read_and_hidden() -> None:
    assert readable_number("+15145550199") == "(514) 555-0199"
    assert readable_number("ANONYMOUS") == "ANONYMOUS"
    assert masked("+15145550199") == "…99"


@pytest.mark.parametrize(
    ("caller", "is_texted"),
    [
        ("+15145550199", True),  # North America: a landline or a mobile
        ("+18005550199", False),
        ("+19005550199", False),
        ("+447400123456", False),  # a mobile that needs consent
        (OURS, False),
        ("anonymous", False),
    ],
)
def test_only_what_can_be_a_mobile_and_may_be_called_is_texted(caller: str, is_texted: bool) -> None:
    assert RULES.mobile_number(caller) == (caller if is_texted else None)


def test_where_landlines_have_ranges_of_their_own_they_get_no_text() -> None:
    rules = DialingRules(called_without_consent=frozenset({"GB"}))
    assert [rules.mobile_number(number) for number in ("+447400123456", "+442079460000")] == ["+447400123456", None]
