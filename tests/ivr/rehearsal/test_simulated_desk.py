"""The simulated desk: people on call on every layer, and recordings compared with the carrier's."""

from __future__ import annotations

from callbacks.oncall import store
from ivr.rehearsal.scenario import Scenario
from ivr.rehearsal.simulated_desk import PEOPLE, recordings_that_differ


def test_each_of_its_people_is_on_a_layer_of_their_own(scenario: Scenario) -> None:
    service = scenario.service
    roster = service.database.read(lambda session: store.roster(session, service.desk, service.clock.now()))
    on_call = {person.name: layer for layer in roster.layers for person in roster.on(layer)}
    assert on_call == {name: layer for name, (_, layer) in PEOPLE.items()}


def test_a_recording_that_is_not_what_the_carrier_recorded_is_named(scenario: Scenario) -> None:
    call = scenario.caller("+15145550199").dials("direct").hears_the_beep().says(3).presses("#")
    call.is_hung_up_on()
    scenario.minutes_pass(1)
    (file,) = scenario.service.settings.media_dir.glob("RE*.wav")
    assert recordings_that_differ(scenario) == []
    file.write_bytes(file.read_bytes()[:-2])
    assert recordings_that_differ(scenario) == [file.name]
