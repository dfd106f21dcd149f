//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_CONVERSION_CHIP_H
#define SPARSEGPU_CONVERSION_CHIP_H

#include "llvm/ADT/StringRef.h"

#include <optional>

namespace sparsegpu {

/// 80 of "sm_80", 90 of "sm_90a"; nothing of other text.
inline std::optional<unsigned> getCapability(llvm::StringRef chip) {
  unsigned capability = 0;
  if (!chip.consume_front("sm_") || chip.consumeInteger(10, capability))
    return std::nullopt;
  return capability;
}

} // namespace sparsegpu

#endif // SPARSEGPU_CONVERSION_CHIP_H
