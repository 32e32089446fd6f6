"""What every strategy can be told."""

from typing import Annotated

from pydantic import Field

from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Minutes


class StrategySettings(BaseSettings):
    """What every strategy can be told."""

    bar: Annotated[int, Field(ge=1, le=240)] = 1
    """The base bar's length in minutes: at each close the strategy is evaluated."""
    flat_before_close: Annotated[Minutes, Field(ge=0, le=240)] = Minutes(5)
    """How long before the session's close everything is left at the market and nothing is entered."""
