//===- PrecompiledModuleTest.cpp - Loading, refusing and linking modules --===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrecompiledModule.h"
#include "PrecompiledTest.h"

#include <cstdio>

using namespace sparsegpu::emulator;

namespace {
class PrecompiledModules : public PrecompiledTest {
protected:
  /// Why bitcode is not compiled.
  std::string refuse(const std::string &bytes, const char *symbol) {
    char *object = nullptr;
    size_t size = 0;
    EXPECT_EQ(sparsegpuEmulatorPrecompile(bytes.data(), bytes.size(), symbol,
                                          &object, &size),
              1);
    EXPECT_EQ(object, nullptr);
    return sparsegpuRuntimeLastError();
  }
};

/// out[i] += `amount`.
std::string adding(int amount, const std::string &attributes = "") {
  std::string text = kernel("ptr %out", R"(
  %p = getelementptr i32, ptr %out, i64 %i64
  %v = load i32, ptr %p
  %w = add i32 %v, )" + std::to_string(amount) +
                                            R"(
  store i32 %w, ptr %p
  ret void)");
  return text.replace(text.find(") {\nentry"), 3, ") " + attributes + " {");
}

std::string trapping(const std::string &body, const std::string &globals) {
  return kernel("ptr %out", R"(
  %c = icmp eq i32 %tid, 7
  br i1 %c, label %bad, label %good
bad:
)" + body + R"(
  unreachable
good:
  ret void)",
                globals);
}
} // namespace

TEST_F(PrecompiledModules, SizeIsIgnoredAndModulesUnload) {
  library.add(adding(3), "m");
  library.link();
  uint32_t *out = array<uint32_t>(32);
  for (size_t size : {size_t(0), size_t(1), SIZE_MAX}) {
    void *module = core.moduleLoad(library.module("m"), size);
    core.launch(core.getFunction(module, "k"), {1}, {32}, 0, out);
    core.moduleUnload(module);
  }
  EXPECT_EQ(core.error(), "");
  EXPECT_EQ(out[31], 9u);
}

TEST_F(PrecompiledModules, SeveralInOneLibrary) {
  // Kernels, variables and helpers have the same names in both.
  library.add(adding(3), "first");
  library.add(adding(50), "second");
  library.link();
  uint32_t *out = array<uint32_t>(32);
  for (const char *symbol : {"first", "second"})
    core.launch(
        core.getFunction(core.moduleLoad(library.module(symbol), 0), "k"), {1},
        {32}, 0, out);
  EXPECT_EQ(core.error(), "");
  EXPECT_EQ(out[0], 53u);
}

TEST_F(PrecompiledModules, TheLibraryWithACompilerRunsThemToo) {
  library.add(adding(3), "m");
  library.link();
  LoadedModule *module = nullptr;
  Status status = device.loadModule(library.module("m"), 0, module);
  ASSERT_TRUE(status.ok()) << status.message();
  Kernel *k = nullptr;
  ASSERT_TRUE(device.getKernel(module, "k", k).ok());
  uint32_t *out = array<uint32_t>(32);
  launch(k, {1}, {32}, out);
  EXPECT_EQ(out[5], 3u);
  for (const char *options : {"counters", "hazards", "schedule=lockstep"}) {
    configure(options);
    EXPECT_EQ(tryLaunch(k, {1}, {32}, 0, out).message(),
              "launch of kernel 'k': it was compiled ahead of time, without "
              "what counters, hazards and the lockstep schedule need; load the "
              "module's bitcode instead, or use sparse-run");
  }
}

TEST_F(PrecompiledModules, ASymbolMayHaveTheNameOfAKernel) {
  library.add(adding(3), "k");
  library.link();
  void *k = core.getFunction(core.moduleLoad(library.module("k"), 0), "k");
  uint32_t *out = array<uint32_t>(1);
  core.launch(k, {1}, {1}, 0, out);
  EXPECT_EQ(out[0], 3u);
}

