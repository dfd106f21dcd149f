//===- DeviceTest.cpp - Memory, modules, printf and the C interface -------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"
#include "Printf.h"

#include <cstring>
#include <thread>

using namespace sparsegpu::emulator;

extern "C" {
LoadedModule *mgpuModuleLoad(void *, size_t);
LoadedModule *mgpuModuleLoadJIT(void *, int32_t);
Kernel *mgpuModuleGetFunction(LoadedModule *, const char *);
void mgpuLaunchKernel(Kernel *, intptr_t, intptr_t, intptr_t, intptr_t,
                      intptr_t, intptr_t, int32_t, void *, void **, void **,
                      size_t);
void mgpuLaunchClusterKernel(Kernel *, intptr_t, intptr_t, intptr_t, intptr_t,
                             intptr_t, intptr_t, intptr_t, intptr_t, intptr_t,
                             int32_t, void *, void **, void **);
void mgpuModuleUnload(LoadedModule *);
void *mgpuMemAlloc(uint64_t, void *, bool);
void mgpuMemFree(void *, void *);
void mgpuMemset32(void *, unsigned, size_t, void *);
void mgpuMemset16(void *, unsigned short, size_t, void *);
void mgpuMemcpy(void *, void *, size_t, void *);
void *mgpuStreamCreate();
void mgpuStreamDestroy(void *);
void mgpuSetDefaultDevice(int32_t);
}

namespace {
class DeviceTests : public EmulatorTest {};

/// Collects what the mgpu functions report instead of ending the process.
class HandlerScope {
public:
  HandlerScope() {
    Device::get().setErrorHandler(
        [this](const std::string &message) { messages.push_back(message); });
  }
  ~HandlerScope() { Device::get().setErrorHandler({}); }
  std::vector<std::string> messages;
};

std::string addOne() {
  return kernel("ptr %out, i32 %n", R"(
  %c = icmp ult i32 %i, %n
  br i1 %c, label %do, label %end
do:
  %p = getelementptr i32, ptr %out, i64 %i64
  %v = load i32, ptr %p
  %w = add i32 %v, 1
  store i32 %w, ptr %p
  br label %end
end:
  ret void)");
}
} // namespace

TEST_F(DeviceTests, CudaABI) {
  std::string bitcode = assemble(addOne());
  LoadedModule *module = mgpuModuleLoad(bitcode.data(), bitcode.size());
  Kernel *k = mgpuModuleGetFunction(module, "k");
  ASSERT_NE(k, nullptr);
  EXPECT_EQ(mgpuModuleGetFunction(module, "k"), k);
  void *stream = mgpuStreamCreate();
  void *data = mgpuMemAlloc(400, stream, false);
  EXPECT_EQ(reinterpret_cast<uint64_t>(data) % 256, 0u);
  EXPECT_EQ(mgpuMemAlloc(0, stream, false), nullptr);
  mgpuMemset32(data, 41, 100, stream);
  int32_t n = 99;
  void *params[] = {&data, &n};
  mgpuLaunchKernel(k, 2, 1, 1, 64, 1, 1, 0, stream, params, nullptr, 2);
  mgpuLaunchClusterKernel(k, 1, 1, 1, 2, 1, 1, 64, 1, 1, 0, stream, params,
                          nullptr);
  std::vector<uint32_t> host(100);
  mgpuMemcpy(host.data(), data, 400, stream);
  EXPECT_EQ(host[0], 43u);
  EXPECT_EQ(host[98], 43u);
  EXPECT_EQ(host[99], 41u);
  mgpuMemset16(data, 0x0102, 3, stream);
  mgpuMemcpy(host.data(), data, 8, stream);
  EXPECT_EQ(host[0], 0x01020102u);
  EXPECT_EQ(host[1], 0x00000102u); // 43 = 0x2b: the lower half is overwritten
  mgpuMemFree(data, stream);
  mgpuMemFree(nullptr, stream);
  mgpuStreamDestroy(stream);
  mgpuModuleUnload(module);
}

