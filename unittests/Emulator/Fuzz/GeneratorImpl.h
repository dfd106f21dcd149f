//===- GeneratorImpl.h - Random programs ------------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_GENERATORIMPL_H
#define SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_GENERATORIMPL_H

#include "Program.h"

#include <deque>
#include <random>

namespace sparsegpu::emulator::fuzz {

class Generator {
public:
  explicit Generator(uint64_t seed) : random(seed) { program.seed = seed; }
  Program run();

private:
  /// What threads may do with a region in a phase.
  struct Mode {
    enum Kind : uint8_t {
      Nothing,
      Read,   // any element
      Own,    // load and store the own slot
      Atomic, // one operation on any element
      Free,   // a thread's own memory
    } kind = Nothing;
    Ownership ownership;
    unsigned atomic = 0;
  };
  /// What holds at a place in a body.
  struct Scope {
    unsigned depth = 0;
    /// All lanes of the mask are here.
    bool collectives = true;
    /// All lanes of all warps are here.
    bool full = true;
  };
  /// A region that asynchronous copies write, and how it was last written.
  struct CopyTarget {
    unsigned region;
    unsigned amount;
    Ownership ownership;
    bool inFlight = false;
  };

  // Generator.cpp: what the program consists of.
  void makeRegions();
  unsigned addRegion(Space space, Type type, unsigned slots, unsigned width);
  Phase initialPhase();
  Phase phase(bool last);
  void chooseModes();
  Barrier barrier();
  void issueCopies(Phase &phase, const std::vector<unsigned> &excluded);
  Statement accessWitness(Statement::Kind kind);
  Statement firstExchange();
  Statement keep(unsigned variable);
  Ownership ownership();

  // GenerateStatements.cpp.
  std::vector<Statement> body(const Scope &scope, unsigned size);
  Statement statement(const Scope &scope);
  Statement access(const Scope &scope);
  Statement collective(const Scope &scope);
  Statement exchange(const Scope &scope);
  Expr expression(Type type, unsigned depth);
  Expr leaf(Type type);
  Expr integerOperation(Type type, unsigned depth);
  Expr floatOperation(Type type, unsigned depth);
  Expr conversion(Type type, unsigned depth);
  Expr condition(unsigned depth);
  uint64_t constant(Type type);
  unsigned variable(Type type);

  unsigned below(unsigned n) { return unsigned(random() % n); }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <typename T> T pick(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }
  static Expr number(uint64_t value, Type type = Type::I32) {
    return {Op::Constant, type, value, {}};
  }
  static Expr tidPlus(unsigned n) {
    return {
        Op::Add, Type::I32, 0, {Expr{Op::Tid, Type::I32, 0, {}}, number(n)}};
  }

  Program program;
  std::mt19937_64 random;
  /// The last variable, to which only `keep` assigns.
  unsigned kept = 0;
  /// Of the phase that is being made.
  std::vector<Mode> modes;
  unsigned witnesses[2] = {0, 0};
  unsigned scratch = 0;
  std::vector<CopyTarget> targets;
  /// Groups in flight, the oldest first: indices into `targets`.
  std::deque<std::vector<unsigned>> groups;
  /// Targets whose copies have ended since the last phase began.
  std::vector<unsigned> arrived;
  unsigned numPhases = 0;
};

} // namespace sparsegpu::emulator::fuzz

#endif // SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_GENERATORIMPL_H
