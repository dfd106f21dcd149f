//===- EmulatorBenchmark.cpp - What the software GPU costs ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prints one line for each measurement: the best of five runs.
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

#include <chrono>
#include <cstdio>

using namespace sparsegpu::emulator;

namespace {
class Benchmark : public EmulatorTest {
public:
  void TestBody() override {}
  void barriers();
  void emptyBlocks();
  void spmm();
  void matmul();
  void firstLaunch();

private:
  template <typename Fn> double seconds(Fn fn, unsigned runs = 5) {
    double best = 1e30;
    for (unsigned i = 0; i < runs; ++i) {
      auto start = std::chrono::steady_clock::now();
      fn();
      best = std::min(best, std::chrono::duration<double>(
                                std::chrono::steady_clock::now() - start)
                                .count());
    }
    return best;
  }
};
} // namespace

void Benchmark::barriers() {
  Kernel *k = load(kernel("ptr %out, i32 %n", R"(
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, %n
  br i1 %c, label %loop, label %done
done:
  ret void)"));
  uint32_t *out = array<uint32_t>(1);
  for (uint32_t threads : {32u, 128u, 256u, 1024u}) {
    configure("workers=1");
    uint32_t n = 2000;
    double time = seconds([&] { launch(k, {4}, {threads}, out, n); });
    std::printf("barrier, block of %4u threads: %6.1f ns per thread\n", threads,
                time * 1e9 / (4.0 * threads * n));
  }
  Kernel *shuffle = load(kernel("ptr %out, i32 %n", R"(
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  %v = phi i32 [%tid, %entry], [%w, %loop]
  %w = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %v, i32 1, i32 31)
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, %n
  br i1 %c, label %loop, label %done
done:
  store i32 %w, ptr %out
  ret void)",
                                "declare i32 @llvm.nvvm.shfl.sync.bfly.i32(i32,"
                                " i32, i32, i32)\n"));
  uint32_t n = 2000;
  double time = seconds([&] { launch(shuffle, {4}, {128}, out, n); });
  std::printf("shuffle: %30.1f ns per lane\n", time * 1e9 / (4.0 * 128 * n));
}

void Benchmark::emptyBlocks() {
  configure("");
  uint32_t *out = array<uint32_t>(1);
  Kernel *plain = load(kernel("ptr %out", "  ret void"));
  Kernel *fibers = load(kernel(
      "ptr %out", "  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)\n"
                  "  ret void"));
  for (auto &entry : {std::pair("without", plain), {"with", fibers}}) {
    const char *name = entry.first;
    Kernel *k = entry.second;
    double time = seconds([&] { launch(k, {100000}, {128}, out); });
    std::printf("blocks of 128 threads %7s fibers: %8.0f k/s\n", name,
                100 / time);
  }
}

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
  double base = 0;
  for (const char *options :
       {"workers=1", "workers=2", "workers=2,counters", "workers=2,hazards",
        "workers=2,schedule=lockstep"}) {
    configure(options);
    launch(k, {rows / 4}, {128}, pos, crd, val, b, out);
    double time = seconds(
        [&] { launch(k, {rows / 4}, {128}, pos, crd, val, b, out); }, 3);
    if (!base)
      base = time;
    std::printf("CSR SpMM, %-28s %8.3f ns per nonzero and column, %5.1fx\n",
                options, time * 1e9 / (double(rows) * perRow * 32),
                time / base);
  }
  EXPECT_EQ(out[17], 3.0f * perRow);
}

/// C = A B in f32, tiles of 16 x 16 in shared memory, one element per thread.
void Benchmark::matmul() {
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
  double base = 0;
  for (const char *options : {"workers=2", "workers=2,hazards"}) {
    configure(options);
    launch(k, {n / 16, n / 16}, {256}, a, b, c, n);
    double time =
        seconds([&] { launch(k, {n / 16, n / 16}, {256}, a, b, c, n); }, 3);
    if (!base)
      base = time;
    std::printf("tiled f32 matmul of %u, %-18s %8.3f ns per fma, %5.1fx\n", n,
                options, time * 1e9 / (double(n) * n * n), time / base);
  }
  EXPECT_EQ(c[17], float(n));
  EXPECT_TRUE(device.hazards().empty());
}

void Benchmark::firstLaunch() {
  configure("");
  std::string bitcode = assemble(kernel("ptr %out", "  ret void"));
  uint32_t *out = array<uint32_t>(1);
  double time = seconds([&] {
    LoadedModule *module = nullptr;
    Kernel *k = nullptr;
    device.loadModule(bitcode.data(), bitcode.size(), module);
    device.getKernel(module, "k", k);
    launch(k, {1}, {32}, out);
    device.unloadModule(module);
  });
  std::printf("load, compile and run an empty kernel: %.1f ms\n", time * 1e3);
}

int main(int argc, char **argv) {
  Benchmark benchmark;
  if (argc > 1 && std::string(argv[1]) == "hazards") {
    benchmark.matmul();
    benchmark.spmm();
    return ::testing::Test::HasFailure();
  }
  benchmark.firstLaunch();
  benchmark.barriers();
  benchmark.emptyBlocks();
  benchmark.spmm();
  benchmark.matmul();
  return ::testing::Test::HasFailure();
}
