//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which buffers of a loop can be pipelined. The rules are those of ALCOP
// (MLSys 2023, section 3.1), and what they presuppose: TVM's buffers say where
// they are used, memrefs do not.
//
// 1. The buffers are what copies in the loop fill.
// 2. Each by itself: where it is (PIPE-2), what else uses it (PIPE-3, PIPE-4),
//    that what a copy fills is the same in each iteration (PIPE-8).
// 3. The copies: their addresses can be computed ahead (PIPE-9), and read
//    nothing that the loop writes (PIPE-10). This gives the levels.
// 4. The loop: no load loop in a load loop (PIPE-5), waits and barriers in the
//    documented order (PIPE-7; PipelineLoadsOrder.cpp).
// 5. Hardware waits for groups and barriers, not for buffers, so one buffer
//    that cannot be pipelined keeps all others of the loop from it (PIPE-6).
//
//===----------------------------------------------------------------------===//

#include "PipelineLoadsImpl.h"

#include "mlir/Analysis/AliasAnalysis.h"

using namespace mlir;
using namespace sparsegpu;
using namespace sparsegpu::pipeline;

unsigned LoadLoop::getNumLevels() const {
  unsigned levels = 0;
  for (auto [op, level] : loads)
    levels = std::max(levels, level + 1);
  return levels;
}

namespace {
class Analyzer {
public:
  explicit Analyzer(scf::ForOp loop) : loop(loop), body(loop.getBody()) {
    result.loop = loop;
    unsigned number = 0;
    for (Operation &op : *body)
      position[&op] = number++;
  }

  std::optional<LoadLoop> run();

private:
  void refuse(Value buffer, const Twine &reason) {
    refusals.insert({buffer, reason.str()});
  }
  void refuseAll(const Twine &reason) {
    for (const auto &entry : result.buffers)
      refuse(entry.first, reason);
  }
  void refuseFilledBy(Operation *load, const Twine &reason) {
    load->walk(
        [&](nvgpu::DeviceAsyncCopyOp copy) { refuse(copy.getDst(), reason); });
  }
  bool emitRefusals();

  void collect();
  void checkMemory(Value buffer);
  void checkUses(Value buffer);
  void checkDestination(nvgpu::DeviceAsyncCopyOp copy);
  void checkLoad(Operation *load);
  void checkSource(Operation *load, Operation *used);
  void findReaders();
  void findLevels();
  SmallVector<Buffer *> getAddressBuffers(Operation *load);
  void checkWrites();
  void checkNesting();

  scf::ForOp loop;
  Block *body;
  LoadLoop result;
  DenseMap<Operation *, unsigned> position;
  llvm::MapVector<Value, std::string> refusals;
  /// What the address of each load depends on in the body.
  DenseMap<Operation *, SetVector<Operation *>> slices;
  /// Reads of memory that is no pipelined buffer, for addresses.
  SmallVector<Value> addressReads;
};
} // namespace

bool Analyzer::emitRefusals() {
  if (refusals.empty())
    return false;
  for (const auto &entry : result.buffers) {
    Value buffer = entry.first;
    auto it = refusals.find(buffer);
    std::string reason =
        it != refusals.end()
            ? it->second
            : "another buffer that is filled in the loop cannot be (PIPE-6)";
    InFlightDiagnostic remark = emitRemark(buffer.getLoc())
                                << "buffer " << buffer.getType()
                                << " is not pipelined: " << reason;
    remark.attachNote(loop.getLoc()) << "in this loop";
  }
  return true;
}

void Analyzer::collect() {
  for (Operation &op : *body) {
    op.walk([&](nvgpu::DeviceAsyncCopyOp copy) {
      if (!isWorkgroup(copy.getDst()) || getLoadLoop(copy) != loop)
        return;
      result.buffers.insert({copy.getDst(), Buffer()});
      result.loads.insert({&op, 0});
    });
  }
}

void Analyzer::checkMemory(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!buffer.getDefiningOp<memref::AllocOp>() &&
      !isWorkgroupAttribution(buffer))
    return refuse(buffer, "it is neither a memref.alloc nor a workgroup "
                          "attribution (PIPE-2)");
  if (!type.hasStaticShape() || !type.getLayout().isIdentity())
    return refuse(buffer, "its shape is not static, or its layout is not the "
                          "identity (PIPE-2)");
  if (loop->isAncestor(buffer.getParentBlock()->getParentOp()))
    refuse(buffer, "it is made inside the loop (PIPE-2)");
}

