//===- MatrixNames.cpp - Which matrix operations there are ----------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The names of LLVM's intrinsics (IntrinsicsNVVM.td, NVVM_MMA_OPS), and the
// table of what exists on sm_70 to sm_89 (PTX ISA, "Matrix Shape").
//
//===----------------------------------------------------------------------===//

#include "MatrixNames.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace sparsegpu::emulator;

//===----------------------------------------------------------------------===//
// What there is
//===----------------------------------------------------------------------===//

namespace {
struct Supported {
  MatrixKind kind;
  /// Shapes and types of A, with spaces.
  const char *shapes, *types;
};
} // namespace

static const Supported table[] = {
    {MatrixKind::Mma, "m8n8k4 m16n8k8 m16n8k16", "f16"},
    {MatrixKind::Mma, "m16n8k8 m16n8k16", "bf16"},
    {MatrixKind::Mma, "m16n8k4 m16n8k8", "tf32"},
    // The other shapes of f64 came with sm_90.
    {MatrixKind::Mma, "m8n8k4", "f64"},
    {MatrixKind::Mma, "m8n8k16 m16n8k16 m16n8k32", "s8 u8"},
    {MatrixKind::Mma, "m8n8k32 m16n8k32 m16n8k64", "s4 u4"},
    {MatrixKind::Mma, "m8n8k128 m16n8k128 m16n8k256", "b1"},
    {MatrixKind::Mma, "m16n8k16 m16n8k32", "e4m3 e5m2"},
    {MatrixKind::SparseMma, "m16n8k16 m16n8k32", "f16 bf16"},
    {MatrixKind::SparseMma, "m16n8k8 m16n8k16", "tf32"},
    {MatrixKind::SparseMma, "m16n8k32 m16n8k64", "s8 u8"},
    {MatrixKind::SparseMma, "m16n8k64 m16n8k128", "s4 u4"},
    {MatrixKind::SparseMma, "m16n8k64", "e4m3 e5m2"},
    {MatrixKind::WmmaMma, "m16n16k16 m32n8k16 m8n32k16", "f16 bf16 s8 u8"},
    {MatrixKind::WmmaMma, "m16n16k8", "tf32"},
    {MatrixKind::WmmaMma, "m8n8k4", "f64"},
    {MatrixKind::WmmaMma, "m8n8k32", "s4 u4"},
    {MatrixKind::WmmaMma, "m8n8k128", "b1"},
};

static bool isIn(StringRef list, StringRef item) {
  SmallVector<StringRef> items;
  list.split(items, ' ');
  return is_contained(items, item);
}

static bool isSupported(MatrixKind kind, StringRef shape, StringRef type) {
  return any_of(table, [&](const Supported &entry) {
    return entry.kind == kind && isIn(entry.shapes, shape) &&
           isIn(entry.types, type);
  });
}

/// Types that the accumulators of A's type have.
static bool isAccumulator(ElementType a, ElementType c) {
  switch (a) {
  case ElementType::F16:
  case ElementType::E4M3:
  case ElementType::E5M2:
    return c == ElementType::F16 || c == ElementType::F32;
  case ElementType::BF16:
  case ElementType::TF32:
    return c == ElementType::F32;
  case ElementType::F64:
    return c == ElementType::F64;
  default:
    return c == ElementType::S32;
  }
}

//===----------------------------------------------------------------------===//
// Reading names
//===----------------------------------------------------------------------===//

static ElementType parseType(StringRef name) {
  for (unsigned i = 1; i <= static_cast<unsigned>(ElementType::E5M2); ++i)
    if (name == nameOf(static_cast<ElementType>(i)))
      return static_cast<ElementType>(i);
  return ElementType::None;
}

static bool parseShape(StringRef shape, MatrixOp &op) {
  return shape.consume_front("m") && !shape.consumeInteger(10, op.m) &&
         shape.consume_front("n") && !shape.consumeInteger(10, op.n) &&
         shape.consume_front("k") && !shape.consumeInteger(10, op.k) &&
         shape.empty();
}

namespace {
/// The parts of a name between its points.
class Parts {
public:
  explicit Parts(StringRef name) { name.split(parts, '.'); }
  bool empty() const { return parts.empty(); }
  size_t size() const { return parts.size(); }
  StringRef front() const { return parts.empty() ? StringRef() : parts[0]; }
  StringRef take() {
    StringRef result = front();
    if (!parts.empty())
      parts.erase(parts.begin());
    return result;
  }
  bool consume(StringRef part) {
    if (front() != part)
      return false;
    take();
    return true;
  }
  bool consumeBack(StringRef part) {
    if (parts.empty() || parts.back() != part)
      return false;
    parts.pop_back();
    return true;
  }

private:
  SmallVector<StringRef> parts;
};
} // namespace

