//===- LaneExpressionTest.cpp - Expressions of the lanes of a warp ------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/LaneExpression.h"

#include <gtest/gtest.h>

#include <set>

using namespace sparsegpu;
using Id = LaneProgram::Id;
using Root = LaneProgram::Root;

namespace {
constexpr uint64_t kMany = 1 << 20;

/// Values of the first lane modulo `modulus`, over all cases.
std::set<int64_t> firstLanes(const LaneProgram &program, Id id,
                             int64_t modulus) {
  std::set<int64_t> found;
  auto failure =
      program.forEachCase({{id, modulus}}, kMany,
                          [&](const std::vector<LaneValue> &roots, uint32_t) {
                            found.insert(roots[0].lanes[0] % modulus);
                          });
  EXPECT_FALSE(failure) << failure->reason;
  return found;
}
} // namespace

TEST(LaneExpression, ThreadsOfABlock) {
  LaneProgram program({{8, 6, 1}});
  Id x = program.threadId(0), y = program.threadId(1);
  std::vector<uint32_t> masks;
  std::vector<int64_t> ys;
  auto failure = program.forEachCase(
      {{x, 0}, {y, 0}}, kMany,
      [&](const std::vector<LaneValue> &roots, uint32_t lanes) {
        masks.push_back(lanes);
        ys.push_back(roots[1].lanes[9]);
        EXPECT_EQ(roots[0].lanes[9], 1);
      });
  EXPECT_FALSE(failure);
  // 48 threads: a warp and a half.
  EXPECT_EQ(masks, (std::vector<uint32_t>{~0u, 0xffff}));
  EXPECT_EQ(ys, (std::vector<int64_t>{1, 5}));
}

TEST(LaneExpression, OnlyResiduesThatMatter) {
  LaneProgram program(std::nullopt);
  Id any = program.unknown(0, true);
  auto times = [&](int64_t c) {
    return program.binary(LaneOp::Mul, any, program.constant(c));
  };
  EXPECT_EQ(firstLanes(program, any, 8).size(), 8u);
  EXPECT_EQ(firstLanes(program, times(64), 8), std::set<int64_t>{0});
  EXPECT_EQ(firstLanes(program, times(2), 8), (std::set<int64_t>{0, 2, 4, 6}));
  // (x / 3) mod 4 needs x mod 12; x mod 5 is exact.
  EXPECT_EQ(
      firstLanes(program,
                 program.binary(LaneOp::UnsignedDiv, any, program.constant(3)),
                 4)
          .size(),
      4u);
  EXPECT_EQ(
      firstLanes(program,
                 program.binary(LaneOp::UnsignedMod, any, program.constant(5)),
                 64)
          .size(),
      5u);
  // A loop of three trips has three values.
  Id loop = program.unknown(3, true);
  EXPECT_EQ(firstLanes(program, loop, 64).size(), 3u);
}

TEST(LaneExpression, Refusals) {
  LaneProgram program(std::nullopt);
  Id any = program.unknown(0, false), lane = program.laneId();
  auto reasonOf = [&](Id id, uint64_t cases = kMany) -> std::string {
    auto failure = program.forEachCase(
        {{id, 128}}, cases, [](const std::vector<LaneValue> &, uint32_t) {});
    return failure ? failure->reason : "";
  };
  EXPECT_EQ(reasonOf(program.binary(LaneOp::Mul, any, lane)),
            "is needed exactly, and is not known");
  EXPECT_EQ(reasonOf(program.binary(LaneOp::Min, any, lane)),
            "is needed exactly, and is not known");
  EXPECT_EQ(reasonOf(program.binary(LaneOp::UnsignedDiv, lane, any)),
            "is needed exactly, and is not known");
  // Not known to be non-negative: rounding towards zero differs.
  Id by2 = program.binary(LaneOp::SignedDiv, any, program.constant(2));
  EXPECT_EQ(reasonOf(by2), "divides what may be negative");
  Id floor = program.binary(LaneOp::FloorDiv, any, program.constant(2));
  EXPECT_EQ(reasonOf(floor), "");
  Id bits = program.binary(LaneOp::UnsignedMod, any, program.constant(2));
  EXPECT_EQ(reasonOf(bits), "");
  Id thirds = program.binary(LaneOp::UnsignedMod, any, program.constant(3));
  EXPECT_EQ(reasonOf(thirds), "divides what may be negative");
  EXPECT_EQ(reasonOf(any, 100), "has too many values that differ");
  Id xored = program.binary(
      LaneOp::Xor, any,
      program.binary(LaneOp::Mul, lane, program.constant(1 << 20)));
  EXPECT_EQ(reasonOf(xored), "combines more bits than are known");
  Id large = program.constant(int64_t(1) << 62);
  EXPECT_EQ(reasonOf(program.binary(LaneOp::Mul, lane, large)), "overflows");
  EXPECT_EQ(reasonOf(program.binary(LaneOp::Add, large, large)), "overflows");
  // The bits of 3 x are known to a power of two, not modulo 3.
  Id flipped = program.binary(
      LaneOp::Xor, program.binary(LaneOp::Mul, any, program.constant(3)),
      program.constant(1));
  auto failure = program.forEachCase(
      {{flipped, 12}}, kMany, [](const std::vector<LaneValue> &, uint32_t) {});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason, "is not known precisely enough");
}

