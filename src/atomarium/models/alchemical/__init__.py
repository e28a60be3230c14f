"""Learn how chemical elements resemble each other, and use it to learn from fewer structures.

Comes in: power spectra in blocks of two elements, and values. Goes out: fitted models, maps of elements.
Must not know: structures, representations, data sets, files, studies; torch is imported only here,
where couplings are learned.
"""
