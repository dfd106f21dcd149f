//===- StreamTest.cpp - Streams, events and errors in the background ------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HazardTest.h"

#include <atomic>
#include <chrono>
#include <thread>

using namespace sparsegpu::emulator;

namespace {
class StreamTests : public EmulatorTest {
protected:
  Stream *a = device.createStream(), *b = device.createStream();
  /// Host memory that kernels poll.
  std::atomic<int32_t> flag{0};

  template <typename... Args>
  Status launchOn(Stream *stream, Kernel *kernel, Dim3 block, Args... args) {
    void *params[] = {&args..., nullptr};
    LaunchConfig config;
    config.block = block;
    return device.launch(kernel, config, params, sizeof...(Args), stream);
  }

  void expectOk(const Status &status) {
    EXPECT_TRUE(status.ok()) << status.message();
  }
  void expectError(const Status &status, const std::string &part) {
    EXPECT_FALSE(status.ok());
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  }

  void TearDown() override { flag = 1; }
};

/// Waits for the flag, then stores a number.
std::string waiting() {
  return kernel("ptr %flag, ptr %out, i32 %number", R"(
  br label %loop
loop:
  %v = load volatile i32, ptr %flag
  %c = icmp eq i32 %v, 0
  br i1 %c, label %loop, label %done
done:
  store i32 %number, ptr %out
  ret void)");
}

/// to[i] = from[i] + 1.
std::string successor() {
  return kernel("ptr %from, ptr %to", R"(
  %f = getelementptr i32, ptr %from, i64 %i64
  %t = getelementptr i32, ptr %to, i64 %i64
  %v = load i32, ptr %f
  %w = add i32 %v, 1
  store i32 %w, ptr %t
  ret void)");
}

/// All launches of it together count to the number; each waits for that.
std::string meeting() {
  return kernel("ptr %counter, i32 %goal", R"(
  %old = atomicrmw add ptr %counter, i32 1 seq_cst
  br label %loop
loop:
  %v = load atomic i32, ptr %counter seq_cst, align 4
  %c = icmp slt i32 %v, %goal
  br i1 %c, label %loop, label %done
done:
  ret void)");
}

std::string trapping() {
  return kernel("", "  call void @llvm.trap()\n  ret void",
                "declare void @llvm.trap()\n");
}
} // namespace

TEST_F(StreamTests, KernelsWaitForEachOther) {
  Kernel *k = load(meeting());
  Stream *c = device.createStream();
  int32_t *counter = array<int32_t>(1);
  for (const char *options :
       {"", "workers=1", "hazards", "schedule=lockstep", "counters", "seed=7",
        "seeds=3", "seeds=4,hazards,counters,schedule=lockstep"}) {
    configure(options);
    uint64_t mark = device.mark();
    int32_t zero = 0;
    expectOk(device.copy(counter, &zero, 4));
    for (Stream *stream : {a, b, c})
      expectOk(launchOn(stream, k, {5}, counter, int32_t(15)));
    for (Stream *stream : {b, c, a})
      expectOk(device.synchronize(stream));
    EXPECT_EQ(*counter, 15) << options;
    EXPECT_TRUE(device.hazards(mark).empty()) << options;
    EXPECT_EQ(device.counters(mark).size(),
              std::string(options).find("counters") == std::string::npos ? 0u
                                                                         : 3u);
  }
}

TEST_F(StreamTests, WithoutAStreamBesideAStream) {
  int32_t *counter = array<int32_t>(1);
  for (const char *options : {"", "seeds=3"}) {
    configure(options);
    int32_t zero = 0;
    expectOk(device.copy(counter, &zero, 4));
    Kernel *k = load(meeting());
    expectOk(launchOn(a, k, {1}, counter, int32_t(2)));
    expectOk(launchOn(nullptr, k, {1}, counter, int32_t(2)));
    EXPECT_EQ(*counter, 2);
    expectOk(device.synchronize(a));
  }
}

