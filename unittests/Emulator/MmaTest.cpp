//===- MmaTest.cpp - mma.sync lane by lane --------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every shape, type and layout on random values against a plain product. Who
// holds what is written down from the tables of PTX ISA, "Matrix Fragments for
// mma...", one after another.
//
//===----------------------------------------------------------------------===//

#include "MatrixTest.h"

using namespace sparsegpu::emulator;

namespace {
struct At {
  unsigned row, column;
};

/// Element a_i of a lane. `what` is shape and bits of an element.
At placeOfA(const std::string &what, unsigned lane, unsigned i) {
  unsigned group = lane >> 2, inGroup = lane % 4;
  if (what == "m8n8k4/64")
    return {group, inGroup};
  if (what == "m16n8k4/32")
    return {i == 0 ? group : group + 8, inGroup};
  if (what == "m16n8k8/32")
    return {i == 0 || i == 2 ? group : group + 8,
            i == 0 || i == 1 ? inGroup : inGroup + 4};
  if (what == "m16n8k8/16")
    return {i < 2 ? group : group + 8, inGroup * 2 + (i & 1)};
  if (what == "m16n8k16/16")
    return {i < 2 || (4 <= i && i < 6) ? group : group + 8,
            inGroup * 2 + (i & 1) + (i < 4 ? 0 : 8)};
  if (what == "m8n8k16/8")
    return {group, inGroup * 4 + i};
  if (what == "m16n8k16/8")
    return {i < 4 ? group : group + 8, inGroup * 4 + (i & 3)};
  if (what == "m16n8k32/8")
    return {i < 4 || (8 <= i && i < 12) ? group : group + 8,
            inGroup * 4 + (i & 3) + (i < 8 ? 0 : 16)};
  if (what == "m8n8k32/4")
    return {group, inGroup * 8 + i};
  if (what == "m16n8k32/4")
    return {i < 8 ? group : group + 8, inGroup * 8 + (i & 7)};
  if (what == "m16n8k64/4")
    return {i < 8 || (16 <= i && i < 24) ? group : group + 8,
            inGroup * 8 + (i & 7) + (i < 16 ? 0 : 32)};
  if (what == "m8n8k128/1")
    return {group, inGroup * 32 + i};
  if (what == "m16n8k128/1")
    return {i < 32 ? group : group + 8, inGroup * 32 + (i & 31)};
  if (what == "m16n8k256/1")
    return {i < 32 || (64 <= i && i < 96) ? group : group + 8,
            inGroup * 32 + (i & 31) + (i < 64 ? 0 : 128)};
  ADD_FAILURE() << "no table for " << what;
  return {0, 0};
}

At placeOfB(const std::string &what, unsigned lane, unsigned i) {
  unsigned group = lane >> 2, inGroup = lane % 4;
  if (what == "m8n8k4/64" || what == "m16n8k4/32")
    return {inGroup, group};
  if (what == "m16n8k8/32")
    return {i == 0 ? inGroup : inGroup + 4, group};
  if (what == "m16n8k8/16")
    return {inGroup * 2 + i, group};
  if (what == "m16n8k16/16")
    return {inGroup * 2 + (i & 1) + (i < 2 ? 0 : 8), group};
  if (what == "m8n8k16/8" || what == "m16n8k16/8")
    return {inGroup * 4 + i, group};
  if (what == "m16n8k32/8")
    return {inGroup * 4 + (i & 3) + (i < 4 ? 0 : 16), group};
  if (what == "m8n8k32/4" || what == "m16n8k32/4")
    return {inGroup * 8 + i, group};
  if (what == "m16n8k64/4")
    return {inGroup * 8 + (i & 7) + (i < 8 ? 0 : 32), group};
  if (what == "m8n8k128/1" || what == "m16n8k128/1")
    return {inGroup * 32 + i, group};
  if (what == "m16n8k256/1")
    return {inGroup * 32 + (i & 31) + (i < 32 ? 0 : 128), group};
  ADD_FAILURE() << "no table for " << what;
  return {0, 0};
}

At placeOfC(const Shape &shape, unsigned lane, unsigned i) {
  unsigned group = lane >> 2, inGroup = lane % 4;
  if (shape.m == 8)
    return {group, inGroup * 2 + i};
  return {i < 2 ? group : group + 8, inGroup * 2 + (i & 1)};
}

class Mma : public EmulatorTest {
protected:
  std::mt19937_64 generator{20240917};

