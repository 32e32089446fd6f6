"""Reasons in words, made only when somebody reads them.

Most are never read, and formatting a number takes longer than finding it. So a reason is kept as a line with
places for numbers, as `str.format` has them, and the numbers beside it.
"""


def filled(line: str, numbers: tuple[object, ...]) -> str:
    """Return a line with its numbers; one without numbers is as it stands, braces and all."""
    return line.format(*numbers) if numbers else line
