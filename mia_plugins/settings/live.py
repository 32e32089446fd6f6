"""The settings of a live session: with whom, on whose money, and what happens when something is lost."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Seconds

Mode = Literal["sim", "paper-sandbox", "paper", "live"]
AccountId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}[0-9]{3,12}$")]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$")]


class Simulation(BaseSettings):
    """The gateway that is simulated while `mode: sim`."""

    start: TimeOfDay | None = None
    """When its market begins, in New York: `2026-06-01 09:30`; else 9:30 of the catalog's first day."""
    pace: Annotated[int, Field(ge=1, le=60)] = 1
    """Seconds of the market in one of the machine's."""
    skip_closed: bool = False
    """Whether weekends and other long closed hours are left out but for ten minutes at both ends."""
    fills: Literal["gateway", "node"] = "gateway"
    """Who fills orders: the gateway, or the node itself as with `paper-sandbox`."""
    faults: Path | None = None
    """A script of what goes wrong (docs/gateway.md)."""
    control: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """A port for faults and questions while it runs; 0 for any."""
    running: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """The control port of a gateway that runs already, on `port`; left out: one is started, and ends with the
    session."""


class Chain(BaseSettings):
    """The option chain of SPX that the broker is asked for, where something reads `option_chains`."""

    lines: Annotated[int, Field(ge=0, le=5_000)] = 80
    """Options that are listened to at once: each takes one of the account's market-data lines, of which it
    has 100 unless it pays for more. 0: chains come from the catalog alone."""
    options: Annotated[int, Field(ge=2, le=5_000)] = 400
    """Options that are wanted, those nearest to the index; more than there are lines take turns."""
    expiries: Annotated[int, Field(ge=1, le=50)] = 4
    """Of how many expiries, the next first; each has as many strikes as the others."""
    every: Annotated[Seconds, Field(ge=1, le=3_600)] = Seconds(60)
    """How often a chain becomes known, where anything of it has changed; in seconds of the market's."""


class Live(BaseSettings):
    """A live session: `mia live`. A backtest ignores it."""

    mode: Mode = "sim"
    """`sim`: a simulated gateway; `paper-sandbox`: the broker's data, and fills simulated in the node;
    `paper`: the broker's paper account; `live`: real money, which the command line has to agree to."""
    account: AccountId | None = None
    """The broker's account, such as DU1234567; it must be named where orders reach a broker."""
    host: str = "127.0.0.1"
    """Where TWS or IB Gateway runs; one that is simulated runs on this machine."""
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Its port; left out: IB Gateway's, 4002 for paper and 4001 for live. TWS has 7497 and 7496."""
    client_id: Annotated[int, Field(ge=1, le=30_000)] = 101
    """The first of two ids at the gateway, for data and orders; where one is in use the next are tried."""
    warm_up: Annotated[int, Field(ge=0, le=1_500)] = 600
    """Minutes of history that are asked for at a start within a session, for strategies that read bars alone;
    the first decision waits for them, a minute and some seconds at most. 0 for none."""
    on_stop: Literal["flatten", "keep"] = "flatten"
    """At Ctrl-C or SIGTERM: leave what is held and cancel what works; or keep it, with stop and target."""
    on_stale: Literal["flatten", "block"] = "flatten"
    """When data stay away for `give_up_after`: leave what is held, or only enter nothing."""
    stale_after: Annotated[Seconds, Field(ge=1, le=600)] = Seconds(20)
    """How old data may be before it is told, nothing is entered, and they are asked for again; in seconds of
    the machine's, however fast a simulated market runs."""
    give_up_after: Annotated[Seconds, Field(ge=2, le=3600)] = Seconds(90)
    """How old data may be before what is held is left, and nothing traded until the kill switch is let go."""
    chain: Chain = Chain()
    """The option chain."""
    account_stale_after: Annotated[Seconds, Field(ge=60, le=3600)] = Seconds(300)
    """How long ago the broker may have told of the account, in seconds of the machine's: longer is told, and
    with real money nothing is entered. It is asked every 30 s."""
    foreign: Literal["block", "ignore"] = "block"
    """What becomes of trading where positions or orders are not ours; they are left alone, and told."""
    state: Path = Path("state")
    """The folder of the account's limits, which outlive the process; `mia kill --state` names the same. Each
    account and mode needs one of its own. A simulated gateway that ends with the session has `sim` in it:
    that begins anew each time."""
    sim: Simulation = Simulation()
    """The simulated gateway."""

    @field_validator("give_up_after")
    @classmethod
    def _after_it_was_told(cls, seconds: Seconds, info: object) -> Seconds:
        told = getattr(info, "data", {}).get("stale_after", 0)
        if seconds <= told:
            raise ValueError(f"lies after stale_after ({told:g} s); got {seconds:g}")
        return seconds

    @property
    def is_sandbox(self) -> bool:
        """Whether orders are filled in the node."""
        return self.mode == "paper-sandbox" or (self.mode == "sim" and self.sim.fills == "node")

    @property
    def is_fleeting(self) -> bool:
        """Whether the account is gone once the session is over."""
        return self.mode == "sim" and self.sim.running is None

    @property
    def whose(self) -> str:
        """Whose limits are kept: an account, and with whom it is."""
        account = "a sandbox" if self.is_sandbox else self.account or "the simulated account"
        return f"{account} (mode {self.mode})"

    @property
    def state_folder(self) -> Path:
        """The folder of the account's limits."""
        return self.state / "sim" if self.is_fleeting else self.state

    @property
    def at(self) -> int:
        """The gateway's port; 0 where it is simulated here."""
        usual = {"sim": 0, "paper": 4002, "paper-sandbox": 4002, "live": 4001}
        return self.port if self.port is not None else usual[self.mode]
