"""The plugin host: what is admitted, what is refused and how it is told."""

import itertools
import sys
import types
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from mia_plugins import hookimpl
from mia_plugins.errors import PluginError
from mia_plugins.hookspecs import Kind, Register
from mia_plugins.host import Candidate, PluginHost, Provider, Status
from mia_plugins.host.discovery import folder_candidates
from mia_plugins.testing import isolated_host


def module(name: str, **functions: object) -> types.ModuleType:
    made = types.ModuleType(name)
    made.__dict__.update(functions)
    return made


def registering(*names: str, target: str = "somewhere:Thing") -> Callable[[Register], None]:
    def mia_register_rules(register: Register) -> None:
        for name in names:
            register(name, target)

    return mia_register_rules


def candidate(plugin: object, name: str, distribution: str, version: str = "1.0") -> Candidate:
    return Candidate(Provider(name, distribution, version, f"{name}.plugin"), lambda: plugin)


class PanicError(BaseException):
    """What compiled code raises is no Exception."""


def the_error(host: PluginHost) -> PluginError:
    (fault,) = host.faults()
    return fault


def test_what_a_plugin_registers_is_found_and_not_imported() -> None:
    host = isolated_host(module("foo", mia_register_rules=registering("late", target="no_such_module:X")))
    row = host.find(Kind.RULES, "late")
    assert (row.kind, row.name, row.provider.plugin) == (Kind.RULES, "late", "foo")
    assert "no_such_module" not in sys.modules


def test_the_decorator_may_be_there_or_not() -> None:
    plain = module("plain", mia_register_rules=registering("a"))
    marked = module("marked", mia_register_rules=hookimpl(registering("b")))
    assert isolated_host(plain, marked).registry.names(Kind.RULES) == ["a", "b"]


def test_every_kind_has_its_hook() -> None:
    def one(kind: Kind) -> Callable[[Register], None]:
        return lambda register: register("thing", f"{kind}:Thing")

    host = isolated_host(module("all_kinds", **{kind.hook: one(kind) for kind in Kind}))
    assert [(row.kind, row.target) for row in host.registry.all()] == sorted((k, f"{k}:Thing") for k in Kind)


@pytest.mark.parametrize("decorate", [hookimpl, lambda function: function])
def test_a_misspelt_hook_is_an_error_with_the_right_name(decorate: Callable[..., object]) -> None:
    host = isolated_host(module("foo", mia_register_rulez=decorate(registering("late"))))
    assert host.plugins[0].status is Status.BROKEN
    assert "no hook 'mia_register_rulez'; did you mean 'mia_register_rules'?" in the_error(host).what
    assert host.registry.all() == []


def test_one_misspelt_hook_takes_the_right_ones_of_the_plugin_with_it() -> None:
    foo = module("foo", mia_register_rules=registering("late"), mia_register_ruls=registering("early"))
    assert isolated_host(foo).registry.all() == []


def test_a_hook_with_other_parameters_is_refused() -> None:
    host = isolated_host(module("foo", mia_register_rules=lambda registry: None))
    assert "registry" in the_error(host).what


def test_a_plugin_that_registers_nothing_is_refused() -> None:
    assert "it registers nothing" in the_error(isolated_host(module("foo"))).what


def generator(register: Register) -> Iterator[None]:
    register("late", "a:B")
    yield


async def coroutine(register: Register) -> None:
    register("late", "a:B")


@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")
@pytest.mark.parametrize("hook", [generator, coroutine, lambda register: None])
def test_a_hook_that_comes_to_nothing_is_refused(hook: object) -> None:
    host = isolated_host(module("foo", mia_register_filters=registering("fine"), mia_register_rules=hook))
    assert "its mia_register_rules registers nothing" in the_error(host).what
    assert host.registry.all() == []


def test_what_is_named_like_a_hook_and_is_no_function_is_refused() -> None:
    host = isolated_host(
        module(
            "foo", mia_register_filters=registering("fine"), mia_register_rules=partial(registering("late"))
        )
    )
    assert "its mia_register_rules is no function" in the_error(host).what


def test_an_entry_point_names_a_module() -> None:
    class Plugin:
        def mia_register_rules(self, register: Register) -> None:
            """Never be called."""

    assert "its entry point names a class" in the_error(isolated_host(Plugin)).what


def test_one_module_under_two_names_is_registered_once() -> None:
    plugin = module("foo", mia_register_rules=registering("late"))
    host = PluginHost([candidate(plugin, "a", "mia-foo"), candidate(plugin, "b", "mia-foo")])
    assert "its module is that of plugin 'a'" in the_error(host).what
    assert host.find(Kind.RULES, "late").provider.plugin == "a"


def test_a_summary_is_text() -> None:
    host = isolated_host(
        module("foo", mia_register_rules=lambda register: register("late", "a:B", summary=3))
    )
    assert "has the summary 3" in the_error(host).what


def test_a_plugin_that_failed_leaves_nothing_behind() -> None:
    """Its right hooks must not be called when the next plugin is admitted."""
    bad = module("bad", mia_register_rules=registering("left_over"), mia_register_rulez=registering("x"))
    good = module("good", mia_register_rules=registering("late"))
    assert isolated_host(bad, good).registry.names(Kind.RULES) == ["late"]


