//===- MbarrierTest.cpp - mbarriers in shared memory ----------------------===//
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
@bar = internal addrspace(3) global i64 undef, align 8
@s = internal addrspace(3) global [1024 x i32] undef, align 16
declare void @llvm.nvvm.mbarrier.init(ptr, i32)
declare void @llvm.nvvm.mbarrier.init.shared(ptr addrspace(3), i32)
declare void @llvm.nvvm.mbarrier.inval(ptr)
declare void @llvm.nvvm.mbarrier.inval.shared(ptr addrspace(3))
declare i64 @llvm.nvvm.mbarrier.arrive(ptr)
declare i64 @llvm.nvvm.mbarrier.arrive.shared(ptr addrspace(3))
declare i64 @llvm.nvvm.mbarrier.arrive.noComplete(ptr, i32)
declare i64 @llvm.nvvm.mbarrier.arrive.noComplete.shared(ptr addrspace(3), i32)
declare i64 @llvm.nvvm.mbarrier.arrive.drop(ptr)
declare i64 @llvm.nvvm.mbarrier.arrive.drop.shared(ptr addrspace(3))
declare i64 @llvm.nvvm.mbarrier.arrive.drop.noComplete(ptr, i32)
declare i64 @llvm.nvvm.mbarrier.arrive.drop.noComplete.shared(ptr addrspace(3), i32)
declare i1 @llvm.nvvm.mbarrier.test.wait(ptr, i64)
declare i1 @llvm.nvvm.mbarrier.test.wait.shared(ptr addrspace(3), i64)
declare i1 @llvm.nvvm.mbarrier.test.wait.parity.scope.cta.space.cta(ptr addrspace(3), i32)
declare i32 @llvm.nvvm.mbarrier.pending.count(i64)
declare void @llvm.nvvm.cp.async.mbarrier.arrive(ptr)
declare void @llvm.nvvm.cp.async.mbarrier.arrive.shared(ptr addrspace(3))
declare void @llvm.nvvm.cp.async.mbarrier.arrive.noinc(ptr)
declare void @llvm.nvvm.cp.async.mbarrier.arrive.noinc.shared(ptr addrspace(3))
declare void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3), ptr addrspace(1))
)";

class Mbarriers : public EmulatorTest {};

const char *everySchedule[] = {
    "seed=0", "seed=1", "seed=5", "schedule=lockstep", "counters", "hazards"};

/// A statement on @bar, in its generic or its shared form. "NAME(OPERANDS)".
std::string onBarrier(bool generic, const std::string &result,
                      const std::string &name, const std::string &more = "") {
  std::string call = result + " @llvm.nvvm." + name;
  if (generic)
    call += "(ptr addrspacecast (ptr addrspace(3) @bar to ptr)";
  else
    call += ".shared(ptr addrspace(3) @bar";
  return call + more + ")\n";
}

/// Thread 0 initialises @bar with a count; all see it.
std::string initialised(bool generic, const std::string &count) {
  return R"(
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %init, label %ready
init:
  call )" +
         onBarrier(generic, "void", "mbarrier.init", ", i32 " + count) +
         R"(  br label %ready
ready:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
)";
}

/// Runs one thread that writes 8 numbers.
std::string oneThread(const std::string &body) {
  return kernel("ptr %out", body + "  ret void", declarations);
}

std::string put(unsigned index, const std::string &value,
                const std::string &type) {
  std::string n = std::to_string(index);
  return "  %w" + n + " = zext " + type + " " + value + " to i64\n  %q" + n +
         " = getelementptr i64, ptr %out, i64 " + n + "\n  store i64 %w" + n +
         ", ptr %q" + n + "\n";
}
} // namespace

TEST_F(Mbarriers, RoundsOfABlock) {
  // A rotation through shared memory, with an mbarrier instead of bar.sync.
  for (bool generic : {false, true}) {
    std::string body = initialised(generic, "%ntid") + R"(
  %p = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  %n1 = add i32 %tid, 1
  %n = urem i32 %n1, %ntid
  %q = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %n
  store i32 %tid, ptr addrspace(3) %p
  br label %loop
loop:
  %r = phi i32 [0, %ready], [%r1, %go2]
  %t1 = call )" + onBarrier(generic, "i64", "mbarrier.arrive") +
                       R"(  br label %wait1
wait1:
  %c1 = call )" + onBarrier(generic, "i1", "mbarrier.test.wait", ", i64 %t1") +
                       R"(  br i1 %c1, label %go1, label %wait1
