//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sources: PTX ISA, "Matrix Fragments for mma.m16n8k8", "... m16n8k16",
// "... m16n8k32", "... m8n8k4 with .f64 floating point type". Registers of 32
// bits hold w elements: 1 of tf32, 2 of f16 and bf16, 4 of 8 bits. One shape,
// m16n8k(8 w), then has one layout for all of them.
//
//===----------------------------------------------------------------------===//

#include "MmaInstruction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sparsegpu;

/// m16n8k(8 w) with `w` elements of `factor` in 32 bits.
static MmaInstruction makeM16N8(Type factor, Type accumulator, int64_t w) {
  MmaInstruction mma{ComputePath::MMA, 16, 8, 8 * w, {}, {}, {}};
  mma.a.type = VectorType::get({4, w}, factor);
  mma.a.groupRow = 1;
  mma.a.threadColumn = w;
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t j = 0; j < w; ++j)
      mma.a.places.push_back({8 * (i % 2), 4 * w * (i / 2) + j});
  mma.b.type = VectorType::get({2, w}, factor);
  mma.b.threadRow = w;
  mma.b.groupColumn = 1;
  for (int64_t i = 0; i < 2; ++i)
    for (int64_t j = 0; j < w; ++j)
      mma.b.places.push_back({4 * w * i + j, 0});
  mma.c.type = VectorType::get({2, 2}, accumulator);
  mma.c.groupRow = 1;
  mma.c.threadColumn = 2;
  for (int64_t i = 0; i < 2; ++i)
    for (int64_t j = 0; j < 2; ++j)
      mma.c.places.push_back({8 * i, j});
  return mma;
}

static MmaInstruction makeM8N8K4(Type element) {
  MmaInstruction mma{ComputePath::MMA, 8, 8, 4, {}, {}, {}};
  mma.a.type = mma.b.type = VectorType::get({1, 1}, element);
  mma.a.groupRow = mma.a.threadColumn = 1;
  mma.b.threadRow = mma.b.groupColumn = 1;
  mma.a.places = mma.b.places = {{0, 0}};
  mma.c.type = VectorType::get({1, 2}, element);
  mma.c.groupRow = 1;
  mma.c.threadColumn = 2;
  mma.c.places = {{0, 0}, {0, 1}};
  return mma;
}

/// 32 x 16 x 1: each lane 4 x 4, rows apart by 8 and columns side by side.
static MmaInstruction makeFMA(Type factor, Type accumulator) {
  MmaInstruction mma{ComputePath::FMA, 32, 16, 1, {}, {}, {}};
  mma.a.type = VectorType::get({4, 1}, factor);
  mma.a.groupRow = 1;
  mma.b.type = VectorType::get({1, 4}, factor);
  mma.b.threadColumn = 4;
  mma.c.type = VectorType::get({4, 4}, accumulator);
  mma.c.groupRow = 1;
  mma.c.threadColumn = 4;
  for (int64_t i = 0; i < 4; ++i) {
    mma.a.places.push_back({8 * i, 0});
    mma.b.places.push_back({0, i});
    for (int64_t j = 0; j < 4; ++j)
      mma.c.places.push_back({8 * i, j});
  }
  return mma;
}

std::optional<MmaInstruction> MmaInstruction::get(ComputePath path, Type factor,
                                                  Type accumulator,
                                                  std::string &reason) {
  if (path == ComputePath::FMA)
    return makeFMA(factor, accumulator);
  if (path == ComputePath::MMA) {
    if (factor.isF16() && accumulator.isF32())
      return makeM16N8(factor, accumulator, 2);
    if (factor.isF32() && accumulator.isF32())
      return makeM16N8(factor, accumulator, 1);
    if (factor.isSignlessInteger(8) && accumulator.isSignlessInteger(32))
      return makeM16N8(factor, accumulator, 4);
    if (factor.isF64() && accumulator.isF64())
      return makeM8N8K4(factor);
  }
  llvm::raw_string_ostream(reason)
      << "path " << stringifyComputePath(path) << " has no instruction for "
      << factor << " with sums of " << accumulator;
  return std::nullopt;
}

/// Each lane's 4 x 4 x 1 products.
static Value emitFMA(OpBuilder &builder, Location loc, Value a, Value b,
                     Value c) {
  auto type = cast<VectorType>(c.getType());
  Type acc = type.getElementType();
  auto widen = [&](Value value) -> Value {
    if (value.getType() == acc)
      return value;
    if (acc.isInteger())
      return arith::ExtSIOp::create(builder, loc, acc, value);
    return arith::ExtFOp::create(builder, loc, acc, value);
  };
  SmallVector<Value> left, right, sums;
  for (int64_t i = 0; i < 4; ++i) {
    left.push_back(widen(
        vector::ExtractOp::create(builder, loc, a, ArrayRef<int64_t>{i, 0})));
    right.push_back(widen(
        vector::ExtractOp::create(builder, loc, b, ArrayRef<int64_t>{0, i})));
  }
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t j = 0; j < 4; ++j) {
      Value old =
          vector::ExtractOp::create(builder, loc, c, ArrayRef<int64_t>{i, j});
      if (acc.isInteger()) {
        Value product = arith::MulIOp::create(builder, loc, left[i], right[j]);
        sums.push_back(arith::AddIOp::create(builder, loc, old, product));
      } else {
        sums.push_back(
            math::FmaOp::create(builder, loc, left[i], right[j], old));
      }
    }
  return vector::FromElementsOp::create(builder, loc, type, sums);
}

Value MmaInstruction::emit(OpBuilder &builder, Location loc, Value aFragment,
                           Value bFragment, Value cFragment) const {
  if (path == ComputePath::FMA)
    return emitFMA(builder, loc, aFragment, bFragment, cFragment);
  bool tf32 = a.type.getElementType().isF32();
  return nvgpu::MmaSyncOp::create(builder, loc, aFragment, bFragment, cFragment,
                                  ArrayRef<int64_t>{m, n, k}, tf32);
}
