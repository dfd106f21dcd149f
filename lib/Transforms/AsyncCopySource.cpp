//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AsyncCopySource.h"

#include "KnownDivisor.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sparsegpu;

/// Shared memory is given out in pieces of at least this.
static constexpr int64_t kSharedAlignment = 16;
static constexpr int64_t kUnknownSize = 1 << 16;

//===----------------------------------------------------------------------===//
// Alignment
//===----------------------------------------------------------------------===//

static bool isShared(Value memref) {
  auto type = dyn_cast<MemRefType>(memref.getType());
  return type && nvgpu::NVGPUDialect::hasSharedMemoryAddressSpace(type);
}

bool sparsegpu::isGlobalMemory(Value memref) {
  auto type = dyn_cast<MemRefType>(memref.getType());
  if (!type || isShared(memref))
    return false;
  Attribute space = type.getMemorySpace();
  if (auto known = dyn_cast_if_present<gpu::AddressSpaceAttr>(space))
    return known.getValue() == gpu::AddressSpace::Global;
  if (auto number = dyn_cast_if_present<IntegerAttr>(space))
    return number.getInt() <= 1;
  return !space;
}

/// Bytes of which the distance of the element at `indices` from the first one
/// is a multiple.
static int64_t getOffsetAlignment(MemRefType type,
                                  ArrayRef<OpFoldResult> indices) {
  SmallVector<int64_t> strides;
  int64_t offset;
  int64_t bytes = type.getElementTypeBitWidth() / 8;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return bytes;
  int64_t divisor = kUnknownSize;
  for (auto [index, stride] : llvm::zip_equal(indices, strides)) {
    if (getConstantIntValue(index) == 0)
      continue;
    int64_t step =
        ShapedType::isDynamic(stride) ? 1 : getPowerOfTwoDivisor(stride);
    divisor = std::min(divisor, getKnownDivisor(index) * step);
  }
  return divisor * bytes;
}

/// Bytes of which the address of the first element is a multiple.
static int64_t getBaseAlignment(Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  int64_t least = std::max<int64_t>(type.getElementTypeBitWidth() / 8, 1);
  if (auto argument = dyn_cast<BlockArgument>(memref)) {
    if (isShared(memref))
      return kSharedAlignment;
    auto function =
        dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
    if (!function || !argument.getOwner()->isEntryBlock() ||
        argument.getArgNumber() >= function.getNumArguments())
      return least;
    auto known = function.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(),
                                                        "llvm.align");
    bool isFirst = type.getLayout().isIdentity();
    return known && isFirst
               ? std::max(least, getPowerOfTwoDivisor(known.getInt()))
               : least;
  }
  return llvm::TypeSwitch<Operation *, int64_t>(memref.getDefiningOp())
      .Case([&](memref::AssumeAlignmentOp op) {
        return std::max(getPowerOfTwoDivisor(op.getAlignment()),
                        getBaseAlignment(op.getMemref()));
      })
      .Case([&](memref::AllocOp op) {
        return std::max({least,
                         getPowerOfTwoDivisor(op.getAlignment().value_or(1)),
                         isShared(memref) ? kSharedAlignment : 1});
      })
      .Case<memref::CastOp>([&](auto op) {
        return isa<MemRefType>(op.getSource().getType())
                   ? getBaseAlignment(op.getSource())
                   : least;
      })
      .Case<memref::ExpandShapeOp, memref::CollapseShapeOp>(
          [&](auto op) { return getBaseAlignment(op.getSrc()); })
      .Case([&](memref::SubViewOp op) {
        return std::min(
            getBaseAlignment(op.getSource()),
            getOffsetAlignment(op.getSourceType(), op.getMixedOffsets()));
      })
      .Default([&](Operation *) { return least; });
}

int64_t sparsegpu::getKnownAlignment(Value memref, ValueRange indices) {
  auto type = cast<MemRefType>(memref.getType());
  return std::min(getBaseAlignment(memref),
                  getOffsetAlignment(type, getAsOpFoldResult(indices)));
}

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

bool sparsegpu::isZero(Value value) {
  Attribute constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return false;
  if (auto elements = dyn_cast<DenseElementsAttr>(constant)) {
    if (!elements.isSplat())
      return false;
    constant = elements.getSplatValue<Attribute>();
  }
  if (auto number = dyn_cast<FloatAttr>(constant))
    return number.getValue().isPosZero();
  auto number = dyn_cast<IntegerAttr>(constant);
  return number && number.getValue().isZero();
}

