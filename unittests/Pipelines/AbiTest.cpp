//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The ABI of compiled functions, called from C++: fields in order, then sizes;
// host and device operands; positions and offsets beyond 2^31.
//
//===----------------------------------------------------------------------===//

#include "CompiledProgram.h"

#include "gtest/gtest.h"

#include <random>
#include <sys/mman.h>

using namespace mlir;
using namespace sparsegpu::test;

namespace {

/// The result is C's own memory.
const char *const kReturning = R"mlir(
  #csr = #sparse_gpu.csr<positions = i64, coordinates = i32>
  func.func @spmm(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>,
                  %C: tensor<?x?xf32>) -> tensor<?x?xf32>
      attributes {llvm.emit_c_interface} {
    %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #csr>, tensor<?x?xf32>)
                       outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
    return %0 : tensor<?x?xf32>
  }
)mlir";

/// A small matrix with an empty row, and dense operands.
struct Problem {
  int64_t m = 5, k = 7, n = 33;
  std::vector<int64_t> positions = {0, 2, 2, 5, 6, 9};
  std::vector<int32_t> coordinates = {1, 6, 0, 3, 5, 2, 0, 4, 6};
  std::vector<float> values, b, c;
  std::vector<double> expected;

  Problem() {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> uniform(-1, 1);
    auto fill = [&](std::vector<float> &data, int64_t size) {
      for (int64_t i = 0; i < size; ++i)
        data.push_back(uniform(random));
    };
    fill(values, positions.back());
    fill(b, k * n);
    fill(c, m * n);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double sum = c[i * n + j];
        for (int64_t e = positions[i]; e < positions[i + 1]; ++e)
          sum += double(values[e]) * b[coordinates[e] * n + j];
        expected.push_back(sum);
      }
  }

  void check(const float *got) const {
    for (int64_t i = 0; i < m * n; ++i)
      ASSERT_NEAR(got[i], expected[i], 1e-5) << "element " << i;
  }
};

TEST(AbiTest, HostOperands) {
  Compiled program(kReturning, "host");
  ASSERT_TRUE(program.ok());
  Problem p;
  MemRef<int64_t, 1> positions(p.positions.data(), {p.m + 1});
  MemRef<int32_t, 1> coordinates(p.coordinates.data(), {9});
  MemRef<float, 1> values(p.values.data(), {9});
  MemRef<float, 2> b(p.b.data(), {p.k, p.n}), c(p.c.data(), {p.m, p.n}),
      result(nullptr, {0, 0});
  program.call("spmm", &result, &positions, &coordinates, &values, p.m, p.k, &b,
               &c);
  EXPECT_EQ(result.aligned, p.c.data());
  EXPECT_EQ(result.sizes[0], p.m);
  EXPECT_EQ(result.sizes[1], p.n);
  p.check(p.c.data());
}

TEST(AbiTest, DeviceOperandsTakeAStreamAndCopyNothing) {
  Compiled program(kReturning, "device");
  ASSERT_TRUE(program.ok());
  Problem p;
  auto alloc = runtime<void *(*)(uint64_t, void *, bool)>("mgpuMemAlloc");
  auto free = runtime<void (*)(void *, void *)>("mgpuMemFree");
  auto copy = runtime<void (*)(void *, void *, size_t, void *)>("mgpuMemcpy");
  auto createStream = runtime<void *(*)()>("mgpuStreamCreate");
  auto synchronize = runtime<void (*)(void *)>("mgpuStreamSynchronize");
  auto destroyStream = runtime<void (*)(void *)>("mgpuStreamDestroy");
  ASSERT_TRUE(alloc && free && copy && createStream && synchronize &&
              destroyStream);
  Stream stream = createStream();
  std::vector<void *> buffers;
  auto upload = [&](auto &data) {
    size_t bytes = data.size() * sizeof(data[0]);
    void *device = alloc(bytes, stream, false);
    copy(device, data.data(), bytes, stream);
    buffers.push_back(device);
    return static_cast<std::decay_t<decltype(data[0])> *>(device);
  };
  MemRef<int64_t, 1> positions(upload(p.positions), {p.m + 1});
  MemRef<int32_t, 1> coordinates(upload(p.coordinates), {9});
  MemRef<float, 1> values(upload(p.values), {9});
  MemRef<float, 2> b(upload(p.b), {p.k, p.n}), c(upload(p.c), {p.m, p.n}),
      result(nullptr, {0, 0});
  program.call("spmm", &result, &positions, &coordinates, &values, p.m, p.k, &b,
               &c, stream);
  synchronize(stream);
  EXPECT_EQ(result.aligned, c.aligned);
  std::vector<float> got(p.m * p.n);
  copy(got.data(), c.aligned, got.size() * sizeof(float), stream);
  synchronize(stream);
  p.check(got.data());
  for (void *buffer : buffers)
    free(buffer, stream);
  destroyStream(stream);
}

