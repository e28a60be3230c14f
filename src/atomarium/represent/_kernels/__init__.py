"""Compiled loops of the representations.

Comes in: arrays and numbers. Goes out: arrays that were filled.
Must not know: structures, settings, anything outside this folder.
"""
