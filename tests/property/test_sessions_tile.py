"""Sessions and the breaks between them tile time."""

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from mia_plugins.data.sessions import NS, breaks, session_at, sessions

DAYS = st.dates(dt.date(2016, 1, 1), dt.date(2027, 6, 30))


@settings(deadline=None)
@given(DAYS, st.integers(0, 400))
def test_sessions_follow_each_other_and_breaks_fill_what_is_between(start: dt.date, length: int) -> None:
    found = sessions(start, start + dt.timedelta(days=length))
    gaps = list(breaks(start, start + dt.timedelta(days=length)))
    assert len(gaps) == max(0, len(found) - 1)
    for (one, other), (begins, ends) in zip(pairwise(found), gaps, strict=True):
        assert one.open < one.close == begins < ends == other.open
        assert ends - begins >= 3600 * NS


@settings(deadline=None)
@given(DAYS, st.integers(0, 86_400 * NS - 1))
def test_an_instant_lies_in_one_session_or_in_a_break(day: dt.date, into: int) -> None:
    ts = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()) * NS + into
    around = sessions(day - dt.timedelta(days=6), day + dt.timedelta(days=6))
    holders = [session for session in around if ts in session]
    assert session_at(ts) == (holders[0] if holders else None)
    assert len(holders) <= 1
    in_a_break = any(a <= ts < b for a, b in breaks(day - dt.timedelta(days=6), day + dt.timedelta(days=6)))
    assert in_a_break == (not holders)


@settings(deadline=None)
@given(DAYS)
def test_regular_hours_lie_in_their_session(start: dt.date) -> None:
    for session in sessions(start, start + dt.timedelta(days=30)):
        if session.rth:
            assert session.open < session.rth[0] < session.rth[1] <= session.close
