"""Search for pairs of near atoms, compiled.

Comes in: arrays and numbers. Goes out: pairs in arrays.
Must not know: structures, settings, anything above arrays.
"""
