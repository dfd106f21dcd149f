//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The storage of a sparse value as the level-2 builders of a format see it,
// and the small structs that SparseFormatInterface speaks in.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEFORMAT_H
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEFORMAT_H

#include "SparseGPU/Formats/Coo.h"
#include "SparseGPU/Formats/Field.h"
#include "SparseGPU/Support/Expected.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ValueRange.h"
#include "llvm/ADT/SmallVector.h"

namespace sparsegpu {

class GuardAttr;
class ScheduleAttr;

/// One field of a format's storage.
struct StorageField {
  /// Name in the ABI, for example "positions".
  llvm::StringRef name;
  /// A ranked tensor type without encoding.
  mlir::RankedTensorType type;
};

/// What storage costs: bytes per unit (row pointers and the like) and bytes
/// per stored entry (coordinate and value).
struct FormatCost {
  double bytesPerUnit = 0;
  double bytesPerEntry = 0;
};

/// The storage of one sparse matrix as SSA values.
struct SparseStorage {
  /// The encoded tensor type.
  mlir::RankedTensorType type;
  /// The fields, memrefs of rank 1, in the order of the ABI.
  llvm::SmallVector<mlir::Value> fields;
  /// Sizes M and K, `index`.
  mlir::Value rows, columns;

  /// The field with that name. Requires that the format has one.
  mlir::Value getField(llvm::StringRef name) const;
};

/// A half-open range of `index` positions.
struct StepRange {
  mlir::Value begin, end;
};

/// The tile of A of one step.
struct DecodedTile {
  /// R x count, of the matrix's element type.
  mlir::Value values;
  /// R x count of i1: where it is false nothing is stored, and the place takes
  /// no part in the product, whatever `values` has there. Null: all take part.
  mlir::Value present;
};

} // namespace sparsegpu

#include "SparseGPU/Dialect/SparseGPU/IR/SparseFormatInterface.h.inc"

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEFORMAT_H
