//===- MatmulBenchmark.cpp - Products of dense matrices -------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Benchmark.h"
#include "MatmulKernel.h"
#include "MatrixTest.h"

#include <cstdio>

using namespace sparsegpu::emulator;

/// C = A B in f32, tiles of 16 x 16 in shared memory, one element per thread.
void Benchmark::tiledMatmul() {
  const char *body = R"(
  %tx = and i32 %tid, 15
  %ty = lshr i32 %tid, 4
  %bx = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.y()
  %row0 = shl i32 %ctaid, 4
  %row = add i32 %row0, %ty
  %col0 = shl i32 %bx, 4
  %col = add i32 %col0, %tx
  %arow = mul i32 %row, %n
  %pa = getelementptr float, ptr addrspace(3) @a, i32 %tid
  %pb = getelementptr float, ptr addrspace(3) @b, i32 %tid
  %sa = shl i32 %ty, 4
  br label %tile
tile:
  %k = phi i32 [0, %entry], [%k16, %next]
  %acc = phi float [0.0, %entry], [%sum, %next]
  %ka = add i32 %k, %tx
  %xa = add i32 %arow, %ka
  %xa64 = zext i32 %xa to i64
  %ga = getelementptr float, ptr %A, i64 %xa64
  %va = load float, ptr %ga
  store float %va, ptr addrspace(3) %pa
  %kb = add i32 %k, %ty
  %browx = mul i32 %kb, %n
  %xb = add i32 %browx, %col
  %xb64 = zext i32 %xb to i64
  %gb = getelementptr float, ptr %B, i64 %xb64
  %vb = load float, ptr %gb
  store float %vb, ptr addrspace(3) %pb
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  br label %inner
inner:
  %j = phi i32 [0, %tile], [%j1, %inner]
  %s = phi float [%acc, %tile], [%sum, %inner]
  %ja = add i32 %sa, %j
  %qa = getelementptr float, ptr addrspace(3) @a, i32 %ja
  %ea = load float, ptr addrspace(3) %qa
  %jb0 = shl i32 %j, 4
  %jb = add i32 %jb0, %tx
  %qb = getelementptr float, ptr addrspace(3) @b, i32 %jb
  %eb = load float, ptr addrspace(3) %qb
  %sum = call float @llvm.fma.f32(float %ea, float %eb, float %s)
  %j1 = add i32 %j, 1
  %more = icmp ult i32 %j1, 16
  br i1 %more, label %inner, label %next
next:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %k16 = add i32 %k, 16
  %again = icmp ult i32 %k16, %n
  br i1 %again, label %tile, label %done
done:
  %xc = add i32 %arow, %col
  %xc64 = zext i32 %xc to i64
  %gc = getelementptr float, ptr %C, i64 %xc64
  store float %sum, ptr %gc
  ret void)";
  Kernel *k = load(kernel("ptr %A, ptr %B, ptr %C, i32 %n", body, R"(
@a = internal addrspace(3) global [256 x float] undef, align 16
@b = internal addrspace(3) global [256 x float] undef, align 16
declare float @llvm.fma.f32(float, float, float)
)"));
  const uint32_t n = 256;
  float *a = array<float>(n * n, 0.5f), *b = array<float>(n * n, 2),
        *c = array<float>(n * n);
  compare(
      "tiled f32 matmul of 256", {"workers=2", "workers=2,hazards"},
      [&] { launch(k, {n / 16, n / 16}, {256}, a, b, c, n); }, 1e-9,
      double(n) * n * n, "ns per fma");
  EXPECT_EQ(c[17], float(n));
}

/// 512 x 512 x 512 on f16: 65536 mma and 16384 ldmatrix.
void Benchmark::matmul() {
  Kernel *k = load(matmulKernel());
  Element half("f16");
  uint16_t *a = array<uint16_t>(512 * 512), *b = array<uint16_t>(512 * 512);
  float *c = array<float>(512 * 512);
  for (unsigned i = 0; i < 512; ++i)
    for (unsigned j = 0; j < 512; ++j) {
      a[i * 512 + j] = half.encode((i * 3 + j) % 7);
      b[i * 512 + j] = half.encode(int(i + j * 5) % 11 - 5);
    }
  compare(
      "512x512x512 f16 product",
      {"workers=1", "workers=2", "workers=2,counters", "workers=2,hazards"},
      [&] { launch(k, {16}, {128}, a, b, c); }, 1e-3, 1, "ms");
  for (unsigned at : {0u, 77777u, 262143u}) {
    double sum = 0;
    for (unsigned i = 0; i < 512; ++i)
      sum += half.decode(a[at / 512 * 512 + i]) *
             half.decode(b[i * 512 + at % 512]);
    EXPECT_EQ(c[at], sum);
  }
}