TEST_F(DeviceTests, CudaABIErrors) {
  HandlerScope scope;
  auto last = [&] {
    return scope.messages.empty() ? "" : scope.messages.back();
  };
  char ptx[] = ".version 8.0\n.target sm_80\n";
  EXPECT_EQ(mgpuModuleLoad(ptx, sizeof(ptx)), nullptr);
  EXPECT_NE(last().find("format=llvm"), std::string::npos);
  EXPECT_EQ(mgpuModuleLoadJIT(ptx, 2), nullptr);
  EXPECT_NE(last().find("format=llvm"), std::string::npos);
  std::string bitcode = assemble(addOne());
  LoadedModule *module = mgpuModuleLoad(bitcode.data(), bitcode.size());
  EXPECT_EQ(mgpuModuleGetFunction(module, "nope"), nullptr);
  Kernel *k = mgpuModuleGetFunction(module, "k");
  mgpuLaunchClusterKernel(k, 2, 1, 1, 2, 1, 1, 64, 1, 1, 0, nullptr, nullptr,
                          nullptr);
  EXPECT_NE(last().find("clusters of 2x1x1"), std::string::npos);
  mgpuLaunchKernel(k, -1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr, 0);
  EXPECT_NE(last().find("-1 is out of range"), std::string::npos);
  int onStack;
  mgpuMemFree(&onStack, nullptr);
  EXPECT_NE(last().find("not the address of a live"), std::string::npos);
  void *data = mgpuMemAlloc(16, nullptr, false);
  char host[64];
  mgpuMemcpy(host, data, 64, nullptr);
  EXPECT_NE(last().find("runs past the end"), std::string::npos);
  mgpuMemset32(data, 0, 5, nullptr);
  EXPECT_NE(last().find("a memset of 20 bytes"), std::string::npos);
  mgpuSetDefaultDevice(1);
  EXPECT_NE(last().find("device 1 does not exist"), std::string::npos);
  mgpuMemFree(data, nullptr);
  mgpuModuleUnload(module);
}

TEST_F(DeviceTests, ErrorsEndTheProcessByDefault) {
  char ptx[] = ".version 8.0\n.target sm_80\n";
  EXPECT_EXIT(
      mgpuModuleLoadJIT(ptx, 2), ::testing::ExitedWithCode(1),
      "^sparsegpu-emulator: error: the module is PTX text.*format=llvm");
}

TEST_F(DeviceTests, WildAddressIsAMessageNotACrash) {
  Kernel *k = load(addOne());
  EXPECT_EXIT(
      {
        tryLaunch(k, {1}, {32}, 0, reinterpret_cast<void *>(0x10), int32_t(32));
      },
      ::testing::ExitedWithCode(1),
      "sparsegpu-emulator: error: kernel 'k', block \\(0,0,0\\), thread "
      "\\(.,0,0\\): touches an invalid address .*hazards");
}

TEST_F(DeviceTests, ParametersOfAllTypes) {
  const char *body = R"(
  %b64 = zext i8 %b to i64
  %h64 = zext i16 %h to i64
  %g = fpext half %hf to double
  %s0 = fadd double %d, %g
  %f64 = fpext float %f to double
  %s1 = fadd double %s0, %f64
  %x0 = extractvalue {i32, i64} %st, 0
  %x064 = zext i32 %x0 to i64
  %x1 = extractvalue {i32, i64} %st, 1
  %t0 = add i64 %b64, %h64
  %t1 = add i64 %t0, %x064
  %t2 = add i64 %t1, %x1
  store i64 %t2, ptr %out
  %p = getelementptr double, ptr %out, i64 1
  store double %s1, ptr %p
  ret void)";
  struct Pair {
    int32_t a;
    int64_t b;
  };
  uint64_t *out = array<uint64_t>(2);
  launch(load(kernel("ptr %out, i8 %b, i16 %h, half %hf, float %f, double %d, "
                     "{i32, i64} %st",
                     body)),
         {1}, {1}, out, uint8_t(7), uint16_t(300), uint16_t(0x3800), 0.25f, 2.0,
         Pair{10, int64_t(1) << 40});
  EXPECT_EQ(out[0], 7u + 300 + 10 + (uint64_t(1) << 40));
  double d;
  std::memcpy(&d, out + 1, 8);
  EXPECT_EQ(d, 2.75);
}

