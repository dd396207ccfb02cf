"""The prompts: both languages, no blank that nothing fills, and a prompt for every outcome."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from callbacks.db.states import ReachOutcome, ReportedOutcome
from callbacks.desk.menus import Leads
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import NumberKind
from ivr import prompts
from ivr.prompts import menu_choice, number_in_prompt, say, why_closed
from ivr.twilio.verbs import Say
from sla.hours import OutsideHours

PROMPTS = {name: value for name, value in vars(prompts).items() if isinstance(value, Words)}
BY_OUTCOME = [*prompts.HOW_IT_ENDED.values(), *prompts.OUTCOME_NOTED.values()]


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("prompt", [*PROMPTS.values(), *BY_OUTCOME], ids=lambda prompt: prompt.english)
def test_a_prompt_has_the_same_blanks_in_both_languages(prompt: Words) -> None:
    assert prompt.english.strip()
    assert prompt.french.strip()
    assert prompt.english != prompt.french
    assert blanks(prompt.english) == blanks(prompt.french)


def test_every_outcome_has_a_prompt_without_blanks() -> None:
    assert set(prompts.HOW_IT_ENDED) == set(ReachOutcome)
    assert set(prompts.OUTCOME_NOTED) == set(ReportedOutcome)
    assert not any(blanks(prompt.english) for prompt in BY_OUTCOME)


def product() -> list[ast.AST]:
    """Return every node of the code that speaks."""
    trees = [ast.parse(file.read_text("utf-8")) for file in sorted(Path("ivr").rglob("*.py"))]
    return [node for tree in trees for node in ast.walk(tree)]


def calls_of_say() -> list[ast.Call]:
    """Return every call of `say` and `phrase` in the product."""
    nodes = [node for node in product() if isinstance(node, ast.Call)]
    return [node for node in nodes if isinstance(node.func, ast.Name) and node.func.id in ("say", "phrase")]


def prompts_in(argument: ast.expr) -> list[str]:
    """Return the names of the prompts that an argument may be: of an expression "A if ... else B" it is two."""
    return [
        name
        for node in ast.walk(argument)
        if (name := getattr(node, "attr", None) or getattr(node, "id", None)) in PROMPTS
    ]


def test_every_prompt_is_spoken_with_all_its_blanks_filled_in() -> None:
    spoken = set[str]()
    for call in calls_of_say():
        given = {keyword.arg for keyword in call.keywords}
        named = prompts_in(call.args[1])
        needed = set().union(*(blanks(PROMPTS[name].english) for name in named))
        assert not named or given == needed, f"{named}, line {call.lineno}"
        spoken |= set(named)
    # One without blanks may be spoken by way of a variable or an argument.
    read = {node.id for node in product() if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    read |= {node.attr for node in product() if isinstance(node, ast.Attribute)}
    spoken.add("EXAMPLES")  # a part of others
    assert {name for name in set(PROMPTS) - spoken if blanks(PROMPTS[name].english) or name not in read} == set()


def test_a_time_at_the_end_of_a_sentence_ends_it() -> None:
    thanks = say("en", prompts.THANKS, due="10:42 p.m.")
    assert thanks == Say("Thank you. A technician will call you back by 10:42 p.m.", "en")


def test_a_language_is_offered_in_that_language() -> None:
    assert menu_choice("en", Leads.FRENCH, "9") == Say("Pour le service en français, appuyez sur le 9.", "fr")
    assert menu_choice("fr", Leads.ENGLISH, "9") == Say("For English, press 9.", "en")
    assert menu_choice("fr", Leads.SUPPORT, "1") == Say("Pour le soutien technique, appuyez sur le 1.", "fr")


def test_a_number_in_a_prompt_has_an_article_in_french() -> None:
    assert [number_in_prompt("en", number) for number in ("+15145550199", None)] == [
        "(514) 555-0199",
        "a withheld number",
    ]
    assert [number_in_prompt("fr", number) for number in ("+15145550199", None)] == [
        "le (514) 555-0199",
        "un numéro masqué",
    ]


def test_an_extension_is_spoken_digit_by_digit() -> None:
    assert number_in_prompt("en", "+15145550199", "204") == "(514) 555-0199, extension 2, 0, 4"
    assert number_in_prompt("fr", "+15145550199", "204") == "le (514) 555-0199, poste 2, 0, 4"


def test_only_a_withheld_number_is_called_withheld() -> None:
    assert prompts.without_number(NumberKind.WITHHELD) == prompts.WITHHELD_NUMBER
    assert number_in_prompt("fr", None, otherwise=prompts.without_number(NumberKind.OWN)) == "un numéro inconnu"


def test_outside_hours_no_reason_is_given() -> None:
    assert why_closed("fr", OutsideHours()) == Say("Nous sommes fermés en ce moment.", "fr")
