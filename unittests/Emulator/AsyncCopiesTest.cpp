//===- AsyncCopiesTest.cpp - cp.async and its waits -----------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmulatorTest.h"

using namespace sparsegpu::emulator;

namespace {
const char *declarations = R"(
@s = internal addrspace(3) global [4096 x i32] undef, align 16
declare void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3), ptr addrspace(1))
declare void @llvm.nvvm.cp.async.ca.shared.global.8(ptr addrspace(3), ptr addrspace(1))
declare void @llvm.nvvm.cp.async.ca.shared.global.16(ptr addrspace(3), ptr addrspace(1))
declare void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3), ptr addrspace(1))
declare void @llvm.nvvm.cp.async.ca.shared.global.4.s(ptr addrspace(3), ptr addrspace(1), i32)
declare void @llvm.nvvm.cp.async.ca.shared.global.8.s(ptr addrspace(3), ptr addrspace(1), i32)
declare void @llvm.nvvm.cp.async.ca.shared.global.16.s(ptr addrspace(3), ptr addrspace(1), i32)
declare void @llvm.nvvm.cp.async.cg.shared.global.16.s(ptr addrspace(3), ptr addrspace(1), i32)
declare void @llvm.nvvm.cp.async.commit.group()
declare void @llvm.nvvm.cp.async.wait.group(i32 immarg)
declare void @llvm.nvvm.cp.async.wait.all()
)";

/// Where thread i copies to and from: `bytes` each.
std::string addresses(unsigned bytes) {
  std::string n = std::to_string(bytes);
  return "  %off = mul i32 %tid, " + n +
         "\n  %d = getelementptr i8, ptr addrspace(3) @s, i32 %off\n"
         "  %g = addrspacecast ptr %in to ptr addrspace(1)\n"
         "  %off64 = zext i32 %off to i64\n"
         "  %src = getelementptr i8, ptr addrspace(1) %g, i64 %off64\n";
}

/// Writes what thread i has in its `bytes` of shared memory to out.
std::string copyOut(unsigned bytes) {
  std::string type = "i" + std::to_string(8 * bytes);
  return "  %val = load " + type +
         ", ptr addrspace(3) %d, align 4\n"
         "  %o = getelementptr i8, ptr %out, i64 %off64\n  store " +
         type + " %val, ptr %o, align 4\n  ret void";
}

class AsyncCopies : public EmulatorTest {
protected:
  uint8_t *input(size_t bytes) {
    uint8_t *in = array<uint8_t>(bytes);
    for (size_t i = 0; i < bytes; ++i)
      in[i] = uint8_t(1 + i * 7 % 251);
    return in;
  }
};
const char *everySchedule[] = {"seed=0",  "seed=1",   "seed=2",
                               "seed=77", "counters", "schedule=lockstep",
                               "hazards"};
} // namespace

TEST_F(AsyncCopies, EverySize) {
  for (std::string form : {"ca.shared.global.4", "ca.shared.global.8",
                           "ca.shared.global.16", "cg.shared.global.16"}) {
    unsigned bytes = std::stoi(form.substr(form.rfind('.') + 1));
    std::string body = addresses(bytes) + "  call void @llvm.nvvm.cp.async." +
                       form +
                       "(ptr addrspace(3) %d, ptr addrspace(1) %src)\n"
                       "  call void @llvm.nvvm.cp.async.wait.all()\n" +
                       copyOut(bytes);
    Kernel *k = load(kernel("ptr %out, ptr %in", body, declarations));
    for (const char *options : everySchedule) {
      configure(options);
      uint8_t *in = input(64 * bytes), *out = array<uint8_t>(64 * bytes);
      launch(k, {1}, {64}, out, in);
      EXPECT_EQ(std::vector<uint8_t>(in, in + 64 * bytes),
                std::vector<uint8_t>(out, out + 64 * bytes))
          << form << " " << options;
    }
  }
  EXPECT_TRUE(device.hazards().empty());
}

