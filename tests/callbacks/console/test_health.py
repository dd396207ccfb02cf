"""Health checks for load balancers, and metrics for Prometheus."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.orm import Session

from callbacks.db.states import Channel
from callbacks.db.tables import WorkerSign
from callbacks.errors import CarrierError
from callbacks.paging import outages
from callbacks.worker import look_back
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
    assert (console.client.get("/readyz").status_code, console.client.get("/readyz").text) == (200, "ready\n")
    console.clock.pass_time(timedelta(minutes=2))
    assert console.client.get("/readyz").status_code == 503


def test_the_metrics_count_what_the_desk_owes(console: Console) -> None:
    worker_sweeps(console)
    found = metrics(console)
    assert found["database_up"] == 1
    assert (found["callbacks_open"], found["callbacks_unanswered"], found["callbacks_overdue"]) == (1, 1, 0)
    assert found["pages_waiting"] == 1
    assert found["oldest_page_late_seconds"] == 120
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
    ]
    found = metrics(console)
    assert (found["texts_refused_seconds"], found["calls_refused_seconds"]) == (720, 0)
    assert found["look_back_age_seconds"] == 420
    console.logs_in("rita@example.com")
    screen = console.client.get("/").text
    assert "Texts have been refused for 12 min. The carrier gives no reason." in screen
    assert "could not be asked for missed calls and messages for 7 min" in screen
