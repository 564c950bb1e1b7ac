"""A small file system in a mount name space of its own, which goes away with the process that keeps it."""

from __future__ import annotations

import os
import pathlib
import subprocess

from report import NotHere

_SCRIPT = 'mount -t tmpfs -o size="$2" none "$1" && echo mounted && exec sleep infinity'


class SmallDisk:
    """A tmpfs of a given size; `with SmallDisk(…) as disk:` unmounts it at the end."""

    def __init__(self, mountpoint: pathlib.Path, size: int) -> None:
        """Mounts it where only processes that are started with `prefix` see it.

        Args:
            mountpoint: a directory that does not exist yet.
            size: bytes.

        Raises:
            NotHere: this user may not mount anything.
        """
        mountpoint.mkdir()
        self.mountpoint = mountpoint
        self._ballast = mountpoint / "ballast"
        unshare = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
        command = [*unshare, "sh", "-c", _SCRIPT, "sh", str(mountpoint), str(size)]
        self._keeper = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        if not self._keeper.stdout or not self._keeper.stdout.readline():
            complaint = self._keeper.communicate()[1].decode(errors="replace").strip()
            raise NotHere(f"no small file system can be mounted: {complaint}")
        self.prefix = ("nsenter", "--target", str(self._keeper.pid), "--mount") + (
            () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        )

    def __enter__(self) -> SmallDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self._keeper.kill()
        self._keeper.communicate()

    def take(self, size: int) -> None:
        """Something else takes so many bytes of it, or as many as there are."""
        self._inside(f'head -c {size} /dev/zero > "{self._ballast}" || true')

    def give_back(self) -> None:
        """Gives back what `take` took."""
        self._inside(f'rm -f "{self._ballast}"')

    def enlarge(self, size: int) -> None:
        """Makes it a file system of so many bytes, as an operator would whose disk is too small."""
        self._inside(f'mount -o remount,size={size} "{self.mountpoint}"')

    def _inside(self, script: str) -> None:
        subprocess.run([*self.prefix, "sh", "-c", script], check=True, capture_output=True, timeout=60)
