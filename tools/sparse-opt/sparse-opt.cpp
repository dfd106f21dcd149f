//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// sparse-opt: mlir-opt with this project's dialect, passes and pipelines.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "SparseGPU/Pipelines/Pipelines.h"
#include "SparseGPU/Transforms/CopyTransformOps.h"
#include "SparseGPU/Transforms/Passes.h"
#include "SparseGPU/Transforms/PipelineLoadsTransformOps.h"
#include "SparseGPU/Transforms/SwizzleTransformOps.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllGPUToLLVMIRTranslations(registry);
  registry.insert<sparsegpu::SparseGPUDialect>();
  sparsegpu::registerSwizzleTransformOps(registry);
  sparsegpu::registerPipelineLoadsTransformOps(registry);
  sparsegpu::registerCopyTransformOps(registry);
  mlir::registerAllPasses();
  sparsegpu::registerSparseGPUConversionPasses();
  sparsegpu::registerTransformsPasses();
  sparsegpu::registerPipelines();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "SparseGPU modular optimizer driver\n", registry));
}
