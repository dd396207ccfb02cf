"""TwiML is read as strictly as Twilio reads it."""

from __future__ import annotations

import pytest

from ivr.simulator.twiml.reader import read, read_reply, words_of
from ivr.simulator.twiml.rules import BadTwiml
from tests.ivr.simulator.simulation import AMY, OURS


def test_the_verbs_of_a_document_are_read_in_order() -> None:
    verbs = read("<Response><Say language='fr-CA'>allo</Say><Hangup/></Response>")
    assert [(verb.tag, verb.attrib) for verb in verbs] == [("Say", {"language": "fr-CA"}), ("Hangup", {})]


def test_what_is_spoken_leaves_out_the_tags_of_ssml() -> None:
    (say,) = read(
        "<Response><Say>Your code is\n <say-as interpret-as='digits'>58</say-as><break time='1s'/>.</Say></Response>"
    )
    assert words_of(say) == "Your code is 58."


# What stands in a <Response>, and the code of Twilio's debugger.
BROKEN = [
    ("<Say>unfinished", 12100),
    ("<Say>a</Say", 12100),
    ("<Say>a & b</Say>", 12100),
    ("<Say>\x00</Say>", 12100),
    ("<Say voice=alice>a</Say>", 12100),
    ("some words", 12200),
    ("<Sing/>", 12200),
    ("<say>a</say>", 12200),
    ("<Message>a</Message>", 12200),
    ("<Sms>a</Sms>", 12200),
    ("<Response/>", 12200),
    ("<Say vioce='alice'>a</Say>", 12200),
    ("<Say></Say>", 13520),
    ("<Say> </Say>", 13520),
    (f"<Say>{'x' * 4097}</Say>", 13521),
    ("<Say voice='Polly.Joana'>a</Say>", 13511),
    ("<Say voice=''>a</Say>", 13511),
    ("<Say language='fr-QC'>a</Say>", 13512),
    ("<Say language='fr'>a</Say>", 13512),
    ("<Say voice='Polly.Joanna-Neural' language='fr-CA'>a</Say>", 13512),
    ("<Say loop='-1'>a</Say>", 13510),
    ("<Say loop='twice'>a</Say>", 13510),
    ("<Say><Play>/m.wav</Play></Say>", 12200),
    ("<Say><break strength='hard'/></Say>", 13520),
    ("<Say>a<break strength='hard'/></Say>", 12200),
    ("<Say>a<say-as interpret-as='phone'>1</say-as></Say>", 12200),
    ("<Say>a<emphasis level='huge'>b</emphasis></Say>", 12200),
    ("<Say>a<lang xml:lang='fr-QC'>b</lang></Say>", 12200),
    ("<Play></Play>", 11100),
    ("<Play>ftp://app.test/m.wav</Play>", 11100),
    ("<Play>https://my_app.test/m.wav</Play>", 11100),
    ("<Play loop='x'>/m.wav</Play>", 13410),
    ("<Play digits='12a'/>", 13430),
    ("<Play><Say>a</Say></Play>", 12200),
    ("<Pause length='0'/>", 13910),
    ("<Pause length='1.5'/>", 13910),
    ("<Pause length='5s'/>", 13910),
    ("<Pause>a</Pause>", 12200),
    ("<Gather action='javascript:x'/>", 11100),
    ("<Gather action=''/>", 11100),
    ("<Gather action='https://my_app.test/'/>", 11100),
    ("<Gather actionOnEmptyResult='yes'/>", 13338),
    ("<Gather bargeIn='no'/>", 13332),
    ("<Gather finishOnKey='a'/>", 13310),
    ("<Gather finishOnKey='12'/>", 13311),
    ("<Gather input='keys'/>", 13326),
    ("<Gather input=''/>", 13326),
    ("<Gather language='fr-QC'/>", 13331),
    ("<Gather method='PUT'/>", 13312),
    ("<Gather numDigits='0'/>", 13314),
    ("<Gather numDigits='x'/>", 13314),
    ("<Gather timeout='-1'/>", 13313),
    ("<Gather timeout='5s'/>", 13313),
    ("<Gather speechTimeout='soon'/>", 13327),
    ("<Gather><Record/></Gather>", 13320),
    ("<Gather><Gather/></Gather>", 13320),
    ("<Gather><Hangup/></Gather>", 13320),
    ("<Gather><Say voice='Polly.Joana'>a</Say></Gather>", 13321),
    ("<Gather><Say loop='x'>a</Say></Gather>", 13322),
    ("<Gather>press 1</Gather>", 12200),
    ("<Record action='ftp://app.test/'/>", 11100),
    ("<Record finishOnKey='x'/>", 13613),
    ("<Record maxLength='0'/>", 13612),
    ("<Record maxLength='14401'/>", 13612),
    ("<Record method='post'/>", 13610),
    ("<Record playBeep='1'/>", 13616),
    ("<Record timeout='-5'/>", 13611),
    ("<Record transcribe='x'/>", 13614),
    ("<Record transcribe='true' maxLength='300'/>", 13615),
    ("<Record trim='yes'/>", 13699),
    ("<Record recordingStatusCallback='nowhere://x'/>", 13256),
    ("<Record recordingStatusCallbackEvent='completed,absent'/>", 13621),
    ("<Record recordingStatusCallbackEvent='failed'/>", 13621),
    ("<Record recordingStatusCallbackMethod='PUT'/>", 12200),
    ("<Record transcribeCallback='nowhere://x'/>", 13257),
    ("<Record><Say>a</Say></Record>", 12200),
    ("<Dial/>", 13223),
    ("<Dial>5145550101</Dial>", 13223),
    ("<Dial>amy</Dial>", 13223),
    (f"<Dial action='mailto:a@b'>{AMY}</Dial>", 11100),
    (f"<Dial callerId='Support'>{AMY}</Dial>", 13214),
    (f"<Dial callerId=''>{AMY}</Dial>", 13214),
    (f"<Dial hangupOnStar='x'>{AMY}</Dial>", 13213),
    (f"<Dial method='PATCH'>{AMY}</Dial>", 13210),
    (f"<Dial record='true please'>{AMY}</Dial>", 13217),
    (f"<Dial timeLimit='0'>{AMY}</Dial>", 13216),
    (f"<Dial timeLimit='86401'>{AMY}</Dial>", 13216),
    (f"<Dial timeout='0'>{AMY}</Dial>", 13212),
    (f"<Dial timeout='601'>{AMY}</Dial>", 13212),
    (f"<Dial timeout='x'>{AMY}</Dial>", 13212),
    (f"<Dial answerOnBridge='yes'>{AMY}</Dial>", 12200),
    (f"<Dial ringTone='qc'>{AMY}</Dial>", 12200),
    (f"<Dial sequential='x'>{AMY}</Dial>", 13218),
    ("<Dial><Say>a</Say></Dial>", 13215),
    ("<Dial><Sip>sip:amy@app.test</Sip></Dial>", 13215),
    (f"<Dial>{AMY}<Number>{AMY}</Number></Dial>", 13215),
    ("<Dial><Number/></Dial>", 13223),
    ("<Dial><Number>514 555-0101</Number></Dial>", 13223),
    (f"<Dial><Number sendDigits='1,2'>{AMY}</Number></Dial>", 13222),
    (f"<Dial><Number method='PUT'>{AMY}</Number></Dial>", 13221),
    (f"<Dial><Number url='ftp://app.test'>{AMY}</Number></Dial>", 11100),
    (f"<Dial><Number statusCallback='https://my_app.test/'>{AMY}</Number></Dial>", 11100),
    (f"<Dial><Number statusCallbackEvent='in-progress'>{AMY}</Number></Dial>", 12200),
    (f"<Dial><Number statusCallbackEvent='initiated,ringing'>{AMY}</Number></Dial>", 12200),
    (f"<Dial><Number statusCallbackMethod='PUT'>{AMY}</Number></Dial>", 12200),
    (f"<Dial><Number machineDetection='yes'>{AMY}</Number></Dial>", 12200),
    (f"<Dial><Number machineDetectionTimeout='60'>{AMY}</Number></Dial>", 12200),
    (f"<Dial><Number amdStatusCallback='x y'>{AMY}</Number></Dial>", 11100),
    (f"<Dial><Number callerId='+15148458474'>{AMY}</Number></Dial>", 12200),
    ("<Redirect/>", 11100),
    ("<Redirect>ftp://app.test</Redirect>", 11100),
    ("<Redirect method='PUT'>/next</Redirect>", 13710),
    ("<Reject reason='closed'/>", 13810),
    ("<Hangup>bye</Hangup>", 12200),
    ("<Hangup reason='busy'/>", 12200),
]


