//===- PrecompiledTest.h - Kernels compiled ahead of time -------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_PRECOMPILEDTEST_H
#define SPARSEGPU_UNITTESTS_EMULATOR_PRECOMPILEDTEST_H

#include "EmulatorTest.h"
#include "SparseGPU/Runtime/Runtime.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>

namespace sparsegpu::emulator {

/// A runtime library as a program that loads it sees it. Set by CMake:
/// SPARSEGPU_EMULATOR_FULL and SPARSEGPU_EMULATOR_CORE, the two libraries.
class RuntimeUnderTest {
public:
  explicit RuntimeUnderTest(const char *path)
      : handle(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (!handle) {
      ADD_FAILURE() << dlerror();
      std::abort();
    }
    setErrorHandler(
        [](const char *message, void *self) {
          static_cast<RuntimeUnderTest *>(self)->errors.push_back(message);
        },
        this);
  }
  ~RuntimeUnderTest() {
    setErrorHandler(nullptr, nullptr);
    setObserver(nullptr, nullptr);
    setOptions("");
  }
  RuntimeUnderTest(const RuntimeUnderTest &) = delete;
  RuntimeUnderTest &operator=(const RuntimeUnderTest &) = delete;

private:
  void *handle;
  template <typename Fn> Fn *get(const char *name) {
    void *address = dlsym(handle, name);
    EXPECT_NE(address, nullptr) << name;
    return reinterpret_cast<Fn *>(address);
  }

public:
  decltype(&sparsegpuRuntimeDeviceCount) deviceCount =
      get<int()>("sparsegpuRuntimeDeviceCount");
  decltype(&sparsegpuRuntimeLastError) lastError =
      get<const char *()>("sparsegpuRuntimeLastError");
  decltype(&sparsegpuRuntimeDeviceJSON) deviceJSON =
      get<char *(int)>("sparsegpuRuntimeDeviceJSON");
  decltype(&sparsegpuRuntimeFreeString) freeString =
      get<void(char *)>("sparsegpuRuntimeFreeString");
  decltype(&sparsegpuRuntimeSetErrorHandler) setErrorHandler =
      get<void(void (*)(const char *, void *), void *)>(
          "sparsegpuRuntimeSetErrorHandler");
  decltype(&sparsegpuRuntimeSetLaunchObserver) setObserver =
      get<void(int (*)(const SparseGPULaunch *, void *), void *)>(
          "sparsegpuRuntimeSetLaunchObserver");
  decltype(&sparsegpuRuntimeTimedEventCreate) createTimedEvent =
      get<void *()>("sparsegpuRuntimeTimedEventCreate");
  decltype(&sparsegpuRuntimeElapsedMilliseconds) elapsed =
      get<double(void *, void *)>("sparsegpuRuntimeElapsedMilliseconds");
  decltype(&sparsegpuEmulatorSetOptions) setOptions =
      get<int(const char *)>("sparsegpuEmulatorSetOptions");
  decltype(&sparsegpuEmulatorPrecompile) precompile =
      get<int(const void *, size_t, const char *, char **, size_t *)>(
          "sparsegpuEmulatorPrecompile");
  void *(*moduleLoad)(const void *, size_t) =
      get<void *(const void *, size_t)>("mgpuModuleLoad");
  void (*moduleUnload)(void *) = get<void(void *)>("mgpuModuleUnload");
  void *(*getFunction)(void *, const char *) =
      get<void *(void *, const char *)>("mgpuModuleGetFunction");
  void (*launchKernel)(void *, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t,
                       intptr_t, int32_t, void *, void **, void **, size_t) =
      get<void(void *, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t,
               intptr_t, int32_t, void *, void **, void **, size_t)>(
          "mgpuLaunchKernel");
  void *(*createEvent)() = get<void *()>("mgpuEventCreate");
  void (*destroyEvent)(void *) = get<void(void *)>("mgpuEventDestroy");
  void (*recordEvent)(void *,
                      void *) = get<void(void *, void *)>("mgpuEventRecord");
  void (*synchronizeEvent)(void *) = get<void(void *)>("mgpuEventSynchronize");

