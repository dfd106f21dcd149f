//===- StructureGenerators.h - Made-up matrices with a structure
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_STRUCTUREGENERATORS_H
#define SPARSEGPU_FORMATS_STRUCTUREGENERATORS_H

#include "SparseGPU/Formats/Coo.h"
#include "SparseGPU/Support/Expected.h"

#include <cstdint>

namespace sparsegpu::formats {

/// As those of Generators.h: sorted, without duplicates, a function of the seed
/// alone, values uniform in [-1, 1) without 0, at most 2^31 - 1 entries.

/// A graph with 2^scale nodes by recursion into quadrants (Chakrabarti, Zhan,
/// Faloutsos, "R-MAT: a recursive model for graph mining", SDM 2004) with the
/// probabilities of Graph500, 0.57, 0.19, 0.19, 0.05. `edges` are drawn;
/// repetitions fall away, so there are fewer entries.
/// Errors: scale outside of 0 to 40, a negative number of edges.
Expected<CooMatrix> generateRmat(int scale, int64_t edges, uint64_t seed);

/// Blocks of blockRows x blockCols at multiples of their size, full of entries;
/// each of the blocks is there with probability `density`. Blocks at the edge
/// are cut off.
Expected<CooMatrix> generateBlocks(int64_t rows, int64_t cols,
                                   int64_t blockRows, int64_t blockCols,
                                   double density, uint64_t seed);

/// n entries among any m places of a row that begin at a multiple of m; at the
/// end of a row, where fewer than m are left, at most n.
/// Errors: other than 1 <= n <= m.
Expected<CooMatrix> generateNM(int64_t rows, int64_t cols, int64_t n, int64_t m,
                               uint64_t seed);

/// Finite differences of the Laplacian on a grid, zero beyond its border: with
/// 5 points in 2 dimensions (z is 1), with 7 or 27 in 3. The diagonal is points
/// - 1, the others are -1; points are numbered with x fastest. Errors: sizes
/// below 1, other numbers of points.
Expected<CooMatrix> generateStencil(int points, int64_t x, int64_t y,
                                    int64_t z);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_STRUCTUREGENERATORS_H