TEST_F(AsyncCopies, SourceSizeFillsWithZeros) {
  for (std::string form : {"ca.shared.global.4", "ca.shared.global.8",
                           "ca.shared.global.16", "cg.shared.global.16"}) {
    unsigned bytes = std::stoi(form.substr(form.rfind('.') + 1));
    // Thread i asks for i % (bytes + 1) bytes.
    std::string body = addresses(bytes) + "  %n = urem i32 %tid, " +
                       std::to_string(bytes + 1) +
                       "\n  call void @llvm.nvvm.cp.async." + form +
                       ".s(ptr addrspace(3) %d, ptr addrspace(1) %src, "
                       "i32 %n)\n"
                       "  call void @llvm.nvvm.cp.async.commit.group()\n"
                       "  call void @llvm.nvvm.cp.async.wait.group(i32 0)\n" +
                       copyOut(bytes);
    Kernel *k = load(kernel("ptr %out, ptr %in", body, declarations));
    for (const char *options : everySchedule) {
      configure(options);
      uint8_t *in = input(64 * bytes), *out = array<uint8_t>(64 * bytes, 9);
      launch(k, {1}, {64}, out, in);
      for (unsigned i = 0; i < 64 * bytes; ++i)
        ASSERT_EQ(out[i], i % bytes < i / bytes % (bytes + 1) ? in[i] : 0)
            << form << " byte " << i << " " << options;
    }
  }
}

TEST_F(AsyncCopies, SourceSizeZeroTouchesNothing) {
  std::string body = addresses(16) + R"(
  %wild = inttoptr i64 12345 to ptr addrspace(1)
  call void @llvm.nvvm.cp.async.cg.shared.global.16.s(ptr addrspace(3) %d, ptr addrspace(1) %wild, i32 0)
  call void @llvm.nvvm.cp.async.commit.group()
  call void @llvm.nvvm.cp.async.wait.group(i32 0)
)" + copyOut(16);
  Kernel *k = load(kernel("ptr %out, ptr %in", body, declarations));
  for (const char *options : everySchedule) {
    configure(options);
    uint8_t *out = array<uint8_t>(512, 7);
    launch(k, {1}, {32}, out, out);
    EXPECT_EQ(std::vector<uint8_t>(out, out + 512), std::vector<uint8_t>(512));
  }
  EXPECT_TRUE(device.hazards().empty());
}

TEST_F(AsyncCopies, AMissingWaitGivesStaleData) {
  // The default lands copies at the wait; without one shared memory still has
  // what it had (bytes 0xff), behind a barrier as well.
  std::string body = addresses(4) + R"(
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %d, ptr addrspace(1) %src)
  call void @llvm.nvvm.cp.async.commit.group()
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
)" + copyOut(4);
  Kernel *k = load(kernel("ptr %out, ptr %in", body, declarations));
  uint8_t *in = input(256), *out = array<uint8_t>(256);
  launch(k, {1}, {64}, out, in);
  EXPECT_EQ(std::vector<uint8_t>(out, out + 256),
            std::vector<uint8_t>(256, 0xff));
  // Other seeds draw it for each copy, and lockstep copies at once.
  configure("seed=3");
  launch(k, {1}, {64}, out, in);
  unsigned stale = 0;
  for (unsigned i = 0; i < 64; ++i)
    stale += out[4 * i] == 0xff && out[4 * i + 1] == 0xff;
  EXPECT_GT(stale, 10u);
  EXPECT_LT(stale, 54u);
  configure("schedule=lockstep");
  launch(k, {1}, {64}, out, in);
  EXPECT_EQ(std::vector<uint8_t>(out, out + 256),
            std::vector<uint8_t>(in, in + 256));
  // Many seeds tell on it.
  configure("seeds=4");
  Status status = tryLaunch(k, {1}, {64}, 0, out, in);
  EXPECT_NE(status.message().find("gives one result under seed 0 and another "
                                  "under seed 1"),
            std::string::npos)
      << status.message();
}

