"""Neural networks on graphs of atoms: CGCNN, SchNet, PaiNN; the one room, with alchemical, for torch.

Comes in: structures, settings, targets. Goes out: graphs, networks, what they predict.
Must not know: representations, files of data, experiments, studies.
"""
