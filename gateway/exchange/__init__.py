"""Orders, what fills them, and the account they are booked in. Pure: no sockets, no clock, no protobuf.

Prices are whole ticks, sizes contracts, money $ as Decimal, times UTC ns.
"""
