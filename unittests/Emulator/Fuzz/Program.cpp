//===- Program.cpp - A kernel of the fuzzer -------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"

#include <random>

using namespace sparsegpu::emulator::fuzz;

const char *const sparsegpu::emulator::fuzz::atomicNames[kAtomics] = {
    "add", "and", "or", "xor", "umin", "umax", "min", "max"};

uint64_t sparsegpu::emulator::fuzz::canonical(Type type, uint64_t bits) {
  struct Layout {
    uint64_t exponent, fraction, nan;
  };
  Layout layout;
  if (type == Type::F16)
    layout = {0x7c00, 0x03ff, 0x7e00};
  else if (type == Type::F32)
    layout = {0x7f800000, 0x007fffff, 0x7fc00000};
  else if (type == Type::F64)
    layout = {0x7ff0000000000000, 0x000fffffffffffff, 0x7ff8000000000000};
  else
    return bits;
  bool isNaN =
      (bits & layout.exponent) == layout.exponent && (bits & layout.fraction);
  return isNaN ? layout.nan : bits;
}

/// Numbers of all magnitudes, and some that are special.
static uint64_t randomBits(Type type, std::mt19937_64 &random) {
  unsigned bits = bitsOf(type);
  uint64_t mask = bits == 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1;
  uint64_t value = random();
  if (!isFloat(type))
    return value % 4 == 0 ? (value >> 8) % 9 : value & mask;
  // Mostly exponents around zero, so that sums mean something.
  if (value % 8 == 0)
    return (value >> 8) & mask;
  unsigned fraction = type == Type::F16 ? 10 : type == Type::F32 ? 23 : 52;
  uint64_t bias = (uint64_t(1) << (bits - fraction - 2)) - 1;
  uint64_t exponent = bias - 4 + (value >> 8) % 9;
  uint64_t sign = (value >> 16) & 1;
  return sign << (bits - 1) | exponent << fraction |
         (random() & ((uint64_t(1) << fraction) - 1));
}

uint64_t Program::parameter(Type type) const {
  std::mt19937_64 random(seed * 16 + unsigned(type));
  return canonical(type, randomBits(type, random));
}

std::vector<uint8_t> Program::initialBytes(unsigned number) const {
  const Region &region = regions[number];
  unsigned copies = region.space == Space::Global && blocks > 1 ? blocks : 1;
  unsigned size = bytesOf(region.type);
  std::vector<uint8_t> bytes(size_t(copies) * region.bytes());
  std::mt19937_64 random(seed * 1024 + number + 100);
  for (size_t at = 0; at < bytes.size(); at += size) {
    uint64_t value = randomBits(region.type, random);
    for (unsigned i = 0; i < size; ++i)
      bytes[at + i] = uint8_t(value >> (8 * i));
  }
  return bytes;
}

unsigned Program::outputWords() const {
  unsigned words = variables.size();
  for (const Region &region : regions)
    if (isShared(region.space))
      words += region.width;
  return words;
}
