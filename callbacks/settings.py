"""Secrets and URLs from the environment. Each setting is also read from the file that NAME_FILE names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from callbacks.errors import BrokenSettings
from callbacks.file_systems import nearest_folder, network_file_system

TWILIO = "https://api.twilio.com"


@dataclass(frozen=True)
class Settings:
    """The settings of the service. Secrets stay out of its repr."""

    public_url: str
    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    secret_key: str = field(repr=False)
    auth_token_secondary: str = field(default="", repr=False)
    api_key: str = ""
    api_secret: str = field(default="", repr=False)
    twilio_url: str = TWILIO
    database_url: str = field(default="sqlite:///var/nightdesk.db", repr=False)
    desk_file: Path = Path("support.toml")
    media_dir: Path = Path("var/media")
    media_url: str = ""
    s3_endpoint: str = ""
    s3_region: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = field(default="", repr=False)
    s3_authority: Path | None = None
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    transcribe_model: Path | None = None
    audit_key: str = field(default="", repr=False)
    metrics_token: str = field(default="", repr=False)
    heartbeat_url: str = field(default="", repr=False)
    trusted_proxy: str = "127.0.0.1"
    secret_key_secondary: str = field(default="", repr=False)
    imap_urls: Mapping[str, str] = field(default_factory=dict, repr=False)  # by the name of the mailbox

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """Return the tokens that may sign a webhook: two while they are rotated."""
        return tuple(token for token in (self.auth_token, self.auth_token_secondary) if token)

    @property
    def credentials(self) -> tuple[str, str]:
        """Return the user name and password for the carrier's REST API: the API key when there is one."""
        return (self.api_key, self.api_secret) if self.api_key else (self.account_sid, self.auth_token)

    def secrets(self) -> tuple[str, ...]:
        """Return every secret that logs must not show."""
        keys = (
            *(self.api_secret, self.secret_key, self.secret_key_secondary, self.audit_key, self.metrics_token),
            self.heartbeat_url,  # whoever has it can report that all is well
            self.s3_secret_key,
        )
        urls = (self.database_url, self.smtp_url, *self.imap_urls.values())
        passwords = (found for url in urls for found in _passwords_in(url))
        return tuple(secret for secret in (*self.auth_tokens, *keys, *passwords) if secret)


def _passwords_in(url: str) -> Iterator[str]:
    """Yield the passwords of a URL: between user and host, and as a parameter. A password may contain "@" and "/"."""
    for user_and_password in re.findall(r"://(.*)@", url) + re.findall(r"://([^@]*)@", url):
        password = user_and_password.partition(":")[2]
        yield from {password, unquote(password)}
    yield from re.findall(r"[?&][a-z_]*password=([^&]*)", url, re.IGNORECASE)


