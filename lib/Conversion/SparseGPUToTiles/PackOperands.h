//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_PACKOPERANDS_H
#define SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_PACKOPERANDS_H

#include "mlir/IR/Builders.h"

namespace sparsegpu {

/// The option 'operands' is host or device; else an error at `op`.
llvm::LogicalResult checkOperandsOption(mlir::Operation *op,
                                        llvm::StringRef operands);

/// Lets `op` take packed copies of memrefs with gaps or an offset, in host
/// memory, and copies its result back. For nests that name elements by offsets:
/// strides become a part of these, and the copy on the device will be packed.
/// `init` is the operand that is written, and read if `isRead`.
void packOperands(mlir::Operation *op, mlir::Value init, bool isRead,
                  mlir::OpBuilder &b);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_CONVERSION_SPARSEGPUTOTILES_PACKOPERANDS_H
