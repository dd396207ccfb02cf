"""The part of `check` that looks at the object store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.cli.media_check import media_faults
from callbacks.media.object_store import ObjectStore
from callbacks.settings import Settings
from tests.object_store import ObjectStoreServer, Trouble

SETTINGS = Settings("https://desk.test", "AC1", "token", "+15145550000", "secret")


@pytest.fixture
def settings(object_store: ObjectStoreServer) -> Settings:
    """The settings of a service whose object store is behind the door."""
    return replace(SETTINGS, **object_store.settings_of(object_store.new_bucket(object_store.door.url)))


def test_a_folder_is_not_touched(tmp_path: Path) -> None:
    assert list(media_faults(replace(SETTINGS, media_dir=tmp_path / "media"))) == []
    assert list(tmp_path.iterdir()) == []


def test_a_bucket_is_written_read_and_cleaned_up(settings: Settings, object_store: ObjectStoreServer) -> None:
    object_store.door.requests.clear()
    assert list(media_faults(settings)) == []
    methods = [request.split()[0] for request in object_store.door.requests]
    assert methods == ["PUT", "GET", "DELETE", "HEAD", "GET"]


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE", "HEAD"])
def test_each_right_that_is_missing_is_found(settings: Settings, object_store: ObjectStoreServer, method: str) -> None:
    object_store.door.goes_wrong(Trouble.REFUSED, method)
    (fault,) = media_faults(settings)
    assert fault.startswith("MEDIA_URL: The object store refuses access to the bucket desk-")


def test_a_bucket_that_is_missing_is_named(settings: Settings) -> None:
    (fault,) = media_faults(replace(settings, media_url="s3://no-such-bucket"))
    assert fault == "MEDIA_URL: The object store has no bucket no-such-bucket. Create it, or correct MEDIA_URL."


def test_what_cannot_be_deleted_is_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ObjectStore, "remove", lambda *_: None)
    (fault,) = media_faults(settings)
    assert "still there after it was deleted" in fault