/// Side by side: the stride of the last dimension is 1.
static bool hasRows(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset;
  Type element = type.getElementType();
  return element.isIntOrFloat() && element.getIntOrFloatBitWidth() % 8 == 0 &&
         type.getRank() > 0 &&
         succeeded(type.getStridesAndOffset(strides, offset)) &&
         strides.back() == 1;
}

static bool setRow(RowAccess &access, Value memref, ValueRange indices,
                   VectorType vector, std::optional<uint64_t> alignment) {
  auto type = cast<MemRefType>(memref.getType());
  if (!hasRows(type))
    return false;
  access.memref = memref;
  access.indices.assign(indices.begin(), indices.end());
  access.width = 1;
  if (vector) {
    if (vector.isScalable() || vector.getRank() == 0 ||
        vector.getNumElements() != vector.getShape().back())
      return false;
    access.width = vector.getNumElements();
  }
  access.alignment = std::max<int64_t>(getKnownAlignment(memref, indices),
                                       alignment.value_or(1));
  return true;
}

/// A transfer of one row without mask.
static bool isRow(VectorTransferOpInterface transfer) {
  return transfer.getVectorType().getRank() == 1 && !transfer.getMask() &&
         transfer.getPermutationMap().isMinorIdentity() &&
         isa<MemRefType>(transfer.getBase().getType());
}

/// `load` loads a row.
static bool matchLoad(Operation *load, RegisterCopy &copy) {
  return llvm::TypeSwitch<Operation *, bool>(load)
      .Case([&](memref::LoadOp op) {
        return setRow(copy.from, op.getMemref(), op.getIndices(), VectorType(),
                      op.getAlignment());
      })
      .Case([&](vector::LoadOp op) {
        return setRow(copy.from, op.getBase(), op.getIndices(),
                      op.getVectorType(), op.getAlignment());
      })
      .Case([&](vector::TransferReadOp op) {
        copy.isClipped = op.hasOutOfBoundsDim();
        return isRow(op) && (!copy.isClipped || isZero(op.getPadding())) &&
               setRow(copy.from, op.getBase(), op.getIndices(),
                      op.getVectorType(), std::nullopt);
      })
      .Default([](Operation *) { return false; });
}

static bool matchStore(Operation *store, RegisterCopy &copy, Value &stored) {
  return llvm::TypeSwitch<Operation *, bool>(store)
      .Case([&](memref::StoreOp op) {
        stored = op.getValueToStore();
        return setRow(copy.to, op.getMemref(), op.getIndices(), VectorType(),
                      op.getAlignment());
      })
      .Case([&](vector::StoreOp op) {
        stored = op.getValueToStore();
        return setRow(copy.to, op.getBase(), op.getIndices(),
                      op.getVectorType(), op.getAlignment());
      })
      .Case([&](vector::TransferWriteOp op) {
        stored = op.getValueToStore();
        return isRow(op) && !op.hasOutOfBoundsDim() &&
               setRow(copy.to, op.getBase(), op.getIndices(),
                      op.getVectorType(), std::nullopt);
      })
      .Default([](Operation *) { return false; });
}

/// Whether `value` is computed from what is loaded from global memory.
static bool comesFromGlobal(Value value) {
  SetVector<Operation *> visited;
  if (Operation *def = value.getDefiningOp())
    visited.insert(def);
  bool found = false;
  for (size_t i = 0; i < visited.size() && !found; ++i)
    visited[i]->walk([&](Operation *op) {
      if (isa<memref::LoadOp, vector::LoadOp, vector::TransferReadOp>(op))
        found |= isGlobalMemory(op->getOperand(0));
      else if (!isa<LoopLikeOpInterface>(op))
        for (Value operand : op->getOperands())
          if (Operation *def = operand.getDefiningOp())
            visited.insert(def);
    });
  return found;
}