  template <typename... Args>
  void launch(void *kernel, Dim3 grid, Dim3 block, uint32_t shared,
              Args... args) {
    void *params[] = {&args..., nullptr};
    launchKernel(kernel, grid.x, grid.y, grid.z, block.x, block.y, block.z,
                 shared, nullptr, params, nullptr, sizeof...(Args));
  }
  /// The last error of an mgpu function.
  std::string error() const { return errors.empty() ? "" : errors.back(); }

  std::vector<std::string> errors;
};

/// A library that was linked from precompiled modules, until the end of a test.
class LinkedLibrary {
public:
  LinkedLibrary() {
    std::string pattern = ::testing::TempDir() + "sparsegpu-XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  ~LinkedLibrary() {
    if (handle)
      dlclose(handle);
    std::filesystem::remove_all(folder);
  }
  LinkedLibrary(const LinkedLibrary &) = delete;
  LinkedLibrary &operator=(const LinkedLibrary &) = delete;

  void add(const std::string &body, const std::string &symbol) {
    addBitcode(assemble(body), symbol);
  }
  void addBitcode(const std::string &bitcode, const std::string &symbol) {
    char *object = nullptr;
    size_t size = 0;
    int failed = sparsegpuEmulatorPrecompile(bitcode.data(), bitcode.size(),
                                             symbol.c_str(), &object, &size);
    ASSERT_EQ(failed, 0) << sparsegpuRuntimeLastError();
    std::ofstream(folder / (symbol + ".o"), std::ios::binary)
        .write(object, size);
    sparsegpuRuntimeFreeString(object);
  }
  /// Links with nothing but the C library; every symbol has to be found.
  void link() {
    std::string command = SPARSEGPU_TEST_CC
                          " -shared -nostdlib -Wl,-z,defs -Wl,-z,text -o " +
                          path() + " " + folder.string() + "/*.o -lm -lc";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    handle = dlopen(path().c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(handle, nullptr) << dlerror();
  }
  std::string path() const { return (folder / "module.so").string(); }
  void *module(const char *symbol) const { return dlsym(handle, symbol); }

private:
  std::filesystem::path folder;
  void *handle = nullptr;
};

/// Runs kernels with the compiler in this process and, compiled ahead of time,
/// in the library that has none.
class PrecompiledTest : public EmulatorTest {
protected:
  RuntimeUnderTest core{SPARSEGPU_EMULATOR_CORE};
  LinkedLibrary library;

  /// Compiles ahead of time and loads into `core`.
  void *loadIntoCore(const std::string &body, const char *name = "k") {
    library.add(body, "test_module");
    library.link();
    void *module = core.moduleLoad(library.module("test_module"), 0);
    EXPECT_NE(module, nullptr) << core.error();
    void *function = core.getFunction(module, name);
    EXPECT_NE(function, nullptr) << core.error();
    return function;
  }

  /// Launches kernel `k`, whose first parameter is an array of `count`
  /// elements, in both ways, and compares the bytes that come out.
  template <typename T, typename... Args>
  std::vector<T> onBoth(const std::string &body, Dim3 grid, Dim3 block,
                        uint32_t shared, size_t count, Args... args) {
    T *expected = array<T>(count), *found = array<T>(count);
    Status status =
        tryLaunch(load(body), grid, block, shared, expected, args...);
    EXPECT_TRUE(status.ok()) << status.message();
    core.launch(loadIntoCore(body), grid, block, shared, found, args...);
    EXPECT_EQ(core.error(), "");
    EXPECT_EQ(std::memcmp(expected, found, count * sizeof(T)), 0);
    return std::vector<T>(found, found + count);
  }

  /// Uniform bits from a fixed seed.
  uint64_t random() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  }
  uint64_t state = 0x9e3779b97f4a7c15;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_UNITTESTS_EMULATOR_PRECOMPILEDTEST_H
