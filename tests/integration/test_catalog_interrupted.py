"""A making that is killed, or whose disk fills up: nothing half-written looks whole, and the next run mends it."""

import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from catalog.checks import ProblemKind, problems
from mia_plugins.data.arrow import Kind
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.files import Files
from mia_plugins.data.layout import MANIFEST
from mia_plugins.data.store import Store
from tests.conftest import ROOT, Mia
from tests.market import DAY, ES, ID, NEXT_DAY, ORIGIN, sound_store, write_day
from tests.unit.test_store import disk_of, everything

DAYS = (DAY, NEXT_DAY)
SAID = {ProblemKind.EMPTY, ProblemKind.UNFINISHED, ProblemKind.UNRECORDED, ProblemKind.NO_INSTRUMENT}
"""What `check` may say of a catalog whose making was interrupted."""

KILLED_AT_EVERY_STEP = """
import os, signal
from itertools import count
import nautilus_trader.persistence
from mia_plugins.data.digests import DigestingStream
from mia_plugins.data.files import Files
from tests.market import DAY, NEXT_DAY, sound_store

STEPS = [(Files, "create"), (Files, "move"), (Files, "delete_folder"), (Files, "within"), (DigestingStream, "close")]

def killed_at(number):
    left = iter(range(number))
    for owner, name in STEPS:
        def step(*arguments, whole=getattr(owner, name)):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(*arguments)
        setattr(owner, name, step)
    sound_store(f"cat{number}", DAY, NEXT_DAY)

for number in count():
    child = os.fork()
    if not child:
        killed_at(number)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
print(number)
"""


