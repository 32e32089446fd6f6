"""`ml_filter`: the last judge, a model that was trained on earlier decisions and belongs to just these."""

import datetime as dt
from typing import Any, Literal

import numpy as np

from mia_plugins.data.sessions import NS
from mia_plugins.decisions import Candidate, Filter, Surroundings, Verdict, blocks, not_asked, passes
from mia_plugins.errors import did_you_mean
from mia_plugins.features import Market
from mia_plugins.host import PluginHost
from mia_plugins.learning import ModelError
from strategies.ml.card import Card, checked_content
from strategies.ml.columns import FIXED, Reader
from strategies.ml.ensemble import HALF, Ensemble
from strategies.ml.even import Even
from strategies.ml.loading import load_model
from strategies.ml.named import ModelsSettings
from strategies.ml.registry import Registry, Status
from strategies.ml.schema import feature_hash_of, plain_strategy, setting_difference
from strategies.ml.settings import Gate, kind_of

LIVE = "live"


class MlFilterSettings(ModelsSettings):
    """What can be set."""

    gate: Gate = 0.65
    """How likely to win a candidate must be; `break_even`: so that it makes nothing after costs."""
    voting: Literal["mean", "majority"] = "mean"
    """Whether the members' calibrated mean decides, or most of their weight."""
    absent: Literal["pass", "block"] = "pass"
    """What becomes of candidates where no model is loaded; live trading wants it written."""
    in_sample: bool = False
    """Whether a model may judge what it was trained on; the report then says so in red."""


class MlFilter(Filter):
    """Rejects what a model thinks unlikely to win."""

    Settings = MlFilterSettings
    unit = "probability"

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self._id = settings.content.get(market.product, "")
        self._card: Card | None = None
        self._ensemble: Ensemble | None = None
        self._reader: Reader | None = None
        self._even = Even()
        self._span = (0, 0)
        self._valid_until = 0
        self._is_live = False

    def admit(self, surroundings: Surroundings) -> None:
        """Refuse a model that is of anything else than what it would judge."""
        settings = self.settings
        self._is_live = surroundings.mode == LIVE
        if self._is_live and "absent" not in settings.model_fields_set:
            raise ModelError("live trading wants it written what becomes of candidates without a model",
                             "write `absent: pass` or `absent: block` under the filter")  # fmt: skip
        if not self._id:
            self.warning = (
                f"the ML filter has no model of {surroundings.product}: every candidate {self._fate}"
            )
            return
        folder = settings.registry / self._id
        card = Card.read(folder)
        for part in card.parts:
            checked_content(folder, part)
        self._refuse_retired()
        _refuse_others(card, surroundings)
        self._refuse_times(card, surroundings.span)
        self._card, self._even, self._span, self._valid_until = card, card.even, card.span, card.valid_until

    def _refuse_retired(self) -> None:
        """Refuse a model that was taken out of use for live trading; elsewhere warn."""
        if Registry(self.settings.registry).status().get(self._id) is not Status.RETIRED:
            return
        if self._is_live:
            raise ModelError(f"the model {self._id} was retired", "name another, or promote it again")
        self._warn(f"the model {self._id} was retired: see `mia models show {self._id}`")

    def _warn(self, text: str) -> None:
        self.warning = "; ".join(filter(None, (self.warning, text)))

    def _refuse_times(self, card: Card, span: tuple[int, int] | None) -> None:
        """Refuse a run through what the model knows the outcome of, or long after."""
        _, last = card.span
        if span is None:
            return
        if span[0] <= last:
            if not self.settings.in_sample:
                raise ModelError(
                    f"the model {card.id} knows what came until {_utc(last)}, and the run begins "
                    f"{_utc(span[0])}",
                    "begin later, or train on earlier runs; `in_sample: true` has it judge all the same",
                )
            self._warn(
                f"in sample: the model {card.id} was trained on decisions until {_utc(last)}; what the run "
                "came to says nothing of what it is worth"
            )
        if span[1] > card.valid_until:
            raise ModelError(
                f"the model {card.id} may be used until {_utc(card.valid_until)}, and the run ends "
                f"{_utc(span[1])}",
                "train a new one, or end the run earlier",
            )

    def begin(self) -> None:
        """Read the model and ask it once: libraries and kernels take seconds that no candidate has."""
        card = self._card
        if card is None:
            return
        host = PluginHost.discover()
        self._ensemble = load_model(self.settings.registry / card.id, card, lambda use: kind_of(use, host))
        self._reader = Reader(card.columns)
        self._ensemble.one(np.full((1, len(card.columns)), np.nan))

    def judge(self, candidate: Candidate) -> Verdict:
        """Let through what is likely enough to win."""
        if self._card is None:
            return self._without("no model is loaded")
        if candidate.now > self._valid_until:
            since = _utc(self._valid_until)
            self.warning = f"the model {self._id} is out of date since {since}: every candidate {self._fate}"
            return self._without(f"the model {self._id} is out of date")
        if candidate.now <= self._span[1] and not self.settings.in_sample:
            known = _utc(self._span[1])
            raise ModelError(
                f"the model {self._id} knows what came until {known}, and is asked of {_utc(candidate.now)}",
                "`in_sample: true` has it judge all the same",
            )
        if self._ensemble is None or self._reader is None:
            raise RuntimeError(f"the model {self._id} was not read: `begin` comes before `judge`")
        opinion = self._ensemble.one(self._reader.row(candidate))
        gate = self.settings.gate
        if gate == "break_even":
            gate = self._even.needed_of(candidate.stop, candidate.target)
        if self.settings.voting == "majority":
            share = self._ensemble.votes(opinion, gate)
            told = f"{share:.0%} of the models' weight say at least {gate:.0%}"
            return (passes if share > HALF else blocks)(opinion.probability, told)
        if opinion.probability >= gate:
            return passes(opinion.probability, f"wins with {opinion.probability:.0%}, {gate:.0%} are enough")
        return blocks(opinion.probability, f"wins with {opinion.probability:.0%}, below {gate:.0%}")

    @property
    def _fate(self) -> str:
        absent = self.settings.absent
        return f"{'passes' if absent == 'pass' else 'is rejected'} (`absent: {absent}`)"

    def _without(self, reason: str) -> Verdict:
        return blocks(None, reason) if self.settings.absent == "block" else not_asked(reason)