# What each setting is for, in the order of the README. "required" applies outside the demo.
SETTINGS: Mapping[str, str] = {
    "DATABASE_URL": "database, default SQLite under var/",
    "PUBLIC_URL": "required: the URL where Twilio reaches this service, such as https://desk.example.com",
    "TWILIO_ACCOUNT_SID": "required: the account, AC...",
    "TWILIO_AUTH_TOKEN": "required: checks that a webhook comes from Twilio",
    "TWILIO_AUTH_TOKEN_SECONDARY": "also accepted on webhooks while the token is being rotated",
    "TWILIO_API_KEY": "for the REST API instead of the token, SK...",
    "TWILIO_API_SECRET": "belongs to TWILIO_API_KEY",
    "TWILIO_API_URL": f"default {TWILIO}",
    "TWILIO_FROM": "required: the number, or messaging service (MG...), that pages come from",
    "SECRET_KEY": "required: signs cookies and links, encrypts authenticator app secrets, 32 random characters or more",
    "SECRET_KEY_SECONDARY": "the previous key, still accepted while SECRET_KEY is being rotated; it signs nothing",
    "DESK_FILE": "default support.toml",
    "MEDIA_DIR": "directory for recordings and mails, default var/media",
    "MEDIA_URL": "object store for them instead of MEDIA_DIR, s3://bucket/prefix",
    "AWS_ENDPOINT_URL": "address of the object store, default Amazon's",
    "AWS_REGION": "region of the bucket, default us-east-1",
    "AWS_ACCESS_KEY_ID": "key to the bucket, default the role of the machine",
    "AWS_SECRET_ACCESS_KEY": "belongs to AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE": "file with the certificates of an authority of your own that the object store has, default none",
    "SMTP_URL": "mail server for pages and alerts by mail, smtp://user:password@host:587 or smtps://host",
    "MAIL_FROM": "belongs to SMTP_URL: the address that mails come from",
    "TRANSCRIBE_MODEL": "directory of a faster-whisper model that transcribes messages, default none",
    "AUDIT_KEY": "seals the audit and event logs, 32 random characters or more, default derived from SECRET_KEY",
    "HEARTBEAT_URL": "URL of a monitor elsewhere, requested every minute while all is well, default none",
    "METRICS_TOKEN": "bearer token for /metrics, default none: it answers on loopback only",
    "TRUSTED_PROXY": "address of the proxy whose X-Forwarded-For header is trusted, default 127.0.0.1",
}
# A family of settings: IMAP_URL_SUPPORT_DESK is the server of the mailbox support-desk.
IMAP_URL = "IMAP_URL_"
IMAP_SCHEMES = ("imap", "imaps")
BUCKET = r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}"
DATABASES = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
REQUIRED = tuple(name for name, meaning in SETTINGS.items() if meaning.startswith("required"))


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Return the settings. Raise BrokenSettings, which lists everything missing or wrong."""
    faults: list[str] = []
    values = setting_values(environ, faults)
    missing = [name for name in REQUIRED if not values[name]]
    faults += [f"{name} is not set ({SETTINGS[name].removeprefix('required: ')})." for name in missing]
    faults += _faults_in(values)
    if faults:
        raise BrokenSettings(faults)
    return _settings(values)


def setting_values(environ: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """Return each setting as it was given, "" for none. Files that cannot be read are added to the faults."""
    return {name: _value(name, environ, faults) for name in setting_names(environ)}


def setting_names(environ: Mapping[str, str]) -> Sequence[str]:
    """Return the name of every setting, and of those of a family that are given."""
    given = {name.removesuffix("_FILE") for name in environ if name.startswith(IMAP_URL)}
    return (*SETTINGS, *sorted(given))


def mailbox_of(name: str) -> str:
    """Return the mailbox that a setting such as IMAP_URL_SUPPORT_DESK is about."""
    return name.removeprefix(IMAP_URL).lower().replace("_", "-")


def imap_setting(mailbox: str) -> str:
    """Return the name of the setting with the server of a mailbox."""
    return IMAP_URL + mailbox.upper().replace("-", "_")


def _value(name: str, environ: Mapping[str, str], faults: list[str]) -> str:
    file = environ.get(f"{name}_FILE", "")
    if not file:
        return environ.get(name, "").strip()
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as unreadable:
        faults.append(f"{name}_FILE names a file that cannot be read: {unreadable}.")
        return ""


def _faults_in(values: Mapping[str, str]) -> Iterator[str]:
    yield from _url_faults(values)
    for one, other in (("TWILIO_API_KEY", "TWILIO_API_SECRET"), ("SMTP_URL", "MAIL_FROM")):
        if bool(values[one]) != bool(values[other]):
            yield f"{one} and {other} go together. Set both or neither."
    if values["HEARTBEAT_URL"] and not re.match(r"https?://[^/\s]+", values["HEARTBEAT_URL"]):
        yield "HEARTBEAT_URL is not a URL. Give the one that your monitor names, such as https://hc-ping.com/...."
    if values["DATABASE_URL"]:
        yield from _database_faults(values["DATABASE_URL"])
    yield from _media_faults(values)
    if values["SMTP_URL"] and _split(values["SMTP_URL"]).scheme not in ("smtp", "smtps"):
        yield "SMTP_URL is not a mail server. Give one such as smtp://user:password@mail.example.com:587."
    for name, url in values.items():
        if name.startswith(IMAP_URL) and url:
            yield from _imap_faults(name, url)
    if values["TRANSCRIBE_MODEL"]:
        yield from _model_faults(Path(values["TRANSCRIBE_MODEL"]))
    if values["SECRET_KEY"] and len(values["SECRET_KEY"]) < 16:
        yield "SECRET_KEY is too short. Give at least 32 random characters."


def _media_faults(values: Mapping[str, str]) -> Iterator[str]:
    if not values["MEDIA_URL"]:  # then the AWS settings are somebody else's
        return
    if values["MEDIA_DIR"]:
        yield "MEDIA_DIR and MEDIA_URL are both set. Recordings are kept in one place: remove one of them."
    parts = _split(values["MEDIA_URL"])
    if parts.scheme != "s3" or not re.fullmatch(BUCKET, parts.netloc) or parts.query or parts.fragment:
        yield "MEDIA_URL is not an object store. Give one such as s3://bucket/prefix; its key is in AWS_ACCESS_KEY_ID."
    endpoint = _split(values["AWS_ENDPOINT_URL"])
    if values["AWS_ENDPOINT_URL"] and (endpoint.scheme not in ("http", "https") or not endpoint.netloc):
        yield "AWS_ENDPOINT_URL is not a URL. Give one such as https://s3.example.com."
    elif endpoint.username or endpoint.password:
        yield "AWS_ENDPOINT_URL has a user name or password. Use AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    if values["AWS_CA_BUNDLE"] and not Path(values["AWS_CA_BUNDLE"]).is_file():
        yield "AWS_CA_BUNDLE is not a file. Give one with certificates in PEM format."
    if bool(values["AWS_ACCESS_KEY_ID"]) != bool(values["AWS_SECRET_ACCESS_KEY"]):
        yield "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together. Set both or neither."


def _imap_faults(name: str, url: str) -> Iterator[str]:
    if not re.fullmatch(IMAP_URL + "[A-Z][A-Z0-9_]*", name):
        yield f"{name} names no mailbox. Write its name in capitals, such as {imap_setting('support')}."
    parts = _split(url)
    if parts.scheme not in IMAP_SCHEMES or not parts.hostname or parts.query or parts.fragment:
        yield (
            f"{name} is not a mailbox. Give one such as imaps://user:password@mail.example.com:993/INBOX, with special "
            "characters escaped: %40 for @, %2F for /."
        )
    elif not parts.username or not parts.password:
        yield f"{name} has no user name or no password. Give one such as imaps://user:password@mail.example.com."


def _database_faults(url: str) -> Iterator[str]:
    driver, separator, _ = url.partition("://")
    if driver not in DATABASES or not separator:
        yield (
            f"DATABASE_URL has the unknown driver {driver[:40]!r}. Give one such as "
            "postgresql://user:password@host/name or sqlite:///var/nightdesk.db."
        )
    elif driver.startswith("postgresql") and find_spec("psycopg") is None:
        yield "DATABASE_URL needs the package psycopg. Install it: pip install 'psycopg[binary]'."
    elif not _is_readable(url):
        yield "DATABASE_URL cannot be read. Escape special characters in the password: %40 for @, %2F for /."
    elif driver.startswith("sqlite"):
        yield from _database_file_faults(make_url(url).database)


def _database_file_faults(file: str | None) -> Iterator[str]:
    """SQLite needs locks and shared memory, which network file systems do not keep (sqlite.org, "How To Corrupt")."""
    if not file or file == ":memory:":
        return
    folder = nearest_folder(Path(file))
    kind = network_file_system(folder)
    if kind:
        yield (
            f"DATABASE_URL is a file on a network file system ({kind}), where SQLite can be corrupted. Use a local "
            "disk, or PostgreSQL."
        )
    elif not os.access(folder, os.W_OK):
        yield f"DATABASE_URL is a file in {folder}, where this user cannot write. Use another folder, or allow it."


def _is_readable(url: str) -> bool:
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        return False
    return True


def _split(url: str) -> SplitResult:
    """Return the parts of a URL, empty ones where it cannot be read."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError if it is not a number
    except ValueError:
        return urlsplit("")
    return parts


