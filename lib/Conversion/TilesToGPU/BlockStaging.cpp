//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operands of a block's contraction in shared memory.
//
// A tile lies in shared memory as in global memory: the dimension along which
// addresses ascend is the innermost one. Neighbouring threads copy neighbouring
// pieces. Elements that do not exist become zero: an asynchronous copy with
// fewer source elements fills up with zeros, and one without any touches no
// global memory whatever its address is (PTX ISA, cp.async).
//
//===----------------------------------------------------------------------===//

#include "BlockDistribution.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sparsegpu;

static int64_t bytesOf(Type element) {
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

Value BlockDistribution::allocateShared(ArrayRef<int64_t> shape, Type element) {
  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&entry);
  return memref::AllocOp::create(
      b, loc,
      MemRefType::get(shape, element, MemRefLayoutAttrInterface(), space));
}

BlockDistribution::Shared BlockDistribution::allocate(LoadOp load) {
  auto found = sharedTiles.find(load);
  if (found != sharedTiles.end())
    return found->second;
  auto tile = cast<RankedTensorType>(load.getTile().getType());
  SmallVector<int64_t> shape(tile.getShape());
  Shared shared{Value(), load.getContiguous() == 0};
  if (shared.transposed)
    std::swap(shape[0], shape[1]);
  shared.memory = allocateShared(shape, getStagedType(tile.getElementType()));
  sharedTiles[load] = shared;
  return shared;
}

int64_t BlockDistribution::getCopyElements(LoadOp load) {
  auto tile = cast<RankedTensorType>(load.getTile().getType());
  int64_t width = bytesOf(tile.getElementType()), run = load.getRun();
  // The copy must not straddle runs; 4 bytes are the least.
  for (int64_t bytes = schedule.getCopy(); bytes >= 4; bytes /= 2)
    if (bytes % width == 0 && run % (bytes / width) == 0)
      return bytes / width;
  return 0;
}

bool BlockDistribution::copy(LoadOp load, const Shared &shared,
                             SmallVectorImpl<Value> &tokens) {
  int64_t elements = getCopyElements(load);
  if (elements == 0) {
    copyByElements(load, shared);
    return false;
  }
  auto type = cast<MemRefType>(shared.memory.getType());
  Value flat = flatten(lookup(load.getSource()));
  auto flatType = cast<MemRefType>(flat.getType());
  // Both are bytes to LLVM.
  if (flatType.getElementType() != type.getElementType())
    flat = UnrealizedConversionCastOp::create(
               b, loc,
               MemRefType::get(flatType.getShape(), type.getElementType(),
                               flatType.getLayout(), flatType.getMemorySpace()),
               flat)
               .getResult(0);
  int64_t threads = schedule.getBlockSize();
  int64_t perLine = type.getDimSize(1) / elements;
  int64_t pieces = type.getDimSize(0) * perLine;
  auto token = nvgpu::DeviceAsyncTokenType::get(b.getContext());
  for (int64_t first = 0; first < pieces; first += threads) {
    OpBuilder::InsertionGuard guard(b);
    Value piece = add(thread, first);
    Value line, inLine;
    if (threads % perLine == 0) {
      line = add(div(thread, perLine), first / perLine);
      inLine = rem(thread, perLine);
    } else {
      line = div(piece, perLine);
      inLine = rem(piece, perLine);
    }
    Value at = mul(inLine, elements);
    // The last round may have less pieces than threads.
    if (first + threads > pieces) {
      Value exists = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                           piece, index(pieces));
      b.setInsertionPointToStart(
          scf::IfOp::create(b, loc, exists, false).thenBlock());
    }
    Value row = shared.transposed ? at : line,
          column = shared.transposed ? line : at;
    Value count =
        shared.transposed ? load.getRowCount() : load.getColumnCount();
    Value whole = shared.transposed ? isBelow(column, load.getColumnCount(),
                                              type.getDimSize(0))
                                    : isRow(load, row, type.getDimSize(0));
    // How many of the elements exist; null if all do.
    Value valid;
    if (isBelow(at, count, type.getDimSize(1))) {
      Value left = arith::SubIOp::create(b, loc, lookup(count), at);
      left = arith::MaxSIOp::create(b, loc, left, index(0));
      valid = arith::MinSIOp::create(b, loc, left, index(elements));
    }
    if (whole)
      valid = arith::SelectOp::create(
          b, loc, whole, valid ? valid : index(elements), index(0));
    Value offset =
        add(indexAt(load.getRows(), row), indexAt(load.getColumns(), column));
    if (!asynchronous) {
      copyPiece(flat, offset, elements, valid, shared.memory, {line, at});
      continue;
    }
    auto copied = nvgpu::DeviceAsyncCopyOp::create(
        b, loc, token, shared.memory, ValueRange{line, at}, flat, offset,
        b.getIndexAttr(elements), valid,
        // Only copies of 16 bytes can go around the first-level cache.
        elements * bytesOf(type.getElementType()) == 16 ? b.getUnitAttr()
                                                        : UnitAttr());
    if (first + threads <= pieces)
      tokens.push_back(copied);
  }
  return asynchronous;
}

