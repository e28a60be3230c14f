"""Data sets: read and write files, download and check published sets, split them.

Comes in: files, names of published sets. Goes out: `core.Dataset`, index arrays.
Must not know: representations, models, studies, the command line.
"""
