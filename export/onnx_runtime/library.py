"""onnxruntime, with its telemetry off: the only module that imports it.

From 1.29 on, onnxruntime's official builds send events to their vendor: they resolve a host,
connect to it, and keep a device identifier and a database of events below `~/.cache`. None of this
happens if the environment variable `ORT_DISABLE_TELEMETRY` is "1" before the library is
initialised. It is set here whatever its value was, since "0" and "false" leave telemetry on. Child
processes inherit it.

Source: onnxruntime 1.31, Privacy.md, section "Disabling Telemetry".
"""

import os

TELEMETRY_OFF = "ORT_DISABLE_TELEMETRY"

os.environ[TELEMETRY_OFF] = "1"

import onnxruntime as ort  # noqa: E402 - the variable is read while this loads

__all__ = ["TELEMETRY_OFF", "ort"]
