"""The language that a key leads to."""

from __future__ import annotations

import pytest

from callbacks.desk.desk_file import Language
from ivr.caller.languages import offered


@pytest.mark.parametrize(
    ("choices", "heard", "leads"),
    [
        ({"1": "support", "9": "french"}, "en", {"1": "support", "9": "french"}),
        ({"1": "support", "9": "french"}, "fr", {"1": "support", "9": "english"}),
        ({"9": "english"}, "fr", {"9": "english"}),
        ({"9": "english"}, "en", {"9": "french"}),
        ({"8": "english", "9": "french"}, "en", {"9": "french"}),
        ({"8": "english", "9": "french"}, "fr", {"8": "english"}),
        ({"1": "support"}, "fr", {"1": "support"}),
    ],
)
def test_the_key_of_the_language_that_is_heard_leads_to_the_other(
    choices: dict[str, str], heard: Language, leads: dict[str, str]
) -> None:
    assert offered(choices, heard) == leads
