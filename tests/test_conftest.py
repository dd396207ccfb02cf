"""What apps and engines share in a test run is shared, and tells nothing of one app to another."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, render_template, url_for
from jinja2 import BytecodeCache
from werkzeug.routing import BaseConverter, Rule

from callbacks.db.database import engine_for

SHARED_NAME = "page.html"


class Shouted(BaseConverter):
    def to_url(self, value: str) -> str:
        return value.upper()


def app_in(folder: Path, words: str, who: type[BaseConverter] | None = None) -> Flask:
    folder.mkdir(exist_ok=True)
    (folder / SHARED_NAME).write_text(words)
    app = Flask("app", template_folder=str(folder.resolve()))
    if who is not None:
        app.url_map.converters["default"] = who
    app.add_url_rule("/who/<name>", "who", lambda name: name)
    return app


def shown(app: Flask) -> str:
    with app.test_request_context():
        return render_template(SHARED_NAME)


def address(app: Flask) -> str:
    with app.test_request_context():
        return url_for("who", name="amy", page=2)


def test_each_app_shows_its_own_template_of_a_name(tmp_path: Path) -> None:
    one, other = app_in(tmp_path / "one", "{{ 1 }}, one"), app_in(tmp_path / "other", "{{ 1 }}, other")
    assert (shown(one), shown(other)) == ("1, one", "1, other")


def test_a_template_that_was_changed_is_compiled_again(tmp_path: Path) -> None:
    assert [shown(app_in(tmp_path / "one", words)) for words in ("before", "after")] == ["before", "after"]


def test_each_app_writes_addresses_with_its_own_converters(tmp_path: Path) -> None:
    plain, shouted = app_in(tmp_path / "one", ""), app_in(tmp_path / "two", "", Shouted)
    assert [address(app) for app in (plain, shouted, plain)] == [
        "/who/amy?page=2",
        "/who/AMY?page=2",
        "/who/amy?page=2",
    ]


def test_the_code_is_shared_at_all(tmp_path: Path) -> None:
    """Otherwise the run would only be slow, and nobody would see why."""
    one, other = (next(app_in(tmp_path / name, "").url_map.iter_rules("who")) for name in ("one", "other"))
    assert code_of(one) is code_of(other)
    assert isinstance(Flask.jinja_options.get("bytecode_cache"), BytecodeCache)


def test_every_engine_shares_the_statements(sqlite_url: str) -> None:
    """Of a database that no test uses, too: nothing is connected here."""
    urls = (sqlite_url, "sqlite:////tmp/another.db", "postgresql://nobody@127.0.0.1:1/nowhere")
    caches = [engine_for(url).get_execution_options().get("compiled_cache") for url in urls]
    assert caches[0] is not None
    assert all(cache is caches[0] for cache in caches)


def code_of(rule: Rule) -> object:
    return rule._build_unknown.__func__.__code__  # type: ignore[attr-defined]
