"""A catalog in a bucket: written, read, checked and exported, against moto's S3 server on loopback."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from nautilus_trader.model import NautilusDataType
from pyarrow import fs

from catalog.formats.sierra_scid import ScidImporter
from catalog.generation import first_days, generate
from catalog.lock import LOCK, sole_writer
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.files import Files
from mia_plugins.data.store import Store
from tests.conftest import ROOT, Mia
from tests.importing import bring
from tests.integration.test_catalog_generate import KILLED, START, THIN
from tests.integration.test_imports import some_scid
from tests.market import DAY, ES, NEXT_DAY, ORIGIN, sound_store, write_day


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run an S3 server in a process of its own: Nautilus holds the interpreter while it waits for one."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of an empty bucket, with an environment that leads to it."""
    environment = {
        "AWS_ENDPOINT_URL": server,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "some-key",
        "AWS_SECRET_ACCESS_KEY": "some-secret",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    post(f"{server}/moto-api/reset")
    system = fs.S3FileSystem(
        access_key="some-key",
        secret_key="some-secret",
        region="us-east-1",
        endpoint_override=server,
        allow_bucket_creation=True,
    )
    system.create_dir("prices")
    yield "s3://prices"
    set_unauthenticated_calls(server, 10**9)


def post(url: str, data: bytes = b"") -> None:
    # As a form, which is urllib's choice, the server would not see the data.
    request = urllib.request.Request(url, data, {"Content-Type": "text/plain"}, method="POST")
    urllib.request.urlopen(request).close()


def set_unauthenticated_calls(server: str, count: int) -> None:
    """Let the server answer this many calls before it asks who is there."""
    post(f"{server}/moto-api/reset-auth", str(count).encode())


@pytest.mark.parametrize("prefix", ["", "/futures/demo"])
def test_a_catalog_in_a_bucket_is_that_of_a_folder(bucket: str, prefix: str) -> None:
    local, remote = sound_store("cat"), sound_store(f"{bucket}{prefix}")
    assert remote.files.under("data") == local.files.under("data")
    for file in local.data_files():
        assert remote.files.read(file.path) == local.files.read(file.path)
    for data_type in (NautilusDataType.TradeTick, NautilusDataType.OrderBookDepth, NautilusDataType.Bar):
        ours, theirs = (store.nautilus().query(data_type) for store in (remote, local))
        assert len(ours) > 1_000
        assert [one.to_dict() for one in ours] == [one.to_dict() for one in theirs]
    assert [str(one.id) for one in remote.nautilus().instruments()] == [ES.instrument_id]


def test_the_commands_take_a_bucket(bucket: str, mia: Mia, here: Path) -> None:
    sound_store(f"{bucket}/demo")
    assert mia("catalog", "check", f"{bucket}/demo").code == 0
    listed = json.loads(mia("catalog", "list", f"{bucket}/demo", "--json").out)
    assert {one["what"]: one["rows"] for one in listed["series"]}["trades"] == 2_000
    assert mia("catalog", "export", f"{bucket}/demo", "--to", "out", "--kind", "trades").code == 0
    assert len((here / f"out/{ES.instrument_id}_trades.csv").read_text().splitlines()) == 2_001


def test_an_import_into_a_bucket_is_that_into_a_folder(bucket: str) -> None:
    for catalog in ("cat", f"{bucket}/mine"):
        for days in (2, 3, 3):
            bring(ScidImporter, "ESM6.scid", some_scid(days, 50), catalog)
    local, remote = Files("cat"), Files(f"{bucket}/mine")
    paths = [path for path in local.under() if path != LOCK]
    assert [path for path in remote.under() if not path.startswith("mia/writers/")] == paths
    for path in paths:
        assert remote.read(path) == local.read(path)


def test_an_interrupted_publication_goes_on_in_a_bucket(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = sound_store(bucket)
    whole = Files.move

    def move(files: Files, source: str, target: str) -> None:
        if "quotes" in target:
            raise KeyboardInterrupt
        whole(files, source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Files, "move", move)
        with pytest.raises(KeyboardInterrupt):
            write_day(store, NEXT_DAY)
    again = Store.begin(Files(bucket), ORIGIN)
    assert again.missing([DAY, NEXT_DAY]) == []
    assert again.files.under("data") == sound_store("cat", DAY, NEXT_DAY).files.under("data")
    assert again.files.under("mia/drafts") == {}


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_not_there_is_told(server: str, mia: Mia) -> None:
    told = mia("catalog", "list", "s3://pricse/demo")
    assert told.code == 6
    assert told.err.startswith(f"error: there is no bucket 'pricse' at {server}\nremedy: create it")
    with pytest.raises(CatalogFileError, match="there is no bucket 'pricse'"):
        Store.begin(Files("s3://pricse"), ORIGIN)


def test_a_prefix_without_a_catalog_is_told(bucket: str) -> None:
    with pytest.raises(CatalogError, match="there is no catalog at s3://prices/nothing"):
        Store.open(Files(f"{bucket}/nothing"))


def test_a_bucket_that_refuses_is_told(bucket: str, server: str, mia: Mia) -> None:
    sound_store(bucket)
    set_unauthenticated_calls(server, 0)
    told = mia("catalog", "check", bucket)
    assert told.code == 6
    assert f"error: the bucket 'prices' at {server} cannot be used: " in told.err
    assert "ACCESS_DENIED" in told.err
    assert "AWS_ACCESS_KEY_ID" in told.err
    assert "some-secret" not in told.err + told.out


def test_a_server_that_is_not_there_is_told(bucket: str, monkeypatch: pytest.MonkeyPatch, mia: Mia) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    told = mia("catalog", "list", bucket)
    assert told.code == 6
    assert "cannot be used" in told.err
    assert "remedy: check AWS_ENDPOINT_URL" in told.err


def test_of_many_writers_at_once_no_two_write(bucket: str) -> None:
    inside, most, wrote, refused = 0, 0, 0, 0
    guard, start = threading.Lock(), threading.Barrier(6)

    def write() -> None:
        nonlocal inside, most, wrote, refused
        start.wait()
        for _ in range(8):
            try:
                with sole_writer(Files(f"{bucket}/demo")):
                    with guard:
                        inside += 1
                        most = max(most, inside)
                        wrote += 1
                    time.sleep(0.02)
                    with guard:
                        inside -= 1
            except CatalogError:
                with guard:
                    refused += 1

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert wrote + refused == 48
    assert refused > 0
    assert Files(f"{bucket}/demo").under() == {}


def test_a_second_writer_is_told_who_the_first_is(bucket: str, mia: Mia) -> None:
    files = Files(f"{bucket}/demo")
    with sole_writer(files):
        told = mia("catalog", "generate", files.uri)
        assert told.code == 1
        first, remedy = told.err.splitlines()
        assert first.startswith(
            f"error: another process is writing to {files.uri}: process {os.getpid()} on {socket.gethostname()}, since 20"
        )
        (claim,) = files.under("mia/writers")
        assert remedy.endswith(f"if it has ended, delete {files.uri}/{claim}")
    assert files.under() == {}


@pytest.mark.parametrize(
    "claim",
    [
        {"host": "elsewhere", "started": "x", "pid": 1, "since": "2026-06-01T00:00:00+00:00"},
        {"host": socket.gethostname(), "started": "before the restart", "pid": 1, "since": "then"},
        {"who": "a later version"},
        None,
    ],
)
def test_what_another_host_left_is_for_a_person_to_remove(
    bucket: str, claim: dict[str, object] | None
) -> None:
    files = Files(bucket)
    files.write("mia/writers/1.json", json.dumps(claim).encode())
    with pytest.raises(CatalogError, match="another process is writing") as caught, sole_writer(files):
        pytest.fail("two writers")
    assert list(files.under("mia/writers")) == ["mia/writers/1.json"]
    assert caught.value.remedy.endswith("delete s3://prices/mia/writers/1.json")
    files.delete("mia/writers/1.json")
    with sole_writer(files):
        assert len(files.under("mia/writers")) == 1


@pytest.mark.parametrize("seen", ["mia/drafts/2026-06-01/1.draft", "data/trades"])
def test_a_generation_into_a_bucket_that_was_killed_goes_on(bucket: str, seen: str) -> None:
    files = Files(f"{bucket}/demo")
    code = KILLED.format(uri=files.uri)
    process = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)})
    deadline = time.monotonic() + 120
    while not any(path.startswith(seen) for path in files.under()) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert len(files.under("mia/writers")) == 1
    store = Store.open(files)
    assert store.manifest is not None
    assert len(store.manifest.days) < 3
    days = first_days(START, 3)
    list(generate(files, THIN, days))
    list(generate(Files("cat"), THIN, days))
    local = Files("cat")
    there = {path: files.read(path) for path in files.under()}
    assert there == {path: local.read(path) for path in local.under() if path != LOCK}
