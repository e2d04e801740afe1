"""taketwo: capture a run, replay it elsewhere, and say with evidence whether the result holds.

This module is imported inside people's training scripts: it loads little more than Python itself has loaded.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from taketwo.decorator import capture
from taketwo.observer.log import log_artifact, log_metric, log_metrics, log_param, log_params, set_tag
from taketwo.version import __version__

__all__ = [
    "__version__",
    "capture",
    "log_artifact",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "set_tag",
]


class _Package(ModuleType):
    """Keeps ``taketwo.capture`` the decorator.

    The stage of that name is a subpackage, and whoever first imports a submodule of it would put the package
    in the decorator's place: Python sets it as an attribute of its parent.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "capture" or not isinstance(value, ModuleType):
            super().__setattr__(name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        # cloudpickle knows modules by their exact type, and functions of scripts refer to this one
        return __import__, (self.__name__,)


sys.modules[__name__].__class__ = _Package
