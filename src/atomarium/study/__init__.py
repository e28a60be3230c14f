"""Many trials: what is to be done, doing it, and what it says.

Comes in: a checked study file. Goes out: a folder with trials, tables and a report.
Must not know: the command line.
"""
