//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A program of a bundle: its compilation, and its entry in the manifest.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLEPROGRAM_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLEPROGRAM_H

#include "HostValue.h"
#include "Inputs.h"
#include "Options.h"
#include "Program.h"

#include "llvm/Support/JSON.h"

namespace sparsegpu::run {

/// The name of a program: it follows from its text and from all that its code
/// depends on.
std::string getProgramId(Program &program, const Options &options);

/// Compiles `program`, which is at level 0 or 1, into `options.bundle`, under
/// programs/`id`, and returns its object in the manifest.
llvm::Expected<llvm::json::Object>
writeBundleProgram(Program &program, const std::string &id,
                   const std::vector<BoundArgument> &arguments,
                   const Options &options);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLEPROGRAM_H
