"""The framework, and the only package a third party imports.

A plugin's entry-point module needs `hookimpl` and nothing else from here; what it registers is
imported when it is first used.
"""

import pluggy

__version__ = "0.1.0"

hookimpl = pluggy.HookimplMarker("mia")
"""Marks a hook implementation. Optional: any function named `mia_…` counts as one."""
