//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Host values of a program: dense arrays and sparse matrices, in the element
// types of the program and as doubles.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_HOSTVALUE_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_HOSTVALUE_H

#include "SparseGPU/Formats/Coo.h"
#include "SparseGPU/Formats/Field.h"
#include "SparseGPU/Formats/Generators.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <optional>
#include <vector>

namespace sparsegpu::run {

/// One error message, for the user.
llvm::Error makeError(const llvm::Twine &message);

/// Data that formats::generateDense makes again from this.
struct GeneratedData {
  formats::DenseFill fill = formats::DenseFill::Random;
  uint64_t seed = 0;
};

/// A dense array, row-major.
struct DenseArray {
  std::vector<int64_t> shape;
  formats::ElementType type = formats::ElementType::F64;
  std::vector<std::byte> bytes;
  std::optional<GeneratedData> generated;

  int64_t size() const {
    int64_t product = 1;
    for (int64_t extent : shape)
      product *= extent;
    return product;
  }
  /// The elements, widened to double (exact for all float types).
  std::vector<double> toDouble() const;
};

/// A sparse matrix, packed for its format.
struct SparseMatrix {
  /// Where it came from, for reports.
  std::string source;
  formats::PackedMatrix packed;
  /// The same matrix as triplets, in the order of storage, with the values
  /// that the kernel sees.
  formats::CooMatrix matrix;
  /// How the values were made, in the order of storage.
  std::optional<GeneratedData> generated;
};

/// An argument of the entry, bound to data.
struct BoundArgument {
  std::string name;
  mlir::Type type;
  /// Exactly one of these for tensors; none for scalars.
  std::unique_ptr<DenseArray> dense;
  std::unique_ptr<SparseMatrix> sparse;
  /// The value of a scalar, float or integer.
  double scalar = 0;
};

/// The bits of a scalar argument as its type has them, in the low bytes.
int64_t getScalarBits(const BoundArgument &argument);

/// The element type of a tensor or scalar type, or an error that names it.
llvm::Expected<formats::ElementType> getElementType(mlir::Type type);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_HOSTVALUE_H
