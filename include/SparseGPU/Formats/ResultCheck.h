//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The comparison of a result with its reference: docs/HowTo/CheckResults.md.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_RESULTCHECK_H
#define SPARSEGPU_FORMATS_RESULTCHECK_H

#include "SparseGPU/Formats/ElementType.h"

#include <cstdint>

namespace sparsegpu::formats {

/// The outcome of comparing elements one by one, and the element that uses most
/// of its bound.
struct ResultCheck {
  int64_t compared = 0, failures = 0;
  /// |got - expected| / bound; infinity when only one of the two is finite and
  /// the type does not explain it.
  double worstRatio = 0;
  double largestError = 0;
  int64_t index = 0;
  double got = 0, expected = 0, bound = 0;

  /// Takes in element `index`, which the program computed in `type`.
  void add(ElementType type, int64_t index, double got, double expected,
           double bound);
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_RESULTCHECK_H
