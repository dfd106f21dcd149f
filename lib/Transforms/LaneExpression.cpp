//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Needs from roots to leaves, then evaluation from leaves to roots: see the
// header for the algorithm.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Transforms/LaneExpression.h"

#include "LaneArithmetic.h"

#include <algorithm>
#include <numeric>

using namespace sparsegpu;

LaneProgram::Id LaneProgram::add(Node node) {
  // Unknowns differ although they look alike.
  if (node.op != LaneOp::Unknown)
    for (Id id = 0; id < nodes.size(); ++id)
      if (nodes[id].op == node.op && nodes[id].operands == node.operands &&
          nodes[id].immediate == node.immediate)
        return id;
  nodes.push_back(std::move(node));
  return nodes.size() - 1;
}

LaneProgram::Id LaneProgram::constant(int64_t value) {
  return add({LaneOp::Constant, {}, value, false, value >= 0});
}

LaneProgram::Id LaneProgram::unknown(int64_t count, bool nonNegative) {
  return add({LaneOp::Unknown, {}, count, false, nonNegative || count > 0});
}

LaneProgram::Id LaneProgram::binary(LaneOp op, Id lhs, Id rhs) {
  bool varying = nodes[lhs].varying || nodes[rhs].varying;
  std::optional<int64_t> a = getConstant(lhs), b = getConstant(rhs);
  if (a && b) {
    LaneValue x, y, result;
    x.lanes.fill(*a);
    x.nonNegative = *a >= 0;
    y.lanes.fill(*b);
    y.nonNegative = *b >= 0;
    if (!evaluateLanes(op, x, y, result))
      return constant(result.lanes[0]);
  }
  return add({op, {lhs, rhs}, 0, varying, false});
}

LaneProgram::Id LaneProgram::select(Id condition, Id ifTrue, Id ifFalse) {
  bool varying = nodes[condition].varying || nodes[ifTrue].varying ||
                 nodes[ifFalse].varying;
  return add({LaneOp::Select, {condition, ifTrue, ifFalse}, 0, varying, false});
}

std::optional<int64_t> LaneProgram::getConstant(Id id) const {
  if (nodes[id].op != LaneOp::Constant)
    return std::nullopt;
  return nodes[id].immediate;
}

/// Needs of nodes are moduli: 0 is "exactly".
static constexpr int64_t kExact = 0;
/// Moduli are not followed beyond this: there would be too many cases.
static constexpr int64_t kLargestModulus = int64_t(1) << 30;

static int64_t roundUpToPowerOfTwo(int64_t value) {
  int64_t power = 1;
  while (power < value)
    power *= 2;
  return power;
}

/// Evaluates the nodes that `roots` reach.
class LaneProgram::Evaluation {
public:
  Evaluation(const LaneProgram &program, const std::vector<Root> &roots,
             unsigned lowBits)
      : program(program), nodes(program.nodes), roots(roots), lowBits(lowBits),
        reached(nodes.size()), needs(nodes.size(), 1), values(nodes.size()) {}

  std::optional<LaneFailure> run(uint64_t maxCases, const Visitor &visit);
  /// True if more low bits may help.
  bool wantsBits() const { return failedForBits; }

private:
  void need(Id id, int64_t modulus) {
    reached[id] = true;
    int64_t &known = needs[id];
    known = known == kExact || modulus == kExact ? kExact
                                                 : std::lcm(known, modulus);
    if (known > kLargestModulus)
      known = kExact;
  }
  void needOperands(Id id);
  std::optional<LaneFailure> listCases(uint64_t maxCases);
  std::optional<LaneFailure> evaluate(Id id);
  std::optional<LaneFailure> visitWarp(int64_t warp, const Visitor &visit);

  const LaneProgram &program;
  const std::vector<Node> &nodes;
  const std::vector<Root> &roots;
  unsigned lowBits;
  std::vector<bool> reached;
  std::vector<int64_t> needs;
  std::vector<LaneValue> values;
  /// Leaves with the number of their cases, and the current ones.
  std::vector<std::pair<Id, int64_t>> leaves;
  std::vector<int64_t> current;
  bool usesWarps = false, failedForBits = false;
  int64_t warp = 0;
};

