"""Numbers known of each chemical element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

#: Symbol; mass (u); group, none in the f-block; period; block; electronegativity (Pauling);
#: covalent radius (pm); first ionization energy (eV); electron affinity (eV); atomic volume of the
#: condensed element (cm³/mol). A dash stands for what is not known, or not bound.
_TABLE = """
H  1.008          1 1 s  2.2  32 13.5984  0.754195   14.1
He 4.002602      18 1 s    -  46 24.5874         -   31.8
Li 6.94           1 2 s 0.98 133  5.3917  0.618049     13
Be 9.0121831      2 2 s 1.57 102  9.3227      -2.4   4.87
B  10.81         13 2 p 2.04  85   8.298  0.279723   4.62
C  12.011        14 2 p 2.55  75 11.2603  1.262119   5.46
N  14.007        15 2 p 3.04  71 14.5341      -1.4   17.3
O  15.999        16 2 p 3.44  63 13.6181  1.461113     14
F  18.998403163  17 2 p 3.98  64 17.4228   3.40119   17.1
Ne 20.1797       18 2 p    -  67 21.5645         -   16.8
Na 22.98976928    1 3 s 0.93 155  5.1391  0.547926   23.7
Mg 24.305         2 3 s 1.31 139  7.6462         -  13.97
Al 26.9815385    13 3 p 1.61 126  5.9858   0.43283   9.99
Si 28.085        14 3 p  1.9 116  8.1517  1.389521  12.06
P  30.973761998  15 3 p 2.19 111 10.4867  0.746607  16.99
S  32.06         16 3 p 2.58 103   10.36  2.077104  15.49
Cl 35.45         17 3 p 3.16  99 12.9676  3.612725   18.7
Ar 39.948        18 3 p    -  96 15.7596         -   24.2
K  39.0983        1 4 s 0.82 196  4.3407   0.50147  43.93
Ca 40.078         2 4 s    1 171  6.1132   0.02455  26.02
Sc 44.955908      3 4 d 1.36 148  6.5615     0.188  15.04
Ti 47.867         4 4 d 1.54 136  6.8281     0.079  10.62
V  50.9415        5 4 d 1.63 134  6.7462     0.525   8.49
Cr 51.9961        6 4 d 1.66 122  6.7665     0.666   7.27
Mn 54.938044      7 4 d 1.55 119   7.434         -   7.53
Fe 55.845         8 4 d 1.83 116  7.9025     0.151    7.1
Co 58.933194      9 4 d 1.88 111   7.881  0.662256   6.65
Ni 58.6934       10 4 d 1.91 110  7.6399     1.156   6.59
Cu 63.546        11 4 d  1.9 112  7.7264     1.235   7.09
Zn 65.38         12 4 d 1.65 118  9.3942         -   9.16
Ga 69.723        13 4 p 1.81 124  5.9993      0.43   11.8
Ge 72.63         14 4 p 2.01 121  7.8994  1.232712  13.64
As 74.921595     15 4 p 2.18 121  9.7886     0.804  13.03
Se 78.971        16 4 p 2.55 116  9.7524   2.02067  16.42
Br 79.904        17 4 p 2.96 114 11.8138  3.363588   23.5
Kr 83.798        18 4 p    - 117 13.9996         -   32.2
Rb 85.4678        1 5 s 0.82 210  4.1771   0.48592  55.86
Sr 87.62          2 5 s 0.95 185  5.6949     0.048  33.19
Y  88.90584       3 5 d 1.22 163  6.2173     0.307  19.89
Zr 91.224         4 5 d 1.33 154  6.6341     0.426  13.99
Nb 92.90637       5 5 d  1.6 147  6.7588  0.917406  10.84
Mo 95.95          6 5 d 2.16 138  7.0924     0.748   9.41
Tc 97.90721       7 5 d  2.1 128  7.1194      0.55    8.9
Ru 101.07         8 5 d  2.2 125  7.3605      1.05   8.35
Rh 102.9055       9 5 d 2.28 125  7.4589     1.137    8.3
Pd 106.42        10 5 d  2.2 120  8.3368     0.562   8.87
Ag 107.8682      11 5 d 1.93 128  7.5762     1.302  10.27
Cd 112.414       12 5 d 1.69 136  8.9938         -  12.94
In 114.818       13 5 p 1.78 142  5.7864       0.3  15.71
Sn 118.71        14 5 p 1.96 140  7.3439  1.112067  16.29
Sb 121.76        15 5 p 2.05 140  8.6084     1.046  18.23
Te 127.6         16 5 p  2.1 136  9.0098  1.970876  20.47
I  126.90447     17 5 p 2.66 133 10.4512  3.059037  25.73
Xe 131.293       18 5 p  2.6 131 12.1298    -0.056   42.9
Cs 132.90545196   1 6 s 0.79 232  3.8939  0.471626  70.96
Ba 137.327        2 6 s 0.89 196  5.2117   0.14462  37.94
La 138.90547      - 6 f  1.1 180  5.5769      0.47  22.59
Ce 140.116        - 6 f 1.12 163  5.5386      0.65   20.7
Pr 140.90766      - 6 f 1.13 176  5.4702     0.962   20.8
Nd 144.242        - 6 f 1.14 174   5.525     1.916  20.58
Pm 144.91276      - 6 f    - 173  5.5819         -      -
Sm 150.36         - 6 f 1.17 172  5.6437         -  19.99
Eu 151.964        - 6 f    - 168  5.6704     0.864     29
Gd 157.25         - 6 f  1.2 169  6.1498         -  19.91
Tb 158.92535      - 6 f    - 168  5.8638     1.165  19.31
Dy 162.5          - 6 f 1.22 167  5.9391     0.352  19.01
Ho 164.93033      - 6 f 1.23 166  6.0215         -  18.74
Er 167.259        - 6 f 1.24 165  6.1077         -  18.44
Tm 168.93422      - 6 f 1.25 164  6.1844     1.029  18.12
Yb 173.054        - 6 f    - 170  6.2542     -0.02  25.08
Lu 174.9668       3 6 d    1 162  5.4259      0.34  17.78
Hf 178.49         4 6 d  1.3 152  6.8251     0.014  13.42
Ta 180.94788      5 6 d  1.5 146  7.5496     0.322  11.03
W  183.84         6 6 d  1.7 137   7.864   0.81626   9.53
Re 186.207        7 6 d  1.9 131  7.8335      0.15   8.95
Os 190.23         8 6 d  2.2 129  8.4382       1.1   8.42
Ir 192.217        9 6 d  2.2 122   8.967    1.5638   8.52
Pt 195.084       10 6 d  2.2 123  8.9588     2.128   9.07
Au 196.966569    11 6 d  2.4 124  9.2256   2.30863  10.21
Hg 200.592       12 6 d  1.9 133 10.4375         -  14.82
Tl 204.38        13 6 p  1.8 144  6.1083     0.377  17.32
Pb 207.2         14 6 p  1.8 144  7.4167  0.356743  18.34
Bi 208.9804      15 6 p  1.9 151  7.2855  0.942362  21.35
Po 208.98243     16 6 p    2 145  8.4181       1.9  22.72
At 209.98715     17 6 p  2.2 147  9.3175       2.8      -
Rn 222.01758     18 6 p    - 142 10.7485         -      -
Fr 223.01974      1 7 s  0.7 223  4.0727     0.486      -
Ra 226.02541      2 7 s  0.9 201  5.2784       0.1   45.2
Ac 227.02775      - 7 f  1.1 186  5.3802      0.35   22.7
Th 232.0377       - 7 f  1.3 175  6.3067         -  19.83
Pa 231.03588      - 7 f  1.5 169    5.89         -     15
U  238.02891      - 7 f  1.7 170   6.194         -  12.46
Np 237.04817      - 7 f  1.3 171  6.2655         -  11.73
Pu 244.06421      - 7 f  1.3 172  6.0258         -      -
Am 243.06138      - 7 f    - 166  5.9738         -  20.25
Cm 247.07035      - 7 f    - 166  5.9922         -  18.28
Bk 247.07031      - 7 f    - 168  6.1978         -      -
Cf 251.07959      - 7 f    - 168  6.2819         -      -
Es 252.083        - 7 f    - 165  6.3684         -      -
Fm 257.09511      - 7 f    - 167     6.5         -      -
Md 258.09843
No 259.101
Lr 262.11
Rf 267.122
Db 268.126
Sg 271.134
Bh 270.133
Hs 269.1338
Mt 278.156
Ds 281.165
Rg 281.166
Cn 285.177
Nh 286.182
Fl 289.19
Mc 289.194
Lv 293.204
Ts 293.208
Og 294.214
"""

_UNKNOWN = "-"


@dataclass(frozen=True, eq=False)
class ElementData:
    """Columns by atomic number, from 0, a place without an element; NaN is not known.

    Source: masses J. Meija et al., Pure Appl. Chem. 88, 265 (2016); electronegativities of Pauling
        and electron affinities W. M. Haynes, CRC Handbook of Chemistry and Physics, 95th ed. (2014);
        radii P. Pyykkö, M. Atsumi, Chem. Eur. J. 15, 186 (2009); ionization energies
        A. Kramida et al., NIST Atomic Spectra Database 5 (2024).

    Args:
        masses: Atomic mass units.
        groups: 1 to 18; 0 in the f-block.
        periods: From 1.
        blocks: "s", "p", "d" or "f".
        electronegativities: Of Pauling.
        radii: pm. Covalent, of single bonds.
        ionization_energies: eV. Of the first electron.
        electron_affinities: eV.
        volumes: cm³/mol, of the condensed element.
    """

    masses: Float64[np.ndarray, "numbers"]
    groups: Int64[np.ndarray, "numbers"]
    periods: Int64[np.ndarray, "numbers"]
    blocks: tuple[str, ...]
    electronegativities: Float64[np.ndarray, "numbers"]
    radii: Float64[np.ndarray, "numbers"]
    ionization_energies: Float64[np.ndarray, "numbers"]
    electron_affinities: Float64[np.ndarray, "numbers"]
    volumes: Float64[np.ndarray, "numbers"]


def _read(table: str) -> ElementData:
    rows = [line.split() for line in table.strip().splitlines()]
    rows = [["X", "1", "-", "0", "-"], *rows]
    # Behind fermium, only masses are known.
    rows = [[*row, *[_UNKNOWN] * (10 - len(row))] for row in rows]
    columns = list(zip(*rows, strict=True))

    def numbers(column: int) -> Float64[np.ndarray, "numbers"]:
        return np.array([np.nan if one == _UNKNOWN else float(one) for one in columns[column]])

    return ElementData(
        masses=numbers(1),
        groups=np.nan_to_num(numbers(2)).astype(np.int64),
        periods=np.nan_to_num(numbers(3)).astype(np.int64),
        blocks=columns[4],
        electronegativities=numbers(5),
        radii=numbers(6),
        ionization_energies=numbers(7),
        electron_affinities=numbers(8),
        volumes=numbers(9),
    )


ELEMENT_DATA = _read(_TABLE)
MASSES = ELEMENT_DATA.masses