@pytest.mark.parametrize(
    "error",
    [ImportError("no module named gamma"), ValueError("bug"), SystemExit(3), RecursionError(), PanicError()],
)
@pytest.mark.parametrize("when", ["import", "registration"])
def test_a_broken_plugin_is_isolated_and_keeps_its_traceback(error: BaseException, when: str) -> None:
    def broken(*_: object) -> None:
        raise error

    bad = Candidate(
        Provider("bad", "mia-bad", "2.1", "bad.plugin"),
        broken if when == "import" else lambda: module("bad", mia_register_rules=lambda register: broken()),
    )
    good = candidate(module("good", mia_register_rules=registering("late")), "good", "mia-good")
    host = PluginHost([bad, good])
    assert host.find(Kind.RULES, "late").provider.plugin == "good"
    fault = the_error(host)
    assert "plugin 'bad' of mia-bad 2.1 (bad.plugin)" in fault.what
    assert type(error).__name__ in fault.what
    assert "Traceback" in fault.detail
    assert "mia plugins disable bad" in fault.remedy


def test_an_exception_that_cannot_tell_its_text_is_isolated_too() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def broken() -> object:
        raise MuteError

    host = PluginHost([Candidate(Provider("mute", "mia-mute", "1", ""), broken)])
    assert "MuteError: (its text cannot be had)" in the_error(host).what


def test_ctrl_c_while_a_plugin_is_imported_is_not_swallowed() -> None:
    def interrupted() -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PluginHost([Candidate(Provider("slow", "mia-slow", "1", ""), interrupted)])


def test_what_a_plugin_prints_on_import_stays_out_of_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    def noisy() -> object:
        print("buy my course")
        return module("noisy", mia_register_rules=registering("late"))

    PluginHost([Candidate(Provider("noisy", "mia-noisy", "1", ""), noisy)])
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "buy my course\n")


def test_a_clash_names_every_provider() -> None:
    host = PluginHost(
        [
            candidate(module("a", mia_register_rules=registering("late")), "a", "mia-a", "1.0"),
            candidate(module("b", mia_register_rules=registering("late")), "b", "mia-b", "2.5"),
            candidate(module("c", mia_register_rules=registering("late")), "c", "mia-c", "0.1"),
        ]
    )
    with pytest.raises(PluginError, match="3 plugins register the rule 'late'") as caught:
        host.find(Kind.RULES, "late")
    for who in ("'a' of mia-a 1.0", "'b' of mia-b 2.5", "'c' of mia-c 0.1"):
        assert who in caught.value.what
    assert [clash.what for clash in host.registry.clashes()] == [caught.value.what]


def test_one_name_in_two_kinds_is_no_clash() -> None:
    both = module("foo", mia_register_rules=registering("late"), mia_register_filters=registering("late"))
    assert isolated_host(both).registry.clashes() == []


def test_disabling_one_provider_ends_the_clash() -> None:
    a, b = (module(name, mia_register_rules=registering("late")) for name in "ab")
    host = isolated_host(a, b, disable=["b"])
    assert host.find(Kind.RULES, "late").provider.plugin == "a"


def test_a_disabled_plugin_is_not_even_imported() -> None:
    def explode() -> object:
        raise AssertionError

    host = PluginHost([Candidate(Provider("foo", "mia-foo", "1", ""), explode)], {"foo": "run.yaml"})
    assert host.plugins[0].status is Status.DISABLED
    with pytest.raises(PluginError) as caught:
        host.find(Kind.RULES, "late")
    assert "plugin 'foo' of mia-foo 1 is disabled by run.yaml" in caught.value.remedy


def test_a_name_that_a_broken_plugin_may_have_had_is_told_with_that_plugin() -> None:
    host = isolated_host(module("foo", mia_register_rulez=registering("late")))
    with pytest.raises(PluginError) as caught:
        host.find(Kind.RULES, "late")
    assert "plugin 'foo'" in caught.value.remedy
    assert "broken" in caught.value.remedy


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    host = isolated_host(module("foo", mia_register_rules=registering("late_friday", "early_monday")))
    with pytest.raises(PluginError, match="unknown rule 'late_fridy'; did you mean 'late_friday'"):
        host.find(Kind.RULES, "late_fridy")


def test_a_plugin_name_given_twice_names_both_distributions() -> None:
    plugins = [module(name, mia_register_rules=registering(name)) for name in "ab"]
    host = PluginHost(
        [candidate(plugins[0], "foo", "mia-a", "1.0"), candidate(plugins[1], "foo", "mia-b", "2.0")]
    )
    assert [plugin.status for plugin in host.plugins] == [Status.BROKEN, Status.BROKEN]
    assert all("mia-a 1.0 and mia-b 2.0" in fault.what for fault in host.faults())


def test_the_command_line_itself_cannot_be_disabled() -> None:
    with pytest.raises(PluginError, match="cannot be disabled"):
        PluginHost([], {"core": "run.yaml"})


