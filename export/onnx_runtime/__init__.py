"""onnxruntime as this program uses it: imported with its telemetry off."""