TEST_F(AsyncCopies, GroupsCompleteInOrder) {
  // Four groups, each into its own words; after wait_group n the n last ones
  // are still on their way.
  for (unsigned n = 0; n < 6; ++n) {
    std::string body = addresses(16);
    for (unsigned group = 0; group < 4; ++group) {
      std::string g = std::to_string(group), at = std::to_string(4 * group);
      body += "  %d" + g + " = getelementptr i8, ptr addrspace(3) %d, i32 " +
              at + "\n  %s" + g +
              " = getelementptr i8, ptr addrspace(1) %src, i32 " + at +
              "\n  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr "
              "addrspace(3) %d" +
              g + ", ptr addrspace(1) %s" + g +
              ")\n  call void @llvm.nvvm.cp.async.commit.group()\n";
    }
    body += "  call void @llvm.nvvm.cp.async.wait.group(i32 " +
            std::to_string(n) + ")\n" + copyOut(16);
    Kernel *k = load(kernel("ptr %out, ptr %in", body, declarations));
    uint8_t *in = input(512), *out = array<uint8_t>(512);
    launch(k, {1}, {32}, out, in);
    for (unsigned i = 0; i < 512; ++i)
      ASSERT_EQ(out[i], i % 16 / 4 + n < 4 ? in[i] : 0xff)
          << "wait_group " << n << " byte " << i;
  }
}

TEST_F(AsyncCopies, WaitGroupLeavesWhatIsNotCommitted) {
  for (bool all : {false, true}) {
    std::string body =
        addresses(4) + R"(
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %d, ptr addrspace(1) %src)
)" +
        (all ? "  call void @llvm.nvvm.cp.async.wait.all()\n"
             : "  call void @llvm.nvvm.cp.async.wait.group(i32 0)\n") +
        copyOut(4);
    uint8_t *in = input(128), *out = array<uint8_t>(128);
    launch(load(kernel("ptr %out, ptr %in", body, declarations)), {1}, {32},
           out, in);
    for (unsigned i = 0; i < 128; ++i)
      ASSERT_EQ(out[i], all ? in[i] : 0xff);
  }
}

TEST_F(AsyncCopies, ALateCopyReadsItsSourceLate) {
  // The source is overwritten before the wait: a race that the default shows.
  std::string body = addresses(4) + R"(
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %d, ptr addrspace(1) %src)
  store i32 -559038737, ptr addrspace(1) %src
  call void @llvm.nvvm.cp.async.wait.all()
)" + copyOut(4);
  Kernel *k = load(kernel("ptr %out, ptr %in", body, declarations));
  uint32_t *in = array<uint32_t>(32, 5), *out = array<uint32_t>(32);
  launch(k, {1}, {32}, out, in);
  EXPECT_EQ(out[9], 0xdeadbeefu);
}

TEST_F(AsyncCopies, AnEarlyCopyOverwritesWhatOthersStillRead) {
  // Thread i copies over the word of its mirror without a barrier.
  std::string body = addresses(4) + R"(
  store i32 %tid, ptr addrspace(3) %d
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %last = sub i32 %ntid, 1
  %m = sub i32 %last, %tid
  %other = getelementptr i32, ptr addrspace(3) @s, i32 %m
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %other, ptr addrspace(1) %src)
  %val = load i32, ptr addrspace(3) %d
  call void @llvm.nvvm.cp.async.wait.all()
  %o = getelementptr i8, ptr %out, i64 %off64
  store i32 %val, ptr %o
  ret void)";
  Kernel *k = load(kernel("ptr %out, ptr %in", body, declarations));
  uint32_t *in = array<uint32_t>(64, 5), *out = array<uint32_t>(64);
  configure("seeds=8");
  EXPECT_FALSE(tryLaunch(k, {1}, {64}, 0, out, in).ok());
}

TEST_F(AsyncCopies, PipelineOfStagesUnderManySeeds) {
  // Three stages over sixteen tiles, as kernels of this field do it: each
  // thread sums a column that other threads copied.
  const char *body = R"(
  %g = addrspacecast ptr %in to ptr addrspace(1)
  %t16 = mul i32 %tid, 16
  %pos0 = zext i32 %t16 to i64
  br label %prologue
prologue:
  %p = phi i32 [0, %entry], [%p1, %prologue]
  %pb = mul i32 %p, 1024
  %pd = add i32 %pb, %t16
  %dst0 = getelementptr i8, ptr addrspace(3) @s, i32 %pd
  %pd64 = zext i32 %pd to i64
  %src0 = getelementptr i8, ptr addrspace(1) %g, i64 %pd64
  call void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3) %dst0, ptr addrspace(1) %src0)
  call void @llvm.nvvm.cp.async.commit.group()
  %p1 = add i32 %p, 1
  %pc = icmp ult i32 %p1, 2
  br i1 %pc, label %prologue, label %loop
