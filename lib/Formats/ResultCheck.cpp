//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/ResultCheck.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace sparsegpu;
using namespace sparsegpu::formats;

/// True if `got` is the infinity that a number within `bound` of `expected` may
/// become in `type`.
static bool mayOverflow(ElementType type, double expected, double bound,
                        double got) {
  return std::isinf(got) && std::isfinite(expected) &&
         overflowAs(type,
                    std::copysign(std::abs(expected) + bound, expected)) == got;
}

void ResultCheck::add(ElementType type, int64_t at, double value,
                      double reference, double limit) {
  double difference = std::abs(value - reference);
  double ratio = 0;
  if (std::isfinite(reference) && std::isfinite(value))
    ratio = difference == 0 ? 0 : difference / limit;
  else if (!(std::isnan(reference) && std::isnan(value)) &&
           reference != value && !mayOverflow(type, reference, limit, value))
    ratio = std::numeric_limits<double>::infinity();
  if (std::isfinite(difference))
    largestError = std::max(largestError, difference);
  ++compared;
  failures += !(ratio <= 1);
  if (!(ratio <= worstRatio)) {
    worstRatio = ratio;
    index = at;
    got = value;
    expected = reference;
    bound = limit;
  }
}
