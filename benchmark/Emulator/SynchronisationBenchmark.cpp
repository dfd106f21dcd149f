//===- SynchronisationBenchmark.cpp - Barriers, shuffles, copies ----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Benchmark.h"

#include <cstdio>

using namespace sparsegpu::emulator;

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

/// A kernel with barriers and asynchronous copies on one and on two workers.
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
  compare(
      "barriers and asynchronous copies", {"workers=1", "workers=2"},
      [&] { launch(k, {400}, {128}, in, out, 200u); }, 1e-9, 400. * 128 * 200,
      "ns per thread and round");
}
