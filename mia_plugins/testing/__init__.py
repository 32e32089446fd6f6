"""For the tests of plugins: isolated hosts, scenes of a market, and what must hold of every feature."""

from mia_plugins.testing.broken import Broken
from mia_plugins.testing.check import Check, check_plugin
from mia_plugins.testing.host import isolated_host, isolated_run
from mia_plugins.testing.invariants import (
    check_causal,
    check_chunks,
    check_mirror,
    check_scale,
    check_ugly,
    readings,
)
from mia_plugins.testing.proposing import proposals
from mia_plugins.testing.scenes import Scene, random_scene

__all__ = [
    "Broken",
    "Check",
    "Scene",
    "check_causal",
    "check_chunks",
    "check_mirror",
    "check_plugin",
    "check_scale",
    "check_ugly",
    "isolated_host",
    "isolated_run",
    "proposals",
    "random_scene",
    "readings",
]
