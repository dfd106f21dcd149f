//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sources: PTX ISA, "Matrix Fragments for mma.m16n8k8", "... m16n8k16",
// "... m16n8k32", "... m8n8k16", "... m8n8k4 with .f64 floating point type".
// A register holds w elements: 1 of tf32 and f64, 2 of f16 and bf16, 4 of 8
// bits. Then all shapes are grids of blocks of 8 x 4 w of A and 4 w x 8 of B,
// one register of each lane for one block.
//
//===----------------------------------------------------------------------===//

#include "MmaInstruction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sparsegpu;

/// `w` elements of `factor` in a register; a fragment of A has registers for
/// `halvesM` blocks of 8 rows and `halvesK` blocks of 4 w columns.
static MmaInstruction makeMma(Type factor, Type accumulator, int64_t w,
                              int64_t halvesM, int64_t halvesK) {
  MmaInstruction mma{ComputePath::MMA, factor, 8 * halvesM, 8,
                     4 * w * halvesK,  {},     {},          {}};
  mma.a.type = VectorType::get({halvesM * halvesK, w}, factor);
  mma.a.groupRow = 1;
  mma.a.threadColumn = w;
  for (int64_t i = 0; i < halvesM * halvesK; ++i)
    for (int64_t j = 0; j < w; ++j)
      mma.a.places.push_back({8 * (i % halvesM), 4 * w * (i / halvesM) + j});
  mma.b.type = VectorType::get({halvesK, w}, factor);
  mma.b.threadRow = w;
  mma.b.groupColumn = 1;
  for (int64_t i = 0; i < halvesK; ++i)
    for (int64_t j = 0; j < w; ++j)
      mma.b.places.push_back({4 * w * i + j, 0});
  mma.c.type = VectorType::get({halvesM, 2}, accumulator);
  mma.c.groupRow = 1;
  mma.c.threadColumn = 2;
  for (int64_t i = 0; i < halvesM; ++i)
    for (int64_t j = 0; j < 2; ++j)
      mma.c.places.push_back({8 * i, j});
  return mma;
}

void MmaInstruction::pairRows() {
  int64_t w = a.type.getDimSize(1), halvesK = k / (4 * w);
  partsM = 16 / m;
  m = 16;
  a.type = VectorType::get({2 * halvesK, w}, a.type.getElementType());
  a.groupRow = 2;
  a.places.clear();
  for (int64_t i = 0; i < 2 * halvesK; ++i)
    for (int64_t j = 0; j < w; ++j)
      a.places.push_back({i % 2, 4 * w * (i / 2) + j});
  int64_t columns = c.type.getDimSize(1);
  c.type = VectorType::get({2, columns}, c.type.getElementType());
  c.groupRow = 2;
  SmallVector<std::pair<int64_t, int64_t>> row(
      ArrayRef(c.places).take_front(columns));
  c.places.clear();
  for (int64_t i = 0; i < 2; ++i)
    for (auto [first, column] : row)
      c.places.push_back({i, column});
}

void MmaInstruction::pairColumns() {
  int64_t w = b.type.getDimSize(1), halvesK = k / (4 * w);
  partsN = 16 / n;
  n = 16;
  b.type = VectorType::get({2 * halvesK, w}, b.type.getElementType());
  b.groupColumn = 2;
  b.places.clear();
  for (int64_t i = 0; i < 2 * halvesK; ++i)
    for (int64_t j = 0; j < w; ++j)
      b.places.push_back({4 * w * (i % halvesK) + j, i / halvesK});
  // Columns 2 * t and 2 * t + 1 of lane t of four, of both instructions.
  int64_t columns = c.type.getDimSize(1);
  c.threadColumn = 4;
  SmallVector<std::pair<int64_t, int64_t>> old = c.places;
  c.places.clear();
  for (int64_t i = 0; i < c.type.getDimSize(0); ++i)
    for (int64_t j = 0; j < 4; ++j)
      c.places.push_back({old[i * columns].first, j});
  c.type = VectorType::get({c.type.getDimSize(0), 4}, c.type.getElementType());
}

