//===- ModuleTest.cpp - Modules and launches ------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CUDARuntimeTest.h"

#include <atomic>
#include <cstring>
#include <thread>

using namespace sparsegpu::cuda;

TEST_F(CUDARuntimeTest, LoadingCallsNoDriver) {
  unsigned before = fake().calls("");
  void *module = loadPtx();
  void *kernel = mgpuModuleGetFunction(module, "scale");
  ASSERT_NE(module, nullptr);
  ASSERT_NE(kernel, nullptr);
  // The same handle for the same name, another one for another.
  EXPECT_EQ(mgpuModuleGetFunction(module, "scale"), kernel);
  EXPECT_NE(mgpuModuleGetFunction(module, "other"), kernel);
  mgpuModuleUnload(module);
  EXPECT_EQ(fake().calls(""), before);
}

TEST_F(CUDARuntimeTest, LoadsOnceAndCaches) {
  void *module = loadPtx();
  for (int i = 0; i < 4; ++i)
    launchScale(mgpuModuleGetFunction(module, "scale"));
  EXPECT_EQ(fake().calls("cuModuleLoadDataEx"), 1u);
  EXPECT_EQ(fake().calls("cuModuleGetFunction"), 1u);
  EXPECT_EQ(fake().calls("cuLaunchKernel"), 4u);
  EXPECT_EQ(fake().calls("cuStreamSynchronize"), 0u);
  mgpuModuleUnload(module);
  EXPECT_EQ(fake().calls("cuModuleUnload"), 1u);
}

TEST_F(CUDARuntimeTest, PassesEverythingOn) {
  void *module = loadPtx();
  void *stream = mgpuStreamCreate();
  void *pointer = reinterpret_cast<void *>(uintptr_t(random()) << 8);
  uint32_t count = random();
  float factor = std::uniform_real_distribution<float>(-1, 1)(random);
  void *params[] = {&pointer, &count, &factor};
  mgpuLaunchKernel(mgpuModuleGetFunction(module, "scale"), 70000, 3, 2, 8, 4, 2,
                   4096, stream, params, nullptr, 3);
  std::vector<FakeCudaLaunch> launches = fake().launches();
  ASSERT_EQ(launches.size(), 1u);
  const FakeCudaLaunch &launch = launches[0];
  EXPECT_EQ(launch.kernel, "scale");
  EXPECT_EQ(launch.grid, (std::array<unsigned, 3>{70000, 3, 2}));
  EXPECT_EQ(launch.block, (std::array<unsigned, 3>{8, 4, 2}));
  EXPECT_EQ(launch.cluster, (std::array<unsigned, 3>{0, 0, 0}));
  EXPECT_EQ(launch.dynamicShared, 4096u);
  EXPECT_EQ(launch.stream, stream);
  ASSERT_EQ(launch.params.size(), 3u);
  EXPECT_EQ(std::memcmp(launch.params[0].data(), &pointer, 8), 0);
  EXPECT_EQ(std::memcmp(launch.params[1].data(), &count, 4), 0);
  float passed = 0;
  std::memcpy(&passed, launch.params[2].data(), 4);
  EXPECT_EQ(passed, factor);
  mgpuStreamDestroy(stream);
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, Clusters) {
  void *module = loadPtx();
  char value[24] = {};
  void *params[] = {value};
  mgpuLaunchClusterKernel(mgpuModuleGetFunction(module, "other"), 2, 1, 1, 4, 2,
                          1, 64, 1, 1, 0, nullptr, params, nullptr);
  ASSERT_EQ(fake().launches().size(), 1u);
  EXPECT_EQ(fake().launches()[0].cluster, (std::array<unsigned, 3>{2, 1, 1}));
  EXPECT_EQ(fake().launches()[0].grid, (std::array<unsigned, 3>{4, 2, 1}));
  EXPECT_EQ(fake().launches()[0].params[0].size(), 24u);
  mgpuLaunchClusterKernel(mgpuModuleGetFunction(module, "other"), 3, 1, 1, 4, 2,
                          1, 64, 1, 1, 0, nullptr, params, nullptr);
  EXPECT_EQ(takeError(),
            "mgpuLaunchClusterKernel: launching 'other': cuLaunchKernelEx "
            "failed with CUDA_ERROR_INVALID_VALUE (invalid argument)");
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, EachContextHasItsOwn) {
  CUcontext first = fake().createContext(0), second = fake().createContext(0);
  void *module = loadPtx();
  void *kernel = mgpuModuleGetFunction(module, "scale");
  for (CUcontext context : {first, second, first, second}) {
    fake().setCurrent(context);
    launchScale(kernel);
    EXPECT_EQ(fake().launches().back().context, context);
  }
  EXPECT_EQ(fake().calls("cuModuleLoadDataEx"), 2u);
  EXPECT_EQ(fake().calls("cuModuleGetFunction"), 2u);
  EXPECT_EQ(fake().books().modules, 2u);
  // Unloading reaches both, and leaves the current context as it was.
  fake().setCurrent(nullptr);
  mgpuModuleUnload(module);
  EXPECT_EQ(fake().books().modules, 0u);
  EXPECT_EQ(fake().getCurrent(), nullptr);
  fake().destroyContext(first);
  fake().destroyContext(second);
}

