//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The accesses of a kernel to shared memory, seen alike.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_TRANSFORMS_SHAREDACCESS_H
#define SPARSEGPU_LIB_TRANSFORMS_SHAREDACCESS_H

#include "SparseGPU/Support/SharedBanks.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace sparsegpu {

/// One operation that reads or writes elements of a buffer which lie side by
/// side in a row.
struct SharedAccess {
  mlir::Operation *op = nullptr;
  /// The operands with the subscripts: one for each dimension.
  unsigned firstIndex = 0, numIndices = 0;
  /// ldmatrix and cp.async are `Write`: see BankModel.h.
  BankUse use = BankUse::Read;
  /// Elements of each lane; bytes of each request that is made of them.
  int64_t width = 1;
  unsigned requestBytes = 4;
  /// Bytes. An access elsewhere is undefined.
  unsigned alignment = 1;
  /// Lanes whose subscripts count.
  uint32_t lanes = ~0u;

  mlir::ValueRange getIndices() const {
    return op->getOperands().slice(firstIndex, numIndices);
  }
};

/// The access of `use`'s operation to the buffer that `use` is; none if the
/// operation is not understood: nvgpu.device_async_copy (destination),
/// nvgpu.ldmatrix, sparse_gpu.ldmatrix_pairs, memref.load, memref.store,
/// vector.load, vector.store, and vector.transfer_read and transfer_write of
/// one dimension without permutation, mask or out-of-bounds places.
/// `type`, that of the buffer, has elements of whole bytes.
std::optional<SharedAccess> getSharedAccess(mlir::OpOperand &use,
                                            mlir::MemRefType type);

/// Gives `op`, one of these operations, other subscripts of the buffer, also of
/// another number; a copy those of its destination. False for other operations.
bool setSharedIndices(mlir::Operation *op, mlir::ValueRange indices);

} // namespace sparsegpu

#endif // SPARSEGPU_LIB_TRANSFORMS_SHAREDACCESS_H
