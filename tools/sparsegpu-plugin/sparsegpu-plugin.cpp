//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// SparseGPUPlugin.so: this project's dialect, passes and pipelines for the
// stock mlir-opt. Its passes are reached by --pass-pipeline=:
//
//   mlir-opt --load-dialect-plugin=SparseGPUPlugin.so
//            --load-pass-plugin=SparseGPUPlugin.so
//            --pass-pipeline='builtin.module(sparse-gpu-to-nvvm{chip=sm_90})'
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "SparseGPU/Pipelines/Pipelines.h"
#include "SparseGPU/Transforms/CopyTransformOps.h"
#include "SparseGPU/Transforms/Passes.h"
#include "SparseGPU/Transforms/PipelineLoadsTransformOps.h"
#include "SparseGPU/Transforms/SwizzleTransformOps.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Support/Compiler.h"

static void registerDialects(mlir::DialectRegistry *registry) {
  registry->insert<sparsegpu::SparseGPUDialect>();
  sparsegpu::registerSwizzleTransformOps(*registry);
  sparsegpu::registerPipelineLoadsTransformOps(*registry);
  sparsegpu::registerCopyTransformOps(*registry);
}

static void registerPasses() {
  sparsegpu::registerSparseGPUConversionPasses();
  sparsegpu::registerTransformsPasses();
  sparsegpu::registerPipelines();
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "SparseGPU", LLVM_VERSION_STRING,
          registerDialects};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "SparseGPU", LLVM_VERSION_STRING,
          registerPasses};
}
