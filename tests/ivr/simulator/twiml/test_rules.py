"""What depends on more than one value of an element."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from ivr.simulator.twiml.rules import BadTwiml, check_whole


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ("<Say voice='Polly.Joanna' language='fr-CA'>allo</Say>", 13512),
        ("<Say voice='Google.fr-CA-Neural2-A' language='en-US'>hello</Say>", 13512),
        ("<Record transcribe='true' maxLength='300'/>", 13615),
        ("<Play/>", 11100),
        ("<Dial>+15145550101<Number>+15145550101</Number></Dial>", 13215),
    ],
)
def test_values_that_do_not_suit_each_other_are_refused(element: str, code: int) -> None:
    with pytest.raises(BadTwiml) as refused:
        check_whole(fromstring(element))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "element",
    [
        "<Say voice='Polly.Gabrielle-Neural' language='fr-CA'>allo</Say>",
        "<Say voice='Google.fr-CA-Neural2-A' language='fr-CA'>allo</Say>",
        "<Say voice='alice' language='fr-CA'>allo</Say>",
        "<Record transcribe='true' maxLength='120'/>",
        "<Play digits='ww1'/>",
    ],
)
def test_values_that_suit_each_other_pass(element: str) -> None:
    check_whole(fromstring(element))
