//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What sparse_gpu.convert needs to know of formats, and its work at compile
// time.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_CONSTANTCONVERSION_H
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_CONSTANTCONVERSION_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "SparseGPU/Formats/Format.h"

namespace sparsegpu {

/// The storage of a tensor type in the terms of lib/Formats.
struct StorageDescription {
  /// The format of that name in libsparsegpu_formats.so; null for a dense
  /// matrix.
  const formats::Format *format = nullptr;
  std::vector<int64_t> parameters;
  /// Widths and the type of the values.
  formats::PackOptions options;
};

/// An error where the format or the element type is not one of lib/Formats:
/// formats of plugins are not in the runtime library.
Expected<StorageDescription> describeStorage(mlir::RankedTensorType type);

/// Converts at compile time. The operand must be a constant: dense or sparse
/// elements, or assembled of constant fields. Nothing otherwise. The result is
/// assembled of constants, or is a constant if it is dense; null, with `error`,
/// where the format cannot hold the matrix.
std::optional<mlir::Value> convertConstant(mlir::OpBuilder &builder,
                                           ConvertOp op, std::string &error);

} // namespace sparsegpu

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_CONSTANTCONVERSION_H
