"""A simulated IB Gateway on loopback: the broker's protocol, a market to trade on, and faults on demand.

It knows nothing of strategies or engines. Of mia it takes the catalog's columns, the calendar, the contracts
and how errors are told, and stands otherwise on its own.
"""