TEST_F(StreamTests, RunsInTheBackgroundAndInOrder) {
  int32_t *data = array<int32_t>(4, 7);
  expectOk(launchOn(a, load(waiting()), {1}, static_cast<void *>(&flag), data,
                    int32_t(20)));
  // Behind it: a kernel, a copy within the device, a memset.
  expectOk(launchOn(a, load(successor()), {1}, data, data + 1));
  expectOk(device.copy(data + 2, data + 1, 4, a));
  expectOk(device.fill(data + 1, 5, 1, 4, a));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(data[0], 7);
  EXPECT_EQ(data[2], 7);
  flag = 1;
  // To memory that the device does not know: done when the call returns.
  int32_t host[4] = {};
  expectOk(device.copy(host, data, sizeof(host), a));
  EXPECT_EQ(host[0], 20);
  EXPECT_EQ(host[1], 0x05050505);
  EXPECT_EQ(host[2], 21);
  EXPECT_EQ(host[3], 7);
}

TEST_F(StreamTests, ParametersAreCopied) {
  int32_t *data = array<int32_t>(1);
  void *address = &flag;
  int32_t number = 20;
  void *params[] = {&address, &data, &number};
  expectOk(device.launch(load(waiting()), LaunchConfig(), params, 3, a));
  number = 30;
  address = nullptr;
  flag = 1;
  expectOk(device.synchronize(a));
  EXPECT_EQ(*data, 20);
}

