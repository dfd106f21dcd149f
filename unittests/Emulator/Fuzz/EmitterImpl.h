//===- EmitterImpl.h - Writes the kernel of a program -----------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_EMITTERIMPL_H
#define SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_EMITTERIMPL_H

#include "Emitter.h"

#include <functional>
#include <map>

namespace sparsegpu::emulator::fuzz {

/// Functions that return a string give the name of a value, or, for addresses,
/// the type of the pointer with it.
class KernelEmitter {
public:
  KernelEmitter(const Program &program, Synchronisation omitted)
      : program(program), omitted(omitted) {}
  std::string run();
  SynchronisationCounts counts;

private:
  // Emitter.cpp: the frame, and what touches memory.
  void section(const Section &section);
  void endPhase(const Phase &phase);
  void output();
  void memoryAccess(const Statement &s);
  std::string address(const Statement &s, const std::string &offset);
  std::string generic(const Statement &s, unsigned space,
                      const std::string &pointer);
  std::string elementAddress(const Statement &s, const Expr &index);
  std::string slotAddress(const Statement &s, const std::string &slot);
  std::string ownSlot(const Statement &s);

  // EmitStatements.cpp. `mask` has the lanes that are at this place.
  void begin();
  void statements(const std::vector<Statement> &body, const std::string &mask);
  void statement(const Statement &s, const std::string &mask);
  void collective(const Statement &s, const std::string &mask);
  void exchange(const Statement &s, const std::string &mask);
  /// A body that runs `trips` times; once if that is empty.
  void counted(const std::string &trips, const std::function<void()> &body);
  void branch(const std::string &condition, const std::function<void()> &yes,
              const std::function<void()> &no);
  std::string partner(const Expr &wanted, const std::string &mask);
  void assign(unsigned variable, const std::string &value);
  std::string canonicalValue(Type type, const std::string &value);

  // EmitExpressions.cpp.
  std::string value(const Expr &expr);
  std::string operation(const Expr &expr, std::vector<std::string> x);
  static std::string constant(Type type, uint64_t bits);
  static std::string name(Type type);
  std::string call(const std::string &result, const std::string &function,
                   const std::string &types, const std::string &arguments);
  std::string define(const std::string &instruction) {
    std::string result = "%t" + std::to_string(numValues++);
    line(result + " = " + instruction);
    return result;
  }
  void line(const std::string &instruction) {
    text += "  " + instruction + "\n";
  }
  std::string newLabel() { return "b" + std::to_string(numLabels++); }
  void label(const std::string &name) { text += name + ":\n"; }
  /// Counts a synchronisation; false if it is the one to leave out.
  bool keeps(Synchronisation::Kind kind) {
    int number = counts.counts[kind]++;
    return omitted.number != number || omitted.kind != kind;
  }

  const Program &program;
  Synchronisation omitted;
  std::string allocas, text;
  std::map<std::string, std::string> declarations;
  unsigned numValues = 0, numLabels = 0;
  /// The lanes that the warp has.
  std::string fullMask = "-1";
};

} // namespace sparsegpu::emulator::fuzz

#endif // SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_EMITTERIMPL_H
