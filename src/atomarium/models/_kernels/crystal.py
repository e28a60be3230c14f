"""The gated sum over edges of CGCNN, without rows of edges wider than they must be.

Edges of atom i are borders[i]:borders[i + 1]. The rows of one edge before its gates are

    z_e = both_i0 + both_j1 + Σ_k g_ek filters_{s_e + k},

g the few Gaussians of its distance that are not zero, from the s-th on. The first half of z gates
the second: Σ_e w_e σ(a z + b) softplus(a z + b), a and b for each column.
"""

from __future__ import annotations

from functools import partial

from atomarium.core.compiled import lean
from atomarium.models._kernels.gates import exponential_of, logistic, softplus

#: Sums over edges may be taken in any order, so that they run in vector registers.
_ANY_ORDER = {"reassoc", "nsz", "contract"}


@partial(lean, fastmath={"contract"})
def fill_gaussians(distances, step, n_basis, starts, out):
    """Fill out[e] with exp(−(d − kstep)² / step²) for the k nearest to d, from starts[e] on."""
    window = out.shape[1]
    for e in range(len(distances)):
        scaled = distances[e] / step
        start = max(0, min(int(scaled + 0.5) - window // 2, n_basis - window))
        starts[e] = start
        for k in range(window):
            apart = scaled - (start + k)
            out[e, k] = -apart * apart
    # By itself this loop runs in vector registers.
    flat = out.reshape(-1)
    for n in range(len(flat)):
        flat[n] = exponential_of(flat[n])


@partial(lean, fastmath=_ANY_ORDER)
def _fill_row(both, i, j, gaussians, filters, e, start, row):
    """Fill the row of one edge; Gaussians come in nines, so that the row is passed but once."""
    for f in range(len(row)):
        row[f] = both[i, 0, f] + both[j, 1, f]
    for k in range(0, gaussians.shape[1], 9):
        a, b, c = gaussians[e, k], gaussians[e, k + 1], gaussians[e, k + 2]
        p, q, r = gaussians[e, k + 3], gaussians[e, k + 4], gaussians[e, k + 5]
        x, y, z = gaussians[e, k + 6], gaussians[e, k + 7], gaussians[e, k + 8]
        s = start + k
        for f in range(len(row)):
            low = a * filters[s, f] + b * filters[s + 1, f] + c * filters[s + 2, f]
            mid = p * filters[s + 3, f] + q * filters[s + 4, f] + r * filters[s + 5, f]
            high = x * filters[s + 6, f] + y * filters[s + 7, f] + z * filters[s + 8, f]
            row[f] += low + mid + high


@partial(lean, fastmath=_ANY_ORDER)
def _add_row(gaussians, e, start, row, filters):
    """Add the row of one edge to the filters, times its Gaussians.

    They are taken in threes: of more, compilers do not see that rows do not overlap.
    """
    for k in range(0, gaussians.shape[1], 3):
        a, b, c = gaussians[e, k], gaussians[e, k + 1], gaussians[e, k + 2]
        s = start + k
        for f in range(len(row)):
            filters[s, f] += a * row[f]
            filters[s + 1, f] += b * row[f]
            filters[s + 2, f] += c * row[f]


@partial(lean, fastmath=_ANY_ORDER)
def fill_rows(borders, neighbors, first, last, both, filters, starts, gaussians, rows, few, sums):
    """Fill the rows of the edges of some atoms; add them and their squares to sums.

    `few` is room for the sums of one atom, which are short enough for single precision.
    """
    for i in range(first, last):
        few[:] = 0
        for e in range(borders[i], borders[i + 1]):
            _fill_row(both, i, neighbors[e], gaussians, filters, e, starts[e], rows[e])
            for f in range(rows.shape[1]):
                few[0, f] += rows[e, f]
                few[1, f] += rows[e, f] * rows[e, f]
        _add_sums(few, sums)


@lean
def _add_sums(few, sums):
    for f in range(few.shape[1]):
        sums[0, f] += few[0, f]
        sums[1, f] += few[1, f]


@partial(lean, fastmath=_ANY_ORDER)
def add_gated_with_slopes(borders, first, last, rows, scales, shifts, weights, out, slopes):
    """Add the gated rows of edges to their atoms, and the derivatives of these by a z + b.

    Derivatives, slopes[i, 0], and their products with z, slopes[i, 1], are summed over the edges of
    an atom, which is all that derivatives of means and variances need.
    """
    width = out.shape[1]
    for i in range(first, last):
        for e in range(borders[i], borders[i + 1]):
            weight = weights[e]
            for f in range(width):
                y, z = rows[e, f], rows[e, width + f]
                gate = logistic(y * scales[f] + shifts[f])
                x = z * scales[width + f] + shifts[width + f]
                core = softplus(x)
                opening = weight * (gate - gate * gate) * core
                rising = weight * gate * logistic(x)
                out[i, f] += weight * gate * core
                slopes[i, 0, f] += opening
                slopes[i, 1, f] += opening * y
                slopes[i, 0, width + f] += rising
                slopes[i, 1, width + f] += rising * z


@partial(lean, fastmath=_ANY_ORDER)
def add_gated_at_once(
    borders,
    neighbors,
    first,
    last,
    both,
    filters,
    starts,
    gaussians,
    row,
    scales,
    shifts,
    weights,
    out,
):
    """Add the gated rows of edges to their atoms without keeping them; `row` is room for one."""
    width = out.shape[1]
    for i in range(first, last):
        for e in range(borders[i], borders[i + 1]):
            _fill_row(both, i, neighbors[e], gaussians, filters, e, starts[e], row)
            weight = weights[e]
            for f in range(width):
                gate = logistic(row[f] * scales[f] + shifts[f])
                core = softplus(row[width + f] * scales[width + f] + shifts[width + f])
                out[i, f] += weight * gate * core


@partial(lean, fastmath=_ANY_ORDER)
def _fill_slopes(rows, e, scales, shifts, weight, cotangents, i, slopes):
    """Fill the derivatives by a z + b of one edge.

    To make them again takes less time than to write and read them.
    """
    width = cotangents.shape[1]
    for f in range(width):
        gate = logistic(rows[e, f] * scales[f] + shifts[f])
        x = rows[e, width + f] * scales[width + f] + shifts[width + f]
        weighted = weight * cotangents[i, f]
        slopes[f] = weighted * (gate - gate * gate) * softplus(x)
        slopes[width + f] = weighted * gate * logistic(x)


@partial(lean, fastmath=_ANY_ORDER)
def add_slopes(
    borders,
    neighbors,
    first,
    last,
    rows,
    scales,
    shifts,
    weights,
    cotangents,
    slopes,
    factors,
    starts,
    gaussians,
    both,
    filters,
):
    """Add the derivatives by z, factors · (those by a z + b, z, 1), to those by what z is made of.

    `slopes` is room for those of one edge.
    """
    for i in range(first, last):
        for e in range(borders[i], borders[i + 1]):
            j = neighbors[e]
            _fill_slopes(rows, e, scales, shifts, weights[e], cotangents, i, slopes)
            for f in range(len(slopes)):
                slope = factors[0, f] * slopes[f] + factors[1, f] * rows[e, f] + factors[2, f]
                slopes[f] = slope
                both[i, 0, f] += slope
            for f in range(len(slopes)):
                both[j, 1, f] += slopes[f]
            _add_row(gaussians, e, starts[e], slopes, filters)
