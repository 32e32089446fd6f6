"""Whether a gateway will let a node in, asked before there is a node: each refusal has its own remedy."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from nautilus_trader.model import InstrumentId

from mia_plugins.errors import did_you_mean
from mia_plugins.live.consent import PAPER_PORTS, REAL_PORTS
from mia_plugins.live.dialect import (
    ERROR,
    IN_USE,
    MANAGED_ACCOUNTS,
    NEXT_VALID_ID,
    OLDEST,
    OPEN_ORDERS,
    OPEN_ORDERS_END,
    START_API,
    Fields,
    NotSpokenError,
    Talk,
    start_api,
    text_at,
)
from mia_plugins.live.errors import LiveError
from mia_plugins.live.lookup import refuse_without, unlisted
from mia_plugins.live.node import Line

READ_ONLY = 321
NO_LINK = frozenset({502, 504, 1100, 2110})
"""Codes that say that the gateway has no connection to the broker."""
BACK_OFF = (0.5, 1.0, 2.0, 4.0)
"""Seconds to wait for an id that is in use: that of a session which ended just now is free soon."""
PAIRS = 5
"""Pairs of ids that are tried one after the other."""
API_SETTINGS = "Configure > Settings > API > Settings"


@dataclass
class Preflight:
    """A gateway that is asked."""

    line: Line
    account: str | None
    """The account that must be among those managed; None where any will do."""
    wanted: Sequence[InstrumentId] = ()
    """Contracts that the broker must list."""
    sleep: Callable[[float], None] = time.sleep
    told: list[str] = field(default_factory=list)
    """What a person should know, though it keeps nobody out."""

    def fly(self) -> Line:
        """Return the line with client ids that the gateway takes; raise what would keep a node out."""
        self._refuse_old()
        first = self.line.client_id
        for pair in range(PAIRS):
            ids = (first + 2 * pair, first + 2 * pair + 1)
            waits = BACK_OFF if pair == 0 else ()
            if all(self._is_let_in(one, waits) for one in ids):
                if pair:
                    self.told.append(
                        f"client ids {first} and {first + 1} are not both free at {self.where}: {ids[0]} and "
                        f"{ids[1]} are used; orders that were sent under the others cannot be changed by "
                        "this session"
                    )
                return replace(self.line, client_id=ids[0])
        raise LiveError(
            f"client ids {first} to {first + 2 * PAIRS - 1} are in use at {self.where}",
            "end what else is connected there, or name another first id: `live: {client_id: …}`",
        )

    @property
    def where(self) -> str:
        """How messages name the gateway."""
        return f"{self.line.host}:{self.line.port}"

    def _refuse_old(self) -> None:
        """Refuse what speaks too old a protocol, or none; an old one may hang up at the first question."""
        for oldest in (OLDEST, 100):
            with self._talk() as talk:
                try:
                    version = talk.greet(oldest)
                except (EOFError, ConnectionError):
                    continue
                except (OSError, NotSpokenError) as error:
                    raise self._no_gateway(error) from error
            if version < OLDEST:
                raise LiveError(
                    f"the gateway at {self.where} speaks version {version} of the protocol, and {OLDEST} is "
                    "the oldest that can be spoken with",
                    "install a newer TWS or IB Gateway",
                )
            return
        raise LiveError(
            f"{self.where} hangs up as soon as it is greeted",
            f"in TWS or IB Gateway, under {API_SETTINGS}, enable socket clients and add this machine to the "
            "trusted addresses; if something else listens there, name the gateway's own port",
        )

    def _is_let_in(self, client_id: int, waits: tuple[float, ...]) -> bool:
        """Say whether the gateway takes a client id, at the latest after some waiting (s)."""
        for wait in (*waits, None):
            if self._introduce(client_id):
                return True
            if wait is not None:
                self.sleep(wait)
        return False

    def _introduce(self, client_id: int) -> bool:
        """Say who is there and hear who that is; False if the id is in use."""
        with self._talk() as talk:
            try:
                talk.greet()
                talk.say(START_API, start_api(client_id))
                accounts = self._accounts(talk)
                if accounts is None:
                    return False
                self._refuse_other_accounts(accounts)
                if self.account and not self.line.is_sandbox:
                    self._refuse_read_only(talk)
                if client_id % 2 == self.line.client_id % 2:  # once will do
                    self._refuse_unlisted(talk)
            except (EOFError, ConnectionError) as error:
                raise LiveError(
                    f"the gateway at {self.where} hung up once client {client_id} had introduced itself",
                    "see whether TWS or IB Gateway is logged in; its own log says why",
                ) from error
            except (OSError, NotSpokenError) as error:
                raise self._no_gateway(error) from error
        return True

    def _accounts(self, talk: Talk) -> str | None:
        """Return the accounts that a gateway names once it has let a client in; None if the id is in use."""
        accounts, is_numbered = "", False
        for number, said in _until(talk, time.monotonic() + self.line.patience):
            code = said.get(3) if number == ERROR else None
            if code == IN_USE:
                return None
            if code in NO_LINK:
                raise self._no_link(said)
            if number == MANAGED_ACCOUNTS:
                accounts = text_at(said, 1)
            is_numbered = is_numbered or number == NEXT_VALID_ID
            if accounts and is_numbered:
                break
        return accounts

    def _refuse_other_accounts(self, managed: str) -> None:
        accounts = [one.strip() for one in managed.split(",") if one.strip()]
        if self.account and self.account not in accounts:
            names = ", ".join(accounts)
            raise LiveError(
                f"the gateway at {self.where} does not manage the account {self.account}"
                f"{did_you_mean(self.account, accounts)}",
                f"write `live: {{account: …}}` with one that it manages ({names}), or log in with the "
                f"user of {self.account}",
            )

    def _refuse_unlisted(self, talk: Talk) -> None:
        """Refuse a run whose contracts are not listed; what it only looks at is done without."""
        missing = unlisted(talk, self.wanted, self.line.patience)
        refuse_without(missing)
        self.line = replace(self.line, unlisted=frozenset(missing))
        for one, said in missing.items():
            self.told.append(f"the broker does not list {one} ({said}): what reads it will not know it")

    def _refuse_read_only(self, talk: Talk) -> None:
        """Refuse a gateway that takes no orders; it says so when it is asked for those there are."""
        talk.say(OPEN_ORDERS)
        for number, said in _until(talk, time.monotonic() + self.line.patience):
            if number == OPEN_ORDERS_END:
                return
            if number == ERROR and said.get(3) == READ_ONLY:
                raise LiveError(
                    f"the gateway at {self.where} takes no orders: {text_at(said, 4)}",
                    f"clear `Read-Only API` under {API_SETTINGS}, or write `mode: paper-sandbox`",
                )

    def _talk(self) -> Talk:
        try:
            return Talk(self.line.host, self.line.port, self.line.patience)
        except ConnectionRefusedError as error:
            raise self._nothing() from error
        except socket.gaierror as error:
            raise LiveError(
                f"the host '{self.line.host}' is not known", "write `live: {host: …}` as a name or an address"
            ) from error
        except OSError as error:
            raise LiveError(
                f"{self.where} cannot be reached: {error}",
                "see whether that machine is up and no firewall lies between",
            ) from error

    def _nothing(self) -> LiveError:
        usual = {**{port: f"{name}, paper" for port, name in PAPER_PORTS.items()},
                 **{port: f"{name}, real money" for port, name in REAL_PORTS.items()}}  # fmt: skip
        listening = [port for port in usual if port != self.line.port and _listens(self.line.host, port)]
        ports = ", ".join(f"{port} ({name})" for port, name in usual.items())
        there = "".join(f"; something listens on {port} ({usual[port]})" for port in listening)
        return LiveError(
            f"nothing listens on {self.where}{there}",
            f"start TWS or IB Gateway and log in, enable socket clients under {API_SETTINGS}, and name the "
            f"port that stands there: usual are {ports}",
        )

    def _no_gateway(self, error: Exception) -> LiveError:
        if isinstance(error, TimeoutError):
            return LiveError(
                f"something listens on {self.where}, and has not answered for {self.line.patience} s",
                "see whether TWS or IB Gateway waits for a click (a connection to be accepted, a login), and "
                "whether this is its port",
            )
        return LiveError(
            f"what listens on {self.where} is no gateway of Interactive Brokers: {error}",
            f"name the port that stands in TWS or IB Gateway under {API_SETTINGS}",
        )

    def _no_link(self, said: Fields) -> LiveError:
        return LiveError(
            f"the gateway at {self.where} has no connection to the broker: {text_at(said, 4)}",
            "see whether it is logged in and has its network; around the nightly restart, wait some minutes",
        )


def _until(talk: Talk, end: float) -> Iterator[tuple[int, Fields]]:
    """Yield what is heard until an instant of the machine's (s): notices alone are no answer."""
    for one in talk.heard():
        yield one
        if time.monotonic() > end:
            raise TimeoutError


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 0.5).close()
    except OSError:
        return False
    return True
