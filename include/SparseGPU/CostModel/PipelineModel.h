//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The analytic model of a load-compute pipeline: how long a contraction takes
// under a schedule. No GPU has confirmed it; docs/CostModel.md has its
// derivation, what is assumed, and a worked example.
//
// Source: the model of Huang et al., "ALCOP: Automatic Load-Compute Pipelining
// in Deep Learning Compiler for AI-GPUs" (MLSys 2023), as its description has
// it, with floors where the nested formula would be faster than the hardware.
//
//     T_kernel = sum over waves of T_block(wave) + T_split
//     T_block  = T_prologue + T_main + T_epilogue
//     T_main   = max(P(T_load, T_own, n_ko, shared stages, x_blocks),
//                    n_ko * max(T_l2, T_dram, T_shared, T_issue))
//     x_blocks = T_all / T_own
//     T_prologue = block start + max(0, T_load + T_all - T_main / n_ko)
//                  + first load of fragments
//     T_own    = inner(warps of a block per scheduler) + stage overhead
//     T_all    = max(inner(resident warps per scheduler)
//                      + stage overhead / resident blocks, T_own)
//     inner(x) = max(P(T_fragment, T_mma, n_ki, register stages, x),
//                    n_ki * latency of mma)
//
// All times are in cycles of the SM clock. A wave is what runs at a time: all
// waves but the last fill the GPU.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_COSTMODEL_PIPELINEMODEL_H
#define SPARSEGPU_COSTMODEL_PIPELINEMODEL_H

#include "SparseGPU/CostModel/TileSchedule.h"

namespace sparsegpu::costmodel {

/// What the model takes for granted beside the target. Assumed, in round
/// numbers, and the same for all targets, until a GPU says otherwise.
struct ModelConstants {
  /// Bytes per cycle that L2 delivers to one SM. NVIDIA states 64 for the L2 of
  /// A100; it limits launches that leave SMs idle.
  double l2BytesPerSM = 64;
  /// Cycles from an mma (or fma) to one that adds to its result.
  double mmaLatency = 32, fmaLatency = 4;
  /// Cycles of a block for each stage beside loads and products: wait, barrier,
  /// the next stage's addresses. Of r blocks on a SM, r - 1 run while one
  /// waits.
  double stageOverhead = 40;
  /// Cycles from the start of a block to its first copy.
  double blockStart = 200;
  /// Warp instructions for a copy (address, copy), for a load of fragments or a
  /// product (itself), and for a stage of a warp beside these.
  double issuePerCopy = 2, issuePerStage = 16;
  /// Until the sum over the parts of K runs, which is a second launch.
  double launchMicroseconds = 2;
  /// Of C, by one block of that launch.
  double elementsPerSumBlock = 128;
};

/// The pipeline formula. `n` iterations of a load and a use, with `s` buffers,
/// by `x` that share what the use runs on; `load` and `use` are cycles of one.
///
///     n * x * use           if load <= (s * x - 1) * use    hidden
///     n * (load + use) / s  otherwise                       latency is seen
///
/// Both are equal where they meet, so the result is the larger of the two: it
/// never falls with load, use or n, and never grows with s.
double pipelineCycles(double load, double use, double n, double s, double x);

/// Which of the two.
bool isHidden(double load, double use, double s, double x);

/// One level of the pipeline: what went into P and what came out.
struct PipelineLevel {
  double load = 0, use = 0, steps = 0, stages = 0, parallel = 0;
  /// P(load, use, steps, stages, parallel).
  double cycles() const {
    return pipelineCycles(load, use, steps, stages, parallel);
  }
  bool hidden() const { return hiddenBy(parallel); }
  bool hiddenBy(double sharers) const {
    return isHidden(load, use, stages, sharers);
  }
  /// The first load, less what P has of it: load - (P of one step - x * use).
  /// Not negative.
  double fill() const {
    return load + parallel * use -
           pipelineCycles(load, use, 1, stages, parallel);
  }
};

/// What a wave, or the whole kernel, is bound by.
enum class Bound {
  Products,
  FragmentLatency,
  ProductLatency,
  StageLatency,
  StageOverhead,
  L2,
  Dram,
  SharedMemory,
  Issue,
  Prologue,
  Epilogue,
  SplitSum,
};

const char *nameOf(Bound bound);

/// The blocks that run at a time.
struct WaveTerms {
  double blocks = 0;
  /// Blocks on the fullest SM.
  unsigned residents = 0;
  /// Loads of fragments before products, of the warps of one block. Its result
  /// is T_own without latency of mma and stage overhead.
  PipelineLevel fragments;
  /// Warps of all resident blocks on a scheduler.
  double residentWarps = 0;
  /// Cycles for a stage: of one block alone, of all blocks of the SM.
  double own = 0, all = 0;
  /// Loads of stages before their use.
  PipelineLevel stages;
  /// Cycles for one stage of all blocks of the wave, if nothing else limited
  /// it.
  double l2 = 0, dram = 0, shared = 0, issue = 0;
  double prologue = 0, main = 0, epilogue = 0;
  Bound bound = Bound::Products;

  double cycles() const { return prologue + main + epilogue; }
};

struct Prediction {
  TileSchedule schedule;
  TileCounts counts;
  uint64_t sharedBytes = 0;
  RegisterEstimate registers;
  Occupancy occupancy;
  /// How many waves fill the GPU, what one of them takes, and the last one that
  /// does not fill it (no blocks if there is none).
  double fullWaves = 0;
  WaveTerms full, tail;
  /// The sum over the parts of K.
  double splitSum = 0;
  double cycles = 0, microseconds = 0;
  /// The same if blocks of one SM ran one after the other: how far the
  /// prediction relies on blocks that hide each other's latency.
  double aloneCycles = 0;
  /// Of the part of the kernel that takes the longest.
  Bound bound = Bound::Products;

  /// The wave that speaks for the kernel.
  const WaveTerms &mainWave() const { return fullWaves > 0 ? full : tail; }
};

/// Bytes from L2 for a run of `run` contiguous bytes in rows of `row` bytes, in
/// sectors of 32 bytes: all of the row if the run is the row; else what is
/// expected if runs begin anywhere that the length of rows allows.
double sectorBytes(double run, double row);

/// Bytes of A and B, of the distinct tiles of `blocks` blocks in their order,
/// for one stage.
double distinctBytes(const ContractionShape &shape,
                     const TileSchedule &schedule, double blocks);

/// The part of these that comes from DRAM, over the whole launch: each operand
/// once, and of what later waves load again the part 1 - L2 / footprint that L2
/// is too small for (as in docs/SoftwareGPU.md).
double dramShare(const TargetDescription &target, const ContractionShape &shape,
                 const TileSchedule &schedule, const Occupancy &occupancy);

/// The model. Requires that whyNot() has nothing against the schedule; stages
/// are clipped to the extents of their loops.
Prediction predict(const TargetDescription &target,
                   const ContractionShape &shape, const TileSchedule &schedule,
                   const ModelConstants &constants = {});

} // namespace sparsegpu::costmodel

#endif // SPARSEGPU_COSTMODEL_PIPELINEMODEL_H
