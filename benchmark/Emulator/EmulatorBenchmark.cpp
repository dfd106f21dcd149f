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

#include "MatmulKernel.h"
#include "MatrixTest.h"

#include <chrono>
#include <cstdio>
#include <sys/resource.h>

using namespace sparsegpu::emulator;

namespace {
class Benchmark : public EmulatorTest {
public:
  void TestBody() override {}
  void barriers();
  void emptyBlocks();
  void spmm();
  void tiledMatmul();
  void firstLaunch();
  void parallel();
  void matrices();
  void matmul();

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

/// One warp that does the same operation over and over.
void Benchmark::matrices() {
  struct Case {
    const char *name;
    Element a, c;
    unsigned registersA, registersB, registersC;
    const char *more;
  };
  for (const Case &op :
       {Case{"mma.m16n8k8.row.col.f32.f32", "f16", "f32", 2, 1, 4, ""},
        Case{"mma.m16n8k16.row.col.f32.f32", "f16", "f32", 4, 2, 4, ""},
        Case{"mma.m16n8k16.row.col.f16.f16", "f16", "f16", 4, 2, 2, ""},
        Case{"mma.m16n8k16.row.col.bf16", "bf16", "f32", 4, 2, 4, ""},
        Case{"mma.m16n8k8.row.col.tf32", "tf32", "f32", 4, 2, 4, ""},
        Case{"mma.m16n8k32.row.col.s8", "s8", "s32", 4, 2, 4, ""},
        Case{"mma.m16n8k256.row.col.b1", "b1", "s32", 4, 2, 4, "xor.popc."},
        Case{"mma.m8n8k4.row.col.f64", "f64", "f64", 1, 1, 2, ""},
        Case{"mma.sp.m16n8k32.row.col.f32.f32", "f16", "f32", 4, 4, 4, "sp"},
        Case{"wmma.m16n16k16.mma.row.col.f32.f32", "f16", "f32", 8, 8, 8,
             ""}}) {
    std::string name = std::string("@llvm.nvvm.") + op.name;
    bool isSparse = std::string(op.more) == "sp";
    if (!isSparse)
      name.insert(name.find("mma.") + 4, op.more);
    std::string result = structureOf(op.c, op.registersC);
    std::string sum;
    for (unsigned i = 0; i < op.registersC; ++i) {
      std::string n = std::to_string(i), t = op.c.registerType();
      sum += "  %z" + n + " = phi " + t + " [%i" + n + ", %entry], [%w" + n +
             ", %loop]\n";
    }
    std::string next;
    for (unsigned i = 0; i < op.registersC; ++i)
      next += "  %w" + std::to_string(i) + " = extractvalue " + result +
              " %r, " + std::to_string(i) + "\n";
    Kernel *k = load(
        kernel("ptr %in, ptr %out, i32 %n",
               loadRegisters("in", "x", op.a, op.registersA) +
                   loadRegisters("in", "y", op.a, op.registersB) +
                   loadRegisters("in", "i", op.c, op.registersC) +
                   "  br label %loop\nloop:\n  %j = phi i32 [0, %entry], [%j1, "
                   "%loop]\n" +
                   sum + "  %r = call " + result + " " + name + "(" +
                   listRegisters("x", op.a, op.registersA) + ", " +
                   listRegisters("y", op.a, op.registersB) + ", " +
                   listRegisters("z", op.c, op.registersC) +
                   (isSparse ? ", i32 1145324612, i32 0" : "") + ")\n" + next +
                   "  %j1 = add i32 %j, 1\n  %c = icmp ult i32 %j1, %n\n"
                   "  br i1 %c, label %loop, label %done\ndone:\n" +
                   storeResults("r", "out", op.c, op.registersC) + "  ret void",
               "declare " + result + " " + name + "(" +
                   listTypes(op.a, op.registersA) + ", " +
                   listTypes(op.a, op.registersB) + ", " +
                   listTypes(op.c, op.registersC) +
                   (isSparse ? ", i32, i32 immarg" : "") + ")\n"));
    configure("workers=1");
    uint8_t *in = array<uint8_t>(4096), *out = array<uint8_t>(4096);
    uint32_t n = 2000;
    double time = seconds([&] { launch(k, {4}, {32}, in, out, n); });
    std::printf("%-36s %6.0f ns per warp\n", op.name, time * 1e9 / (4.0 * n));
  }
  Kernel *k = load(kernel("ptr %out, i32 %n", R"(
  %row = shl i32 %lane, 4
  %p = getelementptr i8, ptr addrspace(3) @tile, i32 %row
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  %r = call {i32, i32, i32, i32} @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3(ptr addrspace(3) %p)
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, %n
  br i1 %c, label %loop, label %done
done:
  %x = extractvalue {i32, i32, i32, i32} %r, 3
  store i32 %x, ptr %out
  ret void)",
                          "@tile = internal addrspace(3) global [512 x i8] "
                          "undef, align 16\ndeclare {i32, i32, i32, i32} "
                          "@llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3("
                          "ptr addrspace(3))\n"));
  uint32_t n = 2000;
  uint32_t *out = array<uint32_t>(1);
  double time = seconds([&] { launch(k, {4}, {32}, out, n); });
  std::printf("%-36s %6.0f ns per warp\n", "ldmatrix.m8n8.x4.b16",
              time * 1e9 / (4.0 * n));
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
  for (const char *options :
       {"workers=1", "workers=2", "workers=2,counters", "workers=2,hazards"}) {
    configure(options);
    launch(k, {16}, {128}, a, b, c);
    double time = seconds([&] { launch(k, {16}, {128}, a, b, c); }, 3);
    std::printf("512x512x512 f16 product, %-20s %7.1f ms\n", options,
                time * 1e3);
  }
  for (unsigned at : {0u, 77777u, 262143u}) {
    double sum = 0;
    for (unsigned i = 0; i < 512; ++i)
      sum += half.decode(a[at / 512 * 512 + i]) *
             half.decode(b[i * 512 + at % 512]);
    EXPECT_EQ(c[at], sum);
  }
}

static double processorSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/// A kernel with barriers and asynchronous copies on one and on two workers. On
/// a busy machine only the second number tells: twice the processor time of one
/// worker by that of two.
void Benchmark::parallel() {
  Kernel *k = load(kernel("ptr %in, ptr %out, i32 %n", R"(
  %d = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  %m = xor i32 %tid, 127
  %q = getelementptr [128 x i32], ptr addrspace(3) @s, i32 0, i32 %m
  %g = addrspacecast ptr %in to ptr addrspace(1)
  %src = getelementptr i32, ptr addrspace(1) %g, i64 %tid64
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  %sum = phi i32 [0, %entry], [%sum1, %loop]
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %d, ptr addrspace(1) %src)
  call void @llvm.nvvm.cp.async.wait.all()
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %v = load i32, ptr addrspace(3) %q
  %sum1 = add i32 %sum, %v
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, %n
  br i1 %c, label %loop, label %done
done:
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %sum1, ptr %o
  ret void)",
                          R"(
@s = internal addrspace(3) global [128 x i32] undef, align 16
declare void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3), ptr addrspace(1))
declare void @llvm.nvvm.cp.async.wait.all()
)"));
  uint32_t *in = iota<uint32_t>(128), *out = array<uint32_t>(400 * 128);
  double wall[2], processor[2];
  for (unsigned workers : {1u, 2u}) {
    configure("workers=" + std::to_string(workers));
    launch(k, {400}, {128}, in, out, 10u);
    double before = processorSeconds();
    wall[workers - 1] =
        seconds([&] { launch(k, {400}, {128}, in, out, 200u); });
    processor[workers - 1] = processorSeconds() - before;
  }
  std::printf("two workers: %.2fx by the clock, %.2fx by processor time\n",
              wall[0] / wall[1], 2 * processor[0] / processor[1]);
}

int main(int argc, char **argv) {
  Benchmark benchmark;
  if (argc > 1 && std::string(argv[1]) == "hazards") {
    benchmark.tiledMatmul();
    benchmark.spmm();
    return ::testing::Test::HasFailure();
  }
  benchmark.firstLaunch();
  benchmark.barriers();
  benchmark.emptyBlocks();
  benchmark.spmm();
  benchmark.parallel();
  benchmark.tiledMatmul();
  benchmark.matrices();
  benchmark.matmul();
  return ::testing::Test::HasFailure();
}