loop:
  %k = phi i32 [0, %prologue], [%k1, %next]
  %sum = phi i32 [0, %prologue], [%sum4, %next]
  call void @llvm.nvvm.cp.async.wait.group(i32 1)
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %stage = urem i32 %k, 3
  %sb = mul i32 %stage, 1024
  %rot = xor i32 %t16, 1008
  %ra = add i32 %sb, %rot
  %rp = getelementptr i8, ptr addrspace(3) @s, i32 %ra
  %vec = load <4 x i32>, ptr addrspace(3) %rp, align 16
  %e0 = extractelement <4 x i32> %vec, i32 0
  %e3 = extractelement <4 x i32> %vec, i32 3
  %mul = mul i32 %sum, 3
  %add = add i32 %mul, %e0
  %sum4 = add i32 %add, %e3
  %k2 = add i32 %k, 2
  %more = icmp ult i32 %k2, 16
  br i1 %more, label %issue, label %next
issue:
  %nstage = urem i32 %k2, 3
  %nb = mul i32 %nstage, 1024
  %nd = add i32 %nb, %t16
  %ndst = getelementptr i8, ptr addrspace(3) @s, i32 %nd
  %gb = mul i32 %k2, 1024
  %go = add i32 %gb, %t16
  %go64 = zext i32 %go to i64
  %nsrc = getelementptr i8, ptr addrspace(1) %g, i64 %go64
  call void @llvm.nvvm.cp.async.cg.shared.global.16(ptr addrspace(3) %ndst, ptr addrspace(1) %nsrc)
  br label %next
next:
  call void @llvm.nvvm.cp.async.commit.group()
  %k1 = add i32 %k, 1
  %c = icmp ult i32 %k1, 16
  br i1 %c, label %loop, label %done
done:
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %sum4, ptr %o
  ret void)";
  Kernel *k = load(kernel("ptr %out, ptr %in", body, declarations));
  uint32_t *in = array<uint32_t>(16 * 256);
  for (unsigned i = 0; i < 16 * 256; ++i)
    in[i] = i * 2654435761u;
  uint32_t *out = array<uint32_t>(64);
  for (const char *options :
       {"seeds=16", "schedule=lockstep", "hazards", "counters"}) {
    configure(options);
    launch(k, {1}, {64}, out, in);
    for (unsigned t = 0; t < 64; ++t) {
      uint32_t sum = 0;
      for (unsigned tile = 0; tile < 16; ++tile) {
        const uint32_t *row = in + tile * 256 + (63 - t) * 4;
        sum = sum * 3 + row[0] + row[3];
      }
      ASSERT_EQ(out[t], sum) << options;
    }
  }
  EXPECT_TRUE(device.hazards().empty());
}

TEST_F(AsyncCopies, WrongSizesAndAddresses) {
  std::string copy =
      "  call void @llvm.nvvm.cp.async.ca.shared.global.16.s(ptr "
      "addrspace(3) %d, ptr addrspace(1) %src, i32 %n)\n  ret void";
  Kernel *k =
      load(kernel("ptr %in, i32 %n", addresses(16) + copy, declarations));
  uint8_t *in = input(1024);
  EXPECT_EQ(tryLaunch(k, {1}, {1}, 0, in, 17u).message(),
            "kernel 'k', block (0,0,0), thread (0,0,0): cp.async of 16 bytes "
            "with a source size of 17");
  configure("hazards");
  // The source ends inside of what is read; misaligned; a block too large.
  ASSERT_TRUE(tryLaunch(k, {1}, {1}, 0, in + 1016, 16u).ok());
  ASSERT_TRUE(tryLaunch(k, {1}, {1}, 0, in + 4, 16u).ok());
  ASSERT_TRUE(tryLaunch(k, {1}, {1}, 0, in + 1008, 16u).ok());
  std::vector<Hazard> hazards = device.hazards();
  ASSERT_EQ(hazards.size(), 2u);
  EXPECT_EQ(hazards[0].kind, "out-of-bounds global access");
  EXPECT_EQ(hazards[1].kind, "misaligned access");
}
