//===- AtomicOperationsTest.cpp - Each atomic on each type, scope and space
//===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperationTest.h"

#include <functional>
#include <map>

using namespace sparsegpu::emulator;

namespace {
constexpr unsigned kThreads = 96;
const char *const scopes[] = {"", "syncscope(\"block\")",
                              "syncscope(\"device\")"};

/// One operation as LLVM names it, and what it computes.
template <typename T> struct Operation {
  const char *name;
  std::function<T(T, T)> apply;
};

class AtomicOperations : public OperationTest {
protected:
  /// Where the atomics of a kernel go: the pointer to use, and the text that
  /// brings the initial value there and the final one back.
  struct Space {
    const char *name, *pointer, *type;
    bool isShared;
  };
  static constexpr Space spaces[] = {
      {"generic", "%cell", "ptr", false},
      {"global", "%global", "ptr addrspace(1)", false},
      {"shared", "@cell", "ptr addrspace(3)", true},
      {"generic to shared", "%generic", "ptr", true},
  };

  /// By their text: compiling costs more than running.
  std::map<std::string, Kernel *> kernels;

  /// All threads apply `op` with their operand to one cell. Returns the cell.
  template <typename T>
  T contend(const std::string &type, const std::string &op,
            const std::string &scope, const Space &space, T initial,
            const std::vector<T> &operands, std::vector<T> *old = nullptr) {
    std::string pointer = space.pointer;
    std::string body = R"(
  %global = addrspacecast ptr %cell to ptr addrspace(1)
  %generic = addrspacecast ptr addrspace(3) @cell to ptr
  %p = getelementptr )" +
                       type + ", ptr %in, i64 %i64\n  %v = load " + type +
                       ", ptr %p, align 1\n";
    if (space.isShared)
      body += R"(
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %init, label %ready
init:
  %i0 = load )" +
              type + ", ptr %cell, align 1\n  store " + type +
              R"( %i0, ptr addrspace(3) @cell, align 16
  br label %ready
ready:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
)";
    body += "  %r = atomicrmw " + op + " " + space.type + " " + pointer + ", " +
            type + " %v " + scope + " monotonic\n  %o = getelementptr " + type +
            ", ptr %out, i64 %i64\n  store " + type + " %r, ptr %o, align 1\n";
    if (space.isShared)
      body += R"(
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %w = load )" +
              type + ", ptr addrspace(3) @cell, align 16\n  store " + type +
              " %w, ptr %cell, align 1\n";
    body += "  ret void";
    T *out = array<T>(kThreads), *in = array<T>(kThreads);
    T *cell = array<T>(4, initial);
    std::copy(operands.begin(), operands.end(), in);
    Kernel *&k = kernels[body];
    if (!k)
      k = load(kernel("ptr %out, ptr %in, ptr %cell", body,
                      "@cell = internal addrspace(3) global [2 x i64] undef, "
                      "align 16\n"));
    launch(k, {1}, {static_cast<uint32_t>(operands.size())}, out, in, cell);
    if (old)
      old->assign(out, out + operands.size());
    return *cell;
  }

  template <typename T>
  void checkIntegers(const std::string &type,
                     const std::vector<Operation<T>> &operations) {
    for (const Operation<T> &op : operations)
      for (const Space &space : spaces)
        for (const char *scope : scopes) {
          // One thread: exact; many: the results of those that commute.
          auto values = randomBits<T>(8);
          for (T value : values) {
            std::vector<T> old;
            T initial = static_cast<T>(generator());
            T cell =
                contend<T>(type, op.name, scope, space, initial, {value}, &old);
            ASSERT_EQ(cell, op.apply(initial, value))
                << op.name << " " << type << " " << space.name << scope;
            ASSERT_EQ(old[0], initial);
            if (scope[0])
              break;
          }
        }
  }
};
} // namespace

template <typename T> static std::vector<Operation<T>> integerOperations() {
  using S = std::make_signed_t<T>;
  return {
      {"add", [](T a, T b) { return T(a + b); }},
      {"sub", [](T a, T b) { return T(a - b); }},
      {"and", [](T a, T b) { return T(a & b); }},
      {"or", [](T a, T b) { return T(a | b); }},
      {"xor", [](T a, T b) { return T(a ^ b); }},
      {"nand", [](T a, T b) { return T(~(a & b)); }},
      {"xchg", [](T, T b) { return b; }},
      {"max", [](T a, T b) { return T(std::max(S(a), S(b))); }},
      {"min", [](T a, T b) { return T(std::min(S(a), S(b))); }},
      {"umax", [](T a, T b) { return std::max(a, b); }},
      {"umin", [](T a, T b) { return std::min(a, b); }},
      // PTX: inc is (old >= b) ? 0 : old + 1; dec wraps to b.
      {"uinc_wrap", [](T a, T b) { return a >= b ? T(0) : T(a + 1); }},
      {"udec_wrap", [](T a, T b) { return a == 0 || a > b ? b : T(a - 1); }},
  };
}

TEST_F(AtomicOperations, Integers32) {
  checkIntegers<uint32_t>("i32", integerOperations<uint32_t>());
}
TEST_F(AtomicOperations, Integers64) {
  checkIntegers<uint64_t>("i64", integerOperations<uint64_t>());
}
TEST_F(AtomicOperations, Integers16) {
  checkIntegers<uint16_t>(
      "i16", {{"add", [](uint16_t a, uint16_t b) { return uint16_t(a + b); }},
              {"xchg", [](uint16_t, uint16_t b) { return b; }}});
}