def test_the_order_of_discovery_changes_nothing() -> None:
    def described(candidates: tuple[Candidate, ...]) -> object:
        host = PluginHost(candidates)
        return (
            host.registry.all(),
            [(p.provider, p.status) for p in host.plugins],
            [clash.what for clash in host.registry.clashes()],
        )

    candidates = [
        candidate(module("a", mia_register_rules=registering("x", "y")), "a", "mia-a"),
        candidate(module("b", mia_register_rules=registering("y")), "b", "mia-b"),
        candidate(module("c", mia_register_rulez=registering("z")), "c", "mia-c"),
        candidate(module("d", mia_register_filters=registering("x")), "d", "mia-d"),
    ]
    first = described(tuple(candidates))
    assert all(described(order) == first for order in itertools.permutations(candidates))


@pytest.mark.parametrize("name", ["Late", "late friday", "late-friday", "", "9late", "_late", "läte", 7])
def test_a_name_is_lower_case_words(name: object) -> None:
    host = isolated_host(module("foo", mia_register_rules=lambda register: register(name, "a:B")))
    assert (
        "is no name for a rule; write it like 'late_friday'"
        in the_error(host).what + "; " + the_error(host).remedy
    )


@pytest.mark.parametrize("target", ["", "a", "a.b", "a:", ":B", "a b:C", "a:B()", "a/b.py:C", None])
def test_a_target_is_a_dotted_path(target: object) -> None:
    host = isolated_host(module("foo", mia_register_rules=lambda register: register("late", target)))
    assert "has the target" in the_error(host).what


def test_one_plugin_cannot_register_a_name_twice() -> None:
    assert "twice" in the_error(isolated_host(module("foo", mia_register_rules=registering("a", "a")))).what


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("no_such_module:X", "ModuleNotFoundError"),
        ("decimal:Decimall", "decimal has no 'Decimall'; did you mean 'Decimal'?"),
        ("decimal:Decimal.quantise", "did you mean 'quantize'?"),
    ],
)
def test_a_target_that_is_not_there_names_plugin_and_cause(target: str, told: str) -> None:
    host = isolated_host(module("foo", mia_register_rules=registering("late", target=target)))
    with pytest.raises(PluginError) as caught:
        host.load(host.find(Kind.RULES, "late"))
    assert "the rule 'late' of plugin 'foo'" in caught.value.what
    assert told in caught.value.what


class Lazy:
    """Fails in its own way whatever it is asked for."""

    def __getattr__(self, name: str) -> object:
        raise ImportError(f"gamma is not installed, so there is no {name}")


LAZY = Lazy()


@pytest.mark.parametrize("target", [f"{__name__}:LAZY.Thing", "tests.unit.exits_on_import:Thing"])
def test_a_target_that_fails_in_its_own_way_is_told(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "exits_on_import.py").write_text("print('buy my course')\nraise SystemExit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    host = isolated_host(
        module("foo", mia_register_rules=registering("late", target=target.removeprefix("tests.unit.")))
    )
    with pytest.raises(PluginError) as caught:
        host.load(host.find(Kind.RULES, "late"))
    assert "the rule 'late' of plugin 'foo'" in caught.value.what
    assert "Traceback" in caught.value.detail
    assert capsys.readouterr().out == ""


def test_who_disabled_a_plugin_last_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A name switched off for good and in a file is told with the file, which is at hand."""
    (tmp_path / "user" / "mia").mkdir(parents=True)
    (tmp_path / "user" / "mia" / "disabled_plugins").write_text("foo\nbar\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    unknown = PluginHost.discover(disable=["foo"], disabled_by="run.yaml").unknown_disabled()
    assert unknown["foo"] == "run.yaml"
    assert "disabled_plugins" in unknown["bar"]


def test_a_hint_offers_no_private_name() -> None:
    host = isolated_host(module("foo", mia_register_rules=registering("late", target="decimal:_signal")))
    with pytest.raises(PluginError) as caught:
        host.load(host.find(Kind.RULES, "late"))
    assert "'_" not in caught.value.what.replace("'_signal'", "")


def test_a_folder_of_plugins_comes_last_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "one_off_last.py").write_text(
        "def mia_register_rules(register):\n    register('late', 'one_off_last:X')\n"
    )
    (tmp_path / ".hidden.py").write_text("raise AssertionError\n")
    (tmp_path / "_helpers.py").write_text("raise AssertionError\n")
    before = list(sys.path)
    host = PluginHost(folder_candidates(tmp_path))
    assert host.faults() == []
    assert host.registry.names(Kind.RULES) == ["late"]
    assert sys.path == [*before, str(tmp_path)]


def test_a_heavy_module_pulled_in_at_start_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sklearn.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)

    def heavy() -> object:
        import sklearn

        return module("foo", mia_register_rules=registering("late"), needed=sklearn)

    host = PluginHost([Candidate(Provider("foo", "mia-foo", "1", ""), heavy)])
    monkeypatch.delitem(sys.modules, "sklearn")
    assert host.plugins[0].heavy_imports == ("sklearn",)
