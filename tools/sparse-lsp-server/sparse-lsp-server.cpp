//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse-lsp-server: MLIR's language server with this project's dialect, and
// its operations for transform scripts, for editors.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "SparseGPU/Transforms/CopyTransformOps.h"
#include "SparseGPU/Transforms/PipelineLoadsTransformOps.h"
#include "SparseGPU/Transforms/SwizzleTransformOps.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<sparsegpu::SparseGPUDialect>();
  sparsegpu::registerSwizzleTransformOps(registry);
  sparsegpu::registerPipelineLoadsTransformOps(registry);
  sparsegpu::registerCopyTransformOps(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
