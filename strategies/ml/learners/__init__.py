"""The kinds of models that come with mia."""
