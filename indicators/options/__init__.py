"""Options and dealers: greeks, gamma exposure, flips, walls, and the biases that are made of them."""
