"""Models as files: the same bytes each time, the same answers, and what is refused."""

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mia_plugins.errors import MiaError
from mia_plugins.host import PluginHost
from mia_plugins.learning import Fitted, Floats, Learner, ModelError, Rows
from strategies.ml.card import Card, checked_content
from strategies.ml.learners.boosted import XgBoost
from strategies.ml.learners.light import LightGbm
from strategies.ml.learners.linear import Linear, Logistic
from strategies.ml.learners.random_forest import RandomForest
from strategies.ml.learners.skops_files import SCHEMA, TRUSTED, from_bytes, to_bytes
from strategies.ml.loading import load_model
from strategies.ml.settings import kind_of
from tests.planted import Planted
from tests.training import WHOLE, trained

KINDS: tuple[type[Learner], ...] = (Logistic, Linear, RandomForest, XgBoost, LightGbm)


def rows_of(count: int = 500, columns: int = 4) -> Rows:
    rng = np.random.default_rng(count)
    x = rng.normal(size=(count, columns))
    x[rng.random(x.shape) < 0.05] = np.nan
    y = (rng.random(count) < 1 / (1 + np.exp(-np.nan_to_num(x[:, 0])))) * 1.0
    return Rows(x, y.astype(np.float64), rng.uniform(0.2, 1, count))


ROWS = rows_of()


def learner(kind: type[Learner], seed: int = 1) -> Learner:
    own = {"trees": 20} if "trees" in kind.Settings.model_fields else {}
    return kind(kind.Settings(**own), seed)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.__name__)
def fitted(request: pytest.FixtureRequest) -> tuple[type[Learner], Fitted]:
    return request.param, learner(request.param).fit(ROWS)


def test_a_model_comes_back_from_its_file_as_it_was(fitted: tuple[type[Learner], Fitted]) -> None:
    kind, model = fitted
    content = model.to_bytes()
    again = kind.load(content, 4)
    said = model.probabilities(ROWS.x)
    assert again.probabilities(ROWS.x) == pytest.approx(said, abs=1e-12)
    assert ((said >= 0) & (said <= 1)).all()
    assert np.corrcoef(said, ROWS.y)[0, 1] > 0.2, "it has learned"
    assert [float(again.probabilities(ROWS.x[at : at + 1])[0]) for at in range(20)] == pytest.approx(
        said[:20]
    )
    with pytest.raises(ModelError, match=r"4 inputs; 3 were expected"):
        kind.load(content, 3)


def test_the_same_rows_and_seed_give_the_same_bytes_and_another_seed_does_not(
    fitted: tuple[type[Learner], Fitted],
) -> None:
    kind, model = fitted
    assert learner(kind).fit(ROWS).to_bytes() == model.to_bytes()
    if kind in {RandomForest, XgBoost}:
        assert learner(kind, seed=2).fit(ROWS).to_bytes() != model.to_bytes()


def test_a_file_that_is_cut_short_or_another_is_refused(fitted: tuple[type[Learner], Fitted]) -> None:
    kind, model = fitted
    content = model.to_bytes()
    for damaged in (
        b"",
        content[: len(content) // 2],
        content[1:],
        b"{}",
        b"\x80\x05" + content,
        b"PK\x03\x04",
    ):
        with pytest.raises(ModelError):
            kind.load(damaged, 4)


def scikit_learns(kind: type[Learner], content: bytes) -> Callable[[Floats], Floats]:
    """Return what scikit-learn's own objects say."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import Pipeline

    if kind is RandomForest:
        forest = from_bytes(content, RandomForestClassifier)
        return lambda x: forest.predict_proba(x)[:, 1]
    pipeline = from_bytes(content, Pipeline)
    if kind is Logistic:
        return lambda x: pipeline.predict_proba(x)[:, 1]
    return lambda x: np.clip(pipeline.predict(x), 0, 1)


@pytest.mark.parametrize("kind", [Logistic, Linear, RandomForest], ids=lambda kind: kind.__name__)
def test_what_is_asked_fast_says_what_scikit_learn_says(kind: type[Learner]) -> None:
    model = learner(kind).fit(ROWS)
    x = rows_of(301).x
    x[0] = np.nan
    assert model.probabilities(x) == pytest.approx(scikit_learns(kind, model.to_bytes())(x), abs=1e-9)


def test_the_threads_of_a_forest_change_nothing() -> None:
    one, two = (
        RandomForest(RandomForest.Settings(trees=10, threads=threads), 1).fit(ROWS) for threads in (1, 2)
    )
    assert (one.probabilities(ROWS.x) == two.probabilities(ROWS.x)).all()


class Dangerous:
    """Would run when a pickle of it is loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("ran"),))  # type: ignore[return-value]