TEST_F(AtomicOperations, Floats) {
  // Small integers: every order of additions is exact.
  std::vector<float> f;
  std::vector<double> d;
  float sum = 3, largest = 3, smallest = 3;
  for (unsigned i = 0; i < kThreads; ++i) {
    f.push_back(int(generator() % 200) - 100);
    d.push_back(f.back());
    sum += f.back();
    largest = std::max(largest, f.back());
    smallest = std::min(smallest, f.back());
  }
  for (const Space &space : spaces)
    for (const char *scope : scopes) {
      EXPECT_EQ(contend<float>("float", "fadd", scope, space, 3, f), sum);
      EXPECT_EQ(contend<float>("float", "fmax", scope, space, 3, f), largest);
      EXPECT_EQ(contend<float>("float", "fmin", scope, space, 3, f), smallest);
      EXPECT_EQ(contend<double>("double", "fadd", scope, space, 3, d), sum);
      EXPECT_EQ(contend<double>("double", "fmax", scope, space, 3, d), largest);
    }
}

TEST_F(AtomicOperations, HalvesAndPairs) {
  // 1.0 in f16 and bf16; 96 of them and the initial zero.
  const uint16_t halfOne = 0x3c00, bfOne = 0x3f80;
  const uint16_t half96 = 0x5600, bf96 = 0x42c0;
  std::vector<uint16_t> h(kThreads, halfOne), b(kThreads, bfOne);
  std::vector<uint32_t> h2(kThreads, halfOne | uint32_t(halfOne) << 16),
      b2(kThreads, uint32_t(bfOne) << 16);
  for (const Space &space : spaces)
    for (const char *scope : scopes) {
      EXPECT_EQ(contend<uint16_t>("half", "fadd", scope, space, 0, h), half96);
      EXPECT_EQ(contend<uint16_t>("bfloat", "fadd", scope, space, 0, b), bf96);
      EXPECT_EQ(contend<uint32_t>("<2 x half>", "fadd", scope, space, 0, h2),
                half96 | uint32_t(half96) << 16);
      EXPECT_EQ(contend<uint32_t>("<2 x bfloat>", "fadd", scope, space, 0, b2),
                uint32_t(bf96) << 16);
    }
}

TEST_F(AtomicOperations, EachThreadSeesAnotherOldValue) {
  std::vector<uint32_t> ones(kThreads, 1), old;
  for (const Space &space : spaces) {
    EXPECT_EQ(contend<uint32_t>("i32", "add", "", space, 7, ones, &old),
              7 + kThreads);
    std::sort(old.begin(), old.end());
    for (unsigned i = 0; i < kThreads; ++i)
      EXPECT_EQ(old[i], 7 + i);
  }
}

TEST_F(AtomicOperations, CompareAndSwap) {
  for (std::string type : {"i16", "i32", "i64", "i128"})
    for (std::string order :
         {"monotonic monotonic", "acquire monotonic", "release monotonic",
          "acq_rel acquire", "seq_cst seq_cst"}) {
      std::string body =
          "  %t8 = trunc i32 %tid to i8\n  %v = zext i8 %t8 to " + type + R"(
  %r = cmpxchg ptr %out, )" +
          type + " 5, " + type + " %v syncscope(\"block\") " + order +
          ", align 16\n  ret void";
      // 5 is not there first; then the first of thread 0 .. 31 to come wins.
      alignas(16) uint64_t *out = array<uint64_t>(4);
      launch(load(kernel("ptr %out", body)), {1}, {4}, out);
      EXPECT_EQ(out[0], 0u) << type;
      out[0] = 5;
      launch(load(kernel("ptr %out", body)), {1}, {4}, out);
      EXPECT_LT(out[0], 4u) << type << order;
    }
}

TEST_F(AtomicOperations, ScopedIntrinsics) {
  struct Case {
    const char *op;
    uint32_t initial, operand, expected;
  };
  for (const Case &c : std::vector<Case>{{"add", 5, 7, 12},
                                         {"and", 12, 10, 8},
                                         {"or", 12, 10, 14},
                                         {"xor", 12, 10, 6},
                                         {"exch", 12, 10, 10},
                                         {"max", 0xffffffff, 10, 10},
                                         {"min", 0xffffffff, 10, 0xffffffff},
                                         {"inc", 4, 4, 0},
                                         {"inc", 3, 4, 4},
                                         {"dec", 0, 4, 4},
                                         {"dec", 9, 4, 4},
                                         {"dec", 3, 4, 2}})
    for (std::string scope : {"cta", "sys"}) {
      std::string name = std::string("llvm.nvvm.atomic.") + c.op + ".gen.i." +
                         scope + ".i32.p0";
      uint32_t *out = array<uint32_t>(2, c.initial);
      launch(load(kernel("ptr %out",
                         "  %r = call i32 @" + name + "(ptr %out, i32 " +
                             std::to_string(c.operand) +
                             ")\n  %o = getelementptr i32, ptr %out, i64 1\n"
                             "  store i32 %r, ptr %o\n  ret void",
                         "declare i32 @" + name + "(ptr, i32)\n")),
             {1}, {1}, out);
      EXPECT_EQ(out[0], c.expected) << name;
      EXPECT_EQ(out[1], c.initial) << name;
    }
}
