"""What a client asks and is told: the protocol's messages on one side, market and exchange on the other."""
