//===- CompiledKernel.h - The result of compiling a module ------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tables that instrumented code and the runtime share. Sites are numbered over
// the whole module. Within a kernel the numbers follow reverse post-order,
// which is what the merging of lanes (LaneLog.h) relies on.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_COMPILEDKERNEL_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_COMPILEDKERNEL_H

#include "SparseGPU/Runtime/Counters.h"
#include "ThreadContext.h"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace sparsegpu::emulator {

/// Which code is made of a module; each combination is compiled at its first
/// use.
struct Variant {
  /// Lanes log the blocks that they run and the addresses that they touch.
  bool log = false;
  /// Lanes may be made to wait before each basic block and each access.
  bool steps = false;
  /// Accesses go through a check.
  bool checks = false;

  unsigned key() const { return log | steps << 1 | checks << 2; }
  bool instrumented() const { return log || checks || steps; }
  static constexpr unsigned kCount = 8;
};

enum class AccessKind : uint8_t {
  Load,
  Store,
  Atomic,
  /// The two sides of cp.async.
  AsyncRead,
  AsyncWrite,
  /// ldmatrix: eight lanes give eight rows of 16 bytes.
  MatrixLoad,
};
enum class AccessSpace : uint8_t { Generic, Global, Shared, Constant };

/// A load, store or atomic of the kernel.
struct AccessSite {
  AccessKind kind;
  AccessSpace space;
  uint32_t bytes;
  /// What the instruction promises, and hardware therefore demands.
  uint32_t alignment;
  std::string location;
  /// Atomic or volatile: does not race with others of its kind.
  bool strong = false;
  /// Orders of memory that the instruction makes by itself.
  bool acquires = false, releases = false;
  /// The variable in shared memory that the address is made from, and where it
  /// is; empty if that is not known.
  std::string variable{};
  uint32_t variableBegin = 0, variableEnd = 0;
  /// What reports call the access, where `kind` does not say it.
  const char *operation = nullptr;
};

enum class AsyncOp : uint8_t { None, Commit, Wait, WaitAll };

/// A basic block of an instrumented kernel.
struct BlockSite {
  uint32_t instructions;
  uint32_t firstAccess;
  uint32_t numAccesses;
  /// Ends in a branch with several targets.
  bool branches = false;
  /// Consists of this operation on groups of asynchronous copies; a wait leaves
  /// at most so many in flight.
  AsyncOp async = AsyncOp::None;
  uint32_t mostInFlight = 0;
  /// The instructions by their class.
  std::array<uint16_t, kNumInstructionClasses> classes{};
};

/// A barrier or warp collective.
struct SyncSite {
  std::string operation;
  std::string location;
};

/// What is known of a kernel before it is compiled.
struct KernelSignature {
  std::string name;
  /// Most threads of a block that the kernel was compiled for; 0: no bound.
  uint32_t maxThreads = 0;
  /// Bytes of each parameter, and whether it is a pointer.
  std::vector<uint32_t> paramBytes;
  std::vector<uint8_t> paramIsPointer;

  size_t numParams() const { return paramBytes.size(); }
};

struct CompiledKernel : KernelSignature {
  void (*entry)(ThreadContext *, void **) = nullptr;
  uint32_t staticShared = 0;
  /// False: threads may run to their end one after another, without fibers.
  bool maySynchronise = true;
  /// Threads may wait in a loop for what another block writes.
  bool pollsMemory = false;
  /// The order of threads may change the last bits of results.
  bool hasFloatAtomics = false;
  size_t stackBytes = 0;
};

/// Memory of the module itself, such as a table of constants.
struct ModuleGlobal {
  uint64_t address = 0;
  uint64_t bytes = 0;
  std::string name;
};

struct CompiledModule {
  std::map<std::string, CompiledKernel> kernels;
  std::vector<BlockSite> blocks;
  std::vector<AccessSite> accesses;
  std::vector<SyncSite> syncs;
  std::vector<ModuleGlobal> globals;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_COMPILEDKERNEL_H
