"""The search over every callback: by what people know of it, page by page, and exported."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from callbacks.acts.details import AddNote, NameCaller, WriteTranscript
from callbacks.acts.opening import open_callback
from callbacks.db.states import AttemptProof, CallbackState, VoicemailState
from callbacks.db.tables import Call, Callback
from callbacks.inbound import calls
from callbacks.people import technicians
from callbacks.records import search
from tests.acting import resolves, supervisor_acts
from tests.callbacks.console.console import BEGAN, DESK, Console
from tests.tried import tried


@pytest.fixture(autouse=True)
def sixty_callbacks(sue: Console) -> None:
    """Sixty callbacks of the days before."""

    def call(session: Session) -> None:
        amy = technicians.technician_named(session, "Amy Roy")
        for n in range(60):
            at, line = BEGAN - timedelta(hours=n), "toll-free" if n % 2 else "direct"
            arrival = calls.Arrival(f"CAx{n}", line, f"+1514555{1000 + n}", "en", False, "", "TN-Validation-Passed-A")
            callback = open_callback(session, DESK, calls.record_call(session, arrival, at), at)
            if n == 7:
                resolves(session, DESK, callback, amy, at)

    sue.database.write(call)


def found(sue: Console, query: str) -> list[dict[str, str]]:
    return sue.client.get(f"/callbacks.json?{query}").get_json()  # type: ignore[no-any-return]


def found_by(sue: Console, *searches: str) -> dict[str, list[str]]:
    """The callers that each of some searches finds."""
    answers = {words: sue.client.get("/callbacks.json", query_string={"words": words}) for words in searches}
    return {words: [row["caller"] for row in answer.get_json()] for words, answer in answers.items()}


def test_a_number_in_any_notation(sue: Console) -> None:
    notations = ("(514) 555-1042", "514-555-1042", "+15145551042", "5145551042", "1 514 555 1042", "5551042", "1042")
    assert found_by(sue, *notations) == {key: ["+15145551042"] for key in notations}


def test_by_reference_however_it_is_written(sue: Console) -> None:
    reference = found(sue, "words=1042")[0]["reference"]
    for words in (reference, reference.lower(), reference.replace("-", "")):
        assert [row["reference"] for row in found(sue, f"words={words}")] == [reference]


def test_by_state_line_person_and_day(sue: Console) -> None:
    assert len(found(sue, "state=resolved")) == 1
    assert found(sue, "person=Amy Roy")[0]["owner"] == "Amy Roy"
    assert len(found(sue, "line=toll-free")) == 30
    assert len(found(sue, "state=unanswered")) == 60
    assert len(found(sue, "since=2026-11-28")) == 24  # from the desk's midnight on: and the one of the console's own
    assert len(found(sue, "until=2026-11-26")) == len(found(sue, "")) - len(found(sue, "since=2026-11-27"))
    assert found(sue, "broken=1") == []
    assert len(found(sue, "state=nonsense&since=soon&after=x")) == 61


def test_pages_go_on_without_losing_any(sue: Console) -> None:
    first = sue.client.get("/callbacks").text
    assert first.count('data-label="Callback"') == 50
    older = first.split('<a href="/callbacks?after=')[1].split('"')[0]
    second = sue.client.get(f"/callbacks?after={older}").text
    assert second.count('data-label="Callback"') == 11
    assert "Next page" not in second


def test_as_csv_no_field_is_a_formula(sue: Console) -> None:
    rows = list(csv.DictReader(io.StringIO(sue.client.get("/callbacks.csv").text)))
    assert len(rows) == 61
    assert all(not value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_by_words_of_the_message_of_a_note_and_the_name_by_their_beginning(sue: Console) -> None:
    reference = found(sue, "words=1042")[0]["reference"]
    sue.database.write(lambda session: _written(session, reference))
    words = ("zebra", "ZEBRA", "zebra printer", "Élodie", "elodie tremblay", "broken zebra", "zeb", "trembl")
    numbers = ("514 555 2222", "5552222", "51455522", "+1 514 5552", "zebra 5552222")
    assert found_by(sue, *words, *numbers) == {key: ["+15145551042"] for key in (*words, *numbers)}


def _written(session: Session, reference: str) -> None:
    callback = session.scalars(select(Callback).where(Callback.reference == reference)).one()
    calls.record_voicemail(
        session, DESK, callback.contact_sid, calls.Recording(VoicemailState.RECORDED, "RE" + "7" * 32, 8), BEGAN
    )
    supervisor_acts(session, DESK, callback, NameCaller("Élodie Tremblay"), "sue@example.com", BEGAN)
    supervisor_acts(
        session, DESK, callback, WriteTranscript("The zebra printer, call 514-555-2222."), "sue@example.com", BEGAN
    )
    supervisor_acts(session, DESK, callback, AddNote("It is broken."), "sue@example.com", BEGAN)


def test_words_that_do_not_all_occur_find_nothing(sue: Console) -> None:
    reference = found(sue, "words=1042")[0]["reference"]
    sue.database.write(lambda session: _written(session, reference))
    wrong = ("zebra mussel", "zebras", "ebra", "55522229", "4555222")
    assert found_by(sue, *wrong) == {key: [] for key in wrong}


def test_a_common_word_is_found_as_well_as_a_rare_one(sue: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = found(sue, "words=1042")[0]["reference"]
    sue.database.write(lambda session: _written(session, reference))
    for rare in (0, 2000):
        monkeypatch.setattr(search, "RARE", rare)
        answer = sue.client.get("/callbacks.json", query_string={"words": "zebra 514-555-1042"}).get_json()
        assert [row["reference"] for row in answer] == [reference]


@pytest.mark.parametrize("order", list(search.ORDERS))
def test_in_each_order_the_pages_go_on_without_losing_any(sue: Console, order: str) -> None:
    first = sue.client.get(f"/callbacks?order={order}").text
    following = html.unescape(re.findall(r'<a href="([^"]+)" rel="next"', first)[0])
    second = sue.client.get(following).text
    names = [re.findall(r'data-label="Callback"><a href="/callbacks/([^"]+)"', page) for page in (first, second)]
    assert len(set(names[0] + names[1])) == 61
    everything = [row["reference"] for row in found(sue, f"order={order}")]
    assert names[0] + names[1] == everything


def test_the_latest_comes_first_unless_it_is_asked_otherwise(sue: Console) -> None:
    began = [row["began_at"] for row in found(sue, "")]
    assert began == sorted(began, reverse=True)
    assert [row["began_at"] for row in found(sue, "order=oldest")] == sorted(began)


@pytest.fixture
def tried_in_every_way(sue: Console) -> dict[str, list[str]]:
    """Four callbacks, each tried in another way, and one that nobody could be called for. Their callers by proof."""
    ways = {
        "+15145551010": [(5, AttemptProof.CARRIER)],
        "+15145551011": [(5, AttemptProof.WORD), (40, AttemptProof.CARRIER)],
        "+15145551012": [(5, AttemptProof.NO_NUMBER)],
        "+15145551013": [(5, AttemptProof.NONE)],
    }

    def work(session: Session) -> None:
        amy = technicians.technician_named(session, "Amy Roy")
        for caller, attempts in ways.items():
            callback = session.scalars(select(Callback).join(Call).where(Call.caller == caller)).one()
            for minutes, proof in attempts:
                tried(session, callback, amy, callback.contact.began_at + timedelta(minutes=minutes), proof)
        last = session.scalars(select(Callback).join(Call).where(Call.caller == "+15145551014")).one()
        last.state = CallbackState.UNREACHABLE

    sue.database.write(work)
    return {
        "carrier": ["+15145551010"],
        "word": ["+15145551007", "+15145551011"],  # the first was resolved without a connection
        "no number": ["+15145551012", "+15145551014"],
    }


@pytest.mark.parametrize("rare", [0, 2000])
def test_by_proof_whether_it_is_rare_or_common(
    sue: Console, tried_in_every_way: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr(search, "RARE", rare)
    for proof, callers in tried_in_every_way.items():
        rows = found(sue, f"proof={proof}&order=newest")
        assert [(row["caller"], row["proof"]) for row in rows] == [(caller, proof) for caller in callers]


def test_the_list_shows_what_proves_each_call_back(sue: Console, tried_in_every_way: dict[str, list[str]]) -> None:
    words = {
        "carrier": "Proven by the carrier",
        "word": "By a technician&#39;s word",
        "no number": "Nobody could be called",
    }
    for proof, callers in tried_in_every_way.items():
        page = sue.client.get("/callbacks", query_string={"proof": proof}).text
        icon = proof.replace(" ", "-")
        assert page.count(f'<span class="proof proof-{icon}">{words[proof]}</span>') == len(callers)
        assert f'<option value="{proof}" selected>{words[proof]}</option>' in page
    assert "proof-none" not in sue.client.get("/callbacks").text


@pytest.mark.usefixtures("tried_in_every_way")
def test_a_page_of_the_list_takes_as_many_queries_as_one_row(sue: Console) -> None:
    def count(address: str) -> int:
        queries = list[str]()
        listen = lambda *args: queries.append(args[2])  # noqa: E731
        event.listen(sue.database.engine, "before_cursor_execute", listen)
        assert sue.client.get(address).status_code == 200
        event.remove(sue.database.engine, "before_cursor_execute", listen)
        return sum(query.startswith("SELECT") for query in queries)

    assert count("/callbacks") == count("/callbacks?state=resolved")
