"""Sweeps: many runs of open settings on one split, by any number of workers.

Comes in: a study file with a table `[sweep]`. Goes out: a folder of runs, their curves and records.
Must not know: the command line.
"""
