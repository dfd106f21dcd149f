//===- LargePages.h - Advice on large arrays
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_SUPPORT_LARGEPAGES_H
#define SPARSEGPU_SUPPORT_LARGEPAGES_H

#include <cstddef>

namespace sparsegpu {

/// Asks for large pages for memory that is soon written for the first time, if
/// there is much of it. Has no effect on its content, and none at all where the
/// system refuses.
void adviseLargePages(void *memory, size_t bytes);

} // namespace sparsegpu

#endif // SPARSEGPU_SUPPORT_LARGEPAGES_H
