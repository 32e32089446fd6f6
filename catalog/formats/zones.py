"""Names of time zones in settings."""

import zoneinfo
from typing import Annotated

from pydantic import AfterValidator


def _known(name: str) -> str:
    if name and name not in zoneinfo.available_timezones():
        raise ValueError("should be a time zone such as America/New_York, America/Chicago or UTC")
    return name


ZoneName = Annotated[str, AfterValidator(_known)]
"""A name such as America/Chicago; may be empty."""