go1:
  %v = load i32, ptr addrspace(3) %q
  %t2 = call )" + onBarrier(generic, "i64", "mbarrier.arrive") +
                       R"(  br label %wait2
wait2:
  %c2 = call )" + onBarrier(generic, "i1", "mbarrier.test.wait", ", i64 %t2") +
                       R"(  br i1 %c2, label %go2, label %wait2
go2:
  store i32 %v, ptr addrspace(3) %p
  %r1 = add i32 %r, 1
  %c = icmp ult i32 %r1, 20
  br i1 %c, label %loop, label %done
done:
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)";
    Kernel *k = load(kernel("ptr %out", body, declarations));
    for (const char *options : everySchedule) {
      configure(options);
      uint32_t *out = array<uint32_t>(96);
      launch(k, {1}, {96}, out);
      for (uint32_t i = 0; i < 96; ++i)
        ASSERT_EQ(out[i], (i + 20) % 96) << options;
    }
  }
}

TEST_F(Mbarriers, StatesPhasesAndCounts) {
  for (bool generic : {false, true}) {
    auto on = [&](const std::string &result, const std::string &name,
                  const std::string &more = "") {
      return "call " + onBarrier(generic, result, name, more);
    };
    std::string body = "  " + on("void", "mbarrier.init", ", i32 5");
    // Three of five, one of them leaves for good: 2 left.
    body += "  %a = " + on("i64", "mbarrier.arrive.noComplete", ", i32 2");
    body += "  %b = " + on("i64", "mbarrier.arrive.drop");
    body += "  %t0 = " + on("i1", "mbarrier.test.wait", ", i64 %b");
    body += "  %c = " + on("i64", "mbarrier.arrive.drop.noComplete", ", i32 1");
    body += "  %d = " + on("i64", "mbarrier.arrive");
    // The phase is complete; the next one waits for 5 - 2.
    body += "  %t1 = " + on("i1", "mbarrier.test.wait", ", i64 %a");
    body += "  %e = " + on("i64", "mbarrier.arrive");
    body += "  %t2 = " + on("i1", "mbarrier.test.wait", ", i64 %e");
    body += "  " + on("void", "mbarrier.inval");
    int n = 0;
    for (const char *state : {"%a", "%b", "%c", "%d", "%e"}) {
      std::string count = "%n" + std::to_string(n);
      body += "  " + count +
              " = call i32 @llvm.nvvm.mbarrier.pending.count(i64 " + state +
              ")\n" + put(n, count, "i32");
      ++n;
    }
    for (const char *test : {"%t0", "%t1", "%t2"})
      body += put(n++, test, "i1");
    uint64_t *out = array<uint64_t>(8, 99);
    launch(load(oneThread(body)), {1}, {1}, out);
    EXPECT_EQ(std::vector<uint64_t>(out, out + 8),
              (std::vector<uint64_t>{5, 3, 2, 1, 3, 0, 1, 0}));
  }
}

TEST_F(Mbarriers, Parity) {
  // The phase before the first has parity 1 and is complete.
  std::string body =
      "  call void @llvm.nvvm.mbarrier.init.shared(ptr addrspace(3) @bar, i32 "
      "1)\n";
  int n = 0;
  for (int phase = 0; phase < 4; ++phase) {
    for (int parity : {0, 1}) {
      std::string t = "%t" + std::to_string(n);
      body += "  " + t +
              " = call i1 "
              "@llvm.nvvm.mbarrier.test.wait.parity.scope.cta.space.cta(ptr "
              "addrspace(3) @bar, i32 " +
              std::to_string(parity) + ")\n" + put(n, t, "i1");
      ++n;
    }
    body += "  %s" + std::to_string(phase) +
            " = call i64 @llvm.nvvm.mbarrier.arrive.shared(ptr addrspace(3) "
            "@bar)\n";
  }
  uint64_t *out = array<uint64_t>(8, 99);
  launch(load(oneThread(body)), {1}, {1}, out);
  for (int phase = 0; phase < 4; ++phase)
    for (int parity : {0, 1})
      EXPECT_EQ(out[2 * phase + parity], uint64_t(phase % 2 != parity));
}