def run(code: str, *command: str, timeout: float = 300) -> str:
    done = subprocess.run(
        [*command, sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def go_on(uri: str) -> None:
    """Do what the next run of the same settings does."""
    again = Store.begin(Files(uri), ORIGIN)
    again.write_instruments([ES])
    for day in again.missing(DAYS):
        write_day(again, day)


def is_told(uri: str) -> bool:
    """Say whether an interrupted catalog is told; what it does show must be whole days."""
    try:
        store = Store.open(Files(uri))
    except CatalogError as error:
        assert "making was interrupted" in error.what or "no catalog" in error.what
        return True
    assert store.manifest is not None
    whole = len(store.manifest.days)
    assert sum(map(len, store.read(Kind.TRADES, ID))) == 2_000 * whole
    said = {problem.kind for problem in problems(store)}
    assert said <= SAID
    return bool(said)


def test_a_kill_at_any_step_is_told_and_mended(here: Path) -> None:
    for number, days in enumerate([(), (DAY,), DAYS]):
        sound_store(f"sound{number}", *days, with_data=bool(days))
    sound = [everything(here / f"sound{number}") for number in range(3)]
    steps = int(run(KILLED_AT_EVERY_STEP))
    assert steps > 30
    for number in range(steps):
        uri = f"cat{number}"
        left = everything(here / uri) if (here / uri).exists() else {}
        assert is_told(uri) or left in sound[1:], number
        go_on(uri)
        assert everything(here / uri) == sound[2], number


FILLED_UP = """
import json, subprocess, sys
from pathlib import Path
from mia_plugins.data.errors import CatalogFileError
from tests.integration.test_catalog_interrupted import DAYS, go_on, is_told
from tests.market import sound_store
from tests.unit.test_store import everything

sound_store("sound", *DAYS)
for size in range(8, 1000, 48):
    disk = f"disk{size}"
    Path(disk).mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", disk], check=True)
    try:
        sound_store(f"{disk}/cat", *DAYS)
    except CatalogFileError as error:
        what, remedy = error.what, error.remedy
    else:
        break
    told = is_told(f"{disk}/cat")
    left = sorted(everything(Path(f"{disk}/cat")))
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
    go_on(f"{disk}/cat")
    mended = everything(Path(f"{disk}/cat")) == everything(Path("sound"))
    print(json.dumps({"what": what, "remedy": remedy, "told": told, "mended": mended, "left": left}))
"""


@pytest.fixture
def own_mounts() -> list[str]:
    """Return the command that lets another mount what it likes, seen by nobody else."""
    command = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small disk; files that may not grow stand for it elsewhere")
    return command


def test_a_disk_that_is_full_is_told_and_mended(own_mounts: list[str]) -> None:
    rows = [json.loads(line) for line in run(FILLED_UP, *own_mounts).splitlines()]
    assert len(rows) > 5
    for row in rows:
        assert "No space left on device" in row["what"]
        assert row["remedy"].startswith("make room on the disk")
        assert row["mended"]
        days = {path[:-36] for path in row["left"] if path.startswith("data/trades")}
        assert row["told"] or days, row


@pytest.mark.parametrize("size", [0, 100, 1_000, 3_000])
def test_an_instrument_is_there_whole_or_not_at_all(here: Path, size: int) -> None:
    store = Store.begin(Files("cat"), ORIGIN)
    before = everything(here)
    with pytest.raises(CatalogFileError, match="File too large") as caught, disk_of(size):
        store.write_instruments([ES])
    assert "make room" in caught.value.remedy
    assert everything(here) == before
    store.write_instruments([ES])
    assert [str(one.id) for one in store.nautilus().instruments()] == [ID]


class HalfWriter:
    """A writer that puts half of each instrument's file in its place before the disk is full."""

    def __init__(self, path: str, **_: object) -> None:
        self.folder = Path(path)

    def write_instruments(self, instruments: list[Any]) -> None:
        for one in instruments:
            target = self.folder / "data/futures_contract" / str(one.id) / "half.parquet"
            target.parent.mkdir(parents=True)
            target.write_bytes(b"PAR1")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_half_an_instrument_never_gets_to_its_place(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = sound_store()
    before = everything(here)
    with monkeypatch.context() as patch:
        patch.setattr("nautilus_trader.persistence.ParquetDataCatalog", HalfWriter)
        with pytest.raises(CatalogFileError, match="No space left on device"):
            store.write_instruments([ES.next])
    assert everything(here) == before


def test_list_and_check_say_that_no_day_is_whole(mia: Mia) -> None:
    Store.begin(Files("cat"), ORIGIN)
    for command in ("list", "check"):
        told = mia("catalog", command, "cat")
        assert told.code == 1
        assert told.err.startswith("error: cat has no whole day yet: its making was interrupted\nremedy: run")
    sound_store("cat", with_data=False)
    assert "warning: no trading day is whole yet" in mia("catalog", "list", "cat").err
    told = mia("catalog", "check", "cat")
    assert told.code == 1
    assert told.out.startswith(f"no whole day (1)\n  {MANIFEST}: no trading day has been made whole yet")


def test_list_says_what_it_leaves_out(here: Path, mia: Mia) -> None:
    sound_store("cat", *DAYS)
    path = here / "cat" / MANIFEST
    data = json.loads(path.read_text())
    del data["days"]["2026-06-02"]
    path.write_text(json.dumps(data))
    told = mia("catalog", "list", "cat")
    assert "4 files are of no whole day and are not read: `mia catalog check cat` names them" in " ".join(
        told.err.split()
    )
    assert "4,000" not in told.out
    assert json.loads(mia("catalog", "list", "cat", "--json").out)["left_out"] == 4


@pytest.mark.parametrize("command", [["list"], ["check"], ["export", "--to", "out"], ["generate"]])
def test_a_path_that_is_a_file_is_told(here: Path, mia: Mia, command: list[str]) -> None:
    (here / "file").write_text("")
    told = mia("catalog", command[0], "file", *command[1:])
    assert told.code == 6
    assert told.err.startswith("error: file is a file; a catalog is a folder\n")


@pytest.mark.parametrize("command", ["list", "check", "generate"])
def test_a_manifest_that_is_a_folder_is_told(here: Path, mia: Mia, command: str) -> None:
    sound_store()
    (here / "cat" / MANIFEST).unlink()
    (here / "cat" / MANIFEST).mkdir()
    told = mia("catalog", command, "cat")
    assert told.code == 1
    assert f"{MANIFEST} is a folder; the file that says what made the catalog was expected" in told.err
