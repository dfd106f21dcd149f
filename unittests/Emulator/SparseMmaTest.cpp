//===- SparseMmaTest.cpp - mma.sp lane by lane ----------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every shape, type and metadata selector, as intrinsics and as the inline
// assembly of nvgpu.mma.sp.sync, on random values and random patterns. Layouts
// are from PTX ISA, "Sparse matrix storage" and "Matrix fragments for
// multiply-accumulate operation with sparse matrix A".
//
//===----------------------------------------------------------------------===//

#include "MatrixTest.h"

using namespace sparsegpu::emulator;

namespace {
/// A shape with what PTX says of its metadata.
struct SparseShape {
  Shape shape;
  std::string type;
  /// Lanes of four that hold metadata: the selector is below 4 / lanes.
  unsigned lanes;
  /// Elements of a chunk, and how many of them are stored.
  unsigned chunk, stored;
};

const SparseShape shapes[] = {
    {{16, 8, 16}, "f16", 1, 4, 2},  {{16, 8, 32}, "f16", 2, 4, 2},
    {{16, 8, 16}, "bf16", 1, 4, 2}, {{16, 8, 32}, "bf16", 2, 4, 2},
    {{16, 8, 8}, "tf32", 1, 2, 1},  {{16, 8, 16}, "tf32", 2, 2, 1},
    {{16, 8, 32}, "s8", 2, 4, 2},   {{16, 8, 64}, "s8", 4, 4, 2},
    {{16, 8, 32}, "u8", 2, 4, 2},   {{16, 8, 64}, "u8", 4, 4, 2},
    {{16, 8, 64}, "s4", 2, 8, 4},   {{16, 8, 128}, "s4", 4, 8, 4},
    {{16, 8, 64}, "u4", 2, 8, 4},   {{16, 8, 128}, "u4", 4, 8, 4},
    {{16, 8, 64}, "e4m3", 4, 4, 2}, {{16, 8, 64}, "e5m2", 4, 4, 2},
};

struct Slot {
  unsigned lane, bit;
};

/// The figures "Sparse MMA ... metadata layout": where the four bits are.
Slot metadataSlot(const SparseShape &s, unsigned selector, unsigned row,
                  unsigned chunk) {
  unsigned group = row % 8 * 4;
  bool below = row >= 8;
  bool wide = s.type == "f16" || s.type == "bf16" || s.type == "tf32";
  if (wide && s.lanes == 1)
    return {group + selector, chunk * 4 + (below ? 16 : 0)};
  if (wide) // T0 or T2 has the left half of the columns, T1 or T3 the right.
    return {group + selector * 2 + (chunk < 4 ? 0 : 1),
            (chunk & 3) * 4 + (below ? 16 : 0)};
  if (s.lanes == 2) // T0 or T2 has the upper eight rows.
    return {group + selector * 2 + (below ? 1 : 0), chunk * 4};
  // T0 and T1 have the left half, T2 and T3 the right one.
  return {group + (chunk < 8 ? 0 : 2) + (below ? 1 : 0), (chunk & 7) * 4};
}

class SparseMma : public EmulatorTest {
protected:
  std::mt19937_64 generator{7};

  void check(const SparseShape &s, const std::string &typeB,
             const std::string &typeC, bool ordered, bool satfinite,
             unsigned selector, bool assembly);
  std::string callIntrinsic(const SparseShape &s, const std::string &typeB,
                            const std::string &typeC, bool ordered,
                            bool satfinite, unsigned selector,
                            const Fragment &a, const Fragment &b,
                            const Fragment &c, std::string &declaration);
  std::string callAssembly(const SparseShape &s, const std::string &typeB,
                           const std::string &typeC, bool ordered,
                           bool satfinite, unsigned selector, const Fragment &a,
                           const Fragment &b, const Fragment &c);
};
} // namespace

std::string SparseMma::callIntrinsic(
    const SparseShape &s, const std::string &typeB, const std::string &typeC,
    bool ordered, bool satfinite, unsigned selector, const Fragment &a,
    const Fragment &b, const Fragment &c, std::string &declaration) {
  std::string types = "." + s.type + (typeB == s.type ? "" : "." + typeB);
  if (s.type == "f16")
    types = "." + typeC + "." + typeC;
  else if (s.type[0] == 'e')
    types = "." + typeC + "." + s.type + "." + typeB + "." + typeC;
  std::string name = std::string("@llvm.nvvm.mma.sp.") +
                     (ordered ? "ordered.metadata." : "") + s.shape.name() +
                     ".row.col" + (satfinite ? ".satfinite" : "") + types;
  std::string result = structureOf(c.type, c.registers);
  declaration = "declare " + result + " " + name + "(" +
                listTypes(a.type, a.registers) + ", " +
                listTypes(b.type, b.registers) + ", " +
                listTypes(c.type, c.registers) + ", i32, i32 immarg)\n";
  return "  %r = call " + result + " " + name + "(" +
         listRegisters("x", a.type, a.registers) + ", " +
         listRegisters("y", b.type, b.registers) + ", " +
         listRegisters("z", c.type, c.registers) + ", i32 %meta, i32 " +
         std::to_string(selector) + ")\n";
}

