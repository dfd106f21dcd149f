//===- Reference.cpp - What a program of the fuzzer computes --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <cstring>
#include <map>

using namespace sparsegpu::emulator::fuzz;

namespace {
/// Threads of a block, ascending, that execute a statement.
using Threads = std::vector<unsigned>;

class Interpreter {
public:
  Interpreter(const Program &program) : program(program) {
    for (unsigned i = 0; i < program.regions.size(); ++i)
      initial.push_back(program.initialBytes(i));
    result.regions.resize(program.regions.size());
    for (unsigned i = 0; i < program.regions.size(); ++i)
      if (program.regions[i].space == Space::Counters)
        result.regions[i] = initial[i];
  }

  Result run() {
    for (block = 0; block < program.blocks; ++block)
      runBlock();
    return std::move(result);
  }

private:
  void runBlock();
  void finishBlock();
  void execute(const std::vector<Statement> &body, const Threads &active);
  void execute(const Statement &s, const Threads &active);
  void collective(const Statement &s, const Threads &warp);
  void exchange(const Statement &s, const Threads &active);
  void endPhase(const Barrier &end);

  uint64_t evaluate(const Expr &expr, unsigned thread) const;
  void set(unsigned variable, unsigned thread, uint64_t value) {
    values[thread][variable] = canonical(program.variables[variable], value);
  }
  uint8_t *slotOf(const Statement &s, unsigned thread, unsigned slot);
  unsigned ownSlot(const Statement &s, unsigned thread) const {
    return (s.ownership.a * thread + s.ownership.b) % program.threads;
  }
  static uint64_t read(const uint8_t *at, Type type) {
    uint64_t bits = 0;
    std::memcpy(&bits, at, bytesOf(type));
    return bits;
  }
  static void write(uint8_t *at, Type type, uint64_t bits) {
    bits = canonical(type, bits);
    std::memcpy(at, &bits, bytesOf(type));
  }
  /// The threads, warp by warp.
  static std::vector<Threads> warps(const Threads &active) {
    std::map<unsigned, Threads> byWarp;
    for (unsigned thread : active)
      byWarp[thread / 32].push_back(thread);
    std::vector<Threads> result;
    for (auto &entry : byWarp)
      result.push_back(entry.second);
    return result;
  }
  /// The lane `wanted`, if it takes part; else the thread itself.
  static unsigned partner(const Threads &warp, unsigned thread,
                          uint64_t wanted) {
    unsigned other = thread / 32 * 32 + wanted % 32;
    return std::binary_search(warp.begin(), warp.end(), other) ? other : thread;
  }

  const Program &program;
  std::vector<std::vector<uint8_t>> initial;
  Result result;
  unsigned block = 0;
  /// Of the block: [thread][variable], [region]; Local has a part per thread.
  std::vector<std::vector<uint64_t>> values;
  std::vector<std::vector<uint8_t>> memory;
};
} // namespace

uint64_t Interpreter::evaluate(const Expr &expr, unsigned thread) const {
  switch (expr.op) {
  case Op::Constant:
    return expr.value;
  case Op::Variable:
    return values[thread][expr.value];
  case Op::Parameter:
    return program.parameter(expr.type);
  case Op::Tid:
    return thread;
  case Op::Lane:
    return thread % 32;
  case Op::Block:
    return block;
  default:
    break;
  }
  std::vector<uint64_t> args;
  for (const Expr &arg : expr.args)
    args.push_back(evaluate(arg, thread));
  return evaluateOperation(expr, args);
}

uint8_t *Interpreter::slotOf(const Statement &s, unsigned thread,
                             unsigned slot) {
  const Region &region = program.regions[s.region];
  std::vector<uint8_t> &bytes = region.space == Space::Counters
                                    ? result.regions[s.region]
                                    : memory[s.region];
  size_t part = region.space == Space::Local ? thread * region.bytes() : 0;
  return &bytes[part + slot * region.width * bytesOf(region.type)];
}

