"""`requires:` a settings file's demand for distributions of plugins, at a version."""

from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from mia_plugins.errors import PluginError, did_you_mean
from mia_plugins.host.host import PluginHost, Status


def parse_requirement(text: str) -> Requirement:
    """Return `mia-foo>=1.2` parsed, or raise ValueError saying what is expected."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        raise ValueError(
            f"should be a distribution and versions, such as 'mia-foo>=1.2'; got {text!r}"
        ) from None
    if requirement.url or requirement.extras or requirement.marker:
        raise ValueError(f"only a name and versions are understood, such as 'mia-foo>=1.2'; got {text!r}")
    return requirement


def check_requirement(requirement: Requirement, host: PluginHost) -> None:
    """Raise unless the distribution is installed at such a version and all its plugins can be used."""
    wanted = canonicalize_name(requirement.name)
    theirs = [p for p in host.plugins if canonicalize_name(p.provider.distribution) == wanted]
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        near = did_you_mean(
            requirement.name, {p.provider.distribution for p in host.plugins if p.provider.version}
        )
        raise PluginError(
            f"{requirement} is not installed{near}", f"install it: uv pip install '{requirement}'"
        ) from None
    if not _satisfies(requirement, installed):
        raise PluginError(
            f"{requirement} is required, and {requirement.name} {installed} is installed",
            f"install one that fits: uv pip install '{requirement}'",
        )
    if not theirs:
        raise PluginError(
            f"{requirement.name} {installed} is installed and has no plugin for mia",
            "require the distribution that has the plugin",
        )
    for plugin in theirs:
        if plugin.status is Status.DISABLED:
            raise PluginError(f"plugin {plugin.provider} is required, and disabled by {plugin.disabled_by}")
        if plugin.error is not None:
            raise plugin.error


def _satisfies(requirement: Requirement, version: str) -> bool:
    try:
        return requirement.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return False
