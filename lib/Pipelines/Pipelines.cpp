//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Pipelines/Pipelines.h"
#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/CostModel/TargetDescription.h"
#include "SparseGPU/Transforms/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SparseTensor/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace sparsegpu;

/// The contract of `level`, at the end of the arrow that leads to it.
static void addCheck(OpPassManager &pm, int64_t level) {
  CheckLevelOptions options;
  options.level = level;
  pm.addPass(createCheckLevel(options));
}

void sparsegpu::buildLinalgToSparseGPU(OpPassManager &pm,
                                       const PipelineOptions &options) {
  LinalgToSpMMOptions front;
  // On device memory nothing can stay on the CPU.
  front.requireGPU = options.requireGPU || options.operands == "device";
  front.upstreamStorage = options.operands != "device";
  pm.addPass(createLinalgToSpMM(front));
  LinalgToContractOptions dense;
  dense.requireGPU = front.requireGPU;
  pm.addPass(createLinalgToContract(dense));
  // Drops beta where C was filled with zero, and the fill with it.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createFuseEpilogue());
  AssignScheduleOptions schedule;
  schedule.schedule = options.schedule;
  schedule.chip = options.chip;
  // The model is not to decide what arguments a function has.
  schedule.workspace = options.operands != "device";
  schedule.stageEpilogue = options.stageEpilogue;
  pm.addPass(createAssignSchedule(schedule));
  addCheck(pm, 1);
}

void sparsegpu::buildSparseGPUToTiles(OpPassManager &pm,
                                      const PipelineOptions &options) {
  LowerConversionsOptions conversions;
  conversions.operands = options.operands;
  pm.addPass(createLowerConversions(conversions));
  pm.addPass(createDecomposeSparseValues());
  BufferizeModuleOptions bufferize;
  bufferize.enableRuntimeLibrary = options.enableRuntimeLibrary;
  pm.addPass(createBufferizeModule(bufferize));
  // Storage specifiers of upstream's sparse tensors, without its library.
  if (!options.enableRuntimeLibrary)
    pm.addPass(createStorageSpecifierToLLVMPass());
  SpMMToTilesOptions spmm;
  spmm.operands = options.operands;
  pm.addNestedPass<func::FuncOp>(createSpMMToTiles(spmm));
  ContractToTilesOptions contract;
  contract.operands = options.operands;
  pm.addNestedPass<func::FuncOp>(createContractToTiles(contract));
  pm.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  addCheck(pm, 2);
}

void sparsegpu::buildTilesToGPU(OpPassManager &pm,
                                const PipelineOptions &options) {
  if (options.stageEpilogue) {
    StageEpilogueOptions stage;
    stage.chip = options.chip;
    stage.explain = options.schedule == "explain";
    pm.addNestedPass<func::FuncOp>(createStageEpilogue(stage));
  }
  MapToGPUOptions map;
  map.chip = options.chip;
  map.asynchronousCopies = options.asynchronousCopies;
  pm.addNestedPass<func::FuncOp>(createMapToGPU(map));
  if (options.swizzle)
    pm.addNestedPass<func::FuncOp>(createSwizzle());
  // Schedules say how many stages; other loops are left alone.
  PipelineLoadsOptions stages;
  stages.sharedStages = stages.registerStages = 1;
  pm.addNestedPass<func::FuncOp>(createPipelineLoads(stages));
  pm.addNestedPass<func::FuncOp>(createPlaceSharedMemory());
  pm.addNestedPass<func::FuncOp>(createLowerLdMatrixPairs());
  // Behind what looks at subscripts: numbers of blocks become expressions.
  pm.addNestedPass<func::FuncOp>(createBlockOrder());
  // What is negative is for the pass to refuse.
  if (options.persistentBlocks != 0) {
    PersistentBlocksOptions persistent;
    persistent.blocks = options.persistentBlocks *
                        costmodel::representativeOf(options.chip).numSMs;
    pm.addNestedPass<func::FuncOp>(createPersistentBlocks(persistent));
  }
  // Constants and sizes are computed in the kernel, not passed to it.
  pm.addNestedPass<func::FuncOp>(createGpuLaunchSinkIndexComputationsPass());
  PlaceOperandsOptions place;
  place.operands = options.operands;
  pm.addPass(createPlaceOperands(place));
  pm.addPass(createGpuKernelOutliningPass());
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  addCheck(pm, 3);
}

void sparsegpu::buildGPUToNVVM(OpPassManager &pm,
                               const PipelineOptions &options) {
  AttachTargetOptions target;
  target.chip = options.chip;
  target.features = options.features;
  target.format = options.format;
  pm.addPass(createAttachTarget(target));
  // Kernels.
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createExpandFloat8());
  kernels.addPass(arith::createArithExpandOpsPass());
  kernels.addPass(createConvertNVGPUToNVVMPass());
  kernels.addPass(createConvertGpuOpsToNVVMOps());
  // Broadcasts and transpositions, which that pass leaves. It comes first since
  // it knows what workgroup memory is.
  kernels.addPass(createConvertVectorToLLVMPass());
  // What libdevice has no function for, such as math.trunc.
  kernels.addPass(createConvertMathToLLVMPass());
  kernels.addPass(createReconcileUnrealizedCastsPass());
  // Host code: what stays on the CPU, and the calls of the runtime.
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(createConvertLinalgToLoopsPass());
  functions.addPass(createConvertVectorToSCFPass());
  functions.addPass(memref::createExpandReallocPass());
  functions.addPass(createSCFToControlFlowPass());
  functions.addPass(memref::createExpandStridedMetadataPass());
  functions.addPass(createLowerAffinePass());
  functions.addPass(createExpandFloat8());
  functions.addPass(arith::createArithExpandOpsPass());
  functions.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createGpuToLLVMConversionPass());
  GpuModuleToBinaryPassOptions binary;
  binary.compilationTarget = options.format;
  pm.addPass(createGpuModuleToBinaryPass(binary));
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  addCheck(pm, 4);
}

void sparsegpu::buildSparseGPUToNVVM(OpPassManager &pm,
                                     const PipelineOptions &options) {
  buildLinalgToSparseGPU(pm, options);
  buildSparseGPUToTiles(pm, options);
  buildTilesToGPU(pm, options);
  buildGPUToNVVM(pm, options);
}

void sparsegpu::registerPipelines() {
  static PassPipelineRegistration<PipelineOptions> arrow1(
      "sparse-gpu-linalg-to-sparse-gpu",
      "Level 0 to 1: linalg on sparse tensors to sparse_gpu operations",
      buildLinalgToSparseGPU);
  static PassPipelineRegistration<PipelineOptions> arrow2(
      "sparse-gpu-to-tiles",
      "Level 1 to 2: sparse_gpu operations to nests of tiles",
      buildSparseGPUToTiles);
  static PassPipelineRegistration<PipelineOptions> arrow3(
      "sparse-gpu-tiles-to-gpu", "Level 2 to 3: nests of tiles to kernels",
      buildTilesToGPU);
  static PassPipelineRegistration<PipelineOptions> arrow4(
      "sparse-gpu-gpu-to-nvvm",
      "Level 3 to 4: kernels to binaries, host code to LLVM", buildGPUToNVVM);
  static PassPipelineRegistration<PipelineOptions> whole(
      "sparse-gpu-to-nvvm",
      "Level 0 to 4: linalg on sparse tensors to GPU kernels and host code",
      buildSparseGPUToNVVM);
}
