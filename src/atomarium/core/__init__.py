"""What every other part speaks in: structures, pairs, features, data sets, units, kinds, errors.

Comes in: plain arrays. Goes out: frozen objects over flat read-only arrays.
Must not know: files, representations, models, studies, the command line.
"""
