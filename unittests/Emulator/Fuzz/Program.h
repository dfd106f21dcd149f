//===- Program.h - A kernel of the fuzzer -----------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The grammar. A program has one result, whatever the order of its threads:
//
// - It is a list of phases, each ended by a barrier of the block. In a phase a
//   region of memory is in one mode (Mode), the same for all threads.
// - Threads draw from their own variables; what joins them are collectives on a
//   mask that holds exactly the lanes that are there (Statement::IfBallot makes
//   such masks), and exchanges through a region of which nobody else takes
//   note.
// - Arithmetic is defined for all operands. NaNs become one pattern wherever a
//   float goes to a variable or to memory.
//
// The generator (Generator.h) makes programs, Emitter.h their LLVM IR, and
// Reference.h executes them.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_PROGRAM_H
#define SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_PROGRAM_H

#include <cstdint>
#include <string>
#include <vector>

namespace sparsegpu::emulator::fuzz {

/// I1 is the type of conditions; nothing in memory has it.
enum class Type : uint8_t { I1, I8, I16, I32, I64, F16, F32, F64 };

inline bool isFloat(Type type) { return type >= Type::F16; }
inline unsigned bitsOf(Type type) {
  static const unsigned bits[] = {1, 8, 16, 32, 64, 16, 32, 64};
  return bits[unsigned(type)];
}
inline unsigned bytesOf(Type type) { return (bitsOf(type) + 7) / 8; }

enum class Op : uint8_t {
  // Leaves.
  Constant,  // value
  Variable,  // value: its number
  Parameter, // of the type
  Tid,
  Lane,
  Block,
  // Integers. Shifts take the amount modulo the width, divisions a divisor that
  // is made odd (unsigned) or 1 to 8 (signed).
  Add,
  Sub,
  Mul,
  And,
  Or,
  Xor,
  Shl,
  LShr,
  AShr,
  UDiv,
  URem,
  SDiv,
  SRem,
  UMin,
  UMax,
  SMin,
  SMax,
  FShl,
  CtPop,
  CtLz,
  BSwap,
  BitReverse,
  Trunc,
  ZExt,
  SExt,
  // Floats.
  FAdd,
  FSub,
  FMul,
  FDiv,
  FMA,
  FNeg,
  FAbs,
  FPExt,
  FPTrunc,
  SIToFP,
  UIToFP,
  FPToSI, // saturates
  // Conditions; `value` is the comparison.
  ICmp, // eq ne ult ule slt sle
  FCmp, // oeq olt ole une ult
  Select,
};

struct Expr {
  Op op = Op::Constant;
  Type type = Type::I32;
  uint64_t value = 0;
  std::vector<Expr> args;
};

enum class Space : uint8_t {
  Input,    // global, never written, the same for all blocks
  Global,   // global, a part for each block
  Counters, // global, atomics of all blocks with one operation
  Shared,
  Dynamic, // shared, of the launch
  Constant,
  Local,
};
inline bool isShared(Space space) {
  return space == Space::Shared || space == Space::Dynamic;
}

/// An array of slots of `width` elements. Regions with a slot for each thread
/// have as many slots as the block has threads.
struct Region {
  Space space = Space::Input;
  Type type = Type::I32;
  unsigned slots = 0, width = 1;
  /// Of Counters: the atomic operation.
  unsigned atomic = 0;
  /// Of Dynamic.
  unsigned offset = 0;

  unsigned elements() const { return slots * width; }
  unsigned bytes() const { return elements() * bytesOf(type); }
};

/// Slot (a * tid + b) mod threads belongs to thread tid; a bijection.
struct Ownership {
  unsigned a = 1, b = 0;
};

/// add, and, or, xor, umin, umax, min, max: the order has no influence.
inline constexpr unsigned kAtomics = 8;
extern const char *const atomicNames[kAtomics];

struct Statement {
  enum Kind : uint8_t {
    Assign,      // variable = args[0]
    Load,        // variable = region[own slot: args[0]; else any: args[0]]
    Store,       // region[own slot, args[0]] = args[1]
    LoadVector,  // variable = element `which` of slot args[0], or the own one
    StoreVector, // own slot = args
    Atomic,      // region[args[0]] op= args[1]
    Shuffle,     // variable = args[0] of lane args[1] if that is in the mask
    ShuffleFull, // variable = args[0], mode `which`, lane `amount`; full warps
    Vote,        // variable = all, any, uni, ballot of args[0]
    Match,       // variable = lanes with the same args[0]
    Redux,       // variable = add umin umax min max and or xor of args[0]
    SyncWarp,
    If,       // of each thread
    IfBallot, // of each thread; bodies may hold collectives
    Repeat,   // `amount` times
    While,    // args[0] mod 8 times, of each thread
    Exchange, // variable = args[0] of a thread of the mask or of some warps
    Copy,     // asynchronous: `amount` bytes to the own slot, from args[0]
  };
  Kind kind = Assign;
  unsigned variable = 0;
  unsigned region = 0;
  /// Copy: the Input region it reads.
  unsigned source = 0;
  unsigned which = 0, amount = 0;
  /// The access is to the own slot, not to any element.
  bool own = false;
  Ownership ownership;
  /// Through a generic pointer.
  bool generic = false;
  std::vector<Expr> args;
  std::vector<Statement> body, other;
};

/// How a phase ends.
struct Barrier {
  enum Kind : uint8_t { All, Named, Unaligned, Popc, AnyOf, AllOf, Mbarrier };
  Kind kind = All;
  unsigned id = 0;
  /// Of Popc, AnyOf, AllOf.
  unsigned variable = 0;
  Expr condition;
};

struct Phase {
  std::vector<Statement> body;
  bool commit = false;
  /// At most so many groups stay in flight; negative: no wait.
  int wait = -1;
  Barrier end;
};

/// Phases that run `trips` times.
struct Section {
  unsigned trips = 1;
  std::vector<Phase> phases;
};

struct Program {
  uint64_t seed = 0;
  unsigned blocks = 1, threads = 32;
  std::vector<Region> regions;
  std::vector<Type> variables;
  std::vector<Section> sections;
  bool hasMbarrier = false;

  unsigned dynamicBytes() const {
    unsigned bytes = 0;
    for (const Region &region : regions)
      if (region.space == Space::Dynamic)
        bytes = region.offset + region.bytes();
    return bytes;
  }
  /// What the kernel's parameters of a type hold.
  uint64_t parameter(Type type) const;
  /// What the region holds at the start.
  std::vector<uint8_t> initialBytes(unsigned region) const;
  /// Each thread writes its variables, then all elements of a slot of each
  /// shared region, each in 8 bytes.
  unsigned outputWords() const;
};

/// The one NaN.
uint64_t canonical(Type type, uint64_t bits);

} // namespace sparsegpu::emulator::fuzz

#endif // SPARSEGPU_UNITTESTS_EMULATOR_FUZZ_PROGRAM_H
