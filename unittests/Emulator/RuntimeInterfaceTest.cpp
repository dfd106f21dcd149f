//===- RuntimeInterfaceTest.cpp - What every runtime library has ----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrecompiledTest.h"

#include "llvm/Support/JSON.h"

#include <chrono>
#include <thread>

using namespace sparsegpu::emulator;

namespace {
/// With the compiler and without; the module is compiled ahead of time in both.
class RuntimeInterface : public ::testing::TestWithParam<const char *> {
protected:
  RuntimeUnderTest runtime{GetParam()};
  LinkedLibrary library;

  void *load(const std::string &body) {
    library.add(body, "m");
    library.link();
    return runtime.getFunction(runtime.moduleLoad(library.module("m"), 0), "k");
  }
};

/// Stores the sum of its parameters.
std::string summing() {
  return kernel("ptr %out, i32 %a, double %b, ptr byval({i32, i64, ptr}) %c, "
                "half %d",
                R"(
  %af = sitofp i32 %a to double
  %s0 = fadd double %af, %b
  %d0 = fpext half %d to double
  %s1 = fadd double %s0, %d0
  store double %s1, ptr %out
  ret void)");
}

struct Seen {
  std::vector<std::string> kernels;
  std::vector<uint32_t> numbers;
  std::vector<uint32_t> bytes;
  std::vector<int> pointers;
  double second = 0;
  int answer = 0;
};

int observe(const SparseGPULaunch *launch, void *userData) {
  Seen &seen = *static_cast<Seen *>(userData);
  seen.kernels.push_back(launch->kernel);
  for (const uint32_t *triple : {launch->grid, launch->block})
    seen.numbers.insert(seen.numbers.end(), triple, triple + 3);
  seen.numbers.push_back(launch->dynamicShared);
  for (size_t i = 0; i < launch->numParams; ++i) {
    seen.bytes.push_back(launch->paramBytes[i]);
    seen.pointers.push_back(launch->paramIsPointer[i]);
  }
  std::memcpy(&seen.second, launch->params[2], sizeof(double));
  return seen.answer;
}
} // namespace

TEST_P(RuntimeInterface, Device) {
  EXPECT_EQ(runtime.deviceCount(), 1);
  char *text = runtime.deviceJSON(0);
  ASSERT_NE(text, nullptr);
  auto json = llvm::json::parse(text);
  ASSERT_TRUE(bool(json)) << text;
  runtime.freeString(text);
  const llvm::json::Object &object = *json->getAsObject();
  EXPECT_EQ(object.getString("runtime"), "emulator");
  EXPECT_EQ(object.getString("name"), "software GPU");
  EXPECT_EQ(object.getInteger("max_shared_bytes"), 227 * 1024);
  for (const char *name : {"chip", "driver", "multiprocessors", "memory_bytes",
                           "l2_bytes", "clock_khz", "memory_clock_khz"})
    EXPECT_TRUE(object.getNull(name).has_value()) << name;
  EXPECT_EQ(runtime.deviceJSON(1), nullptr);
  EXPECT_STREQ(runtime.lastError(),
               "device 1 does not exist; the software GPU is device 0");
}

TEST_P(RuntimeInterface, ErrorsBelongToAThread) {
  EXPECT_NE(runtime.setOptions("nonsense"), 0);
  EXPECT_NE(std::strstr(runtime.lastError(), "nonsense"), nullptr);
  // Success leaves the last failure.
  EXPECT_EQ(runtime.setOptions(""), 0);
  EXPECT_NE(std::strstr(runtime.lastError(), "nonsense"), nullptr);
  std::thread([&] { EXPECT_STREQ(runtime.lastError(), ""); }).join();
}