void LaneProgram::Evaluation::needOperands(Id id) {
  const Node &node = nodes[id];
  int64_t m = needs[id];
  auto needAll = [&](int64_t modulus) {
    for (Id operand : node.operands)
      need(operand, modulus);
  };
  switch (node.op) {
  case LaneOp::Add:
  case LaneOp::Sub:
    return needAll(m);
  case LaneOp::Mul:
    for (unsigned i = 0; i < 2; ++i) {
      Id self = node.operands[i], other = node.operands[1 - i];
      if (std::optional<int64_t> c = program.getConstant(other))
        need(self, m == kExact ? kExact : m / std::gcd(m, *c));
      else
        need(self, nodes[other].varying ? kExact : m);
    }
    return;
  case LaneOp::FloorDiv:
  case LaneOp::CeilDiv:
  case LaneOp::UnsignedDiv:
  case LaneOp::SignedDiv:
    if (std::optional<int64_t> c = program.getConstant(node.operands[1]);
        c && *c > 0 && m != kExact) {
      need(node.operands[0], *c > kLargestModulus / m ? kExact : m * *c);
      return need(node.operands[1], kExact);
    }
    return needAll(kExact);
  case LaneOp::FloorMod:
  case LaneOp::UnsignedMod:
  case LaneOp::SignedMod:
    if (std::optional<int64_t> c = program.getConstant(node.operands[1]);
        c && *c > 0) {
      need(node.operands[0], *c);
      return need(node.operands[1], kExact);
    }
    return needAll(kExact);
  case LaneOp::And:
  case LaneOp::Or:
  case LaneOp::Xor: {
    int64_t low = int64_t(1) << lowBits;
    if (node.op == LaneOp::And)
      for (unsigned i = 0; i < 2; ++i)
        if (std::optional<int64_t> mask = program.getConstant(node.operands[i]);
            mask && *mask >= 0 && *mask < kLargestModulus) {
          need(node.operands[i], kExact);
          return need(node.operands[1 - i], roundUpToPowerOfTwo(*mask + 1));
        }
    if (m == kExact)
      return needAll(kExact);
    return needAll(std::max(roundUpToPowerOfTwo(m), node.varying ? low : 1));
  }
  case LaneOp::Min:
  case LaneOp::Max:
  case LaneOp::Equal:
  case LaneOp::Less:
  case LaneOp::UnsignedLess:
    return needAll(kExact);
  case LaneOp::Select:
    need(node.operands[0], kExact);
    for (unsigned i = 1; i < 3; ++i)
      need(node.operands[i], nodes[node.operands[0]].varying ? kExact : m);
    return;
  default:
    return;
  }
}

std::optional<LaneFailure>
LaneProgram::Evaluation::listCases(uint64_t maxCases) {
  uint64_t cases = 1;
  auto multiply = [&](uint64_t by) {
    cases = by > maxCases / cases ? maxCases + 1 : cases * by;
    return cases <= maxCases;
  };
  for (Id id = 0; id < nodes.size(); ++id) {
    if (!reached[id])
      continue;
    const Node &node = nodes[id];
    usesWarps |= node.op == LaneOp::ThreadId || node.op == LaneOp::WarpId;
    if (node.op != LaneOp::Unknown)
      continue;
    int64_t m = needs[id], count = node.immediate;
    if (m == kExact && count == 0)
      return LaneFailure{id, "is needed exactly, and is not known"};
    if (count == 0 || (m != kExact && m < count))
      count = m;
    if (!multiply(count))
      return LaneFailure{id, "has too many values that differ",
                         /*tooManyCases=*/true};
    leaves.push_back({id, count});
  }
  return std::nullopt;
}