def _refuse_others(card: Card, there: Surroundings) -> None:
    """Refuse another instrument, preset, strategy or feature than those the model was trained on."""
    instrument, strategy, presets = card.slot
    who = f"the model {card.id}"
    if instrument != there.product:
        raise ModelError(
            f"{who} is of {instrument}, and the run decides about {there.product}", "name another"
        )
    if presets != there.presets:
        raise ModelError(
            f"{who} belongs to the preset {', '.join(presets) or 'none'}, and the run has "
            f"{', '.join(there.presets) or 'none'}",
            "train one on runs of this preset",
        )
    missing = [one.name for one in card.columns if one.name not in there.names and one.name not in FIXED]
    if missing:
        raise ModelError(
            f"{who} looks at '{missing[0]}', which the run does not have"
            f"{did_you_mean(missing[0], there.names)}",
            "name it under `features:`, with weight 0 if it is to count for nothing else",
        )
    differing = setting_difference(
        card.data["strategy_settings"], plain_strategy(there.strategy.model_dump())
    )
    if differing:
        raise ModelError(
            f"{who} was trained on decisions of other settings of {strategy}: {differing}",
            "train one on runs of these settings",
        )
    for name, told in card.data["features"].items():
        if name not in there.features:
            continue
        if feature_hash_of(there.uses.get(name) or name, there.features[name]) != told:
            raise ModelError(
                f"{who} was trained with another feature '{name}', or other settings of it",
                "train one on runs of these features",
            )


def _utc(ts: int) -> str:
    return f"{dt.datetime.fromtimestamp(ts // NS, dt.UTC):%Y-%m-%d %H:%M} UTC"