/// An scf.if that loads, or yields zeros; its other operations are pure.
static Operation *matchGuard(scf::IfOp branch, RegisterCopy &copy) {
  if (branch.getNumResults() != 1 || branch.getElseRegion().empty())
    return nullptr;
  Value then = branch.thenYield().getOperand(0);
  Value otherwise = branch.elseYield().getOperand(0);
  copy.isZeroIf = isZero(then);
  Block *block = copy.isZeroIf ? branch.elseBlock() : branch.thenBlock();
  Block *other = copy.isZeroIf ? branch.thenBlock() : branch.elseBlock();
  Operation *load = (copy.isZeroIf ? otherwise : then).getDefiningOp();
  if (!isZero(copy.isZeroIf ? then : otherwise) || !load ||
      load->getBlock() != block || !load->hasOneUse())
    return nullptr;
  for (Block *each : {block, other})
    for (Operation &op : each->without_terminator())
      if (&op != load && !isPure(&op))
        return nullptr;
  copy.condition = branch.getCondition();
  copy.guard = branch;
  return load;
}

std::optional<std::string> sparsegpu::matchRegisterCopy(Operation *store,
                                                        RegisterCopy &copy) {
  copy = RegisterCopy();
  copy.store = store;
  Value stored;
  if (!matchStore(store, copy, stored) || !isShared(copy.to.memref))
    return std::nullopt;
  if (!comesFromGlobal(stored))
    return std::nullopt;
  Operation *def = stored.getDefiningOp();
  Operation *load = def;
  if (auto select = dyn_cast_if_present<arith::SelectOp>(def)) {
    copy.isZeroIf = isZero(select.getTrueValue());
    Value other =
        copy.isZeroIf ? select.getTrueValue() : select.getFalseValue();
    load = (copy.isZeroIf ? select.getFalseValue() : select.getTrueValue())
               .getDefiningOp();
    copy.condition = select.getCondition();
    if (!isZero(other) || !copy.condition.getType().isInteger(1))
      load = nullptr;
  } else if (auto branch = dyn_cast_if_present<scf::IfOp>(def)) {
    load = matchGuard(branch, copy);
  }
  if (!load || !matchLoad(load, copy) || !isGlobalMemory(copy.from.memref))
    return "what is stored is not loaded from rows of global memory as it is "
           "(ASYNC-1)";
  if (copy.from.getType().getElementType() !=
      copy.to.getType().getElementType())
    return "elements are of different types (ASYNC-1)";
  if (!load->hasOneUse() || !def->hasOneUse() ||
      def->getBlock() != store->getBlock() ||
      (load->getBlock() != store->getBlock() && !copy.guard))
    return "what is stored is used elsewhere, or was loaded in another block "
           "(ASYNC-2)";
  copy.load = load;
  return "";
}

//===----------------------------------------------------------------------===//
// Neighbours
//===----------------------------------------------------------------------===//

/// `value` as a sum of another value (null for none) and a constant.
static std::pair<Value, int64_t> splitConstant(Value value) {
  int64_t offset = 0;
  while (true) {
    if (std::optional<int64_t> constant = getConstantIntValue(value))
      return {Value(), offset + *constant};
    if (auto add = value.getDefiningOp<arith::AddIOp>()) {
      // Constants are on the right in canonical form, but not before.
      auto lhs = getConstantIntValue(add.getLhs());
      auto rhs = getConstantIntValue(add.getRhs());
      if (!lhs && !rhs)
        return {value, offset};
      offset += rhs ? *rhs : *lhs;
      value = rhs ? add.getLhs() : add.getRhs();
      continue;
    }
    auto apply = value.getDefiningOp<affine::AffineApplyOp>();
    if (!apply || apply.getMapOperands().size() != 1)
      return {value, offset};
    auto sum = dyn_cast<AffineBinaryOpExpr>(apply.getAffineMap().getResult(0));
    if (!sum || sum.getKind() != AffineExprKind::Add ||
        !isa<AffineDimExpr, AffineSymbolExpr>(sum.getLHS()) ||
        !isa<AffineConstantExpr>(sum.getRHS()))
      return {value, offset};
    offset += cast<AffineConstantExpr>(sum.getRHS()).getValue();
    value = apply.getMapOperands().front();
  }
}

bool sparsegpu::isNextInRow(const RowAccess &row, const RowAccess &next) {
  auto equal = [](Value a, Value b) {
    return a == b || splitConstant(a) == splitConstant(b);
  };
  if (row.memref != next.memref ||
      !llvm::equal(ArrayRef(row.indices).drop_back(),
                   ArrayRef(next.indices).drop_back(), equal))
    return false;
  auto [base, offset] = splitConstant(row.indices.back());
  auto [nextBase, nextOffset] = splitConstant(next.indices.back());
  return base == nextBase && nextOffset == offset + row.width;
}
