"""The plugin host: finds plugins, isolates broken ones, and loads what a run asks for by name."""

from mia_plugins.host.discovery import Candidate, all_candidates
from mia_plugins.host.host import Plugin, PluginHost, Status
from mia_plugins.host.registry import Provider, Registration

__all__ = [
    "Candidate",
    "Plugin",
    "PluginHost",
    "Provider",
    "Registration",
    "Status",
    "all_candidates",
]
