//===- InlineAssemblyTest.cpp - Inline PTX that has a meaning -------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The statements with words of 128 bits are those of CUDA's libdevice, as it
// writes them, spaces and all.
//
//===----------------------------------------------------------------------===//

#include "OperationTest.h"

using namespace sparsegpu::emulator;

namespace {
using Wide = unsigned __int128;

const char *const addWide =
    "{\\0A\\09.reg .u32 r0, r1, r2, r3, a0, a1, a2, a3, b0, b1, b2, b3;\\0A"
    "\\09mov.b64         {a0,a1}, $2;\\0A\\09mov.b64         {a2,a3}, $3;\\0A"
    "\\09mov.b64         {b0,b1}, $4;\\0A\\09mov.b64         {b2,b3}, $5;\\0A"
    "\\09add.cc.u32      r0, a0, b0; \\0A\\09addc.cc.u32     r1, a1, b1; \\0A"
    "\\09addc.cc.u32     r2, a2, b2; \\0A\\09addc.u32        r3, a3, b3; \\0A"
    "\\09mov.b64         $0, {r0,r1};\\0A\\09mov.b64         $1, {r2,r3};\\0A"
    "\\09}";
const char *const multiplyAdd =
    "{\\0A\\09.reg .u32 r0, r1, r2, r3, alo, ahi, blo, bhi, clo, chi;\\0A"
    "\\09mov.b64         {alo,ahi}, $2;    \\0A\\09mov.b64         {blo,bhi}, "
    "$3;    \\0A\\09mov.b64         {clo,chi}, $4;    \\0A"
    "\\09mad.lo.cc.u32   r0, alo, blo, clo;\\0A"
    "\\09madc.hi.cc.u32  r1, alo, blo, chi;\\0A"
    "\\09madc.hi.u32     r2, alo, bhi,   0;\\0A"
    "\\09mad.lo.cc.u32   r1, alo, bhi,  r1;\\0A"
    "\\09madc.hi.cc.u32  r2, ahi, blo,  r2;\\0A"
    "\\09madc.hi.u32     r3, ahi, bhi,   0;\\0A"
    "\\09mad.lo.cc.u32   r1, ahi, blo,  r1;\\0A"
    "\\09madc.lo.cc.u32  r2, ahi, bhi,  r2;\\0A"
    "\\09addc.u32        r3,  r3,   0;     \\0A"
    "\\09mov.b64         $0, {r0,r1};      \\0A"
    "\\09mov.b64         $1, {r2,r3};      \\0A\\09}";
const char *const multiply =
    "{\\0A\\09.reg .u32 r0, r1, r2, r3, alo, ahi, blo, bhi;\\0A"
    "\\09mov.b64         {alo,ahi}, $2;   \\0A"
    "\\09mov.b64         {blo,bhi}, $3;   \\0A"
    "\\09mul.lo.u32      r0, alo, blo;    \\0A"
    "\\09mul.hi.u32      r1, alo, blo;    \\0A"
    "\\09mad.lo.cc.u32   r1, alo, bhi, r1;\\0A"
    "\\09madc.hi.u32     r2, alo, bhi,  0;\\0A"
    "\\09mad.lo.cc.u32   r1, ahi, blo, r1;\\0A"
    "\\09madc.hi.cc.u32  r2, ahi, blo, r2;\\0A"
    "\\09madc.hi.u32     r3, ahi, bhi,  0;\\0A"
    "\\09mad.lo.cc.u32   r2, ahi, bhi, r2;\\0A"
    "\\09addc.u32        r3, r3,  0;      \\0A"
    "\\09mov.b64         $0, {r0,r1};     \\0A"
    "\\09mov.b64         $1, {r2,r3};     \\0A\\09}";

class InlineAssembly : public OperationTest {
protected:
  static constexpr size_t kCount = 256;
  /// Rows of four operands; gives rows of two results.
  std::vector<uint64_t> run(const std::string &statement, unsigned operands,
                            const std::vector<uint64_t> &in) {
    std::string body = "  %row = mul i64 %i64, 4\n", constraints = "=l,=l",
                list;
    for (unsigned i = 0; i < operands; ++i) {
      std::string n = std::to_string(i);
      body += "  %x" + n + " = add i64 %row, " + n + "\n  %p" + n +
              " = getelementptr i64, ptr %in, i64 %x" + n + "\n  %v" + n +
              " = load i64, ptr %p" + n + "\n";
      constraints += ",l";
      list += (i ? ", i64 %v" : "i64 %v") + n;
    }
    body += "  %r = call { i64, i64 } asm \"" + statement + "\", \"" +
            constraints + "\"(" + list + R"()
  %lo = extractvalue { i64, i64 } %r, 0
  %hi = extractvalue { i64, i64 } %r, 1
  %two = mul i64 %i64, 2
  %o = getelementptr i64, ptr %out, i64 %two
  store i64 %lo, ptr %o
  %o1 = getelementptr i64, ptr %o, i64 1
  store i64 %hi, ptr %o1
  ret void)";
    uint64_t *data = array<uint64_t>(in.size());
    uint64_t *out = array<uint64_t>(2 * kCount);
    std::copy(in.begin(), in.end(), data);
    launch(load(kernel("ptr %out, ptr %in", body)), {1}, {kCount}, out, data);
    return std::vector<uint64_t>(out, out + 2 * kCount);
  }
  void check(const std::string &statement, unsigned operands,
             Wide (*expected)(const uint64_t *)) {
    auto in = randomBits<uint64_t>(4 * kCount);
    auto out = run(statement, operands, in);
    for (size_t i = 0; i < kCount; ++i) {
      Wide want = expected(in.data() + 4 * i);
      ASSERT_EQ(out[2 * i], uint64_t(want)) << i;
      ASSERT_EQ(out[2 * i + 1], uint64_t(want >> 64)) << i;
    }
  }
};

