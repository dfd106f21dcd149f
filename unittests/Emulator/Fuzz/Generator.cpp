//===- Generator.cpp - Random programs ------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"

#include "GeneratorImpl.h"

#include <algorithm>
#include <numeric>

using namespace sparsegpu::emulator::fuzz;

unsigned Generator::addRegion(Space space, Type type, unsigned slots,
                              unsigned width) {
  Region region;
  region.space = space;
  region.type = type;
  region.slots = slots;
  region.width = width;
  region.atomic = below(kAtomics);
  if (space == Space::Dynamic)
    region.offset = (program.dynamicBytes() + 15) / 16 * 16;
  program.regions.push_back(region);
  return program.regions.size() - 1;
}

void Generator::makeRegions() {
  unsigned threads = program.threads;
  auto anyType = [&] { return Type(1 + below(7)); };
  // No access is wider than 16 bytes.
  auto widthFor = [&](Type type) {
    unsigned width = pick({1u, 1u, 2u, 4u});
    while (width * bytesOf(type) > 16)
      width /= 2;
    return width;
  };
  for (unsigned &witness : witnesses)
    witness = addRegion(Space::Shared, Type::I32, threads, 1);
  scratch = addRegion(pick({Space::Shared, Space::Global}),
                      pick({Type::I32, Type::I64, Type::F32}), threads, 1);
  auto add = [&](Space space, unsigned slots) {
    Type type = anyType();
    return addRegion(space, type, slots, widthFor(type));
  };
  for (unsigned i = 0; i < 2; ++i)
    add(Space::Input, 64);
  for (unsigned i = 1 + below(2); i; --i)
    add(Space::Global, threads);
  for (unsigned i = 1 + below(3); i; --i)
    add(Space::Shared, threads);
  for (unsigned i = below(3); i; --i)
    add(Space::Dynamic, threads);
  addRegion(Space::Counters, pick({Type::I32, Type::I64}), 1 + below(8), 1);
  if (chance(50))
    addRegion(Space::Local, anyType(), 8, 1);
  if (chance(50))
    add(Space::Constant, 16);
  for (unsigned i = below(4); i; --i) {
    CopyTarget target;
    target.amount = pick({4u, 8u, 16u});
    unsigned bytes = std::max(target.amount, pick({4u, 8u, 16u}));
    Type type = pick({Type::I8, Type::I32, Type::F16, Type::F32, Type::I64});
    if (bytesOf(type) > bytes)
      type = Type::I32;
    target.region = addRegion(pick({Space::Shared, Space::Dynamic}), type,
                              threads, bytes / bytesOf(type));
    targets.push_back(target);
  }
}

Ownership Generator::ownership() {
  Ownership result;
  do
    result.a = 1 + below(program.threads);
  while (std::gcd(result.a, program.threads) != 1);
  result.b = below(program.threads);
  return result;
}

/// Shared memory is written before it is read.
Phase Generator::initialPhase() {
  Phase phase;
  for (unsigned i = 0; i < program.regions.size(); ++i) {
    const Region &region = program.regions[i];
    if (!isShared(region.space))
      continue;
    Statement s;
    s.kind = Statement::StoreVector;
    s.region = i;
    s.own = true;
    s.ownership = ownership();
    for (unsigned e = 0; e < region.width; ++e)
      s.args.push_back(expression(region.type, 1));
    phase.body.push_back(s);
  }
  phase.end = barrier();
  return phase;
}

void Generator::chooseModes() {
  modes.assign(program.regions.size(), Mode());
  for (unsigned i = 0; i < program.regions.size(); ++i) {
    const Region &region = program.regions[i];
    Mode &mode = modes[i];
    bool mayAdd = region.type == Type::I32 || region.type == Type::I64;
    switch (region.space) {
    case Space::Input:
    case Space::Constant:
      mode.kind = Mode::Read;
      break;
    case Space::Counters:
      mode.kind = Mode::Atomic;
      mode.atomic = region.atomic;
      break;
    case Space::Local:
      mode.kind = Mode::Free;
      break;
    default:
      mode.kind = chance(40)             ? Mode::Read
                  : mayAdd && chance(30) ? Mode::Atomic
                                         : Mode::Own;
      mode.ownership = ownership();
      mode.atomic = below(kAtomics);
    }
  }
  for (unsigned region : {witnesses[0], witnesses[1], scratch})
    modes[region].kind = Mode::Nothing;
  for (const CopyTarget &target : targets)
    modes[target.region].kind = target.inFlight ? Mode::Nothing : Mode::Read;
}

Barrier Generator::barrier() {
  Barrier result;
  bool fullWarps = program.threads % 32 == 0;
  do
    result.kind = Barrier::Kind(below(7));
  while ((result.kind == Barrier::Named && !fullWarps) ||
         (result.kind == Barrier::Mbarrier && !program.hasMbarrier));
  // 15 is that of exchanges.
  result.id = chance(50) ? 0 : below(15);
  result.variable = variable(Type::I32);
  result.condition = condition(1);
  return result;
}

