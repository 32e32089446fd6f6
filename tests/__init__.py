"""Unit, property, conformance, integration (real processes) and acceptance tests."""
