//===- RefusalTest.cpp - What is not bitcode, or not supported ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

#include <thread>

using namespace sparsegpu::emulator;

namespace {
class Refusal : public EmulatorTest {
protected:
  std::string refuse(const std::string &bytes) {
    LoadedModule *module = nullptr;
    Status status = device.loadModule(bytes.data(), bytes.size(), module);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.message().find('\n'), std::string::npos);
    return status.message();
  }
};
} // namespace

TEST_F(Refusal, OtherFormats) {
  std::string ptx = "//\n.version 8.0\n.target sm_80\n.address_size 64\n";
  for (auto &[bytes, what] : std::vector<std::pair<std::string, std::string>>{
           {ptx, "PTX text"},
           {std::string("\x7f"
                        "ELF\x02\x01\x01\x33") +
                std::string(64, '\0'),
            "a cubin (ELF)"},
           {"\x50\xed\x55\xba"
            "0123456789",
            "a fat binary"},
           {"", "empty"},
           {"hello", "in no known format"}}) {
    std::string message = refuse(bytes);
    EXPECT_NE(message.find(what), std::string::npos) << message;
    EXPECT_NE(message.find("format=llvm"), std::string::npos) << message;
  }
}

TEST_F(Refusal, DamagedBitcode) {
  std::string good = assemble(kernel("ptr %out", "  ret void"));
  // Any damage is an error or leaves a module; nothing crashes.
  for (size_t length = 4; length < good.size(); length += 97)
    refuse(good.substr(0, length));
  unsigned refused = 0;
  for (size_t i = 8; i < good.size(); i += 11) {
    std::string bad = good;
    bad[i] ^= 0x5a;
    LoadedModule *module = nullptr;
    refused += !device.loadModule(bad.data(), bad.size(), module).ok();
  }
  EXPECT_GT(refused, 0u);
}

TEST_F(Refusal, OtherTarget) {
  std::string message =
      refuse(assemble("define void @k() { ret void }", "amdgcn-amd-amdhsa"));
  EXPECT_NE(message.find("not for nvptx64"), std::string::npos) << message;
}

TEST_F(Refusal, UnknownOperationsNameKernelAndOperation) {
  EXPECT_EQ(
      loadError("declare void @llvm.nvvm.cp.async.bulk.commit.group()\n" +
                kernel("ptr %out",
                       "  call void "
                       "@llvm.nvvm.cp.async.bulk.commit.group()\n  ret void")),
      "kernel 'k' uses bulk asynchronous copy "
      "'llvm.nvvm.cp.async.bulk.commit.group' of sm_90, which the emulator "
      "does not support");
  EXPECT_EQ(loadError(kernel("ptr %out", "  call void @helper()\n  ret void",
                             "declare i32 @llvm.nvvm.vote.ballot(i1)\n"
                             "define internal void @helper() {\n"
                             "  %b = call i32 @llvm.nvvm.vote.ballot(i1 true)\n"
                             "  ret void\n}\n")),
            "kernel 'k' uses operation 'llvm.nvvm.vote.ballot', which the "
            "emulator does not support");
  EXPECT_EQ(
      loadError(kernel("ptr %out", "  call void @other(i32 1)\n  ret void",
                       "declare void @other(i32)\n")),
      "kernel 'k' uses function 'other', which is not defined, which the "
      "emulator does not support");
  EXPECT_EQ(
      loadError(kernel("ptr %out", "  call void asm sideeffect \"bar.pop 0;\", "
                                   "\"\"()\n  ret void")),
      "kernel 'k' uses inline assembly 'bar.pop 0;', which the emulator "
      "does not support");
  EXPECT_NE(loadError(kernel("ptr %f", "  call void %f()\n  ret void"))
                .find("an indirect call"),
            std::string::npos);
}

TEST_F(Refusal, WhatNoKernelReachesDoesNotMatter) {
  EXPECT_NE(load(kernel("ptr %out", "  ret void",
                        "declare void @llvm.nvvm.cp.async.bulk.commit.group()\n"
                        "define internal void @unused() {\n"
                        "  call void @llvm.nvvm.cp.async.bulk.commit.group()\n"
                        "  ret void\n}\n")),
            nullptr);
}

