//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes programs and their data so that they run without a compiler:
// docs/Bundles.md.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLEWRITER_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLEWRITER_H

#include "HostValue.h"
#include "Options.h"
#include "Program.h"
#include "Reference.h"

namespace sparsegpu::run {

/// Adds a case to the bundle at `options.bundle`, which is made if it is not
/// there: the program (compiled unless the bundle has it), the data of
/// `arguments`, and what of `references` is stored; `noReference` says why
/// there are none. `program` is at level 0 or 1. A line for the user about
/// what was written goes to standard output. When it fails, the bundle is as
/// it was, but for files that nothing names.
llvm::Error emitBundle(Program &program,
                       const std::vector<BoundArgument> &arguments,
                       const std::vector<ReferenceArray> &references,
                       const std::string &noReference, const Options &options);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLEWRITER_H
