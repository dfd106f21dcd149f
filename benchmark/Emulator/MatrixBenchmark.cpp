//===- MatrixBenchmark.cpp - Operations on matrices by themselves ---------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Benchmark.h"
#include "MatrixTest.h"

#include <cstdio>

using namespace sparsegpu::emulator;

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
