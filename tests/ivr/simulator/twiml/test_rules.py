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
        ("<Say voice='alice'>call <say-as interpret-as='digits'>1</say-as></Say>", 13520),
        (f"<Say>{'<s>a</s>' * 600}</Say>", 13521),
        ("<say-as>1</say-as>", 12200),
        ("<say-as interpret-as='digits'/>", 12200),
        ("<say-as interpret-as='digits'>1, 2</say-as>", 12200),
        ("<say-as interpret-as='telephone'>+44 20 7946 0958</say-as>", 12200),
        ("<say-as interpret-as='telephone'>ANONYMOUS</say-as>", 12200),
        ("<say-as interpret-as='digits' format='mdy'>1</say-as>", 12200),
        ("<sub alias=''>22 h</sub>", 12200),
        ("<sub>22 h</sub>", 12200),
        ("<sub alias='minuit'/>", 12200),
        ("<Play/>", 11100),
        ("<Dial>+15145550101<Number>+15145550101</Number></Dial>", 13215),
        ("<Dial>" + 11 * "<Number>+15145550101</Number>" + "</Dial>", 12200),
        ("<Dial><Number>+15145550101</Number><Queue>support</Queue></Dial>", 12200),
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
        "<Say>call <say-as interpret-as='telephone'>(514) 555-0199</say-as></Say>",
        "<say-as interpret-as='telephone'>5550199</say-as>",
        "<say-as interpret-as='date' format='mdy'>11/28/2026</say-as>",
        "<sub alias='22 heures'>22 h</sub>",
        "<Record transcribe='true' maxLength='120'/>",
        "<Play digits='ww1'/>",
    ],
)
def test_values_that_suit_each_other_pass(element: str) -> None:
    check_whole(fromstring(element))