TEST_F(Refusal, Launches) {
  std::string text = kernel("ptr %out", "  ret void");
  Kernel *k = load(text);
  uint32_t *out = array<uint32_t>(1);
  auto error = [&](Dim3 grid, Dim3 block) {
    return tryLaunch(k, grid, block, 0, out).message();
  };
  EXPECT_EQ(error({0}, {32}), "launch of kernel 'k': a dimension is zero: grid "
                              "0x1x1, block 32x1x1");
  EXPECT_EQ(error({1}, {1025}), "launch of kernel 'k': a block of 1025x1x1 is "
                                "above 1024 threads (1024x1024x64)");
  EXPECT_EQ(error({1, 70000}, {1}),
            "launch of kernel 'k': a grid of 1x70000x1 is above "
            "2147483647x65535x65535");
  EXPECT_EQ(tryLaunch(k, {1}, {1}, 0).message(),
            "launch of kernel 'k': 0 parameters; the kernel takes 1");
  LoadedModule *module = nullptr;
  std::string bitcode = assemble(text);
  ASSERT_TRUE(device.loadModule(bitcode.data(), bitcode.size(), module).ok());
  Kernel *missing = nullptr;
  EXPECT_EQ(device.getKernel(module, "x", missing).message(),
            "the module has no kernel 'x'; it has 'k'");
  EXPECT_TRUE(device.unloadModule(module).ok());
  EXPECT_FALSE(device.unloadModule(module).ok());
}

TEST_F(Refusal, BlockAboveMaxntid) {
  std::string text = kernel("ptr %out", "  ret void");
  text.replace(text.find(") {\nentry"), 3, ") \"nvvm.maxntid\"=\"64,2\" {");
  Kernel *k = load(text);
  EXPECT_EQ(tryLaunch(k, {1}, {256}, 0, array<uint32_t>(1)).message(),
            "launch of kernel 'k': a block of 256 threads; the kernel was "
            "compiled for 128");
}

TEST_F(Refusal, TrapAndAssert) {
  Kernel *k = load(kernel("ptr %out", R"(
  %c = icmp eq i32 %tid, 7
  br i1 %c, label %bad, label %good
bad:
  call void @llvm.trap()
  unreachable
good:
  ret void)",
                          "declare void @llvm.trap()\n"));
  EXPECT_EQ(tryLaunch(k, {1}, {32}, 0, array<uint32_t>(1)).message(),
            "kernel 'k', block (0,0,0), thread (7,0,0): trap");
  k = load(kernel("ptr %out", R"(
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  call void @__assertfail(ptr @m, ptr @f, i32 12, ptr @f, i64 1)
  ret void)",
                  "@m = private constant [6 x i8] c\"a < b\\00\"\n"
                  "@f = private constant [5 x i8] c\"x.cu\\00\"\n"
                  "declare void @__assertfail(ptr, ptr, i32, ptr, i64)\n"));
  std::string message = tryLaunch(k, {1}, {1}, 0, array<uint32_t>(1)).message();
  EXPECT_EQ(message, "kernel 'k', block (0,0,0), thread (0,0,0): assertion 'a "
                     "< b' failed at x.cu:12");
  // The device can go on.
  launch(load(kernel("ptr %out", "  ret void")), {4}, {64}, array<uint32_t>(1));
}

// What NVPTX cannot be given as a module: an error, not something else.
TEST_F(Refusal, ModulesAsAWhole) {
  std::string constructor = R"(
@x = addrspace(1) global i32 5
@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }]
  [{ i32, ptr, ptr } { i32 65535, ptr @init, ptr null }]
define internal void @init() {
  store i32 77, ptr addrspace(1) @x
  ret void
}
)";
  std::string message =
      refuse(assemble(kernel("ptr %out", "  ret void", constructor)));
  EXPECT_NE(message.find("constructors"), std::string::npos) << message;
  message = refuse(assemble(
      kernel("ptr %out", "  ret void", "@t = thread_local global i32 5\n")));
  EXPECT_NE(message.find("variable 't' is thread-local"), std::string::npos)
      << message;
  message = refuse(assemble(kernel("ptr %out",
                                   "  call void @llvm.x86.sse2.pause()\n"
                                   "  ret void",
                                   "declare void @llvm.x86.sse2.pause()\n")));
  EXPECT_NE(message.find("llvm.x86.sse2.pause"), std::string::npos) << message;
}