TEST(AbiTest, DeviceWorkspaceIsAnArgument) {
  // A sum that atomics make, and alpha after it: a workspace of M x N floats.
  Compiled program(R"mlir(
    #csc = #sparse_gpu.csc<positions = i64, coordinates = i32>
    func.func @f(%A: tensor<?x?xf32, #csc>, %B: tensor<?x?xf32>,
                 %C: tensor<?x?xf32>, %alpha: f32) -> tensor<?x?xf32>
        attributes {llvm.emit_c_interface} {
      %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csc>)
        b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
        alpha(%alpha : f32) -> tensor<?x?xf32>
      return %0 : tensor<?x?xf32>
    }
  )mlir",
                   "device");
  ASSERT_TRUE(program.ok());
  // The columns are what Problem has as rows: A is k x m, B is m x n.
  Problem p;
  MemRef<int64_t, 1> positions(p.positions.data(), {p.m + 1});
  MemRef<int32_t, 1> coordinates(p.coordinates.data(), {9});
  MemRef<float, 1> values(p.values.data(), {9});
  MemRef<float, 2> b(p.c.data(), {p.m, p.n}), c(p.b.data(), {p.k, p.n}),
      result(nullptr, {0, 0});
  int64_t bytes = program.query("f_workspace_bytes", &positions, &coordinates,
                                &values, p.k, p.m, &b, &c, 2.0f);
  EXPECT_GE(bytes, p.k * p.n * 4);
  EXPECT_LT(bytes, p.k * p.n * 4 + 256);
  EXPECT_EQ(bytes % 256, 0);
  // Nothing is written beyond it, and what it holds does not matter.
  std::vector<char> memory(bytes + 16, 0x55);
  MemRef<char, 1> workspace(memory.data(), {bytes});
  program.call("f", &result, &positions, &coordinates, &values, p.k, p.m, &b,
               &c, 2.0f, &workspace, Stream(nullptr));
  std::vector<double> expected(p.k * p.n);
  for (int64_t i = 0; i < p.m; ++i)
    for (int64_t e = p.positions[i]; e < p.positions[i + 1]; ++e)
      for (int64_t j = 0; j < p.n; ++j)
        expected[p.coordinates[e] * p.n + j] +=
            2.0 * p.values[e] * p.c[i * p.n + j];
  for (int64_t i = 0; i < p.k * p.n; ++i)
    ASSERT_NEAR(p.b[i], expected[i], 1e-5) << "element " << i;
  for (int64_t i = p.k * p.n * 4; i < int64_t(memory.size()); ++i)
    ASSERT_EQ(memory[i], 0x55) << "byte " << i;
}

TEST(AbiTest, PositionsBeyond32Bits) {
  // The entries lie 2^32 + 3 elements behind the pointers that are passed, so
  // that every position needs more than 32 bits. Only their own memory is
  // touched.
  Compiled program(kReturning, "device");
  ASSERT_TRUE(program.ok());
  Problem p;
  const int64_t base = (int64_t(1) << 32) + 3;
  for (int64_t &position : p.positions)
    position += base;
  auto shifted = [&](auto *data) {
    return reinterpret_cast<decltype(data)>(reinterpret_cast<uintptr_t>(data) -
                                            base * sizeof(*data));
  };
  MemRef<int64_t, 1> positions(p.positions.data(), {p.m + 1});
  MemRef<int32_t, 1> coordinates(shifted(p.coordinates.data()), {base + 9});
  MemRef<float, 1> values(shifted(p.values.data()), {base + 9});
  MemRef<float, 2> b(p.b.data(), {p.k, p.n}), c(p.c.data(), {p.m, p.n}),
      result(nullptr, {0, 0});
  program.call("spmm", &result, &positions, &coordinates, &values, p.m, p.k, &b,
               &c, Stream(nullptr));
  p.check(p.c.data());
}

