//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Contractions with K in parts, called from C++ on device memory: the
// workspace, and results with gaps.
//
//===----------------------------------------------------------------------===//

#include "CompiledProgram.h"

#include <cmath>
#include <cstdlib>
#include <random>

using namespace sparsegpu::test;

TEST(SplitKTest, PartsOfKTakeAWorkspace) {
  // Three parts of K, whose sums are accumulators: floats, although C is not.
  Compiled program(R"mlir(
    func.func @f(%A: tensor<?x?xf16>, %B: tensor<?x?xf16>,
                 %C: tensor<?x?xf16>) -> tensor<?x?xf16>
        attributes {llvm.emit_c_interface} {
      %0 = linalg.matmul ins(%A, %B : tensor<?x?xf16>, tensor<?x?xf16>)
                         outs(%C : tensor<?x?xf16>) -> tensor<?x?xf16>
      return %0 : tensor<?x?xf16>
    }
  )mlir",
                   "device",
                   "scope = block, path = mma, tile = [32, 32, 32], "
                   "warp_tile = [16, 16], copy = 0, split_k = 3");
  ASSERT_TRUE(program.ok());
  // Small integers are exact in f16: these are the bits of 0 to 3.
  const uint16_t bits[] = {0x0000, 0x3c00, 0x4000, 0x4200};
  auto valueOf = [](uint16_t half) {
    int exponent = (half >> 10) & 31;
    return exponent ? std::ldexp(1024 + (half & 1023), exponent - 25) : 0.0;
  };
  constexpr int64_t m = 33, n = 35, k = 70;
  std::vector<uint16_t> a, b, c;
  std::mt19937 random(3);
  for (int64_t i = 0; i < m * k; ++i)
    a.push_back(bits[random() % 4]);
  for (int64_t i = 0; i < k * n; ++i)
    b.push_back(bits[random() % 4]);
  for (int64_t i = 0; i < m * n; ++i)
    c.push_back(bits[random() % 4]);
  std::vector<double> expected;
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      double sum = valueOf(c[i * n + j]);
      for (int64_t l = 0; l < k; ++l)
        sum += valueOf(a[i * k + l]) * valueOf(b[l * n + j]);
      expected.push_back(sum);
    }
  MemRef<uint16_t, 2> left(a.data(), {m, k}), right(b.data(), {k, n}),
      result(nullptr, {0, 0}), out(c.data(), {m, n});
  int64_t bytes = program.query("f_workspace_bytes", &left, &right, &out);
  EXPECT_GE(bytes, 3 * m * n * 4);
  EXPECT_LT(bytes, 3 * m * n * 4 + 256);
  // What the workspace holds before does not matter, and nothing is written
  // beyond it.
  std::unique_ptr<char, decltype(&std::free)> memory(
      static_cast<char *>(std::aligned_alloc(256, bytes + 256)), &std::free);
  std::fill_n(memory.get(), bytes + 256, 0x55);
  MemRef<char, 1> workspace(memory.get(), {bytes});
  program.call("f", &result, &left, &right, &out, &workspace, Stream(nullptr));
  for (int64_t i = 0; i < m * n; ++i)
    ASSERT_EQ(valueOf(c[i]), expected[i]) << "element " << i;
  for (int64_t i = 3 * m * n * 4; i < bytes + 256; ++i)
    ASSERT_EQ(memory.get()[i], 0x55) << "byte " << i;
}

TEST(SplitKTest, PartsOfKMeetInAStridedResult) {
  // The workspace has no gaps, C has, in both dimensions; the bias is one of
  // rows.
  Compiled program(R"mlir(
    #mk = affine_map<(m, n, k) -> (m, k)>
    #kn = affine_map<(m, n, k) -> (k, n)>
    #mn = affine_map<(m, n, k) -> (m, n)>
    #m = affine_map<(m, n, k) -> (m)>
    func.func @f(%A: memref<?x?xf32>, %B: memref<?x?xf32>, %bias: memref<?xf32>,
                 %C: memref<?x?xf32, strided<[?, ?], offset: ?>>)
        attributes {llvm.emit_c_interface} {
      sparse_gpu.contract a(%A : memref<?x?xf32>) b(%B : memref<?x?xf32>)
        inputs(%bias : memref<?xf32>)
        outs(%C : memref<?x?xf32, strided<[?, ?], offset: ?>>) beta
        maps [#mk, #kn, #mn] {input_maps = [#m]} epilogue {
        ^bb0(%x: f32, %y: f32):
          %0 = arith.addf %x, %y : f32
          sparse_gpu.yield %0 : f32
        }
      return
    }
  )mlir",
                   "device",
                   "scope = block, tile = [32, 16, 16], "
                   "warp_tile = [32, 16], copy = 0, split_k = 4");
  ASSERT_TRUE(program.ok());
  constexpr int64_t m = 37, n = 19, k = 50, row = 50, column = 2, offset = 5;
  std::mt19937 random(5);
  auto make = [&](int64_t size) {
    std::vector<float> data;
    for (int64_t i = 0; i < size; ++i)
      data.push_back(int(random() % 9) - 4);
    return data;
  };
  std::vector<float> a = make(m * k), b = make(k * n), bias = make(m),
                     c = make(offset + m * row), expected = c;
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      float &sum = expected[offset + i * row + j * column];
      for (int64_t l = 0; l < k; ++l)
        sum += a[i * k + l] * b[l * n + j];
      sum += bias[i];
    }
  MemRef<float, 2> left(a.data(), {m, k}), right(b.data(), {k, n}),
      out(c.data(), {m, n});
  out.offset = offset;
  out.strides[0] = row;
  out.strides[1] = column;
  MemRef<float, 1> vector(bias.data(), {m});
  int64_t bytes =
      program.query("f_workspace_bytes", &left, &right, &vector, &out);
  EXPECT_EQ(bytes, (4 * m * n * 4 + 255) / 256 * 256);
  std::vector<char> memory(bytes);
  MemRef<char, 1> workspace(memory.data(), {bytes});
  program.call("f", &left, &right, &vector, &out, &workspace, Stream(nullptr));
  for (size_t i = 0; i < c.size(); ++i)
    ASSERT_EQ(c[i], expected[i]) << "element " << i;
}
