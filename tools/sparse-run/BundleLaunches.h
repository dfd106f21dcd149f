//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a case launches, for its entry in the manifest.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLELAUNCHES_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLELAUNCHES_H

#include "Options.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace sparsegpu::run {

/// Adds to `object` the launches that the case `name` of the bundle makes, and
/// the buffers that hold its results, from a call whose kernels are not run.
llvm::Error recordCall(const Options &options, const std::string &name,
                       llvm::json::Object &object);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_BUNDLELAUNCHES_H
