"""What can go wrong with a catalog, apart from its contents, which `mia catalog check` judges."""

from mia_plugins.errors import FileError, MiaError


class CatalogError(MiaError):
    """A catalog is not what it should be for what was asked of it."""


class CatalogFileError(FileError):
    """A file, folder or bucket of a catalog cannot be read or written."""
