//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a store to shared memory stores, if that comes from global memory as it
// is; and how both places are aligned.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_TRANSFORMS_ASYNCCOPYSOURCE_H
#define SPARSEGPU_LIB_TRANSFORMS_ASYNCCOPYSOURCE_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

#include <string>

namespace sparsegpu {

/// Elements of a row of a memref.
struct RowAccess {
  mlir::Value memref;
  llvm::SmallVector<mlir::Value> indices;
  int64_t width = 1;
  /// Bytes: of the first element, as far as is known.
  int64_t alignment = 1;

  mlir::MemRefType getType() const {
    return mlir::cast<mlir::MemRefType>(memref.getType());
  }
};

/// A copy through registers.
struct RegisterCopy {
  mlir::Operation *store = nullptr, *load = nullptr;
  RowAccess from, to;
  /// i1: zeros are stored where it is `isZeroIf`; null if there is none.
  mlir::Value condition;
  bool isZeroIf = false;
  /// Zeros are stored from the end of the source's row on.
  bool isClipped = false;
  /// The scf.if that the load is in, with its address; else null.
  mlir::Operation *guard = nullptr;
};

/// The bytes of which the address of the element of `memref` at `indices` is
/// known to be a multiple: from types, alloc, assume_alignment, `llvm.align` of
/// arguments, views, and what the subscripts are multiples of. Workgroup
/// memory that is no view is aligned to 16.
int64_t getKnownAlignment(mlir::Value memref, mlir::ValueRange indices);

/// Memory that all blocks see: neither workgroup nor private memory.
bool isGlobalMemory(mlir::Value memref);

/// `store` is a store of one element, or of a vector in one row, to workgroup
/// memory. Fills in `copy`, and is empty, or says why what it stores is no copy
/// of global memory. None if it does not come from there at all.
std::optional<std::string> matchRegisterCopy(mlir::Operation *store,
                                             RegisterCopy &copy);

/// `next` begins where `row` ends, in the same row.
bool isNextInRow(const RowAccess &row, const RowAccess &next);

/// `value` is a constant of zeros.
bool isZero(mlir::Value value);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_TRANSFORMS_ASYNCCOPYSOURCE_H
