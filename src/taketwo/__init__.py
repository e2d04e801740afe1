"""taketwo: capture a run, replay it elsewhere, and say with evidence whether the result holds.

This module is imported inside people's training scripts: it loads little more than Python itself has loaded.
"""

from __future__ import annotations

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
