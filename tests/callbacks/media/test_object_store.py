"""An object store that is away, slow, full of refusals, or keeps something else. The rest is in test_store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from callbacks.media.object_store import IN_A_REQUEST, IN_THE_BACKGROUND, Bucket, ObjectStore, Patience
from callbacks.media.store import MediaStore, StoreUnavailable
from callbacks.worker.jobs.recordings import LEASE
from tests.object_store import KEY, LONG, SECRET, ObjectStoreServer, Trouble, secure_door, store_in
from tests.ports import held_port

CONTENT = b"RIFF" * 500
IMPATIENT = Patience(LONG, timedelta(milliseconds=100), 0, timedelta(0))

USES: dict[str, Callable[[MediaStore], object]] = {
    "write": lambda media: media.write("RE2.wav", CONTENT),
    "read": lambda media: media.read("RE1.wav"),
    "part": lambda media: media.read("RE1.wav", 2, 9),
    "size": lambda media: media.size("RE1.wav"),
    "remove": lambda media: media.remove("RE1.wav"),
    "files": lambda media: list(media.files()),
}
every_use = pytest.mark.parametrize("use", USES.values(), ids=USES.keys())


@pytest.fixture
def bucket(object_store: ObjectStoreServer) -> Bucket:
    """A bucket behind the door, with a recording in it."""
    found = object_store.new_bucket(object_store.door.url)
    store_in(found).write("RE1.wav", CONTENT)
    return found


def test_keys_are_the_names_after_the_prefix_as_a_copied_folder_has_them(
    object_store: ObjectStoreServer, bucket: Bucket
) -> None:
    assert object_store.kept(bucket) == {"night/desk/RE1.wav": CONTENT}
    store_in(replace(bucket, prefix="")).write("RE2.wav", b"2")
    assert object_store.kept(bucket) == {"night/desk/RE1.wav": CONTENT, "RE2.wav": b"2"}
    # What lies deeper, or beside the prefix, is somebody else's.
    assert [each.name for each in store_in(replace(bucket, prefix="")).files()] == ["RE2.wav"]
    assert [each.name for each in store_in(bucket).files()] == ["RE1.wav"]


def test_requests_are_those_that_every_store_understands(object_store: ObjectStoreServer, bucket: Bucket) -> None:
    object_store.door.requests.clear()
    for use in USES.values():
        use(store_in(bucket))
    store_in(bucket).write("RE3.wav", b"x" * 12_000_000)  # not in parts
    path = f"/{bucket.name}/night/desk"
    assert [each.partition("?")[0] for each in object_store.door.requests] == [
        *(f"PUT {path}/RE2.wav", f"GET {path}/RE2.wav"),
        *(f"GET {path}/RE1.wav", f"GET {path}/RE1.wav", f"HEAD {path}/RE1.wav", f"DELETE {path}/RE1.wav"),
        *(f"GET /{bucket.name}", f"PUT {path}/RE3.wav", f"GET {path}/RE3.wav"),
    ]


@every_use
def test_a_store_that_refuses_says_what_to_check(
    object_store: ObjectStoreServer, bucket: Bucket, use: Callable[[MediaStore], object]
) -> None:
    object_store.door.goes_wrong(Trouble.REFUSED)
    with pytest.raises(StoreUnavailable, match=rf"refuses access to the bucket {bucket.name}\. Check the key") as fault:
        use(store_in(bucket))
    assert SECRET not in str(fault.value)
    assert "\n" not in str(fault.value)


@every_use
@pytest.mark.parametrize("trouble", [Trouble.BUSY, Trouble.UPLOAD_CUT, Trouble.SILENT])
def test_a_store_that_does_not_answer_is_not_waited_for(
    object_store: ObjectStoreServer, bucket: Bucket, use: Callable[[MediaStore], object], trouble: Trouble
) -> None:
    object_store.door.goes_wrong(trouble)
    patience = IMPATIENT if trouble is Trouble.SILENT else Patience(LONG, LONG, 0, LONG)
    with pytest.raises(StoreUnavailable, match="cannot be used now"):
        use(store_in(bucket, patience))


@every_use
def test_a_store_that_is_away_is_unavailable(use: Callable[[MediaStore], object]) -> None:
    with held_port() as port, pytest.raises(StoreUnavailable, match="cannot be used now"):
        use(ObjectStore(Bucket("desk", "", f"http://127.0.0.1:{port}", "", KEY, SECRET), IN_A_REQUEST))


@pytest.mark.parametrize("use", [USES[name] for name in ("write", "read", "remove", "files")])
def test_a_bucket_that_is_missing_is_named(
    object_store: ObjectStoreServer, use: Callable[[MediaStore], object]
) -> None:
    missing = Bucket("no-such-bucket", "", object_store.url, "", KEY, SECRET)
    with pytest.raises(StoreUnavailable, match=r"has no bucket no-such-bucket\. Create it"):
        use(store_in(missing))


@pytest.mark.parametrize(("trouble", "method"), [(Trouble.UPLOAD_CUT, "PUT"), (Trouble.ANSWER_CUT, "GET")])
def test_a_cut_off_transfer_is_no_file_and_replaces_none(
    object_store: ObjectStoreServer, bucket: Bucket, trouble: Trouble, method: str
) -> None:
    object_store.door.goes_wrong(trouble, method)
    with pytest.raises(StoreUnavailable, match="cannot be used now"):
        store_in(bucket).write("RE1.wav", b"another")
    object_store.door.goes_wrong(None)
    assert store_in(bucket).read("RE1.wav") == (CONTENT if method == "PUT" else b"another")


def test_what_the_store_kept_differently_does_not_count_as_stored(
    object_store: ObjectStoreServer, bucket: Bucket
) -> None:
    object_store.door.goes_wrong(Trouble.CHANGED, "PUT")
    with pytest.raises(StoreUnavailable, match=r"did not keep RE1\.wav as it was sent"):
        store_in(bucket).write("RE1.wav", CONTENT)
    object_store.door.goes_wrong(None)
    store_in(bucket).write("RE1.wav", CONTENT)
    assert store_in(bucket).read("RE1.wav") == CONTENT


def test_a_short_trouble_is_tried_through_in_the_background(object_store: ObjectStoreServer, bucket: Bucket) -> None:
    class Once(list[str]):
        def append(self, request: str) -> None:
            super().append(request)
            if len(self) == 2:
                object_store.door.goes_wrong(None)

    object_store.door.goes_wrong(Trouble.BUSY)
    object_store.door.requests = Once()
    try:
        store_in(bucket, Patience(LONG, LONG, 2, LONG)).remove("RE1.wav")
    finally:
        object_store.door.requests = []
    assert store_in(bucket).size("RE1.wav") is None


def test_every_request_has_its_time_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr("obstore.store.S3Store", lambda name, **options: given.update(options))
    assert ObjectStore(Bucket("desk"), IN_THE_BACKGROUND)._store is None
    assert given["client_options"]["connect_timeout"] == IN_THE_BACKGROUND.connect
    assert given["client_options"]["timeout"] == IN_THE_BACKGROUND.request
    assert given["retry_config"] == {"max_retries": 2, "retry_timeout": IN_THE_BACKGROUND.retries_for}


def test_a_write_ends_before_another_worker_takes_over() -> None:
    patience = IN_THE_BACKGROUND
    one_request = patience.retries_for + patience.request
    assert 2 * one_request + timedelta(minutes=1) <= LEASE  # for the carrier


def test_a_web_process_waits_for_seconds_only() -> None:
    assert IN_A_REQUEST.retries == 1
    assert IN_A_REQUEST.connect > IN_A_REQUEST.retries_for  # a store that cannot be reached is not tried again
    assert IN_A_REQUEST.retries_for + IN_A_REQUEST.request <= timedelta(seconds=10)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1, signed by itself, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    made = made.not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = made.add_extension(here, critical=True)
    file = tmp_path / "store.pem"
    in_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(in_pem + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return file


def test_a_certificate_must_be_of_an_authority_that_is_known_or_named(
    object_store: ObjectStoreServer, certificate: Path
) -> None:
    with secure_door(object_store, certificate) as address:
        bucket = replace(object_store.new_bucket(), endpoint=address)
        with pytest.raises(StoreUnavailable, match="cannot be used now"):
            store_in(bucket).write("RE1.wav", CONTENT)
        assert object_store.kept(bucket) == {}
        with pytest.raises(StoreUnavailable, match="AWS_CA_BUNDLE cannot be read"):
            store_in(replace(bucket, authority=Path("nowhere.pem"))).size("RE1.wav")
        store_in(replace(bucket, authority=certificate)).write("RE1.wav", CONTENT)
    assert object_store.kept(bucket) == {"night/desk/RE1.wav": CONTENT}


def test_secrets_stay_out_of_the_repr(bucket: Bucket) -> None:
    assert SECRET not in repr(bucket)
