//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Integer expressions in the 32 lanes of a warp, evaluated for every case that
// can occur, not for samples.
//
// A value is known as  lanes[l] + slack * k  with one unknown integer k for all
// lanes: what lanes differ by is exact, and what they share is exact modulo
// `slack` (0: exact altogether). Unknown uniform values (trip counts of loops,
// kernel arguments, block numbers) are enumerated by their residues, modulo
// what the expression's use needs:
//
// 1. Needs go from roots to leaves: a sum mod m needs its operands mod m, a
//    product by c needs them mod m / gcd(m, c), a quotient by c mod m * c, a
//    remainder by c mod c, bits as many low bits as lanes differ in; minima,
//    comparisons, and what varies by lane in products need exact values.
// 2. A leaf of n values with a need of m has min(n, m) cases.
// 3. For each combination of cases, and each warp of the block, all nodes are
//    evaluated; the slack of each root is a multiple of its need, or the
//    evaluation fails and says at which node.
//
// Integer overflow is taken not to happen.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_LANEEXPRESSION_H
#define SPARSEGPU_TRANSFORMS_LANEEXPRESSION_H

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sparsegpu {

struct LaneValue {
  std::array<int64_t, 32> lanes{};
  int64_t slack = 0;
  /// True if no possible value is negative.
  bool nonNegative = true;
};

enum class LaneOp {
  Constant,
  /// Number of the thread in dimension `immediate`; in the warp; the warp's.
  ThreadId,
  LaneId,
  WarpId,
  /// A uniform value: 0 to `immediate` - 1, or anything if that is 0.
  Unknown,
  Add,
  Sub,
  Mul,
  /// Quotients and remainders. Floor: rounded down, whatever the signs.
  FloorDiv,
  FloorMod,
  CeilDiv,
  UnsignedDiv,
  UnsignedMod,
  SignedDiv,
  SignedMod,
  And,
  Or,
  Xor,
  Min,
  Max,
  Equal,
  Less,
  /// Fails where an operand may be negative.
  UnsignedLess,
  /// The second operand where the first is not zero, else the third.
  Select,
};

struct LaneFailure {
  unsigned node = 0;
  std::string reason;
  bool tooManyCases = false;
};

/// Expressions over one block of threads; nodes are numbered from 0, operands
/// before their users. The same call gives the same node.
class LaneProgram {
public:
  using Id = unsigned;

  /// Threads of the block in x, y, z; none if not known: then `threadId` and
  /// `warpId` must not be used.
  explicit LaneProgram(std::optional<std::array<int64_t, 3>> block)
      : block(block) {}

  bool knowsBlock() const { return block.has_value(); }
  std::array<int64_t, 3> getBlock() const { return *block; }

  Id constant(int64_t value);
  Id threadId(unsigned dimension) {
    return add({LaneOp::ThreadId, {}, dimension, true, true});
  }
  Id laneId() { return add({LaneOp::LaneId, {}, 0, true, true}); }
  Id warpId() { return add({LaneOp::WarpId, {}, 0, false, true}); }
  /// A new uniform value of `count` cases from 0 (0: unbounded).
  Id unknown(int64_t count, bool nonNegative);
  Id binary(LaneOp op, Id lhs, Id rhs);
  Id select(Id condition, Id ifTrue, Id ifFalse);

  /// Whether lanes may differ in it.
  bool isVarying(Id id) const { return nodes[id].varying; }
  std::optional<int64_t> getConstant(Id id) const;

  /// What is asked of the value of a node: exact modulo `modulus`.
  struct Root {
    Id id;
    int64_t modulus;
  };
  /// Values of the roots in one case; `lanes` has the lanes that exist.
  using Visitor =
      std::function<void(const std::vector<LaneValue> &roots, uint32_t lanes)>;

  /// Calls `visit` for each case. Fails if an operation cannot be evaluated as
  /// precisely as needed, or there are more than `maxCases`.
  std::optional<LaneFailure> forEachCase(const std::vector<Root> &roots,
                                         uint64_t maxCases,
                                         const Visitor &visit) const;

private:
  struct Node {
    LaneOp op;
    std::vector<Id> operands;
    int64_t immediate;
    bool varying;
    bool nonNegative;
  };
  class Evaluation;

  Id add(Node node);

  std::optional<std::array<int64_t, 3>> block;
  std::vector<Node> nodes;
};

} // namespace sparsegpu

#endif // SPARSEGPU_TRANSFORMS_LANEEXPRESSION_H
