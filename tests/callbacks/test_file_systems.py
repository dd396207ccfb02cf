"""Which file system a folder is on."""

from __future__ import annotations

from pathlib import Path

import pytest

from callbacks.file_systems import nearest_folder, network_file_system

MOUNTS = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /srv/desk rw,relatime shared:2 - nfs4 store:/desk rw,vers=4.2
31 30 8:2 / /srv/desk/local rw,relatime - xfs /dev/sdb rw
32 22 0:41 / /mnt/two\040words rw - cifs //store/share rw
33 22 0:42 / /mnt/both rw - ext4 /dev/sdc rw
34 33 0:43 / /mnt/both rw - nfs store:/both rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    file = tmp_path / "mountinfo"
    file.write_text(MOUNTS)
    return file


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/lib/desk", None),
        ("/srv/desk", "nfs4"),
        ("/srv/desk/var", "nfs4"),
        ("/srv/desktop", None),
        ("/srv/desk/local/var", None),
        ("/mnt/two words/var", "cifs"),
        ("/mnt/both", "nfs"),
    ],
)
def test_a_network_file_system_is_named(mounts: Path, folder: str, kind: str | None) -> None:
    assert network_file_system(Path(folder), mounts) == kind


def test_where_nobody_can_tell_it_counts_as_local(tmp_path: Path) -> None:
    assert network_file_system(Path("/"), tmp_path / "none") is None


def test_the_folder_of_a_file_that_does_not_exist_yet_is_the_nearest_one(tmp_path: Path) -> None:
    assert nearest_folder(tmp_path / "not" / "yet" / "desk.db") == tmp_path
    assert nearest_folder(tmp_path / "desk.db") == tmp_path
