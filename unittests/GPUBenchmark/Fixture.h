//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Problems on stand-ins for the runtime library and the vendors' libraries.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_GPUBENCHMARK_FIXTURE_H
#define SPARSEGPU_UNITTESTS_GPUBENCHMARK_FIXTURE_H

#include "Contender.h"
#include "Measurement.h"
#include "Vendor/VendorLibrary.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace sparsegpu::gpubench {

class GPUBenchmarkTest : public ::testing::Test {
protected:
  void SetUp() override {
    unsetenv("SPARSEGPU_TEST_FAIL");
    auto opened = bundle::RuntimeLibrary::open(
        std::string(SPARSEGPU_FAKE_LIBRARIES) + "/libfake_runtime.so");
    ASSERT_TRUE(opened.ok()) << opened.message();
    device.library = *opened;
    search.folders = {SPARSEGPU_FAKE_LIBRARIES};
    search.testLibraries = true;
    buffersBefore = liveBuffers();
    // Short: the time of a test says nothing.
    options.repeats = 3;
    options.warmup = 1;
    options.l2Bytes = 4096;
  }
  void TearDown() override { unsetenv("SPARSEGPU_TEST_FAIL"); }

  /// Device buffers that are not freed.
  long liveBuffers() {
    auto *count = reinterpret_cast<long (*)()>(
        dlsym(RTLD_DEFAULT, "sparsegpuTestLiveBuffers"));
    return count();
  }
  /// Objects of a vendor's library that are not destroyed.
  int liveObjects(const char *file) {
    void *handle =
        dlopen((std::string(SPARSEGPU_FAKE_LIBRARIES) + "/" + file).c_str(),
               RTLD_NOW | RTLD_LOCAL);
    return reinterpret_cast<int (*)()>(
        dlsym(handle, "sparsegpuTestLiveObjects"))();
  }

  /// 16 x 32, each row with 1 or 2 entries of each second group of four.
  SparseOperand sparse(formats::ElementType type) {
    SparseOperand a;
    a.rows = 16;
    a.cols = 32;
    a.valueType = type;
    a.positions = {0};
    for (int64_t row = 0; row < a.rows; ++row) {
      for (int64_t group = row % 2; group < 8; group += 2) {
        a.coordinates.push_back(group * 4 + row % 2);
        if (row % 3)
          a.coordinates.push_back(group * 4 + 2 + row % 2);
      }
      a.positions.push_back(static_cast<int64_t>(a.coordinates.size()));
    }
    for (size_t e = 0; e < a.coordinates.size(); ++e)
      a.values.push_back(0.25 + double(e % 7));
    return placed(std::move(a));
  }

  SparseOperand placed(SparseOperand a) {
    std::vector<int32_t> positions(a.positions.begin(), a.positions.end());
    std::vector<int32_t> coordinates(a.coordinates.begin(),
                                     a.coordinates.end());
    a.devicePositions = keep(positions.data(), positions.size() * 4);
    a.deviceCoordinates = keep(coordinates.data(), coordinates.size() * 4);
    std::vector<std::byte> values = pack(a.values, a.valueType);
    a.deviceValues = keep(values.data(), values.size());
    return a;
  }

  DenseOperand dense(int64_t rows, int64_t cols, formats::ElementType type) {
    DenseOperand b;
    b.rows = rows;
    b.cols = cols;
    b.type = type;
    for (int64_t i = 0; i < rows * cols; ++i)
      b.values.push_back(double(i % 11) - 4.5);
    std::vector<std::byte> bytes = pack(b.values, type);
    b.device = keep(bytes.data(), bytes.size());
    return b;
  }

  std::unique_ptr<SpMMProblem> spmm(formats::ElementType type, int64_t n = 8) {
    auto problem = std::make_unique<SpMMProblem>();
    problem->a = sparse(type);
    problem->b = dense(problem->a.cols, n, type);
    finish(*problem, type);
    return problem;
  }

  void finish(Problem &problem, formats::ElementType type) {
    problem.device = device;
    problem.type = type;
    ASSERT_TRUE(problem.allocateOutput().ok());
    buffersBefore = liveBuffers();
  }

  DeviceContext device;
  LibrarySearch search;
  MeasureOptions options;
  /// Buffers when the problem was made.
  long buffersBefore = 0;

private:
  void *keep(const void *data, uint64_t bytes) {
    auto buffer = upload(device, data, bytes);
    EXPECT_TRUE(buffer.ok()) << buffer.message();
    buffers.push_back(std::move(*buffer));
    return buffers.back().data();
  }
  std::vector<bundle::DeviceBuffer> buffers;
};

} // namespace sparsegpu::gpubench

#endif // SPARSEGPU_UNITTESTS_GPUBENCHMARK_FIXTURE_H
