//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// GPU transforms that know nothing of sparsity (see Passes.td for what each
// does).
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_PASSES_H
#define SPARSEGPU_TRANSFORMS_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace sparsegpu {

#define GEN_PASS_DECL
#include "SparseGPU/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "SparseGPU/Transforms/Passes.h.inc"

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_PASSES_H
