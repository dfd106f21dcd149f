//===- InputSpec.h - What --input of sparse-run names
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_INPUTSPEC_H
#define SPARSEGPU_FORMATS_INPUTSPEC_H

#include "SparseGPU/Formats/Generators.h"
#include "SparseGPU/Support/Expected.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sparsegpu::formats {

enum class InputKind {
  File,
  Random,
  Zeros,
  Iota,
  /// The dependency graph of this machine's Debian archive: what
  /// utils/debian-graph.py writes. The caller runs the script.
  GraphDebian,
};

/// The SPEC of `--input NAME=SPEC`.
struct InputSpec {
  InputKind kind = InputKind::File;
  /// File: its path, "-" for standard input.
  std::string path;
  /// The sizes that the spec gives, -1 for one that it leaves open ("?"); none
  /// when they are the argument's.
  std::vector<int64_t> shape;
  /// Random, for a sparse argument: where its nonzeros lie. Dense arguments
  /// take random numbers everywhere and no distribution.
  bool hasDistribution = false;
  SparseDistribution distribution = SparseDistribution::Uniform;
  double parameter = 0.01;
};

/// Parses
///   random[:SHAPE[:DIST]]   DIST: DENSITY, uniform:DENSITY, powerlaw:MEAN,
///                           banded:HALFWIDTH; the numbers default to 0.01, 8
///                           and 1
///   powerlaw:SHAPE[:MEAN]   short for random:SHAPE:powerlaw[:MEAN]
///   banded:SHAPE[:HALFWIDTH]
///   zeros[:SHAPE]  iota[:SHAPE]
///   graph:debian
///   file:PATH  PATH
/// SHAPE is sizes joined by x, such as 1000x800; a size that follows from
/// elsewhere may be "?", as in ?x64. A PATH that begins like one of
/// the others is written file:PATH or ./PATH.
/// Errors quote the spec and say what is expected.
Expected<InputSpec> parseInputSpec(std::string_view text);

/// The matrix that a Random spec means. `rows` and `cols` are the sizes of the
/// argument, used when the spec has none.
/// Errors: a spec of another kind; a shape that is not that of a matrix; what
/// generateSparse refuses.
Expected<CooMatrix> generateSparse(const InputSpec &spec, int64_t rows,
                                   int64_t cols, uint64_t seed);

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_INPUTSPEC_H