void Analyzer::checkUses(Value buffer) {
  for (OpOperand &use : buffer.getUses()) {
    Operation *user = use.getOwner();
    if (isa<memref::DeallocOp>(user))
      continue;
    if (!loop->isProperAncestor(user)) {
      refuse(buffer, "'" + user->getName().getStringRef() +
                         "' uses it outside of the loop (PIPE-4)");
      return;
    }
    if (auto copy = dyn_cast<nvgpu::DeviceAsyncCopyOp>(user))
      if (copy.getDst() == buffer && copy.getSrc() != buffer)
        continue;
    if (!isPlainRead(user) ||
        llvm::any_of(user->getResultTypes(), llvm::IsaPred<BaseMemRefType>)) {
      refuse(buffer, "'" + user->getName().getStringRef() +
                         "' uses it, which is neither an asynchronous copy "
                         "into it nor a read (PIPE-3)");
      return;
    }
  }
}

void Analyzer::checkDestination(nvgpu::DeviceAsyncCopyOp copy) {
  auto varies = [&](Value value) { return isVariant(value, loop); };
  if (llvm::any_of(copy.getDstIndices(), varies))
    return refuse(copy.getDst(), "the elements that a copy fills are not the "
                                 "same in each iteration (PIPE-8)");
  for (Operation *op = copy->getParentOp(); op != loop;
       op = op->getParentOp()) {
    bool same = isa<scf::IfOp, scf::ForOp>(op) &&
                llvm::none_of(op->getOperands(), varies);
    if (!same)
      return refuse(copy.getDst(),
                    "the number of copies into it is not the same in each "
                    "iteration (PIPE-8)");
  }
}

/// `used` computes an address, or the number of elements, of `load`.
void Analyzer::checkSource(Operation *load, Operation *used) {
  bool cloned = isMemoryEffectFree(used) || isPlainRead(used);
  bool hasZeros = llvm::all_of(used->getResultTypes(), [](Type type) {
    return type.isIntOrIndexOrFloat() || isa<VectorType>(type);
  });
  if (!cloned || (!isPure(used) && !hasZeros))
    return refuseFilledBy(load, "'" + used->getName().getStringRef() +
                                    "' cannot be executed ahead of its "
                                    "iteration for a copy (PIPE-9)");
  for (auto [op, memory] : getAccesses(used).reads)
    if (!result.buffers.contains(memory))
      addressReads.push_back(memory);
}

void Analyzer::checkLoad(Operation *load) {
  load->walk([&](Operation *op) {
    bool known =
        isa<nvgpu::DeviceAsyncCopyOp, scf::IfOp, scf::ForOp, scf::YieldOp>(op);
    if (auto copy = dyn_cast<nvgpu::DeviceAsyncCopyOp>(op))
      checkDestination(copy);
    else if (!known)
      checkSource(load, op);
  });
  for (Value value : load->getResults())
    for (Operation *user : value.getUsers())
      if (!isa<nvgpu::DeviceAsyncCreateGroupOp>(user))
        refuseFilledBy(load, "'" + user->getName().getStringRef() +
                                 "' uses what is computed beside a copy "
                                 "(PIPE-9)");
  // What it depends on in the body.
  SetVector<Operation *> &slice = slices[load];
  SmallVector<Operation *> worklist = {load};
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    for (Value value : getUsedValues(op)) {
      if (llvm::is_contained(loop.getRegionIterArgs(), value))
        refuseFilledBy(load, "a copy depends on what the loop carries from "
                             "one iteration to the next (PIPE-9)");
      Operation *def = value.getDefiningOp();
      if (!def || def->getBlock() != body || !slice.insert(def))
        continue;
      checkSource(load, def);
      worklist.push_back(def);
    }
  }
}

/// Who reads the buffers: the computation, addresses of copies, or both.
void Analyzer::findReaders() {
  // What only addresses need. Users are later in the block: go backwards.
  SetVector<Operation *> inSlices;
  for (auto &entry : slices)
    inSlices.insert(entry.second.begin(), entry.second.end());
  SmallVector<Operation *> ordered = inSlices.takeVector();
  llvm::sort(ordered, [&](Operation *a, Operation *b) {
    return position[a] > position[b];
  });
  SetVector<Operation *> onlySlices;
  for (Operation *op : ordered) {
    bool only = llvm::all_of(op->getUsers(), [&](Operation *user) {
      Operation *ancestor = getAncestorIn(body, user);
      return result.isLoad(ancestor) || onlySlices.contains(ancestor);
    });
    if (!only)
      continue;
    onlySlices.insert(op);
    if (!isPure(op))
      result.addressOnly.insert(op);
  }
  for (Operation &op : *body) {
    if (result.isLoad(&op) || result.addressOnly.contains(&op))
      continue;
    for (auto [reader, memory] : getAccesses(&op).reads)
      if (auto it = result.buffers.find(memory); it != result.buffers.end())
        it->second.isRead = true;
  }
}

