//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the parts of --sparse-gpu-pipeline-loads share.
//
//   Candidates  loops that fill buffers and wait for them
//   Queries     what an operation reads, writes, depends on
//   Analysis    which buffers and operations take part; refusals
//   Order       waits and barriers of the loop
//   Chain       loops around it that become one with it
//   Indices     those of a chain, carried
//   Registers   unrolled inner loops, their steps, reads that run ahead
//   Buffers     slots: new allocations, and accesses to a slot
//   Emitter     one iteration at another place than its own
//   Schedule    the pipelined loop
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_TRANSFORMS_PIPELINELOADSIMPL_H
#define SPARSEGPU_LIB_TRANSFORMS_PIPELINELOADSIMPL_H

#include "SparseGPU/Transforms/PipelineLoads.h"

#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace mlir {
class AliasAnalysis;
} // namespace mlir

namespace sparsegpu::pipeline {

/// What is known of a buffer that can be pipelined.
struct Buffer {
  /// 0, or one more than the highest level of the copies whose addresses are
  /// read from it.
  unsigned level = 0;
  /// The lowest level of such copies.
  unsigned lowestReader = 0;
  /// The computation reads it.
  bool isRead = false;
};

/// A loop that can be pipelined. Operations are those of the loop's own block
/// unless said otherwise.
struct LoadLoop {
  mlir::scf::ForOp loop;
  llvm::MapVector<mlir::Value, Buffer> buffers;
  /// Operations that are, or contain, the copies to `buffers`, with their
  /// levels: the highest of the buffers that they fill.
  llvm::MapVector<mlir::Operation *, unsigned> loads;
  /// Groups, waits and barriers that the pipelined loop has its own of.
  llvm::SetVector<mlir::Operation *> dropped;
  /// Reads that only addresses of copies depend on.
  llvm::SetVector<mlir::Operation *> addressOnly;
  /// Reads of other memory for addresses of loads of a level, which depend on
  /// nothing but pure operations: they are made an iteration earlier still.
  llvm::SetVector<std::pair<unsigned, mlir::Operation *>> earlyReads;
  /// The last wait: here the data of this iteration is there.
  mlir::Operation *lastWait = nullptr;
  /// A barrier to clone; null if each thread reads only what it copied.
  mlir::Operation *barrier = nullptr;
  /// The barriers order other accesses too, and stay where they are. This is
  /// the first one behind the last wait, else null.
  mlir::Operation *keptBarrier = nullptr;
  /// Something else than the copies writes memory, or barriers stay: the order
  /// of iterations matters.
  bool hasOtherOrder = false;
  /// A barrier behind the last reads was dropped.
  bool barrierAfter = false;

