"""Settings: YAML in, validated models out, and every value knows which line gave it.

A plugin's settings derive from `Settings`, defined here.
"""

from mia_plugins.settings.issues import Issue, SettingsError
from mia_plugins.settings.model import Settings

__all__ = ["Issue", "Settings", "SettingsError"]
