"""Reads the rota from its screen, and edits it by its forms."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime

from callbacks.oncall import store
from tests.callbacks.console.console import DESK, Console


def does(sue: Console, act: str, **fields: str) -> str:
    """Fill in a form as the week of 30 November is shown; give the page that comes back."""
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    answer = sue.posts(f"/rota/{act}?view=week&from=2026-11-30", fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/rota?view=week&from=2026-11-30")
    return sue.client.get(answer.headers["Location"]).text


def shown(sue: Console, address: str, layer: str, day: str) -> str:
    """What stands on a layer on a day, without the markup."""
    page = sue.client.get(address).text
    row = page.split(f'<th scope="row">{layer}</th>')[1].split("</tr>")[0]
    return words(row.split(f'data-label="{day}')[1].split("</td>")[0].split("</svg>")[1])


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def on(sue: Console, layer: str, at: str) -> list[str]:
    instant = datetime.fromisoformat(at).replace(tzinfo=DESK.zone)
    plan = sue.database.read(lambda session: store.schedule(session, DESK, sue.clock.now()))
    return [person.name for person in plan.on_call(layer, instant)]


def csv_rows(sue: Console, address: str) -> list[dict[str, str]]:
    answer = sue.client.get(address)
    assert answer.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


NIGHT = {"from": "2026-11-30T18:00", "until": "2026-12-01T08:00"}
WEEK = "/rota?view=week&from=2026-11-30"
