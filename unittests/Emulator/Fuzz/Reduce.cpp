//===- Reduce.cpp - A failure of the fuzzer, made small -------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A program without one of its statements, or with a simpler expression, is
// still a program with one result. Phases stay, with their waits and barriers.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Runner.h"

#include <functional>

using namespace sparsegpu::emulator::fuzz;

namespace {
/// Counts the places where something can be left out, and leaves out one.
class Simplifier {
public:
  Simplifier(Program &program, unsigned wanted) : wanted(wanted) {
    for (Section &section : program.sections) {
      // What writes all of shared memory first.
      if (&section == &program.sections.front())
        continue;
      if (section.trips > 1 && here())
        section.trips = 1;
      for (Phase &phase : section.phases)
        visit(phase.body);
    }
    if (program.blocks > 1 && here())
      program.blocks = 1;
  }
  bool done = false;

private:
  bool here() {
    if (next++ != wanted)
      return false;
    return done = true;
  }
  void visit(std::vector<Statement> &body) {
    for (size_t i = 0; i < body.size() && !done; ++i) {
      if (here()) {
        body.erase(body.begin() + i);
        return;
      }
      visit(body[i].body);
      visit(body[i].other);
      for (Expr &expr : body[i].args)
        visit(expr);
    }
  }
  void visit(Expr &expr) {
    if (done || expr.args.empty())
      return;
    if (here()) {
      expr = {Op::Constant, expr.type, expr.type == Type::I1, {}};
      return;
    }
    for (Expr &arg : expr.args)
      if (arg.type == expr.type && here()) {
        Expr only = arg;
        expr = only;
        return;
      }
    for (Expr &arg : expr.args)
      visit(arg);
  }

  unsigned wanted, next = 0;
};
} // namespace

Program sparsegpu::emulator::fuzz::reduce(Program program, bool precompiled,
                                          unsigned maxRuns) {
  bool smaller = true;
  while (smaller && maxRuns) {
    smaller = false;
    for (unsigned place = 0; maxRuns; ++place) {
      Program candidate = program;
      if (!Simplifier(candidate, place).done)
        break;
      --maxRuns;
      if (check(candidate, precompiled).empty())
        continue;
      program = std::move(candidate);
      smaller = true;
      // What now stands at this place has not been tried.
      --place;
    }
  }
  return program;
}

std::string sparsegpu::emulator::fuzz::explain(const Program &program,
                                               const std::string &problem,
                                               bool precompiled) {
  Program small = reduce(program, precompiled, 400);
  return "program " + std::to_string(program.seed) + ": " + problem +
         "\nreduced, " + std::to_string(small.blocks) + " blocks of " +
         std::to_string(small.threads) +
         " threads: " + check(small, precompiled) + "\n" + emit(small);
}
