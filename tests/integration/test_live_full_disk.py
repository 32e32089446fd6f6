"""The disk is full while something is held: neither the run nor the account's state can be written."""

import resource
from pathlib import Path

import pytest

from tests.live_session import Broker, Session, catalog_in, is_flat

ROOM = 8 << 10
"""Bytes that a file may have from then on: room for what is said, and for nothing that is kept."""


@pytest.mark.long
def test_what_is_held_is_left_and_the_session_ends_when_nothing_can_be_written(tmp_path: Path) -> None:
    with Broker(catalog_in(tmp_path / "catalog")) as broker:
        session = Session(tmp_path / "node", broker).start()
        broker.until(lambda books: books["positions"], "a position")
        assert session.process
        resource.prlimit(session.process.pid, resource.RLIMIT_FSIZE, (ROOM, ROOM))
        ended = session.ended(50)
        books = broker.state()
    assert is_flat(books)
    assert not [one for one in books["orders"] if one["is_working"]]
    assert ended.code not in {0, -9}, ended.said
    assert "File too large" in ended.said or "disk I/O error" in ended.said
