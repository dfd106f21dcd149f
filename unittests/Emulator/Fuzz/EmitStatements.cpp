//===- EmitStatements.cpp - LLVM IR of the fuzzer's statements ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitterImpl.h"

using namespace sparsegpu::emulator::fuzz;

void KernelEmitter::begin() {
  const char *prefix = "llvm.nvvm.read.ptx.sreg.";
  std::string tid = call("i32", std::string(prefix) + "tid.x", "", "");
  line("%tid = add i32 " + tid + ", 0");
  std::string block = call("i32", std::string(prefix) + "ctaid.x", "", "");
  line("%block = add i32 " + block + ", 0");
  line("%lane = and i32 %tid, 31");
  line("%tid64 = zext i32 %tid to i64");
  line("%block64 = zext i32 %block to i64");
  if (program.threads % 32) {
    std::string left = define("sub i32 " + std::to_string(program.threads) +
                              ", " + define("and i32 %tid, -32"));
    std::string less = define("icmp ult i32 " + left + ", 32");
    std::string lanes =
        define("select i1 " + less + ", i32 " + left + ", i32 32");
    fullMask = define("lshr i32 -1, " + define("sub i32 32, " + lanes));
  }
  for (unsigned i = 0; i < program.regions.size(); ++i)
    if (const Region &region = program.regions[i]; region.space == Space::Local)
      line("store [" + std::to_string(region.elements()) + " x " +
           name(region.type) + "] zeroinitializer, ptr %l" + std::to_string(i));
  if (!program.hasMbarrier)
    return;
  declarations["@mbarrier"] =
      "@mbarrier = internal addrspace(3) global i64 undef, align 8\n";
  branch(
      define("icmp eq i32 %tid, 0"),
      [&] {
        call("void", "llvm.nvvm.mbarrier.init.shared", "ptr addrspace(3), i32",
             "ptr addrspace(3) @mbarrier, i32 " +
                 std::to_string(program.threads));
      },
      [] {});
  call("void", "llvm.nvvm.barrier.cta.sync.aligned.all", "i32", "i32 0");
}

void KernelEmitter::assign(unsigned variable, const std::string &value) {
  Type type = program.variables[variable];
  line("store " + name(type) + " " + canonicalValue(type, value) + ", ptr %v" +
       std::to_string(variable));
}

std::string KernelEmitter::canonicalValue(Type type, const std::string &value) {
  if (!isFloat(type))
    return value;
  std::string isNaN =
      define("fcmp uno " + name(type) + " " + value + ", " + value);
  std::string nan = type == Type::F16 ? "0xH7E00" : "0x7FF8000000000000";
  return define("select i1 " + isNaN + ", " + name(type) + " " + nan + ", " +
                name(type) + " " + value);
}

void KernelEmitter::branch(const std::string &condition,
                           const std::function<void()> &yes,
                           const std::function<void()> &no) {
  std::string yesLabel = newLabel(), noLabel = newLabel(), end = newLabel();
  line("br i1 " + condition + ", label %" + yesLabel + ", label %" + noLabel);
  label(yesLabel);
  yes();
  line("br label %" + end);
  label(noLabel);
  no();
  line("br label %" + end);
  label(end);
}

void KernelEmitter::counted(const std::string &trips,
                            const std::function<void()> &body) {
  if (trips.empty())
    return body();
  std::string head = newLabel(), inside = newLabel(), end = newLabel();
  std::string counter = "%n" + std::to_string(numValues++);
  allocas += "  " + counter + " = alloca i32\n";
  line("store i32 0, ptr " + counter);
  line("br label %" + head);
  label(head);
  std::string more = define("icmp ult i32 " +
                            define("load i32, ptr " + counter) + ", " + trips);
  line("br i1 " + more + ", label %" + inside + ", label %" + end);
  label(inside);
  body();
  std::string next =
      define("add i32 " + define("load i32, ptr " + counter) + ", 1");
  line("store i32 " + next + ", ptr " + counter);
  line("br label %" + head);
  label(end);
}

/// The wanted lane if it takes part, else one's own.
std::string KernelEmitter::partner(const Expr &wanted,
                                   const std::string &mask) {
  std::string lane = define("and i32 " + value(wanted) + ", 31");
  std::string bit =
      define("and i32 1, " + define("lshr i32 " + mask + ", " + lane));
  return define("select i1 " + define("icmp eq i32 " + bit + ", 1") + ", i32 " +
                lane + ", i32 %lane");
}

