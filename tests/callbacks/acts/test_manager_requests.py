"""A manager who was asked for may take the callback from its owner, and the log names them."""

from __future__ import annotations

from callbacks.acts import wording
from callbacks.acts.escalation import RequestManager
from callbacks.acts.ownership import Pass, Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageKind
from tests.callbacks.acts.night import Night


def test_the_manager_who_was_asked_for_takes_it_from_the_owner_and_the_log_says_so(night: Night) -> None:
    night.amy_does(Take())
    assert night.refusal(Take(), night.by(night.luc)) == wording.owned_by_another(night.callback)
    night.amy_does(RequestManager("angry"))
    night.paged(night.luc)
    night.does(Take(), night.by(night.luc))
    assert night.callback.owner is night.luc
    responded = EventKind.MANAGER_RESPONDED
    assert night.events(responded) == [("Luc", responded, "took it, by text")]
    assert "Luc has" in night.texts(night.amy, PageKind.TAKEN)[-1]


def test_a_manager_who_passes_it_on_leaves_it_with_its_owner(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(RequestManager())
    night.paged(night.luc)
    assert night.does(Pass(), night.by(night.luc)).english == f"Noted. Amy Roy keeps {night.callback.reference}."
    assert night.callback.owner is night.amy
    responded = EventKind.MANAGER_RESPONDED
    assert night.events(responded) == [("Luc", responded, "passed it on, by text")]
    assert night.refusal(Pass(), night.by(night.luc)) == wording.owned_by_another(night.callback)
