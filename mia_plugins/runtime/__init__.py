"""What strategies and actors are made of: the only code that knows Nautilus' API for them."""