void KernelEmitter::collective(const Statement &s, const std::string &mask) {
  Type type = s.args[0].type;
  std::string x = value(s.args[0]);
  std::string operand = name(type) + " " + x;
  std::string lanes = "i32 " + mask + ", ";
  std::string suffix = name(type) == "float" ? "f32" : name(type);
  std::string result;
  switch (s.kind) {
  case Statement::Shuffle:
  case Statement::ShuffleFull: {
    bool full = s.kind == Statement::ShuffleFull;
    static const char *const modes[] = {"bfly", "up", "down"};
    std::string lane =
        full ? std::to_string(s.amount) : partner(s.args[1], mask);
    result = call(name(type),
                  std::string("llvm.nvvm.shfl.sync.") +
                      (full ? modes[s.which] : "idx") + "." + suffix,
                  "i32, " + name(type) + ", i32, i32",
                  lanes + operand + ", i32 " + lane +
                      (full && s.which == 1 ? ", i32 0" : ", i32 31"));
    break;
  }
  case Statement::Vote: {
    static const char *const modes[] = {"all", "any", "uni", "ballot"};
    std::string function =
        std::string("llvm.nvvm.vote.") + modes[s.which] + ".sync";
    result =
        call(s.which == 3 ? "i32" : "i1", function, "i32, i1", lanes + operand);
    if (s.which != 3)
      result = define("zext i1 " + result + " to i32");
    break;
  }
  case Statement::Match:
    result = call("i32", "llvm.nvvm.match.any.sync." + name(type),
                  "i32, " + name(type), lanes + operand);
    break;
  default: // Redux: first the value, then the mask.
    result =
        call("i32", std::string("llvm.nvvm.redux.sync.") + atomicNames[s.which],
             "i32, i32", operand + ", i32 " + mask);
    break;
  }
  assign(s.variable, result);
}

void KernelEmitter::exchange(const Statement &s, const std::string &mask) {
  Type type = program.regions[s.region].type;
  std::string align = ", align " + std::to_string(bytesOf(type));
  auto synchronise = [&] {
    if (s.which == 0)
      call("void", "llvm.nvvm.bar.warp.sync", "i32", "i32 " + mask);
    else
      call("void", "llvm.nvvm.barrier.cta.sync.aligned.count", "i32, i32",
           "i32 " + std::to_string(s.amount) + ", i32 " +
               std::to_string(s.which * 32));
  };
  auto body = [&] {
    std::string mine = canonicalValue(type, value(s.args[0]));
    line("store " + name(type) + " " + mine + ", " + slotAddress(s, "%tid") +
         align);
    if (keeps(Synchronisation::Exchange))
      synchronise();
    std::string from = s.which
                           ? define("urem i32 " + value(s.args[1]) + ", " +
                                    std::to_string(s.which * 32))
                           : define("or i32 " + define("and i32 %tid, -32") +
                                    ", " + partner(s.args[1], mask));
    std::string got =
        define("load " + name(type) + ", " + slotAddress(s, from) + align);
    synchronise();
    assign(s.variable, got);
  };
  if (s.which == 0)
    return body();
  branch(define("icmp ult i32 %tid, " + std::to_string(s.which * 32)), body,
         [] {});
}

void KernelEmitter::statements(const std::vector<Statement> &body,
                               const std::string &mask) {
  for (const Statement &s : body)
    statement(s, mask);
}

void KernelEmitter::statement(const Statement &s, const std::string &mask) {
  switch (s.kind) {
  case Statement::Assign:
    return assign(s.variable, value(s.args[0]));
  case Statement::Load:
  case Statement::Store:
  case Statement::LoadVector:
  case Statement::StoreVector:
  case Statement::Atomic:
  case Statement::Copy:
    return memoryAccess(s);
  case Statement::Shuffle:
  case Statement::ShuffleFull:
  case Statement::Vote:
  case Statement::Match:
  case Statement::Redux:
    return collective(s, mask);
  case Statement::SyncWarp:
    call("void", "llvm.nvvm.bar.warp.sync", "i32", "i32 " + mask);
    return;
  case Statement::Exchange:
    return exchange(s, mask);
  case Statement::If:
    return branch(
        value(s.args[0]), [&] { statements(s.body, mask); },
        [&] { statements(s.other, mask); });
  case Statement::IfBallot: {
    std::string condition = value(s.args[0]);
    std::string yes = call("i32", "llvm.nvvm.vote.ballot.sync", "i32, i1",
                           "i32 " + mask + ", i1 " + condition);
    std::string no = define("xor i32 " + yes + ", " + mask);
    return branch(
        condition, [&] { statements(s.body, yes); },
        [&] { statements(s.other, no); });
  }
  case Statement::Repeat:
    return counted(std::to_string(s.amount), [&] { statements(s.body, mask); });
  case Statement::While:
    return counted(define("and i32 " + value(s.args[0]) + ", 7"),
                   [&] { statements(s.body, mask); });
  }
}
