"""Commands: parse what was typed, call one function, print what it returns.

Comes in: words on a command line. Goes out: text, files, an exit code.
Must not know: how anything is done.
"""