  /// A kernel that applies the intrinsic to fragments in memory.
  Kernel *loadMma(const std::string &intrinsic, const Fragment &a,
                  const Fragment &b, const Fragment &c, const Fragment &d) {
    std::string name = "@llvm.nvvm." + intrinsic;
    std::string result = structureOf(d.type, d.registers);
    return load(kernel("ptr %a, ptr %b, ptr %c, ptr %d",
                       loadRegisters("a", "x", a.type, a.registers) +
                           loadRegisters("b", "y", b.type, b.registers) +
                           loadRegisters("c", "z", c.type, c.registers) +
                           "  %r = call " + result + " " + name + "(" +
                           listRegisters("x", a.type, a.registers) + ", " +
                           listRegisters("y", b.type, b.registers) + ", " +
                           listRegisters("z", c.type, c.registers) + ")\n" +
                           storeResults("r", "d", d.type, d.registers) +
                           "  ret void",
                       "declare " + result + " " + name + "(" +
                           listTypes(a.type, a.registers) + ", " +
                           listTypes(b.type, b.registers) + ", " +
                           listTypes(c.type, c.registers) + ")\n"));
  }

  void check(const std::string &intrinsic, const Shape &shape,
             const std::string &typeA, const std::string &typeB,
             const std::string &typeC, const std::string &typeD,
             bool satfinite = false, bool andPopc = false) {
    Fragment a(typeA, shape.m * shape.k / 32), b(typeB, shape.k * shape.n / 32);
    Fragment c(typeC, shape.m * shape.n / 32), d(typeD, shape.m * shape.n / 32);
    Kernel *k = loadMma(intrinsic, a, b, c, d);
    ASSERT_TRUE(k) << intrinsic;
    std::string table = shape.name() + "/" + std::to_string(a.type.bits);
    for (unsigned round = 0; round < 3; ++round) {
      configure("seed=" + std::to_string(round));
      Matrix ma(typeA, shape.m, shape.k), mb(typeB, shape.k, shape.n);
      Matrix mc(typeC, shape.m, shape.n);
      ma.randomise(generator);
      mb.randomise(generator);
      mc.randomise(generator);
      if (typeC == "s32") // Near the limits.
        for (uint64_t &x : mc.bits)
          if (generator() % 2)
            x = uint32_t(INT32_MIN) + generator() % 20 - 10;
      auto *pa = array<uint8_t>(a.bytes()), *pb = array<uint8_t>(b.bytes()),
           *pc = array<uint8_t>(c.bytes()), *pd = array<uint8_t>(d.bytes());
      for (unsigned lane = 0; lane < 32; ++lane) {
        for (unsigned i = 0; i < a.elements; ++i) {
          At p = placeOfA(table, lane, i);
          Fragment::set(pa, a.type, lane, a.laneBytes(), i,
                        ma.at(p.row, p.column));
        }
        for (unsigned i = 0; i < b.elements; ++i) {
          At p = placeOfB(table, lane, i);
          Fragment::set(pb, b.type, lane, b.laneBytes(), i,
                        mb.at(p.row, p.column));
        }
        for (unsigned i = 0; i < c.elements; ++i) {
          At p = placeOfC(shape, lane, i);
          Fragment::set(pc, c.type, lane, c.laneBytes(), i,
                        mc.at(p.row, p.column));
        }
      }
      launch(k, {1}, {32}, pa, pb, pc, pd);
      for (unsigned lane = 0; lane < 32; ++lane)
        for (unsigned i = 0; i < d.elements; ++i) {
          At p = placeOfC(shape, lane, i);
          expectElement(ma, mb, mc, d.type, p.row, p.column,
                        Fragment::get(pd, d.type, lane, d.laneBytes(), i),
                        satfinite,
                        intrinsic + " lane " + std::to_string(lane) +
                            " element " + std::to_string(i),
                        andPopc);
        }
      for (uint8_t *p : {pa, pb, pc, pd})
        device.free(p).ok();
    }
  }
};
} // namespace

