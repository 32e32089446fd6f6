"""What LightGbm brings to `mia`: a plugin of its own, which needs `mia[lightgbm]`."""

from mia_plugins.hookspecs import Register


def mia_register_learners(register: Register) -> None:
    """Register the learner."""
    register("lightgbm", "strategies.ml.learners.light:LightGbm", summary="Trees that grow leaf by leaf.")
