"""The menus of a line as a tree: each menu once, with what follows each key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from callbacks.desk.menu_tree import Branch, trees
from tests.callbacks.desk.flows import MENUS, desk_with


def every(branches: Sequence[Branch]) -> Iterator[Branch]:
    for branch in branches:
        yield branch
        yield from every(branch.branches)


def test_every_key_of_every_menu_is_in_the_tree() -> None:
    toll_free, direct = trees(desk_with())
    assert (toll_free.line, direct.begins) == ("toll-free", "begins in English; no menu: straight to support")
    assert [branch.when for branch in toll_free.branches] == ["1", "2", "3", "4", "9", "0", "*", "no key", "at support"]
    leads = [(branch.when, branch.leads) for branch in every(toll_free.branches)]
    for expected in (
        ("1", "rings the team sales"),
        ("nobody answers", "takes a message for sales"),
        ("2", "calls (514) 555-0140"),
        ("0", "back to the menu before"),
        ("0", "asks for a manager, and takes a message"),
        ("3", 'information address: "We are at 1 Main Street." / "Nous sommes au 1, rue Principale."'),
        ("then", "the same menu again"),
        ("no key", "support"),
    ):
        assert expected in leads
    assert [(branch.when, branch.leads) for branch in direct.branches] == [
        ("9", "goes on in French"),
        ("at support", "0 asks for a manager; 8 while waiting for a technician"),
    ]


def test_hours_products_and_both_languages_are_shown() -> None:
    toll_free, _ = trees(desk_with())
    by_product = next(branch for branch in toll_free.branches if branch.when == "4")
    assert by_product.notes == ["while the desk is open"]
    assert by_product.said is not None
    assert (by_product.said.english, by_product.said.french) == ("By product, press 4.", "Par produit, le 4.")
    assert by_product.branches[0].notes == ["product: modusHosted"]
    assert by_product.branches[1].notes == ["at monday-friday 09:00-17:00"]


def test_a_team_whose_phones_ring_together_is_shown_so() -> None:
    toll_free, _ = trees(desk_with(MENUS.replace("[teams.sales]\n", '[teams.sales]\nring = "together"\n')))
    assert "rings the team sales, all phones together" in [branch.leads for branch in every(toll_free.branches)]


def test_a_menu_that_leads_to_itself_is_drawn_once() -> None:
    again = MENUS.replace('0 = "back"', '0 = "back"\n6 = { to = "menu:main", say = { en = "{key}", fr = "{key}" } }')
    toll_free, _ = trees(desk_with(again))
    back = [branch for branch in every(toll_free.branches) if branch.leads == "menu main"]
    assert [branch.branches for branch in back] == [()]
