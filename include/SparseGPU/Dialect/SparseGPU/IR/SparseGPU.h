//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The sparse_gpu dialect: attributes, operations, and helpers on formats.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPU_H
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPU_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseFormat.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUEnums.h.inc"

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUAttrs.h.inc"

#define GET_OP_CLASSES
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUOps.h.inc"

namespace sparsegpu {

/// The sparse format of `type`, or null if it has none.
SparseFormatInterface getSparseFormat(mlir::Type type);

/// The types of a sparse value after decomposition: its fields, then one
/// `index` per dynamic dimension.
llvm::SmallVector<mlir::Type> getStorageTypes(mlir::RankedTensorType type);

/// Storage of `type` given as `parts`: fields, then dynamic sizes. Static
/// sizes become constants.
SparseStorage getSparseStorage(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::RankedTensorType type,
                               mlir::ValueRange parts);

/// True if `type` is an integer of 8, 16, 32 or 64 bits, or index: what may
/// hold a position or a coordinate.
bool isOverheadType(mlir::Type type);

/// `value`, an unsigned integer of any width or an index, as index.
mlir::Value castToIndex(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Value value);

} // namespace sparsegpu

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPU_H
