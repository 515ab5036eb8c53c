"""The commands of `antiphon`, one file each, and what they share."""
