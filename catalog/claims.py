"""One writer a bucket, which has no locks: whoever would write says so first, and then looks who else does.

Each writer puts a claim of its own under `mia/writers/` and lists that folder afterwards. A bucket shows
an object to every list that begins after it was put (S3 has done so since December 2020), so of two
writers at least the later one sees the other and gives way. Both may: then neither has written.
"""

import datetime as dt
import json
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from mia_plugins.data.drafts import in_vain
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.files import Files
from mia_plugins.data.layout import OURS

CLAIMS = f"{OURS}/writers"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who writes to a catalog."""

    host: str
    started: str
    """What tells one start of that host, or one container on it, from another."""
    pid: int
    since: str
    """The host's UTC; for people to read, nothing depends on it."""

    @classmethod
    def mine(cls) -> "Claim":
        """Return this process' claim."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        return cls(socket.gethostname(), _start_of_host(), os.getpid(), now)

    def is_dead(self) -> bool:
        """Say whether it is of a process of this very host that has ended; of others nothing is known."""
        here = self.started and (self.host, self.started) == (socket.gethostname(), _start_of_host())
        return bool(here) and not Path(f"/proc/{self.pid}").exists()


@contextmanager
def sole_claim(files: Files) -> Iterator[None]:
    """Hold a bucket's catalog for writing; another's claim is an error that says whose it is."""
    path = f"{CLAIMS}/{uuid.uuid4().hex}.json"
    try:
        with files.create(path) as opened:
            opened.write(json.dumps(asdict(Claim.mine())).encode())
        for other in files.under(CLAIMS):
            if other != path:
                _give_way(files, other)
        yield
    finally:
        in_vain(lambda: files.delete(path))


def _give_way(files: Files, path: str) -> None:
    """Refuse to write beside another, unless it has ended."""
    try:
        content = files.read(path)
    except CatalogFileError:
        if not files.exists(path):
            return
        raise
    try:
        claim = Claim(**json.loads(content))
        who = f"process {claim.pid} on {claim.host}, since {claim.since}"
    except (ValueError, TypeError):
        claim, who = None, "its claim cannot be read"
    if claim and claim.is_dead():
        with suppress(CatalogFileError):
            files.delete(path)
        return
    raise CatalogError(
        f"another process is writing to {files.uri}: {who}",
        f"wait until it is done, or write to another catalog; if it has ended, delete {files.uri}/{path}",
    )


def _start_of_host() -> str:
    """Return what differs after a restart and in another container; "" where the system does not say."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
