"""Generates voice.json from the package "twilio" for Node.js, which Twilio generates from its own definition of TwiML.

Run as `python -m tests.ivr.twiml_types.generate FOLDER`, with the folder of the unpacked package. The names of the
elements are in its JavaScript, the types of the attributes in its declarations for TypeScript.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("voice.json")
MAKES = re.compile(r'new VoiceResponse\.(\w+)\(this\.\w+\.ele\("([^"]+)"')


def table_from(package: Path) -> dict[str, Any]:
    """Return the elements with their attributes and children, and the words of each type."""
    folder = package / "lib" / "twiml"
    types = (folder / "VoiceResponse.d.ts").read_text(encoding="utf-8")
    script = (folder / "VoiceResponse.js").read_text(encoding="utf-8")
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    tags = {"VoiceResponse": "Response", **dict(MAKES.findall(script))}
    attributes = _attributes(types)
    elements = {
        tag: {
            "attributes": attributes.get(_attribute_type(types, name), {}),
            "children": sorted({child for _, child in MAKES.findall(_class(script, name))}),
        }
        for name, tag in tags.items()
    }
    return {
        "source": f"twilio {version} for Node.js, MIT License, Copyright (C) 2023, Twilio, Inc.",
        "elements": dict(sorted(elements.items())),
        "words": {name: re.findall(r'"([^"]+)"', words) for name, words in _WORDS.findall(types)},
    }


_WORDS = re.compile(r'^    type (\w+) = ("[^;]+);$', re.MULTILINE)


def _class(script: str, name: str) -> str:
    """Return the JavaScript of a class."""
    found = re.search(rf"^( *)class {name} extends.*?^\1\}}$", script, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"The script has no class {name}.")
    return found[0]


def _attributes(types: str) -> dict[str, dict[str, str]]:
    """Return the type of each attribute, by the name of the interface that declares them."""
    interfaces = re.findall(r"^    export interface (\w+) \{$(.*?)^    \}$", types, re.MULTILINE | re.DOTALL)
    declared = re.compile(r'^        "?([\w:-]+)"?\?: (\w+(?:\[\])?);$', re.MULTILINE)
    return {name: dict(declared.findall(body)) for name, body in interfaces}


def _attribute_type(types: str, name: str) -> str:
    """Return the name of the interface with the attributes of a class, as the method that makes it declares it."""
    found = re.search(rf"attributes\??: VoiceResponse\.(\w+)[^)]*\): VoiceResponse\.{name};", types)
    return found[1] if found else ""


def main() -> None:
    table = table_from(Path(sys.argv[1]))
    lines = [f'"source": {json.dumps(table["source"])}']
    for part in ("elements", "words"):
        rows = [f"{json.dumps(name)}: {json.dumps(row, ensure_ascii=False)}" for name, row in table[part].items()]
        lines.append(f'"{part}": {{\n' + ",\n".join(rows) + "\n}")
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