TEST(AbiTest, DenseOffsetsBeyond31Bits) {
  // B has 70000 x 40000 elements, of which only a few pages are touched.
  const int64_t k = 70000, n = 40000;
  size_t bytes = size_t(k) * n * sizeof(float);
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    GTEST_SKIP() << "no address space for 11 GB";
  float *dense = static_cast<float *>(memory);
  Compiled program(kReturning, "device");
  ASSERT_TRUE(program.ok());
  std::vector<int64_t> positions = {0, 1, 2};
  std::vector<int32_t> coordinates = {69999, 60000};
  std::vector<float> values = {2.0f, -3.0f}, c(2 * n, 0.5f);
  for (int64_t j = 0; j < n; ++j) {
    dense[69999 * n + j] = float(j % 17);
    dense[60000 * n + j] = float(j % 13);
  }
  MemRef<int64_t, 1> pos(positions.data(), {3});
  MemRef<int32_t, 1> crd(coordinates.data(), {2});
  MemRef<float, 1> val(values.data(), {2});
  MemRef<float, 2> b(dense, {k, n}), out(c.data(), {2, n}),
      result(nullptr, {0, 0});
  program.call("spmm", &result, &pos, &crd, &val, int64_t(2), k, &b, &out,
               Stream(nullptr));
  for (int64_t j = 0; j < n; ++j) {
    ASSERT_EQ(c[j], 0.5f + 2.0f * (j % 17)) << j;
    ASSERT_EQ(c[n + j], 0.5f - 3.0f * (j % 13)) << j;
  }
  munmap(memory, bytes);
}

TEST(AbiTest, SchedulesAgree) {
  for (const char *schedule :
       {"lanes = 1", "lanes = 4, coarsening = 3", "warps = 1, step = 64",
        "warps = 32, coarsening = 8", "lanes = 16, unroll = 1, step = 256"}) {
    Compiled program(kReturning, "host", schedule);
    ASSERT_TRUE(program.ok()) << schedule;
    Problem p;
    MemRef<int64_t, 1> positions(p.positions.data(), {p.m + 1});
    MemRef<int32_t, 1> coordinates(p.coordinates.data(), {9});
    MemRef<float, 1> values(p.values.data(), {9});
    MemRef<float, 2> b(p.b.data(), {p.k, p.n}), c(p.c.data(), {p.m, p.n}),
        result(nullptr, {0, 0});
    program.call("spmm", &result, &positions, &coordinates, &values, p.m, p.k,
                 &b, &c);
    SCOPED_TRACE(schedule);
    p.check(p.c.data());
  }
}

TEST(AbiTest, EmptyShapes) {
  // No rows, no columns, no inner size: nothing is stored but what C holds.
  Compiled program(kReturning, "host");
  ASSERT_TRUE(program.ok());
  for (auto [m, k, n] :
       {std::array<int64_t, 3>{0, 4, 8}, {3, 0, 8}, {3, 4, 0}}) {
    std::vector<int64_t> positions(m + 1, 0);
    std::vector<int32_t> coordinates(1);
    std::vector<float> values(1), b(k * n + 1, 1.0f), c(m * n + 1, 2.0f);
    MemRef<int64_t, 1> pos(positions.data(), {m + 1});
    MemRef<int32_t, 1> crd(coordinates.data(), {0});
    MemRef<float, 1> val(values.data(), {0});
    MemRef<float, 2> dense(b.data(), {k, n}), out(c.data(), {m, n}),
        result(nullptr, {0, 0});
    program.call("spmm", &result, &pos, &crd, &val, m, k, &dense, &out);
    for (float value : c)
      EXPECT_EQ(value, 2.0f);
  }
}

} // namespace
