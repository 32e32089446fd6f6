"""A recorded session once more: with what was recorded, and with simulated fills."""