void Interpreter::collective(const Statement &s, const Threads &warp) {
  auto arg = [&](unsigned i, unsigned thread) {
    return evaluate(s.args[i], thread);
  };
  std::vector<uint64_t> results;
  for (unsigned thread : warp) {
    uint64_t value = 0, mask = 0, all = 0;
    bool first = true;
    for (unsigned other : warp) {
      uint64_t bit = uint64_t(1) << other % 32, x = arg(0, other);
      all |= bit;
      if (s.kind == Statement::Vote)
        mask |= x ? bit : 0;
      else if (s.kind == Statement::Match)
        mask |= x == arg(0, thread) ? bit : 0;
      else if (s.kind == Statement::Redux)
        value = first ? x : combine(s.which, Type::I32, value, x);
      first = false;
    }
    switch (s.kind) {
    case Statement::Shuffle:
      value = arg(0, partner(warp, thread, arg(1, thread)));
      break;
    case Statement::ShuffleFull: {
      int lane = thread % 32, n = s.amount;
      int from = s.which == 0 ? lane ^ n : s.which == 1 ? lane - n : lane + n;
      value = arg(0, thread / 32 * 32 + (from < 0 || from > 31 ? lane : from));
      break;
    }
    case Statement::Vote:
      value = s.which == 0   ? mask == all
              : s.which == 1 ? mask != 0
              : s.which == 2 ? mask == 0 || mask == all
                             : mask;
      break;
    case Statement::Match:
      value = mask;
      break;
    default:
      break;
    }
    results.push_back(value);
  }
  for (size_t i = 0; i < warp.size(); ++i)
    set(s.variable, warp[i], results[i]);
}

void Interpreter::exchange(const Statement &s, const Threads &active) {
  Type type = program.regions[s.region].type;
  Threads taking;
  for (unsigned thread : active)
    if (s.which == 0 || thread < s.which * 32)
      taking.push_back(thread);
  for (unsigned thread : taking)
    write(slotOf(s, thread, thread), type, evaluate(s.args[0], thread));
  std::vector<uint64_t> results;
  for (unsigned thread : taking) {
    uint64_t wanted = evaluate(s.args[1], thread);
    Threads warp;
    for (unsigned other : taking)
      if (other / 32 == thread / 32)
        warp.push_back(other);
    unsigned from =
        s.which ? wanted % (s.which * 32) : partner(warp, thread, wanted);
    results.push_back(read(slotOf(s, thread, from), type));
  }
  for (size_t i = 0; i < taking.size(); ++i)
    set(s.variable, taking[i], results[i]);
}

void Interpreter::execute(const std::vector<Statement> &body,
                          const Threads &active) {
  if (!active.empty())
    for (const Statement &statement : body)
      execute(statement, active);
}

