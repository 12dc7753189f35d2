"""Whether a file lies on this machine. SQLite's log needs shared memory, which no network file system gives."""

from pathlib import Path

_OF_NETWORKS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "ceph", "glusterfs", "lustre"}
)

_MOUNTS = Path("/proc/self/mounts")


def network_file_system(path: Path) -> str | None:
    """The kind of network file system that a path lies on; None when it is local, or nobody can tell."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    kind = kind_of_mount(mounts, path.absolute())
    return kind if kind in _OF_NETWORKS else None


def kind_of_mount(mounts: str, path: Path) -> str:
    """The type of the innermost file system that holds a path; later mounts hide earlier ones."""
    found, depth = "", -1
    for line in mounts.splitlines():
        _, _, rest = line.partition(" ")
        point, kind, *_ = rest.split(" ")
        folder = Path(_unescaped(point))
        if path.is_relative_to(folder) and len(folder.parts) >= depth:
            found, depth = kind, len(folder.parts)
    return found


def _unescaped(point: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, character)
    return point
