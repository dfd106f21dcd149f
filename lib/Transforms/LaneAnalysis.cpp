//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/LaneAnalysis.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sparsegpu;

static std::optional<std::array<int64_t, 3>> findBlockSize(Operation *kernel) {
  if (auto launch = dyn_cast<gpu::LaunchOp>(kernel)) {
    gpu::KernelDim3 size = launch.getBlockSizeOperandValues();
    std::optional<int64_t> x = getConstantIntValue(size.x),
                           y = getConstantIntValue(size.y),
                           z = getConstantIntValue(size.z);
    if (x && y && z)
      return std::array<int64_t, 3>{*x, *y, *z};
    return std::nullopt;
  }
  DenseI32ArrayAttr known;
  if (auto function = dyn_cast<gpu::GPUFuncOp>(kernel))
    known = function.getKnownBlockSizeAttr();
  if (!known)
    known = kernel->getAttrOfType<DenseI32ArrayAttr>(
        gpu::GPUDialect::KnownBlockSizeAttrHelper::getNameStr());
  if (!known || known.size() != 3)
    return std::nullopt;
  return std::array<int64_t, 3>{known[0], known[1], known[2]};
}

LaneAnalysis::LaneAnalysis(Operation *kernel)
    : kernel(kernel), program(findBlockSize(kernel)) {}

LaneAnalysis::Result LaneAnalysis::fail(Value value, const char *reason,
                                        bool needsBlock) {
  failure = {value, reason, needsBlock};
  return mlir::failure();
}

bool LaneAnalysis::isOutside(Value value) const {
  return !kernel->isAncestor(value.getParentRegion()->getParentOp());
}

FailureOr<LaneProgram::Id> LaneAnalysis::translate(Value value) {
  if (auto it = known.find(value); it != known.end())
    return it->second;
  if (!value.getType().isIntOrIndex() ||
      (!value.getType().isIndex() &&
       value.getType().getIntOrFloatBitWidth() > 64))
    return fail(value, "is not an integer of at most 64 bits");
  Result id = compute(value);
  // The host's values are the same for all lanes, whatever they are.
  if (failed(id) && isOutside(value))
    id = program.unknown(0, false);
  if (succeeded(id)) {
    known[value] = *id;
    byId.try_emplace(*id, value);
  }
  return id;
}

LaneAnalysis::Result LaneAnalysis::compute(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return program.constant(value.getType().isInteger(1)
                                ? constant.getZExtValue()
                                : constant.getSExtValue());
  if (auto argument = dyn_cast<BlockArgument>(value))
    return ofArgument(argument);
  return ofOperation(cast<OpResult>(value));
}

LaneAnalysis::Result LaneAnalysis::ofThread(unsigned dimension, Value value) {
  if (!program.knowsBlock())
    return fail(value, "depends on the size of the block", /*needsBlock=*/true);
  return program.threadId(dimension);
}

/// True if the arguments of `function` are the same for all lanes: those of a
/// kernel, and of a function that no other one calls.
static bool hasUniformArguments(FunctionOpInterface function) {
  if (auto kernel = dyn_cast<gpu::GPUFuncOp>(function.getOperation()))
    return kernel.isKernel();
  Operation *table =
      SymbolTable::getNearestSymbolTable(function->getParentOp());
  return table && SymbolTable::symbolKnownUseEmpty(function, table);
}

LaneAnalysis::Result LaneAnalysis::ofArgument(BlockArgument argument) {
  Operation *owner = argument.getOwner()->getParentOp();
  if (auto launch = dyn_cast<gpu::LaunchOp>(owner)) {
    gpu::KernelDim3 threads = launch.getThreadIds(),
                    sizes = launch.getBlockSize();
    for (auto [dimension, id] :
         llvm::enumerate(ArrayRef<Value>{threads.x, threads.y, threads.z}))
      if (argument == id)
        return ofThread(dimension, argument);
    for (auto [dimension, size] :
         llvm::enumerate(ArrayRef<Value>{sizes.x, sizes.y, sizes.z}))
      if (argument == size && program.knowsBlock())
        return program.constant(program.getBlock()[dimension]);
    return program.unknown(0, true);
  }
  if (auto function = dyn_cast<FunctionOpInterface>(owner)) {
    if (argument.getOwner()->isEntryBlock() && hasUniformArguments(function))
      return program.unknown(0, false);
    return fail(argument, "may differ by lane");
  }
  if (isa<scf::ForOp, affine::AffineForOp>(owner)) {
    auto inductions = cast<LoopLikeOpInterface>(owner).getLoopInductionVars();
    if (inductions && !inductions->empty() && (*inductions)[0] == argument)
      return ofInduction(owner, 0);
  }
  return fail(argument, "is carried by a loop or a branch");
}

LaneAnalysis::Result LaneAnalysis::ofFoldResult(OpFoldResult value) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return program.constant(*constant);
  return translate(cast<Value>(value));
}