TEST_P(RuntimeInterface, TimedEvents) {
  void *start = runtime.createTimedEvent(), *end = runtime.createTimedEvent();
  EXPECT_LT(runtime.elapsed(start, end), 0);
  EXPECT_STREQ(runtime.lastError(), "the time between two events: the first "
                                    "event was not recorded");
  runtime.recordEvent(start, nullptr);
  EXPECT_LT(runtime.elapsed(start, end), 0);
  EXPECT_LT(runtime.elapsed(start, nullptr), 0);
  EXPECT_STREQ(runtime.lastError(),
               "the time between two events: the second event is null");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  runtime.recordEvent(end, nullptr);
  runtime.synchronizeEvent(end);
  EXPECT_GE(runtime.elapsed(start, end), 20);
  EXPECT_LT(runtime.elapsed(start, end), 10000);

  void *plain = runtime.createEvent();
  runtime.recordEvent(plain, nullptr);
  runtime.synchronizeEvent(plain);
  EXPECT_LT(runtime.elapsed(start, plain), 0);
  EXPECT_STREQ(runtime.lastError(),
               "the time between two events: the second event has no time; "
               "make it with sparsegpuRuntimeTimedEventCreate");
  for (void *event : {start, end, plain})
    runtime.destroyEvent(event);
  EXPECT_EQ(runtime.error(), "");
}

TEST_P(RuntimeInterface, LaunchObserver) {
  struct {
    int32_t a = 0;
    int64_t b = 0;
    void *c = nullptr;
  } byValue;
  void *k = load(summing());
  double out = 0;
  Seen seen;
  runtime.setObserver(observe, &seen);
  auto launch = [&](Dim3 grid) {
    runtime.launch(k, grid, {4, 5}, 64, static_cast<void *>(&out), int32_t(3),
                   2.5, byValue, uint16_t(0x3c00));
  };
  launch({2, 3, 1});
  EXPECT_EQ(out, 6.5);
  EXPECT_EQ(seen.kernels, std::vector<std::string>{"k"});
  EXPECT_EQ(seen.numbers, (std::vector<uint32_t>{2, 3, 1, 4, 5, 1, 64}));
  EXPECT_EQ(seen.bytes, (std::vector<uint32_t>{8, 4, 8, 24, 2}));
  EXPECT_EQ(seen.pointers, (std::vector<int>{1, 0, 0, 0, 0}));
  EXPECT_EQ(seen.second, 2.5);

  // The kernel is not run when the observer says so.
  seen.answer = 1;
  out = 0;
  launch({1});
  EXPECT_EQ(out, 0);
  EXPECT_EQ(seen.kernels.size(), 2u);
  // What cannot be launched is an error, and nobody sees it.
  launch({0});
  EXPECT_EQ(seen.kernels.size(), 2u);
  EXPECT_NE(runtime.error().find("a dimension is zero"), std::string::npos);

  runtime.setObserver(nullptr, nullptr);
  launch({1});
  EXPECT_EQ(out, 6.5);
  EXPECT_EQ(seen.kernels.size(), 2u);
}

TEST(RuntimeInterfaceOfTheCompiler, ObserverOfBitcode) {
  std::string bitcode = assemble(summing());
  Device &device = Device::get();
  LoadedModule *module = nullptr;
  ASSERT_TRUE(device.loadModule(bitcode.data(), bitcode.size(), module).ok());
  Kernel *k = nullptr;
  ASSERT_TRUE(device.getKernel(module, "k", k).ok());
  Seen seen;
  seen.answer = 1;
  device.setLaunchObserver([&](const SparseGPULaunch &launch) {
    return observe(&launch, &seen) != 0;
  });
  double b = 4;
  void *params[] = {&b, &b, &b, &b, &b};
  EXPECT_TRUE(device.launch(k, LaunchConfig(), params, 5).ok());
  device.setLaunchObserver({});
  EXPECT_EQ(seen.bytes, (std::vector<uint32_t>{8, 4, 8, 24, 2}));
  EXPECT_EQ(seen.pointers, (std::vector<int>{1, 0, 0, 0, 0}));
  EXPECT_TRUE(device.unloadModule(module).ok());
}

INSTANTIATE_TEST_SUITE_P(BothLibraries, RuntimeInterface,
                         ::testing::Values(SPARSEGPU_EMULATOR_FULL,
                                           SPARSEGPU_EMULATOR_CORE),
                         [](const auto &info) {
                           return info.index == 0 ? "WithCompiler"
                                                  : "WithoutCompiler";
                         });
