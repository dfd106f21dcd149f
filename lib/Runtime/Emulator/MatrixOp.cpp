//===- MatrixOp.cpp - What a matrix operation of a warp is ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatrixOp.h"

using namespace sparsegpu::emulator;

namespace {
struct TypeInfo {
  const char *name;
  unsigned bits;
};
} // namespace

static const TypeInfo &infoOf(ElementType type) {
  static const TypeInfo infos[] = {
      {"", 0},     {"f16", 16}, {"bf16", 16}, {"tf32", 32}, {"f32", 32},
      {"f64", 64}, {"s8", 8},   {"u8", 8},    {"s4", 4},    {"u4", 4},
      {"b1", 1},   {"s32", 32}, {"e4m3", 8},  {"e5m2", 8}};
  return infos[static_cast<unsigned>(type)];
}

unsigned sparsegpu::emulator::bitsOf(ElementType type) {
  return infoOf(type).bits;
}
const char *sparsegpu::emulator::nameOf(ElementType type) {
  return infoOf(type).name;
}

/// Calls `fn(field, bits)` for each field.
template <typename Op, typename Fn> static void forEachField(Op &op, Fn fn) {
  fn(op.kind, 3);
  fn(op.m, 6);
  fn(op.n, 6);
  fn(op.k, 9);
  fn(op.a, 4);
  fn(op.b, 4);
  fn(op.c, 4);
  fn(op.d, 4);
  fn(op.operand, 2);
  fn(op.columnA, 1);
  fn(op.columnB, 1);
  fn(op.satfinite, 1);
  fn(op.andPopc, 1);
  fn(op.orderedMetadata, 1);
  fn(op.rounding, 2);
  fn(op.selector, 2);
}

uint64_t MatrixOp::encode() const {
  uint64_t code = 0;
  unsigned shift = 0;
  forEachField(*this, [&](auto field, unsigned bits) {
    code |= static_cast<uint64_t>(field) << shift;
    shift += bits;
  });
  return code;
}

MatrixOp MatrixOp::decode(uint64_t code) {
  MatrixOp op;
  forEachField(op, [&](auto &field, unsigned bits) {
    using Field = std::remove_reference_t<decltype(field)>;
    field = static_cast<Field>(code & ((uint64_t(1) << bits) - 1));
    code >>= bits;
  });
  return op;
}

unsigned MatrixOp::words(MatrixOperand operand) const {
  if (kind == MatrixKind::LoadMatrix)
    return m;
  // A warp has 32 lanes and a word 32 bits.
  constexpr unsigned warpBits = 32 * 32;
  bool transfer = kind == MatrixKind::WmmaLoad || kind == MatrixKind::WmmaStore;
  auto type = [&](ElementType own) { return transfer ? a : own; };
  bool isWmma = transfer || kind == MatrixKind::WmmaMma;
  unsigned copies = isQuadPair() ? 4 : 1;
  switch (operand) {
  case MatrixOperand::A:
    // wmma gives f16 eight registers whatever the shape.
    if (isWmma && a == ElementType::F16)
      return 8;
    return copies * m * k * bitsOf(a) / warpBits /
           (kind == MatrixKind::SparseMma ? 2 : 1);
  case MatrixOperand::B:
    if (isWmma && type(b) == ElementType::F16)
      return 8;
    return copies * n * k * bitsOf(type(b)) / warpBits;
  case MatrixOperand::C:
    return copies * m * n * bitsOf(type(c)) / warpBits;
  case MatrixOperand::D:
    return copies * m * n * bitsOf(type(d)) / warpBits;
  }
  return 0;
}

uint64_t MatrixOp::flops() const {
  uint64_t products = uint64_t(m) * n * k * (isQuadPair() ? 4 : 1);
  return kind == MatrixKind::SparseMma ? products : 2 * products;
}

std::string MatrixOp::name() const {
  auto layout = [](bool column) { return column ? ".col" : ".row"; };
  std::string shape = ".m" + std::to_string(m) + "n" + std::to_string(n) + "k" +
                      std::to_string(k);
  std::string types = std::string(".") + nameOf(d) + "." + nameOf(a) + "." +
                      nameOf(b) + "." + nameOf(c);
  std::string suffix = satfinite ? ".satfinite" : "";
  static const char *const operands[] = {".a", ".b", ".c", ".d"};
  static const char *const roundings[] = {"", ".rz", ".rm", ".rp"};
  const char *popc = a != ElementType::B1 ? ""
                     : andPopc            ? ".and.popc"
                                          : ".xor.popc";
  switch (kind) {
  case MatrixKind::Mma:
    return "mma.sync" + shape + layout(columnA) + layout(columnB) + suffix +
           types + popc;
  case MatrixKind::SparseMma:
    return std::string(orderedMetadata ? "mma.sp::ordered_metadata.sync"
                                       : "mma.sp.sync") +
           shape + ".row.col" + suffix + types;
  case MatrixKind::WmmaMma:
    return std::string("wmma.mma") + popc + ".sync" + layout(columnA) +
           layout(columnB) + shape +
           roundings[static_cast<unsigned>(rounding)] + types + suffix;
  case MatrixKind::WmmaLoad:
  case MatrixKind::WmmaStore:
    return std::string(kind == MatrixKind::WmmaLoad ? "wmma.load"
                                                    : "wmma.store") +
           operands[static_cast<unsigned>(operand)] + ".sync" +
           layout(columnA) + shape + "." + nameOf(a);
  case MatrixKind::LoadMatrix:
    return "ldmatrix.sync.m8n8.x" + std::to_string(m) +
           (columnA ? ".trans" : "") + ".b16";
  }
  return "";
}
