"""Battle Navale as a strategy of its own."""