/// A level for each load: a buffer from which the address of a load of level
/// l is read has at least level l + 1.
void Analyzer::findLevels() {
  bool changed = true;
  for (unsigned round = 0; changed; ++round) {
    if (round > result.loads.size())
      return refuseAll("addresses of copies depend on each other (PIPE-9)");
    changed = false;
    auto raise = [&](unsigned &level, unsigned atLeast) {
      changed |= level < atLeast;
      level = std::max(level, atLeast);
    };
    for (auto &[load, level] : result.loads) {
      unsigned &loadLevel = level;
      load->walk([&](nvgpu::DeviceAsyncCopyOp copy) {
        raise(loadLevel, result.buffers[copy.getDst()].level);
      });
      load->walk([&](nvgpu::DeviceAsyncCopyOp copy) {
        raise(result.buffers[copy.getDst()].level, loadLevel);
      });
      for (Buffer *source : getAddressBuffers(load))
        raise(source->level, loadLevel + 1);
    }
  }
  for (auto &entry : result.buffers)
    entry.second.lowestReader = entry.second.level;
  for (auto &[load, level] : result.loads)
    for (Buffer *source : getAddressBuffers(load))
      source->lowestReader = std::min(source->lowestReader, level);
  for (auto &[load, level] : result.loads)
    for (Operation *op : slices[load])
      if (isPlainRead(op) && !readsBuffer(op, result) &&
          hasPureOperands(op, body))
        result.earlyReads.insert({level, op});
}

/// The buffers from which addresses of `load` are read.
SmallVector<Buffer *> Analyzer::getAddressBuffers(Operation *load) {
  SmallVector<Operation *> sources(slices[load].getArrayRef());
  sources.push_back(load);
  SmallVector<Buffer *> buffers;
  for (Operation *op : sources)
    for (auto [reader, memory] : getAccesses(op).reads)
      if (auto it = result.buffers.find(memory); it != result.buffers.end())
        buffers.push_back(&it->second);
  return buffers;
}

/// Copies run ahead of what else the loop does: they must not read what it
/// writes.
void Analyzer::checkWrites() {
  AliasAnalysis aliases(loop);
  SmallVector<std::pair<Operation *, Value>> sources;
  for (auto &[load, level] : result.loads)
    load->walk([&](nvgpu::DeviceAsyncCopyOp copy) {
      sources.push_back({copy, copy.getSrc()});
    });
  for (const auto &write : getAccesses(loop).writes) {
    Operation *writer = write.first;
    auto conflicts = [&](Value read) {
      return !write.second || mayAlias(aliases, write.second, read);
    };
    for (auto [copy, source] : sources)
      if (conflicts(source))
        refuse(cast<nvgpu::DeviceAsyncCopyOp>(copy).getDst(),
               "'" + writer->getName().getStringRef() +
                   "' in the loop may write what a copy reads (PIPE-10)");
    if (llvm::any_of(addressReads, conflicts))
      refuseAll("'" + writer->getName().getStringRef() +
                "' in the loop may write what an address of a copy is read "
                "from (PIPE-10)");
  }
}

void Analyzer::checkNesting() {
  bool nested = loop->walk([&](scf::ForOp inner) {
                      return inner != loop && isLoadLoop(inner)
                                 ? WalkResult::interrupt()
                                 : WalkResult::advance();
                    })
                    .wasInterrupted();
  for (auto outer = loop->getParentOfType<scf::ForOp>(); outer;
       outer = outer->getParentOfType<scf::ForOp>())
    nested |= isLoadLoop(outer);
  if (nested)
    refuseAll("a loop that fills buffers is inside of another one (PIPE-5)");
}

std::optional<LoadLoop> Analyzer::run() {
  collect();
  if (result.buffers.empty())
    return std::nullopt;
  for (const auto &entry : result.buffers) {
    checkMemory(entry.first);
    checkUses(entry.first);
  }
  if (emitRefusals())
    return std::nullopt;
  checkNesting();
  if (emitRefusals())
    return std::nullopt;
  for (const auto &entry : result.loads)
    checkLoad(entry.first);
  if (emitRefusals())
    return std::nullopt;
  findReaders();
  findLevels();
  checkWrites();
  analyzeOrder(result,
               [&](Value buffer, StringRef reason) { refuse(buffer, reason); });
  if (emitRefusals())
    return std::nullopt;
  return std::move(result);
}

std::optional<LoadLoop> pipeline::analyzeLoadLoop(scf::ForOp loop) {
  return Analyzer(loop).run();
}
