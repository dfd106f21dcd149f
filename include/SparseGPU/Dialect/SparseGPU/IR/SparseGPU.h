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

namespace sparsegpu {
struct ScheduleFields;
} // namespace sparsegpu

#define GET_ATTRDEF_CLASSES
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUAttrs.h.inc"

#include "SparseGPU/Dialect/SparseGPU/IR/EpilogueOpInterface.h.inc"

#define GET_OP_CLASSES
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUOps.h.inc"

namespace sparsegpu {

/// The fields of a schedule, each at its default; see ScheduleAttr.
struct ScheduleFields {
  std::string unit = "default";
  Scope scope = Scope::Warp;
  int64_t warps = 4, lanes = 32, coarsening = 1, step = 32, unroll = 4;
  Reduction reduction = Reduction::Tile;
  ComputePath path = ComputePath::FMA;
  llvm::SmallVector<int64_t, 3> tile;
  llvm::SmallVector<int64_t, 2> warpTile;
  int64_t copy = 16, stages = 1, registerStages = 1, splitK = 1, registers = 0;
  llvm::SmallVector<GuardAttr> guards;

  /// `warps` if it was given, or follows from nothing else; the warp tiles of
  /// `tile` otherwise.
  int64_t getWarps(bool given) const;
};

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

/// Replaces `op`, a destination-style operation with the one destination
/// `init` and no other result, by the same on buffers.
llvm::LogicalResult
bufferizeInPlace(mlir::Operation *op, mlir::Value init,
                 mlir::RewriterBase &rewriter,
                 const mlir::bufferization::BufferizationOptions &options,
                 mlir::bufferization::BufferizationState &state);

/// True if `type` is an integer of 8, 16, 32 or 64 bits, or index: what may
/// hold a position or a coordinate.
bool isOverheadType(mlir::Type type);

/// `value`, an unsigned integer of any width or an index, as index.
mlir::Value castToIndex(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Value value);

} // namespace sparsegpu

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPU_H
