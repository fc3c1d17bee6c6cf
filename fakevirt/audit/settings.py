"""How a project's code is to be read: ``[tool.fakevirt.audit]`` of its ``pyproject.toml``."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakevirt.manager.plan import check_work_item
from fakevirt.usage_error import UsageError


@dataclass(frozen=True)
class Settings:
    """What names stand for.

    Args:
        parameters: The class of the object that a parameter of this name takes, whoever calls.
        compat: The class of each parameter that a compat decorator of this name turns into an object.
        compat_import: Where the first of them is imported from, in a file that has none: ``package.module:name``.
        objects: The package with the modules of the objects, where a file that imports none of them has it.
        conductor: The names of what has the conductor's raw methods.
        database: The names of modules whose functions are calls of the database.
        flatten: The names of functions that make a dict of an object.
        work_items: The work item of a function, by the function's name.
        exclude: Patterns of files that are left out.
    """

    parameters: Mapping[str, str] = field(default_factory=lambda: {"instance": "Instance"})
    compat: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: {
            "object_compat": {"instance": "Instance", "migration": "Migration"},
            "aggregate_object_compat": {"aggregate": "Aggregate"},
        }
    )
    compat_import: str = "fakevirt.manager.compat:object_compat"
    objects: str = "nova.objects"
    conductor: tuple[str, ...] = ("conductor_api",)
    database: tuple[str, ...] = ("db",)
    flatten: tuple[str, ...] = ("to_primitive", "obj_to_primitive", "legacy_dict")
    work_items: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()


def read_settings(folder: Path) -> Settings:
    """Return the settings of the project that a folder is in; the defaults if it has none.

    Raises:
        UsageError: They cannot be read, or have what is no setting.
    """
    for parent in (folder.resolve(), *folder.resolve().parents):
        file = parent / "pyproject.toml"
        if file.is_file():
            return _settings_in(file)
    return Settings()


def settings_for(work_item: str | None, where: str) -> Settings:
    """Return the settings of the project that the current folder is in, which may have work items of its own.

    Args:
        work_item: The work item that is asked for, None: all.
        where: Who asks, for the error.

    Raises:
        UsageError: There is no such work item, or as :func:`read_settings`.
    """
    settings = read_settings(Path.cwd())
    if work_item is not None and work_item not in settings.work_items.values():
        check_work_item(work_item, where=f"{where} --work-item")
    return settings


def _settings_in(file: Path) -> Settings:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(f"it cannot be read: {error}", file) from None
    table = table.get("tool", {}).get("fakevirt", {}).get("audit", {})
    default = Settings()
    given: dict[str, Any] = {}
    for name, value in table.items():
        setting = name.replace("-", "_")
        if setting not in {each.name for each in dataclasses.fields(Settings)}:
            known = ", ".join(each.name.replace("_", "-") for each in dataclasses.fields(Settings))
            raise _wrong(f"{name!r} is none: there are {known}", file)
        before = getattr(default, setting)
        if isinstance(before, tuple) and isinstance(value, list) and all(isinstance(each, str) for each in value):
            given[setting] = tuple(value)
        elif isinstance(before, Mapping) and _is_table(value, deep=setting == "compat"):
            # What is the field's is added to and not replaced: nobody wants to repeat it.
            given[setting] = {**before, **value}
        elif isinstance(before, str) and isinstance(value, str):
            given[setting] = value
        else:
            raise _wrong(f"{name} = {value!r} is of another kind than {before!r}", file)
    return dataclasses.replace(default, **given)


def _is_table(value: object, *, deep: bool) -> bool:
    return isinstance(value, dict) and all(
        _is_table(each, deep=False) if deep else isinstance(each, str) for each in value.values()
    )


def _wrong(happened: str, file: Path) -> UsageError:
    return UsageError(
        expected="settings of the audit",
        happened=happened,
        where=f"[tool.fakevirt.audit] in {file}",
        how_to_go_on="correct it; docs/how-to/audit.md tells each setting",
    )
