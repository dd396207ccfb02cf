"""No field of a webhook, a form or an address makes the service fail, whatever it holds."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callbacks.cli.context import Compose
from tests.attacked import HOSTILE, LEADING, PLAUSIBLE, Attacked, Noted, Values, with_hostile_parts
from tests.callbacks.console.route_lists import SIGNED_BY_TWILIO
from tests.callbacks.console.service import service_on
from tests.scenarios.conftest import POSTGRES_IN_SOAK

MEANS_TO_FAIL = "/readyz"  # answers 503 while no worker runs
FEW, MANY = 1, 12  # examples for each field
HOW_MANY = [FEW, pytest.param(MANY, marks=pytest.mark.soak)]
values = st.one_of(
    st.sampled_from(PLAUSIBLE),
    st.sampled_from(PLAUSIBLE),
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec=None), max_size=30),
)


@pytest.fixture
def attacked(compose: Compose, database_url: str, tmp_path: Path) -> Iterator[Attacked]:
    """The whole service. What it logs as an error is kept."""
    for service in service_on(compose, database_url, tmp_path):
        attacked = Attacked(service)
        logging.getLogger().addHandler(attacked.errors)
        yield attacked
        logging.getLogger().removeHandler(attacked.errors)


@dataclass(frozen=True)
class Reading:
    """Which fields a view reads, and what made it read the most of them."""

    names: Sequence[str]
    most: Sequence[Values]


def reading(attacked: Attacked, method: str, path: str, leading: Sequence[str], *, signed: bool) -> Reading:
    """Find the fields that a view reads, by giving it plausible values of which some lead it to further fields."""
    known: set[str] = set()
    read: list[tuple[int, Values]] = []
    for value in (leading[0], *leading):
        given = {name: [attacked.sids.get(name, value)] for name in sorted({"AccountSid", *known} if signed else known)}
        answer = attacked.sends(method, path, given, {**given, "token": [attacked.token]}, signed=signed)
        assert not signed or answer.status_code != 403, "The carrier's own request was refused: this proves nothing."
        read.append((len(Noted.names), given))
        known |= Noted.names - {"token"}
        if method == "POST" and not signed:
            attacked.starts_again()  # what a form did may have closed what the next one is about
    best = max(count for count, _ in read)
    return Reading(sorted(known), [given for count, given in read if count == best])


def requests(reading: Reading) -> st.SearchStrategy[Values]:
    """Return plausible fields of which some hold something else, are missing, or are there more than once."""
    changed = st.lists(values, max_size=2)
    some = st.dictionaries(st.sampled_from(reading.names), changed, min_size=1, max_size=3)
    return st.builds(lambda usual, hostile: {**usual, **hostile}, st.sampled_from(reading.most), some)


def attack(attacked: Attacked, method: str, path: str, examples: int, *, signed: bool, screen: str = "") -> None:
    """Send hostile requests to one address, and look at the screen that shows what came of each."""
    found = reading(attacked, method, path, LEADING[::2] if examples == FEW else LEADING, signed=signed)
    if not found.names:
        return

    @settings(
        max_examples=examples * len(found.names),
        deadline=None,
        derandomize=examples == FEW,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(found))
    def one(fields: Values) -> None:
        attacked.starts_again()
        form = {**fields, "token": [attacked.token]} if method == "POST" else {}
        answer = attacked.sends(method, path, fields, form, signed=signed)
        seen = screen or answer.headers.get("Location", "")
        if seen:
            attacked.sees(seen)
        attacked.is_sound()

    one()


@pytest.mark.parametrize("examples", HOW_MANY)
@POSTGRES_IN_SOAK
def test_no_field_of_a_webhook_is_an_error(attacked: Attacked, examples: int) -> None:
    for rule in sorted(SIGNED_BY_TWILIO):
        attack(attacked, "POST", rule, examples, signed=True, screen="/calls")


@pytest.mark.parametrize("examples", HOW_MANY)
@POSTGRES_IN_SOAK
def test_no_field_of_a_form_is_an_error(attacked: Attacked, examples: int) -> None:
    for path in paths(attacked, "POST"):
        attack(attacked, "POST", path, examples, signed=False)


@pytest.mark.parametrize("examples", HOW_MANY)
@POSTGRES_IN_SOAK
def test_no_field_of_an_address_is_an_error(attacked: Attacked, examples: int) -> None:
    for path in paths(attacked, "GET"):
        attack(attacked, "GET", path, examples, signed=False)


def paths(attacked: Attacked, method: str) -> list[str]:
    """Return every address of the service that answers a method, except the webhooks."""
    rules = [rule.rule for rule in attacked.service.web.url_map.iter_rules() if method in (rule.methods or ())]
    others = [rule for rule in rules if rule not in {*SIGNED_BY_TWILIO, MEANS_TO_FAIL}]
    return sorted({path for rule in others for path in attacked.addresses(rule)})


@POSTGRES_IN_SOAK
def test_no_part_of_an_address_is_an_error(attacked: Attacked) -> None:
    for rule in attacked.service.web.url_map.iter_rules():
        for path in with_hostile_parts(rule):
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                attacked.starts_again()
                attacked.sends(method, path, {}, {"token": [attacked.token]})
