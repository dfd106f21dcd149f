//===- WmmaTest.cpp - wmma.load, wmma.mma and wmma.store ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PTX leaves open who holds what, so whole products in memory are checked:
// every shape, type, layout and kind of pointer, with and without a stride.
//
//===----------------------------------------------------------------------===//

#include "MatrixTest.h"

using namespace sparsegpu::emulator;

namespace {
/// A matrix in memory. Elements below a byte are packed.
struct Stored {
  bool isColumnMajor;
  unsigned stride;

  size_t index(unsigned row, unsigned column) const {
    return isColumnMajor ? size_t(column) * stride + row
                         : size_t(row) * stride + column;
  }
  static size_t bytes(Matrix &matrix, unsigned stride, bool isColumnMajor) {
    size_t lines = isColumnMajor ? matrix.columns : matrix.rows;
    return lines * stride * matrix.type.bits / 8 + 8;
  }
};

struct Problem {
  Shape shape;
  std::string typeA, typeC, typeD;
  bool columnA = false, columnB = true, columnC = false, columnD = false;
  bool withStride = true;
  /// Address space of all pointers: 0, 1 or 3.
  unsigned space = 0;
  std::string variant = {}, suffix = {};
  bool satfinite = false, andPopc = false;
};

class Wmma : public EmulatorTest {
protected:
  std::mt19937_64 generator{99};

  std::string declarations;
  std::string access(const Problem &p, const std::string &operand,
                     const std::string &type, bool isColumnMajor) {
    return "@llvm.nvvm.wmma." + p.shape.name() +
           (operand == "d" ? ".store." : ".load.") + operand +
           (isColumnMajor ? ".col" : ".row") + (p.withStride ? ".stride" : "") +
           "." + type + ".p" + std::to_string(p.space);
  }
  static unsigned registersOf(const Problem &p, const std::string &operand) {
    auto [m, n, k] = p.shape;
    bool isFactor = operand == "a" || operand == "b";
    if (isFactor && p.typeA == "f16")
      return 8;
    Element type(isFactor ? p.typeA : operand == "c" ? p.typeC : p.typeD);
    unsigned elements = operand == "a" ? m * k : operand == "b" ? k * n : m * n;
    return elements * type.bits / 32 / type.registerBits();
  }
  std::string pointerType(const Problem &p) {
    return p.space ? "ptr addrspace(" + std::to_string(p.space) + ")" : "ptr";
  }
  std::string loadOperand(const Problem &p, const std::string &operand,
                          const std::string &type, bool isColumnMajor) {
    std::string name = access(p, operand, type, isColumnMajor);
    std::string result = structureOf(type, registersOf(p, operand));
    std::string pointer = pointerType(p);
    declarations += "declare " + result + " " + name + "(" + pointer +
                    (p.withStride ? ", i32" : "") + ")\n";
    std::string text = "  %f" + operand + " = call " + result + " " + name +
                       "(" + pointer + " %s" + operand +
                       (p.withStride ? ", i32 %ld" + operand : "") + ")\n";
    unsigned count = registersOf(p, operand);
    for (unsigned i = 0; i < count; ++i) {
      std::string n = operand + "r" + std::to_string(i);
      text += count == 1 ? "  %" + n + " = bitcast " + result + " %f" +
                               operand + " to " + result + "\n"
                         : "  %" + n + " = extractvalue " + result + " %f" +
                               operand + ", " + std::to_string(i) + "\n";
    }
    return text;
  }
  void check(Problem p);
  Kernel *loadProduct(const Problem &p);
};
} // namespace

Kernel *Wmma::loadProduct(const Problem &p) {
  declarations.clear();
  std::string body;
  std::string pointer = pointerType(p);
  for (std::string x : {"a", "b", "c", "d"})
    body += p.space
                ? "  %s" + x + " = addrspacecast ptr %" + x + " to " + pointer +
                      "\n"
                : "  %s" + x + " = getelementptr i8, ptr %" + x + ", i64 0\n";
  body += loadOperand(p, "a", p.typeA, p.columnA);
  body += loadOperand(p, "b", p.typeA, p.columnB);
  body += loadOperand(p, "c", p.typeC, p.columnC);
  std::string types = "." + p.typeA;
  if (p.typeA == "f16")
    types = "." + p.typeD + "." + p.typeC;
  std::string name = "@llvm.nvvm.wmma." + p.shape.name() + ".mma" + p.variant +
                     (p.columnA ? ".col" : ".row") +
                     (p.columnB ? ".col" : ".row") + types + p.suffix;
  if (p.suffix.size() == 3) // A rounding comes before the types.
    name = "@llvm.nvvm.wmma." + p.shape.name() + ".mma" +
           (p.columnA ? ".col" : ".row") + (p.columnB ? ".col" : ".row") +
           p.suffix + types;
  Element a(p.typeA), c(p.typeC), d(p.typeD);
  unsigned ra = registersOf(p, "a"), rb = registersOf(p, "b"),
           rc = registersOf(p, "c"), rd = registersOf(p, "d");
  std::string result = structureOf(d, rd);
  declarations += "declare " + result + " " + name + "(" + listTypes(a, ra) +
                  ", " + listTypes(a, rb) + ", " + listTypes(c, rc) + ")\n";
  body += "  %fd = call " + result + " " + name + "(" +
          listRegisters("ar", a, ra) + ", " + listRegisters("br", a, rb) +
          ", " + listRegisters("cr", c, rc) + ")\n";
  for (unsigned i = 0; i < rd; ++i)
    body += "  %dr" + std::to_string(i) + " = extractvalue " + result +
            " %fd, " + std::to_string(i) + "\n";
  std::string store = access(p, "d", p.typeD, p.columnD);
  declarations += "declare void " + store + "(" + pointer + ", " +
                  listTypes(d, rd) + (p.withStride ? ", i32" : "") + ")\n";
  body += "  call void " + store + "(" + pointer + " %sd, " +
          listRegisters("dr", d, rd) + (p.withStride ? ", i32 %ldd" : "") +
          ")\n  ret void";
  return load(kernel("ptr %a, ptr %b, ptr %c, ptr %d, i32 %lda, i32 %ldb, i32 "
                     "%ldc, i32 %ldd",
                     body, declarations));
}

