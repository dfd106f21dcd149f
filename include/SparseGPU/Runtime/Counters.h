//===- Counters.h - What a launch on the software GPU cost ------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/SoftwareGPU.md, "Counters", defines each counter. Plain structures: also
// what estimates time (CostModel/CycleEstimate.h) takes them.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_COUNTERS_H
#define SPARSEGPU_RUNTIME_COUNTERS_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace sparsegpu::emulator {

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
};

/// What an instruction of LLVM IR is to the hardware.
enum class InstructionClass : uint8_t {
  Integer,
  Float16,
  Float32,
  Float64,
  Conversion,
  Special,
  LoadGlobal,
  StoreGlobal,
  LoadShared,
  StoreShared,
  LoadConstant,
  LoadLocal,
  StoreLocal,
  LoadGeneric,
  StoreGeneric,
  AsyncCopy,
  Atomic,
  Matrix,
  Shuffle,
  Synchronisation,
  Control,
  Move,
};
constexpr size_t kNumInstructionClasses = size_t(InstructionClass::Move) + 1;

/// As in reports: "integer", "float16", "loadGlobal".
const char *nameOf(InstructionClass instructionClass);

struct InstructionCount {
  uint64_t warp = 0, thread = 0;
};

/// What one kind of access to global memory cost.
struct GlobalTraffic {
  /// Executions of an access by a warp (with at least one lane taking part).
  uint64_t requests = 0;
  /// Distinct aligned 32-byte pieces, summed over the requests.
  uint64_t sectors = 0;
  /// Bytes that the lanes asked for, summed over lanes and requests.
  uint64_t bytes = 0;
  /// Distinct bytes of each request, summed over the requests.
  uint64_t usedBytes = 0;
  /// Distinct over the whole launch: what has to be moved at least once.
  uint64_t distinctSectors = 0, distinctLines = 0;

  /// The share of the bytes moved that some lane asked for.
  double efficiency() const {
    return sectors ? double(usedBytes) / (32 * double(sectors)) : 1;
  }
  /// How often a sector is asked for.
  double rereads() const {
    return distinctSectors ? double(sectors) / double(distinctSectors) : 1;
  }
};

/// What one kind of access to shared memory cost.
struct SharedTraffic {
  uint64_t requests = 0, bytes = 0;
  /// Passes through the 32 banks, and those beyond the fewest possible for the
  /// width of the access.
  uint64_t wavefronts = 0, bankConflicts = 0;
};

/// cp.async and its groups.
struct AsyncTraffic {
  /// Groups and waits, executed by a warp.
  uint64_t groups = 0, waits = 0;
  /// Waits by the groups of the warp in flight just before (the last entry: or
  /// more), and by those that may still be in flight after it.
  static constexpr size_t kBuckets = 9;
  std::array<uint64_t, kBuckets> inFlight{}, left{};
};

/// Multiplications of matrices by warps.
struct MatrixCounter {
  uint64_t operations = 0;
  /// 2 for each multiplication of two elements (mma.sp: of what is stored of
  /// A), and for those of them in which neither is zero.
  uint64_t flops = 0, usefulFlops = 0;
};

/// The counters of one launch.
struct LaunchCounters {
  std::string kernel;
  Dim3 grid, block;
  uint32_t staticShared = 0, dynamicShared = 0;

  uint64_t threadInstructions = 0, warpInstructions = 0;
  std::array<InstructionCount, kNumInstructionClasses> instructions{};
  /// Executions by a warp of basic blocks with loads from that memory.
  uint64_t globalLoadBatches = 0, sharedLoadBatches = 0;
  GlobalTraffic globalLoads, globalStores, globalAtomics, globalAsync;
  SharedTraffic sharedLoads, sharedStores, sharedAtomics, sharedAsync;
  SharedTraffic sharedMatrix;
  AsyncTraffic async;
  /// Conditional branches executed by a warp; those whose lanes went apart.
  uint64_t branches = 0, divergentBranches = 0;
  /// Executions by a warp.
  uint64_t barriers = 0, namedBarriers = 0, barrierArrivals = 0;
  uint64_t warpBarriers = 0, shuffles = 0, votes = 0;
  /// By the name of the instruction in PTX, such as
  /// "mma.sync.m16n8k16.row.col.f32.f16.f16.f32".
  std::map<std::string, MatrixCounter> matrixOperations;

