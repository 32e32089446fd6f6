"""What can go wrong with a journal."""

from mia_plugins.errors import FileError, MiaError


class JournalError(MiaError):
    """A decision, or the columns of one, is not what the journal can keep."""


class JournalFileError(FileError):
    """A run's folder or one of its files cannot be found or read."""