/// `count` elements through registers, loaded at once if `valid`, which may be
/// null, says that all exist; else one by one, with zeros for those that do
/// not.
void BlockDistribution::copyPiece(Value flat, Value offset, int64_t count,
                                  Value valid, Value memory, Place place) {
  Type element = cast<MemRefType>(memory.getType()).getElementType();
  auto vector = VectorType::get({count}, element);
  llvm::MaybeAlign bytes(count * bytesOf(element));
  auto loadAll = [&]() -> Value {
    return vector::LoadOp::create(b, loc, vector, flat, ValueRange(offset),
                                  /*nontemporal=*/false, bytes);
  };
  Value zeros = arith::ConstantOp::create(b, loc, b.getZeroAttr(vector));
  // The first `valid` elements, more than none.
  auto loadSome = [&]() -> Value {
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(element));
    Value last = arith::SubIOp::create(b, loc, valid, index(1));
    SmallVector<Value> elements;
    for (int64_t i = 0; i < count; ++i) {
      Value exists = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                           index(i), valid);
      Value at = arith::MinUIOp::create(b, loc, index(i), last);
      at = arith::AddIOp::create(b, loc, offset, at);
      Value loaded = memref::LoadOp::create(b, loc, flat, at);
      elements.push_back(arith::SelectOp::create(b, loc, exists, loaded, zero));
    }
    return vector::FromElementsOp::create(b, loc, vector, elements);
  };
  auto choose = [&](arith::CmpIPredicate predicate, int64_t bound,
                    function_ref<Value()> ifTrue,
                    function_ref<Value()> ifFalse) -> Value {
    Value holds = arith::CmpIOp::create(b, loc, predicate, valid, index(bound));
    auto branch = scf::IfOp::create(b, loc, vector, holds, true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    scf::YieldOp::create(b, loc, ifTrue());
    b.setInsertionPointToStart(branch.elseBlock());
    scf::YieldOp::create(b, loc, ifFalse());
    return branch.getResult(0);
  };
  Value piece;
  if (valid)
    piece = choose(arith::CmpIPredicate::eq, count, loadAll, [&] {
      return choose(arith::CmpIPredicate::ne, 0, loadSome,
                    [&] { return zeros; });
    });
  else
    piece = loadAll();
  vector::StoreOp::create(b, loc, piece, memory,
                          ValueRange{place.row, place.column},
                          /*nontemporal=*/false, bytes);
}

void BlockDistribution::copyByElements(LoadOp load, const Shared &shared) {
  auto type = cast<MemRefType>(shared.memory.getType());
  int64_t perLine = type.getDimSize(1);
  Value flat = flatten(lookup(load.getSource()));
  auto loop = scf::ForOp::create(b, loc, thread, index(type.getNumElements()),
                                 index(schedule.getBlockSize()));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value line = div(loop.getInductionVar(), perLine),
        at = rem(loop.getInductionVar(), perLine);
  Place place = shared.transposed ? Place{at, line} : Place{line, at};
  Value element = loadElement(load, flat, place);
  if (element.getType() != type.getElementType())
    element = arith::BitcastOp::create(b, loc, type.getElementType(), element);
  memref::StoreOp::create(b, loc, element, shared.memory, ValueRange{line, at});
}

