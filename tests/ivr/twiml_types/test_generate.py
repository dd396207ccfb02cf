"""How the table of types is read from Twilio's package."""

from __future__ import annotations

import json
from pathlib import Path

from tests.ivr.twiml_types.generate import table_from

TYPES = """
declare class VoiceResponse extends TwiML {
    say(message: string): VoiceResponse.Say;
    say(attributes: VoiceResponse.SayAttributes, message: string): VoiceResponse.Say;
    hangup(attributes?: object): VoiceResponse.Hangup;
}
declare namespace VoiceResponse {
    type SayVoice = "man" | "Polly.Amy";
    export interface SayAttributes {
        /** voice - the voice */
        voice?: SayVoice;
        loop?: number;
    }
    export interface SsmlLangAttributes {
        "xml:lang"?: string;
    }
    export class Say extends TwiML {
        lang(attributes: VoiceResponse.SsmlLangAttributes, words: string): VoiceResponse.SsmlLang;
    }
}
"""
SCRIPT = """
class VoiceResponse extends TwiML_1.default {
    hangup(attributes) {
        return new VoiceResponse.Hangup(this.response.ele("Hangup", attributes));
    }
    say(attributes, message) {
        return new VoiceResponse.Say(this.response.ele("Say", attributes, message));
    }
}
(function (VoiceResponse) {
    class Hangup extends TwiML_1.default {
    }
    class Say extends TwiML_1.default {
        lang(attributes, words) {
            return new VoiceResponse.SsmlLang(this.say.ele("lang", attributes, words));
        }
    }
    class SsmlLang extends TwiML_1.default {
    }
})(VoiceResponse || (VoiceResponse = {}));
"""


def test_elements_attributes_and_words(tmp_path: Path) -> None:
    folder = tmp_path / "lib" / "twiml"
    folder.mkdir(parents=True)
    (folder / "VoiceResponse.d.ts").write_text(TYPES, encoding="utf-8")
    (folder / "VoiceResponse.js").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "package.json").write_text(json.dumps({"version": "1.2.3"}), encoding="utf-8")
    table = table_from(tmp_path)
    assert table["source"].startswith("twilio 1.2.3 for Node.js")
    assert table["elements"] == {
        "Hangup": {"attributes": {}, "children": []},
        "Response": {"attributes": {}, "children": ["Hangup", "Say"]},
        "Say": {"attributes": {"voice": "SayVoice", "loop": "number"}, "children": ["lang"]},
        "lang": {"attributes": {"xml:lang": "string"}, "children": []},
    }
    assert table["words"] == {"SayVoice": ["man", "Polly.Amy"]}
