//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Work and bounds.
//
//===----------------------------------------------------------------------===//

#include "Bounds.h"

#include <algorithm>
#include <cstdlib>

namespace sparsegpu::gpubench {

using formats::ElementType;

Work spMMWork(const SpMMSizes &s) {
  double a = double(s.rows + 1) * s.positionBytes +
             double(s.nonzeros) * (s.coordinateBytes + s.valueBytes);
  double c = double(s.rows) * s.n * s.outputBytes;
  Work work;
  work.flops = 2.0 * s.nonzeros * s.n;
  work.reusedBytes = double(s.usedColumns) * s.n * s.denseBytes;
  work.compulsoryBytes = a + work.reusedBytes + c;
  work.bytesWithoutReuse = a + double(s.nonzeros) * s.n * s.denseBytes + c;
  return work;
}

int64_t fmaLanes(const std::string &chip) {
  if (chip.rfind("sm_", 0) != 0)
    return 0;
  // CUDA C++ Programming Guide, "Arithmetic Instructions".
  int number = std::atoi(chip.c_str() + 3);
  if (number == 75 || number == 80)
    return 64;
  return number >= 86 ? 128 : 0;
}

std::optional<double> Bound::seconds() const {
  std::optional<double> most;
  for (const std::optional<double> &term : {memory, l2, compute})
    if (term && (!most || *term > *most))
      most = term;
  return most;
}

Bound bound(const Work &work, const Rates &rates, ElementType type,
            bundle::L2State state) {
  Bound result;
  bool resident = state == bundle::L2State::Warm && rates.l2Bytes > 0 &&
                  work.compulsoryBytes <= rates.l2Bytes;
  double bandwidth = resident ? rates.l2Bandwidth : rates.copyBandwidth;
  if (bandwidth > 0)
    result.memory = work.compulsoryBytes / bandwidth;
  if (rates.l2Bandwidth > 0 && rates.l2Bytes > 0 &&
      work.reusedBytes <= rates.l2Bytes)
    result.l2 = work.bytesWithoutReuse / rates.l2Bandwidth;

  // bf16 has the rate of f16 on all chips that have it.
  std::string name(
      formats::name(type == ElementType::BF16 ? ElementType::F16 : type));
  auto measured = rates.matrixRate.find(name);
  double rate = measured == rates.matrixRate.end() ? 0 : measured->second;
  if (type == ElementType::F32)
    rate = std::max(rate, rates.theoreticalFmaRate);
  if (rate > 0)
    result.compute = work.flops / rate;

  double most = -1;
  auto consider = [&](const std::optional<double> &term, const char *what) {
    if (term && *term > most) {
      most = *term;
      result.binds = what;
    }
  };
  consider(result.memory, "memory");
  consider(result.l2, "l2");
  consider(result.compute, "compute");
  return result;
}

} // namespace sparsegpu::gpubench