LaneAnalysis::Result LaneAnalysis::ofInduction(Operation *op, unsigned number) {
  auto loop = cast<LoopLikeOpInterface>(op);
  Value induction = (*loop.getLoopInductionVars())[number];
  auto lowers = loop.getLoopLowerBounds(), uppers = loop.getLoopUpperBounds(),
       steps = loop.getLoopSteps();
  if (!lowers || !steps)
    return fail(induction, "counts from bounds that are not understood");
  Result lower = ofFoldResult((*lowers)[number]);
  Result step = failed(lower) ? lower : ofFoldResult((*steps)[number]);
  if (failed(step))
    return step;
  if (program.isVarying(*step))
    return fail(induction, "has a step that differs by lane");
  // lower + step * t, with t from 0 in each lane.
  std::optional<int64_t> first = program.getConstant(*lower),
                         stride = program.getConstant(*step), last;
  if (uppers)
    if (Result upper = ofFoldResult((*uppers)[number]); succeeded(upper))
      last = program.getConstant(*upper);
  int64_t trips = 0;
  if (first && last && stride && *stride > 0)
    trips = std::max<int64_t>(1, llvm::divideCeil(*last - *first, *stride));
  return program.binary(
      LaneOp::Add, *lower,
      program.binary(LaneOp::Mul, program.unknown(trips, true), *step));
}

LaneAnalysis::Result LaneAnalysis::combine(LaneOp op, Value lhs, Value rhs) {
  Result a = translate(lhs);
  Result b = failed(a) ? a : translate(rhs);
  if (failed(b))
    return b;
  return program.binary(op, *a, *b);
}

LaneAnalysis::Result LaneAnalysis::ofOperation(OpResult result) {
  Operation *op = result.getOwner();
  if (isa<arith::ArithDialect>(op->getDialect()))
    return ofArith(op);
  if (isa<affine::AffineDialect>(op->getDialect()))
    return ofAffine(result);
  if (isa<gpu::GPUDialect>(op->getDialect()))
    return ofGpu(op);
  // A shuffle of each lane with itself.
  if (auto shuffle = dyn_cast<NVVM::ShflOp>(op))
    if (shuffle.getKind() == NVVM::ShflKind::idx &&
        shuffle.getOffset().getDefiningOp<NVVM::LaneIdOp>() &&
        shuffle->getNumResults() == 1 &&
        getConstantIntValue(shuffle.getThreadMask()) == -1 &&
        getConstantIntValue(shuffle.getMaskAndClamp()) == 31)
      return translate(shuffle.getVal());
  return uniform(op, result);
}

LaneAnalysis::Result LaneAnalysis::ofArith(Operation *op) {
  auto binary = [&](LaneOp kind) {
    return combine(kind, op->getOperand(0), op->getOperand(1));
  };
  // x << c and x >> c, for a constant c.
  auto shift = [&](LaneOp kind) -> Result {
    Result amount = translate(op->getOperand(1));
    Result value = failed(amount) ? amount : translate(op->getOperand(0));
    if (failed(value))
      return value;
    std::optional<int64_t> bits = program.getConstant(*amount);
    if (!bits || *bits < 0 || *bits > 30)
      return fail(op->getResult(0), "shifts by what is not a known number");
    return program.binary(kind, *value, program.constant(int64_t(1) << *bits));
  };
  auto unsignedExtreme = [&](bool isMin) -> Result {
    Result a = translate(op->getOperand(0));
    Result b = failed(a) ? a : translate(op->getOperand(1));
    if (failed(b))
      return b;
    LaneProgram::Id less = program.binary(LaneOp::UnsignedLess, *a, *b);
    return isMin ? program.select(less, *a, *b) : program.select(less, *b, *a);
  };
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<arith::AddIOp>([&](auto) { return binary(LaneOp::Add); })
      .Case<arith::SubIOp>([&](auto) { return binary(LaneOp::Sub); })
      .Case<arith::MulIOp>([&](auto) { return binary(LaneOp::Mul); })
      .Case<arith::DivUIOp>([&](auto) { return binary(LaneOp::UnsignedDiv); })
      .Case<arith::RemUIOp>([&](auto) { return binary(LaneOp::UnsignedMod); })
      .Case<arith::DivSIOp>([&](auto) { return binary(LaneOp::SignedDiv); })
      .Case<arith::RemSIOp>([&](auto) { return binary(LaneOp::SignedMod); })
      .Case<arith::FloorDivSIOp>([&](auto) { return binary(LaneOp::FloorDiv); })
      .Case<arith::CeilDivSIOp>([&](auto) { return binary(LaneOp::CeilDiv); })
      .Case<arith::AndIOp>([&](auto) { return binary(LaneOp::And); })
      .Case<arith::OrIOp>([&](auto) { return binary(LaneOp::Or); })
      .Case<arith::XOrIOp>([&](auto) { return binary(LaneOp::Xor); })
      .Case<arith::ShLIOp>([&](auto) { return shift(LaneOp::Mul); })
      .Case<arith::ShRUIOp>([&](auto) { return shift(LaneOp::UnsignedDiv); })
      .Case<arith::ShRSIOp>([&](auto) { return shift(LaneOp::FloorDiv); })
      .Case<arith::MinSIOp>([&](auto) { return binary(LaneOp::Min); })
      .Case<arith::MaxSIOp>([&](auto) { return binary(LaneOp::Max); })
      .Case<arith::MinUIOp>([&](auto) { return unsignedExtreme(true); })
      .Case<arith::MaxUIOp>([&](auto) { return unsignedExtreme(false); })
      .Case<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtUIOp,
            arith::ExtSIOp, arith::TruncIOp>([&](Operation *cast) -> Result {
        // Bits have other rules than numbers.
        if (cast->getOperand(0).getType().isInteger(1) ||
            cast->getResult(0).getType().isInteger(1))
          return uniform(op, op->getResult(0));
        return translate(cast->getOperand(0));
      })
      .Case<arith::CmpIOp>([&](auto) { return ofComparison(op); })
      .Case<arith::SelectOp>([&](arith::SelectOp select) -> Result {
        Result condition = translate(select.getCondition());
        Result a =
            failed(condition) ? condition : translate(select.getTrueValue());
        Result b = failed(a) ? a : translate(select.getFalseValue());
        if (failed(b))
          return b;
        return program.select(*condition, *a, *b);
      })
      .Default([&](Operation *) { return uniform(op, op->getResult(0)); });
}

