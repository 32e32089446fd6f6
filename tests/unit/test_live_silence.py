"""Data that never come are told with the contract, and with what the broker says against them."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mia_plugins.data.arrow import Kind
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import NS
from mia_plugins.live.intake import Stream
from mia_plugins.live.native import ASIDE, LOG, NativeLog, aside
from mia_plugins.live.silence import Silence
from mia_plugins.runtime.terms import AS_THEY_ARE

ES = Contract(2026, 12, "ES")
BEGUN = 1_000 * NS
REFUSED = (
    "2026-11-21T22:18:14.98Z [ERROR] MIA-001.nautilus_interactive_brokers::data::core: {kind} subscription error "
    "for {contract}: Subscription error: Notice(Notice {{ request_id: Some(1500000004), code: {code}, message: "
    '"{text}", error_time: Some(2026-11-21 22:18:14.979 +00:00:00), advanced_order_reject_json: "" }})\n'
    "\nStack backtrace:\n   0: <unknown>\n"
)
"""As the pinned Nautilus writes it."""


def refused(folder: Path, kind: str = "Quote", code: int = 354, text: str = "Not subscribed.") -> None:
    with (folder / LOG).open("a") as file:
        told = text.replace('"', '\\"')
        file.write(REFUSED.format(kind=kind, contract="ESZ6.XCME", code=code, text=told))


def silent(folder: Path, kinds: frozenset[Kind]) -> tuple[Silence, Stream]:
    stream = Stream(ES, kinds, BEGUN)
    intake: Any = SimpleNamespace(streams={"ES": stream})
    return Silence(intake, AS_THEY_ARE, NativeLog(folder)), stream


def after(seconds: float) -> int:
    return BEGUN + round(seconds * NS)


def test_what_never_came_is_told_once_and_after_its_time(tmp_path: Path) -> None:
    silence, _ = silent(tmp_path, frozenset({Kind.QUOTES}))
    assert list(silence.never_came(after(19.9), 20)) == []
    assert len(list(silence.never_came(after(20), 20))) == 1
    assert list(silence.never_came(after(60), 20)) == []


def test_a_refusal_names_contract_code_and_what_is_needed(tmp_path: Path) -> None:
    refused(tmp_path, "Market depth", 354, "Requested market depth is not subscribed.")
    silence, stream = silent(tmp_path, frozenset({Kind.DEPTH, Kind.QUOTES}))
    stream.take(Kind.QUOTES, after(1), (1, 2, 3, 4))
    (told,) = silence.never_came(after(20), 20)
    assert "no book of ESZ6 has come 20 s after" in told
    assert "354: Requested market depth is not subscribed;" in told
    assert "`venue.fills: quotes`" in told


def test_history_that_is_refused_is_known_by_its_contract_too(tmp_path: Path) -> None:
    said = (
        "2026-11-22T02:09:53.136321994Z [WARN] MIA-001.nautilus_interactive_brokers::data::core: Historical data "
        "request failed for ESZ6.XCME-1-MINUTE-LAST-EXTERNAL segment ending at Some(2026-11-22T02:09:52Z): [162] "
        "Historical data: pacing violation"
    )
    (tmp_path / LOG).write_text(f"{said}, emitting the bars already retrieved\n{said}\n")
    silence, _ = silent(tmp_path, frozenset())
    assert silence.reason("ES") == ": the broker says 162: Historical data: pacing violation"


def test_quiet_trades_are_no_matter_of_permission_for_certain(tmp_path: Path) -> None:
    silence, _ = silent(tmp_path, frozenset({Kind.TRADES}))
    (told,) = silence.never_came(after(20), 20)
    assert "nothing is traded, or" in told


def test_another_fault_than_permission_asks_for_none(tmp_path: Path) -> None:
    refused(tmp_path, code=2110, text='Lost its link to "the server".')
    silence, _ = silent(tmp_path, frozenset({Kind.QUOTES}))
    (told,) = silence.never_came(after(20), 20)
    assert told.endswith('the broker says 2110: Lost its link to "the server"')


def test_the_log_is_read_as_it_grows_and_lines_only_once_they_are_whole(tmp_path: Path) -> None:
    silence, _ = silent(tmp_path, frozenset())
    assert not silence.reason("ES")
    refused(tmp_path)
    refused(tmp_path)
    assert silence.reason("ES") == ": the broker says 354: Not subscribed"
    whole = REFUSED.format(kind="Quote", contract="ESZ6.XCME", code=10_089, text="More.")
    with (tmp_path / LOG).open("a") as file:
        file.write(whole[:150])
    assert "10089" not in silence.reason("ES")
    with (tmp_path / LOG).open("a") as file:
        file.write(whole[150:])
    assert silence.reason("ES").endswith("and 10089: More")
    assert not silence.reason("NQ")


def test_native_words_go_to_a_file_and_pythons_to_where_they_went(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        with aside(tmp_path):
            os.write(2, b"native\n")
            print("python", file=sys.stderr)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (tmp_path / ASIDE).read_text() == "native\n"
    assert capfd.readouterr().err == "python\n"
    with aside(tmp_path):
        os.write(2, b"more\n")
    assert not (tmp_path / ASIDE).exists()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"
