//===- MatrixTest.h - Values and kernels for matrix operations --*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the tests of mma, mma.sp and wmma share. Numbers are read and rounded by
// APFloat; nothing here is of the emulator.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_MATRIXTEST_H
#define SPARSEGPU_UNITTESTS_EMULATOR_MATRIXTEST_H

#include "EmulatorTest.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringRef.h"

#include <cmath>
#include <random>

namespace sparsegpu::emulator {

/// An element type by its name in PTX.
class Element {
public:
  Element(const char *name) : Element(std::string(name)) {}
  Element(const std::string &name) : name(name) {
    struct Info {
      const char *name;
      unsigned bits;
      const llvm::fltSemantics *semantics;
    };
    const Info infos[] = {
        {"f16", 16, &llvm::APFloat::IEEEhalf()},
        {"bf16", 16, &llvm::APFloat::BFloat()},
        {"tf32", 32, &llvm::APFloat::FloatTF32()},
        {"f32", 32, &llvm::APFloat::IEEEsingle()},
        {"f64", 64, &llvm::APFloat::IEEEdouble()},
        {"e4m3", 8, &llvm::APFloat::Float8E4M3FN()},
        {"e5m2", 8, &llvm::APFloat::Float8E5M2()},
        {"s8", 8, nullptr},
        {"u8", 8, nullptr},
        {"s4", 4, nullptr},
        {"u4", 4, nullptr},
        {"b1", 1, nullptr},
        {"s32", 32, nullptr},
    };
    for (const Info &info : infos)
      if (name == info.name) {
        bits = info.bits;
        semantics = info.semantics;
        return;
      }
    ADD_FAILURE() << "no type " << name;
  }

  bool isFloat() const { return semantics; }
  bool isSigned() const { return name[0] == 's'; }
  uint64_t mask() const { return bits == 64 ? ~0ull : (1ull << bits) - 1; }

  double decode(uint64_t x) const {
    x &= mask();
    if (!semantics) {
      if (isSigned() && x >> (bits - 1))
        return double(int64_t(x) - (int64_t(1) << bits));
      return double(x);
    }
    // tf32 are the upper 19 bits of a register.
    unsigned width = name == "tf32" ? 19 : bits;
    llvm::APFloat value(*semantics, llvm::APInt(width, x >> (bits - width)));
    bool lost;
    value.convert(llvm::APFloat::IEEEdouble(),
                  llvm::APFloat::rmNearestTiesToEven, &lost);
    return value.convertToDouble();
  }

  uint64_t encode(double value) const {
    if (!semantics)
      return uint64_t(int64_t(value)) & mask();
    llvm::APFloat x(value);
    bool lost;
    x.convert(*semantics, llvm::APFloat::rmNearestTiesToEven, &lost);
    return x.bitcastToAPInt().getZExtValue();
  }

  /// Any bits, but no special value and nothing that lets sums overflow.
  template <typename Random> uint64_t random(Random &generator) const {
    while (true) {
      uint64_t x = generator() & mask();
      if (!semantics)
        return x;
      double value = decode(x);
      if (std::isfinite(value) && std::fabs(value) < 32 &&
          (value == 0 || std::fabs(value) > 1e-6))
        return x;
    }
  }

  /// The type of a register in LLVM.
  std::string registerType() const {
    return name == "f16"   ? "<2 x half>"
           : name == "f32" ? "float"
           : name == "f64" ? "double"
                           : "i32";
  }
  unsigned registerBits() const { return bits == 64 ? 64 : 32; }

  std::string name;
  unsigned bits = 0;
  const llvm::fltSemantics *semantics = nullptr;
};

struct Shape {
  unsigned m, n, k;
  std::string name() const {
    return "m" + std::to_string(m) + "n" + std::to_string(n) + "k" +
           std::to_string(k);
  }
};

/// Elements by row and column, as bits.
class Matrix {
public:
  Matrix(const Element &type, unsigned rows, unsigned columns)
      : type(type), rows(rows), columns(columns), bits(rows * columns) {}
  template <typename Random> void randomise(Random &generator) {
    for (uint64_t &x : bits)
      x = type.random(generator);
  }
  uint64_t &at(unsigned row, unsigned column) {
    EXPECT_TRUE(row < rows && column < columns);
    return bits[row * columns + column];
  }
  double value(unsigned row, unsigned column) {
    return type.decode(at(row, column));
  }

  Element type;
  unsigned rows, columns;
  std::vector<uint64_t> bits;
};

/// Registers of all lanes as bytes in memory: what a kernel loads or stores.
class Fragment {
public:
  Fragment(const Element &type, unsigned elements)
      : type(type), elements(elements),
        registers(elements * type.bits / type.registerBits()) {}
  size_t bytes() const { return 32 * registers * type.registerBits() / 8; }
  unsigned laneBytes() const { return registers * type.registerBits() / 8; }

