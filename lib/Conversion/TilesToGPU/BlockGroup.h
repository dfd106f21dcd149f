//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How many rows of tiles a group of blocks has, for --sparse-gpu-block-order.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_TILESTOGPU_BLOCKGROUP_H
#define SPARSEGPU_LIB_CONVERSION_TILESTOGPU_BLOCKGROUP_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace sparsegpu {

/// The rows of tiles in a group under which a wave of `nest`'s blocks on `chip`
/// (sm_ and a number) needs the fewest bytes of A and B, by the cost model;
/// nothing where `nest` is no contraction of blocks, or known to have one row
/// or one column of tiles.
std::optional<int64_t> chooseBlockGroup(mlir::scf::ForallOp nest,
                                        llvm::StringRef chip);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_TILESTOGPU_BLOCKGROUP_H
