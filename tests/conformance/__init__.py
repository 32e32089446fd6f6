"""Conformance tests."""
