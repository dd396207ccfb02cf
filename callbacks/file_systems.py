"""Which file system a folder is on: SQLite needs a local one."""

from __future__ import annotations

from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")  # Linux only; see proc(5)
# SQLite's locks are unreliable here, and the shared memory of its WAL does not work (sqlite.org, "How To Corrupt").
ON_A_NETWORK = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "9p", "lustre", "gfs2", "ocfs2", "ncpfs"),
    *("fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.davfs", "fuse.gcsfuse"),
}


def nearest_folder(path: Path) -> Path:
    """Return the folder of a file, or the nearest one above it that exists."""
    return next(folder for folder in path.absolute().parents if folder.is_dir())


def network_file_system(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """Return the kind of the network file system that a folder is on, or None: it is local, or nobody can tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    kind, longest = "", -1
    for line in lines:
        fields, _, of_its_kind = line.partition(" - ")
        point = Path(_unescaped(fields.split(" ")[4]))
        # The last of two mounts at the same place is the one that is seen.
        if folder.resolve().is_relative_to(point) and len(point.parts) >= longest:
            kind, longest = of_its_kind.split(" ")[0], len(point.parts)
    return kind if kind in ON_A_NETWORK else None


def _unescaped(point: str) -> str:
    for octal, character in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        point = point.replace(octal, character)
    return point
