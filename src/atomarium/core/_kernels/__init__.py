"""Compiled functions that the loops of other rooms call.

Comes in: numbers. Goes out: numbers.
Must not know: anything of ours but how functions are compiled.
"""