LaneAnalysis::Result LaneAnalysis::ofComparison(Operation *op) {
  auto compare = cast<arith::CmpIOp>(op);
  Value lhs = compare.getLhs(), rhs = compare.getRhs();
  LaneOp kind = LaneOp::Less;
  bool negate = false;
  using P = arith::CmpIPredicate;
  switch (compare.getPredicate()) {
  case P::eq:
  case P::ne:
    kind = LaneOp::Equal;
    negate = compare.getPredicate() == P::ne;
    break;
  case P::slt:
  case P::sge:
    negate = compare.getPredicate() == P::sge;
    break;
  case P::sgt:
  case P::sle:
    std::swap(lhs, rhs);
    negate = compare.getPredicate() == P::sle;
    break;
  case P::ult:
  case P::uge:
    kind = LaneOp::UnsignedLess;
    negate = compare.getPredicate() == P::uge;
    break;
  case P::ugt:
  case P::ule:
    kind = LaneOp::UnsignedLess;
    std::swap(lhs, rhs);
    negate = compare.getPredicate() == P::ule;
    break;
  }
  Result id = combine(kind, lhs, rhs);
  if (failed(id) || !negate)
    return id;
  return program.binary(LaneOp::Sub, program.constant(1), *id);
}

LaneAnalysis::Result LaneAnalysis::ofGpu(Operation *op) {
  Value value = op->getResult(0);
  if (auto thread = dyn_cast<gpu::ThreadIdOp>(op))
    return ofThread(unsigned(thread.getDimension()), value);
  if (auto size = dyn_cast<gpu::BlockDimOp>(op))
    return program.knowsBlock()
               ? program.constant(
                     program.getBlock()[unsigned(size.getDimension())])
               : program.unknown(0, true);
  if (isa<gpu::LaneIdOp>(op))
    return program.laneId();
  if (isa<gpu::SubgroupIdOp>(op))
    return program.knowsBlock() ? program.warpId() : program.unknown(0, true);
  if (isa<gpu::SubgroupSizeOp>(op))
    return program.constant(32);
  if (isa<gpu::BlockIdOp, gpu::GridDimOp, gpu::NumSubgroupsOp>(op))
    return program.unknown(0, true);
  return fail(value, "may differ by lane");
}

bool LaneAnalysis::isCommonMemory(Value memref) const {
  if (isOutside(memref) || nvgpu::NVGPUDialect::hasSharedMemoryAddressSpace(
                               cast<MemRefType>(memref.getType())))
    return true;
  // Arguments of the kernel, but no attributions, which may be private.
  auto argument = dyn_cast<BlockArgument>(memref);
  auto function = dyn_cast<FunctionOpInterface>(kernel);
  return argument && function &&
         argument.getOwner() == &function.getFunctionBody().front() &&
         argument.getArgNumber() < function.getNumArguments() &&
         hasUniformArguments(function);
}

LaneAnalysis::Result LaneAnalysis::uniform(Operation *op, Value value) {
  bool isLoad = false;
  if (auto load = dyn_cast<memref::LoadOp>(op))
    isLoad = isCommonMemory(load.getMemRef());
  bool isPureKnown =
      isa<arith::ArithDialect, affine::AffineDialect, memref::MemRefDialect>(
          op->getDialect()) &&
      isPure(op) && op->getNumRegions() == 0;
  if (!isLoad && !isPureKnown)
    return fail(value, "is computed by what is not understood");
  for (Value operand : op->getOperands()) {
    // Memory is not a number, and has the same descriptor in all lanes.
    if (isa<MemRefType>(operand.getType()) && isCommonMemory(operand))
      continue;
    Result id = translate(operand);
    if (failed(id))
      return id;
    if (program.isVarying(*id))
      return fail(value, "differs by lane and is not understood");
  }
  return program.unknown(0, false);
}