def renamed(content: bytes, module: str, name: str) -> bytes:
    """Return a file of skops whose outermost type is another."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as there, zipfile.ZipFile(out, "w") as made:
        for one in there.namelist():
            part = there.read(one)
            if one == SCHEMA:
                part = json.dumps(json.loads(part) | {"__module__": module, "__class__": name}).encode()
            made.writestr(one, part)
    return out.getvalue()


def test_a_type_that_is_not_on_the_list_is_refused_before_it_is_loaded() -> None:
    content = learner(Logistic).fit(ROWS).to_bytes()
    for module, name in (("os", "system"), ("builtins", "eval"), ("sklearn.svm._classes", "SVC")):
        with pytest.raises(ModelError, match=rf"it holds {module}\.{name}, which no model of ours does"):
            Logistic.load(renamed(content, module, name), 4)


def test_another_model_of_a_trusted_type_is_refused() -> None:
    forest = learner(RandomForest).fit(ROWS).to_bytes()
    with pytest.raises(ModelError, match="it holds a RandomForestClassifier; Pipeline was expected"):
        Logistic.load(forest, 4)
    assert "sklearn.svm._classes.SVC" not in TRUSTED


def test_no_address_in_memory_gets_into_a_file() -> None:
    from sklearn.linear_model import Ridge

    models = [Ridge().fit(np.nan_to_num(ROWS.x), ROWS.y) for _ in range(2)]
    assert to_bytes(models[0]) == to_bytes(models[1])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Card]:
    """Return the folder of a whole model."""
    folder = tmp_path_factory.mktemp("trained")
    made = trained(folder, Planted(count=900, edge=0.8), learners=WHOLE, groups=4, held_out=1, folds=2)
    return folder / "models" / made.card.id, made.card


def load(folder: Path) -> None:
    host = PluginHost.discover()
    load_model(folder, Card.read(folder), lambda use: kind_of(use, host))


def copied(model: tuple[Path, Card], here: Path) -> Path:
    place = here / model[1].id
    place.mkdir()
    for file in model[0].iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    return place


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.data())
def test_whatever_byte_of_a_model_is_changed_it_is_refused_with_its_name(
    model: tuple[Path, Card], tmp_path_factory: pytest.TempPathFactory, drawn: st.DataObject
) -> None:
    place = copied(model, tmp_path_factory.mktemp("changed"))
    file = drawn.draw(st.sampled_from(sorted(place.iterdir())))
    content = bytearray(file.read_bytes())
    at = drawn.draw(st.integers(0, len(content) - 1))
    content[at] ^= drawn.draw(st.integers(1, 255))
    if drawn.draw(st.booleans()):
        del content[at:]
    file.write_bytes(content)
    try:
        load(place)
    except MiaError as error:
        assert file.name in error.what or error.exit_code
        return
    assert file.name == "card.json"
    assert Card.read(place).id == model[1].id, "another blank or the same number: the card says the same"


def test_a_pickle_is_refused_whatever_it_is_called(model: tuple[Path, Card], here: Path) -> None:
    place = copied(model, here)
    part = model[1].parts[0]
    content = pickle.dumps(Dangerous())
    (place / part.file).write_bytes(content)
    told = part.__class__(**vars(part) | {"sha256": hashlib.sha256(content).hexdigest()})
    with pytest.raises(ModelError, match="is a pickle: loading one runs whatever it says"):
        checked_content(place, told)
    assert not Path("ran").exists()


def test_a_file_from_elsewhere_is_refused(model: tuple[Path, Card], here: Path) -> None:
    place = copied(model, here)
    part = model[1].parts[0]
    with pytest.raises(ModelError, match="which lies elsewhere"):
        checked_content(place, part.__class__(**vars(part) | {"file": "../x.skops"}))
    (place / part.file).unlink()
    with pytest.raises(ModelError, match=f"{part.file} cannot be read"):
        load(place)


def test_a_card_that_was_changed_is_refused(model: tuple[Path, Card], here: Path) -> None:
    place = copied(model, here)
    data = json.loads((place / "card.json").read_text())
    data["valid_until"] += 1
    (place / "card.json").write_text(json.dumps(data))
    with pytest.raises(ModelError, match="is not as it was made: its hash is"):
        load(place)
