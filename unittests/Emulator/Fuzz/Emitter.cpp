//===- Emitter.cpp - LLVM IR of a program of the fuzzer -------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Variables are allocas: the optimisation levels then differ much.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "EmitterImpl.h"

using namespace sparsegpu::emulator::fuzz;

std::string KernelEmitter::address(const Statement &s,
                                   const std::string &offset) {
  const Region &region = program.regions[s.region];
  std::string number = std::to_string(s.region);
  if (region.space == Space::Local)
    return define("getelementptr i8, ptr %l" + number + ", i32 " + offset);
  if (region.space == Space::Dynamic) {
    std::string at =
        define("add i32 " + offset + ", " + std::to_string(region.offset));
    return generic(
        s, 3, define("getelementptr i8, ptr addrspace(3) @dynamic, i32 " + at));
  }
  if (region.space == Space::Shared)
    return generic(s, 3,
                   define("getelementptr i8, ptr addrspace(3) @s" + number +
                          ", i32 " + offset));
  std::string wide = define("zext i32 " + offset + " to i64");
  if (region.space == Space::Constant)
    return generic(s, 4,
                   define("getelementptr i8, ptr addrspace(4) @c" + number +
                          ", i64 " + wide));
  std::string base = "%g" + number;
  if (region.space == Space::Global)
    base =
        define("getelementptr i8, ptr addrspace(1) " + base + ", i64 " +
               define("mul i64 %block64, " + std::to_string(region.bytes())));
  return generic(
      s, 1,
      define("getelementptr i8, ptr addrspace(1) " + base + ", i64 " + wide));
}

std::string KernelEmitter::generic(const Statement &s, unsigned space,
                                   const std::string &pointer) {
  std::string qualified = "ptr addrspace(" + std::to_string(space) + ")";
  if (!s.generic)
    return qualified + " " + pointer;
  return "ptr " +
         define("addrspacecast " + qualified + " " + pointer + " to ptr");
}

std::string KernelEmitter::elementAddress(const Statement &s,
                                          const Expr &index) {
  const Region &region = program.regions[s.region];
  std::string element =
      define("urem i32 " + value(index) + ", " +
             std::to_string(s.own ? region.width : region.elements()));
  if (s.own)
    element = define(
        "add i32 " + element + ", " +
        define("mul i32 " + ownSlot(s) + ", " + std::to_string(region.width)));
  std::string pointer =
      address(s, define("mul i32 " + element + ", " +
                        std::to_string(bytesOf(region.type))));
  return region.space == Space::Local ? "ptr " + pointer : pointer;
}

std::string KernelEmitter::slotAddress(const Statement &s,
                                       const std::string &slot) {
  const Region &region = program.regions[s.region];
  unsigned bytes = region.width * bytesOf(region.type);
  std::string pointer =
      address(s, define("mul i32 " + slot + ", " + std::to_string(bytes)));
  return region.space == Space::Local ? "ptr " + pointer : pointer;
}

std::string KernelEmitter::ownSlot(const Statement &s) {
  std::string scaled = define("mul i32 %tid, " + std::to_string(s.ownership.a));
  return define(
      "urem i32 " +
      define("add i32 " + scaled + ", " + std::to_string(s.ownership.b)) +
      ", " + std::to_string(program.threads));
}

