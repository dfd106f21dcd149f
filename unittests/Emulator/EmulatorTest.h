//===- EmulatorTest.h - Runs kernels given as LLVM IR -----------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_EMULATORTEST_H
#define SPARSEGPU_UNITTESTS_EMULATOR_EMULATORTEST_H

#include "SparseGPU/Runtime/Emulator.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace sparsegpu::emulator {

/// NVPTX bitcode of a module given as text, without its layout and triple.
inline std::string assemble(const std::string &body,
                            const std::string &triple = "nvptx64-nvidia-cuda") {
  std::string text = "target datalayout = "
                     "\"e-p6:32:32-i64:64-i128:128-i256:256-v16:16-v32:32-n16:"
                     "32:64\"\ntarget triple = \"" +
                     triple + "\"\n" + body;
  llvm::LLVMContext context;
  llvm::SMDiagnostic error;
  auto module = llvm::parseAssemblyString(text, error, context);
  if (!module) {
    error.print("test", llvm::errs());
    ADD_FAILURE() << "the test's module does not parse";
    return "";
  }
  std::string bitcode;
  llvm::raw_string_ostream os(bitcode);
  llvm::WriteBitcodeToFile(*module, os);
  return bitcode;
}

/// A device of its own for each test.
class EmulatorTest : public ::testing::Test {
protected:
  Device device;

  void configure(const std::string &text) {
    Options options;
    Status status = Options::parse(text, options);
    ASSERT_TRUE(status.ok()) << status.message();
    device.setOptions(options);
  }

  Kernel *load(const std::string &body, const std::string &name = "k") {
    std::string bitcode = assemble(body);
    LoadedModule *module = nullptr;
    Status status = device.loadModule(bitcode.data(), bitcode.size(), module);
    EXPECT_TRUE(status.ok()) << status.message();
    Kernel *kernel = nullptr;
    if (status.ok()) {
      status = device.getKernel(module, name, kernel);
      EXPECT_TRUE(status.ok()) << status.message();
    }
    return kernel;
  }

  /// Loads a module that must be refused and returns why.
  std::string loadError(const std::string &body) {
    std::string bitcode = assemble(body);
    LoadedModule *module = nullptr;
    Status status = device.loadModule(bitcode.data(), bitcode.size(), module);
    EXPECT_FALSE(status.ok());
    return status.message();
  }

  template <typename... Args>
  Status tryLaunch(Kernel *kernel, Dim3 grid, Dim3 block, uint32_t shared,
                   Args... args) {
    if (!kernel)
      return Status::error("no kernel");
    std::array<void *, sizeof...(Args) + 1> params{
        {static_cast<void *>(&args)..., nullptr}};
    LaunchConfig config;
    config.grid = grid;
    config.block = block;
    config.dynamicShared = shared;
    return device.launch(kernel, config, params.data(), sizeof...(Args));
  }

  template <typename... Args>
  void launch(Kernel *kernel, Dim3 grid, Dim3 block, Args... args) {
    Status status = tryLaunch(kernel, grid, block, 0, args...);
    EXPECT_TRUE(status.ok()) << status.message();
  }

  /// Device memory, which on this device is host memory.
  template <typename T> T *array(size_t size, T value = T()) {
    T *data = static_cast<T *>(device.allocate(size * sizeof(T)));
    std::vector<T> values(size, value);
    EXPECT_TRUE(device.copy(data, values.data(), size * sizeof(T)).ok());
    return data;
  }

  template <typename T> T *iota(size_t size, T first = T()) {
    T *data = array<T>(size);
    for (size_t i = 0; i < size; ++i)
      data[i] = first + T(i);
    return data;
  }
};

/// Declarations that most kernels want; unused ones do no harm.
inline const char *prelude() {
  return R"(
declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.tid.y()
declare i32 @llvm.nvvm.read.ptx.sreg.tid.z()
declare i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ntid.y()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.y()
declare i32 @llvm.nvvm.read.ptx.sreg.ctaid.z()
declare i32 @llvm.nvvm.read.ptx.sreg.nctaid.x()
declare void @llvm.nvvm.barrier.cta.sync.aligned.all(i32)
declare void @llvm.nvvm.barrier.cta.sync.aligned.count(i32, i32)
declare void @llvm.nvvm.barrier.cta.sync.all(i32)
declare void @llvm.nvvm.barrier.cta.arrive.aligned.count(i32, i32)
declare void @llvm.nvvm.bar.warp.sync(i32)
declare void @llvm.nvvm.exit()
)";
}

/// A kernel `k` whose threads know %tid, %lane (tid & 31), %ctaid and the
/// global index %i (as i64 %i64).
inline std::string kernel(const std::string &params, const std::string &body,
                          const std::string &globals = "") {
  return std::string(prelude()) + globals + "\ndefine ptx_kernel void @k(" +
         params + ") {" + R"(
entry:
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %ntid = call i32 @llvm.nvvm.read.ptx.sreg.ntid.x()
  %ctaid = call i32 @llvm.nvvm.read.ptx.sreg.ctaid.x()
  %lane = and i32 %tid, 31
  %base = mul i32 %ctaid, %ntid
  %i = add i32 %base, %tid
  %i64 = zext i32 %i to i64
  %tid64 = zext i32 %tid to i64
)" + body +
         "\n}\n";
}

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_UNITTESTS_EMULATOR_EMULATORTEST_H