std::optional<LaneFailure> LaneProgram::Evaluation::evaluate(Id id) {
  const Node &node = nodes[id];
  LaneValue &value = values[id];
  const std::array<int64_t, 3> block =
      program.block.value_or(std::array<int64_t, 3>{32, 1, 1});
  switch (node.op) {
  case LaneOp::Constant:
    value.lanes.fill(node.immediate);
    value.nonNegative = node.immediate >= 0;
    return std::nullopt;
  case LaneOp::ThreadId:
    for (int64_t lane = 0; lane < 32; ++lane) {
      int64_t thread = 32 * warp + lane;
      value.lanes[lane] = node.immediate == 0 ? thread % block[0]
                          : node.immediate == 1
                              ? thread / block[0] % block[1]
                              : thread / (block[0] * block[1]);
    }
    return std::nullopt;
  case LaneOp::LaneId:
    std::iota(value.lanes.begin(), value.lanes.end(), 0);
    return std::nullopt;
  case LaneOp::WarpId:
    value.lanes.fill(warp);
    return std::nullopt;
  case LaneOp::Unknown:
    // Set by the enumeration.
    return std::nullopt;
  case LaneOp::Select: {
    std::optional<LaneProblem> problem =
        selectLanes(values[node.operands[0]], values[node.operands[1]],
                    values[node.operands[2]], value);
    return problem ? std::optional<LaneFailure>({id, problem->reason})
                   : std::nullopt;
  }
  default: {
    std::optional<LaneProblem> problem = evaluateLanes(
        node.op, values[node.operands[0]], values[node.operands[1]], value);
    if (!problem)
      return std::nullopt;
    failedForBits |= problem->needsBits;
    return LaneFailure{id, problem->reason};
  }
  }
}

std::optional<LaneFailure>
LaneProgram::Evaluation::visitWarp(int64_t number, const Visitor &visit) {
  warp = number;
  for (Id id = 0; id < nodes.size(); ++id)
    if (reached[id])
      if (std::optional<LaneFailure> failure = evaluate(id))
        return failure;
  std::vector<LaneValue> results;
  for (const Root &root : roots) {
    const LaneValue &value = values[root.id];
    if (value.slack != 0 &&
        (root.modulus == kExact || value.slack % root.modulus != 0))
      return LaneFailure{root.id, "is not known precisely enough"};
    results.push_back(value);
  }
  uint32_t lanes = ~0u;
  if (usesWarps) {
    std::array<int64_t, 3> block = *program.block;
    int64_t left = block[0] * block[1] * block[2] - 32 * warp;
    lanes = left >= 32 ? ~0u : (1u << left) - 1;
  }
  visit(results, lanes);
  return std::nullopt;
}

std::optional<LaneFailure> LaneProgram::Evaluation::run(uint64_t maxCases,
                                                        const Visitor &visit) {
  for (const Root &root : roots)
    need(root.id, root.modulus);
  for (Id id = nodes.size(); id-- > 0;)
    if (reached[id])
      needOperands(id);
  int64_t warps = 1;
  if (program.block)
    warps =
        ((*program.block)[0] * (*program.block)[1] * (*program.block)[2] + 31) /
        32;
  if (std::optional<LaneFailure> failure =
          listCases(std::max<uint64_t>(1, maxCases / warps)))
    return failure;
  if (!usesWarps)
    warps = 1;
  current.assign(leaves.size(), 0);
  while (true) {
    for (size_t i = 0; i < leaves.size(); ++i) {
      const Node &node = nodes[leaves[i].first];
      LaneValue &value = values[leaves[i].first];
      value.lanes.fill(current[i]);
      value.slack = leaves[i].second == node.immediate ? 0 : leaves[i].second;
      value.nonNegative = node.nonNegative;
    }
    for (int64_t number = 0; number < warps; ++number)
      if (std::optional<LaneFailure> failure = visitWarp(number, visit))
        return failure;
    size_t i = 0;
    while (i < leaves.size() && ++current[i] == leaves[i].second)
      current[i++] = 0;
    if (i == leaves.size())
      return std::nullopt;
  }
}

std::optional<LaneFailure>
LaneProgram::forEachCase(const std::vector<Root> &roots, uint64_t maxCases,
                         const Visitor &visit) const {
  // Bitwise operations keep as many low bits as lanes differ in: tried from few
  // to many, since each bit doubles the cases.
  std::optional<LaneFailure> failure;
  for (unsigned lowBits : {7u, 10u, 13u}) {
    Evaluation evaluation(*this, roots, lowBits);
    failure = evaluation.run(maxCases, visit);
    if (!failure || !evaluation.wantsBits())
      break;
  }
  return failure;
}