  bool isLoad(mlir::Operation *op) const { return loads.contains(op); }
  /// Levels of dependent loads, at least 1.
  unsigned getNumLevels() const;
};

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

/// gpu.barrier, or a barrier of a block or a warp in NVVM.
bool isBarrier(mlir::Operation *op);
/// Whether two barriers are for the same threads, and of the same memory.
bool isSameBarrier(mlir::Operation *a, mlir::Operation *b);

/// The function or launch that `op` is in.
mlir::Operation *getKernel(mlir::Operation *op);

/// A memref in workgroup (shared) memory.
bool isWorkgroup(mlir::Value value);

/// A buffer in workgroup memory that a launch or a gpu.func has as an argument.
bool isWorkgroupAttribution(mlir::Value value);

/// The operation of `block` that is or contains `op`; null if none does.
mlir::Operation *getAncestorIn(mlir::Block *block, mlir::Operation *op);

/// The values that `op` and its regions use and that are defined outside it.
llvm::SetVector<mlir::Value> getUsedValues(mlir::Operation *op);

/// Whether `value` may differ between iterations of `loop`.
bool isVariant(mlir::Value value, mlir::scf::ForOp loop);

/// Whether what `op` depends on in `block` is pure.
bool hasPureOperands(mlir::Operation *op, mlir::Block *block);

/// Where `op` and operations in it read and write. A null value stands for
/// memory of which nothing is known. Copies, groups, waits and barriers do not
/// count. An operation without known effects writes null.
struct Accesses {
  llvm::SmallVector<std::pair<mlir::Operation *, mlir::Value>> reads, writes;
};
Accesses getAccesses(mlir::Operation *op);

/// Whether two memrefs may overlap. Function arguments with `llvm.noalias` are
/// distinct from others, as are workgroup attributions, and workgroup and other
/// memory.
bool mayAlias(mlir::AliasAnalysis &aliases, mlir::Value a, mlir::Value b);

/// `op` reads one of the buffers, itself or in its regions.
bool readsBuffer(mlir::Operation *op, const LoadLoop &candidate);

/// `op` reads known memory, has no regions and does nothing else.
bool isPlainRead(mlir::Operation *op);

/// Whether other threads may still do something before `loop` that its first
/// barrier ordered with its first writes to shared memory: use the buffers in
/// an earlier pass through the loop, or write what it reads.
bool needsBarrierBefore(mlir::scf::ForOp loop);

/// What is kept in order in the computation: operations with effects, and
/// those that depend on them. Everything else is cloned where it is needed.
llvm::SetVector<mlir::Operation *> getKept(const LoadLoop &candidate);

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

/// One of the loops around `op` is the result of pipelining.
bool isInPipelinedLoop(mlir::Operation *op);

/// `loop` has a wait in its own block, and copies to workgroup memory that no
/// pipelined loop uses.
bool isLoadLoop(mlir::scf::ForOp loop);

/// The innermost load loop around `copy`; null if there is none.
mlir::scf::ForOp getLoadLoop(mlir::nvgpu::DeviceAsyncCopyOp copy);

/// Fills in what waits and barriers determine: `dropped`, `lastWait`, the
/// barriers, `hasOtherOrder`. Calls `refuse` with a buffer and the reason where
/// they are not in the documented order.
void analyzeOrder(
    LoadLoop &candidate,
    llvm::function_ref<void(mlir::Value, llvm::StringRef)> refuse);

/// Finds out whether all buffers that `loop` fills can be pipelined. If not
/// there is a remark at each of them that names the rule, if it fills none
/// there is nothing.
std::optional<LoadLoop> analyzeLoadLoop(mlir::scf::ForOp loop);

//===----------------------------------------------------------------------===//
// Chains of streaming loops
//===----------------------------------------------------------------------===//

/// Unit attribute of the indices of a chain, until they are carried.
constexpr llvm::StringLiteral kChainAttr = "sparse_gpu.chain";

/// Makes one loop of the candidate's and the scf.for loops around it that do
/// nothing else than repeating it, with bounds that do not depend on each
/// other, and returns it; the candidate's loop where there are none. The
/// candidate, which was analysed, stays true but for its operations. A remark
/// (PIPE-14) at the loop at which a chain ends.
mlir::scf::ForOp coalesceChain(mlir::RewriterBase &rewriter,
                               const LoadLoop &candidate);

/// Lets `loop` carry the indices of the chain that it was made of, in place of
/// divisions in each iteration. Returns the loop that took its place; `loop`
/// itself if it is no chain.
mlir::scf::ForOp carryIndices(mlir::RewriterBase &rewriter,
                              mlir::scf::ForOp loop);

//===----------------------------------------------------------------------===//
// Registers
//===----------------------------------------------------------------------===//

/// An inner loop that was unrolled: the step of each operation.
struct Steps {
  llvm::MapVector<mlir::Operation *, unsigned> of;
  unsigned count = 0;
};

/// Unrolls the inner loops of `loop` that read workgroup memory and neither
/// write it nor have barriers. A remark (PIPE-12) for those whose extent is
/// dynamic or too large. In the order of the block.
llvm::SmallVector<Steps> unrollInnerLoops(mlir::RewriterBase &rewriter,
                                          mlir::scf::ForOp loop);

/// Moves the reads of step k + stages - 1 before the first other operation of
/// step k, as far as their operands allow.
void hoistReads(mlir::RewriterBase &rewriter, const Steps &steps,
                int64_t stages);

/// The reads that run ahead of their iteration, or none.
struct Prefetch {
  /// Stages of registers; 1 if no read crosses an iteration.
  int64_t stages = 1;
  /// Reads of the buffers in each step, and what else is kept.
  llvm::SmallVector<llvm::SmallVector<mlir::Operation *>> reads, rest;
};

/// The steps of a whole iteration with up to `stages` stages. A remark
/// (PIPE-13) and one stage where the reads cannot leave their iteration.
Prefetch makePrefetch(const LoadLoop &candidate,
                      llvm::ArrayRef<Steps> innerLoops, int64_t stages);

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// The buffers of a loop with a leading dimension of slots.
struct SlottedBuffers {
  struct Slots {
    mlir::Value slotted;
    int64_t count;
  };
  llvm::MapVector<mlir::Value, Slots> slots;
};

/// Makes buffers with so many slots beside those of `counts`. Attributions
/// change their type in place: all accesses must be rewritten, or erased,
/// before the IR is valid again.
SlottedBuffers addSlots(mlir::RewriterBase &rewriter,
                        llvm::ArrayRef<std::pair<mlir::Value, int64_t>> counts);

/// Lets each access to one of the buffers in `op` go to the slot that
/// `slotOf(buffer)` says.
void accessSlots(mlir::RewriterBase &rewriter, mlir::Operation *op,
                 const SlottedBuffers &buffers,
                 llvm::function_ref<mlir::Value(mlir::Value)> slotOf);

/// Erases the buffers without slots, which nothing accesses any more.
void eraseOldBuffers(mlir::RewriterBase &rewriter,
                     const SlottedBuffers &buffers);

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

/// Replaces the loop by a pipelined one with `stages` slots, at least 2.
mlir::scf::ForOp schedule(mlir::RewriterBase &rewriter,
                          const LoadLoop &candidate, int64_t stages,
                          const Prefetch &prefetch);

} // namespace sparsegpu::pipeline

#endif // SPARSEGPU_LIB_TRANSFORMS_PIPELINELOADSIMPL_H
