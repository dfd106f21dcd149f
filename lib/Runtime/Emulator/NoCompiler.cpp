//===- NoCompiler.cpp - The software GPU without its compiler -------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LastError.h"
#include "Module.h"

#include "Format.h"

using namespace sparsegpu::emulator;

static const char *const kNoCompiler =
    "this software GPU has no compiler; it runs modules compiled ahead of time "
    "(sparsegpuEmulatorPrecompile of libsparsegpu_emulator.so)";

Status sparsegpu::emulator::loadBitcode(std::string_view bytes,
                                        std::unique_ptr<LoadedModule> &) {
  std::string other = describeOtherFormat(bytes);
  return Status::error(formatText("the module is {0}; {1}",
                                  other.empty() ? "LLVM bitcode" : other,
                                  kNoCompiler));
}

int sparsegpuEmulatorPrecompile(const void *, size_t, const char *, char **,
                                size_t *) {
  return report(Status::error(kNoCompiler));
}
