"""TwiML is read strictly."""

from __future__ import annotations

import pytest

from ivr.simulator.twiml.reader import BadTwiml, read, words_of


def test_the_verbs_of_a_document_are_read_in_order() -> None:
    verbs = read("<Response><Say language='fr-CA'>allo</Say><Hangup/></Response>")
    assert [(verb.tag, verb.attrib) for verb in verbs] == [("Say", {"language": "fr-CA"}), ("Hangup", {})]


def test_what_is_spoken_leaves_out_the_tags_of_ssml() -> None:
    (say,) = read(
        "<Response><Say>Your code is\n <say-as interpret-as='digits'>58</say-as><break time='1s'/>.</Say></Response>"
    )
    assert words_of(say) == "Your code is 58."


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ("<Response><Say>", "12100 the document cannot be parsed"),
        ("<Answer/>", "12100 the document starts with <Answer> instead of <Response>"),
        ("<Response><Sing/></Response>", "12200 unknown verb <Sing>"),
        ("<Response><Say vioce='x'/></Response>", "12200 <Say> has no attribute 'vioce'"),
        ("<Response><Gather><Record/></Gather></Response>", "12200 <Record> is not allowed in <Gather>"),
        ("<Response><Gather><Say x='1'/></Gather></Response>", "12200 <Say> has no attribute 'x'"),
        ("<Response><Dial><Sip/></Dial></Response>", "12200 <Sip> is not allowed in <Dial>"),
        ("<Response><Dial><Number x='1'/></Dial></Response>", "12200 <Number> has no attribute 'x'"),
        (f"<Response>{' ' * 70_000}</Response>", "11750 the document is larger than 64 kB"),
    ],
)
def test_a_document_that_is_not_valid_is_refused(document: str, error: str) -> None:
    with pytest.raises(BadTwiml) as refused:
        read(document)
    assert str(refused.value).startswith(error)
