"""Computation: order flow, book, profile, options, structure, classic. Numbers in, numbers out."""