/// As MLIR's NVGPUToNVVM writes it.
std::string SparseMma::callAssembly(const SparseShape &s,
                                    const std::string &typeB,
                                    const std::string &typeC, bool ordered,
                                    bool satfinite, unsigned selector,
                                    const Fragment &a, const Fragment &b,
                                    const Fragment &c) {
  std::string text = std::string("mma.sp") +
                     (ordered ? "::ordered_metadata" : "") + ".sync.aligned." +
                     s.shape.name() + ".row.col." +
                     (satfinite ? "satfinite." : "") + typeC + "." + s.type +
                     "." + typeB + "." + typeC + " ";
  std::string constraints;
  unsigned next = 0;
  auto list = [&](unsigned count, const char *constraint) {
    text += "{";
    for (unsigned i = 0; i < count; ++i) {
      text += (i ? ",$" : "$") + std::to_string(next++);
      constraints += (constraints.empty() ? "" : ",") + std::string(constraint);
    }
    text += "},";
  };
  list(c.registers, "=r");
  list(a.registers, "r");
  list(b.registers, "r");
  list(c.registers, "r");
  constraints += ",r";
  text += "$" + std::to_string(next) + ",0x" + std::to_string(selector) + ";";
  return "  %r = call " + structureOf(c.type, c.registers) +
         " asm sideeffect \"" + text + "\", \"" + constraints + "\"(" +
         listRegisters("x", a.type, a.registers) + ", " +
         listRegisters("y", b.type, b.registers) + ", " +
         listRegisters("z", c.type, c.registers) + ", i32 %meta)\n";
}

void SparseMma::check(const SparseShape &s, const std::string &typeB,
                      const std::string &typeC, bool ordered, bool satfinite,
                      unsigned selector, bool assembly) {
  auto [m, n, k] = s.shape;
  Fragment a(s.type, m * k / 64), b(typeB, k * n / 32), c(typeC, m * n / 32);
  std::string declaration;
  std::string call =
      assembly
          ? callAssembly(s, typeB, typeC, ordered, satfinite, selector, a, b, c)
          : callIntrinsic(s, typeB, typeC, ordered, satfinite, selector, a, b,
                          c, declaration);
  Kernel *kernelFunction = load(kernel(
      "ptr %a, ptr %b, ptr %c, ptr %d, ptr %e",
      loadRegisters("a", "x", a.type, a.registers) +
          loadRegisters("b", "y", b.type, b.registers) +
          loadRegisters("c", "z", c.type, c.registers) +
          "  %pe = getelementptr i32, ptr %e, i64 %tid64\n"
          "  %meta = load i32, ptr %pe\n" +
          call + storeResults("r", "d", c.type, c.registers) + "  ret void",
      declaration));
  ASSERT_TRUE(kernelFunction) << call;

  Matrix ma(a.type, m, k), mb(b.type, k, n), mc(c.type, m, n);
  Matrix packed(a.type, m, k / 2);
  mb.randomise(generator);
  mc.randomise(generator);
  if (typeC == "s32")
    for (uint64_t &x : mc.bits)
      if (generator() % 2)
        x = uint32_t(INT32_MAX) - generator() % 20;
  auto *pa = array<uint8_t>(a.bytes()), *pb = array<uint8_t>(b.bytes()),
       *pc = array<uint8_t>(c.bytes()), *pd = array<uint8_t>(c.bytes());
  // Bits that the selector does not choose say nothing.
  auto *pe = array<uint32_t>(32);
  for (unsigned lane = 0; lane < 32; ++lane)
    pe[lane] = generator();
  for (unsigned row = 0; row < m; ++row)
    for (unsigned chunk = 0; chunk < k / s.chunk; ++chunk) {
      unsigned first = generator() % 4,
               second = (first + 1 + generator() % 3) % 4;
      if (first > second && (ordered || generator() % 2))
        std::swap(first, second);
      if (s.type == "tf32") { // Only the first or the second element.
        first = generator() % 2 ? 0 : 2;
        second = first + 1;
      }
      Slot slot = metadataSlot(s, selector, row, chunk);
      pe[slot.lane] &= ~(15u << slot.bit);
      pe[slot.lane] |= (first | second << 2) << slot.bit;
      for (unsigned i = 0; i < s.stored; ++i) {
        uint64_t x = a.type.random(generator);
        unsigned column = chunk * s.chunk;
        if (s.stored == 1)
          column += first / 2;
        else if (s.stored == 2)
          column += i ? second : first;
        else // Pairs of neighbours.
          column += (i < 2 ? first : second) * 2 + i % 2;
        packed.at(row, chunk * s.stored + i) = x;
        ma.at(row, column) = x;
      }
    }
  unsigned each = 32 / a.type.bits;
  for (unsigned lane = 0; lane < 32; ++lane) {
    // A without its zeros lies as a matrix of mma with half of k: registers 0
    // and 1 are the rows of the group and those 8 below, 2 and 3 the right
    // half of the columns.
    for (unsigned i = 0; i < a.elements; ++i) {
      unsigned reg = i / each;
      Fragment::set(
          pa, a.type, lane, a.laneBytes(), i,
          packed.at(lane / 4 + (reg % 2 ? 8 : 0),
                    lane % 4 * each + i % each + (reg >= 2 ? 4 * each : 0)));
    }
    for (unsigned i = 0; i < b.elements; ++i)
      Fragment::set(
          pb, b.type, lane, b.laneBytes(), i,
          mb.at(lane % 4 * each + i % each + i / each * 4 * each, lane / 4));
    for (unsigned i = 0; i < 4; ++i)
      Fragment::set(pc, c.type, lane, c.laneBytes(), i,
                    mc.at(lane / 4 + (i < 2 ? 0 : 8), lane % 4 * 2 + i % 2));
  }
  launch(kernelFunction, {1}, {32}, pa, pb, pc, pd, pe);
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned i = 0; i < 4; ++i)
      expectElement(
          ma, mb, mc, c.type, lane / 4 + (i < 2 ? 0 : 8), lane % 4 * 2 + i % 2,
          Fragment::get(pd, c.type, lane, c.laneBytes(), i), satfinite, call);
  for (uint8_t *p : {pa, pb, pc, pd})
    device.free(p).ok();
}