//===----------------------------------------------------------------------===//
// Fragments
//===----------------------------------------------------------------------===//

BlockDistribution::Fragments
BlockDistribution::loadFragments(const Shared &shared, bool isA, Value first,
                                 int64_t count, Value k) {
  Fragments matrices = loadPairs(shared, isA, first, count, k);
  if (matrices.empty())
    matrices = loadMatrices(shared, isA, first, count, k);
  if (!matrices.empty())
    return matrices;
  const FragmentLayout &layout = isA ? mma->a : mma->b;
  Place origin = originOf(layout);
  Fragments result;
  for (int64_t i = 0; i < count; ++i) {
    SmallVector<Value> elements;
    Value row = isA ? add(first, i * mma->m) : k,
          column = isA ? k : add(first, i * mma->n);
    row = add(row, origin.row);
    column = add(column, origin.column);
    for (auto [r, c] : layout.places) {
      Value at[] = {add(row, r), add(column, c)};
      if (shared.transposed)
        std::swap(at[0], at[1]);
      Value element =
          memref::LoadOp::create(b, loc, shared.memory, ValueRange(at));
      if (element.getType() != layout.type.getElementType())
        element = arith::BitcastOp::create(b, loc, layout.type.getElementType(),
                                           element);
      elements.push_back(element);
    }
    result.push_back(
        vector::FromElementsOp::create(b, loc, layout.type, elements));
  }
  return result;
}

/// ldmatrix loads 8 x 8 elements of 16 bits, that is eight lines of 16 bytes
/// whose addresses eight lanes give; lane l then has the 32 bits l mod 4 of
/// line l / 4. That is a register of a fragment whose lines are along k. Where
/// they are across, it can transpose elements of 16 bits.
BlockDistribution::Fragments
BlockDistribution::loadMatrices(const Shared &shared, bool isA, Value first,
                                int64_t count, Value k) {
  const FragmentLayout &layout = isA ? mma->a : mma->b;
  auto memory = cast<MemRefType>(shared.memory.getType());
  int64_t width = bytesOf(memory.getElementType());
  bool isAcross = shared.transposed == isA;
  if (mma->path == ComputePath::FMA || layout.type.getDimSize(1) * width != 4 ||
      (isAcross && width != 2) || memory.getDimSize(1) * width % 16 != 0)
    return {};
  int64_t unit = 16 / width;
  // Up to four matrices, of A those along m before those along k, of B those
  // along k before those along n.
  int64_t halvesK = mma->b.type.getDimSize(0);
  Value inMatrix = rem(lane, 8), low = rem(div(lane, 8), 2),
        high = div(lane, 16), none = index(0);
  Value alongK = isA ? (mma->m == 8 ? low : high) : halvesK == 1 ? none : low;
  Value along = isA ? (mma->m == 8 ? none : low) : halvesK == 1 ? low : high;
  Value line, at;
  if (isAcross) {
    line = add(mul(alongK, 8), inMatrix);
    at = mul(along, 8);
  } else {
    line = add(mul(along, 8), inMatrix);
    at = mul(alongK, unit);
  }
  int64_t perFragment = layout.type.getDimSize(0);
  Fragments result;
  for (int64_t i = 0; i < count;) {
    // Two fragments of B at once.
    int64_t matrices = isA || i + 1 == count ? perFragment : 2 * perFragment;
    Value start = add(first, i * (isA ? mma->m : mma->n));
    Value indices[] = {add(isAcross ? k : start, line),
                       add(isAcross ? start : k, at)};
    auto type = VectorType::get({matrices, layout.type.getDimSize(1)},
                                memory.getElementType());
    Value loaded = nvgpu::LdMatrixOp::create(b, loc, type, shared.memory,
                                             ValueRange(indices), isAcross,
                                             static_cast<uint32_t>(matrices));
    if (matrices == perFragment) {
      result.push_back(loaded);
      ++i;
      continue;
    }
    for (int64_t half : {0, 1}) {
      Value fragment =
          arith::ConstantOp::create(b, loc, b.getZeroAttr(layout.type));
      for (int64_t r = 0; r < perFragment; ++r) {
        Value part =
            vector::ExtractOp::create(b, loc, loaded, half * perFragment + r);
        fragment = vector::InsertOp::create(b, loc, part, fragment, r);
      }
      result.push_back(fragment);
      ++i;
    }
  }
  return result;
}

