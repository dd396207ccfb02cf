"""The desk file: its defaults, and every mistake named with its place and its remedy."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from callbacks.desk.desk_file import Desk, desk_from, read_desk
from callbacks.errors import BrokenDesk, WrongState
from callbacks.text.bilingual import Words

FILE = Path("support.toml")
CONTENT = tomllib.loads(FILE.read_text(encoding="utf-8"))


def desk_with(changes: dict[str, dict[str, Any]]) -> Desk:
    content = copy.deepcopy(CONTENT)
    for section, settings in changes.items():
        content[section] = {**content.get(section, {}), **settings}
    return desk_from(content, FILE)


def test_the_shipped_file_has_the_default_values() -> None:
    left_out = ("digest", "auto_close", "reports", "rota", "numbers", "voices", "retention", "transcript", "screening")
    without = {name: part for name, part in CONTENT.items() if name not in left_out}
    without["callback"] = {"promise": CONTENT["callback"]["promise"]}
    shipped, default = desk_from(CONTENT, FILE), desk_from(without, FILE)
    assert shipped == default
    assert (str(default.night_hours.night), str(default.night_hours.sleep)) == ("18:00-08:30", "22:00-07:00")
    assert f"{default.digest.at:%H:%M} {default.digest.until:%H:%M}" == "08:00 12:00"
    assert (default.closing_rule.attempts, default.closing_rule.silence) == (3, timedelta(days=5))
    assert default.callback.at_risk == timedelta(minutes=10)


def test_the_numbers_of_the_lines_and_the_sender_are_the_desks_own() -> None:
    desk = desk_with({"numbers": {"own": ["+15145550000"], "region": "FR", "called_without_consent": ["FR"]}})
    rules = desk.with_own_number("+15145550001").dialing_rules
    assert rules.own_numbers == {"+18884847266", "+15148458474", "+15145550000", "+15145550001"}
    assert rules.region == "FR"
    assert rules.called_without_consent == {"FR"}
    assert desk.with_own_number("MG" + "0" * 32) == desk  # texts are sent from a messaging service


def test_another_company_has_its_own_night_digest_and_closing() -> None:
    desk = desk_with(
        {"reports": {"night": "20:00-06:00"}, "auto_close": {"attempts": 2, "silence": "36h", "never": []}}
    )
    assert str(desk.night_hours.night) == "20:00-06:00"
    assert (desk.closing_rule.attempts, desk.closing_rule.silence) == (2, timedelta(hours=36))
    assert desk.closing_rule.never == frozenset()


def test_what_is_kept_for_how_long_is_the_desks_decision() -> None:
    kept = desk_with({"retention": {"audio": "1d", "transcripts": "30d", "numbers": "never"}}).retention
    assert (kept.audio, kept.transcripts, kept.numbers) == (timedelta(days=1), timedelta(days=30), None)
    kept = desk_with({"retention": {"audio": "30d", "transcripts": "30d", "numbers": "30d"}}).retention
    assert kept.numbers == timedelta(days=30)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"retention": {"audio": "23h"}}, 'retention.audio: it is too short. Write "1d" or longer, or "never"'),
        ({"retention": {"audio": "always"}}, "retention.audio: 'always' is not a duration"),
        ({"retention": {"numbers": "300d"}}, "retention: numbers go together with audio and transcripts"),
        ({"retention": {"audio": "never"}}, "retention: numbers go together with audio and transcripts"),
        ({"transcript": {"by": "magic"}}, "transcript.by: 'magic' is not known. Write 'model', 'carrier' or 'none'"),
        ({"digest": {"at": "8"}}, r"digest\.at: '8' is not a time of day. Write it as \"08:00\""),
        ({"digest": {"at": "13:00"}}, r"digest\.until: it must be later than digest\.at"),
        ({"reports": {"night": "18:00"}}, r"reports\.night: '18:00' is not a span of the day"),
        ({"reports": {"sleep": "07:00-07:00"}}, r"reports\.sleep: .*begins when it ends"),
        ({"auto_close": {"attempts": 0}}, r"auto_close\.attempts: .*greater than or equal to 1"),
        ({"auto_close": {"silence": "10m"}}, r"auto_close: a silence of less than an hour"),
        ({"auto_close": {"never": ["P4"]}}, r"auto_close\.never"),
        ({"callback": {"at_risk": "45m"}}, r"callback\.at_risk: it must be shorter than callback\.promise"),
        ({"rota": {"gaps_reported_at": "25:00"}}, r"rota\.gaps_reported_at: '25:00' is not a time of day"),
        ({"rota": {"gaps": "09:00"}}, r"rota\.gaps is not a setting"),
        ({"numbers": {"region": "Canada"}}, r"numbers\.region: 'Canada' is not a region"),
        (
            {"numbers": {"called_without_consent": ["CA", "XX"]}},
            r"numbers\.called_without_consent.*'XX' is not a region",
        ),
        (
            {"status": {"page": "javascript:alert(1)"}},
            r"status\.page: 'javascript:alert\(1\)' is not the address of a web",
        ),
        ({"status": {"page": "https://"}}, r"status\.page: 'https://' is not the address of a web page"),
        ({"limits": {"notices_a_second": 0}}, r"limits\.notices_a_second"),
        ({"numbers": {"own": ["514 845 8474"]}}, r"numbers\.own.*'514 845 8474' is not a phone number"),
        (
            {"lines": {"direct": {"number": "+15148458474", "menu": {"1": "support"}, "languages": {"9": "french"}}}},
            r"lines\.direct: a line with a menu offers its languages in the menu",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(changes: dict[str, dict[str, Any]], fault: str) -> None:
    with pytest.raises(BrokenDesk, match=fault):
        desk_with(changes)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(BrokenDesk) as broken:
        desk_with({"digest": {"at": "8"}, "reports": {"night": "18:00"}, "auto_close": {"attempts": 0}})
    assert len(broken.value.faults) == 3


def test_the_desk_file_as_shipped_is_good() -> None:
    desk = read_desk(Path("support.toml"))
    assert desk.lines["toll-free"].number == "+18884847266"
    assert desk.line_called("+15148458474") == "direct"
    assert desk.line_called("+19995550000") == "direct"


def broken(change: Callable[[dict[str, Any]], object]) -> tuple[str, ...]:
    content = copy.deepcopy(CONTENT)
    change(content)
    with pytest.raises(BrokenDesk) as fault:
        desk_from(content, Path("support.toml"))
    return fault.value.faults


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: d["hours"].update(monday=["18:00-08:30", "09:00-10:00"]), "hours:"),
        (lambda d: d["hours"].update(monday=["8 to 6"]), "hours.monday.0: '8 to 6' is not a window"),
        (lambda d: d["hours"].update(zone="America/Montréal"), "is not known"),
        (lambda d: d["lines"]["direct"].update(number="514"), "lines.direct.number: '514' is not a phone number"),
        (lambda d: d["lines"]["direct"].update(number="+18884847266"), "belongs to two lines"),
        (lambda d: d["lines"]["toll-free"].update(menu={"2": "french"}), "the menu never leads to support"),
        (lambda d: d["lines"]["toll-free"].update(menu={"11": "support"}), "lines.toll-free.menu.11"),
        (lambda d: d["callback"].update(promise="half an hour"), "callback.promise: 'half an hour' is not a duration"),
        (lambda d: d["priorities"].pop("P2"), "priorities.P2 is missing"),
        (
            lambda d: d["priorities"]["P1"].update(resolution="0h"),
            'priorities.P1.resolution.within: it is too short. Write "1m"',
        ),
        (lambda d: d["escalation"]["steps"].pop(), "escalation: no step is at the deadline"),
        (lambda d: d["escalation"].update(layers=["primary"]), "which is not a layer"),
        (lambda d: d.update(hour={}), "hour is not a setting"),
        (lambda d: d.pop("company"), "company is missing"),
        (lambda d: d["company"].update(name={"en": "x"}), "company.name: fr is missing"),
        (lambda d: d["company"].update(name={}), "company.name is empty. Give it at least one entry."),
        (lambda d: d["retries"].update(after=[]), "retries.after is empty. Give it at least one entry."),
        (lambda d: d["ringing"].update(each="0s"), 'ringing.each: it is too short. Write "1s" or longer.'),
        (lambda d: d["callback"].update(promise="4m"), 'callback.promise: it is too short. Write "5m" or longer.'),
        (lambda d: d["auto_close"].update(never=["P4"]), "auto_close.never.0: 'P4' is not known. Write 'P1', 'P2' or"),
    ],
)
def test_a_broken_desk_file_is_refused_with_the_place(change: Callable[[dict[str, Any]], object], fault: str) -> None:
    assert any(fault in found for found in broken(change)), broken(change)


def test_mistakes_in_several_sections_are_named_at_once() -> None:
    def change(content: dict[str, Any]) -> None:
        content["callback"]["promise"] = "soon"
        content["voicemail"]["longest"] = "long"
        content["colour"] = "blue"

    assert len(broken(change)) == 3


def test_mistakes_of_every_kind_are_named_at_once_and_each_once() -> None:
    def change(content: dict[str, Any]) -> None:
        content["retries"]["after"] = ["2m"]
        content["retries"]["reviewed_every"] = "10m"
        content["priorities"]["P1"] |= {"resolution": "x", "overdue_every": "1m"}
        content["priorities"]["P2"]["resolution"] = {"within": "24h", "counts": "never"}
        content["ringing"]["missed_after"] = "0s"
        content["numbers"]["region"] = "XX"
        content["lines"]["direct"]["name"] = {"en": "direct line"}

    assert set(broken(change)) == {
        'retries.after.0: \'2m\' is not a time to try again. Write "5m" or longer, or "next opening".',
        'retries.reviewed_every: it is too short. Write "1h" or longer.',
        "priorities.P1.resolution: 'x' is not a duration. Write a number and s, m, h or d, such as \"30m\".",
        'priorities.P1.overdue_every: it is too short. Write "5m" or longer.',
        "priorities.P2.resolution.counts: 'never' is not known. Write 'all hours' or 'support hours'.",
        'ringing.missed_after: it is too short. Write "1s" or longer.',
        "numbers.region: 'XX' is not a region. Write its two letters, such as \"CA\".",
        "lines.direct.name: fr is missing. Write it in both languages, en and fr.",
    }


def test_a_file_that_is_not_toml_or_not_there_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "support.toml"
    with pytest.raises(BrokenDesk, match="no such file"):
        read_desk(file)
    file.write_text("[company\n")
    with pytest.raises(BrokenDesk, match="not TOML"):
        read_desk(file)


def in_folder(folder: Path, wording: str | None, more: str = "") -> Path:
    """Return a desk file that names a wording file beside it."""
    file = folder / "support.toml"
    file.write_text(FILE.read_text("utf-8").replace("[company]", '[company]\nwording = "w.toml"', 1) + more, "utf-8")
    if wording is not None:
        (folder / "w.toml").write_text(wording, "utf-8")
    return file


def test_the_wording_is_read_from_the_file_beside_the_desk_file(tmp_path: Path) -> None:
    desk = read_desk(
        in_folder(tmp_path, 'goodbye = { en = "Bye.", fr = "Salut." }\n[how_it_ended]\nbusy = { en = "a", fr = "b" }')
    )
    assert {name: (own.en, own.fr) for name, own in desk.wording.items()} == {
        "goodbye": ("Bye.", "Salut."),
        "how_it_ended.busy": ("a", "b"),
    }


@pytest.mark.parametrize(
    ("wording", "fault"),
    [
        (None, "company.wording: w.toml cannot be read: No such file or directory. Put it beside the desk file."),
        ("greeting =", "company.wording: w.toml is not TOML: Invalid value (at end of document)."),
        ('greeting = { en = "Hello" }', "wording.greeting.fr is missing. Add it."),
        ('greeting = { fr = "Allo" }', "wording.greeting.en is missing. Add it."),
        ('greeting = { en = "a", fr = "b", de = "c" }', "wording.greeting.de is not a setting. "),
        ('greeting = "Hello"', "wording.greeting: Input should be a valid dictionary"),
        ("[how_it_ended]\nbusy = { en = 'a' }", "wording.how_it_ended.busy.fr is missing. Add it."),
    ],
)
def test_a_wording_file_that_cannot_be_used_is_named(tmp_path: Path, wording: str | None, fault: str) -> None:
    with pytest.raises(BrokenDesk) as refused:
        read_desk(in_folder(tmp_path, wording))
    assert any(each.startswith(fault) for each in refused.value.faults), refused.value.faults


def test_mistakes_of_the_desk_file_and_an_unreadable_wording_file_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(BrokenDesk) as refused:
        read_desk(in_folder(tmp_path, None, "\n[tempest]\na = 1\n"))
    assert [fault.split()[0] for fault in refused.value.faults] == ["tempest", "company.wording:"]


def test_wording_in_one_language_is_named_with_the_other_mistakes(tmp_path: Path) -> None:
    wording = (
        "[texts]\nnot_saved = { en = 'a' }\nunsubscribed = { en = 'a', fr = 'b' }\n[how_it_ended]\nbusy = { fr = 'b' }"
    )
    with pytest.raises(BrokenDesk) as refused:
        read_desk(in_folder(tmp_path, wording), lambda desk: [f"{name} is checked" for name in desk.wording])
    assert [fault.split(" ")[0] for fault in refused.value.faults] == [
        "wording.texts.not_saved.fr", "wording.how_it_ended.busy.en", "texts.unsubscribed",
    ]  # fmt: skip


def test_wording_is_not_in_two_places(tmp_path: Path) -> None:
    with pytest.raises(BrokenDesk, match=r"the wording is in w\.toml and in this file"):
        read_desk(in_folder(tmp_path, "", '\n[wording]\ngoodbye = { en = "a", fr = "b" }\n'))


def test_other_checks_are_reported_with_the_mistakes_of_the_file() -> None:
    content = copy.deepcopy(CONTENT)
    content["digest"] |= {"at": "12:00", "until": "08:00"}
    with pytest.raises(BrokenDesk) as refused:
        desk_from(content, FILE, lambda desk: [f"{desk.voices.en} is hoarse"])
    assert [fault.split()[0] for fault in refused.value.faults] == ["digest.until:", "Polly.Joanna-Neural"]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-27T18:00", "2026-11-27T23:00+00:00"),
        (" 2026-07-01 18:00 ", "2026-07-01T22:00+00:00"),
        ("2026-11-27T18:00+00:00", "2026-11-27T18:00+00:00"),
    ],
)
def test_a_time_is_read_in_desk_time(text: str, instant: str) -> None:
    assert desk_from(CONTENT, FILE).instant(text) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "not a valid time"),
        ("", "not a valid time"),
        ("1999-01-01T00:00", "not a valid time"),
        ("2027-03-14T02:30", "There is no 02:30 on 2027-03-14, because the clocks go forward"),
    ],
)
def test_a_time_that_does_not_exist_is_refused(text: str, message: str) -> None:
    with pytest.raises(WrongState, match=message):
        desk_from(CONTENT, FILE).instant(text)


def named(**line: Any) -> Desk:
    content = tomllib.loads(Path("support.toml").read_text("utf-8"))
    content["lines"]["direct"].pop("name")
    content["lines"]["direct"] |= line
    return desk_from(content, Path("support.toml"))


def test_a_line_has_a_name_in_each_language_and_by_default_one_made_of_its_key() -> None:
    assert named().line_name("direct") == Words("direct line", "ligne direct")
    assert named(name={"en": "hotline", "fr": "ligne rouge"}).line_name("direct") == Words("hotline", "ligne rouge")
    assert named().line_name("toll-free") == Words("toll-free line", "ligne sans frais")
    assert named().line_name("removed") == Words("removed line", "ligne removed")


def test_the_names_that_a_guesser_tries_first_are_those_of_the_company_the_lines_and_the_program() -> None:
    assert {"Night Desk", "Support desk", "toll-free line", "ligne sans frais"} <= set(desk_with({}).names())


@pytest.mark.parametrize("name", ["", "  ", "x" * 33, "[" * 17])
def test_a_line_whose_name_is_empty_or_too_long_for_a_text_is_refused(name: str) -> None:
    with pytest.raises(BrokenDesk, match=r"lines\.direct\.name\.en: .* Write 1 to 32 letters"):
        named(name={"en": name})


@pytest.mark.parametrize("sender", ["x" * 31, "{" * 16])
def test_a_sender_that_leaves_too_little_room_in_a_text_is_refused(sender: str) -> None:
    content = tomllib.loads(Path("support.toml").read_text("utf-8"))
    content["company"]["sender"] = sender
    with pytest.raises(BrokenDesk, match=r"company\.sender: .* Shorten it to 30 at most"):
        desk_from(content, Path("support.toml"))


def test_the_status_page_is_this_services_unless_the_company_has_its_own() -> None:
    assert desk_with({}).status_page("https://desk.test") == "https://desk.test/status"
    own = desk_with({"status": {"page": "https://status.example.com/now"}})
    assert own.status_page("https://desk.test") == "https://status.example.com/now"