TEST_F(StreamTests, EventsOrderStreams) {
  int32_t *data = array<int32_t>(3);
  Event *event = device.createEvent();
  // Never recorded: orders nothing.
  expectOk(device.waitForEvent(b, event));
  expectOk(device.synchronizeEvent(event));
  expectOk(launchOn(a, load(waiting()), {1}, static_cast<void *>(&flag), data,
                    int32_t(20)));
  expectOk(device.record(event, a));
  expectOk(device.waitForEvent(b, event));
  // The event may go, or be recorded elsewhere, while B waits.
  expectOk(device.record(event, nullptr));
  expectOk(device.destroyEvent(event));
  expectOk(launchOn(b, load(successor()), {1}, data, data + 1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(data[1], 0);
  flag = 1;
  expectOk(device.synchronize(b));
  EXPECT_EQ(data[1], 21);
}

TEST_F(StreamTests, EventsUnderManySeeds) {
  configure("seeds=5");
  int32_t *data = array<int32_t>(64, 3);
  Kernel *k = load(successor());
  Event *event = device.createEvent();
  for (int round = 0; round < 3; ++round) {
    expectOk(launchOn(a, k, {32}, data, data));
    expectOk(device.record(event, a));
    expectOk(device.waitForEvent(b, event));
    expectOk(launchOn(b, k, {32}, data, data + 32));
    expectOk(device.record(event, b));
    expectOk(device.waitForEvent(a, event));
  }
  EXPECT_EQ(data[0], 3); // nobody waited yet
  expectOk(device.synchronizeEvent(event));
  EXPECT_EQ(data[31], 6);
  EXPECT_EQ(data[32], 7);
}

TEST_F(StreamTests, TimesOfEvents) {
  int32_t *data = array<int32_t>(1);
  Event *start = device.createEvent(true), *end = device.createEvent(true);
  expectOk(device.record(start, a));
  expectOk(launchOn(a, load(waiting()), {1}, static_cast<void *>(&flag), data,
                    int32_t(1)));
  expectOk(device.record(end, a));
  double milliseconds = -1;
  expectError(device.elapsed(start, end, milliseconds),
              "the second event was not reached yet");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  flag = 1;
  expectOk(device.synchronizeEvent(end));
  expectOk(device.elapsed(start, end, milliseconds));
  EXPECT_GE(milliseconds, 15);
}

TEST_F(StreamTests, ErrorOfAKernelComesOnceWithWhatWaitsForIt) {
  int32_t *data = array<int32_t>(2);
  Kernel *trap = load(trapping()), *next = load(successor());
  Event *event = device.createEvent();
  for (const char *options : {"", "seeds=2"}) {
    configure(options);
    data[1] = 0;
    expectOk(launchOn(a, trap, {1}));
    // Not run: the stream stands still.
    expectOk(launchOn(a, next, {1}, data, data + 1));
    expectOk(launchOn(b, next, {1}, data, data));
    expectOk(device.synchronize(b));
    expectError(device.synchronize(a), "trap");
    EXPECT_EQ(data[1], 0);
    expectOk(device.synchronize(a));
    expectOk(launchOn(a, next, {1}, data, data + 1));
    expectOk(device.synchronize(a));
    EXPECT_EQ(data[1], data[0] + 1);

    // What waits for the stream fails with it.
    data[1] = 0;
    expectOk(launchOn(a, trap, {1}));
    expectOk(device.record(event, a));
    expectOk(device.waitForEvent(b, event));
    expectOk(launchOn(b, next, {1}, data, data + 1));
    expectError(device.synchronize(b), "trap");
    EXPECT_EQ(data[1], 0);
    expectOk(device.synchronize(a));
  }
  // What is wrong with the launch itself is said at once.
  expectError(launchOn(a, next, {0}, data, data), "a dimension is zero");
  expectError(launchOn(a, next, {1}, data), "1 parameters");
  expectOk(device.synchronize());
}

TEST_F(StreamTests, NobodyWaitsForAKernelThatFailed) {
  int32_t *counter = array<int32_t>(1);
  Kernel *trap = load(trapping()), *meet = load(meeting());
  for (const char *options : {"", "seeds=2", "schedule=lockstep"})
    for (bool pollsFirst : {true, false}) {
      configure(options);
      if (pollsFirst)
        expectOk(launchOn(b, meet, {3}, counter, INT32_MAX));
      expectOk(launchOn(a, trap, {1}));
      if (!pollsFirst)
        expectOk(launchOn(b, meet, {3}, counter, INT32_MAX));
      expectError(device.synchronize(b), "trap");
      expectOk(device.synchronize());
    }
}

TEST_F(StreamTests, DestroyedWithWork) {
  int32_t *data = array<int32_t>(2);
  expectOk(launchOn(a, load(waiting()), {1}, static_cast<void *>(&flag), data,
                    int32_t(9)));
  expectOk(device.destroyStream(a));
  expectError(device.synchronize(a), "the stream does not exist");
  EXPECT_EQ(*data, 0);
  flag = 1;
  expectOk(device.synchronize());
  EXPECT_EQ(*data, 9);
  // Its error is heard of by who waits for everything.
  expectOk(launchOn(b, load(trapping()), {1}));
  expectOk(device.destroyStream(b));
  expectError(device.synchronize(), "trap");
  expectOk(device.synchronize());
}

TEST_F(StreamTests, MemoryAndModulesOutliveTheirUse) {
  std::string bitcode = assemble(waiting());
  LoadedModule *module = nullptr;
  ASSERT_TRUE(device.loadModule(bitcode.data(), bitcode.size(), module).ok());
  Kernel *k = nullptr;
  ASSERT_TRUE(device.getKernel(module, "k", k).ok());
  int32_t *data = array<int32_t>(1), *other = array<int32_t>(1);
  expectOk(launchOn(a, k, {1}, static_cast<void *>(&flag), data, int32_t(1)));
  std::thread host([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    flag = 1;
  });
  expectOk(device.free(other));
  EXPECT_EQ(*data, 1);
  host.join();
  expectOk(launchOn(a, k, {1}, static_cast<void *>(&flag), data, int32_t(2)));
  expectOk(device.unloadModule(module));
  EXPECT_EQ(*data, 2);
}

TEST_F(StreamTests, CountersKeepTheOrderOfLaunches) {
  configure("counters");
  int32_t *data = array<int32_t>(1);
  Kernel *slow = load(replaced(waiting(), "@k", "@slow"), "slow");
  Kernel *fast = load(replaced(successor(), "@k", "@fast"), "fast");
  expectOk(launchOn(a, slow, {1}, static_cast<void *>(&flag), data, 1));
  expectOk(launchOn(b, fast, {1}, data, data));
  expectOk(device.synchronize(b));
  flag = 1;
  // Asking for them waits.
  std::vector<LaunchCounters> counters = device.counters();
  ASSERT_EQ(counters.size(), 2u);
  EXPECT_EQ(counters[0].kernel, "slow");
  EXPECT_EQ(counters[1].kernel, "fast");
}

TEST_F(StreamTests, SeedsFindADifferenceAcrossStreams) {
  configure("seeds=6");
  // Lanes take slots in the order in which they come.
  Kernel *slots = load(kernel("ptr %next, ptr %out", R"(
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %slot = atomicrmw add ptr %next, i32 1 seq_cst
  %p = getelementptr i32, ptr %out, i32 %slot
  store i32 %tid, ptr %p
  ret void)"));
  int32_t *next = array<int32_t>(1), *out = array<int32_t>(64);
  int32_t *data = array<int32_t>(1);
  expectOk(launchOn(a, slots, {64}, next, out));
  expectOk(launchOn(b, load(successor()), {1}, data, data));
  expectError(device.synchronize(a),
              "kernels 'k', 'k' on several streams give one result under seed");
  // Alone it is the kernel's.
  *next = 0;
  expectOk(launchOn(a, slots, {64}, next, out));
  expectError(device.synchronize(a), "kernel 'k' gives one result under seed");
}

TEST_F(StreamTests, HandlersMayAskTheDevice) {
  size_t seen = 0;
  device.setHazardHandler([&](const Hazard &) { seen = device.mark(); });
  for (const char *options : {"hazards", "hazards,seeds=2"}) {
    configure(options);
    device.setHazardHandler([&](const Hazard &) {
      seen += device.hazards().size();
      EXPECT_TRUE(device.synchronize().ok());
    });
    seen = 0;
    int32_t *data = array<int32_t>(1);
    Kernel *k = load(successor());
    for (Stream *stream : {a, b, static_cast<Stream *>(nullptr)})
      expectOk(launchOn(stream, k, {1}, data + 1, data));
    expectOk(device.synchronize());
    EXPECT_GE(seen, 3u) << options;
  }
}

TEST_F(StreamTests, UnknownHandles) {
  int32_t *data = array<int32_t>(1);
  Kernel *k = load(successor());
  char nothing[64] = {};
  auto *stream = reinterpret_cast<Stream *>(nothing);
  auto *event = reinterpret_cast<Event *>(nothing);
  Event *real = device.createEvent();
  for (const Status &status :
       {launchOn(stream, k, {1}, data, data), device.synchronize(stream),
        device.destroyStream(stream), device.fill(data, 1, 4, 1, stream),
        device.record(real, stream)})
    expectError(status, "the stream does not exist");
  for (const Status &status :
       {device.record(event, a), device.waitForEvent(a, event),
        device.synchronizeEvent(event), device.destroyEvent(event),
        device.record(nullptr, a)})
    expectError(status, "the event does not exist");
  expectOk(device.synchronizeEvent(real));
  expectOk(device.destroyStream(nullptr));
  expectOk(device.destroyEvent(nullptr));
}

TEST_F(StreamTests, AStreamForAnEvent) {
  int32_t *data = array<int32_t>(2);
  auto *event = reinterpret_cast<Event *>(a);
  expectOk(launchOn(a, load(waiting()), {1}, static_cast<void *>(&flag), data,
                    int32_t(20)));
  expectOk(device.waitForEvent(b, event));
  expectOk(device.destroyEvent(event));
  expectOk(launchOn(b, load(successor()), {1}, data, data + 1));
  flag = 1;
  expectOk(device.synchronizeEvent(reinterpret_cast<Event *>(b)));
  EXPECT_EQ(data[1], 21);
  expectOk(device.synchronize(a));
}
