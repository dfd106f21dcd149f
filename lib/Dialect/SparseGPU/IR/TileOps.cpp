//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations of levels 2 and 3: they move tiles between memory and SSA values.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

using namespace mlir;
using namespace sparsegpu;

using Effects =
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

static void addRead(Effects &effects, OpOperand &operand) {
  effects.emplace_back(MemoryEffects::Read::get(), &operand,
                       SideEffects::DefaultResource::get());
}

//===----------------------------------------------------------------------===//
// coordinates, decode, decode_ids
//===----------------------------------------------------------------------===//

LogicalResult CoordinatesOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  if (source.getRank() != 1 || !isOverheadType(source.getElementType()))
    return emitOpError("needs a source of rank 1 of integers or index, got ")
           << source << " (CRD-1)";
  if (cast<RankedTensorType>(getTile().getType()).getRank() != 1)
    return emitOpError("makes a tile of rank 1, got ")
           << getTile().getType() << " (CRD-1)";
  return success();
}

void CoordinatesOp::getEffects(Effects &effects) {
  addRead(effects, getSourceMutable());
}

LogicalResult DecodeOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  auto tile = cast<RankedTensorType>(getTile().getType());
  if (source.getRank() != 1 || tile.getRank() != 2 || tile.isDynamicDim(0) ||
      tile.getElementType() != source.getElementType())
    return emitOpError("cannot decode ") << source << " to " << tile
                                         << ": the tile needs rank 2, a static "
                                            "row count and the element type "
                                            "of a source of rank 1 (DEC-1)";
  return success();
}

void DecodeOp::getEffects(Effects &effects) {
  addRead(effects, getSourceMutable());
}

LogicalResult DecodeIdsOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  auto tile = cast<RankedTensorType>(getTile().getType());
  for (Value list : {getIds(), getOffsets()}) {
    auto type = cast<MemRefType>(list.getType());
    if (type.getRank() != 1 || !isOverheadType(type.getElementType()))
      return emitOpError("needs ids and offsets of rank 1 of integers or "
                         "index, got ")
             << type << " (IDS-1)";
  }
  if (source.getRank() != 1 || tile.getRank() != 2 || tile.isDynamicDim(0) ||
      tile.getElementType() != source.getElementType())
    return emitOpError("cannot decode ") << source << " to " << tile
                                         << ": the tile needs rank 2, a static "
                                            "row count and the element type "
                                            "of a source of rank 1 (IDS-1)";
  auto present = tile.clone(IntegerType::get(getContext(), 1));
  if (getPresent().getType() != present)
    return emitOpError("says of each element whether it is present, in ")
           << present << ", got " << getPresent().getType() << " (IDS-1)";
  if (getTileColumns() < 1)
    return emitOpError("needs tiles of at least one column, got ")
           << getTileColumns() << " (IDS-1)";
  return success();
}

void DecodeIdsOp::getEffects(Effects &effects) {
  addRead(effects, getSourceMutable());
  addRead(effects, getIdsMutable());
  addRead(effects, getOffsetsMutable());
}

//===----------------------------------------------------------------------===//
// gather, scatter
//===----------------------------------------------------------------------===//

LogicalResult GatherOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  auto tile = cast<RankedTensorType>(getTile().getType());
  unsigned subscripts = (getRows() ? 1 : 0) + (getColumns() ? 1 : 0);
  if (source.getRank() != subscripts || subscripts == 0)
    return emitOpError("has ") << subscripts << " subscripts for a source of "
                               << "rank " << source.getRank() << " (GTH-1)";
  if (getTransposed() && subscripts != 2)
    return emitOpError("'transposed' needs a source of rank 2 (GTH-1)");
  if (tile.getElementType() != source.getElementType() ||
      tile.getRank() != source.getRank())
    return emitOpError("makes a tile of rank ")
           << source.getRank() << " and element type "
           << source.getElementType() << ", got " << tile << " (GTH-2)";
  if (getRows() &&
      tile.getDimSize(0) !=
          cast<RankedTensorType>(getRows().getType()).getDimSize(0))
    return emitOpError("makes one tile row per row subscript (GTH-2)");
  if (getColumns() && tile.isDynamicDim(tile.getRank() - 1))
    return emitOpError("makes a static number of columns (GTH-2)");
  return success();
}

void GatherOp::getEffects(Effects &effects) {
  addRead(effects, getSourceMutable());
}

