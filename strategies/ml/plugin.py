"""What the ML filter brings to `mia`."""

from mia_plugins.hookspecs import Register

LEARNERS = {
    "logistic": ("linear:Logistic", "Logistic regression."),
    "linear": ("linear:Linear", "Linear regression, clipped to what a probability may be."),
    "random_forest": ("random_forest:RandomForest", "Many trees, each of a share of the rows."),
    "xgboost": ("boosted:XgBoost", "Trees that each mend what those before got wrong."),
}
"""Name, target inside learners/, and what it is."""


def mia_register_filters(register: Register) -> None:
    """Register the filter."""
    register("ml_filter", "strategies.ml.filter:MlFilter", summary="A model trained on earlier decisions.")


def mia_register_learners(register: Register) -> None:
    """Register the kinds of models."""
    for name, (target, summary) in LEARNERS.items():
        register(name, f"strategies.ml.learners.{target}", summary=summary)


def mia_register_commands(register: Register) -> None:
    """Register the commands."""
    register("train", "strategies.ml.commands:train_app", summary="Train the ML filter on journals.")
    register("models", "strategies.ml.model_commands:app", summary="List, show, promote and retire models.")


def mia_register_actors(register: Register) -> None:
    """Register the watch over drift."""
    summary = "Whether models still see the world they were trained on."
    register("ml_drift", "strategies.ml.drift_actor:MlDrift", summary=summary)


def mia_register_report_sections(register: Register) -> None:
    """Register the section."""
    register("ml_filter", "strategies.ml.section:MlFilters", summary="How much the ML filter knows.")
