"""Menus that are refused, each mistake with its place and its remedy, and all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callbacks.desk.desk_file import desk_from
from callbacks.desk.menu_faults import menus_without_manager, unused_menus
from callbacks.errors import BrokenDesk
from tests.callbacks.desk.flows import FILE, MENUS, WORDS, with_menus


def faults(change: Callable[[dict[str, Any]], object]) -> tuple[str, ...]:
    content = with_menus()
    change(content)
    with pytest.raises(BrokenDesk) as broken:
        desk_from(content, FILE)
    return broken.value.faults


def key(menu: str, key: str, **choice: Any) -> Callable[[dict[str, Any]], object]:
    return lambda content: content["menus"][menu]["keys"].update({key: {"say": WORDS, **choice}})


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (key("main", "5", to="menu:nowhere"), 'menus.main.keys.5.to: "menu:nowhere" leads nowhere. Known: main, sales'),
        (key("main", "5", to="voicemail:x"), '"voicemail:x" leads nowhere. Known: support, sales.'),
        (key("main", "5", to="information:x"), '"information:x" leads nowhere. Known: address.'),
        (key("main", "5", to="team:x", otherwise="support"), '"team:x" leads nowhere. Known: sales, counter.'),
        (key("main", "5", to="somewhere"), "menus.main.keys.5.to: 'somewhere' is not known. Write one of"),
        (key("main", "5", to="menu:"), "'menu:' is not known"),
        (key("main", "#", to="support"), "menus.main.keys.#: '#' is not a key. Write one of 0 to 9, or \"*\"."),
        (lambda d: d["menus"].update(Sales=d["menus"]["sales"]), "menus.Sales: 'Sales' is not a name. Use lowercase"),
        (lambda d: d["lines"]["direct"]["languages"].update(x="french"), "languages.x: 'x' is not a key. Write one of"),
        (key("main", "5", to="support:x"), "'support:x' is not known"),
        (key("main", "5", to="dial:911", otherwise="support"), "'911' is not a phone number"),
        (key("main", "5", to="dial:+18765550140", otherwise="support"), "is not called by itself: a number abroad"),
        (key("main", "5", to="dial:+15148458474", otherwise="support"), "is not called by itself: number unknown"),
        (key("main", "5", to="dial:+15145550140"), "menus.main.keys.5: it leads nowhere when nobody answers."),
        (key("main", "5", to="support", otherwise="support"), "only a team or a number may go unanswered"),
        (key("main", "5", to="team:sales", otherwise="team:sales"), 'a call cannot go on to "team:sales" by itself'),
        (key("main", "5", to="support", product="fax"), "'fax' is not a product of [coverage]"),
        (key("main", "5", to="support", hours="night"), 'Write "open", "closed" or ["monday-friday 09:00-17:00"]'),
        (key("main", "5", to="support", hours=["someday 09:00-17:00"]), "'someday' is neither a day nor days"),
        (key("main", "5", to="menu:sales", say={}), "menus.main.keys.5: callers would not hear of it"),
        (key("main", "5", to="support", say={"en": "Press 5.", "fr": "Le 5."}), "would not hear which key"),
        (key("main", "5", to="support", say={"en": "{key} {x}", "fr": "{key}"}), "it has a blank that is not known"),
        (key("main", "5", to="support", say={"en": "{key}"}), "menus.main.keys.5.say: fr is missing"),
        (key("main", "5", to="support", say={"en": "x" * 1001, "fr": "x"}), "en has 1001 characters"),
        (key("main", "55", to="support"), "menus.main.keys.55"),
        (key("main", "5", to="back"), 'menus.main: "back" leads nowhere, because callers begin here'),
        (lambda d: d["menus"]["main"].update(exit="french"), 'a call cannot go on to "french" by itself'),
        (lambda d: d["menus"]["main"].update(play={"en": "x.wav", "fr": "x.wav"}), "it has both say and play"),
        (lambda d: d["information"]["address"].pop("say"), "information.address: it says nothing"),
        (lambda d: d["teams"]["sales"].update(numbers=[]), "teams.sales: it has nobody to ring"),
        (
            lambda d: d["teams"]["sales"].update(
                ring="together", numbers=[f"+15145550{number}" for number in range(150, 161)]
            ),
            "teams.sales.numbers: 11 phones cannot ring together, because the carrier calls at most 10 at once.",
        ),
        (
            lambda d: d["teams"]["sales"].update(ring="at random"),
            "teams.sales.ring: 'at random' is not known. Write 'in",
        ),
        (lambda d: d["teams"]["counter"].update(layers=["night"]), "there is no layer 'night'"),
        (lambda d: d["teams"]["sales"].update(numbers=["+19005550140"]), "is not called by itself"),
        (lambda d: d["boxes"].update(support={"mail": "a@example.com"}), "messages for support open a callback"),
        (lambda d: d["boxes"]["sales"].update(mail="sales"), "boxes.sales.mail: 'sales' is not an email address"),
        (
            lambda d: d["lines"]["toll-free"].update(menu="mian"),
            "there is no menu 'mian'. Known: main, sales, products",
        ),
        (lambda d: d["lines"]["toll-free"].update(menu_exit="goodbye"), "Write exit in [menus.main]"),
        (lambda d: d["lines"]["toll-free"].update(languages={"9": "french"}), "offers its languages in the menu"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(change: Callable[[dict[str, Any]], object], fault: str) -> None:
    found = faults(change)
    assert any(fault in each for each in found), found


def trap(**menu: Any) -> Callable[[dict[str, Any]], object]:
    def change(content: dict[str, Any]) -> None:
        content["menus"]["trap"] = {"keys": {"1": "repeat", "2": "back"}, **menu}
        content["menus"]["main"]["keys"]["5"] = {"to": "menu:trap", "say": WORDS}

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (trap(exit="menu:trap"), "menus.trap.exit: callers who press nothing never get out (menus.trap - menus.trap)"),
        (trap(exit="information:address"), "menus.trap.exit: callers who press nothing never get out"),
        (trap(keys={"1": "repeat", "9": "french"}), "menus.trap: no key leads out of it while the desk is open."),
        (
            trap(keys={"1": {"to": "support", "hours": "open"}, "2": "repeat"}),
            "menus.trap: no key leads out of it while the desk is closed.",
        ),
        (trap(keys={"1": {"to": "support", "hours": ["00:00-23:59"]}, "2": "repeat"}), "while the desk is open"),
        (
            trap(keys={"1": {"to": "team:sales", "otherwise": "back", "say": WORDS}}),  # nobody may ever answer
            "menus.trap: no key leads out of it",
        ),
        (
            lambda d: d["menus"]["main"].update(keys={"1": "french", "2": {"to": "goodbye", "say": WORDS}}),
            "lines.toll-free: no key leads to support while the desk is open.",
        ),
    ],
)
def test_a_loop_without_an_exit_is_refused(change: Callable[[dict[str, Any]], object], fault: str) -> None:
    found = faults(change)
    assert any(fault in each for each in found), found


def test_information_that_goes_round_in_a_circle_is_refused() -> None:
    told = {"say": {"en": "x", "fr": "x"}}

    def change(content: dict[str, Any]) -> None:
        content["information"] |= {
            "one": {**told, "then": "information:two"},
            "two": {**told, "then": "information:one"},
        }

    assert any("information.one.then: it goes round in a circle" in each for each in faults(change))


def test_all_mistakes_are_named_at_once() -> None:
    def change(content: dict[str, Any]) -> None:
        content["menus"]["main"]["keys"]["5"] = {"to": "menu:x", "say": WORDS, "product": "fax"}
        content["teams"]["sales"]["numbers"] = []
        content["lines"]["direct"] = {"number": "+15148458474", "menu": "mian"}
        content["digest"]["until"] = "07:00"

    assert len(faults(change)) >= 5


def without_manager(change: Callable[[dict[str, Any]], object], toml: str = MENUS) -> list[str]:
    content = with_menus(toml)
    change(content)
    return list(menus_without_manager(desk_from(content, FILE).flow))


def test_a_menu_that_nothing_leads_to_is_taken_and_named() -> None:
    content = with_menus()
    assert list(unused_menus(desk_from(content, FILE).flow)) == []
    content["menus"]["spare"] = {"keys": {"1": "support", "2": {"to": "menu:other", "say": WORDS}}}
    content["menus"]["other"] = {"keys": {"1": "support"}}
    assert list(unused_menus(desk_from(content, FILE).flow)) == [
        f"menus.{name}: nothing leads to it, so no caller hears it. Lead a key to it, or remove it."
        for name in ("spare", "other")
    ]


def test_a_menu_that_leads_to_support_without_a_manager_is_taken_and_named() -> None:
    assert without_manager(lambda d: None) == [
        "menus.sales: it leads to support, and no key asks for a manager while the desk is open or closed. "
        'Add one, such as 0 = "manager".'
    ]  # its key 5 takes a message for support
    assert without_manager(lambda d: None, "") == []
    short = without_manager(lambda d: d["lines"]["toll-free"].update(menu={"1": "support"}), "")
    assert [each.partition(":")[0] for each in short] == ["lines.toll-free.menu"]


@pytest.mark.parametrize(
    ("hours", "when"),
    [("open", "closed"), ("closed", "open"), (["monday-friday 09:00-17:00"], "open or closed")],
)
def test_a_key_for_a_manager_at_some_hours_only_is_named(hours: Any, when: str) -> None:
    found = without_manager(key("main", "0", to="manager", hours=hours))
    assert f"menus.main: it leads to support, and no key asks for a manager while the desk is {when}." in found[0]


def test_a_menu_that_leads_to_support_at_some_hours_needs_a_manager_then() -> None:
    def change(content: dict[str, Any]) -> None:
        content["menus"]["sales"]["keys"] = {
            "1": {"to": "support", "hours": "open"},
            "2": {"to": "goodbye", "say": WORDS},
        }

    (found,) = without_manager(change)
    assert "menus.sales: it leads to support, and no key asks for a manager while the desk is open." in found


def test_a_call_does_not_go_on_to_a_manager_by_itself() -> None:
    found = faults(lambda d: d["menus"]["main"].update(exit="manager"))
    assert any('a call cannot go on to "manager" by itself' in each for each in found)


def test_the_short_form_of_a_line_is_still_taken() -> None:
    desk = desk_from(with_menus(""), FILE)
    menu = desk.menu_of("toll-free")
    assert menu is not None
    keys = {key: str(choice.to) for key, choice in menu.keys.items()}
    assert keys == {"1": "support", "9": "french", "0": "manager"}
    assert str(menu.exit) == "support"
    assert desk.menu_of("direct") is None


def test_the_example_in_the_shipped_file_is_good() -> None:
    text = FILE.read_text(encoding="utf-8")
    lines = text[text.index("# [menus.main]") : text.index("[numbers]\n")].splitlines()
    example = "\n".join(line.removeprefix("# ").removeprefix("#") for line in lines)
    desk = desk_from(with_menus(f'[lines.toll-free]\nnumber = "+18884847266"\nmenu = "main"\n{example}'), FILE)
    assert set(desk.flow.menus) == {"menus.main", "menus.sales"}