  InstructionCount &of(InstructionClass c) { return instructions[size_t(c)]; }
  const InstructionCount &of(InstructionClass c) const {
    return instructions[size_t(c)];
  }
  /// Lanes that take part, of 32, in the mean over warp instructions.
  double activeLanes() const {
    return warpInstructions
               ? double(threadInstructions) / double(warpInstructions)
               : 0;
  }
  std::string toJSON() const;
};

/// Calls `fn(name, counter)` for each counter that is a sum over the launch.
/// A dot in a name is a level of the JSON.
template <typename Counters, typename Fn>
void forEachCounter(Counters &c, Fn fn) {
  fn("threadInstructions", c.threadInstructions);
  fn("warpInstructions", c.warpInstructions);
  for (size_t i = 0; i < kNumInstructionClasses; ++i) {
    std::string name =
        std::string("instructions.") + nameOf(static_cast<InstructionClass>(i));
    fn(name + ".warp", c.instructions[i].warp);
    fn(name + ".thread", c.instructions[i].thread);
  }
  fn("globalLoadBatches", c.globalLoadBatches);
  fn("sharedLoadBatches", c.sharedLoadBatches);
  auto global = [&](const std::string &name, auto &traffic) {
    fn(name + "Requests", traffic.requests);
    fn(name + "Sectors", traffic.sectors);
    fn(name + "Bytes", traffic.bytes);
    fn(name + "UsedBytes", traffic.usedBytes);
    fn(name + "DistinctSectors", traffic.distinctSectors);
    fn(name + "DistinctLines", traffic.distinctLines);
  };
  global("globalLoad", c.globalLoads);
  global("globalStore", c.globalStores);
  global("globalAtomic", c.globalAtomics);
  global("globalAsync", c.globalAsync);
  auto shared = [&](const std::string &name, auto &traffic) {
    fn(name + "Requests", traffic.requests);
    fn(name + "Bytes", traffic.bytes);
    fn(name + "Wavefronts", traffic.wavefronts);
    fn(name + "BankConflicts", traffic.bankConflicts);
  };
  shared("sharedLoad", c.sharedLoads);
  shared("sharedStore", c.sharedStores);
  shared("sharedAtomic", c.sharedAtomics);
  shared("sharedAsync", c.sharedAsync);
  shared("sharedMatrix", c.sharedMatrix);
  fn("asyncGroups", c.async.groups);
  fn("asyncWaits", c.async.waits);
  for (size_t i = 0; i < AsyncTraffic::kBuckets; ++i) {
    fn("asyncInFlight." + std::to_string(i), c.async.inFlight[i]);
    fn("asyncLeft." + std::to_string(i), c.async.left[i]);
  }
  fn("branches", c.branches);
  fn("divergentBranches", c.divergentBranches);
  fn("barriers", c.barriers);
  fn("namedBarriers", c.namedBarriers);
  fn("barrierArrivals", c.barrierArrivals);
  fn("warpBarriers", c.warpBarriers);
  fn("shuffles", c.shuffles);
  fn("votes", c.votes);
}

inline const char *nameOf(InstructionClass instructionClass) {
  static const char *const names[kNumInstructionClasses] = {
      "integer",    "float16",     "float32",      "float64",
      "conversion", "special",     "loadGlobal",   "storeGlobal",
      "loadShared", "storeShared", "loadConstant", "loadLocal",
      "storeLocal", "loadGeneric", "storeGeneric", "asyncCopy",
      "atomic",     "matrix",      "shuffle",      "synchronisation",
      "control",    "move"};
  return names[size_t(instructionClass)];
}

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_RUNTIME_COUNTERS_H
