//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Indices that are computed, and those that are read: coordinates of a step
// name the rows that are gathered, a permutation those that are stored.
//
// Coordinates that loads to shared memory need are copied there first, so that
// --sparse-gpu-pipeline-loads finds a chain. Others are read where they are
// needed.
//
//===----------------------------------------------------------------------===//

#include "BlockDistribution.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace sparsegpu;

void BlockDistribution::stageCoordinates(ArrayRef<LoadOp> loads) {
  // How many are asked for, too.
  llvm::MapVector<Value, int64_t> found;
  for (LoadOp load : loads)
    for (Value offsets : {load.getRows(), load.getColumns()})
      if (auto generate = offsets.getDefiningOp<tensor::GenerateOp>())
        generate.walk([&](tensor::ExtractOp extract) {
          if (!extract.getTensor().getDefiningOp<CoordinatesOp>())
            return;
          int64_t &size = found[extract.getTensor()];
          size = std::max(size, generate.getType().getDimSize(0));
        });
  int64_t threads = schedule.getBlockSize();
  for (auto [tile, size] : found) {
    auto coordinates = tile.getDefiningOp<CoordinatesOp>();
    Value source = lookup(coordinates.getSource());
    Type type = cast<MemRefType>(source.getType()).getElementType();
    // Buffers in shared memory have numbers.
    Type staged = type.isIndex() ? b.getI64Type() : type;
    // One row, so that bank conflicts are looked for.
    Value memory = allocateShared({1, size}, staged);
    sharedCoordinates[tile] = memory;
    // cp.async copies 4, 8 or 16 bytes.
    bool isAsynchronous = asynchronous && schedule.getCopy() != 0 &&
                          staged == type && type.getIntOrFloatBitWidth() >= 32;
    gpu::BarrierOp::create(b, loc);
    for (int64_t first = 0; first < size; first += threads) {
      OpBuilder::InsertionGuard guard(b);
      Value position = add(thread, first);
      if (first + threads > size) {
        Value inTile = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                             position, index(size));
        b.setInsertionPointToStart(
            scf::IfOp::create(b, loc, inTile, false).thenBlock());
      }
      Value exists = isBelow(position, coordinates.getCount(), size);
      Value at = add(lookup(coordinates.getBegin()), position);
      if (isAsynchronous) {
        Value valid;
        if (exists)
          valid = arith::SelectOp::create(b, loc, exists, index(1), index(0));
        nvgpu::DeviceAsyncCopyOp::create(
            b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()), memory,
            ValueRange{index(0), position}, source, ValueRange(at),
            b.getIndexAttr(1), valid, UnitAttr());
        continue;
      }
      // Those that do not exist are not used, and read the first.
      if (exists)
        at = arith::SelectOp::create(b, loc, exists, at,
                                     lookup(coordinates.getBegin()));
      Value loaded = memref::LoadOp::create(b, loc, source, at);
      if (staged != type)
        loaded = arith::IndexCastUIOp::create(b, loc, staged, loaded);
      memref::StoreOp::create(b, loc, loaded, memory,
                              ValueRange{index(0), position});
    }
    if (isAsynchronous) {
      Value group = nvgpu::DeviceAsyncCreateGroupOp::create(
          b, loc, nvgpu::DeviceAsyncTokenType::get(b.getContext()),
          ValueRange());
      nvgpu::DeviceAsyncWaitOp::create(b, loc, group, b.getI32IntegerAttr(0));
    }
    gpu::BarrierOp::create(b, loc);
  }
}

Value BlockDistribution::indexAt(Value indices, Value position) {
  if (auto coordinates = indices.getDefiningOp<CoordinatesOp>()) {
    Value staged = sharedCoordinates.lookup(indices), loaded;
    if (staged) {
      loaded = memref::LoadOp::create(b, loc, staged,
                                      ValueRange{index(0), position});
    } else {
      Value at = add(lookup(coordinates.getBegin()), position);
      loaded =
          memref::LoadOp::create(b, loc, lookup(coordinates.getSource()), at);
    }
    return loaded.getType().isIndex()
               ? loaded
               : arith::IndexCastUIOp::create(b, loc, b.getIndexType(), loaded);
  }
  auto generate = indices.getDefiningOp<tensor::GenerateOp>();
  IRMapping body(mapping);
  Block &block = generate.getBody().front();
  body.map(block.getArgument(0), position);
  for (Operation &inner : block.without_terminator()) {
    auto extract = dyn_cast<tensor::ExtractOp>(inner);
    if (extract && isa_and_present<CoordinatesOp, tensor::GenerateOp>(
                       extract.getTensor().getDefiningOp()))
      body.map(extract.getResult(),
               indexAt(extract.getTensor(),
                       body.lookupOrDefault(extract.getIndices().front())));
    else
      b.clone(inner, body);
  }
  return body.lookupOrDefault(block.getTerminator()->getOperand(0));
}

LogicalResult BlockDistribution::checkIndices(Operation *op, Value indices) {
  if (indices.getDefiningOp<CoordinatesOp>())
    return success();
  auto generate = indices.getDefiningOp<tensor::GenerateOp>();
  if (!generate)
    return op->emitError("has offsets that are neither of a 'tensor.generate' "
                         "nor 'sparse_gpu.coordinates' (LVL2-3)");
  for (Operation &inner : generate.getBody().front().without_terminator())
    if (auto extract = dyn_cast<tensor::ExtractOp>(inner))
      if (failed(checkIndices(op, extract.getTensor())))
        return failure();
  return success();
}

Value BlockDistribution::isNotNegative(Value offset) {
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, offset,
                               index(0));
}
