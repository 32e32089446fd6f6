"""What is wrong with a file that is brought."""

from mia_plugins.errors import FileError


class SourceError(FileError):
    """A file is not of the format it was given for; it says where, and what was expected there."""
