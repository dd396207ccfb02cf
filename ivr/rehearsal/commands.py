"""`demo` and `rehearse`: the service with a simulated carrier. Neither needs an account or settings."""

from __future__ import annotations

from pathlib import Path

import click

from callbacks.cli.command import HOST, PORT, Command
from callbacks.cli.context import AppContext, pass_app
from callbacks.cli.times import optional_desk_time
from callbacks.desk.desk_file import Desk
from callbacks.logs import set_up_logs
from callbacks.processes import stop_signal
from ivr.rehearsal.demo import running_demo
from ivr.rehearsal.playback import play
from ivr.rehearsal.simulated_desk import DEMO_PASSWORD, DEMO_USER
from ivr.rehearsal.stories import STORIES
from sla.clock import RunningClock

CREDENTIALS = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET")


@click.command(cls=Command)
@HOST
@PORT
@click.option("--at", help='Start the clock at this time (desk time), such as "2026-11-28 22:00".')
@pass_app
def demo(app: AppContext, host: str, port: int, at: str | None) -> None:
    """Run everything with a simulated carrier and browser phones.

    Needs no account and no settings, and keeps nothing.
    """
    _refuse_with_a_real_account(app)
    set_up_logs(for_people=True)
    desk, model = app.read_desk(), app.environ.get("TRANSCRIBE_MODEL")
    clock = RunningClock(optional_desk_time(desk, at) or app.clock.now())
    stopping = stop_signal()
    with running_demo(app.compose, desk, clock, host, port, Path(model) if model else None):
        _print_addresses(f"http://{host}:{port}")
        stopping.wait()


def _refuse_with_a_real_account(app: AppContext) -> None:
    if found := [name for key in CREDENTIALS for name in (key, f"{key}_FILE") if app.environ.get(name)]:
        raise click.ClickException(
            f"The demo does not run beside a real Twilio account, and {', '.join(found)} is set. "
            "Unset it, or run the demo from a folder whose .env does not set it."
        )


def _print_addresses(base: str) -> None:
    click.echo(f"\nOpen {base}/simulator  for all the phones, with the console beside them.")
    click.echo(f"     {base}/  is the console alone (log in as {DEMO_USER}, password {DEMO_PASSWORD}).")
    click.echo("Press Ctrl-C to stop. Nothing is kept.\n")


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option("--list", "names", is_flag=True, help="List the stories.")
@click.option(
    "--voicemail",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A WAV file that callers play after the beep.",
)
@pass_app
def rehearse(app: AppContext, name: str | None, names: bool, voicemail: Path | None) -> None:
    """Play a story, or all of them, and fail if a promise is broken.

    A story runs through the real webhooks and worker, with a simulated carrier and a simulated clock. Prints what
    every phone heard, and the log.
    """
    if names:
        _list_stories()
        return
    chosen = _chosen(name)
    set_up_logs(for_people=True)
    audio = voicemail.read_bytes() if voicemail else None
    desk = app.read_desk().model_copy(update={"wording": {}})  # the people in a story know the words as shipped
    if failed := [each for each in chosen if not _passes(each, app, desk, audio)]:
        raise click.ClickException(f"The promise was not kept in: {', '.join(failed)}.")


def _list_stories() -> None:
    for name, story in STORIES.items():
        click.echo(f"{name:<24}{story.about}")


def _chosen(name: str | None) -> list[str]:
    if name is None:
        return list(STORIES)
    if name not in STORIES:
        raise click.ClickException(f"There is no story {name!r}. Known: {', '.join(STORIES)}.")
    return [name]


def _passes(name: str, app: AppContext, desk: Desk, voicemail: bytes | None) -> bool:
    story = STORIES[name]
    click.echo(f"\n=== {name}: {story.about}")
    playback = play(story, app.compose, desk, voicemail)
    click.echo("\n".join(playback.transcript))
    click.echo("\nThe log:")
    click.echo("\n".join(playback.log))
    click.echo(f"\nFAILED: {playback.fault}" if playback.fault else "\nThe promise was kept.")
    return not playback.fault
