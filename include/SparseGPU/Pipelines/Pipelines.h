//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The four arrows and the whole, as functions that fill a pass manager. Each
// is registered as a pipeline of the same options (registerPipelines).
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_PIPELINES_PIPELINES_H
#define SPARSEGPU_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace sparsegpu {

/// The options of `--sparse-gpu-to-nvvm`, of which each arrow reads its own.
struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {
  Option<std::string> chip{*this, "chip",
                           llvm::cl::desc("The GPU, for example sm_80, sm_90a"),
                           llvm::cl::init("sm_80")};
  Option<std::string> features{
      *this, "features",
      llvm::cl::desc("Features of the NVPTX back end, for example +ptx80; "
                     "empty: derived from the chip"),
      llvm::cl::init("")};
  Option<std::string> format{
      *this, "format",
      llvm::cl::desc("Form of the kernels: isa (PTX), bin (cubin), fatbin, or "
                     "llvm (bitcode, for the software GPU)"),
      llvm::cl::init("isa")};
  Option<std::string> operands{
      *this, "operands",
      llvm::cl::desc("host: functions take host memory, allocate and copy. "
                     "device: they take device memory and a trailing stream"),
      llvm::cl::init("host")};
  Option<bool> requireGPU{
      *this, "require-gpu",
      llvm::cl::desc(
          "Make it an error when a sparse operation or a contraction "
          "cannot be taken to the GPU"),
      llvm::cl::init(false)};
  Option<std::string> schedule{
      *this, "schedule",
      llvm::cl::desc("A schedule for every operation without one, for example "
                     "{unit = row, coarsening = 2}; empty: chosen; explain: "
                     "chosen, with the reasons in remarks"),
      llvm::cl::init("")};
  Option<bool> stageEpilogue{
      *this, "stage-epilogue",
      llvm::cl::desc("Store results of 8 and 16 bits of contractions through "
                     "shared memory, 16 bytes a lane"),
      llvm::cl::init(true)};
  Option<bool> asynchronousCopies{
      *this, "asynchronous-copies",
      llvm::cl::desc("Tiles are copied by cp.async where the chip has it; "
                     "false: through registers, for comparisons"),
      llvm::cl::init(true)};
  Option<bool> swizzle{
      *this, "swizzle",
      llvm::cl::desc("Shared buffers get layouts without bank conflicts; "
                     "false: rows one behind the other, for comparisons"),
      llvm::cl::init(true)};
  Option<int64_t> persistentBlocks{
      *this, "persistent-blocks",
      llvm::cl::desc("Blocks of a SM that do the work of all blocks of a "
                     "launch, one after the other; 0: each does its own"),
      llvm::cl::init(0)};
  Option<bool> enableRuntimeLibrary{
      *this, "enable-runtime-library",
      llvm::cl::desc("Handle upstream sparse tensors by upstream's runtime "
                     "library, as --sparsifier does by default"),
      llvm::cl::init(true)};
};

/// Level 0 to 1: linalg on sparse tensors, and contractions of dense ones, to
/// sparse_gpu operations with schedules. Reads require-gpu, operands, schedule,
/// chip.
void buildLinalgToSparseGPU(mlir::OpPassManager &pm,
                            const PipelineOptions &options);

/// Level 1 to 2: storage instead of sparse values, memrefs instead of tensors,
/// and the nest of units and steps. Reads enable-runtime-library.
void buildSparseGPUToTiles(mlir::OpPassManager &pm,
                           const PipelineOptions &options);

/// Level 2 to 3: kernels of lanes, swizzled and pipelined, launches, device
/// memory. Reads operands, chip, stage-epilogue, persistent-blocks,
/// asynchronous-copies, swizzle.
void buildTilesToGPU(mlir::OpPassManager &pm, const PipelineOptions &options);

/// Level 3 to 4: kernels as binaries, host code in the LLVM dialect. Reads
/// chip, features, format.
void buildGPUToNVVM(mlir::OpPassManager &pm, const PipelineOptions &options);

/// Level 0 to 4.
void buildSparseGPUToNVVM(mlir::OpPassManager &pm,
                          const PipelineOptions &options);

/// Registers the pipelines above with the global registry:
/// sparse-gpu-linalg-to-sparse-gpu, sparse-gpu-to-tiles,
/// sparse-gpu-tiles-to-gpu, sparse-gpu-gpu-to-nvvm and sparse-gpu-to-nvvm.
void registerPipelines();

} // namespace sparsegpu

#endif // SPARSEGPU_PIPELINES_PIPELINES_H