@pytest.mark.parametrize(("verbs", "code"), BROKEN)
def test_a_document_that_is_not_valid_is_refused_with_twilios_code(verbs: str, code: int) -> None:
    with pytest.raises(BadTwiml) as refused:
        read(f"<Response>{verbs}</Response>")
    assert (refused.value.code, str(refused.value).split()[0]) == (code, str(code))


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        ("", "text/xml", 12100),
        ("We are down for maintenance.", "text/xml", 12100),
        ("<html><body>502 Bad Gateway</body></html>", "text/html", 12102),
        ("<Answer/>", "text/xml", 12102),
        ("<response/>", "text/xml", 12102),
        ("<Response version='2'/>", "text/xml", 12200),
        (f"<Response>{' ' * 70_000}</Response>", "text/xml", 11750),
        (f"<Response><Say>{'é' * 33_000}</Say></Response>", "text/xml", 11750),
        ("<Response/>", "", 12300),
        ("<Response/>", "application/json", 12300),
        ("<Response/>", "text/plain; charset=utf-8", 12300),
    ],
)
def test_an_answer_that_is_no_document_is_refused(body: str, content_type: str, code: int) -> None:
    with pytest.raises(BadTwiml) as refused:
        read(body, content_type)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("verbs", "code"),
    [
        ("<Mesage>a</Mesage>", 12200),
        ("<Say>a</Say>", 14110),
        ("<Message/>", 14103),
        (f"<Message>{'x' * 1601}</Message>", 14103),
        ("<Message><Body></Body></Message>", 14103),
        ("<Message to='amy'>a</Message>", 14101),
        ("<Message from='desk'>a</Message>", 14102),
        ("<Message method='PUT'>a</Message>", 14104),
        ("<Message statusCallback='ftp://x'>a</Message>", 14105),
        ("<Message><Media>m.png</Media></Message>", 11100),
        ("<Message><Say>a</Say></Message>", 12200),
        ("<Redirect/>", 11100),
    ],
)
def test_an_answer_to_a_text_that_is_not_valid_is_refused(verbs: str, code: int) -> None:
    with pytest.raises(BadTwiml) as refused:
        read_reply(f"<Response>{verbs}</Response>")
    assert refused.value.code == code


