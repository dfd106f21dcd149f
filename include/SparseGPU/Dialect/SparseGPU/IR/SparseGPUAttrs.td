//===- SparseGPUAttrs.td - Formats and schedules -----------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUATTRS_TD
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUATTRS_TD

include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUFormats.td"
include "mlir/IR/EnumAttr.td"

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

class SparseGPU_Enum<string name, string summary, list<I32EnumCase> cases>
    : I32Enum<name, summary, cases> {
  let cppNamespace = "::sparsegpu";
}

def SparseGPU_Scope : SparseGPU_Enum<"Scope",
    "Which threads work on one unit, and synchronise with each other", [
  I32EnumCase<"Warp", 0, "warp">, I32EnumCase<"Block", 1, "block">]>;

def SparseGPU_Reduction : SparseGPU_Enum<"Reduction",
    "How partial results of a unit come together", [
  I32EnumCase<"Tile", 0, "tile">, I32EnumCase<"Segmented", 1, "segmented">]>;

def SparseGPU_ComputePath : SparseGPU_Enum<"ComputePath",
    "Which instructions multiply tiles", [
  I32EnumCase<"FMA", 0, "fma">, I32EnumCase<"MMA", 1, "mma">,
  I32EnumCase<"MMA3xTF32", 2, "mma_3xtf32">]>;

def SparseGPU_GuardQuantity : SparseGPU_Enum<"GuardQuantity",
    "What a guard of a schedule looks at when the program runs", [
  I32EnumCase<"N", 0, "n">, I32EnumCase<"Rows", 1, "rows">,
  I32EnumCase<"Nonzeros", 2, "nnz">, I32EnumCase<"Alignment", 3, "alignment">,
  I32EnumCase<"ResultAlignment", 4, "result_alignment">]>;

def SparseGPU_GuardPredicate : SparseGPU_Enum<"GuardPredicate",
    "How a guard compares", [
  I32EnumCase<"LT", 0, "lt">, I32EnumCase<"LE", 1, "le">,
  I32EnumCase<"GT", 2, "gt">, I32EnumCase<"GE", 3, "ge">,
  I32EnumCase<"EQ", 4, "eq">]>;

def SparseGPU_GuardAttr : SparseGPU_Attr<"Guard", "guard"> {
  let summary = "a condition on a size that is known when the program runs";
  let description = [{
    `n` is the number of columns of the result, `rows` the number of rows of
    the sparse operand, `nnz` the number of its stored entries. `alignment` is
    the largest power of two, up to 16, that divides the addresses of the first
    elements of A and B of a contraction and the distances in bytes of their
    rows; `result_alignment` says the same of C and the inputs of the epilogue. Comparisons are spelled as in `arith.cmpi`: lt, le, gt, ge, eq.

    ```mlir
    #sparse_gpu.guard<n ge 33>
    ```
  }];
  let parameters = (ins "::sparsegpu::GuardQuantity":$quantity,
                        "::sparsegpu::GuardPredicate":$predicate,
                        "int64_t":$bound);
  let hasCustomAssemblyFormat = 1;
}

def SparseGPU_ScheduleAttr : SparseGPU_Attr<"Schedule", "schedule"> {
  let summary = "how one sparse operation is computed on the GPU";
  let description = [{
    | field | meaning | default |
    |---|---|---|
    | `unit` | which of the format's units one worker computes | `default`: the format's first, which `--sparse-gpu-assign-schedule` writes down |
    | `scope` | the worker: a `warp` or a `block` | `warp` |
    | `warps` | warps per block, 1 to 32 | 4 |
    | `lanes` | lanes of a warp side by side along the columns of the result, a power of two up to 32; the other 32 / lanes groups share out the nonzeros of a step and are reduced by shuffles | 32 |
    | `coarsening` | columns per lane, 1 to 8 (coarse-grained warp merging) | 1 |
    | `step` | nonzeros per step, staged together, a multiple of 32 up to 256 | 32 |
    | `unroll` | nonzeros per turn of the inner loop, 1 to 16 | 4 |
    | `reduction` | `tile`: a unit owns its rows; `segmented`: units share rows | `tile` |
    | `path` | the instructions: `fma`; `mma`, tensor cores (f32 as tf32); `mma_3xtf32`, three of them for each product of f32 | `fma` |
    | `tile` | `[m, n, k]`: the tile of the result that a block computes, and the part of the contraction that it stages at a time; empty: the fields above say it | `[]` |
    | `warp_tile` | `[m, n]`: the part of the tile that a warp computes; `warps` follows | `[]` |
    | `copy` | bytes of one asynchronous copy to shared memory: 16, 8 or 4; 0: through registers, whatever the alignment | 16 |
    | `stages` | buffers of shared memory that are in flight, 1 to 6 | 1 |
    | `register_stages` | fragments in registers that are in flight, 1 to 4 | 1 |
    | `split_k` | blocks that share a tile of the result, each with a part of the contraction, 1 to 64; more than 1: they store sums into a workspace, and a second kernel adds these in one order | 1 |
    | `registers` | what a thread has at most, 24 to 255 (`.maxnreg` of PTX); 0: the assembler chooses, and may spill so that more blocks fit | 0 |
    | `when` | guards, all of which must hold; none: always | none |

    Without `tile`, one column tile is `lanes * coarsening` columns wide (source of
    these parameters: GE-SpMM, SC 2020, sections III-B and III-C). With it,
    `scope` is `block`; sources: ALCOP (MLSys 2023), section 3, for stages.

    ```mlir
    #sparse_gpu.schedule<unit = row, warps = 8, coarsening = 2, when = [n ge 64]>
    #sparse_gpu.schedule<scope = block, path = mma, tile = [128, 128, 32],
                         warp_tile = [64, 64], stages = 3>
    ```
  }];
  let parameters = (ins
    StringRefParameter<"unit">:$unit, "::sparsegpu::Scope":$scope,
    "int64_t":$warps, "int64_t":$lanes, "int64_t":$coarsening, "int64_t":$step,
    "int64_t":$unroll, "::sparsegpu::Reduction":$reduction,
    "::sparsegpu::ComputePath":$path, ArrayRefParameter<"int64_t">:$tile,
    ArrayRefParameter<"int64_t">:$warpTile, "int64_t":$copy,
    "int64_t":$stages, "int64_t":$registerStages, "int64_t":$splitK,
    "int64_t":$registers,
    ArrayRefParameter<"::sparsegpu::GuardAttr">:$guards);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [AttrBuilder<(ins "const ::sparsegpu::ScheduleFields &":$fields)>];
  let extraClassDeclaration = [{
    /// The columns of one tile of the result.
    int64_t getTileColumns() const { return getLanes() * getCoarsening(); }
    /// Threads of one block.
    int64_t getBlockSize() const { return 32 * getWarps(); }
    /// The schedule with every field at its default.
    static ScheduleAttr getDefault(::mlir::MLIRContext *context);
    /// All fields, to change some and make another one.
    ScheduleFields getFields() const;
    /// This schedule with `format`'s first unit where it has `default`.
    ScheduleAttr resolveUnit(SparseFormatInterface format) const;
    /// This schedule with other warps.
    ScheduleAttr withWarps(int64_t warps) const;
    /// This schedule with other lanes, coarsening, unrolling and guards.
    ScheduleAttr withTile(int64_t lanes, int64_t coarsening, int64_t unroll,
                          ::llvm::ArrayRef<GuardAttr> guards) const;
  }];
}

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUATTRS_TD
