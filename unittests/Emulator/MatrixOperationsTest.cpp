//===- MatrixOperationsTest.cpp - ldmatrix, and what all have in common ---===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatrixTest.h"

using namespace sparsegpu::emulator;

namespace {
class MatrixOperations : public EmulatorTest {
protected:
  /// A call of mma.m16n8k8 on f16 with zeros, whose result goes nowhere.
  const char *mma = "call {float, float, float, float} "
                    "@llvm.nvvm.mma.m16n8k8.row.col.f32.f32(<2 x half> "
                    "zeroinitializer, <2 x half> zeroinitializer, <2 x half> "
                    "zeroinitializer, float 0.0, float 0.0, float 0.0, float "
                    "0.0)";
  const char *declaration =
      "declare {float, float, float, float} "
      "@llvm.nvvm.mma.m16n8k8.row.col.f32.f32(<2 x half>, <2 x half>, <2 x "
      "half>, float, float, float, float)\n";

  static bool contains(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
  }
};
} // namespace

/// PTX ISA, "ldmatrix": lane l gets row l / 4 and the columns 2 (l % 4) and one
/// more; with .trans, rows and columns change places.
TEST_F(MatrixOperations, LoadMatrix) {
  for (unsigned space : {0u, 3u})
    for (unsigned count : {1u, 2u, 4u})
      for (bool transposed : {false, true}) {
        std::string pointer = space ? "ptr addrspace(3)" : "ptr";
        std::string name =
            "@llvm.nvvm.ldmatrix.sync.aligned.m8n8.x" + std::to_string(count) +
            (transposed ? ".trans" : "") + ".b16.p" + std::to_string(space);
        Element word("u8"); // Registers are i32.
        std::string result = structureOf(word, count);
        // Rows lie 48 bytes apart; the lanes that give no address give one
        // that cannot be read.
        std::string body = R"(
  %words = mul i32 %tid, 12
  br label %fill
fill:
  %j = phi i32 [0, %entry], [%j1, %fill]
  %at = add i32 %words, %j
  %at64 = zext i32 %at to i64
  %src = getelementptr i32, ptr %in, i64 %at64
  %v = load i32, ptr %src
  %dst = getelementptr i32, ptr addrspace(3) @rows, i32 %at
  store i32 %v, ptr addrspace(3) %dst
  %j1 = add i32 %j, 1
  %more = icmp ult i32 %j1, 12
  br i1 %more, label %fill, label %go
go:
  call void @llvm.nvvm.bar.warp.sync(i32 -1)
  %mine = getelementptr i32, ptr addrspace(3) @rows, i32 %words
  %cast = addrspacecast ptr addrspace(3) %mine to )" +
                           pointer + R"(
  %gives = icmp ult i32 %lane, )" +
                           std::to_string(count * 8) + R"(
  %address = select i1 %gives, )" +
                           pointer + " " + (space ? "%mine" : "%cast") + ", " +
                           pointer + " inttoptr (i64 8 to " + pointer + ")\n" +
                           "  %r = call " + result + " " + name + "(" +
                           pointer + " %address)\n" +
                           storeResults("r", "out", word, count) + "  ret void";
        if (space)
          body.erase(body.find("  %cast"),
                     body.find('\n', body.find("  %cast")) -
                         body.find("  %cast") + 1);
        Kernel *k = load(
            kernel("ptr %in, ptr %out", body,
                   "@rows = internal addrspace(3) global [384 x i32] undef, "
                   "align 16\ndeclare " +
                       result + " " + name + "(" + pointer + ")\n"));
        uint16_t *in = iota<uint16_t>(32 * 24);
        uint32_t *out = array<uint32_t>(32 * count);
        launch(k, {1}, {32}, in, out);
        auto at = [&](unsigned matrix, unsigned row, unsigned column) {
          return uint32_t(in[(matrix * 8 + row) * 24 + column]);
        };
        for (unsigned lane = 0; lane < 32; ++lane)
          for (unsigned i = 0; i < count; ++i) {
            unsigned line = lane / 4, pair = lane % 4 * 2;
            uint32_t expected =
                transposed ? at(i, pair, line) | at(i, pair + 1, line) << 16
                           : at(i, line, pair) | at(i, line, pair + 1) << 16;
            EXPECT_EQ(out[lane * count + i], expected)
                << name << " lane " << lane << " register " << i;
          }
      }
}

TEST_F(MatrixOperations, MisalignedRow) {
  Kernel *k = load(kernel(
      "ptr %p", R"(
  %q = getelementptr i8, ptr %p, i64 8
  %r = call i32 @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x1.b16.p0(ptr %q)
  ret void)",
      "declare i32 @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x1.b16.p0(ptr)\n"));
  std::string message = tryLaunch(k, {1}, {32}, 0, array<double>(64)).message();
  EXPECT_TRUE(contains(message, "ldmatrix.sync.m8n8.x1.b16: lane 0 gives the "
                                "address"))
      << message;
}

