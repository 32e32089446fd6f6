"""The plugin host: what is admitted, what is refused and how it is told."""

import itertools
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from mia_plugins import hookimpl
from mia_plugins.errors import PluginError
from mia_plugins.hookspecs import Kind, Register
from mia_plugins.host import Candidate, PluginHost, Provider, Status
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
    assert "registers nothing" in the_error(isolated_host(module("foo"))).what


@pytest.mark.parametrize(
    "error", [ImportError("no module named gamma"), ValueError("bug"), SystemExit(3), RecursionError()]
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
    with pytest.raises(PluginError):
        host.check_clashes()


def test_one_name_in_two_kinds_is_no_clash() -> None:
    both = module("foo", mia_register_rules=registering("late"), mia_register_filters=registering("late"))
    isolated_host(both).check_clashes()


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


def test_a_heavy_module_pulled_in_at_start_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sklearn.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)

    def heavy() -> object:
        import sklearn  # type: ignore[import-not-found]

        return module("foo", mia_register_rules=registering("late"), needed=sklearn)

    host = PluginHost([Candidate(Provider("foo", "mia-foo", "1", ""), heavy)])
    monkeypatch.delitem(sys.modules, "sklearn")
    assert host.plugins[0].heavy_imports == ("sklearn",)