void Wmma::check(Problem p) {
  Kernel *k = loadProduct(p);
  ASSERT_TRUE(k);
  auto [m, n, kk] = p.shape;
  Matrix a(p.typeA, m, kk), b(p.typeA, kk, n), c(p.typeC, m, n),
      d(p.typeD, m, n);
  for (Matrix *x : {&a, &b, &c})
    x->randomise(generator);
  if (p.typeC == "s32")
    for (uint64_t &x : c.bits)
      if (generator() % 2)
        x = uint32_t(INT32_MAX) - generator() % 20;
  struct Operand {
    Matrix *matrix;
    bool isColumnMajor;
    unsigned stride = 0;
    uint8_t *data = nullptr;
  } operands[] = {
      {&a, p.columnA}, {&b, p.columnB}, {&c, p.columnC}, {&d, p.columnD}};
  for (Operand &o : operands) {
    o.stride = o.isColumnMajor ? o.matrix->rows : o.matrix->columns;
    if (p.withStride)
      o.stride += o.matrix->type.bits < 8 ? 256 / o.matrix->type.bits : 16;
    size_t bytes = Stored::bytes(*o.matrix, o.stride, o.isColumnMajor);
    o.data = array<uint8_t>(bytes, 0x5a);
    Stored where{o.isColumnMajor, o.stride};
    if (o.matrix != &d)
      for (unsigned i = 0; i < o.matrix->rows; ++i)
        for (unsigned j = 0; j < o.matrix->columns; ++j)
          Fragment::set(o.data, o.matrix->type, 0, 0, where.index(i, j),
                        o.matrix->at(i, j));
  }
  launch(k, {1}, {32}, operands[0].data, operands[1].data, operands[2].data,
         operands[3].data, operands[0].stride, operands[1].stride,
         operands[2].stride, operands[3].stride);
  Stored where{p.columnD, operands[3].stride};
  for (unsigned i = 0; i < m; ++i)
    for (unsigned j = 0; j < n; ++j)
      expectElement(
          a, b, c, d.type, i, j,
          Fragment::get(operands[3].data, d.type, 0, 0, where.index(i, j)),
          p.satfinite,
          "wmma " + p.shape.name() + " " + p.typeA + " " + p.typeC + " " +
              p.typeD + p.suffix + " at " + std::to_string(i) + "," +
              std::to_string(j),
          p.andPopc);
  // Between the rows nothing was written.
  if (p.withStride && !p.columnD)
    EXPECT_EQ(operands[3].data[n * d.type.bits / 8], 0x5a);
  for (Operand &o : operands)
    device.free(o.data).ok();
}

static const Shape big[] = {{16, 16, 16}, {32, 8, 16}, {8, 32, 16}};

TEST_F(Wmma, AllShapesTypesAndLayouts) {
  std::vector<Problem> problems;
  for (const Shape &shape : big) {
    for (std::string c : {"f16", "f32"})
      for (std::string d : {"f16", "f32"})
        problems.push_back({shape, "f16", c, d});
    problems.push_back({shape, "bf16", "f32", "f32"});
    for (std::string type : {"s8", "u8"}) {
      problems.push_back({shape, type, "s32", "s32"});
      problems.push_back({shape, type, "s32", "s32"});
      problems.back().suffix = ".satfinite";
      problems.back().satfinite = true;
    }
  }
  problems.push_back({{16, 16, 8}, "tf32", "f32", "f32"});
  problems.push_back({{8, 8, 4}, "f64", "f64", "f64"});
  problems.push_back({{8, 8, 4}, "f64", "f64", "f64"});
  problems.back().suffix = ".rn";
  unsigned count = 0;
  for (Problem p : problems)
    for (unsigned layouts = 0; layouts < 16; ++layouts) {
      p.columnA = layouts & 1;
      p.columnB = layouts & 2;
      p.columnC = layouts & 4;
      p.columnD = layouts & 8;
      p.withStride = count++ % 3 != 0;
      p.space = count % 2;
      check(p);
    }
}