TEST_F(PrecompiledModules, BitcodeNeedsACompiler) {
  std::string bitcode = assemble(adding(3));
  EXPECT_EQ(core.moduleLoad(bitcode.data(), bitcode.size()), nullptr);
  EXPECT_EQ(core.error(),
            "the module is LLVM bitcode; this software GPU has no compiler; it "
            "runs modules compiled ahead of time (sparsegpuEmulatorPrecompile "
            "of libsparsegpu_emulator.so)");
  alignas(8) char ptx[] = ".version 8.0\n.target sm_80\n";
  EXPECT_EQ(core.moduleLoad(ptx, sizeof(ptx)), nullptr);
  EXPECT_NE(core.error().find("the module is PTX text"), std::string::npos);
  EXPECT_EQ(core.moduleLoad(nullptr, 0), nullptr);
  EXPECT_NE(core.error().find("the module is empty"), std::string::npos);
  char *object = nullptr;
  size_t size = 0;
  EXPECT_EQ(
      core.precompile(bitcode.data(), bitcode.size(), "m", &object, &size), 1);
  EXPECT_NE(std::strstr(core.lastError(), "has no compiler"), nullptr);
}

TEST_F(PrecompiledModules, OtherVersionProcessorOrFunctions) {
  library.add(adding(3), "m");
  library.link();
  auto *descriptor =
      static_cast<const PrecompiledDescriptor *>(library.module("m"));
  EXPECT_EQ(std::memcmp(descriptor, "SGPUmod", 8), 0);
  PrecompiledDescriptor other = *descriptor;
  other.version = 7;
  EXPECT_EQ(core.moduleLoad(&other, 0), nullptr);
  EXPECT_EQ(core.error(),
            "the module was compiled ahead of time for version 7 of the "
            "software GPU's interface; this library has version 2: compile the "
            "module again, or use the library that came with it");
  other = *descriptor;
  other.processor = "x86-64-v9";
  EXPECT_EQ(core.moduleLoad(&other, 0), nullptr);
  EXPECT_EQ(core.error(),
            "the module was compiled ahead of time for x86-64-v9, which this "
            "processor does not run: load the module's bitcode instead, or use "
            "sparse-run");
  other = *descriptor;
  void *slot = nullptr;
  PrecompiledHostFunction function = {"telepathy", &slot};
  other.hostFunctions = &function;
  other.numHostFunctions = 1;
  EXPECT_EQ(core.moduleLoad(&other, 0), nullptr);
  EXPECT_EQ(core.error(), "the module calls 'telepathy', which this software "
                          "GPU does not have");
}

TEST_F(PrecompiledModules, WhatIsNotCompiled) {
  EXPECT_EQ(refuse(assemble(adding(3)), "a-b"),
            "'a-b' cannot be the name of a module; give it a name that C "
            "allows for a variable");
  EXPECT_NE(refuse(assemble(adding(3)), "").find("cannot be the name"),
            std::string::npos);
  EXPECT_NE(refuse("hello", "m").find("in no known format"), std::string::npos);
  EXPECT_NE(refuse("", "m").find("empty"), std::string::npos);
  EXPECT_EQ(
      refuse(assemble("declare void @llvm.nvvm.cp.async.bulk.commit.group()\n" +
                      kernel("ptr %out",
                             "  call void "
                             "@llvm.nvvm.cp.async.bulk.commit.group()\n"
                             "  ret void")),
             "m"),
      "kernel 'k' uses bulk asynchronous copy "
      "'llvm.nvvm.cp.async.bulk.commit.group' of sm_90, which the emulator "
      "does not support");
  EXPECT_EQ(refuse(assemble(adding(3)), "ldexpf"),
            "'ldexpf' is a function of the C library, so it cannot be the name "
            "of a module; give it another");
  EXPECT_EQ(sparsegpuEmulatorPrecompile("", 0, nullptr, nullptr, nullptr), 1);
  EXPECT_NE(std::strstr(sparsegpuRuntimeLastError(), "needs a symbol"),
            nullptr);
}

TEST_F(PrecompiledModules, KernelsAndLaunchesThatAreWrong) {
  void *k = loadIntoCore(adding(3, "\"nvvm.maxntid\"=\"64,2\""));
  uint32_t *out = array<uint32_t>(1);
  auto error = [&](Dim3 grid, Dim3 block, uint32_t shared = 0) {
    core.launch(k, grid, block, shared, out);
    return core.error();
  };
  EXPECT_EQ(error({0}, {32}), "launch of kernel 'k': a dimension is zero: grid "
                              "0x1x1, block 32x1x1");
  EXPECT_EQ(error({1}, {1025}), "launch of kernel 'k': a block of 1025x1x1 is "
                                "above 1024 threads (1024x1024x64)");
  EXPECT_EQ(error({1}, {256}), "launch of kernel 'k': a block of 256 threads; "
                               "the kernel was compiled for 128");
  EXPECT_EQ(error({1}, {1}, 1 << 20),
            "launch of kernel 'k': 0 bytes of static and 1048576 of dynamic "
            "shared memory are above 232448");
  core.launch(k, {1}, {1}, 0);
  EXPECT_EQ(core.error(),
            "launch of kernel 'k': 0 parameters; the kernel takes 1");
  EXPECT_EQ(core.getFunction(core.moduleLoad(library.module("test_module"), 0),
                             "nope"),
            nullptr);
  EXPECT_EQ(core.error(), "the module has no kernel 'nope'; it has 'k'");
  EXPECT_EQ(core.setOptions("hazards"), 0);
  core.launch(k, {1}, {1}, 0, out);
  EXPECT_NE(core.error().find("compiled ahead of time, without"),
            std::string::npos);
  EXPECT_EQ(out[0], 0u);
}