void KernelEmitter::memoryAccess(const Statement &s) {
  const Region &region = program.regions[s.region];
  std::string type = name(region.type);
  std::string vector = "<" + std::to_string(region.width) + " x " + type + ">";
  unsigned size = bytesOf(region.type);
  std::string scalarAlign = ", align " + std::to_string(size);
  std::string vectorAlign = ", align " + std::to_string(size * region.width);
  switch (s.kind) {
  case Statement::Load:
    return assign(s.variable,
                  define("load " + type + ", " + elementAddress(s, s.args[0]) +
                         scalarAlign));
  case Statement::Store: {
    std::string stored = canonicalValue(region.type, value(s.args[1]));
    line("store " + type + " " + stored + ", " + elementAddress(s, s.args[0]) +
         scalarAlign);
    return;
  }
  case Statement::LoadVector: {
    std::string slot = s.own ? ownSlot(s)
                             : define("urem i32 " + value(s.args[0]) + ", " +
                                      std::to_string(region.slots));
    std::string loaded =
        define("load " + vector + ", " + slotAddress(s, slot) + vectorAlign);
    return assign(s.variable, define("extractelement " + vector + " " + loaded +
                                     ", i32 " + std::to_string(s.which)));
  }
  case Statement::StoreVector: {
    std::string built = "zeroinitializer";
    for (unsigned i = 0; i < region.width; ++i)
      built = define("insertelement " + vector + " " + built + ", " + type +
                     " " + canonicalValue(region.type, value(s.args[i])) +
                     ", i32 " + std::to_string(i));
    line("store " + vector + " " + built + ", " + slotAddress(s, ownSlot(s)) +
         vectorAlign);
    return;
  }
  case Statement::Atomic: {
    std::string operand = value(s.args[1]);
    line("atomicrmw " + std::string(atomicNames[s.which]) + " " +
         elementAddress(s, s.args[0]) + ", " + type + " " + operand +
         " monotonic");
    return;
  }
  default: { // Copy
    std::string bytes = std::to_string(s.amount);
    unsigned chunks = program.regions[s.source].bytes() / s.amount;
    std::string from = define(
        "mul i32 " + bytes + ", " +
        define("urem i32 " + value(s.args[0]) + ", " + std::to_string(chunks)));
    std::string source = define("getelementptr i8, ptr addrspace(1) %g" +
                                std::to_string(s.source) + ", i64 " +
                                define("zext i32 " + from + " to i64"));
    std::string base = define("mul i32 " + ownSlot(s) + ", " +
                              std::to_string(region.width * size));
    std::string target = address(s, define("add i32 " + base + ", " +
                                           std::to_string(s.which * s.amount)));
    std::string cache = s.amount == 16 && s.source % 2 ? "cg" : "ca";
    std::string operation =
        "llvm.nvvm.cp.async." + cache + ".shared.global." + bytes;
    std::string arguments = target + ", ptr addrspace(1) " + source;
    std::string types = "ptr addrspace(3), ptr addrspace(1)";
    if (s.args.size() > 1) {
      operation += ".s";
      types += ", i32";
      arguments += ", i32 " + define("urem i32 " + value(s.args[1]) + ", " +
                                     std::to_string(s.amount + 1));
    }
    call("void", operation, types, arguments);
    return;
  }
  }
}

void KernelEmitter::endPhase(const Phase &phase) {
  if (phase.commit)
    call("void", "llvm.nvvm.cp.async.commit.group", "", "");
  bool waits = phase.wait >= 0 && keeps(Synchronisation::CopyWait);
  if (waits && phase.wait == 0 && program.seed % 4 == 1)
    call("void", "llvm.nvvm.cp.async.wait.all", "", "");
  else if (waits)
    call("void", "llvm.nvvm.cp.async.wait.group", "i32",
         "i32 " + std::to_string(phase.wait));
  const Barrier &end = phase.end;
  bool kept = keeps(Synchronisation::BlockBarrier);
  std::string id = "i32 " + std::to_string(end.id);
  std::string prefix = "llvm.nvvm.barrier.cta.";
  std::string condition;
  switch (end.kind) {
  case Barrier::All:
    if (kept)
      call("void", prefix + "sync.aligned.all", "i32", id);
    return;
  case Barrier::Unaligned:
    if (kept)
      call("void", prefix + "sync.all", "i32", id);
    return;
  case Barrier::Named:
    if (kept)
      call("void", prefix + "sync.aligned.count", "i32, i32",
           id + ", i32 " + std::to_string(program.threads));
    return;
  case Barrier::Popc:
  case Barrier::AnyOf:
  case Barrier::AllOf: {
    if (!kept)
      return;
    condition = value(end.condition);
    bool counts = end.kind == Barrier::Popc;
    std::string how = counts                       ? "popc"
                      : end.kind == Barrier::AnyOf ? "or"
                                                   : "and";
    std::string result =
        call(counts ? "i32" : "i1", prefix + "red." + how + ".aligned.all",
             "i32, i1", id + ", i1 " + condition);
    if (!counts)
      result = define("zext i1 " + result + " to i32");
    return assign(end.variable, result);
  }
  case Barrier::Mbarrier: {
    if (!kept)
      return;
    std::string at = "ptr addrspace(3) @mbarrier";
    std::string state =
        call("i64", "llvm.nvvm.mbarrier.arrive.shared", "ptr addrspace(3)", at);
    std::string poll = newLabel(), done = newLabel();
    line("br label %" + poll);
    label(poll);
    std::string complete = call("i1", "llvm.nvvm.mbarrier.test.wait.shared",
                                "ptr addrspace(3), i64", at + ", i64 " + state);
    line("br i1 " + complete + ", label %" + done + ", label %" + poll);
    label(done);
    return;
  }
  }
}