/// row or col.
static bool parseLayout(Parts &parts, bool &isColumnMajor) {
  isColumnMajor = parts.front() == "col";
  return parts.consume("col") || parts.consume("row");
}

/// MMA_SIGNATURE: D and C for f16; D, A, B and C for fp8; otherwise A, and B if
/// it differs.
static bool parseSignature(Parts &parts, MatrixOp &op) {
  SmallVector<ElementType> types;
  while (!parts.empty())
    types.push_back(parseType(parts.take()));
  if (types.empty() || is_contained(types, ElementType::None))
    return false;
  bool isHalf = types.size() == 2 &&
                (types[0] == ElementType::F16 || types[0] == ElementType::F32);
  if (isHalf) {
    op.a = op.b = ElementType::F16;
    op.d = types[0];
    op.c = types[1];
    return true;
  }
  if (types.size() == 4) {
    op.d = types[0];
    op.a = types[1];
    op.b = types[2];
    op.c = types[3];
    return bitsOf(op.a) == 8;
  }
  op.a = op.b = types[0];
  if (types.size() == 2)
    op.b = types[1];
  else if (types.size() > 2)
    return false;
  op.c = op.d = op.a == ElementType::F64 ? ElementType::F64
                : op.a == ElementType::BF16 || op.a == ElementType::TF32
                    ? ElementType::F32
                    : ElementType::S32;
  return true;
}

static bool isInteger(ElementType type) {
  return type >= ElementType::S8 && type <= ElementType::U4;
}

static bool isFp8(ElementType type) {
  return type == ElementType::E4M3 || type == ElementType::E5M2;
}

/// Whether the parts go together.
static bool isConsistent(const MatrixOp &op, StringRef shape) {
  if (!isSupported(op.kind, shape, nameOf(op.a)) ||
      !isAccumulator(op.a, op.c) || !isAccumulator(op.a, op.d))
    return false;
  // Integers mix their signs and fp8 its formats, but never wmma.
  bool mixes =
      op.kind != MatrixKind::WmmaMma &&
      ((isInteger(op.a) && isInteger(op.b)) || (isFp8(op.a) && isFp8(op.b)));
  if (op.a != op.b && !(mixes && bitsOf(op.a) == bitsOf(op.b)))
    return false;
  if (op.satfinite && !isInteger(op.a))
    return false;
  bool hasOneLayout =
      op.kind == MatrixKind::WmmaMma ? bitsOf(op.a) < 8 : !op.isQuadPair();
  if (hasOneLayout && (op.columnA || !op.columnB))
    return false;
  // Only wmma and m8n8k4 have accumulators of two types.
  if (op.c != op.d && op.kind != MatrixKind::WmmaMma)
    return op.isQuadPair() && op.c == ElementType::F16;
  // mma.sp on fp8 came with f32 only.
  return op.kind != MatrixKind::SparseMma || !isFp8(op.a) ||
         op.c == ElementType::F32;
}

/// {and,xor}.popc
static bool parsePopc(Parts &parts, MatrixOp &op) {
  op.andPopc = parts.front() == "and";
  return (parts.consume("and") || parts.consume("xor")) &&
         parts.consume("popc");
}

/// mma[.sp[.ordered.metadata]][.{and,xor}.popc].shape.row.col[.satfinite].types
static std::optional<MatrixOp> parseMma(Parts parts) {
  MatrixOp op;
  if (parts.consume("sp")) {
    op.kind = MatrixKind::SparseMma;
    if (parts.consume("ordered")) {
      op.orderedMetadata = true;
      if (!parts.consume("metadata"))
        return std::nullopt;
    }
  }
  bool hasPopc = parsePopc(parts, op);
  StringRef shape = parts.take();
  if (!parseShape(shape, op) || !parseLayout(parts, op.columnA) ||
      !parseLayout(parts, op.columnB))
    return std::nullopt;
  op.satfinite = parts.consume("satfinite");
  if (!parseSignature(parts, op) || !isConsistent(op, shape) ||
      hasPopc != (op.a == ElementType::B1))
    return std::nullopt;
  return op;
}

/// wmma.shape.mma[.{and,xor}.popc].layouts[.rounding].types[.satfinite]
static std::optional<MatrixOp> parseWmmaMma(StringRef shape, Parts parts) {
  MatrixOp op;
  op.kind = MatrixKind::WmmaMma;
  bool hasPopc = parsePopc(parts, op);
  if (!parseShape(shape, op) || !parseLayout(parts, op.columnA) ||
      !parseLayout(parts, op.columnB))
    return std::nullopt;
  int rounding = StringSwitch<int>(parts.front())
                     .Case("rn", 0)
                     .Case("rz", 1)
                     .Case("rm", 2)
                     .Case("rp", 3)
                     .Default(-1);
  if (rounding >= 0) {
    parts.take();
    op.rounding = static_cast<MatrixRounding>(rounding);
  }
  op.satfinite = parts.consumeBack("satfinite");
  if (!parseSignature(parts, op) || !isConsistent(op, shape) ||
      (rounding >= 0 && op.a != ElementType::F64) ||
      hasPopc != (op.a == ElementType::B1))
    return std::nullopt;
  return op;
}