TEST_F(MatrixOperations, LanesThatExited) {
  Kernel *k = load(kernel("i32 %n", std::string(R"(
  %gone = icmp uge i32 %lane, %n
  br i1 %gone, label %leave, label %stay
stay:
  %r = )") + mma + R"(
  ret void
leave:
  ret void)",
                          declaration));
  for (unsigned seed = 0; seed < 4; ++seed) {
    configure("seed=" + std::to_string(seed));
    std::string message = tryLaunch(k, {1}, {32}, 0, 20).message();
    EXPECT_TRUE(contains(message, "kernel 'k', block (0,0,0), thread ("))
        << message;
    EXPECT_TRUE(contains(message, "mma.sync.m16n8k8.row.col.f32.f16.f16.f32 "
                                  "needs all lanes of a warp; lane"))
        << message;
    EXPECT_TRUE(tryLaunch(k, {1}, {32}, 0, 32).ok());
  }
}

TEST_F(MatrixOperations, LanesThatDoNotExist) {
  Kernel *k = load(kernel(
      "i32 %n", std::string("  %r = ") + mma + "\n  ret void", declaration));
  std::string message = tryLaunch(k, {1}, {48}, 0, 0).message();
  EXPECT_TRUE(contains(message, "needs all lanes of a warp; lanes 16 to 31 of "
                                "warp 1 have exited or do not exist"))
      << message;
}

TEST_F(MatrixOperations, LanesElsewhere) {
  // The others wait at a barrier, or at the same operation in another place.
  for (std::string other :
       {std::string("call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)"),
        "%s = " + std::string(mma)}) {
    Kernel *k = load(kernel("i32 %n", std::string(R"(
  %some = icmp eq i32 %lane, 7
  %many = icmp ugt i32 %lane, 29
  %else = or i1 %some, %many
  br i1 %else, label %there, label %here
here:
  %r = )") + mma + R"(
  br label %end
there:
  )" + other + R"(
  br label %end
end:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  ret void)",
                            declaration));
    std::string message = tryLaunch(k, {1}, {32}, 0, 0).message();
    EXPECT_TRUE(contains(message, "deadlock in kernel 'k', block (0,0,0)"))
        << message;
    EXPECT_TRUE(contains(message,
                         "29 threads wait at "
                         "mma.sync.m16n8k8.row.col.f32.f16.f16.f32, which "
                         "lanes 7, 30 to 31 of warp 0 did not reach"))
        << message;
  }
}

TEST_F(MatrixOperations, AccessesAreChecked) {
  configure("hazards");
  std::vector<std::string> found;
  device.setHazardHandler(
      [&](const Hazard &hazard) { found.push_back(hazard.message); });
  // 20 rows of 16 bytes; the last lanes are beyond them.
  Kernel *k = load(kernel("ptr %out", R"(
  %row = shl i32 %lane, 4
  %p = getelementptr i8, ptr addrspace(3) @tile, i32 %row
  %inside = icmp ult i32 %lane, 20
  br i1 %inside, label %fill, label %read
fill:
  store <4 x i32> zeroinitializer, ptr addrspace(3) %p, align 16
  br label %read
read:
  %r = call {i32, i32, i32, i32} @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3(ptr addrspace(3) %p)
  ret void)",
                          "@tile = internal addrspace(3) global [320 x i8] "
                          "undef, align 16\ndeclare {i32, i32, i32, i32} "
                          "@llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3("
                          "ptr addrspace(3))\n"));
  launch(k, {1}, {32}, array<double>(1));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(contains(found[0], "out-of-bounds shared access in kernel 'k'"))
      << found[0];
  EXPECT_TRUE(contains(found[0], "thread (20,0,0): ldmatrix.sync.m8n8.x4.b16 "
                                 "of 16 bytes at offset 320 of the 320 bytes"))
      << found[0];
  // 31 of 32 elements, and one that is not aligned.
  k = load(
      kernel("ptr %p, ptr %out", R"(
  %f = call double @llvm.nvvm.wmma.m8n8k4.load.a.row.f64.p0(ptr %p)
  %o = getelementptr double, ptr %out, i64 %i64
  store double %f, ptr %o
  ret void)",
             "declare double @llvm.nvvm.wmma.m8n8k4.load.a.row.f64.p0(ptr)\n"));
  found.clear();
  char *data = reinterpret_cast<char *>(array<double>(31));
  double *out = array<double>(32);
  launch(k, {1}, {32}, data, out);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(contains(found[0], "out-of-bounds global access in kernel 'k', "
                                 "block (0,0,0), thread (31,0,0): "
                                 "wmma.load.a.sync.row.m8n8k4.f64 of 8 bytes"))
      << found[0];
  found.clear();
  launch(k, {1}, {32}, reinterpret_cast<char *>(array<double>(40)) + 4, out);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(contains(found[0], "misaligned access")) << found[0];
}

