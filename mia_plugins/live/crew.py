"""Everybody in a live node: strategies, actors, the intake and the steward, wired to each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from nautilus_trader.live import LiveNode
from nautilus_trader.model import InstrumentId

from mia_plugins.garbage import Swept
from mia_plugins.live.agreement import MISMATCH, Agreement, Ours
from mia_plugins.live.beside import Beside, Reading
from mia_plugins.live.chain.making import chain_teller
from mia_plugins.live.chain.telling import ChainTeller
from mia_plugins.live.errors import LiveError
from mia_plugins.live.feed import LiveFeed
from mia_plugins.live.indices import CHAINS
from mia_plugins.live.intake import Intake, Wants
from mia_plugins.live.native import NativeLog
from mia_plugins.live.node import Line, node_of
from mia_plugins.live.planning import load_tables, subscriptions, told_live, wanted
from mia_plugins.live.purse import Purse
from mia_plugins.live.recording import Record
from mia_plugins.live.silence import Silence
from mia_plugins.live.standing import Standing
from mia_plugins.live.steward import Charge, End, Steward
from mia_plugins.live.taking import CONNECTION
from mia_plugins.live.telling import STOPPING
from mia_plugins.live.terms import LiveTerms
from mia_plugins.live.warming import Past, Warmed, WarmUp
from mia_plugins.live.watching import Watching
from mia_plugins.live.witness import Witness
from mia_plugins.making.assembly import Assembly, Node, Tables, Tapes
from mia_plugins.making.plan import TRADER, Plan
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.each import each_done
from mia_plugins.runtime.fostering import Foster, FosterContext
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.runtime.vitals import Pulse
from mia_plugins.settings.resolve import Run
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Rows

FLUSH_SECONDS = 2.0
"""How long what is secured may wait to be written in its tables: that takes what a decision takes."""


@dataclass(frozen=True)
class Ground:
    """What a node stands on."""

    run: Run
    plan: Plan
    classes: dict[str, type[MiaStrategy]]
    line: Line
    terms: LiveTerms
    tables: Tables
    record: Record
    standing: Standing
    guard: Guard
    end: End


class Crew:
    """A node that can run, and who is in it."""

    def __init__(self, ground: Ground) -> None:
        run = ground.run
        self._ground = ground
        self._watching: list[Watching] = []
        self._next_flush = 0.0
        self.garbage = Swept()
        self._takers: dict[str, list[Callable[[str, Rows], None]]] = {}
        self._warmed: dict[str, list[Warmed]] = {}
        client = ground.line.execution_client
        node = Node(self._feed, ground.terms, ground.standing.kill, "live", client)
        self.assembly = Assembly(
            run, ground.plan, ground.tables, ground.guard, bytes(1), node, ground.record.steps
        )
        self.assembly.knowing.recorded_by(ground.record.recorder.table)
        self.actors = list(self.assembly.actors())
        self.strategies = list(self.assembly.strategies(ground.classes))
        for code in run.settings.instruments:
            self.assembly.vitals.pulses.setdefault(str(code), Pulse())
        wants = Wants(subscriptions(ground.plan, run.settings), self._takers, ground.record.recorder)
        self.intake = Intake(self._context("intake"), ground.terms, wants)
        self.beside = Beside(self._context("beside"), ground.terms, self.intake, self._reading())
        self.chain = self._chain()
        self.silence = Silence(self.intake, ground.terms, NativeLog(ground.line.logs))
        record = ground.record.recorder
        past = Past(run.settings.live.warm_up, self._warmed, record, self.silence.reason)
        self.warm_up = WarmUp(self._context("warm-up"), ground.terms, self.intake, past)
        loaded = self._loaded()
        self.node = node_of(ground.line, TRADER, loaded, run.settings)
        self.stop: Callable[[], None] = self.node.handle().stop
        self.steward = Steward(self._context("steward"), self._charge())
        self.witness = None if ground.line.is_sandbox else Witness(ground.line)
        self.purse, self._agreement = self._purse(), self._agreeing()
        self._latency = ground.standing.feed(self.assembly.vitals)
        self.assembly.vitals.feed(CONNECTION, self.steward.unheard)
        self._board(self.node, [str(one) for one in loaded])

    def _purse(self) -> Purse | None:
        """Return who compares the broker's account with ours; what is filled in the node has none there."""
        witness, vitals, live = self.witness, self.assembly.vitals, self._ground.run.settings.live
        if witness is None:
            return None
        account, patience = self._ground.line.account, live.account_stale_after
        purse = Purse(self._context("purse"), account, lambda: witness.money, patience, live.mode == "live")
        vitals.feed("age.account", purse.age)
        return purse

    def _chain(self) -> ChainTeller | None:
        """Return who tells of the option chain; None where it is not read, or not from the broker."""
        if CHAINS not in self._reading().told:
            return None
        return chain_teller(self._context("chain"), self._ground.terms, self._ground.line, self.beside.add)

    def _agreeing(self) -> Agreement | None:
        """Return who compares orders and positions with what the broker says of them."""
        witness, settings = self.witness, self._ground.run.settings
        if witness is None:
            return None
        products = frozenset((*settings.instruments, *settings.orders_for.values()))
        blocks = settings.live.foreign == "block"
        ours = Ours(self.strategies, self._ground.line.client_id + 1, products, blocks)
        agreement = Agreement(self._context("agreement"), ours, lambda: witness.word, lambda: witness.reason)
        self.assembly.vitals.feed(MISMATCH, agreement.mismatch)
        return agreement

    def _loaded(self) -> list[InstrumentId]:
        """Return what the node asks the broker for; what the process before left is looked after too."""
        ground = self._ground
        left = {ground.terms.listed(InstrumentId.from_str(one)) for one in ground.standing.contracts()}
        if left and ground.line.client_id != ground.run.settings.live.client_id:
            raise LiveError(
                f"another program has the client id {ground.run.settings.live.client_id}, with which orders "
                f"were sent that still work ({', '.join(sorted(map(str, left)))}): no other can cancel them",
                "end that program, then start again",
            )
        named = wanted(ground.plan, ground.terms)
        return [one for one in dict.fromkeys((*named, *left)) if one not in ground.line.unlisted]

    def _foster(self, contracts: list[str]) -> Foster:
        """Return who looks after orders of the process before, and notices those of others."""
        ground, assembly = self._ground, self.assembly
        strategies = {one.context.strategy_id: one for one in self.strategies}
        foreign = ground.run.settings.live.foreign
        watch = ground.standing.watch(assembly.halt, assembly.incidents, foreign, ground.terms)
        day = ground.plan.days[0].session.day
        resumed = ground.standing.resume(day, assembly.broker, strategies, watch)
        assembly.keeper.hand_over(resumed.keeper)
        return Foster(FosterContext(contracts, resumed.begin, resumed.strange, ground.guard, ground.terms))

    def _board(self, node: LiveNode, contracts: list[str]) -> None:
        """Put everybody into the node; who is first starts first."""
        node.add_strategy(self._foster(contracts))
        for actor in (self.steward, self.intake, self.beside, self.chain, self.warm_up, *self.actors):
            if actor is not None:
                node.add_actor(actor)
        for strategy in self.strategies:
            node.add_strategy(strategy)
        ground = self._ground
        ground.standing.keep(self.assembly.halt, self.assembly.incidents)
        record, told = ground.record.recorder.table, self._reading().told
        load_tables(ground.plan, ground.plan.days[0], self._readers(), record, told)

    def _readers(self) -> list[Mapping[str, KnownTable]]:
        """Return the tables of everybody who reads any."""
        return [one.context.known for one in (*self.actors, *self.strategies)]

    def _reading(self) -> Reading:
        ground = self._ground
        told = told_live(ground.plan, ground.run.settings, ground.line.unlisted)
        record = ground.record.recorder.table
        return Reading(ground.plan.catalog, frozenset(ground.plan.tables), told, self._readers(), record)

    def _charge(self) -> Charge:
        ground, settings = self._ground, self._ground.run.settings
        return Charge(
            live=settings.live,
            intake=self.intake,
            strategies=self.strategies,
            watched=frozenset((*settings.instruments, *settings.observe, *settings.orders_for.values())),
            guard=ground.guard,
            end=ground.end,
            silence=self.silence,
            look=self._look,
            flush=self._flush,
            stop=self.stop,
        )

    def close(self) -> None:
        """Hang up what is not the node's own."""
        if self.chain is not None:
            self.chain.close()

    def watch(self, watching: Watching) -> None:
        """Have somebody hear what is decided and ordered, and look now and then."""
        assembly = self.assembly
        assembly.ears.append(watching)
        assembly.order_ears.append(watching)
        assembly.incidents.also(watching)
        self._watching.append(watching)

    def _look(self, now: int) -> None:
        at = self._ground.terms.market_now()  # the timer was due earlier, and ages are told as they are
        self._latency.note(at - (at - now) // self._ground.terms.takes(1), at)
        if self.purse is not None:
            self.purse.look(at)
        if self._agreement is not None:
            self._agreement.look(at)
        self.garbage.sweep()
        for watching in self._watching:
            watching.sight.state = STOPPING if self._ground.end.asked.is_set() else "trading"
            watching.look(at)

    def _flush(self) -> None:
        """Have what came outlive this process; now and then it goes to where it belongs."""
        tables, steps = self._ground.tables, self._ground.record.steps
        if (now := monotonic()) < self._next_flush:
            each_done(tables.secure, steps.secure)
            return
        self._next_flush = now + FLUSH_SECONDS
        each_done(lambda: tables.flush(at_once=True), steps.flush)

    def _feed(self, tapes: Tapes, product: str) -> LiveFeed:
        made = LiveFeed(tapes, product, self._deliver, self._hold)
        for code in tapes:
            self._takers.setdefault(code, []).append(made.load)
            if tapes[code].recalls:
                self._warmed.setdefault(code, []).append(made)
        return made

    def _hold(self, begin: Callable[[], None]) -> None:
        self.warm_up.when_ready(begin)

    def _deliver(self, now: int) -> None:
        self.intake.deliver(now)

    def _context(self, name: str) -> ActorContext:
        ground, assembly = self._ground, self.assembly
        settings: Any = ground.run.settings
        return ActorContext(
            name=name,
            settings=settings,
            days=ground.plan.days,
            known={},
            guard=ground.guard,
            vitals=assembly.vitals,
            halt=assembly.halt,
            incidents=assembly.incidents,
            terms=ground.terms,
            warnings=assembly.warnings,
        )
