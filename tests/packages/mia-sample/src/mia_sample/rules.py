"""A rule with settings."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from mia_plugins.settings import BaseSettings
from mia_plugins.units import Ticks


class LateFriday:
    """Blocks entries on Friday after a time, unless the target is near."""

    class Settings(BaseSettings):
        """When Friday is late."""

        after: dt.time = dt.time(15)
        """New York time from which on no entry is allowed."""
        near: Annotated[Ticks, Field(ge=0)] = Ticks(4)
        """A target this close is let through."""
        token: str = ""
        """Where the block is announced."""

    def __init__(self, settings: Settings) -> None:
        """Keep the settings."""
        self.settings = settings

    def blocks(self, when: dt.datetime, target: Ticks) -> bool:
        """Say whether an entry at a New York time with a target at a distance is blocked."""
        friday = when.weekday() == 4
        return friday and when.time() >= self.settings.after and target > self.settings.near
