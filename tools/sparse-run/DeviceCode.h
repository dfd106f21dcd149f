//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The kernels of a program for CUDA GPUs: PTX, machine code for several chips,
// and what ptxas says of each.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_DEVICECODE_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_DEVICECODE_H

#include "SparseGPU/Pipelines/Pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <map>
#include <string>
#include <vector>

namespace sparsegpu::run {

/// What a kernel takes on a chip, as `ptxas -v` says.
struct KernelResources {
  std::string kernel, chip;
  /// Registers of a thread; bytes of its stack, and of what it spills.
  int64_t registers = 0, stackBytes = 0, spillStores = 0, spillLoads = 0;
  /// Bytes of static shared memory of a block.
  int64_t sharedBytes = 0;

  bool spills() const { return spillStores || spillLoads; }
};

/// A module of kernels: the symbol of its gpu.binary, and its code.
struct DeviceModule {
  std::string name;
  /// What the CUDA driver loads: a fat binary, or PTX text with a final zero
  /// byte where CUDA's tools are missing.
  std::string image;
  bool isFatBinary = false;
  /// PTX for the oldest of the chips.
  std::string ptx;
  /// The kernels in it.
  std::vector<std::string> kernels;
};

struct DeviceCode {
  std::vector<DeviceModule> modules;
  std::vector<KernelResources> resources;
  /// The chips that have machine code.
  std::vector<std::string> chips;
};

/// Lowers copies of `source` (level 0 or 1) for each of `chips`, which are not
/// empty, and assembles the PTX with ptxas and fatbinary of CUDA, from
/// `toolsFolder` (Options::cudaTools). `options` gives all but the format;
/// kernels use what its chip has, the oldest of `chips`.
/// The fat binary holds machine code for each chip, and PTX of the oldest and
/// the newest that is not of one chip only (sm_90a), for the driver to compile
/// on others.
llvm::Expected<DeviceCode> compileForCUDA(mlir::ModuleOp source,
                                          const PipelineOptions &options,
                                          const std::vector<std::string> &chips,
                                          llvm::StringRef toolsFolder);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_DEVICECODE_H