TEST_F(Mma, HalfPrecision) {
  for (Shape shape : {Shape{16, 8, 8}, Shape{16, 8, 16}})
    for (std::string type : {"f16", "f32"})
      check("mma." + shape.name() + ".row.col." + type + "." + type, shape,
            "f16", "f16", type, type);
}

TEST_F(Mma, BFloatAndTF32) {
  for (Shape shape : {Shape{16, 8, 8}, Shape{16, 8, 16}})
    check("mma." + shape.name() + ".row.col.bf16", shape, "bf16", "bf16", "f32",
          "f32");
  for (Shape shape : {Shape{16, 8, 4}, Shape{16, 8, 8}})
    check("mma." + shape.name() + ".row.col.tf32", shape, "tf32", "tf32", "f32",
          "f32");
}

TEST_F(Mma, Double) {
  check("mma.m8n8k4.row.col.f64", {8, 8, 4}, "f64", "f64", "f64", "f64");
}

TEST_F(Mma, Fp8) {
  for (Shape shape : {Shape{16, 8, 16}, Shape{16, 8, 32}})
    for (std::string a : {"e4m3", "e5m2"})
      for (std::string b : {"e4m3", "e5m2"})
        for (std::string c : {"f16", "f32"})
          check("mma." + shape.name() + ".row.col." + c + "." + a + "." + b +
                    "." + c,
                shape, a, b, c, c);
}

TEST_F(Mma, Integers) {
  struct Family {
    std::vector<Shape> shapes;
    std::vector<std::string> types;
  };
  for (const Family &family :
       {Family{{{8, 8, 16}, {16, 8, 16}, {16, 8, 32}}, {"s8", "u8"}},
        Family{{{8, 8, 32}, {16, 8, 32}, {16, 8, 64}}, {"s4", "u4"}}})
    for (const Shape &shape : family.shapes)
      for (const std::string &a : family.types)
        for (const std::string &b : family.types)
          for (bool satfinite : {false, true})
            check("mma." + shape.name() + ".row.col." +
                      (satfinite ? "satfinite." : "") + a +
                      (a == b ? "" : "." + b),
                  shape, a, b, "s32", "s32", satfinite);
}

TEST_F(Mma, Bits) {
  for (Shape shape : {Shape{8, 8, 128}, Shape{16, 8, 128}, Shape{16, 8, 256}})
    for (bool andPopc : {false, true})
      check(std::string("mma.") + (andPopc ? "and" : "xor") + ".popc." +
                shape.name() + ".row.col.b1",
            shape, "b1", "b1", "s32", "s32", false, andPopc);
}

