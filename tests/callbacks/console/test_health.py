"""Health checks for load balancers, and metrics for Prometheus."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.orm import Session

from callbacks.cli.context import Compose
from callbacks.console.context import EXTENSION
from callbacks.db.states import Channel
from callbacks.db.tables import WorkerSign
from callbacks.desk.canary import Canary
from callbacks.errors import CarrierError
from callbacks.lifecycle import canary
from callbacks.lifecycle.canary import Missing
from callbacks.paging import outages
from callbacks.settings import Settings
from callbacks.text.formats import day_in_words
from callbacks.worker import carrier_log, look_back
from callbacks.worker.carrier_log import Day
from sla.clock import MovingClock
from tests.callbacks.console.console import BEGAN, DESK, Console


def metrics(console: Console) -> dict[str, float]:
    """Return the values of the desk's own metrics, by name without the prefix."""
    answer = console.client.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    samples = [sample for family in families for sample in family.samples]
    return {each.name.removeprefix("nightdesk_"): each.value for each in samples if each.name.startswith("nightdesk_")}


def worker_sweeps(console: Console) -> None:
    sign = WorkerSign(worker="one", started_at=BEGAN, swept_at=console.clock.now())
    console.database.write(lambda session: session.add(sign))


def test_the_process_is_up_without_a_login(console: Console) -> None:
    answer = console.client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "up\n")


def test_the_service_is_ready_while_a_worker_sweeps_and_gives_the_reason_otherwise(console: Console) -> None:
    answer = console.client.get("/readyz")
    assert answer.status_code == 503
    assert "No worker has finished a sweep yet" in answer.text
    worker_sweeps(console)
    assert console.client.get("/readyz").status_code == 200
    assert console.client.get("/readyz").text.splitlines()[0] == "ready"
    console.clock.pass_time(timedelta(minutes=2))
    assert console.client.get("/readyz").status_code == 503


def test_what_is_late_is_a_warning(console: Console) -> None:
    worker_sweeps(console)  # the page of the fixture has waited for two minutes
    assert console.client.get("/readyz").text == "ready\nwarning: A page has been due for 2 min.\n"


def test_the_metrics_count_what_the_desk_owes(console: Console) -> None:
    worker_sweeps(console)
    found = metrics(console)
    assert found["database_up"] == 1
    assert (found["callbacks_open"], found["callbacks_unanswered"], found["callbacks_overdue"]) == (1, 1, 0)
    assert found["pages_waiting"] == 1
    assert (found["oldest_page_late_seconds"], found["oldest_overdue_seconds"]) == (120, 120)
    assert (found["recordings_wanted"], found["sweep_age_seconds"]) == (0, 0)
    console.clock.pass_time(timedelta(minutes=40))
    found = metrics(console)
    assert (found["callbacks_overdue"], found["sweep_age_seconds"]) == (1, 2400)


def test_without_a_database_the_metrics_give_that_and_nothing_about_callbacks(console: Console) -> None:
    console.database.write(lambda session: session.execute(text("DROP TABLE worker_signs")))
    found = metrics(console)
    assert (found["database_up"], "callbacks_open" in found) == (0, False)
    assert console.client.get("/readyz").status_code == 503


def test_what_does_not_work_is_a_warning_and_a_metric_and_the_service_is_ready(console: Console) -> None:
    worker_sweeps(console)
    now = console.clock.now()
    fault = CarrierError("The carrier could not be reached: no connection.")

    def goes_wrong(session: Session) -> None:
        outages.begin(session, Channel.TEXT, now - timedelta(minutes=12))
        look_back.record_failure(session, DESK, fault, now - timedelta(minutes=7))

    console.database.write(goes_wrong)
    answer = console.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.text.splitlines() == [
        "ready",
        "warning: Texts have been refused for 12 min. The carrier gives no reason.",
        "warning: The carrier could not be asked for missed calls and messages for 7 min. Some may be missing.",
        "warning: A page has been due for 2 min.",
    ]
    found = metrics(console)
    assert (found["texts_refused_seconds"], found["calls_refused_seconds"]) == (720, 0)
    assert found["look_back_age_seconds"] == 420
    console.logs_in("rita@example.com")
    screen = console.client.get("/").text
    assert "Texts have been refused for 12 min. The carrier gives no reason." in screen
    assert "could not be asked for missed calls and messages for 7 min" in screen


