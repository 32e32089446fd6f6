"""What a run came to, each number with what it is and how sure it is: docs/statistics.md."""
