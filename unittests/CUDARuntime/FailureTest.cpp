//===- FailureTest.cpp - Every call of the driver fails once --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions that a call of the runtime reaches are found by running it:
// then each call of each of them is made to fail, with a random error.
//
//===----------------------------------------------------------------------===//

#include "CUDARuntimeTest.h"

#include <functional>

using namespace sparsegpu::cuda;

namespace {
/// What a scenario leaves from one step to the next.
struct Objects {
  void *stream = nullptr, *event = nullptr, *memory = nullptr,
       *module = nullptr, *kernel = nullptr;
  std::vector<char> host = std::vector<char>(256, 1);
};

struct Scenario {
  const char *function;
  /// Creates what `call` needs; made without failures.
  std::function<void(Objects &)> prepare;
  /// The call; returns whether it says that it succeeded.
  std::function<void(Objects &)> call;
  /// Releases what is left; made without failures.
  std::function<void(Objects &)> clean;
};

class FailureTest : public CUDARuntimeTest,
                    public ::testing::WithParamInterface<int> {
protected:
  std::vector<Scenario> makeScenarios();
  void launch(Objects &o, int32_t shared) { launchScale(o.kernel, shared); }
};
} // namespace

static void nothing(Objects &) {}

std::vector<Scenario> FailureTest::makeScenarios() {
  auto load = [this](Objects &o) {
    o.module = loadPtx();
    o.kernel = mgpuModuleGetFunction(o.module, "scale");
  };
  auto unload = [](Objects &o) { mgpuModuleUnload(o.module); };
  auto makeStream = [](Objects &o) { o.stream = mgpuStreamCreate(); };
  auto makeEvent = [](Objects &o) { o.event = mgpuEventCreate(); };
  auto allocate = [](Objects &o) {
    o.memory = mgpuMemAlloc(256, nullptr, false);
  };
  auto release = [](Objects &o) { mgpuMemFree(o.memory, nullptr); };
  auto destroyStream = [](Objects &o) { mgpuStreamDestroy(o.stream); };
  auto destroyEvent = [](Objects &o) { mgpuEventDestroy(o.event); };
  return {
      {"mgpuStreamCreate", nothing, makeStream, destroyStream},
      {"mgpuStreamDestroy", makeStream,
       [](Objects &o) { mgpuStreamDestroy(o.stream); }, nothing},
      {"mgpuStreamSynchronize", makeStream,
       [](Objects &o) { mgpuStreamSynchronize(o.stream); }, destroyStream},
      {"mgpuStreamWaitEvent", makeEvent,
       [](Objects &o) { mgpuStreamWaitEvent(nullptr, o.event); }, destroyEvent},
      {"mgpuEventCreate", nothing, makeEvent, destroyEvent},
      {"mgpuEventDestroy", makeEvent,
       [](Objects &o) { mgpuEventDestroy(o.event); }, nothing},
      {"mgpuEventSynchronize", makeEvent,
       [](Objects &o) { mgpuEventSynchronize(o.event); }, destroyEvent},
      {"mgpuEventRecord", makeEvent,
       [](Objects &o) { mgpuEventRecord(o.event, nullptr); }, destroyEvent},
      {"mgpuMemAlloc: allocating 256 bytes", nothing, allocate, release},
      {"mgpuMemAlloc: allocating 128 bytes", nothing,
       [](Objects &o) { o.memory = mgpuMemAlloc(128, nullptr, true); },
       release},
      {"mgpuMemFree", allocate,
       [](Objects &o) { mgpuMemFree(o.memory, nullptr); }, nothing},
      {"mgpuMemcpy: copying 200 bytes", allocate,
       [](Objects &o) { mgpuMemcpy(o.memory, o.host.data(), 200, nullptr); },
       release},
      {"mgpuMemset32", allocate,
       [](Objects &o) { mgpuMemset32(o.memory, 3, 9, nullptr); }, release},
      {"mgpuMemset16", allocate,
       [](Objects &o) { mgpuMemset16(o.memory, 3, 9, nullptr); }, release},
      {"mgpuMemHostRegister", nothing,
       [](Objects &o) {
         mgpuMemHostRegister(o.host.data(), 256);
         if (fake().books().registered)
           o.memory = o.host.data();
       },
       [](Objects &o) { mgpuMemHostUnregister(o.memory); }},
      {"mgpuMemHostUnregister",
       [](Objects &o) { mgpuMemHostRegister(o.host.data(), 256); },
       [](Objects &o) { mgpuMemHostUnregister(o.host.data()); }, nothing},
      {"mgpuLaunchKernel: launching 'scale'", load,
       [this](Objects &o) { launch(o, 0); }, unload},
      {"mgpuLaunchKernel: launching 'scale'", load,
       [this](Objects &o) { launch(o, 100000); }, unload},
      {"mgpuLaunchClusterKernel: launching 'scale'", load,
       [](Objects &o) {
         char first[24] = {};
         void *params[] = {first, first, first};
         mgpuLaunchClusterKernel(o.kernel, 1, 1, 1, 2, 1, 1, 32, 1, 1, 0,
                                 nullptr, params, nullptr);
       },
       unload},
      {"mgpuModuleUnload",
       [=](Objects &o) {
         load(o);
         launch(o, 0);
       },
       unload, nothing},
      {"mgpuTensorMapEncodeTiledMemref", allocate,
       [](Objects &o) {
         struct {
           void *allocated, *aligned;
           int64_t offset, sizes[2], strides[2];
         } memref = {o.memory, o.memory, 0, {8, 16}, {16, 1}};
         int64_t box[] = {4, 16};
         o.event =
             mgpuTensorMapEncodeTiledMemref(2, &memref, 0, 0, 0, 0, 0, box);
       },
       [=](Objects &o) {
         release(o);
         mgpuMemFree(o.event, nullptr);
       }},
  };
}

