"""Choosing a style or a blend of styles."""
