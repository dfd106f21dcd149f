//===- MatmulKernel.h - A matrix product on tensor cores --------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// C = A * B on row-major matrices of 512 x 512, f16 with f32 results. Blocks of
// four warps make tiles of 128 x 128 in steps of 16. cp.async brings the next
// step while ldmatrix and mma.m16n8k16 work on this one, in two stages. Grid:
// 16 blocks of 128 threads.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_BENCHMARK_EMULATOR_MATMULKERNEL_H
#define SPARSEGPU_BENCHMARK_EMULATOR_MATMULKERNEL_H

#include "EmulatorTest.h"

namespace sparsegpu::emulator {

/// Accumulator e of the product of tile row `i` and tile column `j`.
inline std::string accumulator(const char *prefix, int i, int j, int e) {
  return std::string("%") + prefix + std::to_string((i * 8 + j) * 4 + e);
}

inline std::string matmulKernel() {
  std::string text = R"(
  %by = lshr i32 %ctaid, 2
  %bx = and i32 %ctaid, 3
  %warp = lshr i32 %tid, 5
  %wm = lshr i32 %warp, 1
  %wn = and i32 %warp, 1
  ; Where the thread copies from and to: 32 bytes of A and of B.
  %rowbase = mul i32 %by, 128
  %arow = add i32 %rowbase, %tid
  %aoff = mul i32 %arow, 1024
  %brow = lshr i32 %tid, 3
  %bchunk = and i32 %tid, 7
  %browoff = mul i32 %brow, 1024
  %bcol = mul i32 %bx, 256
  %bchunkoff = mul i32 %bchunk, 32
  %boff0 = add i32 %browoff, %bcol
  %boff = add i32 %boff0, %bchunkoff
  %asto = mul i32 %tid, 32
  %bsrow = mul i32 %brow, 256
  %bsto = add i32 %bsrow, %bchunkoff
  %pas = getelementptr i8, ptr addrspace(3) @as, i32 %asto
  %pbs = getelementptr i8, ptr addrspace(3) @bs, i32 %bsto
  %ga = addrspacecast ptr %a to ptr addrspace(1)
  %gb = addrspacecast ptr %b to ptr addrspace(1)
  ; Where its rows for ldmatrix are.
  %l16 = and i32 %lane, 15
  %half = lshr i32 %lane, 4
  %wrow = mul i32 %wm, 64
  %frow = add i32 %wrow, %l16
  %fa0 = mul i32 %frow, 32
  %fa1 = mul i32 %half, 16
  %fa = add i32 %fa0, %fa1
  %fb0 = mul i32 %l16, 256
  %fb1 = mul i32 %wn, 128
  %fb2 = add i32 %fb0, %fb1
  %fb = add i32 %fb2, %fa1
)";
  /// Copies of step `k` to the stage at `to`.
  auto copyStep = [&](const std::string &name, const std::string &k,
                      const std::string &to) {
    text += "  %ka" + name + " = mul i32 " + k + ", 32\n  %kb" + name +
            " = mul i32 " + k + ", 16384\n";
    for (std::string m : {"a", "b"}) {
      text += "  %" + m + "o" + name + " = add i32 %" + m + "off, %k" + m +
              name + "\n  %p" + m + name +
              " = getelementptr i8, ptr addrspace(1) %g" + m + ", i32 %" + m +
              "o" + name + "\n  %s" + m + name +
              " = getelementptr i8, ptr addrspace(3) %p" + m + "s, i32 " + to +
              "\n";
      for (std::string offset : {"0", "16"})
        text += "  %d" + m + offset + name +
                " = getelementptr i8, ptr addrspace(3) %s" + m + name +
                ", i32 " + offset + "\n  %q" + m + offset + name +
                " = getelementptr i8, ptr addrspace(1) %p" + m + name +
                ", i32 " + offset +
                "\n  call void @llvm.nvvm.cp.async.cg.shared.global.16(ptr "
                "addrspace(3) %d" +
                m + offset + name + ", ptr addrspace(1) %q" + m + offset +
                name + ")\n";
    }
    text += "  call void @llvm.nvvm.cp.async.commit.group()\n";
  };
  copyStep("first", "0", "0");
  text += R"(
  br label %loop
loop:
  %k = phi i32 [0, %entry], [%k1, %loop]
)";
  auto forEach = [&](auto fn) {
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 8; ++j)
        fn(i, j);
  };
  forEach([&](int i, int j) {
    for (int e = 0; e < 4; ++e)
      text += "  " + accumulator("c", i, j, e) +
              " = phi float [0.0, %entry], [" + accumulator("d", i, j, e) +
              ", %loop]\n";
  });
  text += R"(
  ; The step behind the last one is that one again.
  %k1 = add i32 %k, 1
  %more = icmp ult i32 %k1, 32
  %ahead = select i1 %more, i32 %k1, i32 %k
  %odd = and i32 %k, 1
  %stage = mul i32 %odd, 4096
  %other = sub i32 4096, %stage
)";
  copyStep("next", "%ahead", "%other");
  text += R"(
  call void @llvm.nvvm.cp.async.wait.group(i32 1)
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %fas = add i32 %fa, %stage
  %fbs = add i32 %fb, %stage
)";
  const std::string words = "{i32, i32, i32, i32}",
                    sums = "{float, float, float, float}";
  auto loadFragment = [&](const std::string &name, const char *base,
                          const std::string &offset, int bytes,
                          const char *trans) {
    text += "  %o" + name + " = add i32 " + offset + ", " +
            std::to_string(bytes) + "\n  %p" + name +
            " = getelementptr i8, ptr addrspace(3) " + base + ", i32 %o" +
            name + "\n  %f" + name + " = call " + words +
            " @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4" + trans +
            ".b16.p3(ptr addrspace(3) %p" + name + ")\n";
    for (int r = 0; r < 4; ++r) {
      std::string s = name + "r" + std::to_string(r);
      text += "  %w" + s + " = extractvalue " + words + " %f" + name + ", " +
              std::to_string(r) + "\n  %" + s + " = bitcast i32 %w" + s +
              " to <2 x half>\n";
    }
  };
  for (int i = 0; i < 4; ++i) {
    loadFragment("x" + std::to_string(i), "@as", "%fas", i * 16 * 32, "");
    loadFragment("y" + std::to_string(i), "@bs", "%fbs", i * 32, ".trans");
  }
  forEach([&](int i, int j) {
    std::string r = "%r" + std::to_string(i * 8 + j);
    text += "  " + r + " = call " + sums +
            " @llvm.nvvm.mma.m16n8k16.row.col.f32.f32(";
    for (int e = 0; e < 4; ++e)
      text +=
          "<2 x half> %x" + std::to_string(i) + "r" + std::to_string(e) + ", ";
    for (int e = 0; e < 2; ++e)
      text += "<2 x half> %y" + std::to_string(j / 2) + "r" +
              std::to_string(j % 2 * 2 + e) + ", ";
    for (int e = 0; e < 4; ++e)
      text += (e ? ", float " : "float ") + accumulator("c", i, j, e);
    text += ")\n";
    for (int e = 0; e < 4; ++e)
      text += "  " + accumulator("d", i, j, e) + " = extractvalue " + sums +
              " " + r + ", " + std::to_string(e) + "\n";
  });
  text += R"(
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  br i1 %more, label %loop, label %done
done:
  call void @llvm.nvvm.cp.async.wait.all()
  %group = lshr i32 %lane, 2
  %in = and i32 %lane, 3
  %in2 = shl i32 %in, 1
  %orow0 = add i32 %rowbase, %wrow
  %orow = add i32 %orow0, %group
  %ocol0 = mul i32 %bx, 128
  %ocol1 = mul i32 %wn, 64
  %ocol2 = add i32 %ocol0, %ocol1
  %ocol = add i32 %ocol2, %in2
  %orowoff = mul i32 %orow, 512
  %oat = add i32 %orowoff, %ocol
  %pc = getelementptr float, ptr %c, i32 %oat
)";
  forEach([&](int i, int j) {
    for (int e = 0; e < 4; ++e) {
      std::string s = "%z" + std::to_string((i * 8 + j) * 4 + e);
      int offset = (i * 16 + e / 2 * 8) * 512 + j * 8 + e % 2;
      text += "  " + s + " = getelementptr float, ptr %pc, i32 " +
              std::to_string(offset) + "\n  store float " +
              accumulator("d", i, j, e) + ", ptr " + s + "\n";
    }
  });
  return kernel("ptr %a, ptr %b, ptr %c", text + "  ret void", R"(
@as = internal addrspace(3) global [8192 x i8] undef, align 16
@bs = internal addrspace(3) global [8192 x i8] undef, align 16
declare {i32, i32, i32, i32} @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3(ptr addrspace(3))
declare {i32, i32, i32, i32} @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.trans.b16.p3(ptr addrspace(3))
declare void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3), ptr addrspace(1))
declare void @llvm.nvvm.cp.async.commit.group()
declare void @llvm.nvvm.cp.async.wait.group(i32)
declare void @llvm.nvvm.cp.async.wait.all()
declare {float, float, float, float} @llvm.nvvm.mma.m16n8k16.row.col.f32.f32(<2 x half>, <2 x half>, <2 x half>, <2 x half>, <2 x half>, <2 x half>, float, float, float, float)
)");
}

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_BENCHMARK_EMULATOR_MATMULKERNEL_H
