//===- EmitExpressions.cpp - LLVM IR of the fuzzer's expressions ----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitterImpl.h"

#include <cstdio>
#include <cstring>

using namespace sparsegpu::emulator::fuzz;

std::string KernelEmitter::name(Type type) {
  switch (type) {
  case Type::F16:
    return "half";
  case Type::F32:
    return "float";
  case Type::F64:
    return "double";
  default:
    return "i" + std::to_string(bitsOf(type));
  }
}

/// `bits` is no NaN.
std::string KernelEmitter::constant(Type type, uint64_t bits) {
  if (!isFloat(type))
    return std::to_string(bits);
  // LLVM writes an f32 as the f64 of the same value.
  if (type == Type::F32) {
    float narrow;
    uint32_t low = uint32_t(bits);
    std::memcpy(&narrow, &low, 4);
    double wide = narrow;
    std::memcpy(&bits, &wide, 8);
  }
  char text[24];
  std::snprintf(text, sizeof(text),
                type == Type::F16 ? "0xH%04llX" : "0x%016llX",
                static_cast<unsigned long long>(bits));
  return text;
}

std::string KernelEmitter::call(const std::string &result,
                                const std::string &function,
                                const std::string &types,
                                const std::string &arguments) {
  declarations[function] =
      "declare " + result + " @" + function + "(" + types + ")\n";
  std::string text = "call " + result + " @" + function + "(" + arguments + ")";
  if (result != "void")
    return define(text);
  line(text);
  return "";
}

std::string KernelEmitter::value(const Expr &expr) {
  switch (expr.op) {
  case Op::Constant:
    return constant(expr.type, expr.value);
  case Op::Variable:
    return define("load " + name(expr.type) + ", ptr %v" +
                  std::to_string(expr.value));
  case Op::Parameter:
    return "%p" + std::to_string(unsigned(expr.type));
  case Op::Tid:
    return "%tid";
  case Op::Lane:
    return "%lane";
  case Op::Block:
    return "%block";
  default:
    break;
  }
  std::vector<std::string> x;
  for (const Expr &arg : expr.args)
    x.push_back(value(arg));
  return operation(expr, std::move(x));
}

std::string KernelEmitter::operation(const Expr &expr,
                                     std::vector<std::string> x) {
  std::string type = name(expr.type), from = name(expr.args[0].type);
  std::string width = std::to_string(bitsOf(expr.type));
  auto binary = [&](const char *opcode) {
    return define(std::string(opcode) + " " + type + " " + x[0] + ", " + x[1]);
  };
  auto shift = [&](const char *opcode) {
    x[1] = define("and " + type + " " + x[1] + ", " +
                  std::to_string(bitsOf(expr.type) - 1));
    return binary(opcode);
  };
  auto divide = [&](const char *opcode, bool isSigned) {
    if (isSigned)
      x[1] = define("add " + type + " 1, " +
                    define("and " + type + " 7, " + x[1]));
    else
      x[1] = define("or " + type + " 1, " + x[1]);
    return binary(opcode);
  };
  auto convert = [&](const char *opcode) {
    return define(std::string(opcode) + " " + from + " " + x[0] + " to " +
                  type);
  };
  auto compare = [&](const char *opcode, const char *const *names) {
    return define(std::string(opcode) + " " + names[expr.value] + " " + from +
                  " " + x[0] + ", " + x[1]);
  };
  auto intrinsic = [&](const std::string &function) {
    std::string types, arguments;
    for (const std::string &operand : x) {
      types += (types.empty() ? "" : ", ") + type;
      arguments += (arguments.empty() ? "" : ", ") + type + " " + operand;
    }
    if (function == "ctlz") {
      types += ", i1";
      arguments += ", i1 false";
    }
    std::string suffix = (isFloat(expr.type) ? ".f" : ".i") + width;
    return call(type, "llvm." + function + suffix, types, arguments);
  };
  static const char *const integerComparisons[] = {"eq",  "ne",  "ult",
                                                   "ule", "slt", "sle"};
  static const char *const floatComparisons[] = {"oeq", "olt", "ole", "une",
                                                 "ult"};
  switch (expr.op) {
  case Op::Add:
    return binary("add");
  case Op::Sub:
    return binary("sub");
  case Op::Mul:
    return binary("mul");
  case Op::And:
    return binary("and");
  case Op::Or:
    return binary("or");
  case Op::Xor:
    return binary("xor");
  case Op::Shl:
    return shift("shl");
  case Op::LShr:
    return shift("lshr");
  case Op::AShr:
    return shift("ashr");
  case Op::UDiv:
    return divide("udiv", false);
  case Op::URem:
    return divide("urem", false);
  case Op::SDiv:
    return divide("sdiv", true);
  case Op::SRem:
    return divide("srem", true);
  case Op::UMin:
    return intrinsic("umin");
  case Op::UMax:
    return intrinsic("umax");
  case Op::SMin:
    return intrinsic("smin");
  case Op::SMax:
    return intrinsic("smax");
  case Op::FShl:
    return intrinsic("fshl");
  case Op::CtPop:
    return intrinsic("ctpop");
  case Op::CtLz:
    return intrinsic("ctlz");
  case Op::BSwap:
    return intrinsic("bswap");
  case Op::BitReverse:
    return intrinsic("bitreverse");
  case Op::Trunc:
    return convert("trunc");
  case Op::ZExt:
    return convert("zext");
  case Op::SExt:
    return convert("sext");
  case Op::FAdd:
    return binary("fadd");
  case Op::FSub:
    return binary("fsub");
  case Op::FMul:
    return binary("fmul");
  case Op::FDiv:
    return binary("fdiv");
  case Op::FMA:
    return intrinsic("fma");
  case Op::FNeg:
    return define("fneg " + type + " " + x[0]);
  case Op::FAbs:
    return intrinsic("fabs");
  case Op::FPExt:
    return convert("fpext");
  case Op::FPTrunc:
    return convert("fptrunc");
  case Op::SIToFP:
    return convert("sitofp");
  case Op::UIToFP:
    return convert("uitofp");
  case Op::FPToSI:
    return call(type,
                "llvm.fptosi.sat.i" + width + ".f" +
                    std::to_string(bitsOf(expr.args[0].type)),
                from, from + " " + x[0]);
  case Op::ICmp:
    return compare("icmp", integerComparisons);
  case Op::FCmp:
    return compare("fcmp", floatComparisons);
  case Op::Select:
    return define("select i1 " + x[0] + ", " + type + " " + x[1] + ", " + type +
                  " " + x[2]);
  default:
    return "poison"; // A leaf; `value` has dealt with it.
  }
}
