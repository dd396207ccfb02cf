"""A real IMAP server for the tests: Debian's Dovecot, in a directory of its own, on a port of its own.

As root it runs as `nobody`, because Dovecot's own users may be missing. Where there is none, NoImapServer says so.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from tests.ports import held_port
from tests.waiting import NeverHappened, eventually

NOBODY = 65534
PASSWORD = "sesame"

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
imap_capability = {capability}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth-worker {{
  user = {user}
}}
service stats {{
  chroot =
}}
"""


class NoImapServer(Exception):
    """There is no IMAP server to be had on this machine."""


@dataclass
class ImapServer:
    """A running server with one mailbox for each user name that is asked for."""

    folder: Path
    port: int
    secure_port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, user: str) -> str:
        return f"imap://{user}:{PASSWORD}@127.0.0.1:{self.port}"

    def secure_url(self, user: str) -> str:
        return f"imaps://{user}:{PASSWORD}@127.0.0.1:{self.secure_port}"

    def add(self, user: str, password: str = PASSWORD) -> None:
        """Add a user, or change a password. Dovecot may take a second to notice."""
        file = self.folder / "users" / user
        unfinished = file.with_name(f".{user}")
        unfinished.write_text(f"{user}:{password}\n")
        unfinished.replace(file)
        eventually(lambda: self._lets_in(user, password), "the user can log in")

    def _lets_in(self, user: str, password: str) -> bool:
        with IMAPClient("127.0.0.1", self.port, ssl=False) as client, contextlib.suppress(IMAPClient.Error):
            client.login(user, password)
            return True
        return False

    def start(self) -> None:
        """Start it, and wait until it greets."""
        command = [str(_program()), "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = subprocess.Popen(command, **_as_nobody(), cwd="/tmp", stderr=subprocess.PIPE)
        try:
            eventually(self._greets, "the IMAP server greets")
        except (NeverHappened, NoImapServer):
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it at once, with every connection."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate()
            self.process = None

    def renumber(self, user: str) -> None:
        """Give the mails of a mailbox new UIDs under another UIDVALIDITY, as after a restored backup."""
        mails = self.folder / "mail" / user
        uids = mails / "dovecot-uidlist"
        version, validity, *_ = uids.read_text().split()
        uids.write_text(f"{version} V{int(validity[1:]) + 1} N1\n")
        for index in mails.glob("dovecot.index*"):
            index.unlink()

    @contextlib.contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """Log in as another mail program does, with INBOX open."""
        with IMAPClient("127.0.0.1", self.port, ssl=False) as client:
            client.login(user, PASSWORD)
            client.select_folder("INBOX")
            yield client

    def delivers(self, user: str, raw: bytes, at: datetime | None = None, *, seen: bool = False) -> None:
        """Put a mail into a mailbox."""
        with self.client(user) as client:
            client.append("INBOX", raw, (b"\\Seen",) if seen else (), at)

    def seen(self, user: str) -> list[int]:
        """Return the UIDs of the mails that are marked as read."""
        with self.client(user) as client:
            return sorted(client.search("SEEN"))

    def _greets(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            said = self.process.stderr.read().decode(errors="replace") if self.process.stderr else ""
            raise NoImapServer(f"Dovecot ended at once: {said.strip() or self.log()}")
        with contextlib.suppress(OSError, IMAPClient.Error):
            IMAPClient("127.0.0.1", self.port, ssl=False).shutdown()
            return True
        return False

    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text(errors="replace")[-2000:] if file.exists() else ""


@contextlib.contextmanager
def imap_server(*, idles: bool = True, certificate: tuple[Path, Path] | None = None) -> Iterator[ImapServer]:
    """Give a running server. With a certificate and its key, it offers STARTTLS. Raise NoImapServer."""
    _program()
    folder = Path(tempfile.mkdtemp(prefix="imap-", dir="/tmp"))  # short: a socket's path may have 107 characters
    try:
        with held_port() as port, held_port() as secure_port:
            server = ImapServer(folder, port, secure_port)
            _configure(server, idles, certificate)
            server.start()
            try:
                yield server
            finally:
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program() -> Path:
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise NoImapServer("Dovecot is not installed (Debian: apt-get install dovecot-imapd).")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    if not version.startswith("2.3."):
        raise NoImapServer(f"The tests can configure Dovecot 2.3, and this is {version.strip() or 'another'}.")
    return Path(found)


def _configure(server: ImapServer, idles: bool, certificate: tuple[Path, Path] | None) -> None:
    user = pwd.getpwuid(NOBODY if os.geteuid() == 0 else os.geteuid())
    group = _group_name(user.pw_gid)
    words = CONFIGURATION.format(
        folder=server.folder,
        port=server.port,
        secure_port=server.secure_port if certificate else 0,
        user=user.pw_name,
        group=group,
        ssl="yes" if certificate else "no",
        capability="" if idles else "IMAP4rev1 UIDPLUS",
    )
    if certificate:
        copies = [server.folder / name for name in ("certificate.pem", "key.pem")]
        for file, copy in zip(certificate, copies, strict=True):
            shutil.copy(file, copy)
        words += f"ssl_cert = <{copies[0]}\nssl_key = <{copies[1]}\n"
    (server.folder / "dovecot.conf").write_text(words)
    for name in ("mail", "home", "state", "run", "users"):
        (server.folder / name).mkdir()
    if os.geteuid() == 0:
        for file in (server.folder, *server.folder.iterdir()):
            os.chown(file, NOBODY, user.pw_gid)


def _group_name(number: int) -> str:
    import grp

    return grp.getgrgid(number).gr_name


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": pwd.getpwuid(NOBODY).pw_gid, "extra_groups": []}
