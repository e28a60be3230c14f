"""One trial: read its settings, run it, score it, keep it.

Comes in: a study file, a data set. Goes out: folders with scores, predictions and a model.
Must not know: how many trials there are, pages, the command line.
"""
