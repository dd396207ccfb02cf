"""Which store the settings name."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.media.configured import media_store
from callbacks.media.folder import Folder
from callbacks.media.object_store import ObjectStore
from callbacks.settings import Settings
from tests.object_store import KEY, SECRET, ObjectStoreServer

SETTINGS = Settings("https://desk.test", "AC1", "token", "+15145550000", "secret")


def test_without_a_url_it_is_the_folder(tmp_path: Path) -> None:
    media = media_store(replace(SETTINGS, media_dir=tmp_path))
    assert isinstance(media, Folder)
    media.write("RE1.wav", b"1")
    assert (tmp_path / "RE1.wav").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("path", "key"), [("", "RE1.wav"), ("/", "RE1.wav"), ("/a", "a/RE1.wav"), ("/a/b/", "a/b/RE1.wav")]
)
def test_a_url_names_bucket_and_prefix(object_store: ObjectStoreServer, path: str, key: str) -> None:
    bucket = object_store.new_bucket()
    there = replace(
        SETTINGS,
        media_url=f"s3://{bucket.name}{path}",
        s3_endpoint=bucket.endpoint,
        s3_access_key=KEY,
        s3_secret_key=SECRET,
    )
    media = media_store(there)
    assert isinstance(media, ObjectStore)
    media.write("RE1.wav", b"1")
    assert object_store.kept(bucket) == {key: b"1"}


def test_the_library_is_loaded_only_when_it_is_used() -> None:
    program = (
        "import sys; from callbacks.media.configured import media_store; from callbacks.settings import Settings; "
        "media_store(Settings('https://desk.test', 'AC1', 't', '+1', 's', media_url='s3://desk')); "
        "sys.exit('obstore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
