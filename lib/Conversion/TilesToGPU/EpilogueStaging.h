//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// When a result's tile goes through shared memory, and how wide it is stored.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_TILESTOGPU_EPILOGUESTAGING_H
#define SPARSEGPU_LIB_CONVERSION_TILESTOGPU_EPILOGUESTAGING_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "llvm/Support/MathExtras.h"

namespace sparsegpu {

/// Bytes at whose multiples the schedule's guards let C, inputs of the
/// epilogue, and their rows begin; 1 if they say nothing.
inline int64_t getResultAlignment(ScheduleAttr schedule) {
  int64_t alignment = 1;
  for (GuardAttr guard : schedule.getGuards())
    if (guard.getQuantity() == GuardQuantity::ResultAlignment &&
        guard.getPredicate() == GuardPredicate::GE)
      alignment = std::max(alignment, guard.getBound());
  return alignment;
}

/// Neighbouring elements that a lane stores at once where the tile is staged:
/// a power of two, up to 16 bytes, as alignment and runs allow; at least 1.
inline int64_t getStagedElements(StoreOp store, ScheduleAttr schedule) {
  int64_t width = llvm::divideCeil(
      store.getTile().getType().getElementType().getIntOrFloatBitWidth(), 8);
  int64_t elements =
      std::min<int64_t>(getResultAlignment(schedule), 16) / width;
  while (elements > 1 && store.getRun() % elements != 0)
    elements /= 2;
  return std::max<int64_t>(elements, 1);
}

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_TILESTOGPU_EPILOGUESTAGING_H
