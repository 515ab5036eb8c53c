"""Ports, time source, lateness and the checkup."""
