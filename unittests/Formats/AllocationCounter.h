//===- AllocationCounter.h - How much memory is in use, and was at most
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_FORMATS_ALLOCATIONCOUNTER_H
#define SPARSEGPU_UNITTESTS_FORMATS_ALLOCATIONCOUNTER_H

#include <cstddef>
#include <functional>

namespace sparsegpu::test {

/// Bytes that were allocated and not freed, in all threads.
size_t bytesInUse();

/// The most bytes in use at any time while `body` ran, beyond those before.
size_t peakDuring(const std::function<void()> &body);

} // namespace sparsegpu::test

#endif // SPARSEGPU_UNITTESTS_FORMATS_ALLOCATIONCOUNTER_H
