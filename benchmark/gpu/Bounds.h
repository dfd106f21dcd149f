//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a case must move and compute, and the time that it takes at the least.
// docs/Performance.md has the formulas.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_GPU_BOUNDS_H
#define SPARSEGPU_BENCHMARK_GPU_BOUNDS_H

#include "SparseGPU/Formats/ElementType.h"
#include "SparseGPU/Runtime/Bundle/Timing.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace sparsegpu::gpubench {

struct Work {
  /// A multiplication and an addition are two.
  double flops = 0;
  /// Every byte that is needed is read once, every result written once.
  double compulsoryBytes = 0;
  /// The same, but each nonzero reads its part of the dense operand again.
  double bytesWithoutReuse = 0;
  /// Bytes of the dense operand that are needed at all.
  double reusedBytes = 0;
};

/// The sizes that the work of an SpMM follows from.
struct SpMMSizes {
  int64_t rows = 0, nonzeros = 0, n = 0;
  /// Columns of A that hold a nonzero: other rows of B are not read.
  int64_t usedColumns = 0;
  int64_t positionBytes = 4, coordinateBytes = 4, valueBytes = 4;
  int64_t denseBytes = 4, outputBytes = 4;
};

Work spMMWork(const SpMMSizes &sizes);

/// Rates that were measured in the same run, and what is known of the chip.
struct Rates {
  /// Bytes per second, reads and writes together; 0 when not measured.
  double copyBandwidth = 0, l2Bandwidth = 0;
  /// Bytes; 0 when not known.
  double l2Bytes = 0;
  /// Flops per second by type: "f16", "f32", "tf32", "f64".
  std::map<std::string, double> matrixRate;
  /// Multiply-add rate of f32 outside of tensor cores, from clock and number of
  /// cores: not measured. 0 when not known.
  double theoreticalFmaRate = 0;
};

/// Cores for f32 in one multiprocessor: 64 for sm_75 and sm_80, 128 from sm_86
/// on. 0 for a chip that is not known ("sm_60", null).
int64_t fmaLanes(const std::string &chip);

struct Bound {
  /// Seconds; absent when what they need is not known.
  std::optional<double> memory, l2, compute;
  /// "memory", "l2" or "compute": the largest; empty when none is known.
  std::string binds;

  /// The largest of them.
  std::optional<double> seconds() const;
};

/// The bound of `work` with operands of `type`:
///   memory   compulsory bytes over the copy bandwidth; over that of the L2
///            cache when it holds them all and is warm
///   l2       bytes without reuse over the L2 bandwidth, when the dense operand
///            fits the L2 cache
///   compute  flops over the larger of the type's measured matrix rate and, for
///            f32, the theoretical multiply-add rate
Bound bound(const Work &work, const Rates &rates, formats::ElementType type,
            bundle::L2State state);

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_BENCHMARK_GPU_BOUNDS_H
