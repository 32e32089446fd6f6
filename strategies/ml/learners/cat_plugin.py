"""What CatBoost brings to `mia`: a plugin of its own, which needs `mia[catboost]`."""

from mia_plugins.hookspecs import Register


def mia_register_learners(register: Register) -> None:
    """Register the learner."""
    register(
        "catboost",
        "strategies.ml.learners.cat:CatBoost",
        summary="Trees that ask the same question on each level.",
    )
