"""Volume by price: where most was traded, where little was, and what the session before left."""
