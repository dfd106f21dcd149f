//===- SpmmBenchmark.cpp - A sparse times a dense matrix ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Benchmark.h"

#include <cstdio>

using namespace sparsegpu::emulator;

/// One row per warp; 32 nonzeros at a time through shared memory; each lane
/// owns a column of B.
void Benchmark::spmm() {
  const char *body = R"(
  %warp = lshr i32 %tid, 5
  %row0 = mul i32 %ctaid, 4
  %row = add i32 %row0, %warp
  %row64 = zext i32 %row to i64
  %pp = getelementptr i32, ptr %pos, i64 %row64
  %begin = load i32, ptr %pp
  %pq = getelementptr i32, ptr %pp, i64 1
  %end = load i32, ptr %pq
  %wbase = mul i32 %warp, 32
  %slot = add i32 %wbase, %lane
  %sc = getelementptr [128 x i32], ptr addrspace(3) @cols, i32 0, i32 %slot
  %sv = getelementptr [128 x float], ptr addrspace(3) @vals, i32 0, i32 %slot
  %lane64 = zext i32 %lane to i64
  %any = icmp ult i32 %begin, %end
  br i1 %any, label %chunk, label %done
chunk:
  %k = phi i32 [%begin, %entry], [%k32, %next]
  %acc = phi float [0.0, %entry], [%accn, %next]
  %x = add i32 %k, %lane
  %in = icmp ult i32 %x, %end
  br i1 %in, label %fetch, label %ready
fetch:
  %x64 = zext i32 %x to i64
  %pc = getelementptr i32, ptr %crd, i64 %x64
  %c = load i32, ptr %pc
  store i32 %c, ptr addrspace(3) %sc
  %pv = getelementptr float, ptr %val, i64 %x64
  %v = load float, ptr %pv
  store float %v, ptr addrspace(3) %sv
  br label %ready
ready:
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  %rest = sub i32 %end, %k
  %few = icmp ult i32 %rest, 32
  %n = select i1 %few, i32 %rest, i32 32
  br label %inner
inner:
  %j = phi i32 [0, %ready], [%j1, %inner]
  %a = phi float [%acc, %ready], [%a1, %inner]
  %s = add i32 %wbase, %j
  %qc = getelementptr [128 x i32], ptr addrspace(3) @cols, i32 0, i32 %s
  %cc = load i32, ptr addrspace(3) %qc
  %qv = getelementptr [128 x float], ptr addrspace(3) @vals, i32 0, i32 %s
  %vv = load float, ptr addrspace(3) %qv
  %cc64 = zext i32 %cc to i64
  %brow = mul i64 %cc64, 32
  %bi = add i64 %brow, %lane64
  %pb = getelementptr float, ptr %b, i64 %bi
  %bv = load float, ptr %pb
  %a1 = call float @llvm.fma.f32(float %vv, float %bv, float %a)
  %j1 = add i32 %j, 1
  %more = icmp ult i32 %j1, %n
  br i1 %more, label %inner, label %next
next:
  %accn = phi float [%a1, %inner]
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  %k32 = add i32 %k, 32
  %again = icmp ult i32 %k32, %end
  br i1 %again, label %chunk, label %done
done:
  %r = phi float [0.0, %entry], [%accn, %next]
  %o0 = mul i64 %row64, 32
  %o = add i64 %o0, %lane64
  %po = getelementptr float, ptr %out, i64 %o
  store float %r, ptr %po
  ret void)";
  Kernel *k =
      load(kernel("ptr %pos, ptr %crd, ptr %val, ptr %b, ptr %out", body, R"(
@cols = internal addrspace(3) global [128 x i32] undef
@vals = internal addrspace(3) global [128 x float] undef
declare float @llvm.fma.f32(float, float, float)
)"));
  const uint32_t rows = 20000, perRow = 32;
  uint32_t *pos = array<uint32_t>(rows + 1),
           *crd = array<uint32_t>(rows * perRow);
  float *val = array<float>(rows * perRow, 1.5f),
        *b = array<float>(rows * 32, 2), *out = array<float>(rows * 32);
  uint64_t state = 1;
  for (uint32_t r = 0; r <= rows; ++r)
    pos[r] = r * perRow;
  for (uint32_t i = 0; i < rows * perRow; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    crd[i] = (state >> 33) % rows;
  }
  compare(
      "CSR SpMM",
      {"workers=1", "workers=2", "workers=2,counters", "workers=1,hazards",
       "workers=2,hazards", "workers=2,schedule=lockstep"},
      [&] { launch(k, {rows / 4}, {128}, pos, crd, val, b, out); }, 1e-9,
      double(rows) * perRow * 32, "ns per nonzero and column");
  EXPECT_EQ(out[17], 3.0f * perRow);
}
