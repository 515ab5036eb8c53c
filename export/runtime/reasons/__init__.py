"""Reasons why an artefact, a style or a take cannot be used: values without words."""