/// wmma.shape.{load,store}.operand.layout[.stride].type.pN
static std::optional<MatrixOp> parseTransfer(StringRef shape, Parts parts) {
  MatrixOp op;
  bool isStore = parts.take() == "store";
  op.kind = isStore ? MatrixKind::WmmaStore : MatrixKind::WmmaLoad;
  StringRef operand = parts.take();
  if (operand.size() != 1 ||
      !StringRef(isStore ? "d" : "abc").contains(operand))
    return std::nullopt;
  op.operand = static_cast<MatrixOperand>(operand[0] - 'a');
  if (!parseShape(shape, op) || !parseLayout(parts, op.columnA))
    return std::nullopt;
  parts.consume("stride");
  op.a = parseType(parts.take());
  // What is left is the address space.
  if (op.a == ElementType::None || parts.size() != 1 ||
      !parts.front().starts_with("p"))
    return std::nullopt;
  bool isFactor = op.operand <= MatrixOperand::B;
  bool isKnown = any_of(table, [&](const Supported &entry) {
    if (entry.kind != MatrixKind::WmmaMma || !isIn(entry.shapes, shape))
      return false;
    SmallVector<StringRef> types;
    StringRef(entry.types).split(types, ' ');
    return any_of(types, [&](StringRef type) {
      return isFactor ? type == nameOf(op.a)
                      : isAccumulator(parseType(type), op.a);
    });
  });
  bool hasOneLayout = bitsOf(op.a) < 8;
  if (!isKnown ||
      (hasOneLayout && op.columnA != (op.operand == MatrixOperand::B)))
    return std::nullopt;
  return op;
}

/// ldmatrix.sync.aligned.m8n8.{x1,x2,x4}[.trans].b16.pN
static std::optional<MatrixOp> parseLoadMatrix(Parts parts) {
  MatrixOp op;
  op.kind = MatrixKind::LoadMatrix;
  if (!parts.consume("sync") || !parts.consume("aligned") ||
      !parts.consume("m8n8"))
    return std::nullopt;
  op.m = StringSwitch<unsigned>(parts.take())
             .Case("x1", 1)
             .Case("x2", 2)
             .Case("x4", 4)
             .Default(0);
  op.columnA = parts.consume("trans");
  if (!op.m || !parts.consume("b16") || parts.size() != 1)
    return std::nullopt;
  return op;
}

std::optional<MatrixOp>
sparsegpu::emulator::parseMatrixIntrinsic(StringRef name) {
  Parts parts(name);
  if (parts.consume("ldmatrix"))
    return parseLoadMatrix(parts);
  if (parts.consume("mma"))
    return parseMma(parts);
  if (!parts.consume("wmma"))
    return std::nullopt;
  StringRef shape = parts.take();
  if (parts.consume("mma"))
    return parseWmmaMma(shape, parts);
  if (parts.front() == "load" || parts.front() == "store")
    return parseTransfer(shape, parts);
  return std::nullopt;
}

unsigned sparsegpu::emulator::selectorsOf(const MatrixOp &op) {
  // PTX ISA, "Sparse matrix storage": the four lanes of a group hold 128 bits
  // for two rows; an operation takes four of them for each chunk.
  unsigned rowBits = op.k * bitsOf(op.a);
  return (bitsOf(op.a) >= 16 ? 1024 : 512) / rowBits;
}

std::string sparsegpu::emulator::intrinsicOfSparseMma(StringRef instruction) {
  std::string name = "mma.sp";
  if (!instruction.consume_front("mma.sp"))
    return "";
  if (instruction.consume_front("::ordered_metadata"))
    name += ".ordered.metadata";
  if (!instruction.consume_front(".sync.aligned."))
    return "";
  Parts parts(instruction);
  // The name of the intrinsic has the types in another order, and not all.
  auto append = [&](std::initializer_list<StringRef> items) {
    for (StringRef item : items)
      name += "." + item.str();
  };
  while (parts.size() > 4)
    append({parts.take()});
  StringRef d = parts.take(), a = parts.take(), b = parts.take(),
            c = parts.take();
  if (a == "f16")
    append({d, c});
  else if (isFp8(parseType(a)))
    append({d, a, b, c});
  else if (a == b)
    append({a});
  else
    append({a, b});
  std::optional<MatrixOp> op = parseMatrixIntrinsic(name);
  if (!op || nameOf(op->a) != a || nameOf(op->b) != b || nameOf(op->c) != c ||
      nameOf(op->d) != d)
    return "";
  return name;
}