TEST_F(Mbarriers, ProducersCopyConsumersWait) {
  // Warp 0 copies and has the mbarrier told; warp 1 polls it. .noinc arrivals
  // count among those that the phase waits for; others do not change its count.
  for (bool generic : {false, true})
    for (bool noinc : {false, true}) {
      std::string arrival =
          noinc ? "cp.async.mbarrier.arrive.noinc" : "cp.async.mbarrier.arrive";
      std::string body = initialised(generic, "32") + R"(
  %produces = icmp ult i32 %tid, 32
  br i1 %produces, label %produce, label %consume
produce:
  %g = addrspacecast ptr %in to ptr addrspace(1)
  %src = getelementptr i32, ptr addrspace(1) %g, i64 %tid64
  %d = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  call void @llvm.nvvm.cp.async.ca.shared.global.4(ptr addrspace(3) %d, ptr addrspace(1) %src)
  call )" + onBarrier(generic, "void", arrival) +
                         (noinc ? ""
                                : "  %own = call " + onBarrier(generic, "i64",
                                                               "mbarrier."
                                                               "arrive")) +
                         R"(  ret void
consume:
  br label %wait
wait:
  %done = call i1 @llvm.nvvm.mbarrier.test.wait.parity.scope.cta.space.cta(ptr addrspace(3) @bar, i32 0)
  br i1 %done, label %go, label %wait
go:
  %m = sub i32 63, %tid
  %q = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %m
  %v = load i32, ptr addrspace(3) %q
  %l64 = zext i32 %lane to i64
  %o = getelementptr i32, ptr %out, i64 %l64
  store i32 %v, ptr %o
  ret void)";
      Kernel *k = load(kernel("ptr %out, ptr %in", body, declarations));
      for (const char *options : everySchedule) {
        configure(options);
        uint32_t *in = iota<uint32_t>(32, 100), *out = array<uint32_t>(32);
        launch(k, {1}, {64}, out, in);
        for (uint32_t i = 0; i < 32; ++i)
          ASSERT_EQ(out[i], 100 + 31 - i) << options << noinc << generic;
      }
    }
}

TEST_F(Mbarriers, Misuse) {
  auto message = [&](const std::string &body) {
    return tryLaunch(load(oneThread(body)), {1}, {1}, 0, array<uint64_t>(8))
        .message();
  };
  std::string place = "kernel 'k', block (0,0,0), thread (0,0,0): ";
  std::string init =
      "  call " + onBarrier(false, "void", "mbarrier.init", ", i32 1");
  EXPECT_EQ(
      message("  %a = call " + onBarrier(false, "i64", "mbarrier.arrive")),
      place + "mbarrier.arrive at offset 0 of shared memory: there is no "
              "mbarrier that was initialised and not invalidated");
  EXPECT_NE(
      message("  call " + onBarrier(false, "void", "mbarrier.init", ", i32 0"))
          .find("the count 0 is not from 1 to 1048575"),
      std::string::npos);
  EXPECT_NE(message(init + "  call " +
                    onBarrier(false, "void", "mbarrier.inval") +
                    "  %a = call " + onBarrier(false, "i64", "mbarrier.arrive"))
                .find("there is no mbarrier"),
            std::string::npos);
  EXPECT_NE(
      message(init + "  %a = call " +
              onBarrier(false, "i64", "mbarrier.arrive.noComplete", ", i32 1"))
          .find("it completes the phase"),
      std::string::npos);
  EXPECT_NE(
      message(init + "  %a = call " +
              onBarrier(false, "i64", "mbarrier.arrive.noComplete", ", i32 3"))
          .find("waits for 1 of 1 arrivals, and 3 come"),
      std::string::npos);
  EXPECT_NE(message("  call void @llvm.nvvm.mbarrier.init(ptr %out, i32 1)\n")
                .find("which is not in the shared memory of the block"),
            std::string::npos);
  EXPECT_NE(message(init + "  %t = call " +
                    onBarrier(false, "i1", "mbarrier.test.wait", ", i64 7"))
                .find("the state is not that of an arrival"),
            std::string::npos);
}

TEST_F(Mbarriers, WaitingForEverIsADeadlock) {
  // 33 arrivals are expected, 32 come.
  std::string body = initialised(false, "33") + R"(
  %t = call )" + onBarrier(false, "i64", "mbarrier.arrive") +
                     R"(  br label %wait
wait:
  %c = call )" + onBarrier(false, "i1", "mbarrier.test.wait", ", i64 %t") +
                     R"(  br i1 %c, label %go, label %wait
go:
  ret void)";
  Kernel *k = load(kernel("ptr %out", body, declarations));
  for (const char *options :
       {"", "schedule=lockstep", "schedule=lockstep,counters"}) {
    configure(options);
    EXPECT_EQ(tryLaunch(k, {1}, {32}, 0, array<uint32_t>(1)).message(),
              "deadlock in kernel 'k', block (0,0,0): 32 threads wait at the "
              "mbarrier at offset 0 of shared memory (first: thread (0,0,0)), "
              "0 exited")
        << options;
  }
}
