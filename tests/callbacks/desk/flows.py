"""Desk files with menus: one that has everything, and any that hypothesis can think of."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from callbacks.desk.desk_file import Desk, desk_from
from callbacks.errors import BrokenDesk

FILE = Path("support.toml")
CONTENT = tomllib.loads(FILE.read_text(encoding="utf-8"))
MENUS = """
[lines.toll-free]
number = "+18884847266"
menu = "main"

[lines.direct]
number = "+15148458474"
languages = { 9 = "french" }

[menus.main]
say = { en = "This call may be recorded.", fr = "Cet appel peut être enregistré." }
exit = "support"
[menus.main.keys]
1 = "support"
2 = { to = "menu:sales", say = { en = "For sales, press {key}.", fr = "Pour les ventes, appuyez sur le {key}." } }
3 = { to = "information:address", say = { en = "For our address, press {key}.", fr = "Pour l'adresse, le {key}." } }
4 = { to = "menu:products", hours = "open", say = { en = "By product, press {key}.", fr = "Par produit, le {key}." } }
9 = "french"
0 = "manager"
"*" = "repeat"

[menus.sales.keys]
1 = { to = "team:sales", otherwise = "voicemail:sales", say = { en = "Sales, {key}.", fr = "Ventes, {key}." } }
2 = { to = "dial:+15145550140", otherwise = "back", say = { en = "Head office, {key}.", fr = "Siège, {key}." } }
3 = { to = "voicemail:sales", hours = "closed", say = { en = "A message, {key}.", fr = "Un message, {key}." } }
4 = { to = "team:counter", otherwise = "support", say = { en = "Counter, {key}.", fr = "Comptoir, {key}." } }
5 = { to = "voicemail:support", say = { en = "Support's voicemail, {key}.", fr = "La boîte vocale, {key}." } }
8 = { to = "goodbye", say = { en = "To end, {key}.", fr = "Pour finir, {key}." } }
0 = "back"

[menus.products.keys]
1 = { to = "support", product = "modusHosted", say = { en = "modusHosted, {key}.", fr = "modusHosted, {key}." } }
2 = { to = "support", hours = ["monday-friday 09:00-17:00"], say = { en = "Other, {key}.", fr = "Autre, {key}." } }
0 = "manager"

[teams.sales]
name = { en = "sales", fr = "les ventes" }
numbers = ["+15145550141", "+15145550142"]

[teams.counter]
layers = ["backup"]

[boxes.sales]
name = { en = "sales", fr = "les ventes" }
mail = "sales@example.com"

[information.address]
say = { en = "We are at 1 Main Street.", fr = "Nous sommes au 1, rue Principale." }
"""


def with_menus(toml: str = MENUS, **changes: Any) -> dict[str, Any]:
    """Return the content of the shipped desk file with other lines and menus."""
    return {**copy.deepcopy(CONTENT), **tomllib.loads(toml), **changes}


def desk_with(toml: str = MENUS) -> Desk:
    return desk_from(with_menus(toml), FILE)


WORDS = {"en": "Press {key}.", "fr": "Appuyez sur le {key}."}
NAMES = ("a", "b", "c", "d")
OUT = ("support", "goodbye", "voicemail:support", "voicemail:box")
ROUND = ("back", *(f"menu:{name}" for name in NAMES), "information:one", "information:two")
# Half of them lead out, so that many a file is good.
BY_ITSELF = st.sampled_from(OUT) | st.sampled_from(OUT + ROUND)
BY_KEY = st.sampled_from((*OUT, *ROUND, "manager", "english", "french", "repeat", "team:phones", "dial:+15145550140"))
HOURS = st.sampled_from([None, "open", "closed", ["08:30-18:00"], ["saturday-sunday 22:00-06:00"]])


@st.composite
def choices(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"to": draw(BY_KEY), "say": WORDS}
    if found["to"].startswith(("team", "dial")):
        found["otherwise"] = draw(BY_ITSELF)
    hours = draw(HOURS)
    return {**found, "hours": hours} if hours else found


@st.composite
def menus(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(st.dictionaries(st.sampled_from("012*"), choices(), min_size=1, max_size=4))
    out = {"0": {"to": draw(st.sampled_from(OUT)), "say": WORDS}} if draw(st.integers(0, 3)) else {}
    return {"keys": {**keys, **out}, "exit": draw(BY_ITSELF)}


@st.composite
def any_content(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the content of a desk file whose menus may be good or not."""
    line = {name: value for name, value in CONTENT["lines"]["toll-free"].items() if name != "menu_exit"}
    drawn = {name: draw(menus()) for name in NAMES}
    if draw(st.integers(0, 3)):
        drawn["a"]["keys"] = {"0": "support", **{k: c for k, c in drawn["a"]["keys"].items() if c["to"] != "back"}}
        drawn["a"]["exit"] = "support"
    told = {name: {"say": {"en": name, "fr": name}, "then": draw(BY_ITSELF)} for name in ("one", "two")}
    return {
        **CONTENT,
        "lines": {"toll-free": {**line, "menu": "a"}},
        "menus": drawn,
        "information": told,
        "teams": {"phones": {"numbers": ["+15145550141", "+15145550142"], "layers": ["primary"]}},
        "boxes": {"box": {"mail": "box@example.com"}},
    }


def loaded(content: dict[str, Any]) -> Desk | None:
    """Return the desk, or None when the file is refused."""
    try:
        return desk_from(content, FILE)
    except BrokenDesk:
        return None