TEST_F(Wmma, LessThanAByte) {
  for (unsigned layouts = 0; layouts < 4; ++layouts)
    for (bool withStride : {false, true}) {
      for (std::string type : {"s4", "u4"})
        for (bool satfinite : {false, true}) {
          Problem p{{8, 8, 32}, type, "s32", "s32"};
          p.columnC = layouts & 1;
          p.columnD = layouts & 2;
          p.withStride = withStride;
          p.satfinite = satfinite;
          p.suffix = satfinite ? ".satfinite" : "";
          check(p);
        }
      for (bool andPopc : {false, true}) {
        Problem p{{8, 8, 128}, "b1", "s32", "s32"};
        p.columnC = layouts & 1;
        p.columnD = layouts & 2;
        p.withStride = withStride;
        p.andPopc = andPopc;
        p.variant = andPopc ? ".and.popc" : ".xor.popc";
        check(p);
      }
    }
}

TEST_F(Wmma, RoundingsOfDouble) {
  // 1 + 2^-60 and -1 - 2^-60 in each direction.
  for (auto [suffix, up, down] : {std::tuple(".rn", 1.0, -1.0),
                                  {".rz", 1.0, -1.0},
                                  {".rm", 1.0, std::nextafter(-1.0, -2)},
                                  {".rp", std::nextafter(1.0, 2), -1.0}}) {
    Problem p{{8, 8, 4}, "f64", "f64", "f64"};
    p.suffix = suffix;
    p.withStride = false;
    p.columnB = false;
    Kernel *k = loadProduct(p);
    double *a = array<double>(32), *b = array<double>(32),
           *c = array<double>(64), *d = array<double>(64);
    a[0] = 0x1p-60;
    a[4] = -0x1p-60;
    b[0] = 1;
    c[0] = 1;
    c[8] = -1;
    launch(k, {1}, {32}, a, b, c, d, 0, 0, 0, 0);
    EXPECT_EQ(d[0], up) << suffix;
    EXPECT_EQ(d[8], down) << suffix;
  }
}

TEST_F(Wmma, SharedMemoryAndElementwise) {
  // A 16 x 16 tile goes through shared memory; the fragment is doubled.
  std::string types =
      "{float, float, float, float, float, float, float, float}";
  std::string text =
      R"(
  %i0 = mul i32 %tid, 8
  br label %fill
fill:
  %j = phi i32 [0, %entry], [%j1, %fill]
  %at = add i32 %i0, %j
  %v = sitofp i32 %at to float
  %q = getelementptr float, ptr addrspace(3) @tile, i32 %at
  store float %v, ptr addrspace(3) %q
  %j1 = add i32 %j, 1
  %more = icmp ult i32 %j1, 8
  br i1 %more, label %fill, label %go
go:
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  %f = call )" +
      types +
      R"( @llvm.nvvm.wmma.m16n16k16.load.c.row.stride.f32.p3(ptr addrspace(3) @tile, i32 16)
)";
  std::string list;
  for (int i = 0; i < 8; ++i) {
    std::string n = std::to_string(i);
    text += "  %x" + n + " = extractvalue " + types + " %f, " + n + "\n  %y" +
            n + " = fmul float %x" + n + ", 2.0\n";
    list += ", float %y" + n;
  }
  text += "  call void @llvm.nvvm.wmma.m16n16k16.store.d.col.stride.f32.p1(ptr "
          "addrspace(1) %out" +
          list + ", i32 16)\n  ret void";
  Kernel *k = load(kernel(
      "ptr addrspace(1) %out", text,
      "@tile = internal addrspace(3) global [256 x float] undef\ndeclare " +
          types +
          " @llvm.nvvm.wmma.m16n16k16.load.c.row.stride.f32.p3(ptr "
          "addrspace(3), i32)\ndeclare void "
          "@llvm.nvvm.wmma.m16n16k16.store.d.col.stride.f32.p1(ptr "
          "addrspace(1), float, float, float, float, float, float, float, "
          "float, i32)\n"));
  float *out = array<float>(256);
  launch(k, {1}, {32}, out);
  for (unsigned i = 0; i < 16; ++i)
    for (unsigned j = 0; j < 16; ++j)
      EXPECT_EQ(out[j * 16 + i], 2.0f * (i * 16 + j));
}

TEST_F(Wmma, LanesMustAgreeOnAddresses) {
  Kernel *k = load(kernel(
      "ptr %p", R"(
  %q = getelementptr i8, ptr %p, i64 %tid64
  %f = call double @llvm.nvvm.wmma.m8n8k4.load.a.row.stride.f64.p0(ptr %q, i32 4)
  ret void)",
      "declare double @llvm.nvvm.wmma.m8n8k4.load.a.row.stride.f64.p0(ptr, "
      "i32)\n"));
  std::string message = tryLaunch(k, {1}, {32}, 0, array<double>(64)).message();
  EXPECT_NE(message.find("wmma.load.a.sync.row.m8n8k4.f64: lane 1 gives"),
            std::string::npos)
      << message;
}