TEST_F(CUDARuntimeTest, AContextAtTheAddressOfADestroyedOne) {
  void *module = loadPtx();
  void *kernel = mgpuModuleGetFunction(module, "scale");
  CUcontext first = fake().createContext(0);
  fake().setCurrent(first);
  launchScale(kernel);
  fake().destroyContext(first);
  CUcontext second = fake().createContext(0);
  ASSERT_EQ(first, second) << "the fake driver is to use the address again";
  fake().setCurrent(second);
  launchScale(kernel);
  EXPECT_EQ(fake().calls("cuModuleLoadDataEx"), 2u);
  mgpuModuleUnload(module);
  EXPECT_EQ(fake().calls("cuModuleUnload"), 1u);
  fake().destroyContext(second);
}

TEST_F(CUDARuntimeTest, ModulesMayOutliveTheirContextAndTheirImage) {
  std::string text = kPtx;
  void *module = mgpuModuleLoadJIT(text.data(), 4);
  std::fill(text.begin(), text.end(), 'x');
  CUcontext context = fake().createContext(0);
  fake().setCurrent(context);
  launchScale(mgpuModuleGetFunction(module, "scale"));
  fake().destroyContext(context);
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, DynamicSharedMemory) {
  void *module = loadPtx();
  void *kernel = mgpuModuleGetFunction(module, "scale");
  // The kernel's own 1 KiB counts: 48 KiB are static and dynamic together.
  launchScale(kernel, 47 * 1024);
  EXPECT_EQ(fake().calls("cuFuncSetAttribute"), 0u);
  launchScale(kernel, 47 * 1024 + 1);
  launchScale(kernel, 226 * 1024);
  launchScale(kernel, 100 * 1024);
  EXPECT_EQ(fake().calls("cuFuncSetAttribute"), 1u);
  EXPECT_EQ(fake().calls("cuFuncGetAttribute"), 1u);
  EXPECT_EQ(fake().launches().size(), 4u);
  // The fake kernel has 1 KiB of its own, and the device 227.
  launchScale(kernel, 226 * 1024 + 1);
  EXPECT_EQ(takeError(),
            "mgpuLaunchKernel: launching 'scale': 231425 bytes of dynamic "
            "shared memory are more than the 231424 that the device has beside "
            "the kernel's own");
  launchScale(kernel, -1);
  EXPECT_EQ(takeError(), "mgpuLaunchKernel: launching 'scale': a negative "
                         "amount of dynamic shared memory");
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, ThreadsLoadOnce) {
  void *module = loadPtx();
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (++ready; ready < 8;)
        std::this_thread::yield();
      for (int k = 0; k < 50; ++k) {
        void *stream = mgpuStreamCreate();
        void *memory = mgpuMemAlloc(64, stream, false);
        launchScale(mgpuModuleGetFunction(module, k % 2 ? "scale" : "other"), 0,
                    stream);
        mgpuStreamSynchronize(stream);
        mgpuMemFree(memory, stream);
        mgpuStreamDestroy(stream);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(fake().calls("cuModuleLoadDataEx"), 1u);
  EXPECT_EQ(fake().calls("cuModuleGetFunction"), 2u);
  EXPECT_EQ(fake().launches().size(), 400u);
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, Observer) {
  struct Seen {
    std::string kernel;
    uint32_t grid, block, shared;
    size_t params;
    float factor;
    int answer = 0;
  } seen;
  sparsegpuRuntimeSetLaunchObserver(
      [](const SparseGPULaunch *launch, void *data) {
        auto *seen = static_cast<Seen *>(data);
        *seen = {launch->kernel,
                 launch->grid[1],
                 launch->block[0],
                 launch->dynamicShared,
                 launch->numParams,
                 launch->numParams == 3
                     ? *static_cast<float *>(launch->params[2])
                     : 0.0f,
                 seen->answer};
        EXPECT_EQ(launch->paramBytes, nullptr);
        return seen->answer;
      },
      &seen);
  void *module = loadPtx();
  launchScale(mgpuModuleGetFunction(module, "scale"), 512);
  EXPECT_EQ(seen.kernel, "scale");
  EXPECT_EQ(seen.grid, 1u);
  EXPECT_EQ(seen.block, 32u);
  EXPECT_EQ(seen.shared, 512u);
  EXPECT_EQ(seen.params, 3u);
  EXPECT_EQ(seen.factor, 1.5f);
  // Clusters do not say how many parameters there are; the driver does.
  char value[24] = {};
  void *params[] = {value};
  mgpuLaunchClusterKernel(mgpuModuleGetFunction(module, "other"), 1, 1, 1, 1, 1,
                          1, 32, 1, 1, 0, nullptr, params, nullptr);
  EXPECT_EQ(seen.params, 1u);
  EXPECT_EQ(fake().launches().size(), 2u);
  // Recording without running.
  seen.answer = 1;
  launchScale(mgpuModuleGetFunction(module, "scale"), 256);
  EXPECT_EQ(seen.shared, 256u);
  EXPECT_EQ(fake().launches().size(), 2u);
  sparsegpuRuntimeSetLaunchObserver(nullptr, nullptr);
  launchScale(mgpuModuleGetFunction(module, "scale"), 128);
  EXPECT_EQ(seen.shared, 256u);
  mgpuModuleUnload(module);
}

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

TEST_F(CUDARuntimeTest, Bitcode) {
  char image[] = "BC\xC0\xDE and more";
  EXPECT_EQ(mgpuModuleLoad(image, sizeof(image)), nullptr);
  EXPECT_NE(takeError().find("the module is LLVM bitcode, which only the "
                             "software GPU runs; compile with format=isa, bin "
                             "or fatbin"),
            std::string::npos);
}

TEST_F(CUDARuntimeTest, NoModuleAtAll) {
  char image[] = "hello";
  EXPECT_EQ(mgpuModuleLoad(image, 5), nullptr);
  EXPECT_EQ(takeError(), "mgpuModuleLoad: the module of 5 bytes is neither "
                         "cubin nor fatbin nor PTX");
  EXPECT_EQ(mgpuModuleLoad(nullptr, 5), nullptr);
  EXPECT_EQ(takeError(), "mgpuModuleLoad: the module's address is null");
  EXPECT_EQ(mgpuModuleLoad(image, 0), nullptr);
  EXPECT_NE(takeError().find("0 bytes"), std::string::npos);
  EXPECT_EQ(mgpuModuleGetFunction(nullptr, "scale"), nullptr);
  launchScale(nullptr);
  EXPECT_EQ(takeError(), "mgpuLaunchKernel: launching a null kernel");
}

/// An ELF header without sections, the name of a kernel behind it.
static std::vector<char> makeCubin() {
  std::vector<char> image(64, 0);
  std::memcpy(image.data(),
              "\x7F"
              "ELF",
              4);
  const char name[] = ".text.scale";
  image.insert(image.end(), name, name + sizeof(name));
  uint64_t end = image.size();
  std::memcpy(&image[40], &end, 8);
  return image;
}

TEST_F(CUDARuntimeTest, Cubin) {
  std::vector<char> image = makeCubin();
  void *module = mgpuModuleLoad(image.data(), image.size());
  launchScale(mgpuModuleGetFunction(module, "scale"));
  EXPECT_EQ(fake().launches().size(), 1u);
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, Fatbin) {
  // Magic, version 1, header of 16 bytes, 8 bytes of content.
  char image[24] = {0x50, '\xED', 0x55, '\xBA', 1, 0, 16, 0, 8};
  void *module = mgpuModuleLoad(image, sizeof(image));
  launchScale(mgpuModuleGetFunction(module, "scale"));
  EXPECT_EQ(fake().launches().size(), 1u);
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, PtxOfAnotherChip) {
  void *module = loadPtx();
  fake().setCapability(75);
  launchScale(mgpuModuleGetFunction(module, "scale"));
  EXPECT_EQ(takeError(),
            "mgpuLaunchKernel: launching 'scale': loading the module: "
            "cuModuleLoadDataEx failed with CUDA_ERROR_INVALID_PTX (a PTX JIT "
            "compilation failed); the driver's compiler says: ptxas "
            "application ptx input, line 2; error   : SM version specified by "
            ".target is higher than default SM version assumed fatal   : Ptx "
            "assembly aborted due to errors");
  // A failure is not remembered.
  fake().setCapability(90);
  launchScale(mgpuModuleGetFunction(module, "scale"));
  EXPECT_EQ(fake().launches().size(), 1u);
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, AKernelThatDoesNotExist) {
  void *module = loadPtx();
  launchScale(mgpuModuleGetFunction(module, "missing"));
  EXPECT_EQ(takeError(),
            "mgpuLaunchKernel: launching 'missing': cuModuleGetFunction failed "
            "with CUDA_ERROR_NOT_FOUND (named symbol not found)");
  mgpuModuleUnload(module);
}

TEST_F(CUDARuntimeTest, DimensionsOutOfRange) {
  void *module = loadPtx();
  mgpuLaunchKernel(mgpuModuleGetFunction(module, "scale"), int64_t(1) << 32, 1,
                   1, 32, 1, 1, 0, nullptr, nullptr, nullptr, 0);
  EXPECT_EQ(takeError(), "mgpuLaunchKernel: launching 'scale': a launch "
                         "dimension of 4294967296 is out of range");
  mgpuModuleUnload(module);
}
