//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedAccess.h"

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sparsegpu;

/// Where the subscripts are among the operands of `op`.
static void setIndices(SharedAccess &access, Operation *op,
                       OperandRange indices) {
  access.op = op;
  access.firstIndex = indices.getBeginOperandIndex();
  access.numIndices = indices.size();
}

/// A vector of one dimension, or with leading dimensions of size 1. LLVM splits
/// an access that is wider than its alignment, which is that of an element if
/// the operation does not say.
static bool setVector(SharedAccess &access, VectorType vector,
                      std::optional<uint64_t> alignment,
                      unsigned elementBytes) {
  if (vector.isScalable() || vector.getRank() == 0 ||
      vector.getNumElements() != vector.getShape().back())
    return false;
  access.width = vector.getNumElements();
  access.alignment = std::max<uint64_t>(alignment.value_or(1), elementBytes);
  uint64_t bytes = access.width * elementBytes;
  // The largest power of two that divides the access and is aligned.
  access.requestBytes = std::min<uint64_t>(
      {bytes & -bytes, uint64_t(access.alignment), uint64_t(16)});
  return true;
}

/// The rows of `matrices`, the result of ldmatrix, with a lane's address for
/// each line of 16 bytes.
static void setMatrices(SharedAccess &access, VectorType matrices,
                        unsigned elementBytes) {
  access.use = BankUse::Write;
  access.width = 16 / elementBytes;
  access.requestBytes = access.alignment = 16;
  int64_t lanes = 8 * matrices.getDimSize(0);
  access.lanes = lanes >= 32 ? ~0u : (1u << lanes) - 1;
}

static bool isPlainTransfer(VectorTransferOpInterface transfer) {
  return transfer.getVectorType().getRank() == 1 && !transfer.getMask() &&
         !transfer.hasOutOfBoundsDim() &&
         transfer.getPermutationMap().isMinorIdentity();
}

std::optional<SharedAccess> sparsegpu::getSharedAccess(OpOperand &use,
                                                       MemRefType type) {
  Value buffer = use.get();
  unsigned elementBytes = type.getElementTypeBitWidth() / 8;
  SharedAccess access;
  access.requestBytes = access.alignment = elementBytes;
  bool isUnderstood =
      llvm::TypeSwitch<Operation *, bool>(use.getOwner())
          .Case<nvgpu::DeviceAsyncCopyOp>([&](auto copy) {
            if (copy.getDst() != buffer || copy.getSrc() == buffer)
              return false;
            setIndices(access, copy, copy.getDstIndices());
            access.use = BankUse::Write;
            access.width = copy.getDstElements().getZExtValue();
            access.requestBytes = access.width * elementBytes;
            access.alignment = access.requestBytes;
            return access.requestBytes == 4 || access.requestBytes == 8 ||
                   access.requestBytes == 16;
          })
          .Case<nvgpu::LdMatrixOp, LdMatrixPairsOp>([&](auto load) {
            setIndices(access, load, load.getIndices());
            setMatrices(access, cast<VectorType>(load->getResult(0).getType()),
                        elementBytes);
            return true;
          })
          .Case<memref::LoadOp>([&](auto load) {
            setIndices(access, load, load.getIndices());
            return true;
          })
          .Case<memref::StoreOp>([&](auto store) {
            setIndices(access, store, store.getIndices());
            access.use = BankUse::Write;
            return store.getMemRef() == buffer;
          })
          .Case<vector::LoadOp>([&](auto load) {
            setIndices(access, load, load.getIndices());
            return setVector(access, load.getVectorType(), load.getAlignment(),
                             elementBytes);
          })
          .Case<vector::StoreOp>([&](auto store) {
            setIndices(access, store, store.getIndices());
            access.use = BankUse::Write;
            return setVector(access, store.getVectorType(),
                             store.getAlignment(), elementBytes);
          })
          .Case<vector::TransferReadOp>([&](auto read) {
            setIndices(access, read, read.getIndices());
            return isPlainTransfer(read) &&
                   setVector(access, read.getVectorType(), std::nullopt,
                             elementBytes);
          })
          .Case<vector::TransferWriteOp>([&](auto write) {
            setIndices(access, write, write.getIndices());
            access.use = BankUse::Write;
            return isPlainTransfer(write) &&
                   setVector(access, write.getVectorType(), std::nullopt,
                             elementBytes);
          })
          .Default([](Operation *) { return false; });
  if (!isUnderstood)
    return std::nullopt;
  return access;
}

bool sparsegpu::setSharedIndices(Operation *op, ValueRange indices) {
  AffineMap row =
      AffineMap::getMinorIdentityMap(indices.size(), 1, op->getContext());
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](nvgpu::DeviceAsyncCopyOp copy) {
        copy.getDstIndicesMutable().assign(indices);
        return true;
      })
      .Case<nvgpu::LdMatrixOp, LdMatrixPairsOp, memref::LoadOp, memref::StoreOp,
            vector::LoadOp, vector::StoreOp>([&](auto access) {
        access.getIndicesMutable().assign(indices);
        return true;
      })
      .Case<vector::TransferReadOp, vector::TransferWriteOp>(
          [&](auto transfer) {
            if (!isPlainTransfer(transfer))
              return false;
            transfer.getIndicesMutable().assign(indices);
            transfer.setPermutationMapAttr(AffineMapAttr::get(row));
            return true;
          })
      .Default([](Operation *) { return false; });
}
