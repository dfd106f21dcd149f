//===- Passes.td - Transforms of GPU kernels ---------------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Passes on any GPU kernel for NVIDIA; they know nothing of sparsity.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_PASSES_TD
#define SPARSEGPU_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Bank conflicts
//===----------------------------------------------------------------------===//

def Swizzle : Pass<"sparse-gpu-swizzle"> {
  let summary = "Chooses XOR layouts of shared buffers without bank conflicts";
  let description = [{
    For each buffer in workgroup memory (`memref.alloc`, or an attribution of a
    `gpu.launch` or `gpu.func`), from all of its accesses: chooses the smallest
    layout

    column' = column xor (((row / r) mod 2^b) * u)

    under which no access of a warp has a bank conflict, and rewrites the last
    subscript of every access. `u` is 16 bytes, or else 8, 4, 32 or 64, and no
    access is torn apart; rows stay rows, and nothing is padded. A buffer that has no
    conflicts is left as it is.

    Requires static shapes with the identity layout, two or more dimensions,
    and accesses that are `nvgpu.device_async_copy`, `nvgpu.ldmatrix`,
    `memref.load`, `memref.store`, `vector.load`, `vector.store`, or plain
    one-dimensional transfers; views are folded before, by
    `fold-memref-alias-ops`. Subscripts are arithmetic on numbers of threads,
    on variables of loops and on what all lanes of a warp have in common; the
    size of the block is known.

    Ensures: results are the same. Freedom of conflicts is proved by the bank
    model for every warp and every iteration, not sampled. Where conflicts
    remain under each layout, the best is taken, and a remark says how many and
    where (SWZ-6, SWZ-7); where the accesses are not understood, a remark names
    the rule (SWZ-1 to SWZ-5 in docs/Spec.md) and the buffer stays as it is.

    Before:
    ```mlir
    %a = memref.alloc() : memref<128x64xf16, #gpu.address_space<workgroup>>
    %f = nvgpu.ldmatrix %a[%row, %col] {numTiles = 4 : i32, transpose = false}
      : memref<128x64xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
    ```
    After:
    ```mlir
    %a = memref.alloc() : memref<128x64xf16, #gpu.address_space<workgroup>>
    %bits = arith.andi %row, %c7 : index
    %key = arith.shli %bits, %c3 : index
    %new = arith.xori %col, %key : index
    %f = nvgpu.ldmatrix %a[%row, %new] {numTiles = 4 : i32, transpose = false}
      : memref<128x64xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
    ```

    Limits: one unit of a layout and one key by row; the second subscript from
    the end is the row. The bank model is that of compute capability 7.0 to 9.0.
    Source: Huang et al., ALCOP (MLSys 2023), whose layout is one of these.
  }];
  let options = [
    Option<"explain", "explain", "bool", /*default=*/"false",
           "Say in a remark for each buffer which layout was chosen, and how "
           "many cases were checked">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect"];
}

#endif // SPARSEGPU_TRANSFORMS_PASSES_TD
