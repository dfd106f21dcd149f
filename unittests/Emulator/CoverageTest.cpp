//===- CoverageTest.cpp - Every intrinsic of NVVM, taken or refused -------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Goes over all intrinsics that LLVM has for NVPTX (IntrinsicsNVVM.td). Each is
// either taken, or of one of the families below, which are refused. With
// SPARSEGPU_PRINT_COVERAGE=1 it prints the table.

#include "EmulatorTest.h"
#include "Lowering.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Intrinsics.h"

#include <cstdlib>
#include <map>

using namespace sparsegpu::emulator;
using llvm::StringRef;

namespace {
struct Refused {
  StringRef prefix;
  const char *why;
};
const Refused refused[] = {
    {"barrier.cluster.", "sm_90"},
    {"cp.async.bulk.", "sm_90"},
    {"fence.acquire.", "sm_90"},
    {"fence.mbarrier_init.", "sm_90"},
    {"fence.proxy.async", "sm_90"},
    {"fence.proxy.tensormap", "sm_90"},
    {"fence.release.", "sm_90"},
    {"getctarank", "sm_90"},
    {"griddepcontrol.", "sm_90"},
    {"is_explicit_cluster", "sm_90"},
    {"mapa", "sm_90"},
    {"mbarrier.arrive.drop.expect.tx", "sm_90"},
    {"mbarrier.arrive.expect.tx", "sm_90"},
    {"mbarrier.complete.tx", "sm_90"},
    {"mbarrier.expect.tx", "sm_90"},
    {"mbarrier.try.wait", "sm_90"},
    {"prefetch.tensormap", "sm_90"},
    {"setmaxnreg.", "sm_90"},
    {"stmatrix.", "sm_90"},
    {"tensormap.", "sm_90"},
    {"wgmma.", "sm_90"},
    {"bf16x2.to.ue8m0x2", "sm_100"},
    {"clusterlaunchcontrol.", "sm_100"},
    {"e2m1x2.to.", "sm_100"},
    {"e2m3x2.to.", "sm_100"},
    {"e3m2x2.to.", "sm_100"},
    {"f32x4.to.", "sm_100"},
    {"ff.to.e2m1x2", "sm_100"},
    {"ff.to.e2m3x2", "sm_100"},
    {"ff.to.e3m2x2", "sm_100"},
    {"ff.to.ue8m0x2", "sm_100"},
    {"ff2bf16x2.rs", "sm_100"},
    {"ff2f16x2.rs", "sm_100"},
    {"redux.sync.fmax", "sm_100"},
    {"redux.sync.fmin", "sm_100"},
    {"st.bulk", "sm_100"},
    {"tcgen05.", "sm_100"},
    {"ue8m0x2.to.", "sm_100"},
    {"shfl.up.", "sm_70 has shfl.sync"},
    {"shfl.down.", "sm_70 has shfl.sync"},
    {"shfl.bfly.", "sm_70 has shfl.sync"},
    {"shfl.idx.", "sm_70 has shfl.sync"},
    {"vote.", "sm_70 has vote.sync"},
    {"istypep.", "textures"},
    {"suld.", "textures"},
    {"suq.", "textures"},
    {"sust.", "textures"},
    {"tex.", "textures"},
    {"texsurf.", "textures"},
    {"tld4.", "textures"},
    {"txq.", "textures"},
    {"compiler.error", "says that the program is wrong"},
};
/// Not decided here.
const StringRef tensorCores[] = {"ldmatrix.", "mma.", "wmma."};

/// A name as it stands in a module: overloaded ones with a type.
std::string mangled(StringRef name) {
  for (auto [base, suffix] :
       {std::pair<StringRef, StringRef>{"ldu.global.", ".i32.p1"},
        {"ex2.approx", ".f16"},
        {"fabs", ".f32"},
        {"atomic.", ".i32.p0"}})
    if (name.starts_with(base))
      return ("llvm.nvvm." + name + suffix).str();
  return ("llvm.nvvm." + name).str();
}
} // namespace

