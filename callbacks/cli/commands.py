"""Every command but those that need the simulated carrier or the prompts."""

from __future__ import annotations

from callbacks.cli import (
    announcements,
    audit,
    backups,
    billing,
    blocked_numbers,
    calendars,
    callbacks,
    customers,
    forget,
    hours,
    mail,
    menu,
    oncall,
    reports,
    service,
    setup_check,
    shifts,
    technicians,
    users,
)

COMMANDS = (
    *(service.serve, service.web, service.worker, service.migrate, setup_check.check),
    *(reports.report, reports.export, billing.billing, hours.holidays, hours.closure),
    *(technicians.technician, shifts.shift, oncall.oncall, menu.menu, calendars.calendar, users.user, audit.audit),
    callbacks.callback,
    *(customers.customer, announcements.announce),
    *(blocked_numbers.block, blocked_numbers.unblock),
    *(forget.forget, mail.mail),
    *(backups.backup, backups.restore),
)
