//===- CorruptBitcodeTest.cpp - Damaged modules are errors ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever the bytes are, loading gives a module or an error of one line, and
// what it loads can be compiled. Nothing is launched: damaged bitcode may be
// the right bitcode of another kernel, which may do anything.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "EmulatorTest.h"
#include "FuzzOptions.h"
#include "Generator.h"
#include "Runner.h"

#include "SparseGPU/Runtime/Runtime.h"

#include "gtest/gtest.h"

#include <cstring>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

using namespace sparsegpu::emulator;
using namespace sparsegpu::emulator::fuzz;

namespace {
struct Tally {
  unsigned refused = 0, loaded = 0, compiled = 0, notCompiled = 0;
};
} // namespace

/// One kind of damage, or some.
static std::string damaged(std::string bytes, uint64_t seed) {
  std::mt19937_64 random(seed);
  // Bitcode is words of 32 bits, so these stay closer to what is valid.
  auto word = [&] { return random() % (bytes.size() / 4) * 4; };
  for (unsigned count = 1 + random() % 3; count; --count) {
    switch (random() % 8) {
    case 0:
      bytes.resize(4 + random() % (bytes.size() - 4));
      break;
    case 1:
      bytes.insert(word(), std::string(4, char(random())));
      break;
    case 2:
      bytes.erase(word(), 4);
      break;
    case 3:
      bytes[random() % bytes.size()] = char(random());
      break;
    case 4:
      bytes.replace(word(), 4, bytes.substr(word(), 4));
      break;
    default:
      bytes[random() % bytes.size()] ^= char(1 << random() % 8);
      break;
    }
    if (bytes.size() < 8)
      break;
  }
  return bytes;
}

/// Loads, and compiles if that succeeds.
static void tryModule(const std::string &bytes, Tally &tally) {
  Device device;
  LoadedModule *module = nullptr;
  Status status = device.loadModule(bytes.data(), bytes.size(), module);
  if (!status.ok()) {
    ++tally.refused;
    if (status.message().empty() ||
        status.message().find('\n') != std::string::npos)
      std::abort();
    return;
  }
  // Compiling takes most of the time; a third of them will do.
  if (tally.loaded++ % 3)
    return;
  char *object = nullptr;
  size_t size = 0;
  if (sparsegpuEmulatorPrecompile(bytes.data(), bytes.size(), "corrupt",
                                  &object, &size) == 0) {
    ++tally.compiled;
    sparsegpuRuntimeFreeString(object);
  } else {
    ++tally.notCompiled;
  }
}

/// Tries seeds in a child, which says where it is. Gives the first that it has
/// not done.
static uint64_t tryInChild(const std::string &good, uint64_t first,
                           uint64_t last, Tally &tally) {
  int ends[2];
  if (pipe(ends) != 0)
    return first;
  pid_t child = fork();
  if (child == 0) {
    alarm(300);
    Tally mine = tally;
    for (uint64_t seed = first; seed < last; ++seed) {
      tryModule(damaged(good, seed), mine);
      ssize_t written = write(ends[1], &mine, sizeof(mine));
      (void)written;
    }
    _exit(0);
  }
  close(ends[1]);
  while (read(ends[0], &tally, sizeof(tally)) == ssize_t(sizeof(tally)))
    ++first;
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return first;
}

TEST(CorruptBitcode, IsAnErrorOrAModule) {
  Tally tally;
  const unsigned kinds = 6;
  unsigned perKind = fuzzOptions().corruptions / kinds, failures = 0;
  for (unsigned kind = 0; kind < kinds; ++kind) {
    std::string good = toBitcode(emit(generate(kind)), kind % 2 ? 3 : 0);
    uint64_t next = (fuzzOptions().seed + kind) * 1000000;
    for (uint64_t last = next + perKind; next < last;) {
      next = tryInChild(good, next, last, tally);
      if (next == last)
        break;
      ADD_FAILURE() << "damage " << next << " to program " << kind
                    << " ends the process";
      ++next;
      if (++failures == 5)
        return;
    }
  }
  RecordProperty("refused", tally.refused);
  RecordProperty("compiled", tally.compiled);
  RecordProperty("notCompiled", tally.notCompiled);
  std::cout << tally.refused << " refused, " << tally.compiled << " compiled, "
            << tally.notCompiled << " not compiled\n";
  EXPECT_GT(tally.refused, tally.loaded);
  EXPECT_GT(tally.compiled, 0u);
}

TEST(CorruptBitcode, WhatIsNoBitcodeIsAnError) {
  Device device;
  std::mt19937_64 random(7);
  auto refuse = [&](const std::string &bytes, const char *what) {
    LoadedModule *module = nullptr;
    Status status = device.loadModule(bytes.data(), bytes.size(), module);
    EXPECT_FALSE(status.ok()) << what;
    EXPECT_EQ(status.message().find('\n'), std::string::npos) << what;
  };
  std::string good = toBitcode(emit(generate(3)), 2);
  refuse("", "empty");
  refuse("BC\xc0\xde", "magic alone");
  refuse("\xde\xc0\x17\x0b", "magic of a wrapper alone");
  refuse(".version 8.0\n.target sm_80\n", "PTX");
  refuse(std::string("\x7f"
                     "ELF") +
             good,
         "ELF");
  for (unsigned i = 0; i < 50; ++i) {
    std::string noise(4 + random() % 2000, '\0');
    for (char &c : noise)
      c = char(random());
    refuse(noise, "noise");
    refuse("BC\xc0\xde" + noise, "noise behind the magic");
    refuse(good.substr(0, 200 + i) + noise, "noise behind a header");
  }
  for (size_t size = 0; size < good.size() * 9 / 10; size += 251)
    refuse(good.substr(0, size), "truncated");
}

/// Found by fuzzing: a name with a line break came out in the message.
TEST(CorruptBitcode, AMessageIsOneLine) {
  std::string bytes =
      assemble("declare void @\"llvm.nvvm.two\\0Alines\\07\"()\n"
               "define ptx_kernel void @k() {\n"
               "  call void @\"llvm.nvvm.two\\0Alines\\07\"()\n"
               "  ret void\n}\n");
  Device device;
  LoadedModule *module = nullptr;
  Status status = device.loadModule(bytes.data(), bytes.size(), module);
  EXPECT_EQ(status.message(),
            "kernel 'k' uses operation 'llvm.nvvm.two?lines?', which the "
            "emulator does not support");
}

/// A child process takes what crashes the reader.
TEST(CorruptBitcode, WhatCrashesTheReaderIsAnError) {
  std::string good = toBitcode(emit(generate(5)), 0);
  Device device;
  unsigned crashes = 0;
  for (uint64_t seed = 0; seed < 4000 && crashes == 0; ++seed) {
    std::string bytes = damaged(good, seed);
    LoadedModule *module = nullptr;
    Status status = device.loadModule(bytes.data(), bytes.size(), module);
    crashes += !status.ok() && status.message() ==
                                   "malformed LLVM bitcode: LLVM's reader "
                                   "crashes on it, or takes too much time or "
                                   "memory";
  }
  EXPECT_EQ(crashes, 1u) << "the test does not reach what it is there for";
}