void Interpreter::execute(const Statement &s, const Threads &active) {
  const Region &region = program.regions[s.region];
  unsigned size = bytesOf(region.type);
  switch (s.kind) {
  case Statement::Shuffle:
  case Statement::ShuffleFull:
  case Statement::Vote:
  case Statement::Match:
  case Statement::Redux:
    for (const Threads &warp : warps(active))
      collective(s, warp);
    return;
  case Statement::SyncWarp:
    return;
  case Statement::Exchange:
    return exchange(s, active);
  case Statement::If:
  case Statement::IfBallot: {
    Threads yes, no;
    for (unsigned thread : active)
      (evaluate(s.args[0], thread) ? yes : no).push_back(thread);
    execute(s.body, yes);
    return execute(s.other, no);
  }
  case Statement::Repeat:
    for (unsigned i = 0; i < s.amount; ++i)
      execute(s.body, active);
    return;
  case Statement::While: {
    std::vector<std::pair<unsigned, unsigned>> trips;
    for (unsigned thread : active)
      trips.push_back({thread, evaluate(s.args[0], thread) % 8});
    for (unsigned i = 0; i < 8; ++i) {
      Threads left;
      for (auto [thread, count] : trips)
        if (i < count)
          left.push_back(thread);
      execute(s.body, left);
    }
    return;
  }
  default:
    break;
  }
  for (unsigned thread : active) {
    auto arg = [&](unsigned i) { return evaluate(s.args[i], thread); };
    unsigned slot = s.own ? ownSlot(s, thread) : 0;
    switch (s.kind) {
    case Statement::Assign:
      set(s.variable, thread, arg(0));
      break;
    case Statement::Load:
    case Statement::Store: {
      unsigned element = arg(0) % (s.own ? region.width : region.elements());
      uint8_t *at = slotOf(s, thread, slot) + element * size;
      if (s.kind == Statement::Load)
        set(s.variable, thread, read(at, region.type));
      else
        write(at, region.type, arg(1));
      break;
    }
    case Statement::LoadVector:
      if (!s.own)
        slot = arg(0) % region.slots;
      set(s.variable, thread,
          read(slotOf(s, thread, slot) + s.which * size, region.type));
      break;
    case Statement::StoreVector:
      for (unsigned i = 0; i < region.width; ++i)
        write(slotOf(s, thread, slot) + i * size, region.type, arg(i));
      break;
    case Statement::Atomic: {
      uint8_t *at = slotOf(s, thread, 0) + arg(0) % region.elements() * size;
      write(at, region.type,
            combine(s.which, region.type, read(at, region.type), arg(1)));
      break;
    }
    case Statement::Copy: {
      const std::vector<uint8_t> &from = memory[s.source];
      size_t at = arg(0) % (from.size() / s.amount) * s.amount;
      size_t taken = s.args.size() > 1 ? arg(1) % (s.amount + 1) : s.amount;
      uint8_t *to = slotOf(s, thread, slot) + s.which * s.amount;
      std::memset(to, 0, s.amount);
      std::memcpy(to, &from[at], taken);
      break;
    }
    default:
      llvm_unreachable("a statement of several threads");
    }
  }
}

void Interpreter::endPhase(const Barrier &end) {
  if (end.kind < Barrier::Popc || end.kind > Barrier::AllOf)
    return;
  unsigned count = 0;
  for (unsigned thread = 0; thread < program.threads; ++thread)
    count += evaluate(end.condition, thread) != 0;
  for (unsigned thread = 0; thread < program.threads; ++thread)
    set(end.variable, thread,
        end.kind == Barrier::Popc    ? count
        : end.kind == Barrier::AnyOf ? count != 0
                                     : count == program.threads);
}

void Interpreter::runBlock() {
  values.assign(program.threads,
                std::vector<uint64_t>(program.variables.size()));
  memory.clear();
  for (unsigned i = 0; i < program.regions.size(); ++i) {
    const Region &region = program.regions[i];
    if (region.space == Space::Global) {
      auto part = initial[i].begin() + size_t(block) * region.bytes();
      memory.emplace_back(part, part + region.bytes());
    } else if (region.space == Space::Local) {
      memory.emplace_back(size_t(program.threads) * region.bytes());
    } else if (isShared(region.space)) {
      memory.emplace_back(region.bytes());
    } else {
      memory.push_back(initial[i]);
    }
  }
  Threads all;
  for (unsigned thread = 0; thread < program.threads; ++thread)
    all.push_back(thread);
  for (const Section &section : program.sections)
    for (unsigned trip = 0; trip < section.trips; ++trip)
      for (const Phase &phase : section.phases) {
        execute(phase.body, all);
        endPhase(phase.end);
      }
  finishBlock();
}

void Interpreter::finishBlock() {
  for (unsigned thread = 0; thread < program.threads; ++thread) {
    for (uint64_t value : values[thread])
      result.output.push_back(value);
    for (unsigned i = 0; i < program.regions.size(); ++i) {
      const Region &region = program.regions[i];
      if (!isShared(region.space))
        continue;
      unsigned slot = program.threads - 1 - thread, size = bytesOf(region.type);
      for (unsigned e = 0; e < region.width; ++e)
        result.output.push_back(
            read(&memory[i][(slot * region.width + e) * size], region.type));
    }
  }
  for (unsigned i = 0; i < program.regions.size(); ++i)
    if (program.regions[i].space == Space::Global)
      result.regions[i].insert(result.regions[i].end(), memory[i].begin(),
                               memory[i].end());
}

Result sparsegpu::emulator::fuzz::interpret(const Program &program) {
  return Interpreter(program).run();
}
