"""Days of the synthetic market into a catalog: in parallel by day, whole days or none, resumable."""

import datetime as dt
import hashlib
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

import mia_plugins
from catalog.lock import sole_writer
from catalog.market.day import generate_day
from catalog.market.instrument import InstrumentDay
from catalog.market.settings import MarketSettings
from catalog.truth import tables_of
from mia_plugins.data.bars import bars_of
from mia_plugins.data.columns import Quotes, in_time_order, quotes_of
from mia_plugins.data.drafts import DayDraft
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import PRODUCTS, Contract, contracts_between, lead_contract
from mia_plugins.data.manifest import Origin
from mia_plugins.data.sessions import Session, sessions
from mia_plugins.data.store import Store
from mia_plugins.processes import ctrl_c_held, end_with_parent

MAKER = "synthetic"


def origin_of(settings: MarketSettings) -> Origin:
    """Return what makes a catalog of these settings; the same origin gives the same bytes for each day."""
    settings_hash = hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:16]
    return Origin(MAKER, mia_plugins.__version__, settings_hash, settings.seed)


def trading_days(start: dt.date, end: dt.date) -> list[Session]:
    """Return the sessions from `start` to `end` that have regular hours; without one it is an error.

    On a stock-market holiday CME trades a short session. The synthetic market leaves it out.
    """
    found = [session for session in sessions(start, end) if session.has_rth]
    if not found:
        near = [
            s.day for s in sessions(start - dt.timedelta(days=7), end + dt.timedelta(days=7)) if s.has_rth
        ]
        raise CatalogError(
            f"there is no trading day with regular hours from {start} to {end}",
            f"the nearest ones are {max(d for d in near if d < start)} and {min(d for d in near if d > end)}",
        )
    return found


def first_days(start: dt.date, count: int) -> list[Session]:
    """Return the first so many sessions with regular hours from a day on."""
    found = trading_days(start, start + dt.timedelta(days=2 * count + 14))
    return found[:count]


def stretches(days: Iterable[Session], longest: int | None = None) -> Iterator[list[Session]]:
    """Yield days that follow each other without a holiday, so many at most: its short session is left out."""
    stretch: list[Session] = []
    for day in days:
        if stretch and (len(stretch) == longest or len(sessions(stretch[-1].day, day.day)) > 2):
            yield stretch
            stretch = []
        stretch.append(day)
    if stretch:
        yield stretch


def generate(  # noqa: PLR0913, PLR0917 the last two are who is told
    files: Files,
    settings: MarketSettings,
    days: Iterable[Session],
    jobs: int = 1,
    advance: Callable[[int], None] = lambda _: None,
    forgotten: Callable[[list[dt.date]], object] = lambda _: None,
) -> Iterator[dt.date]:
    """Make what is missing of some days in a catalog, and yield each day as it is whole.

    Days are independent, so that their order, the number of `jobs` (processes) and an interruption
    change no byte. `advance` is told of each day that is done, `forgotten` of days that were whole,
    lack a file now and are not among the wanted.
    """
    wanted = {session.day: session for session in days}
    with sole_writer(files):
        store = Store.begin(files, origin_of(settings))
        forgotten([day for day in store.forgotten if day not in wanted])
        missing = store.missing(wanted)
        advance(len(wanted) - len(missing))
        store.write_instruments(_contracts(min(wanted), max(wanted)))
        for day in _drafted(files, settings, [wanted[day] for day in missing], jobs):
            store.publish(day)
            advance(1)
            yield day


def _drafted(files: Files, settings: MarketSettings, days: list[Session], jobs: int) -> Iterator[dt.date]:
    """Draft days, here or in processes of their own, and yield each that is sealed."""
    if jobs == 1 or len(days) <= 1:
        for session in days:
            yield draft_day(files, settings, session)
        return
    with ProcessPoolExecutor(min(jobs, len(days)), get_context("spawn"), initializer=_end_quietly) as pool:
        try:
            with ctrl_c_held():  # while they import, it would show their innards
                work = [pool.submit(draft_day, files, settings, session) for session in days]
            for done in as_completed(work):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _end_quietly() -> None:
    """Let a worker end at once at Ctrl-C, and with its parent: the next run drops what is not sealed."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    end_with_parent()


def draft_day(files: Files, settings: MarketSettings, session: Session) -> dt.date:
    """Generate one day and seal its draft; what is written of an instrument is let go before the next."""
    with DayDraft(files, session.day) as draft:
        faulty = "out_of_order" in settings.scenario_names(session.day)

        def write(data: InstrumentDay, micro: str, quotes: Quotes) -> None:
            _write_instrument(draft, data, in_order=not faulty)
            draft.write(lead_contract(micro, draft.day).instrument_id, quotes, in_order=not faulty)

        made = generate_day(settings, session, write)
        ids: dict[str, str] = {
            code: lead_contract(code, session.day).instrument_id for code in made.instruments
        }
        for name, table in tables_of(made, ids):
            draft.write_table(name, table)
    return session.day


def _write_instrument(draft: DayDraft, data: InstrumentDay, *, in_order: bool) -> None:
    """Write trades, depth, quotes and bars of ES or NQ."""
    instrument_id = lead_contract(data.instrument, draft.day).instrument_id
    draft.write(instrument_id, data.trades, in_order=in_order)
    draft.write(instrument_id, data.depth, in_order=in_order)
    draft.write(instrument_id, quotes_of(data.depth), in_order=in_order)
    # Whoever makes bars puts the trades in order.
    draft.write(instrument_id, bars_of(in_time_order(data.trades)))


def _contracts(start: dt.date, end: dt.date) -> list[Contract]:
    return [contract for code in PRODUCTS for contract in contracts_between(code, start, end)]