void KernelEmitter::section(const Section &section) {
  counted(section.trips == 1 ? "" : std::to_string(section.trips), [&] {
    for (const Phase &phase : section.phases) {
      statements(phase.body, fullMask);
      endPhase(phase);
    }
  });
}

/// What threads leave behind.
void KernelEmitter::output() {
  unsigned words = program.outputWords(), word = 0;
  std::string thread =
      define("add i64 %tid64, " +
             define("mul i64 %block64, " + std::to_string(program.threads)));
  std::string base =
      define("getelementptr i64, ptr addrspace(1) %out, i64 " +
             define("mul i64 " + thread + ", " + std::to_string(words)));
  auto put = [&](Type type, std::string bits) {
    std::string integer = "i" + std::to_string(bitsOf(type));
    if (isFloat(type))
      bits = define("bitcast " + name(type) + " " + bits + " to " + integer);
    if (bitsOf(type) != 64)
      bits = define("zext " + integer + " " + bits + " to i64");
    line("store i64 " + bits + ", ptr addrspace(1) " +
         define("getelementptr i64, ptr addrspace(1) " + base + ", i64 " +
                std::to_string(word++)));
  };
  for (unsigned i = 0; i < program.variables.size(); ++i)
    put(program.variables[i], define("load " + name(program.variables[i]) +
                                     ", ptr %v" + std::to_string(i)));
  std::string slot =
      define("sub i32 " + std::to_string(program.threads - 1) + ", %tid");
  for (unsigned i = 0; i < program.regions.size(); ++i) {
    const Region &region = program.regions[i];
    if (!isShared(region.space))
      continue;
    Statement s;
    s.region = i;
    for (unsigned e = 0; e < region.width; ++e) {
      std::string element = define(
          "add i32 " + std::to_string(e) + ", " +
          define("mul i32 " + slot + ", " + std::to_string(region.width)));
      std::string at = address(s, define("mul i32 " + element + ", " +
                                         std::to_string(bytesOf(region.type))));
      put(region.type, define("load " + name(region.type) + ", " + at));
    }
  }
}

std::string KernelEmitter::run() {
  std::string globals, parameters = "ptr addrspace(1) %out";
  for (unsigned i = 0; i < program.regions.size(); ++i) {
    const Region &region = program.regions[i];
    std::string number = std::to_string(i);
    std::string array = "[" + std::to_string(region.elements()) + " x " +
                        name(region.type) + "]";
    if (region.space == Space::Shared) {
      globals += "@s" + number + " = internal addrspace(3) global " + array +
                 " undef, align 16\n";
    } else if (region.space == Space::Constant) {
      std::string bytes;
      for (uint8_t byte : program.initialBytes(i))
        bytes += (bytes.empty() ? "i8 " : ", i8 ") + std::to_string(byte);
      globals += "@c" + number + " = internal addrspace(4) constant [" +
                 std::to_string(region.bytes()) + " x i8] [" + bytes +
                 "], align 16\n";
    } else if (region.space == Space::Local) {
      allocas += "  %l" + number + " = alloca " + array + ", align 16\n";
    } else if (region.space != Space::Dynamic) {
      parameters += ", ptr addrspace(1) %g" + number;
    }
  }
  if (program.dynamicBytes())
    globals += "@dynamic = external addrspace(3) global [0 x i8], align 16\n";
  for (Type type : {Type::I8, Type::I16, Type::I32, Type::I64, Type::F16,
                    Type::F32, Type::F64})
    parameters += ", " + name(type) + " %p" + std::to_string(unsigned(type));
  for (unsigned i = 0; i < program.variables.size(); ++i) {
    std::string type = name(program.variables[i]);
    allocas += "  %v" + std::to_string(i) + " = alloca " + type + "\n";
    line("store " + type + " zeroinitializer, ptr %v" + std::to_string(i));
  }
  begin();
  for (const Section &s : program.sections)
    section(s);
  output();
  line("ret void");
  std::string declared;
  for (const auto &entry : declarations)
    declared += entry.second;
  return globals + declared + "define ptx_kernel void @k(" + parameters +
         ") {\nentry:\n" + allocas + text + "}\n";
}

std::string sparsegpu::emulator::fuzz::emit(const Program &program,
                                            Synchronisation omitted,
                                            SynchronisationCounts *counts) {
  KernelEmitter emitter(program, omitted);
  std::string text = emitter.run();
  if (counts)
    *counts = emitter.counts;
  return text;
}