  static uint64_t get(const uint8_t *data, const Element &type, unsigned lane,
                      unsigned laneBytes, unsigned i) {
    uint64_t word = 0;
    size_t bit = size_t(i) * type.bits;
    std::memcpy(&word, data + lane * laneBytes + bit / 8, (type.bits + 7) / 8);
    return word >> (bit % 8) & type.mask();
  }
  static void set(uint8_t *data, const Element &type, unsigned lane,
                  unsigned laneBytes, unsigned i, uint64_t value) {
    size_t bit = size_t(i) * type.bits;
    uint64_t word = 0;
    uint8_t *p = data + lane * laneBytes + bit / 8;
    std::memcpy(&word, p, (type.bits + 7) / 8);
    word &= ~(type.mask() << (bit % 8));
    word |= value << (bit % 8);
    std::memcpy(p, &word, (type.bits + 7) / 8);
  }

  Element type;
  unsigned elements, registers;
};

/// IR that loads `count` registers of this lane from %`pointer` and names them
/// %`prefix`0 and so on.
inline std::string loadRegisters(const std::string &pointer,
                                 const std::string &prefix, const Element &type,
                                 unsigned count) {
  std::string text =
      "  %" + prefix + "base = mul i64 %tid64, " + std::to_string(count) + "\n";
  for (unsigned i = 0; i < count; ++i) {
    std::string n = prefix + std::to_string(i);
    std::string t = type.registerType();
    text += "  %" + n + "i = add i64 %" + prefix + "base, " +
            std::to_string(i) + "\n  %" + n + "p = getelementptr " + t +
            ", ptr %" + pointer + ", i64 %" + n + "i\n  %" + n + " = load " +
            t + ", ptr %" + n + "p\n";
  }
  return text;
}

/// "type %prefix0, type %prefix1".
inline std::string listRegisters(const std::string &prefix, const Element &type,
                                 unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i)
    text += (i ? ", " : "") + type.registerType() + " %" + prefix +
            std::to_string(i);
  return text;
}

inline std::string listTypes(const Element &type, unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i)
    text += (i ? ", " : "") + type.registerType();
  return text;
}

inline std::string structureOf(const Element &type, unsigned count) {
  return count == 1 ? type.registerType() : "{" + listTypes(type, count) + "}";
}

/// IR that stores the results of %`value` at %`pointer`.
inline std::string storeResults(const std::string &value,
                                const std::string &pointer, const Element &type,
                                unsigned count) {
  std::string text =
      "  %sbase = mul i64 %tid64, " + std::to_string(count) + "\n";
  for (unsigned i = 0; i < count; ++i) {
    std::string n = "s" + std::to_string(i), t = type.registerType();
    if (count == 1)
      text += "  %" + n + "x = bitcast " + t + " %" + value + " to " + t + "\n";
    else
      text += "  %" + n + "x = extractvalue " + structureOf(type, count) +
              " %" + value + ", " + std::to_string(i) + "\n";
    text += "  %" + n + "i = add i64 %sbase, " + std::to_string(i) + "\n  %" +
            n + "p = getelementptr " + t + ", ptr %" + pointer + ", i64 %" + n +
            "i\n  store " + t + " %" + n + "x, ptr %" + n + "p\n";
  }
  return text;
}

/// Checks D = A * B + C for one element. `bits` is what came out.
inline void expectElement(Matrix &a, Matrix &b, Matrix &c, const Element &d,
                          unsigned row, unsigned column, uint64_t bits,
                          bool satfinite, const std::string &what,
                          bool andPopc = false) {
  if (!d.isFloat()) {
    int64_t sum = int64_t(c.value(row, column));
    for (unsigned k = 0; k < a.columns; ++k) {
      int64_t x = a.value(row, k), y = b.value(k, column);
      sum += a.type.bits > 1 ? x * y : andPopc ? x & y : x ^ y;
    }
    if (satfinite)
      sum = std::min<int64_t>(std::max<int64_t>(sum, INT32_MIN), INT32_MAX);
    EXPECT_EQ(int32_t(bits), int32_t(sum)) << what;
    return;
  }
  if (d.name == "f64") {
    double sum = c.value(row, column);
    for (unsigned k = 0; k < a.columns; ++k)
      sum = std::fma(a.value(row, k), b.value(k, column), sum);
    EXPECT_EQ(d.decode(bits), sum) << what;
    return;
  }
  long double sum = c.value(row, column), size = std::fabs(sum);
  for (unsigned k = 0; k < a.columns; ++k) {
    long double product = (long double)(a.value(row, k)) * b.value(k, column);
    sum += product;
    size += std::fabs(product);
  }
  // Rounded once: half a unit in the last place, and what long double loses.
  long double unit = d.name == "f16" ? 0x1p-11L : 0x1p-24L;
  long double bound = std::fabs(sum) * unit * 1.0000001L + size * 0x1p-50L +
                      0x1p-25L * (d.name == "f16");
  EXPECT_LE(std::fabs((long double)(d.decode(bits)) - sum), bound)
      << what << ": " << d.decode(bits) << " instead of " << double(sum);
}

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_UNITTESTS_EMULATOR_MATRIXTEST_H
