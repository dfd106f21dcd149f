//===- GenerateStatements.cpp - Random statements and expressions ---------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GeneratorImpl.h"

using namespace sparsegpu::emulator::fuzz;

std::vector<Statement> Generator::body(const Scope &scope, unsigned size) {
  std::vector<Statement> result;
  while (size--)
    result.push_back(statement(scope));
  return result;
}

Statement Generator::statement(const Scope &scope) {
  unsigned kind = below(100);
  Scope inside = scope;
  ++inside.depth;
  Statement s;
  if (kind < 25 || (kind >= 75 && scope.depth >= 3)) {
    unsigned target = below(kept);
    s.variable = target;
    s.args.push_back(expression(program.variables[target], 3));
  } else if (kind < 50) {
    s = access(scope);
  } else if (kind < 75) {
    s = scope.collectives ? collective(scope) : access(scope);
  } else if (kind < 80) {
    s.kind = Statement::If;
    s.args.push_back(condition(2));
    inside.collectives = inside.full = false;
    s.body = body(inside, 1 + below(3));
    s.other = body(inside, below(3));
  } else if (kind < 90) {
    s.kind = scope.collectives ? Statement::IfBallot : Statement::If;
    s.args.push_back(condition(2));
    inside.full = false;
    s.body = body(inside, 1 + below(3));
    s.other = body(inside, below(3));
  } else if (kind < 95) {
    s.kind = Statement::Repeat;
    s.amount = 1 + below(3);
    s.body = body(inside, 1 + below(3));
  } else {
    s.kind = Statement::While;
    s.args.push_back(expression(Type::I32, 2));
    inside.collectives = inside.full = false;
    s.body = body(inside, 1 + below(2));
  }
  return s;
}

Statement Generator::access(const Scope &scope) {
  Statement s;
  do
    s.region = below(program.regions.size());
  while (modes[s.region].kind == Mode::Nothing);
  const Region &region = program.regions[s.region];
  const Mode &mode = modes[s.region];
  s.generic = region.space != Space::Local && chance(30);
  s.own = mode.kind == Mode::Own;
  s.ownership = mode.ownership;
  if (mode.kind == Mode::Atomic) {
    s.kind = Statement::Atomic;
    s.which = mode.atomic;
    s.args = {expression(Type::I32, 2), expression(region.type, 2)};
    return s;
  }
  bool writes =
      (mode.kind == Mode::Own || mode.kind == Mode::Free) && chance(60);
  bool vector = region.space != Space::Local && chance(50);
  if (!writes) {
    s.kind = vector ? Statement::LoadVector : Statement::Load;
    s.variable = variable(region.type);
    s.which = vector ? below(region.width) : 0;
    s.args.push_back(expression(Type::I32, 2));
  } else if (vector) {
    s.kind = Statement::StoreVector;
    for (unsigned i = 0; i < region.width; ++i)
      s.args.push_back(expression(region.type, 2));
  } else {
    s.kind = Statement::Store;
    s.args = {expression(Type::I32, 1), expression(region.type, 3)};
  }
  return s;
}

Statement Generator::collective(const Scope &scope) {
  Statement s;
  bool fullWarps = scope.full && program.threads % 32 == 0;
  switch (below(7)) {
  case 0:
    s.kind = Statement::Vote;
    s.variable = variable(Type::I32);
    s.which = below(4);
    s.args.push_back(condition(2));
    return s;
  case 1:
    s.kind = Statement::Match;
    s.variable = variable(Type::I32);
    s.args.push_back(expression(pick({Type::I32, Type::I64}), 2));
    return s;
  case 2:
    s.kind = Statement::Redux;
    s.variable = variable(Type::I32);
    s.which = below(kAtomics);
    s.args.push_back(expression(Type::I32, 2));
    return s;
  case 3:
    s.kind = Statement::SyncWarp;
    return s;
  case 4:
    return exchange(scope);
  case 5:
    if (fullWarps) {
      s.kind = Statement::ShuffleFull;
      s.which = below(3);
      s.amount = below(32);
      break;
    }
    [[fallthrough]];
  default:
    s.kind = Statement::Shuffle;
    break;
  }
  Type type = pick({Type::I32, Type::F32});
  s.variable = variable(type);
  // A float's bits are seen, so it has to be one that is in a variable.
  s.args.push_back(type == Type::I32
                       ? expression(type, 2)
                       : Expr{Op::Variable, type, variable(type), {}});
  if (s.kind == Statement::Shuffle)
    s.args.push_back(expression(Type::I32, 2));
  return s;
}

