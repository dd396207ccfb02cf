"""The table of jobs: everything the worker does, in its order, and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.announcements.subscriptions import end_refused
from callbacks.db.canaries import WITHOUT_CANARIES
from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.inbound.mails.take import taker
from callbacks.inbound.received_requests import forget_old
from callbacks.links import Links
from callbacks.media.configured import media_store
from callbacks.paging.channels.mail import Mailer
from callbacks.paging.channels.twilio import Carrier
from callbacks.paging.customer_outbox import CustomerOutbox
from callbacks.paging.outbox import Outbox
from callbacks.paging.webhook_urls import WebhookUrls
from callbacks.settings import Settings
from callbacks.worker.jobs import (
    auditor,
    connections,
    coverage,
    daily_comparison,
    look_ups,
    orphans,
    outside_monitor,
    reconciliation,
    retention,
    web_check,
)
from callbacks.worker.jobs import catch_up as catch_ups
from callbacks.worker.jobs.announcements import AnnouncementTurns
from callbacks.worker.jobs.box_mails import BoxMailer
from callbacks.worker.jobs.calendars import CalendarReader
from callbacks.worker.jobs.canary import DailyCanary
from callbacks.worker.jobs.catch_up import CatchUp
from callbacks.worker.jobs.connections import ConnectionSettler
from callbacks.worker.jobs.customer_messages import CustomerMessageSending
from callbacks.worker.jobs.daily_comparison import DailyComparison
from callbacks.worker.jobs.deletions import RecordingDeleter
from callbacks.worker.jobs.digest import DigestMailer
from callbacks.worker.jobs.heartbeat import Heartbeat
from callbacks.worker.jobs.lock_mails import LockMailer
from callbacks.worker.jobs.look_ups import LookUps
from callbacks.worker.jobs.mail_files import MailFileDeleter
from callbacks.worker.jobs.mailboxes import LOOKED_AT_EVERY, MailboxReader
from callbacks.worker.jobs.next_actions import next_actions
from callbacks.worker.jobs.orphans import OrphanRemover
from callbacks.worker.jobs.outside_monitor import OutsideMonitor
from callbacks.worker.jobs.pages import PageSending
from callbacks.worker.jobs.reconciliation import Reconciliation
from callbacks.worker.jobs.recordings import RecordingCopier
from callbacks.worker.jobs.retention import Retention
from callbacks.worker.jobs.rings import RingEnder
from callbacks.worker.jobs.seals import EventSealer, log_heads
from callbacks.worker.jobs.transcripts import Transcriber
from callbacks.worker.jobs.web_check import WebCheck
from callbacks.worker.loop import EVERY_SWEEP, Job, Worker
from callbacks.worker.senders import PATIENCE, SENDERS, Senders
from sla.clock import Clock

A_MINUTE, AN_HOUR = timedelta(minutes=1), timedelta(hours=1)
HEARTBEAT_EVERY = timedelta(seconds=5)


def worker_for(
    settings: Settings,
    desk: Desk,
    database: Database,
    carrier: Carrier,
    clock: Clock,
    senders: int = SENDERS,
    patience: timedelta = PATIENCE,
    mailer: Mailer | None = None,
    *,
    checks_web: bool = False,
) -> Worker:
    """Return a worker of this desk. Nothing runs yet. Without a mailer, mails go out by the server of the settings.

    With `checks_web`, it requests PUBLIC_URL every minute.
    """
    threads = Senders(senders, patience)
    jobs = list(jobs_for(settings, desk, database, carrier, clock, threads, mailer))
    if checks_web:
        check = WebCheck(database, desk, settings.public_url, clock)
        jobs.append(Job("web check", web_check.EVERY, check.run, is_slow=True))
    return Worker(jobs, threads, clock, database.snapshot)


def outbox_for(
    settings: Settings, desk: Desk, database: Database, carrier: Carrier, clock: Clock, mailer: Mailer | None = None
) -> Outbox:
    """Return the outbox, which sends pages by this carrier and by mail."""
    links = Links(settings.secret_key, settings.public_url, clock)
    mailer = mailer or _mailer(settings)
    return Outbox(database, carrier, mailer, WebhookUrls(settings.public_url), links, desk, clock)


def customer_outbox_for(
    settings: Settings, desk: Desk, database: Database, carrier: Carrier, clock: Clock, mailer: Mailer | None = None
) -> CustomerOutbox:
    """Return the outbox of messages to customers."""
    links = Links(settings.secret_key, settings.public_url, clock)
    mailer = mailer or _mailer(settings)
    return CustomerOutbox(database, carrier, mailer, WebhookUrls(settings.public_url), links, desk, clock)


def jobs_for(
    settings: Settings,
    desk: Desk,
    database: Database,
    carrier: Carrier,
    clock: Clock,
    senders: Senders,
    mailer: Mailer | None = None,
) -> Sequence[Job]:
    """Return every job in the order in which they run. Nothing comes before next actions and pages."""
    mailer = mailer or _mailer(settings)
    outbox = outbox_for(settings, desk, database, carrier, clock, mailer)
    actions = next_actions(database, desk, clock)
    media = media_store(settings)
    pages, copier = PageSending(outbox, senders), RecordingCopier(database, carrier, desk, media, clock)
    ender = RingEnder(database, carrier, clock)
    to_customers = customer_outbox_for(settings, desk, database, carrier, clock, mailer)
    links = Links(settings.secret_key, settings.public_url, clock)
    announcements = AnnouncementTurns(database, desk, links, clock)
    settler = ConnectionSettler(database, carrier, desk, clock)
    missed = Reconciliation(database, carrier, desk, clock)
    catch_up = CatchUp(database, carrier, desk, clock, missed)
    comparison = DailyComparison(database, carrier, desk, clock, missed)
    asked = LookUps(database, carrier, desk, clock)
    transcriber = Transcriber(database, desk, media, settings.transcribe_model, clock)
    deleter = RecordingDeleter(database, carrier, desk, media, clock)
    mail_files = MailFileDeleter(database, desk, media, clock)
    orphan_remover = OrphanRemover(database, media, desk, clock)
    calendars = CalendarReader(database, desk, clock)
    box_mails = BoxMailer(database, mailer, desk, settings.public_url, clock)
    lock_mails = LockMailer(database, mailer, desk, clock)
    digests = DigestMailer(database.without(*WITHOUT_CANARIES), mailer, desk, settings.public_url, clock)

    def in_one_transaction(work: Callable[[Session, Desk, datetime], object]) -> Callable[[], None]:
        return lambda: _in_one_transaction(database, clock, desk, work)

    mailboxes = mailbox_readers(settings, desk, database, clock)
    return (
        Job("next actions", EVERY_SWEEP, catch_up.held(missed.first(actions.run)), actions.next_due_at, is_vital=True),
        Job("pages", EVERY_SWEEP, catch_up.held(missed.first(pages.run)), outbox.next_due_at, is_vital=True),
        Job("rings", EVERY_SWEEP, ender.run, ender.next_due_at, is_slow=True),
        Job("recordings", EVERY_SWEEP, lambda: copier.start(senders), copier.next_due_at),
        Job("answers of the carrier", EVERY_SWEEP, senders.wait),
        Job("messages to customers", EVERY_SWEEP, catch_up.held(CustomerMessageSending(to_customers).run),
            to_customers.next_due_at, is_slow=True),
        Job("announcements", EVERY_SWEEP, catch_up.held(announcements.run), announcements.next_due_at),
        Job("refused notices", A_MINUTE, in_one_transaction(lambda session, _, now: end_refused(session, now))),
        Job("coverage gaps", A_MINUTE, in_one_transaction(coverage.report_gaps)),
        Job("auditor", A_MINUTE, catch_up.held(in_one_transaction(auditor.repair_forgotten))),
        Job("seals of events", A_MINUTE, EventSealer(database, clock).run),
        Job("heads of the logs", AN_HOUR, lambda: log_heads(database, clock)),
        Job("old requests", AN_HOUR, in_one_transaction(forget_old)),
        Job("connections", connections.EVERY, settler.run, is_slow=True),
        Job("catching up", catch_ups.AGAIN_AFTER, catch_up.run, catch_up.next_due_at, is_slow=True),
        Job("reconciliation", reconciliation.AGAIN_AFTER, catch_up.held(missed.run), missed.next_due_at, is_slow=True),
        Job("daily comparison", daily_comparison.EVERY, catch_up.held(comparison.run), is_slow=True),
        Job("look-ups", look_ups.EVERY, asked.run, is_slow=True),
        Job("calendars", A_MINUTE, calendars.read_due, is_slow=True),
        Job("digests", A_MINUTE, digests.send_due, is_slow=True),
        Job("mails of boxes", A_MINUTE, box_mails.send_due, is_slow=True),
        Job("lock mails", A_MINUTE, lock_mails.send_due, is_slow=True),
        Job("transcripts", EVERY_SWEEP, transcriber.transcribe_next, transcriber.next_due_at, is_slow=True,
            may_be_interrupted=True),
        *(Job(f"mailbox {name}", LOOKED_AT_EVERY, reader.run, is_slow=True, stop=reader.stop)
          for name, reader in mailboxes.items()),
        Job("retention", retention.EVERY, Retention(database, desk, clock).run),
        Job("deletions", EVERY_SWEEP, deleter.delete_next, deleter.next_due_at, is_slow=True),
        Job("files of mails", EVERY_SWEEP, mail_files.delete_next, mail_files.next_due_at, is_slow=True),
        Job("orphaned files", orphans.EVERY, catch_up.held(orphan_remover.run), is_slow=True),
        *(Job("canary", A_MINUTE, catch_up.held(DailyCanary(database, carrier, desk, part, clock).run), is_slow=True)
          for part in [desk.canary] if part is not None),
        *(Job("heartbeat outside", outside_monitor.EVERY, OutsideMonitor(database, url, clock).run, is_slow=True)
          for url in [settings.heartbeat_url] if url),
        Job("heartbeat", HEARTBEAT_EVERY, Heartbeat(database, clock).beat, is_vital=True, needs_success=True),
    )  # fmt: skip


def mailbox_readers(settings: Settings, desk: Desk, database: Database, clock: Clock) -> Mapping[str, MailboxReader]:
    """Return a reader for each mailbox of the desk file that has a server."""
    take = taker(settings, desk, database, clock)
    known = {name: url for name, url in settings.imap_urls.items() if name in desk.mailboxes}
    return {name: MailboxReader(database, desk, name, url, take, clock) for name, url in known.items()}


def _mailer(settings: Settings) -> Mailer:
    return Mailer(settings.smtp_url, settings.mail_from)


def _in_one_transaction(
    database: Database, clock: Clock, desk: Desk, work: Callable[[Session, Desk, datetime], object]
) -> None:
    now = clock.now()
    database.write(lambda session: work(session, desk, now))
