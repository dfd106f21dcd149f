//===- CUDARuntimeTest.cpp - The CUDA runtime on a fake driver ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CUDARuntimeTest.h"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

using namespace sparsegpu::cuda;

FakeCuda &sparsegpu::cuda::fake() {
  static FakeCuda *driver = [] {
    void *library = dlopen(FAKE_CUDA_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    void *get = library ? dlsym(library, "fakeCuda") : nullptr;
    if (!get) {
      std::fprintf(stderr, "cannot load the fake driver: %s\n", dlerror());
      std::abort();
    }
    return reinterpret_cast<FakeCuda *(*)()>(get)();
  }();
  return *driver;
}

void sparsegpu::cuda::expectNothingAlive(const char *where) {
  FakeCudaBooks books = fake().books();
  EXPECT_EQ(books.allocations, 0u) << where;
  EXPECT_EQ(books.registered, 0u) << where;
  EXPECT_EQ(books.streams, 0u) << where;
  EXPECT_EQ(books.events, 0u) << where;
  EXPECT_EQ(books.modules, 0u) << where;
}

void CUDARuntimeTest::SetUp() {
  fake().reset();
  fake().setCurrent(nullptr);
  expectNothingAlive("before the test");
  sparsegpuRuntimeSetErrorHandler(
      [](const char *message, void *test) {
        auto *self = static_cast<CUDARuntimeTest *>(test);
        std::lock_guard<std::mutex> lock(self->mutex);
        self->errors.push_back(message);
      },
      this);
}

void CUDARuntimeTest::TearDown() {
  for (const std::string &error : takeErrors())
    ADD_FAILURE() << "an error that the test does not expect: " << error;
  sparsegpuRuntimeSetErrorHandler(nullptr, nullptr);
  sparsegpuRuntimeSetLaunchObserver(nullptr, nullptr);
  expectNothingAlive("after the test");
  EXPECT_EQ(fake().books().contexts, 0u);
}