/// In a warp, or, with `which`, in the first so many warps.
Statement Generator::exchange(const Scope &scope) {
  Statement s;
  s.kind = Statement::Exchange;
  s.region = scratch;
  Type type = program.regions[scratch].type;
  s.variable = variable(type);
  s.generic = chance(30);
  s.args = {expression(type, 2), expression(Type::I32, 2)};
  if (scope.full && program.threads % 32 == 0 && program.threads > 32 &&
      chance(40)) {
    s.which = 1 + below(program.threads / 32 - 1);
    s.amount = 15;
    s.args[1] = tidPlus(1 + below(s.which * 32 - 1));
  }
  return s;
}

unsigned Generator::variable(Type type) {
  unsigned result;
  do
    result = below(kept);
  while (program.variables[result] != type);
  return result;
}

uint64_t Generator::constant(Type type) {
  if (!isFloat(type)) {
    uint64_t value = random();
    if (chance(60))
      value = below(2) ? below(9) : ~uint64_t(below(4));
    return bitsOf(type) == 64 ? value
                              : value & ((uint64_t(1) << bitsOf(type)) - 1);
  }
  // Halves from -8 to 8, which all types hold.
  unsigned fraction = type == Type::F16 ? 10 : type == Type::F32 ? 23 : 52;
  uint64_t bias = (uint64_t(1) << (bitsOf(type) - fraction - 2)) - 1;
  uint64_t sign = uint64_t(below(2)) << (bitsOf(type) - 1);
  if (chance(10))
    return sign;
  return sign | (bias - 1 + below(4)) << fraction |
         uint64_t(below(2)) << (fraction - 1);
}

Expr Generator::leaf(Type type) {
  unsigned kind = below(10);
  if (type == Type::I1)
    return number(below(2), type);
  if (kind < 6)
    return {Op::Variable, type, variable(type), {}};
  if (type == Type::I32 && kind < 8)
    return {pick({Op::Tid, Op::Lane, Op::Block}), type, 0, {}};
  if (kind == 8)
    return {Op::Parameter, type, 0, {}};
  return number(constant(type), type);
}

Expr Generator::expression(Type type, unsigned depth) {
  if (depth == 0 || chance(20))
    return leaf(type);
  if (type == Type::I1)
    return condition(depth);
  if (chance(15))
    return {Op::Select,
            type,
            0,
            {condition(depth - 1), expression(type, depth - 1),
             expression(type, depth - 1)}};
  if (chance(20))
    return conversion(type, depth);
  return isFloat(type) ? floatOperation(type, depth)
                       : integerOperation(type, depth);
}

Expr Generator::integerOperation(Type type, unsigned depth) {
  Op op = Op(unsigned(Op::Add) +
             below(unsigned(Op::BitReverse) - unsigned(Op::Add) + 1));
  if (op == Op::BSwap && type == Type::I8)
    op = Op::BitReverse;
  unsigned operands = op == Op::FShl ? 3 : op >= Op::CtPop ? 1 : 2;
  Expr result{op, type, 0, {}};
  while (operands--)
    result.args.push_back(expression(type, depth - 1));
  return result;
}

Expr Generator::floatOperation(Type type, unsigned depth) {
  Op op = Op(unsigned(Op::FAdd) +
             below(unsigned(Op::FAbs) - unsigned(Op::FAdd) + 1));
  unsigned operands = op == Op::FMA ? 3 : op >= Op::FNeg ? 1 : 2;
  Expr result{op, type, 0, {}};
  while (operands--)
    result.args.push_back(expression(type, depth - 1));
  return result;
}

Expr Generator::conversion(Type type, unsigned depth) {
  Type from;
  do
    from = Type(1 + below(7));
  while (from == type ||
         (isFloat(from) && isFloat(type) && bitsOf(from) == bitsOf(type)));
  bool widens = bitsOf(type) > bitsOf(from);
  Op op;
  if (isFloat(type) && isFloat(from))
    op = widens ? Op::FPExt : Op::FPTrunc;
  else if (isFloat(type))
    op = pick({Op::SIToFP, Op::UIToFP});
  else if (isFloat(from))
    op = Op::FPToSI;
  else if (bitsOf(from) == bitsOf(type))
    return leaf(type);
  else
    op = widens ? pick({Op::ZExt, Op::SExt}) : Op::Trunc;
  return {op, type, 0, {expression(from, depth - 1)}};
}

Expr Generator::condition(unsigned depth) {
  if (depth == 0)
    return {Op::ICmp, Type::I1, below(6), {leaf(Type::I32), leaf(Type::I32)}};
  if (chance(20))
    return {pick({Op::And, Op::Or, Op::Xor}),
            Type::I1,
            0,
            {condition(depth - 1), condition(depth - 1)}};
  Type type = Type(1 + below(7));
  return {isFloat(type) ? Op::FCmp : Op::ICmp,
          Type::I1,
          below(isFloat(type) ? 5 : 6),
          {expression(type, depth - 1), expression(type, depth - 1)}};
}