/// cuMemAlloc_v2 is cuMemAlloc to a reader.
static std::string documentedName(std::string function) {
  size_t version = function.rfind("_v");
  return version == std::string::npos ? function : function.substr(0, version);
}

TEST_P(FailureTest, OneErrorAndNothingLeaks) {
  const char *functions[] = {
#define SPARSEGPU_FUNCTION(name, parameters) #name,
      SPARSEGPU_CUDA_REQUIRED_FUNCTIONS(SPARSEGPU_FUNCTION)
          SPARSEGPU_CUDA_OPTIONAL_FUNCTIONS(SPARSEGPU_FUNCTION)
#undef SPARSEGPU_FUNCTION
  };
  const std::pair<CUresult, const char *> codes[] = {
      {CUDA_ERROR_OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY (out of memory)"},
      {CUDA_ERROR_LAUNCH_FAILED,
       "CUDA_ERROR_LAUNCH_FAILED (unspecified launch failure)"},
      {CUDA_ERROR_INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE (invalid argument)"},
      {CUDA_ERROR_UNKNOWN, "CUDA_ERROR_UNKNOWN (unknown error)"},
      {static_cast<CUresult>(12345), "error 12345"}};
  Scenario scenario = makeScenarios()[GetParam()];
  SCOPED_TRACE(scenario.function);

  // Begins without a current context, so that entering one may fail as well.
  // The primary context of device 0 is there: it is retained once only.
  mgpuSetDefaultDevice(0);
  auto runOnce = [&](const char *function, unsigned nth, CUresult code) {
    Objects objects;
    fake().setCurrent(nullptr);
    scenario.prepare(objects);
    fake().setCurrent(nullptr);
    fake().reset();
    if (function)
      fake().failCall(function, nth, code);
    scenario.call(objects);
    std::vector<std::string> errors = takeErrors();
    std::vector<std::pair<const char *, unsigned>> calls;
    for (const char *name : functions)
      calls.emplace_back(name, fake().calls(name));
    fake().reset();
    // A module that the driver does not unload, or whose context it does not
    // enter, stays; the rest is released.
    bool kept = function && (std::string(function) == "cuModuleUnload" ||
                             std::string(function) == "cuCtxPushCurrent_v2");
    // What the driver refused to release is released now.
    std::string call = scenario.function;
    if (function && call == "mgpuStreamDestroy")
      mgpuStreamDestroy(objects.stream);
    if (function && call == "mgpuEventDestroy")
      mgpuEventDestroy(objects.event);
    if (function && call == "mgpuMemFree")
      mgpuMemFree(objects.memory, nullptr);
    if (function && call == "mgpuMemHostUnregister")
      mgpuMemHostUnregister(objects.host.data());
    scenario.clean(objects);
    if (kept) {
      EXPECT_EQ(fake().books().modules, 1u);
      fake().setCurrent(nullptr);
      mgpuSetDefaultDevice(0);
      fake().destroyContext(fake().getCurrent());
    }
    expectNothingAlive(function ? function : "without a failure");
    return std::pair(errors, calls);
  };

  auto [errors, calls] = runOnce(nullptr, 0, CUDA_SUCCESS);
  EXPECT_TRUE(errors.empty()) << errors.front();
  unsigned tried = 0;
  for (auto [function, count] : calls) {
    // Asks how many parameters there are, until the driver says no.
    if (std::string(function) == "cuFuncGetParamInfo")
      continue;
    for (unsigned nth = 1; nth <= count; ++nth) {
      auto [code, text] = codes[random() % std::size(codes)];
      SCOPED_TRACE(std::string(function) + " call " + std::to_string(nth));
      auto [found, ignored] = runOnce(function, nth, code);
      ASSERT_EQ(found.size(), 1u);
      std::string expected = documentedName(function) + " failed with " + text;
      EXPECT_EQ(found[0].rfind(scenario.function, 0), 0u) << found[0];
      EXPECT_NE(found[0].find(expected), std::string::npos) << found[0];
      ++tried;
    }
  }
  // At least: looking at the current context, setting one, and the call.
  EXPECT_GE(tried, 3u);
}

INSTANTIATE_TEST_SUITE_P(AllFunctions, FailureTest, ::testing::Range(0, 21));

//===----------------------------------------------------------------------===//
// Failures that are more than one call
//===----------------------------------------------------------------------===//

TEST_F(CUDARuntimeTest, AnErrorOfAKernelAppearsLater) {
  void *module = loadPtx();
  launchScale(mgpuModuleGetFunction(module, "scale"));
  fake().failCall("cuStreamSynchronize", 1, CUDA_ERROR_ILLEGAL_ADDRESS);
  mgpuStreamSynchronize(nullptr);
  EXPECT_EQ(takeError(),
            "mgpuStreamSynchronize: cuStreamSynchronize failed with "
            "CUDA_ERROR_ILLEGAL_ADDRESS (an illegal memory access was "
            "encountered); the last kernel that this thread launched is "
            "'scale'");
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, TheContextIsGoneBeforeTheModule) {
  // As when the driver shuts down before global destructors are done, and in a
  // forked child, whose global destructors run as well.
  for (CUresult code :
       {CUDA_ERROR_DEINITIALIZED, CUDA_ERROR_INVALID_CONTEXT,
        CUDA_ERROR_CONTEXT_IS_DESTROYED, CUDA_ERROR_NOT_INITIALIZED})
    for (const char *function :
         {"cuCtxGetId", "cuCtxPushCurrent_v2", "cuModuleUnload"}) {
      CUcontext context = fake().createContext(0);
      fake().setCurrent(context);
      void *module = loadPtx();
      launchScale(mgpuModuleGetFunction(module, "scale"));
      fake().failCall(function, 1, code);
      mgpuModuleUnload(module);
      EXPECT_TRUE(takeErrors().empty()) << function;
      fake().destroyContext(context);
      fake().reset();
    }
}

//===----------------------------------------------------------------------===//
// Processes of their own: what happens at first use, and without a handler
//===----------------------------------------------------------------------===//

namespace {
class CUDARuntimeDeathTest : public ::testing::Test {
protected:
  void SetUp() override {
    // A fresh process: nothing is initialized yet.
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  }
};
} // namespace

static void allocateOnce() {
  mgpuMemAlloc(64, nullptr, false);
  std::exit(0);
}

TEST_F(CUDARuntimeDeathTest, NoDevice) {
  EXPECT_EXIT(
      {
        fake().setDevices(0);
        allocateOnce();
      },
      ::testing::ExitedWithCode(1),
      "^sparsegpu-cuda: error: mgpuMemAlloc: allocating 64 bytes: cuInit "
      "failed with CUDA_ERROR_NO_DEVICE \\(no CUDA-capable device is "
      "detected\\)\n$");
}

TEST_F(CUDARuntimeDeathTest, RetainingThePrimaryContext) {
  EXPECT_EXIT(
      {
        fake().failCall("cuDevicePrimaryCtxRetain", 1,
                        CUDA_ERROR_OUT_OF_MEMORY);
        allocateOnce();
      },
      ::testing::ExitedWithCode(1),
      "^sparsegpu-cuda: error: mgpuMemAlloc: allocating 64 bytes: "
      "cuDevicePrimaryCtxRetain failed with CUDA_ERROR_OUT_OF_MEMORY \\(out of "
      "memory\\)\n$");
}

TEST_F(CUDARuntimeDeathTest, AFailureIsNotRemembered) {
  EXPECT_EXIT(
      {
        fake().failCall("cuInit", 1, CUDA_ERROR_UNKNOWN);
        fake().failCall("cuDeviceGet", 1, CUDA_ERROR_UNKNOWN);
        int32_t first = sparsegpuRuntimeDeviceCount();
        if (first != 0 || sparsegpuRuntimeDeviceCount() != 1)
          std::exit(3);
        if (sparsegpuRuntimeTimedEventCreate() ||
            !sparsegpuRuntimeTimedEventCreate())
          std::exit(4);
        allocateOnce();
      },
      ::testing::ExitedWithCode(0), "^$");
}
