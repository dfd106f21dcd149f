//===- Transforms.h - From an NVPTX module to one for the host --*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The steps in the order in which Compiler.cpp takes them. All work in place.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_TRANSFORMS_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_TRANSFORMS_H

#include "CompiledKernel.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Module.h"

#include <string>

namespace sparsegpu::emulator {

/// The kernels of a module, in order.
llvm::SmallVector<llvm::Function *> findKernels(llvm::Module &module);

/// Name, parameters and bounds of a kernel as it is in the bitcode
/// (KernelABI.cpp).
KernelSignature describeKernel(const llvm::Function &kernel);

/// Writes inline PTX whose meaning is known as LLVM IR (InlineAssembly.cpp).
void expandInlineAssembly(llvm::Module &module);
/// What a statement of CUDA's libdevice computes, as IR before it; null if it
/// is none. `statement` is without spaces (InlineArithmetic.cpp).
llvm::Value *expandLibdeviceStatement(llvm::CallInst &call,
                                      llvm::StringRef statement);

/// Looks for what cannot be emulated in what the kernels reach. Returns one
/// line that names kernel and operation, or nothing (Coverage.cpp).
std::string findUnsupported(llvm::Module &module);

/// Keeps only the kernels visible, inlines what they call, drops the rest, and
/// collects allocas in entry blocks (KernelABI.cpp).
void prepareModule(llvm::Module &module);

/// Runs the NVPTX back end's own merging of accesses, so that instrumentation
/// counts what the hardware would see (Instrument.cpp).
void vectoriseAccesses(llvm::Module &module);

/// Gives every function a ThreadContext as first argument (KernelABI.cpp).
void addContextArguments(llvm::Module &module);

/// Lets loops that poll memory give way to other threads. Returns the functions
/// in which it found one (KernelABI.cpp).
struct PollingFunction {
  llvm::Function *function;
  /// Not only mbarriers, which belong to the block.
  bool pollsMemory;
};
llvm::SmallVector<PollingFunction> addPollingYields(llvm::Module &module);

/// Metadata of the address of a variable in shared memory: its name, offset and
/// bytes.
constexpr const char *kSharedVariable = "sparsegpu.shared";

/// Replaces variables in shared memory by offsets into the window of the block.
/// Returns an error, or nothing (SharedGlobals.cpp).
std::string lowerSharedGlobals(llvm::Module &module,
                               llvm::ArrayRef<llvm::Function *> kernels,
                               CompiledModule &compiled);

/// Adds logging, steps and checks (Instrument.cpp).
void instrument(llvm::Module &module, const Variant &variant,
                CompiledModule &compiled);

/// Makes the module one for the host: triple, layout, calling conventions,
/// attributes; adds an entry point for each kernel (KernelABI.cpp).
void retarget(llvm::Module &module, llvm::ArrayRef<llvm::Function *> kernels,
              llvm::StringRef triple, const llvm::DataLayout &layout,
              llvm::StringRef cpu, llvm::StringRef features);

/// Adds the descriptor of PrecompiledModule.h, makes calls of the host go
/// through its slots, and hides every other symbol (DescriptorEmitter.cpp).
void emitDescriptor(llvm::Module &module, const CompiledModule &compiled,
                    llvm::StringRef processor, llvm::StringRef symbol);

/// Name of the entry point of a kernel.
std::string entryName(llvm::StringRef kernel);
/// Name of the i-th of CompiledModule::globals.
std::string globalName(size_t index);

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_TRANSFORMS_H