LogicalResult ScatterOp::verify() {
  auto dest = cast<MemRefType>(getDest().getType());
  auto tile = cast<RankedTensorType>(getTile().getType());
  if (dest.getRank() != 2)
    return emitOpError("needs a destination of rank 2, got ")
           << dest << " (SCT-1)";
  if (tile.getElementType() != dest.getElementType() || tile.getRank() != 2)
    return emitOpError("stores a tile of rank 2 and element type ")
           << dest.getElementType() << ", got " << tile << " (SCT-2)";
  return success();
}

LogicalResult ScatterOp::verifyRegions() {
  if (getReduce().empty())
    return success();
  Type element = cast<MemRefType>(getDest().getType()).getElementType();
  auto fail = [&]() {
    return emitOpError("region 'reduce' must have one block that takes two ")
           << element << " and ends in sparse_gpu.yield of " << element
           << " (SCT-3)";
  };
  if (!getReduce().hasOneBlock())
    return fail();
  Block &block = getReduce().front();
  auto yield =
      dyn_cast_or_null<YieldOp>(block.empty() ? nullptr : &block.back());
  if (!llvm::equal(block.getArgumentTypes(),
                   ArrayRef<Type>{element, element}) ||
      !yield || yield.getValue().getType() != element)
    return fail();
  return success();
}

void ScatterOp::getEffects(Effects &effects) {
  if (!getReduce().empty())
    effects.emplace_back(MemoryEffects::Read::get(), &getDestMutable(),
                         SideEffects::DefaultResource::get());
  effects.emplace_back(MemoryEffects::Write::get(), &getDestMutable(),
                       SideEffects::DefaultResource::get());
}

//===----------------------------------------------------------------------===//
// load, store
//===----------------------------------------------------------------------===//

/// LDT-1 and STT-1.
static LogicalResult verifyTile(Operation *op, Type tileType, Type memory,
                                Value rows, Value columns, int64_t contiguous,
                                int64_t run, const char *rule) {
  auto tile = cast<RankedTensorType>(tileType);
  auto size = [](Value offsets) {
    return cast<RankedTensorType>(offsets.getType()).getShape();
  };
  if (tile.getRank() != 2 || !tile.hasStaticShape() ||
      size(rows) != tile.getShape().take_front() ||
      size(columns) != tile.getShape().take_back() ||
      tile.getElementType() != cast<MemRefType>(memory).getElementType())
    return op->emitOpError("needs a tile of ")
           << memory << " with one static row for each of " << rows.getType()
           << " and one column for each of " << columns.getType() << ", got "
           << tile << " (" << rule << ")";
  if ((contiguous != 0 && contiguous != 1) || run < 1 ||
      tile.getDimSize(contiguous) % run != 0)
    return op->emitOpError("needs 'contiguous' to be 0 or 1, and 'run' to "
                           "divide that size of ")
           << tile << " (" << rule << ")";
  return success();
}

LogicalResult LoadOp::verify() {
  return verifyTile(*this, getTile().getType(), getSource().getType(),
                    getRows(), getColumns(), getContiguous(), getRun(),
                    "LDT-1");
}

void LoadOp::getEffects(Effects &effects) {
  addRead(effects, getSourceMutable());
}

LogicalResult StoreOp::verify() {
  return verifyTile(*this, getTile().getType(), getDest().getType(), getRows(),
                    getColumns(), getContiguous(), getRun(), "STT-1");
}

void StoreOp::getEffects(Effects &effects) {
  effects.emplace_back(MemoryEffects::Write::get(), &getDestMutable(),
                       SideEffects::DefaultResource::get());
}

//===----------------------------------------------------------------------===//
// ldmatrix_pairs
//===----------------------------------------------------------------------===//

LogicalResult LdMatrixPairsOp::verify() {
  auto memory = cast<MemRefType>(getMemory().getType());
  auto pairs = cast<VectorType>(getPairs().getType());
  int64_t matrices = pairs.getDimSize(0);
  auto space =
      dyn_cast_if_present<gpu::AddressSpaceAttr>(memory.getMemorySpace());
  bool isShared = space && space.getValue() == gpu::AddressSpace::Workgroup;
  if (!isShared || memory.getRank() == 0 ||
      static_cast<int64_t>(getIndices().size()) != memory.getRank() ||
      (matrices != 1 && matrices != 2 && matrices != 4) ||
      pairs.getDimSize(1) != 2)
    return emitOpError("needs a buffer in workgroup memory, a subscript for "
                       "each of its dimensions, and a result of 1, 2 or 4 rows "
                       "of 2, got ")
           << memory << " with " << getIndices().size() << " subscripts to "
           << pairs << " (LDP-1)";
  return success();
}
