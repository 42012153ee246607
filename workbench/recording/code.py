"""Find the code of a recorded workflow: only when somebody asks to run it, never when a log is opened."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench._errors import CodeNotFoundError

__all__ = ["code_at", "code_of_reference"]


def code_of_reference(reference: str) -> Callable[..., Any]:
    """The workflow behind a recorded `module:qualname`, imported now.

    Args:
        reference: As `RunStarted` has it. A workflow of `__main__` (a script, a notebook) is found only in the
            running session.

    Raises:
        CodeNotFoundError: It cannot be imported, or is not there.
    """
    module_name, _, qualname = reference.partition(":")
    if not module_name or not qualname:
        raise CodeNotFoundError(f"the recording does not say where workflow {reference!r} is", hint=_GIVE_CODE)
    if module_name == "__main__":
        module: ModuleType = sys.modules["__main__"]
    else:
        try:
            module = importlib.import_module(module_name)
        except Exception as error:
            raise CodeNotFoundError(
                f"the recorded workflow {reference} cannot be imported: {type(error).__name__}: {error}",
                hint=_GIVE_CODE,
            ) from error
    return _member(module, qualname, reference)


def code_at(place: str) -> Callable[..., Any]:
    """The workflow that a person names on the command line: `module:function` or `path/to/file.py:function`.

    Raises:
        CodeNotFoundError: It cannot be loaded, or is not there.
    """
    where, _, qualname = place.rpartition(":")
    if not where:
        raise CodeNotFoundError(f"{place!r} names no function", hint="write module:function or file.py:function")
    if not where.endswith(".py"):
        return code_of_reference(place)
    path = Path(where)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.exists():
        raise CodeNotFoundError(f"no Python file at {path}", hint="write module:function or file.py:function")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise CodeNotFoundError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    return _member(module, qualname, place)


_GIVE_CODE = "pass the code: run.replay(my_workflow), or --code module:function"


def _member(module: ModuleType, qualname: str, reference: str) -> Callable[..., Any]:
    found: Any = module
    for name in qualname.split("."):
        found = getattr(found, name, None)
        if found is None:
            raise CodeNotFoundError(f"{reference}: {module.__name__} has no {qualname}", hint=_GIVE_CODE)
    if not callable(found):
        raise CodeNotFoundError(f"{reference} is no function", hint=_GIVE_CODE)
    code: Callable[..., Any] = found
    return code