/// Four products by eight lanes each (PTX ISA, "Matrix Fragments for mma.m8n8k4
/// with .f16 floating point type").
TEST_F(Mma, QuadPairs) {
  auto placeC = [](bool half, unsigned lane, unsigned i) -> At {
    if (half)
      return {lane < 16 ? lane % 4 : lane % 4 + 4, i};
    unsigned x = (lane & 1) + (i & 2);
    return {lane < 16 ? x : x + 4, (i & 4) + (lane & 2) + (i & 1)};
  };
  for (std::string layoutA : {"row", "col"})
    for (std::string layoutB : {"row", "col"})
      for (auto [typeD, typeC] :
           {std::pair<std::string, std::string>("f16", "f16"),
            {"f32", "f16"},
            {"f32", "f32"}}) {
        std::string intrinsic =
            "mma.m8n8k4." + layoutA + "." + layoutB + "." + typeD + "." + typeC;
        Fragment a("f16", 4), b("f16", 4), c(typeC, 8), d(typeD, 8);
        Kernel *k = loadMma(intrinsic, a, b, c, d);
        std::vector<Matrix> ma(4, Matrix(a.type, 8, 4)),
            mb(4, Matrix(a.type, 4, 8)), mc(4, Matrix(c.type, 8, 8));
        auto *pa = array<uint8_t>(a.bytes()), *pb = array<uint8_t>(b.bytes()),
             *pc = array<uint8_t>(c.bytes()), *pd = array<uint8_t>(d.bytes());
        for (unsigned q = 0; q < 4; ++q) {
          ma[q].randomise(generator);
          mb[q].randomise(generator);
          mc[q].randomise(generator);
        }
        for (unsigned lane = 0; lane < 32; ++lane) {
          // 0-3 and 16-19, 4-7 and 20-23, ...
          unsigned q = lane < 16 ? lane / 4 : (lane - 16) / 4;
          for (unsigned i = 0; i < 4; ++i) {
            At p = layoutA == "row"
                       ? At{lane < 16 ? lane % 4 : lane % 4 + 4, i}
                       : At{lane < 16 ? i % 4 : i % 4 + 4, lane % 4};
            Fragment::set(pa, a.type, lane, a.laneBytes(), i,
                          ma[q].at(p.row, p.column));
            p = layoutB == "row" ? At{lane % 4, lane < 16 ? i : i + 4}
                                 : At{i, lane < 16 ? lane % 4 : lane % 4 + 4};
            Fragment::set(pb, b.type, lane, b.laneBytes(), i,
                          mb[q].at(p.row, p.column));
          }
          for (unsigned i = 0; i < 8; ++i) {
            At p = placeC(typeC == "f16", lane, i);
            Fragment::set(pc, c.type, lane, c.laneBytes(), i,
                          mc[q].at(p.row, p.column));
          }
        }
        launch(k, {1}, {32}, pa, pb, pc, pd);
        for (unsigned lane = 0; lane < 32; ++lane)
          for (unsigned i = 0; i < 8; ++i) {
            unsigned q = lane % 16 / 4;
            At p = placeC(typeD == "f16", lane, i);
            expectElement(ma[q], mb[q], mc[q], d.type, p.row, p.column,
                          Fragment::get(pd, d.type, lane, d.laneBytes(), i),
                          false, intrinsic + " lane " + std::to_string(lane));
          }
      }
}

TEST_F(Mma, SpecialValues) {
  Element half("f16"), single("f32");
  Fragment a("f16", 8), b("f16", 4), c("f32", 4);
  Kernel *k = loadMma("mma.m16n8k16.row.col.f32.f32", a, b, c, c);
  auto *pa = array<uint8_t>(a.bytes()), *pb = array<uint8_t>(b.bytes()),
       *pc = array<uint8_t>(c.bytes()), *pd = array<uint8_t>(c.bytes());
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned i = 0; i < 4; ++i)
      Fragment::set(pb, b.type, lane, b.laneBytes(), i, half.encode(1));
  auto setA = [&](unsigned lane, unsigned i, double value) {
    Fragment::set(pa, a.type, lane, a.laneBytes(), i, half.encode(value));
  };
  // Row 0: infinity; row 1: infinities that cancel; row 2: NaN; row 3: the
  // smallest subnormal; row 4: large numbers that cancel exactly.
  setA(0, 0, INFINITY);
  setA(4, 0, INFINITY);
  setA(4, 1, -INFINITY);
  setA(9, 4, NAN);
  setA(12, 0, 0x1p-24);
  setA(16, 0, 65504);
  setA(17, 0, 0x1p-24);
  setA(18, 0, -65504);
  launch(k, {1}, {32}, pa, pb, pc, pd);
  auto at = [&](unsigned row) {
    return single.decode(Fragment::get(pd, single, row * 4, c.laneBytes(), 0));
  };
  EXPECT_EQ(at(0), INFINITY);
  EXPECT_TRUE(std::isnan(at(1)));
  EXPECT_TRUE(std::isnan(at(2)));
  EXPECT_EQ(at(3), 0x1p-24);
  EXPECT_EQ(at(4), 0x1p-24);
  EXPECT_EQ(at(5), 0);
}

