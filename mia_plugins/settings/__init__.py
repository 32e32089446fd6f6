"""Settings: YAML in, validated models out, and every value knows which line gave it.

A plugin's settings derive from `BaseSettings`, defined here.
"""

from mia_plugins.settings.issues import Issue, SettingsError
from mia_plugins.settings.model import BaseSettings

__all__ = ["BaseSettings", "Issue", "SettingsError"]