namespace {
/// Random expressions, evaluated for one assignment of the unknowns.
class RandomProgram {
public:
  explicit RandomProgram(uint32_t seed) : program({{64, 2, 1}}), state(seed) {
    leaf(program.constant(random(40)),
         [c = last](int64_t, int64_t) { return c; });
    leaf(program.threadId(0),
         [](int64_t warp, int64_t lane) { return (32 * warp + lane) % 64; });
    leaf(program.threadId(1),
         [](int64_t warp, int64_t lane) { return (32 * warp + lane) / 64; });
    leaf(program.laneId(), [](int64_t, int64_t lane) { return lane; });
    // Bounded, and not bounded.
    int64_t trips = 1 + random(5), trip = random(trips);
    leaf(program.unknown(trips, true), [=](int64_t, int64_t) { return trip; });
    int64_t any = random(1 << 20);
    leaf(program.unknown(0, true), [=](int64_t, int64_t) { return any; });
    for (unsigned i = 0; i < 8; ++i)
      grow();
  }

  LaneProgram program;
  using Function = std::function<int64_t(int64_t warp, int64_t lane)>;
  std::vector<std::pair<Id, Function>> values;

private:
  uint32_t random(uint32_t below) {
    state = state * 1664525 + 1013904223;
    return last = (state >> 8) % below;
  }
  void leaf(Id id, Function function) { values.push_back({id, function}); }

  void grow() {
    const auto &left = values[random(values.size())];
    Id a = left.first;
    Function f = left.second;
    const auto &right = values[random(values.size())];
    Id b = right.first;
    Function g = right.second;
    int64_t c = 1 + random(20), power = int64_t(1) << random(6);
    auto binary = [&](LaneOp op, Id rhs, auto compute) {
      values.push_back({program.binary(op, a, rhs), compute});
    };
    auto constant = [&](LaneOp op, int64_t value, auto compute) {
      binary(op, program.constant(value),
             [=](int64_t w, int64_t l) { return compute(f(w, l), value); });
    };
    auto both = [&](LaneOp op, auto compute) {
      binary(op, b,
             [=](int64_t w, int64_t l) { return compute(f(w, l), g(w, l)); });
    };
    auto mod = [](int64_t x, int64_t y) { return x % y; };
    auto div = [](int64_t x, int64_t y) { return x / y; };
    switch (random(10)) {
    case 0:
    case 1:
      return both(LaneOp::Add, std::plus<int64_t>());
    case 2:
      return constant(LaneOp::Mul, c, std::multiplies<int64_t>());
    case 3:
      return constant(LaneOp::UnsignedDiv, c, div);
    case 4:
      return constant(LaneOp::UnsignedMod, c, mod);
    case 5:
      return constant(LaneOp::FloorDiv, power, div);
    case 6:
      return constant(LaneOp::And, power - 1, std::bit_and<int64_t>());
    case 7:
      return both(LaneOp::Xor, std::bit_xor<int64_t>());
    case 8:
      return both(LaneOp::Or, std::bit_or<int64_t>());
    default:
      return constant(LaneOp::CeilDiv, power,
                      [](int64_t x, int64_t y) { return (x + y - 1) / y; });
    }
  }

  uint32_t state;
  int64_t last = 0;
};
} // namespace

// Whatever the unknown values are, some case has the lanes' differences exactly
// and their common part modulo what was asked.
TEST(LaneExpression, SomeCaseIsTheTruth) {
  unsigned evaluated = 0;
  for (uint32_t seed = 0; seed < 2000; ++seed) {
    RandomProgram test(seed);
    const auto &last = test.values.back();
    auto id = last.first;
    auto truth = last.second;
    for (int64_t modulus : {8, 128}) {
      std::set<int64_t> warps;
      auto failure = test.program.forEachCase(
          {{id, modulus}}, 1 << 14,
          [&](const std::vector<LaneValue> &roots, uint32_t lanes) {
            const LaneValue &value = roots[0];
            EXPECT_EQ(lanes, ~0u);
            for (int64_t warp = 0; warp < 4; ++warp) {
              int64_t shift = truth(warp, 0) - value.lanes[0];
              bool same =
                  shift % modulus == 0 && (value.slack != 0 || shift == 0);
              for (unsigned lane = 1; lane < 32; ++lane)
                same &= truth(warp, lane) - value.lanes[lane] == shift;
              if (same)
                warps.insert(warp);
            }
          });
      if (failure)
        continue;
      ++evaluated;
      EXPECT_EQ(warps.size(), 4u) << "seed " << seed << " mod " << modulus;
    }
  }
  EXPECT_GT(evaluated, 2500u);
}