GOOD = [
    "",
    "<!-- nothing to say --><Hangup/>",
    "<Say>hello</Say>",
    f"<Say>{'x' * 4096}</Say>",
    "<Say voice='Polly.Joanna-Neural' language='en-US' loop='0'>hello</Say>",
    "<Say voice='Polly.Gabrielle-Neural' language='fr-CA'>allo</Say>",
    "<Say language='en-CA'>hello</Say>",
    "<Say>Ref <say-as interpret-as='digits'>58</say-as><break time='1s'/><lang xml:lang='fr-CA'>allo</lang></Say>",
    "<Play>m.wav</Play><Play loop='2'>https://app.test/m.wav?a=b</Play><Play digits='ww12#'/>",
    "<Pause/><Pause length='5'/>",
    "<Gather/><Hangup/>",
    "<Gather input='dtmf speech' finishOnKey='' numDigits='1' timeout='6' action='?round=2' method='POST' "
    "actionOnEmptyResult='true'><Say>press 1</Say><Play>m.wav</Play><Pause/></Gather>",
    "<Record/>",
    "<Record action='/done' maxLength='14400' timeout='0' finishOnKey='1234567890*#' playBeep='false' "
    "trim='do-not-trim' recordingStatusCallback='/rec' recordingStatusCallbackEvent='completed absent'/>",
    f"<Dial>{AMY}</Dial>",
    f"<Dial action='/dialed' timeout='600' timeLimit='86400' callerId='{OURS}' answerOnBridge='true' ringTone='us'>"
    f"<Number url='/screen' method='GET' sendDigits='wwww204#' statusCallback='/leg' machineDetection='Enable' "
    f"statusCallbackEvent='initiated ringing answered completed' amdStatusCallback='/who'>{AMY}</Number></Dial>",
    "<Redirect method='GET'>https://app.test/next</Redirect>",
    "<Redirect>../next</Redirect>",
    "<Reject/>",
    "<Reject reason='busy'/>",
]


@pytest.mark.parametrize("verbs", GOOD)
def test_a_document_that_is_valid_passes(verbs: str) -> None:
    read(f"<?xml version='1.0' encoding='UTF-8'?><Response>{verbs}</Response>", "application/xml; charset=utf-8")


@pytest.mark.parametrize(
    "verbs",
    [
        "",
        "<Message>hello</Message>",
        f"<Message>{'x' * 1600}</Message>",
        f"<Message to='{AMY}' from='{OURS}' statusCallback='/sms'><Body>hello</Body>"
        "<Media>https://app.test/m.png</Media></Message>",
        "<Redirect>/sms</Redirect>",
    ],
)
def test_an_answer_to_a_text_that_is_valid_passes(verbs: str) -> None:
    read_reply(f"<Response>{verbs}</Response>", "text/html")
