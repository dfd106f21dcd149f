//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an operation reads, writes and depends on.
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsImpl.h"

#include "mlir/Analysis/AliasAnalysis.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/IR/Attributes.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/ModRef.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

bool pipeline::isBarrier(Operation *op) {
  return isa<gpu::BarrierOp, NVVM::Barrier0Op, NVVM::BarrierOp,
             NVVM::SyncWarpOp>(op);
}

bool pipeline::isSameBarrier(Operation *a, Operation *b) {
  // Constants may have been made twice.
  auto isSame = [](Value x, Value y) {
    Attribute left, right;
    return success(x == y ||
                   (matchPattern(x, m_Constant(&left)) &&
                    matchPattern(y, m_Constant(&right)) && left == right));
  };
  return OperationEquivalence::isEquivalentTo(
      a, b, isSame, /*markEquivalent=*/nullptr,
      OperationEquivalence::IgnoreLocations);
}

Operation *pipeline::getKernel(Operation *op) {
  op = op->getParentOp();
  while (op->getParentOp() && !isa<FunctionOpInterface, gpu::LaunchOp>(op))
    op = op->getParentOp();
  return op;
}

bool pipeline::isWorkgroup(Value value) {
  auto type = dyn_cast<MemRefType>(value.getType());
  return type && nvgpu::NVGPUDialect::hasSharedMemoryAddressSpace(type);
}

bool pipeline::isWorkgroupAttribution(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return false;
  Operation *owner = argument.getOwner()->getParentOp();
  if (auto launch = dyn_cast<gpu::LaunchOp>(owner))
    return llvm::is_contained(launch.getWorkgroupAttributions(), argument);
  if (auto function = dyn_cast<gpu::GPUFuncOp>(owner))
    return llvm::is_contained(function.getWorkgroupAttributions(), argument);
  return false;
}

Operation *pipeline::getAncestorIn(Block *block, Operation *op) {
  return block->findAncestorOpInBlock(*op);
}

SetVector<Value> pipeline::getUsedValues(Operation *op) {
  SetVector<Value> values(op->operand_begin(), op->operand_end());
  if (op->getNumRegions())
    getUsedValuesDefinedAbove(op->getRegions(), values);
  return values;
}

bool pipeline::isVariant(Value value, scf::ForOp loop) {
  SetVector<Value> visited;
  visited.insert(value);
  for (size_t i = 0; i < visited.size(); ++i) {
    value = visited[i];
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      Operation *owner = argument.getOwner()->getParentOp();
      if (!loop->isAncestor(owner))
        continue;
      // The induction variable of a loop inside takes the same values each
      // time if its bounds do; what such a loop carries may be anything.
      auto inner = dyn_cast<scf::ForOp>(owner);
      if (owner == loop || !inner || value != inner.getInductionVar())
        return true;
      visited.insert_range(ValueRange{inner.getLowerBound(),
                                      inner.getUpperBound(), inner.getStep()});
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (!loop->isProperAncestor(op))
      continue;
    if (!isMemoryEffectFree(op))
      return true;
    visited.insert_range(getUsedValues(op));
  }
  return false;
}

bool pipeline::hasPureOperands(Operation *op, Block *block) {
  SetVector<Operation *> visited;
  visited.insert(op);
  for (size_t i = 0; i < visited.size(); ++i)
    for (Value value : getUsedValues(visited[i])) {
      Operation *def = value.getDefiningOp();
      if (!def || def->getBlock() != block)
        continue;
      if (!isPure(def))
        return false;
      visited.insert(def);
    }
  return true;
}

/// Whether the intrinsic is one that LLVM knows to leave memory alone.
static bool isPureIntrinsic(LLVM::CallIntrinsicOp call) {
  llvm::Intrinsic::ID id = llvm::Intrinsic::lookupIntrinsicID(call.getIntrin());
  if (id == llvm::Intrinsic::not_intrinsic)
    return false;
  llvm::LLVMContext context;
  return llvm::Intrinsic::getFnAttributes(context, id).getMemoryEffects() ==
         llvm::MemoryEffects::none();
}

/// Operations of NVVM that say nothing of their effects, and have none.
static bool isRegistersOnly(Operation *op) {
  if (auto assembly = dyn_cast<LLVM::InlineAsmOp>(op))
    return !assembly.getHasSideEffects();
  if (auto call = dyn_cast<LLVM::CallIntrinsicOp>(op))
    return isPureIntrinsic(call);
  return isa<NVVM::MmaOp, NVVM::MmaSpOp, NVVM::ShflOp, NVVM::VoteSyncOp,
             NVVM::ReduxOp>(op);
}

