"""What a check raises."""


class Broken(AssertionError):  # noqa: N818 what a test says
    """A plugin does what none may."""
