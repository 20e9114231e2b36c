"""What a lock must hold so that every pip installs it, whatever is published later.

pip before 23.3 takes `name[extra]` for another project than `name`: where an installed package asks for an extra that
the lock does not name, that pip looks for the newest release and, once there is one, refuses it as not pinned.
"""

from __future__ import annotations

import sysconfig
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def locked(lock: Path) -> dict[str, Requirement]:
    """The requirements of a lock by their names."""
    lines = [line.rstrip(" \\") for line in lock.read_text().splitlines() if line[:1] not in (" ", "#", "")]
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}


def extras_not_locked(lock: Path, environment: Path) -> list[str]:
    """Each extra that a locked package of an environment asks of another and the lock does not name."""
    requirements = locked(lock)
    site = sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)})
    installed = {canonicalize_name(each.metadata["Name"]): each for each in distributions(path=[site])}
    ours = [name for name in installed if name in requirements]
    assert ours, f"none of {lock.name} is installed in {environment}"
    return sorted(
        f"{name} asks for {asked.name}[{extra}]"
        for name in ours
        for asked in _asked(installed[name], requirements[name].extras)
        for extra in asked.extras
        if extra not in requirements[canonicalize_name(asked.name)].extras
    )


def _asked(distribution: Distribution, extras: set[str]) -> list[Requirement]:
    asked = [Requirement(text) for text in distribution.requires or []]
    return [
        each
        for each in asked
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in extras | {""})
    ]