TEST(NVVMIntrinsics, TakenOrRefused) {
  bool prints = std::getenv("SPARSEGPU_PRINT_COVERAGE");
  unsigned taken = 0, seen = 0;
  std::map<std::string, unsigned> refusedBy;
  for (unsigned id = 1; id < llvm::Intrinsic::num_intrinsics; ++id) {
    StringRef name = llvm::Intrinsic::getBaseName(id);
    if (!name.consume_front("llvm.nvvm."))
      continue;
    ++seen;
    bool isTaken = bool(lookupOperation(mangled(name)));
    const char *why = nullptr;
    for (const Refused &family : refused)
      if (name.starts_with(family.prefix) &&
          !(family.prefix == "vote." && name.ends_with(".sync")))
        why = family.why;
    // The forms of mbarrier that name another block's shared memory.
    if (name.starts_with("mbarrier.") &&
        (name.contains("space.cluster") || name.contains("scope.cluster")))
      why = "sm_90";
    bool isTensorCore = llvm::any_of(tensorCores, [&](StringRef prefix) {
      return name.starts_with(prefix);
    });
    if (prints)
      llvm::outs() << (isTaken        ? "taken    "
                       : isTensorCore ? "other    "
                                      : "refused  ")
                   << name << (why ? std::string("  ") + why : "") << '\n';
    taken += isTaken;
    if (isTensorCore)
      continue;
    EXPECT_EQ(isTaken, why == nullptr) << name.str();
    if (why)
      ++refusedBy[why];
  }
  if (prints) {
    llvm::outs() << seen << " intrinsics, " << taken << " taken\n";
    for (auto &[why, count] : refusedBy)
      llvm::outs() << count << " refused: " << why << '\n';
  }
  EXPECT_GT(taken, 500u);
}

namespace {
class Coverage : public EmulatorTest {};
} // namespace

TEST_F(Coverage, HoppersOperationsAreRefusedAsSuch) {
  struct Case {
    const char *declaration, *call, *message;
  };
  for (const Case &c : std::vector<Case>{
           {"declare void @llvm.nvvm.barrier.cluster.arrive()",
            "call void @llvm.nvvm.barrier.cluster.arrive()",
            "cluster operation 'llvm.nvvm.barrier.cluster.arrive' of sm_90"},
           {"declare void @llvm.nvvm.mbarrier.expect.tx.scope.cta.space.cta("
            "ptr addrspace(3), i32)",
            "call void @llvm.nvvm.mbarrier.expect.tx.scope.cta.space.cta(ptr "
            "addrspace(3) null, i32 4)",
            "mbarrier operation "
            "'llvm.nvvm.mbarrier.expect.tx.scope.cta.space.cta' of sm_90"},
           {"declare void @llvm.nvvm.wgmma.fence.sync.aligned()",
            "call void @llvm.nvvm.wgmma.fence.sync.aligned()",
            "warpgroup matrix operation "
            "'llvm.nvvm.wgmma.fence.sync.aligned' of sm_90"},
           {"declare void @llvm.nvvm.setmaxnreg.inc.sync.aligned.u32(i32 "
            "immarg)",
            "call void @llvm.nvvm.setmaxnreg.inc.sync.aligned.u32(i32 96)",
            "operation 'llvm.nvvm.setmaxnreg.inc.sync.aligned.u32' of sm_90"},
           {"declare void @llvm.nvvm.griddepcontrol.wait()",
            "call void @llvm.nvvm.griddepcontrol.wait()",
            "operation 'llvm.nvvm.griddepcontrol.wait' of sm_90"},
           {"declare float @llvm.nvvm.redux.sync.fmin(float, i32)",
            "%r = call float @llvm.nvvm.redux.sync.fmin(float 0.0, i32 -1)",
            "operation 'llvm.nvvm.redux.sync.fmin' of sm_100"},
           {"",
            "call void asm sideeffect \"mbarrier.try_wait.parity.b64 p, "
            "[0], 0;\", \"\"()",
            "inline assembly 'mbarrier.try_wait.parity.b64 p, [0], 0;' of "
            "sm_90"}})
    EXPECT_EQ(loadError(kernel("ptr %out",
                               std::string("  ") + c.call + "\n  ret void",
                               std::string(c.declaration) + "\n")),
              std::string("kernel 'k' uses ") + c.message +
                  ", which the emulator does not support");
}

TEST_F(Coverage, NamesOfOlderModules) {
  // What LLVM turns into today's operations when it reads a module.
  std::string body = R"(
  call void @llvm.nvvm.barrier0()
  call void @llvm.nvvm.bar.sync(i32 1)
  %n = call i32 @llvm.nvvm.barrier0.popc(i32 %tid)
  call void @llvm.nvvm.membar.gl()
  %r = call i32 @llvm.nvvm.reflect(ptr @flag)
  %s = add i32 %n, %r
  %o = getelementptr i32, ptr %out, i64 %i64
  store i32 %s, ptr %o
  ret void)";
  uint32_t *out = array<uint32_t>(64);
  launch(load(kernel("ptr %out", body, R"(
@flag = private constant [11 x i8] c"__CUDA_FTZ\00"
declare void @llvm.nvvm.barrier0()
declare void @llvm.nvvm.bar.sync(i32)
declare i32 @llvm.nvvm.barrier0.popc(i32)
declare void @llvm.nvvm.membar.gl()
declare i32 @llvm.nvvm.reflect(ptr)
)")),
         {1}, {64}, out);
  EXPECT_EQ(out[5], 63u);
}