TEST_F(MatrixOperations, Counted) {
  // Three times by each of the two warps of two blocks.
  Kernel *k =
      load(kernel("ptr %out, i32 %n", std::string(R"(
  br label %loop
loop:
  %j = phi i32 [0, %entry], [%j1, %loop]
  %x = phi float [0.0, %entry], [%v, %loop]
  %r = call {float, float, float, float} @llvm.nvvm.mma.m16n8k8.row.col.f32.f32(<2 x half> zeroinitializer, <2 x half> zeroinitializer, <2 x half> zeroinitializer, float %x, float 0.0, float 0.0, float 0.0)
  %s = call {float, float, float, float} @llvm.nvvm.mma.sp.m16n8k16.row.col.f32.f32(<2 x half> zeroinitializer, <2 x half> zeroinitializer, <2 x half> zeroinitializer, <2 x half> zeroinitializer, float %x, float 0.0, float 0.0, float 0.0, i32 1145324612, i32 0)
  %v0 = extractvalue {float, float, float, float} %r, 0
  %v1 = extractvalue {float, float, float, float} %s, 0
  %v = fadd float %v0, %v1
  %j1 = add i32 %j, 1
  %c = icmp ult i32 %j1, %n
  br i1 %c, label %loop, label %done
done:
  store float %v, ptr %out
  ret void)"),
                  std::string(declaration) +
                      "declare {float, float, float, float} "
                      "@llvm.nvvm.mma.sp.m16n8k16.row.col.f32.f32(<2 x "
                      "half>, <2 x half>, <2 x half>, <2 x half>, "
                      "float, float, float, float, i32, i32 immarg)\n"));
  for (std::string options : {"counters,workers=1", "counters,workers=2,seed=3",
                              "counters,schedule=lockstep"}) {
    configure(options);
    uint64_t mark = device.mark();
    launch(k, {2}, {64}, array<float>(1), 3);
    ASSERT_EQ(device.counters(mark).size(), 1u);
    auto counts = device.counters(mark)[0].matrixOperations;
    ASSERT_EQ(counts.size(), 2u);
    auto dense = counts.find("mma.sync.m16n8k8.row.col.f32.f16.f16.f32");
    ASSERT_NE(dense, counts.end());
    EXPECT_EQ(dense->second.operations, 12u);
    EXPECT_EQ(dense->second.flops, 12u * 2 * 16 * 8 * 8);
    auto sparse = counts.find("mma.sp.sync.m16n8k16.row.col.f32.f16.f16.f32");
    ASSERT_NE(sparse, counts.end());
    EXPECT_EQ(sparse->second.operations, 12u);
    EXPECT_EQ(sparse->second.flops, 12u * 16 * 8 * 16);
    EXPECT_TRUE(contains(device.countersJSON(mark), "\"operations\": 12"));
  }
}

TEST_F(MatrixOperations, LaterOnesAreRefusedByName) {
  std::string d4 = "{double, double, double, double}";
  struct Refused {
    std::string result, name, arguments, what, chip = "";
  };
  for (const Refused &r : std::vector<Refused>{
           {d4, "mma.m16n8k4.row.col.f64",
            "double, double, double, double, double, double, double",
            "matrix operation"},
           {d4, "mma.m16n8k8.row.col.f64",
            "double, double, double, double, double, double, double, double, "
            "double, double",
            "matrix operation"},
           {"void", "stmatrix.sync.aligned.m8n8.x1.b16.p3",
            "ptr addrspace(3), i32", "matrix operation", " of sm_90"},
           {"{i32, i32}", "ldmatrix.sync.aligned.m16n16.x1.trans.b8.p3",
            "ptr addrspace(3)", "matrix operation"},
           {"{float, float, float, float}",
            "mma.m16n8k32.row.col.kind.f8f6f4.f32.e2m1.e2m1.f32",
            "i32, i32, i32, i32, i32, i32, float, float, float, float",
            "matrix operation"},
           {"void", "wgmma.fence.sync.aligned", "",
            "warpgroup matrix operation", " of sm_90"}}) {
    std::string arguments;
    llvm::SmallVector<llvm::StringRef> types;
    llvm::StringRef(r.arguments).split(types, ", ", -1, false);
    for (llvm::StringRef type : types)
      arguments += (arguments.empty() ? "" : ", ") + type.str() + " poison";
    std::string name = "llvm.nvvm." + r.name;
    EXPECT_EQ(
        loadError(kernel(
            "ptr %p",
            (r.result == "void" ? "  call " : "  %r = call ") + r.result +
                " @" + name + "(" + arguments + ")\n  ret void",
            "declare " + r.result + " @" + name + "(" + r.arguments + ")\n")),
        "kernel 'k' uses " + r.what + " '" + name + "'" + r.chip +
            ", which the emulator does not support");
  }
}
