//===- Parallel.h - Loops over several threads
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_SUPPORT_PARALLEL_H
#define SPARSEGPU_SUPPORT_PARALLEL_H

#include <cstdint>
#include <functional>

namespace sparsegpu {

/// Calls `body(begin, end)` for disjoint pieces of at most `grain` numbers
/// that cover [0, count), from up to `threads` threads (0: as many as the
/// machine has). Pieces are handed out in order, as threads become free. When
/// no thread can be started the caller does all the work.
/// Requires grain > 0, and a body that does not throw.
void parallelFor(int64_t count, int64_t grain, unsigned threads,
                 const std::function<void(int64_t, int64_t)> &body);

} // namespace sparsegpu

#endif // SPARSEGPU_SUPPORT_PARALLEL_H