def _url_faults(values: Mapping[str, str]) -> Iterator[str]:
    for name in ("PUBLIC_URL", "TWILIO_API_URL"):
        url = _split(values[name])
        if values[name] and (url.scheme not in ("http", "https") or not url.netloc or url.query):
            yield f"{name} is not a URL. Give one such as https://desk.example.com."
        elif url.username or url.password:
            yield f"{name} has a user name or password; Twilio drops them before it signs. Leave them out."


def _model_faults(directory: Path) -> Iterator[str]:
    if not (directory / "model.bin").is_file():
        yield "TRANSCRIBE_MODEL has no model.bin. Give the directory of a model converted for faster-whisper."
    if find_spec("faster_whisper") is None:
        yield "TRANSCRIBE_MODEL needs the package faster-whisper. Install it: pip install faster-whisper."


def _settings(values: Mapping[str, str]) -> Settings:
    return Settings(
        public_url=values["PUBLIC_URL"].rstrip("/"),
        account_sid=values["TWILIO_ACCOUNT_SID"],
        auth_token=values["TWILIO_AUTH_TOKEN"],
        auth_token_secondary=values["TWILIO_AUTH_TOKEN_SECONDARY"],
        api_key=values["TWILIO_API_KEY"],
        api_secret=values["TWILIO_API_SECRET"],
        twilio_url=(values["TWILIO_API_URL"] or TWILIO).rstrip("/"),
        sender=values["TWILIO_FROM"],
        secret_key=values["SECRET_KEY"],
        database_url=values["DATABASE_URL"] or Settings.database_url,
        desk_file=Path(values["DESK_FILE"] or Settings.desk_file),
        media_dir=Path(values["MEDIA_DIR"] or Settings.media_dir),
        media_url=values["MEDIA_URL"],
        s3_endpoint=values["AWS_ENDPOINT_URL"].rstrip("/"),
        s3_region=values["AWS_REGION"],
        s3_access_key=values["AWS_ACCESS_KEY_ID"],
        s3_secret_key=values["AWS_SECRET_ACCESS_KEY"],
        s3_authority=Path(authority) if (authority := values["AWS_CA_BUNDLE"]) else None,
        smtp_url=values["SMTP_URL"],
        mail_from=values["MAIL_FROM"],
        transcribe_model=Path(model) if (model := values["TRANSCRIBE_MODEL"]) else None,
        audit_key=values["AUDIT_KEY"],
        metrics_token=values["METRICS_TOKEN"],
        heartbeat_url=values["HEARTBEAT_URL"],
        trusted_proxy=values["TRUSTED_PROXY"] or Settings.trusted_proxy,
        secret_key_secondary=values["SECRET_KEY_SECONDARY"],
        imap_urls={mailbox_of(name): url for name, url in values.items() if name.startswith(IMAP_URL) and url},
    )
