//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upstream's #sparse_tensor.encoding as formats of this project.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_CONVERSION_UPSTREAMENCODING_H
#define SPARSEGPU_CONVERSION_UPSTREAMENCODING_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/IR/BuiltinOps.h"

namespace sparsegpu {

/// Which storage of an upstream tensor a field of our format is.
struct UpstreamField {
  /// Metadata: the coordinates of a structured level, as those of N:M storage.
  /// DensePositions and DenseCoordinates: those of rows with every place
  /// stored, which upstream has no need to store.
  enum class Kind {
    Positions,
    Coordinates,
    Values,
    Metadata,
    DensePositions,
    DenseCoordinates
  };
  Kind kind;
  /// Of positions and coordinates.
  unsigned level;
};

/// How an upstream encoding is read as one of our formats. Where the dimensions
/// are exchanged and no format says so, as CSC does, the stored matrix has the
/// levels as its dimensions.
struct UpstreamStorage {
  /// The type of the stored matrix, in level order.
  mlir::RankedTensorType type;
  /// True if levels are the dimensions exchanged.
  bool transposed = false;
  /// Where the fields of that type's format are.
  llvm::SmallVector<UpstreamField> fields;
};

/// The storage of `type`, which has an upstream encoding; or failure, with the
/// rule that it breaks in `reason`.
mlir::FailureOr<UpstreamStorage>
readUpstreamEncoding(mlir::RankedTensorType type, std::string &reason);

/// The fields and dynamic sizes of `tensor`, read by sparse_tensor operations,
/// put together as a value of `storage.type`.
mlir::Value buildFromUpstream(mlir::OpBuilder &builder, mlir::Location loc,
                              mlir::Value tensor,
                              const UpstreamStorage &storage);

/// A field that upstream does not have as it is (Kind Metadata and after), as a
/// tensor without encoding, computed on the host.
mlir::Value buildComputedField(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::Value tensor, UpstreamField field,
                               const UpstreamStorage &storage);

/// Makes each `sparse_tensor.convert` with a #sparse_gpu format a
/// `sparse_gpu.convert`. An operand in upstream's encoding is taken where its
/// storage is that of a format, and `upstreamStorage` holds; a result in that
/// encoding is an error.
mlir::LogicalResult takeUpstreamConversions(mlir::ModuleOp module,
                                            bool upstreamStorage);

} // namespace sparsegpu

#endif // SPARSEGPU_CONVERSION_UPSTREAMENCODING_H
