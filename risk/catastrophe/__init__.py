"""The monitor of catastrophes: an actor that looks at how a run is doing, and stops it."""
