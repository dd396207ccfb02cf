"""Plays one story through the real webhooks and worker, with a simulated carrier and a clock that the story moves."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from callbacks.cli.context import Compose
from callbacks.cli.times import desk_time
from callbacks.desk.desk_file import Desk
from callbacks.records.event_log import lines_of_log
from ivr.rehearsal.scenario import Scenario, StoryFailed
from ivr.rehearsal.simulated_desk import recordings_that_differ, simulated_desk
from ivr.rehearsal.stories import Story


@dataclass(frozen=True)
class Playback:
    """The result of a story: what people heard and did, the log, and what went wrong ("" when nothing did)."""

    transcript: list[str]
    log: list[str]
    fault: str


def play(story: Story, compose: Compose, desk: Desk, voicemail: bytes | None = None) -> Playback:
    """Play a story and return the result. `voicemail` is a WAV that its callers play after the beep."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-") as folder:
        scenario = simulated_desk(compose, desk, desk_time(desk, story.begins), Path(folder))
        scenario.voicemail = voicemail
        try:
            fault = _fault_of(story, scenario)
            log = scenario.service.database.read(lambda session: list(lines_of_log(session, desk.zone)))
            return Playback(scenario.transcript(desk.zone), log, fault)
        finally:
            scenario.service.close()


def _fault_of(story: Story, scenario: Scenario) -> str:
    try:
        story.plays(scenario)
        scenario.ends()
    except StoryFailed as failure:
        return str(failure)
    differing = recordings_that_differ(scenario)
    return f"these recordings are not what the carrier recorded: {', '.join(differing)}" if differing else ""