Accesses pipeline::getAccesses(Operation *root) {
  Accesses accesses;
  root->walk([&](Operation *op) {
    if (isBarrier(op) || isRegistersOnly(op) ||
        isa<nvgpu::DeviceAsyncCopyOp, nvgpu::DeviceAsyncCreateGroupOp,
            nvgpu::DeviceAsyncWaitOp>(op))
      return;
    if (auto interface = dyn_cast<MemoryEffectOpInterface>(op)) {
      SmallVector<MemoryEffects::EffectInstance> effects;
      interface.getEffects(effects);
      // nvgpu.ldmatrix says that it reads, and also what: keep the latter.
      bool isKnownRead = llvm::any_of(effects, [](const auto &effect) {
        return isa<MemoryEffects::Read>(effect.getEffect()) &&
               effect.getValue();
      });
      for (const MemoryEffects::EffectInstance &effect : effects) {
        if (isa<MemoryEffects::Read>(effect.getEffect()) &&
            (effect.getValue() || !isKnownRead))
          accesses.reads.push_back({op, effect.getValue()});
        else if (isa<MemoryEffects::Write>(effect.getEffect()))
          accesses.writes.push_back({op, effect.getValue()});
      }
      return;
    }
    if (!op->hasTrait<OpTrait::HasRecursiveMemoryEffects>())
      accesses.writes.push_back({op, Value()});
  });
  return accesses;
}

bool pipeline::readsBuffer(Operation *op, const LoadLoop &candidate) {
  return llvm::any_of(getAccesses(op).reads, [&](const auto &read) {
    return read.second && candidate.buffers.contains(read.second);
  });
}

bool pipeline::isPlainRead(Operation *op) {
  if (op->getNumRegions())
    return false;
  Accesses accesses = getAccesses(op);
  return accesses.writes.empty() && !accesses.reads.empty() &&
         llvm::all_of(accesses.reads,
                      [](const auto &read) { return read.second; });
}

bool pipeline::needsBarrierBefore(scf::ForOp loop) {
  Operation *scope = getKernel(loop);
  for (Operation *op = loop->getParentOp(); op != scope; op = op->getParentOp())
    if (!isa<scf::IfOp>(op))
      return true;
  bool needs = false;
  scope->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == loop)
      return WalkResult::interrupt();
    if (op == scope || op->getNumRegions())
      return WalkResult::advance();
    if (isBarrier(op))
      needs &= !getAncestorIn(op->getBlock(), loop);
    else
      needs |= isa<nvgpu::DeviceAsyncCopyOp>(op) ||
               !getAccesses(op).writes.empty() || op->getNumSuccessors() != 0;
    return WalkResult::advance();
  });
  return needs;
}

SetVector<Operation *> pipeline::getKept(const LoadLoop &candidate) {
  SetVector<Operation *> kept;
  scf::ForOp loop = candidate.loop;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (candidate.isLoad(&op) || candidate.dropped.contains(&op) ||
        candidate.addressOnly.contains(&op))
      continue;
    bool depends = llvm::any_of(getUsedValues(&op), [&](Value value) {
      Operation *def = value.getDefiningOp();
      return def && kept.contains(def);
    });
    if (depends || !isMemoryEffectFree(&op))
      kept.insert(&op);
  }
  return kept;
}

/// An argument of a function that no other pointer leads to.
static bool isNoAliasArgument(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return false;
  auto function =
      dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
  return function && argument.getOwner()->isEntryBlock() &&
         argument.getArgNumber() < function.getNumArguments() &&
         function.getArgAttr(argument.getArgNumber(), "llvm.noalias");
}

/// The memref that `value` is a view of.
static Value getRoot(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  return value;
}

bool pipeline::mayAlias(AliasAnalysis &aliases, Value a, Value b) {
  if (isWorkgroup(a) != isWorkgroup(b))
    return false;
  a = getRoot(a);
  b = getRoot(b);
  if (a != b && (isNoAliasArgument(a) || isNoAliasArgument(b)))
    return false;
  if (a != b && isWorkgroupAttribution(a) && isWorkgroupAttribution(b))
    return false;
  return !aliases.alias(a, b).isNo();
}