TEST_F(SparseMma, AllShapesTypesAndSelectors) {
  for (const SparseShape &s : shapes) {
    bool isInteger = s.type[0] == 's' || s.type[0] == 'u';
    std::vector<std::string> typesB = {s.type}, typesC = {"f32"};
    if (isInteger) {
      typesB = {"s" + s.type.substr(1), "u" + s.type.substr(1)};
      typesC = {"s32"};
    } else if (s.type[0] == 'e') {
      typesB = {"e4m3", "e5m2"};
    } else if (s.type == "f16") {
      typesC = {"f16", "f32"};
    }
    for (const std::string &typeB : typesB)
      for (const std::string &typeC : typesC)
        for (bool satfinite : {false, true})
          for (bool ordered : {false, true})
            for (bool assembly : {false, true})
              for (unsigned selector = 0; selector < 4 / s.lanes; ++selector)
                if (!satfinite || isInteger)
                  check(s, typeB, typeC, ordered, satfinite, selector,
                        assembly);
  }
}

TEST_F(SparseMma, UndefinedMetadata) {
  for (bool ordered : {false, true})
    for (uint32_t code : {0u, 0x1u, 0x5u}) {
      std::string name = std::string("@llvm.nvvm.mma.sp.") +
                         (ordered ? "ordered.metadata." : "") +
                         "m16n8k16.row.col.f32.f32";
      Kernel *k = load(kernel("i32 %meta",
                              "  %r = call {float, float, float, "
                              "float} " +
                                  name + R"((
    <2 x half> zeroinitializer, <2 x half> zeroinitializer,
    <2 x half> zeroinitializer, <2 x half> zeroinitializer,
    float 0.0, float 0.0, float 0.0, float 0.0, i32 %meta, i32 0)
  ret void)",
                              "declare {float, float, float, float} " + name +
                                  "(<2 x half>, <2 x half>, <2 x half>, <2 x "
                                  "half>, float, float, float, float, i32, i32 "
                                  "immarg)\n"));
      // All chunks but one are places 0 and 1.
      Status status = tryLaunch(k, {1}, {32}, 0, 0x44444440 | code);
      bool valid = code == 1 && !ordered;
      EXPECT_EQ(status.ok(), valid) << status.message();
      if (!valid)
        EXPECT_NE(status.message().find(
                      "metadata 0x" + std::to_string(code) +
                      " of lane 0 for row 0, chunk 0 is not one that PTX "
                      "defines"),
                  std::string::npos)
            << status.message();
    }
}

TEST_F(SparseMma, OtherAssemblyIsRefused) {
  auto refusal = [&](const std::string &text) {
    return loadError(kernel(
        "ptr %p",
        "  %r = call {float, float, float, float} asm sideeffect \"" + text +
            "\", \"=f,=f,=f,=f,r,r,r,r,f,f,f,f,r\"(i32 0, i32 0, i32 0, i32 0,"
            " float 0.0, float 0.0, float 0.0, float 0.0, i32 0)\n  ret void"));
  };
  std::string registers = " {$0,$1,$2,$3},{$4,$5},{$6,$7},{$8,$9,$10,$11},$12,";
  for (const std::string &text : std::vector<std::string>{
           // No such shape, no such selector, registers in another order.
           "mma.sp.sync.aligned.m16n8k64.row.col.f32.f16.f16.f32" + registers +
               "0x0;",
           "mma.sp.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32" + registers +
               "0x4;",
           "mma.sp.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
           "{$0,$1,$2,$3},{$5,$4},{$6,$7},{$8,$9,$10,$11},$12,0x0;",
           "mma.sp.sync.aligned.m16n8k16.col.row.f32.f16.f16.f32" + registers +
               "0x0;"}) {
    std::string message = refusal(text);
    EXPECT_NE(message.find("inline assembly 'mma.sp.sync"), std::string::npos)
        << message;
  }
}
