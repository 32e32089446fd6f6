"""The protocol: messages, their numbers, and the frames they travel in. Knows no market and no order."""