TEST_F(PrecompiledModules, StaticSharedMemoryCounts) {
  void *k = loadIntoCore(kernel("ptr %out", R"(
  %s = getelementptr [1024 x i32], ptr addrspace(3) @static, i32 0, i32 %tid
  store i32 1, ptr addrspace(3) %s
  ret void)",
                                "@static = internal addrspace(3) global [1024 "
                                "x i32] undef, align 16\n"));
  core.launch(k, {1}, {1}, 230000, array<uint32_t>(1));
  EXPECT_EQ(core.error(),
            "launch of kernel 'k': 4096 bytes of static and 230000 of dynamic "
            "shared memory are above 232448");
}

TEST_F(PrecompiledModules, Trap) {
  void *k = loadIntoCore(
      trapping("  call void @llvm.trap()", "declare void @llvm.trap()\n"));
  uint32_t *out = array<uint32_t>(1);
  core.launch(k, {1}, {32}, 0, out);
  EXPECT_EQ(core.error(), "kernel 'k', block (0,0,0), thread (7,0,0): trap");
}

TEST_F(PrecompiledModules, Assertion) {
  void *k = loadIntoCore(
      trapping("  call void @__assertfail(ptr @m, ptr @f, i32 12, ptr @f, i64 "
               "1)",
               "@m = private constant [6 x i8] c\"a < b\\00\"\n"
               "@f = private constant [5 x i8] c\"x.cu\\00\"\n"
               "declare void @__assertfail(ptr, ptr, i32, ptr, i64)\n"));
  core.launch(k, {1}, {32}, 0, array<uint32_t>(1));
  EXPECT_EQ(core.error(), "kernel 'k', block (0,0,0), thread (7,0,0): "
                          "assertion 'a < b' failed at x.cu:12");
}

TEST_F(PrecompiledModules, DeadlockNamesWhatIsWaitedFor) {
  void *k = loadIntoCore(kernel("ptr %out", R"(
  %c = icmp eq i32 %tid, 7
  br i1 %c, label %one, label %other
one:
  call void @llvm.nvvm.barrier.cta.sync.all(i32 3)
  ret void
other:
  call void @llvm.nvvm.barrier.cta.sync.all(i32 4)
  ret void)"));
  core.launch(k, {1}, {32}, 0, array<uint32_t>(1));
  EXPECT_EQ(core.error(),
            "deadlock in kernel 'k', block (0,0,0): 1 thread waits at barrier "
            "3 (first: thread (7,0,0)), 31 threads wait at barrier 4 (first: "
            "thread (0,0,0)), 0 exited");
}

TEST_F(PrecompiledModules, RunWhereThereIsNoLLVM) {
  library.add(kernel("ptr %out, i32 %n", R"(
  %f = sitofp i32 %tid to float
  %e = call float @__nv_exp2f(float %f)
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %h = fptrunc float %e to bfloat
  %g = fpext bfloat %h to float
  %v = fptosi float %g to i32
  %w = add i32 %v, %n
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %w, ptr %p
  ret void)",
                     "declare float @__nv_exp2f(float)\n"),
              "m");
  library.link();
  std::string command = std::string(SPARSEGPU_EMULATOR_RUNNER) + " " +
                        SPARSEGPU_EMULATOR_CORE + " " + library.path() +
                        " m k 4 1000 2>&1";
  std::FILE *pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string printed;
  for (int c; (c = std::fgetc(pipe)) != EOF;)
    printed += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(printed, "1001\n1002\n1004\n1008\n"
                     "0 libraries of LLVM or C++\n");
}
