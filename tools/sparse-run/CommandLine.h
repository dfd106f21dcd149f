//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The command line of sparse-run.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_COMMANDLINE_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_COMMANDLINE_H

#include "Options.h"

#include "llvm/Support/Error.h"

namespace sparsegpu::run {

/// Reads the command line. --help, --version and what LLVM's parser refuses end
/// the process; other mistakes are errors that name the option.
llvm::Expected<Options> parseCommandLine(int argc, char **argv);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_COMMANDLINE_H