/// 32 x 16 x 1: each lane 4 x 4, rows apart by 8 and columns side by side.
static MmaInstruction makeFMA(Type factor, Type accumulator) {
  MmaInstruction mma{ComputePath::FMA, factor, 32, 16, 1, {}, {}, {}};
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

MmaInstruction MmaInstruction::getElementwise(Type element) {
  MmaInstruction layout{ComputePath::FMA, element, 1, 32, 1, {}, {}, {}};
  layout.c.type = VectorType::get({1, 1}, element);
  layout.c.groupColumn = 4;
  layout.c.threadColumn = 1;
  layout.c.places.push_back({0, 0});
  return layout;
}

Type sparsegpu::getStagedType(Type factor) {
  return isa<Float8E4M3FNType, Float8E5M2Type>(factor)
             ? IntegerType::get(factor.getContext(), 8)
             : factor;
}

std::optional<MmaInstruction> MmaInstruction::get(ComputePath path, Type factor,
                                                  Type accumulator,
                                                  unsigned capability,
                                                  std::string &reason) {
  if (path == ComputePath::FMA)
    return makeFMA(factor, accumulator);
  bool floats = accumulator.isF32();
  unsigned needed = 80;
  std::optional<MmaInstruction> mma;
  if (path == ComputePath::MMA3xTF32) {
    if (factor.isF32() && floats)
      mma = makeMma(factor, accumulator, 1, 2, 2);
  } else {
    if (factor.isF16() && floats) {
      mma = makeMma(factor, accumulator, 2, 2, capability >= 80 ? 2 : 1);
      needed = 75;
    } else if (factor.isBF16() && floats) {
      mma = makeMma(factor, accumulator, 2, 2, 2);
    } else if (factor.isF32() && floats) {
      mma = makeMma(factor, accumulator, 1, 2, 2);
    } else if (isa<Float8E4M3FNType, Float8E5M2Type>(factor) && floats) {
      mma = makeMma(getStagedType(factor), accumulator, 4, 2, 2);
      needed = 89;
    } else if (factor.isSignlessInteger(8) &&
               accumulator.isSignlessInteger(32)) {
      mma = capability >= 80 ? makeMma(factor, accumulator, 4, 2, 2)
                             : makeMma(factor, accumulator, 4, 1, 1);
      needed = 75;
    } else if (factor.isF64() && accumulator.isF64()) {
      mma = makeMma(factor, accumulator, 1, 1, 1);
    }
  }
  llvm::raw_string_ostream stream(reason);
  stream << "path " << stringifyComputePath(path) << " has no instruction for "
         << factor << " with sums of " << accumulator;
  if (!mma)
    return std::nullopt;
  if (capability < needed) {
    stream << " before sm_" << needed;
    return std::nullopt;
  }
  mma->path = path;
  mma->factor = factor;
  return mma;
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
        // math.fma would become a call of libdevice.
        sums.push_back(
            LLVM::FMAOp::create(builder, loc, left[i], right[j], old));
      }
    }
  return vector::FromElementsOp::create(builder, loc, type, sums);
}

/// nvgpu.mma.sync does not take floats of 8 bits, and fails to lower bf16;
/// nvvm.mma.sync does not take floats of 8 bits either.
static Value emitNVVM(OpBuilder &builder, Location loc, Type factor, Value a,
                      Value b, Value c, ArrayRef<int64_t> shape) {
  auto registers = [&](Value fragment) {
    auto type = cast<VectorType>(fragment.getType());
    SmallVector<Value> words;
    for (int64_t i = 0; i < type.getDimSize(0); ++i) {
      Value part = vector::ExtractOp::create(builder, loc, fragment, i);
      part = vector::BitCastOp::create(
          builder, loc, VectorType::get({1}, builder.getI32Type()), part);
      words.push_back(vector::ExtractOp::create(builder, loc, part, 0));
    }
    return words;
  };
  auto type = cast<VectorType>(c.getType());
  SmallVector<Value> sums;
  for (int64_t i = 0; i < type.getDimSize(0); ++i)
    for (int64_t j = 0; j < type.getDimSize(1); ++j)
      sums.push_back(
          vector::ExtractOp::create(builder, loc, c, ArrayRef<int64_t>{i, j}));
  SmallVector<Type> fields(sums.size(), type.getElementType());
  auto results = LLVM::LLVMStructType::getLiteral(builder.getContext(), fields);
  Value result;
  if (factor.isBF16()) {
    result =
        NVVM::MmaOp::create(builder, loc, results, registers(a), registers(b),
                            sums, shape, std::nullopt, std::nullopt,
                            std::array<NVVM::MMATypes, 2>{NVVM::MMATypes::bf16,
                                                          NVVM::MMATypes::bf16},
                            std::array<NVVM::MMALayout, 2>{
                                NVVM::MMALayout::row, NVVM::MMALayout::col});
  } else {
    StringRef name = isa<Float8E5M2Type>(factor)
                         ? "llvm.nvvm.mma.m16n8k32.row.col.f32.e5m2.e5m2.f32"
                         : "llvm.nvvm.mma.m16n8k32.row.col.f32.e4m3.e4m3.f32";
    SmallVector<Value> operands = registers(a);
    llvm::append_range(operands, registers(b));
    llvm::append_range(operands, sums);
    result = LLVM::CallIntrinsicOp::create(
                 builder, loc, results, builder.getStringAttr(name), operands)
                 .getResult(0);
  }
  SmallVector<Value> elements;
  for (size_t i = 0; i < sums.size(); ++i)
    elements.push_back(LLVM::ExtractValueOp::create(builder, loc, result, i));
  return vector::FromElementsOp::create(builder, loc, type, elements);
}

