//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every wait gets the count that computeAsyncWaitCounts derives.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/AsyncWaitCounts.h"
#include "SparseGPU/Transforms/Passes.h"

namespace sparsegpu {
#define GEN_PASS_DEF_DERIVEWAITCOUNTS
#include "SparseGPU/Transforms/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;

namespace {
struct DeriveWaitCounts
    : sparsegpu::impl::DeriveWaitCountsBase<DeriveWaitCounts> {
  void runOnOperation() override {
    for (auto [wait, count] :
         sparsegpu::computeAsyncWaitCounts(getOperation())) {
      auto op = wait;
      op.setNumGroups(static_cast<uint32_t>(count));
    }
  }
};
} // namespace
