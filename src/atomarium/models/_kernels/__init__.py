"""Compiled loops of the models.

Comes in: arrays and numbers. Goes out: arrays that are filled.
Must not know: features, settings, errors.
"""