/// With its lines along m (or n), a matrix of 8 lines of 8 pairs of bytes gives
/// lane l two of k of rows 2 * (l / 4) and 2 * (l / 4) + 1 of 16. A register of
/// a fragment has k = 4 * t to 4 * t + 3 of one row, t = l mod 4. So each 16 of
/// k are two matrices, and lines 2 * t and 2 * t + 1 of either are two of
/// these: of the first the lower two for t < 2, and the upper two for the
/// others. Two permutations of the bytes of both then give the registers of
/// both rows. (Were it the lower two for all t, the lines of a matrix would be
/// 0, 1, 4, 5, 8, ... With the upper ones they differ modulo 8, as eight
/// neighbours do, and the same swizzles make them free of bank conflicts.)
BlockDistribution::Fragments BlockDistribution::loadPairs(const Shared &shared,
                                                          bool isA, Value first,
                                                          int64_t count,
                                                          Value k) {
  const FragmentLayout &layout = isA ? mma->a : mma->b;
  if (!(isA ? mma->hasPairedRows() : mma->hasPairedColumns()))
    return {};
  int64_t perFragment = layout.type.getDimSize(0), halvesK = perFragment / 2;
  Value inMatrix = rem(lane, 8), matrix = div(lane, 8), pair = div(matrix, 2);
  Value upper = arith::XOrIOp::create(b, loc, div(inMatrix, 4), rem(matrix, 2));
  Value line =
      add(add(mul(div(inMatrix, 2), 4), rem(inMatrix, 2)), mul(upper, 2));
  Value at = index(0);
  if (halvesK == 1)
    at = mul(pair, 16);
  else
    line = add(line, mul(pair, 16));
  // Bytes 0, 2 of both words and 1, 3 of both; the words change places.
  Type i32 = b.getI32Type();
  auto selector = [&](int32_t lower, int32_t other) -> Value {
    Value isLower = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                          rem(lane, 4), index(2));
    return arith::SelectOp::create(
        b, loc, isLower,
        arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(lower)),
        arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(other)));
  };
  Value selectors[] = {selector(0x6420, 0x2064), selector(0x7531, 0x3175)};
  Fragments result;
  for (int64_t i = 0; i < count;) {
    int64_t atOnce = std::min(4 / perFragment, count - i);
    Value start = add(first, 16 * i);
    Value indices[] = {add(k, line), add(start, at)};
    auto pairs = VectorType::get({atOnce * perFragment, 2}, b.getI16Type());
    Value loaded = LdMatrixPairsOp::create(b, loc, pairs, shared.memory,
                                           ValueRange(indices));
    auto word = [&](int64_t number) -> Value {
      Value row = vector::ExtractOp::create(b, loc, loaded, number);
      row = vector::BitCastOp::create(b, loc, VectorType::get({1}, i32), row);
      return vector::ExtractOp::create(b, loc, row, 0);
    };
    for (int64_t f = 0; f < atOnce; ++f, ++i) {
      Value fragment =
          arith::ConstantOp::create(b, loc, b.getZeroAttr(layout.type));
      for (int64_t half = 0; half < halvesK; ++half) {
        int64_t number = f * perFragment + 2 * half;
        Value words[] = {word(number), word(number + 1)};
        for (int64_t parity : {0, 1}) {
          Value bytes = NVVM::PermuteOp::create(b, loc, i32, words[0], words[1],
                                                selectors[parity],
                                                NVVM::PermuteMode::DEFAULT);
          bytes = vector::BroadcastOp::create(b, loc, VectorType::get({1}, i32),
                                              bytes);
          bytes = vector::BitCastOp::create(
              b, loc, VectorType::get({4}, layout.type.getElementType()),
              bytes);
          fragment = vector::InsertOp::create(b, loc, bytes, fragment,
                                              isA ? 2 * half + parity
                                                  : halvesK * parity + half);
        }
      }
      result.push_back(fragment);
    }
  }
  return result;
}