/// `fragment`, of f32, rounded to tf32: 10 bits of mantissa, ties away from
/// zero. What the hardware would do with the other bits is not defined.
static Value roundToTF32(OpBuilder &builder, Location loc, Value fragment) {
  auto type = cast<VectorType>(fragment.getType());
  SmallVector<Value> elements;
  for (int64_t i = 0; i < type.getDimSize(0); ++i) {
    Value element = vector::ExtractOp::create(builder, loc, fragment,
                                              ArrayRef<int64_t>{i, 0});
    Value bits = LLVM::CallIntrinsicOp::create(
                     builder, loc, builder.getI32Type(),
                     builder.getStringAttr("llvm.nvvm.f2tf32.rna"), element)
                     .getResult(0);
    elements.push_back(
        arith::BitcastOp::create(builder, loc, type.getElementType(), bits));
  }
  return vector::FromElementsOp::create(builder, loc, type, elements);
}

SmallVector<Value, 2> MmaInstruction::prepare(OpBuilder &builder, Location loc,
                                              Value fragment) const {
  if (path == ComputePath::FMA || !factor.isF32())
    return {fragment};
  Value high = roundToTF32(builder, loc, fragment);
  if (path == ComputePath::MMA)
    return {high};
  Value rest = arith::SubFOp::create(builder, loc, fragment, high);
  return {high, roundToTF32(builder, loc, rest)};
}

Value MmaInstruction::emit(OpBuilder &builder, Location loc, ValueRange left,
                           ValueRange right, Value sums) const {
  // The product of both small parts is below the last bit of f32. Small ones
  // are added first.
  if (path == ComputePath::MMA3xTF32) {
    sums = emitOne(builder, loc, left[1], right[0], sums);
    sums = emitOne(builder, loc, left[0], right[1], sums);
  }
  return emitOne(builder, loc, left[0], right[0], sums);
}

/// Rows `first`, `first + step`, ... of `vector`, `count` of them.
static Value extractRows(OpBuilder &builder, Location loc, Value vector,
                         int64_t first, int64_t step, int64_t count) {
  auto type = cast<VectorType>(vector.getType());
  if (count == type.getDimSize(0))
    return vector;
  auto partType =
      VectorType::get({count, type.getDimSize(1)}, type.getElementType());
  Value part =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(partType));
  for (int64_t i = 0; i < count; ++i) {
    Value row =
        vector::ExtractOp::create(builder, loc, vector, first + i * step);
    part = vector::InsertOp::create(builder, loc, row, part, i);
  }
  return part;
}

Value MmaInstruction::emitOne(OpBuilder &builder, Location loc, Value aFragment,
                              Value bFragment, Value cFragment) const {
  if (path == ComputePath::FMA)
    return emitFMA(builder, loc, aFragment, bFragment, cFragment);
  if (partsM * partsN == 1)
    return emitPart(builder, loc, aFragment, bFragment, cFragment);
  int64_t registersA = a.type.getDimSize(0) / partsM,
          registersB = b.type.getDimSize(0) / partsN;
  int64_t rows = c.type.getDimSize(0) / partsM,
          columns = c.type.getDimSize(1) / partsN;
  auto partType = VectorType::get({rows, columns}, c.type.getElementType());
  SmallVector<Value> sums(c.type.getNumElements());
  for (int64_t p = 0; p < partsM; ++p)
    for (int64_t q = 0; q < partsN; ++q) {
      // Element (i, j) of a part is (p + partsM * i, q + partsN * j).
      auto place = [&](int64_t i, int64_t j) {
        return SmallVector<int64_t, 2>{p + partsM * i, q + partsN * j};
      };
      SmallVector<Value> elements;
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j)
          elements.push_back(
              vector::ExtractOp::create(builder, loc, cFragment, place(i, j)));
      Value part =
          vector::FromElementsOp::create(builder, loc, partType, elements);
      part = emitPart(
          builder, loc,
          extractRows(builder, loc, aFragment, p, partsM, registersA),
          extractRows(builder, loc, bFragment, q * registersB, 1, registersB),
          part);
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j) {
          SmallVector<int64_t, 2> at = place(i, j);
          sums[at[0] * c.type.getDimSize(1) + at[1]] =
              vector::ExtractOp::create(builder, loc, part,
                                        ArrayRef<int64_t>{i, j});
        }
    }
  return vector::FromElementsOp::create(builder, loc, c.type, sums);
}

Value MmaInstruction::emitPart(OpBuilder &builder, Location loc,
                               Value aFragment, Value bFragment,
                               Value cFragment) const {
  int64_t shape[] = {m / partsM, n / partsN, k};
  if (factor.isBF16() ||
      (isa<FloatType>(factor) && factor.getIntOrFloatBitWidth() == 8))
    return emitNVVM(builder, loc, factor, aFragment, bFragment, cFragment,
                    shape);
  return nvgpu::MmaSyncOp::create(builder, loc, aFragment, bFragment, cFragment,
                                  ArrayRef<int64_t>(shape),
                                  /*tf32Enabled=*/factor.isF32());
}