def test_the_comparison_of_the_carriers_log_is_shown(console: Console) -> None:
    worker_sweeps(console)
    console.logs_in("rita@example.com")
    begins_at = console.clock.now() - timedelta(hours=30)
    day = Day(begins_at, begins_at + timedelta(days=1))
    console.database.write(lambda session: carrier_log.record_comparison(session, day, differs=True))
    named = day_in_words(begins_at.astimezone(DESK.zone))
    warning = "The carrier's log of the last day that was compared differs from ours."
    assert warning in console.client.get("/readyz").text
    assert f"differs from ours for {named}." in unescape(console.client.get("/").text)
    found = metrics(console)
    assert (found["carrier_log_differs"], found["carrier_log_compared_age_seconds"]) == (1, 30 * 3600)
    later = Day(day.ends_at, day.ends_at + timedelta(days=1))
    console.database.write(lambda session: carrier_log.record_comparison(session, later, differs=False))
    assert warning not in console.client.get("/readyz").text
    assert "agrees with ours for" in console.client.get("/").text
    assert metrics(console)["carrier_log_differs"] == 0


TOKEN = "a token for Prometheus"


def with_token(console: Console, token: str) -> None:
    console.web.extensions[EXTENSION] = replace(console.web.extensions[EXTENSION], metrics_token=token)


@pytest.mark.parametrize(
    ("peer", "status"),
    [
        ("127.0.0.1", 200), ("127.8.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200),
        ("10.0.0.7", 403), ("::ffff:10.0.0.7", 403), ("2001:db8::1", 403), ("", 403), ("localhost", 403),
    ],
)  # fmt: skip
def test_without_a_token_the_metrics_are_for_this_machine_only(console: Console, peer: str, status: int) -> None:
    answer = console.client.get("/metrics", environ_overrides={"REMOTE_ADDR": peer})
    assert answer.status_code == status
    assert ("nightdesk" in answer.text) is (status == 200)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xe9"])
@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.0.7"])
def test_with_a_token_nobody_reads_the_metrics_without_it(console: Console, peer: str, header: str) -> None:
    with_token(console, TOKEN)
    answer = console.client.get("/metrics", headers={"Authorization": header}, environ_overrides={"REMOTE_ADDR": peer})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "nightdesk" not in answer.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_with_its_token_the_metrics_are_read_from_anywhere(console: Console, scheme: str) -> None:
    with_token(console, TOKEN)
    answer = console.client.get(
        "/metrics", headers={"Authorization": f"{scheme} {TOKEN}"}, environ_overrides={"REMOTE_ADDR": "10.0.0.7"}
    )
    assert (answer.status_code, "nightdesk_callbacks_open" in answer.text) == (200, True)


def test_the_token_of_the_settings_is_the_one_that_counts(compose: Compose, sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings("https://desk.test", "AC1", "t", "+15145550000", "x" * 32, metrics_token=TOKEN)
    settings = replace(settings, database_url=sqlite_url, media_dir=tmp_path)
    service = compose(settings, DESK, MovingClock(BEGAN))
    assert service.web.test_client().get("/metrics").status_code == 401
    service.close()


def test_a_desk_with_a_canary_says_when_it_last_came_back_and_warns_when_it_does_not(console: Console) -> None:
    worker_sweeps(console)
    now, known = console.clock.now(), console.web.extensions[EXTENSION]
    assert "canary_age_seconds" not in metrics(console)
    part = Canary(number="+15145550170", line="direct")
    console.web.extensions[EXTENSION] = replace(known, desk=DESK.model_copy(update={"canary": part}))
    assert "canary_age_seconds" not in metrics(console)  # none has come back
    began, back = now - timedelta(hours=2), now - timedelta(hours=2) + timedelta(seconds=40)
    console.database.write(lambda session: canary.note_back(session, began, back))
    found = metrics(console)
    assert (found["canary_age_seconds"], found["canary_seconds"]) == (7160, 40)
    console.logs_in("rita@example.com")
    assert "Test call OK last one back" in console.reads("/")
    console.database.write(lambda session: canary.note_failed(session, Missing.PAGE, now - timedelta(minutes=5)))
    warning = "The daily test call did not come back as a page 5 min ago: no page was sent."
    assert f"warning: {warning}" in console.client.get("/readyz").text
    assert f"Test call problem {warning} last one back" in console.reads("/")