TEST_F(DeviceTests, ManyThreadsLaunchAtOnce) {
  Kernel *k = load(addOne());
  std::vector<std::thread> threads;
  std::vector<uint32_t *> arrays;
  for (int t = 0; t < 4; ++t)
    arrays.push_back(array<uint32_t>(1000));
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i)
        launch(k, {4}, {256}, arrays[t], int32_t(1000));
    });
  for (std::thread &thread : threads)
    thread.join();
  for (uint32_t *data : arrays)
    for (int i = 0; i < 1000; ++i)
      ASSERT_EQ(data[i], 20u);
}

TEST_F(DeviceTests, RecursiveDeviceFunction) {
  Kernel *k = load(kernel("ptr %out", R"(
  %v = call i32 @fib(i32 %tid)
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %p
  ret void)",
                          R"(
define internal i32 @fib(i32 %n) {
  %c = icmp ult i32 %n, 2
  br i1 %c, label %base, label %rec
base:
  ret i32 %n
rec:
  %a = sub i32 %n, 1
  %b = sub i32 %n, 2
  %x = call i32 @fib(i32 %a)
  %y = call i32 @fib(i32 %b)
  %s = add i32 %x, %y
  ret i32 %s
}
)"));
  for (const char *options : {"", "counters"}) {
    configure(options);
    uint32_t *out = array<uint32_t>(16);
    launch(k, {1}, {16}, out);
    EXPECT_EQ(out[10], 55u);
    EXPECT_EQ(out[15], 610u);
  }
}

TEST_F(DeviceTests, PrintfFormats) {
  struct {
    int32_t i;
    alignas(8) double d;
    int64_t l;
    const char *s;
    int32_t c;
  } arguments{-5, 1.5, int64_t(1) << 40, "text", 'x'};
  EXPECT_EQ(formatDevice("%d|%6.2f|%lld|%s|%c|%%|", &arguments),
            "-5|  1.50|1099511627776|text|x|%|");
  struct {
    int32_t width;
    uint32_t x;
    int64_t l;
    void *p;
  } more{6, 255, -1, reinterpret_cast<void *>(16)};
  EXPECT_EQ(formatDevice("[%*x] %ld %p %q", &more), "[    ff] -1 0x10 %q");
}

TEST_F(DeviceTests, PrintfOfAKernel) {
  Kernel *k = load(kernel("ptr %out", R"(
  %a = alloca {i32, double}
  store i32 %tid, ptr %a
  %d = getelementptr {i32, double}, ptr %a, i32 0, i32 1
  store double 0.5, ptr %d
  %n = call i32 @vprintf(ptr @fmt, ptr %a)
  store i32 %n, ptr %out
  ret void)",
                          "declare i32 @vprintf(ptr, ptr)\n@fmt = private "
                          "constant [11 x i8] c\"t%d %.1f\\0A\\00\\00\"\n"));
  uint32_t *out = array<uint32_t>(1);
  testing::internal::CaptureStdout();
  launch(k, {1}, {1}, out);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "t0 0.5\n");
  EXPECT_EQ(out[0], 2u);
}

TEST_F(DeviceTests, CInterface) {
  EXPECT_EQ(sparsegpuEmulatorSetOptions("counters,hazards,seed=4"), 0);
  EXPECT_EQ(Device::get().options().seed, 4u);
  EXPECT_NE(sparsegpuEmulatorSetOptions("nonsense"), 0);
  EXPECT_NE(std::strstr(sparsegpuEmulatorLastError(), "nonsense"), nullptr);
  uint64_t mark = sparsegpuEmulatorMark();
  std::string bitcode = assemble(addOne());
  LoadedModule *module = mgpuModuleLoad(bitcode.data(), bitcode.size());
  void *data = mgpuMemAlloc(128, nullptr, false);
  mgpuMemset32(data, 7, 32, nullptr);
  int32_t n = 32;
  void *params[] = {&data, &n};
  mgpuLaunchKernel(mgpuModuleGetFunction(module, "k"), 1, 1, 1, 32, 1, 1, 0,
                   nullptr, params, nullptr, 2);
  char *json = sparsegpuEmulatorCountersJSON(mark);
  EXPECT_NE(std::strstr(json, "\"globalLoadSectors\": 4"), nullptr) << json;
  sparsegpuEmulatorFreeString(json);
  EXPECT_EQ(sparsegpuEmulatorNumHazards(mark), 0u);
  mgpuMemFree(data, nullptr);
  mgpuModuleUnload(module);
  EXPECT_EQ(sparsegpuEmulatorSetOptions(""), 0);
}
