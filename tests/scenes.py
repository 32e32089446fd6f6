"""The scene that every feature is tried on."""

from functools import cache

from mia_plugins.testing import Scene, random_scene


@cache
def scene(seed: int = 7) -> Scene:
    """Return two days of ES and NQ."""
    return random_scene(seed, products=("ES", "NQ"))