TEST_F(Mma, HalfAccumulatorsAreRoundedOnce) {
  // 2048 + 1 lies half way between 2048 and 2050; 2^-24 more decides.
  Element half("f16");
  Fragment a("f16", 8), b("f16", 4), c("f16", 4);
  Kernel *k = loadMma("mma.m16n8k16.row.col.f16.f16", a, b, c, c);
  auto *pa = array<uint8_t>(a.bytes()), *pb = array<uint8_t>(b.bytes()),
       *pc = array<uint8_t>(c.bytes()), *pd = array<uint8_t>(c.bytes());
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned i = 0; i < 4; ++i) {
      Fragment::set(pb, b.type, lane, b.laneBytes(), i, half.encode(1));
      Fragment::set(pc, c.type, lane, c.laneBytes(), i, half.encode(2048));
    }
  auto setA = [&](unsigned lane, unsigned i, double value) {
    Fragment::set(pa, a.type, lane, a.laneBytes(), i, half.encode(value));
  };
  setA(0, 0, 1);
  setA(4, 0, 1);
  setA(5, 0, 0x1p-24);
  setA(8, 0, 65504);
  launch(k, {1}, {32}, pa, pb, pc, pd);
  auto at = [&](unsigned row) {
    return half.decode(Fragment::get(pd, half, row * 4, c.laneBytes(), 0));
  };
  EXPECT_EQ(at(0), 2048);
  EXPECT_EQ(at(1), 2050);
  EXPECT_EQ(at(2), INFINITY);
}

TEST_F(Mma, SpecialValuesOfFp8) {
  // Rows of A are one number each, B is ones in its first row only.
  for (auto &[type, numbers] :
       {std::pair<std::string, std::vector<std::pair<uint8_t, double>>>(
            "e4m3", {{0x7f, NAN},
                     {0xff, NAN},
                     {0x7e, 448},
                     {0xf8, -256},
                     {0x01, 0x1p-9},
                     {0x87, -0x7p-9},
                     {0x08, 0x1p-6}}),
        {"e5m2",
         {{0x7c, INFINITY},
          {0xfc, -INFINITY},
          {0x7d, NAN},
          {0x7b, 57344},
          {0x01, 0x1p-16},
          {0x83, -0x3p-16},
          {0x04, 0x1p-14}}}}) {
    Fragment a(type, 16), b(type, 8), c("f32", 4);
    Kernel *k = loadMma(
        "mma.m16n8k32.row.col.f32." + type + "." + type + ".f32", a, b, c, c);
    auto *pa = array<uint8_t>(a.bytes()), *pb = array<uint8_t>(b.bytes()),
         *pc = array<uint8_t>(c.bytes()), *pd = array<uint8_t>(c.bytes());
    for (unsigned lane = 0; lane < 32; lane += 4)
      Fragment::set(pb, b.type, lane, b.laneBytes(), 0, b.type.encode(1));
    for (unsigned row = 0; row < numbers.size(); ++row)
      Fragment::set(pa, a.type, row * 4, a.laneBytes(), 0, numbers[row].first);
    launch(k, {1}, {32}, pa, pb, pc, pd);
    for (unsigned row = 0; row < numbers.size(); ++row) {
      double got =
          c.type.decode(Fragment::get(pd, c.type, row * 4, c.laneBytes(), 1));
      if (std::isnan(numbers[row].second))
        EXPECT_TRUE(std::isnan(got)) << type << " " << row;
      else
        EXPECT_EQ(got, numbers[row].second) << type << " " << row;
    }
  }
}
