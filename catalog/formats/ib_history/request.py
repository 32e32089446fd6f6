"""What a request says: whom to ask, for what, of which days."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.importing import symbol_in
from mia_plugins.settings import BaseSettings


class IbRequest(BaseSettings):
    """A file that asks Interactive Brokers for history."""

    contract: str
    """Such as ESZ26; it has to be one that is still listed."""
    kind: Literal["bars", "trades", "quotes"]
    """What is asked for; bars are of one minute."""
    first: dt.date
    """The first trading day."""
    last: dt.date
    """The last trading day, which is asked for too."""
    host: str = Field("127.0.0.1", min_length=1)
    """Where TWS or IB Gateway runs; this machine unless another is named."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 4002
    """Where it listens: 4002 and 4001 (IB Gateway, paper and live), 7497 and 7496 (TWS)."""
    client_id: Annotated[int, Field(ge=0)] = 77
    """A number that no other client has."""
    pause: Annotated[float, Field(ge=0, le=60)] = 10.0
    """s between two requests: Interactive Brokers answers 60 in ten minutes."""
    wait: Annotated[float, Field(ge=0, le=600)] = 30.0
    """s after a request that came too soon, before it is made again."""

    @field_validator("contract")
    @classmethod
    def _is_a_contract(cls, name: str) -> str:
        found = symbol_in(name)
        if not found or found in PRODUCTS:
            raise ValueError(f"should name the month of one of {', '.join(PRODUCTS)}, such as ESZ26")
        return found

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last should be first or later; got {self.last}, and first is {self.first}")
        return self