/// A group of copies to targets that are not in flight; what they read is never
/// written.
void Generator::issueCopies(Phase &phase,
                            const std::vector<unsigned> &excluded) {
  std::vector<unsigned> group;
  for (unsigned i = 0; i < targets.size(); ++i) {
    CopyTarget &target = targets[i];
    if (target.inFlight || !chance(50) ||
        std::find(excluded.begin(), excluded.end(), i) != excluded.end())
      continue;
    const Region &region = program.regions[target.region];
    target.inFlight = true;
    target.ownership = ownership();
    modes[target.region].kind = Mode::Nothing;
    group.push_back(i);
    unsigned pieces = region.width * bytesOf(region.type) / target.amount;
    for (unsigned piece = 0; piece < pieces; ++piece) {
      Statement copy;
      copy.kind = Statement::Copy;
      copy.region = target.region;
      copy.own = true;
      copy.ownership = target.ownership;
      copy.amount = target.amount;
      copy.which = piece;
      do
        copy.source = below(program.regions.size());
      while (program.regions[copy.source].space != Space::Input);
      copy.args.push_back(expression(Type::I32, 1));
      if (chance(40))
        copy.args.push_back(expression(Type::I32, 1));
      if (piece == 0) {
        phase.body.push_back(copy);
      } else if (chance(50)) {
        Statement branch;
        branch.kind = Statement::If;
        branch.args.push_back(condition(1));
        branch.body.push_back(copy);
        phase.body.push_back(branch);
      }
    }
  }
  if (group.empty())
    return;
  phase.commit = true;
  groups.push_back(group);
}

/// At the end of a phase a thread stores a word, which its neighbour loads at
/// the start of the next.
Statement Generator::accessWitness(Statement::Kind kind) {
  Statement s;
  s.kind = kind;
  s.region = witnesses[(numPhases + (kind == Statement::Load)) % 2];
  if (kind == Statement::Load) {
    s.variable = variable(Type::I32);
    s.args.push_back(tidPlus(1));
  } else {
    s.own = true;
    // Different from what the previous phases stored.
    s.args = {number(0),
              Expr{Op::Xor,
                   Type::I32,
                   0,
                   {tidPlus(numPhases * 4096), expression(Type::I32, 1)}}};
  }
  return s;
}

/// Makes the variable's value count, or a compiler drops the load that gave it.
Statement Generator::keep(unsigned variable) {
  Type type = program.variables[variable];
  Expr value{Op::Variable, type, variable, {}};
  if (isFloat(type))
    value = {Op::FPToSI, Type::I32, 0, {value}};
  else if (bitsOf(type) != 32)
    value = {bitsOf(type) > 32 ? Op::Trunc : Op::ZExt, Type::I32, 0, {value}};
  Expr before{Op::Mul,
              Type::I32,
              0,
              {Expr{Op::Variable, Type::I32, kept, {}}, number(5)}};
  Statement s;
  s.variable = kept;
  s.args.push_back({Op::Add, Type::I32, 0, {before, value}});
  return s;
}

Statement Generator::firstExchange() {
  Statement s;
  s.kind = Statement::Exchange;
  s.region = scratch;
  Type type = program.regions[scratch].type;
  s.variable = variable(type);
  s.args = {expression(type, 1), tidPlus(1)};
  return s;
}

Phase Generator::phase(bool last) {
  Phase result;
  chooseModes();
  std::vector<Statement> start;
  start.push_back(accessWitness(Statement::Load));
  start.push_back(keep(start.back().variable));
  for (unsigned i : arrived) {
    const Region &region = program.regions[targets[i].region];
    Statement s;
    s.kind = Statement::Load;
    s.region = targets[i].region;
    s.own = true;
    s.ownership = targets[i].ownership;
    s.variable = variable(region.type);
    s.args.push_back(number(0));
    start.push_back(s);
    start.push_back(keep(s.variable));
  }
  if (numPhases == 1) {
    start.push_back(firstExchange());
    start.push_back(keep(start.back().variable));
  }
  std::vector<unsigned> excluded = std::move(arrived);
  arrived.clear();
  issueCopies(result, excluded);
  // Copies are somewhere among the other statements, in their order.
  size_t at = 0;
  for (Statement &s : body(Scope(), 2 + below(6))) {
    at += below(result.body.size() - at + 1);
    result.body.insert(result.body.begin() + at++, std::move(s));
  }
  result.body.insert(result.body.begin(), start.begin(), start.end());
  result.body.push_back(accessWitness(Statement::Store));
  if (!groups.empty() && (last || chance(60))) {
    result.wait = last ? 0 : below(groups.size());
    while (groups.size() > unsigned(result.wait)) {
      for (unsigned i : groups.front()) {
        targets[i].inFlight = false;
        arrived.push_back(i);
      }
      groups.pop_front();
    }
  }
  result.end = barrier();
  ++numPhases;
  return result;
}

Program Generator::run() {
  program.blocks = 1 + below(3);
  program.threads = chance(70) ? 32 * (1 + below(4)) : 2 + below(126);
  program.hasMbarrier = chance(30);
  program.variables = {Type::I32, Type::I32, Type::I32, Type::I32, Type::I64,
                       Type::I64, Type::I8,  Type::I16, Type::F16, Type::F32,
                       Type::F32, Type::F64, Type::I32};
  kept = program.variables.size() - 1;
  makeRegions();
  program.sections.push_back({1, {initialPhase()}});
  numPhases = 1;
  for (unsigned i = 1 + below(3); i; --i) {
    Section section;
    section.trips = chance(40) ? 2 + below(2) : 1;
    for (unsigned n = 1 + below(3); n; --n)
      section.phases.push_back(phase(n == 1));
    program.sections.push_back(section);
  }
  return program;
}

Program sparsegpu::emulator::fuzz::generate(uint64_t seed) {
  return Generator(seed).run();
}
