"""Settings: refused as a whole, with every mistake named at once."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from callbacks.errors import BrokenSettings
from callbacks.settings import REQUIRED, SETTINGS, Settings, imap_setting, settings_from

GOOD = {
    "PUBLIC_URL": "https://desk.example.com/",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "sesame",
    "TWILIO_FROM": "+15145550000",
    "SECRET_KEY": "x" * 32,
}
STORE = {"MEDIA_URL": "s3://desk", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "sesame"}


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(BrokenSettings) as broken:
        settings_from({})
    assert all(any(name in fault for fault in broken.value.faults) for name in REQUIRED)
    assert len(broken.value.faults) == len(REQUIRED)


def test_good_settings_are_read_and_secrets_stay_out_of_the_repr() -> None:
    settings = settings_from(GOOD)
    assert settings.public_url == "https://desk.example.com"
    assert settings.credentials == ("AC1", "sesame")
    assert "sesame" not in repr(settings)


def test_the_secret_key_before_is_read_and_stays_out_of_the_repr() -> None:
    settings = settings_from({**GOOD, "SECRET_KEY_SECONDARY": "the one before, of 32 characters"})
    assert settings.secret_key_secondary == "the one before, of 32 characters"
    assert "the one before" not in repr(settings)


def test_every_setting_is_also_read_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("from the file\n")
    settings = settings_from({**GOOD, "TWILIO_AUTH_TOKEN_FILE": str(secret)})
    assert settings.auth_token == "from the file"
    with pytest.raises(BrokenSettings, match="TWILIO_AUTH_TOKEN_FILE names a file that cannot be read"):
        settings_from({**GOOD, "TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "nowhere")})


def test_a_speech_model_is_there_with_the_package_that_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.settings.find_spec", lambda name: None)
    with pytest.raises(BrokenSettings) as broken:
        settings_from({**GOOD, "TRANSCRIBE_MODEL": str(tmp_path)})
    assert ["model.bin" in broken.value.faults[0], "pip install" in broken.value.faults[1]] == [True, True]
    (tmp_path / "model.bin").touch()
    monkeypatch.setattr("callbacks.settings.find_spec", lambda name: name)
    assert settings_from({**GOOD, "TRANSCRIBE_MODEL": str(tmp_path)}).transcribe_model == tmp_path


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"PUBLIC_URL": "desk.example.com"}, "PUBLIC_URL is not a URL"),
        ({"PUBLIC_URL": "https://me:pw@desk.example.com"}, "Leave them out"),
        ({"TWILIO_API_KEY": "SK1"}, "Set both or neither"),
        ({"SECRET_KEY": "short"}, "too short"),
        ({"DATABASE_URL": "mysql://db.test/desk"}, "unknown driver 'mysql'"),
        ({"DATABASE_URL": "postgres://db.test/desk"}, "unknown driver 'postgres'"),
        ({"DATABASE_URL": "postgresql+asyncpg://db.test/desk"}, "unknown driver"),
        ({"DATABASE_URL": "nightdesk.db"}, "unknown driver 'nightdesk.db'"),
        ({"DATABASE_URL": "postgresql://u:p@db.test:port/desk"}, "cannot be read"),
        ({"PUBLIC_URL": "https://[desk"}, "PUBLIC_URL is not a URL"),
        ({"PUBLIC_URL": "https://desk.test:port"}, "PUBLIC_URL is not a URL"),
        ({"SMTP_URL": "smtp://[mail", "MAIL_FROM": "desk@example.com"}, "SMTP_URL is not a mail server"),
        ({"IMAP_URL_SUPPORT": "pop3://amy:sesame@mail.test"}, "IMAP_URL_SUPPORT is not a mailbox"),
        ({"IMAP_URL_SUPPORT": "imaps://amy:se/same@mail.test"}, "IMAP_URL_SUPPORT is not a mailbox.*escaped"),
        ({"IMAP_URL_SUPPORT": "imaps://amy:sesame@mail.test:port"}, "IMAP_URL_SUPPORT is not a mailbox"),
        ({"IMAP_URL_SUPPORT": "imaps://mail.test"}, "IMAP_URL_SUPPORT has no user name or no password"),
        ({"IMAP_URL_support": "imaps://amy:sesame@mail.test"}, "IMAP_URL_support names no mailbox"),
        ({**STORE, "MEDIA_DIR": "var/media"}, "MEDIA_DIR and MEDIA_URL are both set"),
        ({**STORE, "MEDIA_URL": "https://s3.test/desk"}, "MEDIA_URL is not an object store"),
        ({**STORE, "MEDIA_URL": "s3://key:sesame@desk"}, "MEDIA_URL is not an object store"),
        ({**STORE, "MEDIA_URL": "s3:///desk"}, "MEDIA_URL is not an object store"),
        ({**STORE, "MEDIA_URL": "s3://desk/a?b"}, "MEDIA_URL is not an object store"),
        ({**STORE, "AWS_ENDPOINT_URL": "s3.test"}, "AWS_ENDPOINT_URL is not a URL"),
        ({**STORE, "AWS_ENDPOINT_URL": "https://key:sesame@s3.test"}, "AWS_ENDPOINT_URL has a user name"),
        ({**STORE, "AWS_CA_BUNDLE": "nowhere.pem"}, "AWS_CA_BUNDLE is not a file"),
        ({**STORE, "AWS_SECRET_ACCESS_KEY": ""}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together"),
        ({"IMAP_URL_": "imaps://amy:sesame@mail.test"}, "IMAP_URL_ names no mailbox"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(change: dict[str, str], fault: str) -> None:
    with pytest.raises(BrokenSettings, match=fault) as broken:
        settings_from({**GOOD, **change})
    assert "sesame" not in str(broken.value)


def test_each_mailbox_has_a_setting_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "emergency"
    secret.write_text("imaps://amy:p%40ss@mail.test/Emergency%20mail\n")
    family = {"IMAP_URL_SUPPORT_DESK": "imap://amy:pass@localhost:143", "IMAP_URL_EMERGENCY_FILE": str(secret)}
    settings = settings_from({**GOOD, **family, "IMAP_URL_ESCALATIONS": " "})
    assert settings.imap_urls == {
        "support-desk": "imap://amy:pass@localhost:143",
        "emergency": "imaps://amy:p%40ss@mail.test/Emergency%20mail",
    }
    assert {"pass", "p%40ss", "p@ss"} <= set(settings.secrets())
    assert "p%40ss" not in repr(settings)
    assert [imap_setting(mailbox) for mailbox in settings.imap_urls] == ["IMAP_URL_EMERGENCY", "IMAP_URL_SUPPORT_DESK"]


def test_the_settings_of_an_object_store_are_read_from_files_too(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret of the store\n")
    store = {
        "MEDIA_URL": "s3://desk-recordings/night",
        "AWS_ENDPOINT_URL": "https://s3.example.com/",
        "AWS_REGION": "ca-central-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY_FILE": str(secret),
    }
    settings = settings_from({**GOOD, **store})
    assert settings.media_url == "s3://desk-recordings/night"
    assert (settings.s3_endpoint, settings.s3_region) == ("https://s3.example.com", "ca-central-1")
    assert (settings.s3_access_key, settings.s3_secret_key) == ("key", "a secret of the store")
    assert "a secret of the store" in settings.secrets()
    assert "a secret of the store" not in repr(settings)


def test_a_key_of_amazon_is_nothing_to_us_without_an_object_store() -> None:
    assert settings_from({**GOOD, "AWS_ACCESS_KEY_ID": "of somebody else", "MEDIA_DIR": "there"}).media_url == ""


def test_faults_of_mailboxes_are_named_with_all_others(tmp_path: Path) -> None:
    wrong = {"IMAP_URL_SUPPORT": "mail", "IMAP_URL_EMERGENCY_FILE": str(tmp_path / "nowhere"), "SECRET_KEY": "short"}
    with pytest.raises(BrokenSettings) as broken:
        settings_from({**GOOD, **wrong})
    assert len(broken.value.faults) == 3


@pytest.mark.parametrize(
    "url", ["sqlite:///var/nightdesk.db", "postgresql://u:p%40ss@db.test/desk", "postgresql+psycopg://db.test/desk"]
)
def test_a_database_that_can_be_used_is_accepted(url: str) -> None:
    assert settings_from({**GOOD, "DATABASE_URL": url}).database_url == url


def test_a_database_without_its_driver_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callbacks.settings.find_spec", lambda name: None)
    with pytest.raises(BrokenSettings, match="needs the package psycopg"):
        settings_from({**GOOD, "DATABASE_URL": "postgresql://db.test/desk"})


def test_the_readme_tells_of_every_setting() -> None:
    readme = Path("README.md").read_text(encoding="utf-8")
    assert [name for name in SETTINGS if f"`{name}`" not in readme] == []


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgresql://desk:p%40ss%2Fword@db.test/desk", "p%40ss%2Fword"),
        ("postgresql://desk:pa[ss@db.test/desk", "pa[ss"),
        ("smtp://desk:p@ss/word@mail.test:587", "p@ss/word"),
        ("postgresql://db.test/desk?user=desk&password=parameter", "parameter"),
    ],
)
def test_a_password_in_a_url_is_one_of_the_secrets(url: str, password: str) -> None:
    for name in ("DATABASE_URL", "SMTP_URL"):
        field: dict[str, Any] = {name.lower(): url}
        settings = replace(settings_from(GOOD), **field)
        assert password in settings.secrets()
        assert password not in repr(settings)


def test_every_field_that_stays_out_of_the_repr_is_a_secret() -> None:
    hidden = [field.name for field in fields(Settings) if not field.repr]
    urls: dict[str, Any] = {name: f"x://user:{name}@host" for name in hidden}
    urls["imap_urls"] = {"support": urls["imap_urls"]}
    settings = replace(settings_from(GOOD), **urls)
    assert [name for name in hidden if not any(name in secret for secret in settings.secrets())] == []


def test_an_sqlite_file_on_a_network_file_system_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("callbacks.settings.network_file_system", {tmp_path: "nfs4"}.get)
    with pytest.raises(BrokenSettings, match=r"network file system \(nfs4\).*local disk, or PostgreSQL"):
        settings_from({**GOOD, "DATABASE_URL": f"sqlite:///{tmp_path / 'desk.db'}"})
    assert settings_from({**GOOD, "DATABASE_URL": "sqlite://"})


def test_an_sqlite_file_in_a_folder_that_cannot_be_written_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda _path, mode: not mode & 2)
    with pytest.raises(BrokenSettings, match=r"cannot write"):
        settings_from({**GOOD, "DATABASE_URL": "sqlite:////srv/desk.db"})


def test_the_url_of_a_monitor_is_read_and_stays_out_of_logs() -> None:
    url = "https://monitor.example.com/ping/secret"
    settings = settings_from({**GOOD, "HEARTBEAT_URL": url})
    assert settings.heartbeat_url == url
    assert url in settings.secrets()
    assert "ping/secret" not in repr(settings)
    with pytest.raises(BrokenSettings, match="HEARTBEAT_URL is not a URL"):
        settings_from({**GOOD, "HEARTBEAT_URL": "monitor.example.com"})