Wide join(uint64_t low, uint64_t high) { return Wide(high) << 64 | low; }
} // namespace

TEST_F(InlineAssembly, WordsOf128Bits) {
  check(addWide, 4,
        [](const uint64_t *v) { return join(v[0], v[1]) + join(v[2], v[3]); });
  std::string subtract = addWide;
  for (auto [from, to] :
       {std::pair<const char *, const char *>{"addc", "subc"}, {"add", "sub"}})
    for (size_t at; (at = subtract.find(from)) != std::string::npos;)
      subtract.replace(at, strlen(from), to);
  check(subtract, 4,
        [](const uint64_t *v) { return join(v[0], v[1]) - join(v[2], v[3]); });
  // The addend of a statement that multiplies has 64 bits.
  check(multiplyAdd, 3,
        [](const uint64_t *v) { return Wide(v[0]) * v[1] + v[2]; });
  check(multiply, 2, [](const uint64_t *v) { return Wide(v[0]) * v[1]; });
}

TEST_F(InlineAssembly, SubtractionInEachRoundingMode) {
  // 1 - 2^-60 is not a double: rounded up it is 1, down it is below.
  struct Case {
    const char *mode;
    double expected;
  };
  double below = 1 - 0x1p-53;
  for (const Case &c :
       std::vector<Case>{{"rn", 1}, {"rz", below}, {"rm", below}, {"rp", 1}}) {
    double *out = array<double>(1);
    std::string body = std::string("  %r = call double asm \"sub.") + c.mode +
                       ".f64 $0, $1, $2;\", \"=d,d,d\"(double 1.0, double "
                       "0x3C30000000000000)\n"
                       "  store double %r, ptr %out\n  ret void";
    launch(load(kernel("ptr %out", body)), {1}, {1}, out);
    EXPECT_EQ(*out, c.expected) << c.mode;
  }
}

TEST_F(InlineAssembly, FindLeadingOne) {
  auto a = randomBits<uint32_t>(kCount);
  uint32_t *in = array<uint32_t>(kCount), *out = array<uint32_t>(kCount);
  std::copy(a.begin(), a.end(), in);
  launch(load(kernel("ptr %out, ptr %in", R"(
  %p = getelementptr i32, ptr %in, i64 %i64
  %v = load i32, ptr %p
  %r = call i32 asm "bfind.shiftamt.u32 $0, $1;", "=r,r"(i32 %v)
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %r, ptr %o
  ret void)")),
         {1}, {kCount}, out, in);
  for (size_t i = 0; i < kCount; ++i)
    EXPECT_EQ(out[i], a[i] ? uint32_t(__builtin_clz(a[i])) : ~0u);
}

TEST_F(InlineAssembly, StatementsThatSynchronise) {
  // A rotation through shared memory by the statement's barrier.
  for (std::string barrier :
       {"bar.sync 0;", "barrier.sync 3;", "barrier.sync.aligned 1;"}) {
    std::string call = "  call void asm sideeffect \"" + barrier +
                       "\", \"~{memory}\"() convergent\n";
    std::string body = R"(
  %p = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %tid
  store i32 %tid, ptr addrspace(3) %p
  call void asm sideeffect "membar.cta;", ""()
)" + call + R"(
  %m = sub i32 95, %tid
  %q = getelementptr [1024 x i32], ptr addrspace(3) @s, i32 0, i32 %m
  %v = load i32, ptr addrspace(3) %q
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %o
  ret void)";
    uint32_t *out = array<uint32_t>(96);
    launch(load(kernel("ptr %out", body,
                       "@s = internal addrspace(3) global [1024 x i32] "
                       "undef\n")),
           {1}, {96}, out);
    for (uint32_t i = 0; i < 96; ++i)
      ASSERT_EQ(out[i], 95 - i) << barrier;
  }
}
