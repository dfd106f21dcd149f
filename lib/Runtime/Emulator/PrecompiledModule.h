//===- PrecompiledModule.h - Modules compiled ahead of time -----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The layout of a module descriptor: what an object made by
// sparsegpuEmulatorPrecompile defines, and what the compiler in the process
// makes as well. PrecompiledModule.cpp reads it, DescriptorEmitter.cpp writes
// it. C layout, 64-bit pointers; tables are arrays behind pointers.
//
// The version has to change with anything that compiled code and runtime share:
// these structures, ThreadContext, the names and types of host functions, the
// numbers of BarrierOp and CollectiveOp.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_PRECOMPILEDMODULE_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_PRECOMPILEDMODULE_H

#include "CompiledKernel.h"
#include "Module.h"
#include "SparseGPU/Runtime/Emulator.h"

#include <memory>

namespace sparsegpu::emulator {

/// The first eight bytes of a descriptor: "SGPUmod\0", read as a little-endian
/// number. No format that mgpuModuleLoad is given begins like this.
constexpr uint64_t kPrecompiledMagic = 0x00646f6d55504753;
constexpr uint32_t kPrecompiledVersion = 2;
static_assert(sizeof(ThreadContext) == 120,
              "a changed ThreadContext needs a new kPrecompiledVersion");

struct PrecompiledKernel {
  const char *name;
  void (*entry)(ThreadContext *, void **);
  const uint32_t *paramBytes;
  const uint8_t *paramIsPointer;
  uint64_t stackBytes;
  uint32_t numParams;
  uint32_t maxThreads;
  uint32_t staticShared;
  uint32_t maySynchronise;
  uint32_t pollsMemory;
  uint32_t hasFloatAtomics;
};

struct PrecompiledSync {
  const char *operation;
  const char *location;
};

struct PrecompiledGlobal {
  const char *name;
  /// Null if nothing is left of the variable.
  void *address;
  uint64_t bytes;
};

/// A function of the host and the variable through which it is called.
struct PrecompiledHostFunction {
  const char *name;
  void **slot;
};

struct PrecompiledDescriptor {
  uint64_t magic;
  uint32_t version;
  uint32_t numKernels;
  uint32_t numSyncs;
  uint32_t numGlobals;
  uint32_t numHostFunctions;
  uint32_t reserved;
  /// What the processor must have: "x86-64-v3"; empty if not checked.
  const char *processor;
  const PrecompiledKernel *kernels;
  const PrecompiledSync *syncs;
  const PrecompiledGlobal *globals;
  const PrecompiledHostFunction *hostFunctions;
};

/// Whether `data` points at a descriptor. Reads eight bytes.
bool isPrecompiled(const void *data);

/// Reads the tables and fills the slots of host functions. Adds to `module`.
Status readDescriptor(const PrecompiledDescriptor &descriptor,
                      CompiledModule &module);

/// Loads a module whose descriptor `data` points at. The code stays where it
/// is, and has to stay there until the module is unloaded.
Status loadPrecompiled(const void *data, std::unique_ptr<LoadedModule> &module);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_PRECOMPILEDMODULE_H
