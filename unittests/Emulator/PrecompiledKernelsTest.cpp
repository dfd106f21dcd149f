//===- PrecompiledKernelsTest.cpp - The same results ahead of time --------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrecompiledTest.h"

#include <cmath>

using namespace sparsegpu::emulator;

namespace {
class PrecompiledKernels : public PrecompiledTest {};

/// A kernel that stores `value`, of `type`, which `body` computes.
std::string storing(const std::string &params, const std::string &type,
                    const std::string &value, const std::string &body,
                    const std::string &globals = "") {
  return kernel("ptr %out" + params,
                body + "  %po = getelementptr " + type +
                    ", ptr %out, i64 %i64\n  store " + type + " " + value +
                    ", ptr %po\n  ret void",
                globals);
}

/// Loads element i of %in.
std::string loading(const std::string &type) {
  return "  %pi = getelementptr " + type + ", ptr %in, i64 %i64\n  %x = load " +
         type + ", ptr %pi\n";
}
} // namespace

TEST_F(PrecompiledKernels, BarriersAndSharedMemory) {
  // A sum over the block through static, and a reversal through dynamic memory.
  std::string body = kernel("ptr %out, ptr %in", loading("i32") + R"(
  %s = getelementptr [128 x i32], ptr addrspace(3) @static, i32 0, i32 %tid
  %d = getelementptr i32, ptr addrspace(3) @dynamic, i32 %tid
  store i32 %x, ptr addrspace(3) %s
  store i32 %x, ptr addrspace(3) %d
  br label %loop
loop:
  %step = phi i32 [64, %entry], [%next, %latch]
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %active = icmp ult i32 %tid, %step
  br i1 %active, label %add, label %latch
add:
  %other = add i32 %tid, %step
  %so = getelementptr [128 x i32], ptr addrspace(3) @static, i32 0, i32 %other
  %a = load i32, ptr addrspace(3) %s
  %b = load i32, ptr addrspace(3) %so
  %sum = add i32 %a, %b
  store i32 %sum, ptr addrspace(3) %s
  br label %latch
latch:
  %next = lshr i32 %step, 1
  %more = icmp ne i32 %next, 0
  br i1 %more, label %loop, label %done
done:
  call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)
  %total = load i32, ptr addrspace(3) @static
  %back = sub i32 127, %tid
  %dr = getelementptr i32, ptr addrspace(3) @dynamic, i32 %back
  %r = load i32, ptr addrspace(3) %dr
  %v = add i32 %total, %r
  %po = getelementptr i32, ptr %out, i64 %i64
  store i32 %v, ptr %po
  ret void)",
                            R"(
@static = internal addrspace(3) global [128 x i32] undef, align 16
@dynamic = external addrspace(3) global [0 x i32], align 16
)");
  uint32_t *in = array<uint32_t>(512);
  for (int i = 0; i < 512; ++i)
    in[i] = random();
  auto out = onBoth<uint32_t>(body, {4}, {128}, 512, 512, in);
  for (int block = 0; block < 4; ++block) {
    uint32_t total = 0;
    for (int i = 0; i < 128; ++i)
      total += in[block * 128 + i];
    for (int i = 0; i < 128; ++i)
      ASSERT_EQ(out[block * 128 + i], total + in[block * 128 + 127 - i]);
  }
}

TEST_F(PrecompiledKernels, Shuffles) {
  uint32_t *in = array<uint32_t>(64);
  for (int i = 0; i < 64; ++i)
    in[i] = random();
  auto out = onBoth<uint32_t>(
      storing(", ptr %in", "i32", "%v", loading("i32") + R"(
  %a = call i32 @llvm.nvvm.shfl.sync.bfly.i32(i32 -1, i32 %x, i32 5, i32 31)
  %b = call i32 @llvm.nvvm.shfl.sync.idx.i32(i32 -1, i32 %x, i32 3, i32 31)
  %v = xor i32 %a, %b
)",
              "declare i32 @llvm.nvvm.shfl.sync.bfly.i32(i32, i32, i32, i32)\n"
              "declare i32 @llvm.nvvm.shfl.sync.idx.i32(i32, i32, i32, i32)\n"),
      {1}, {64}, 0, 64, in);
  for (int i = 0; i < 64; ++i)
    ASSERT_EQ(out[i], in[i ^ 5] ^ in[i / 32 * 32 + 3]);
}

TEST_F(PrecompiledKernels, TensorCores) {
  uint32_t *in = array<uint32_t>(64);
  for (int i = 0; i < 64; ++i)
    in[i] = random();
  auto out = onBoth<uint32_t>(
      storing(", ptr %in", "i32", "%v", loading("i32") + R"(
  %r = call {i32, i32} @llvm.nvvm.mma.m8n8k16.row.col.s8(i32 %x, i32 %x, i32 %tid, i32 0)
  %v0 = extractvalue {i32, i32} %r, 0
  %small = and i32 %x, 1006582783 ; 0x3bff3bff: two halves below 1
  %h = bitcast i32 %small to <2 x half>
  %s = call {float, float, float, float} @llvm.nvvm.mma.m16n8k8.row.col.f32.f32(<2 x half> %h, <2 x half> %h, <2 x half> %h, float 0.0, float 0.0, float 0.0, float 0.0)
  %v1 = extractvalue {float, float, float, float} %s, 3
  %w1 = bitcast float %v1 to i32
  %v = add i32 %v0, %w1
)",
              "declare {i32, i32} @llvm.nvvm.mma.m8n8k16.row.col.s8(i32, i32, "
              "i32, i32)\ndeclare {float, float, float, float} "
              "@llvm.nvvm.mma.m16n8k8.row.col.f32.f32(<2 x half>, <2 x half>, "
              "<2 x half>, float, float, float, float)\n"),
      {1}, {64}, 0, 64, in);
  // Lane 5: row 1 of A, columns 2 and 3 of B, of the first product; row 9 and
  // column 3 of the second.
  int32_t integers = 5;
  for (int k = 0; k < 16; ++k)
    integers +=
        int8_t(in[4 + k / 4] >> k % 4 * 8) * int8_t(in[8 + k / 4] >> k % 4 * 8);
  double floats = 0;
  auto half = [&](int lane, int k) {
    uint32_t bits = in[lane + k / 2] >> k % 2 * 16 & 0x3bff;
    int exponent = bits >> 10;
    double mantissa = bits & 0x3ff;
    return exponent ? std::ldexp(1024 + mantissa, exponent - 25)
                    : std::ldexp(mantissa, -24);
  };
  for (int k = 0; k < 8; ++k)
    floats += half(4, k) * half(12, k);
  float sum = floats;
  uint32_t bits;
  std::memcpy(&bits, &sum, sizeof(bits));
  EXPECT_EQ(out[5], uint32_t(integers) + bits);
}

TEST_F(PrecompiledKernels, FunctionsOfLibdeviceThatTheHostComputes) {
  float *in = array<float>(256);
  for (int i = 0; i < 256; ++i)
    in[i] = std::ldexp(double(random() >> 11), -50);
  auto out = onBoth<float>(
      storing(", ptr %in", "float", "%v", loading("float") + R"(
  %e = call float @__nv_expf(float %x)
  %s = call float @__nv_sinf(float %e)
  %p = call float @__nv_powf(float %x, float %s)
  %h = call float @__nv_hypotf(float %p, float %x)
  %q = call float @__nv_sqrtf(float %h)
  %t = call float @llvm.nvvm.add.rm.f(float %q, float %s)
  %l = call float @llvm.nvvm.lg2.approx.f(float %q)
  %v = call float @llvm.fma.f32(float %t, float %l, float %s)
)",
              "declare float @__nv_expf(float)\n"
              "declare float @__nv_sinf(float)\n"
              "declare float @__nv_powf(float, float)\n"
              "declare float @__nv_hypotf(float, float)\n"
              "declare float @__nv_sqrtf(float)\n"
              "declare float @llvm.nvvm.add.rm.f(float, float)\n"
              "declare float @llvm.nvvm.lg2.approx.f(float)\n"
              "declare float @llvm.fma.f32(float, float, float)\n"),
      {2}, {128}, 0, 256, in);
  float x = in[0], s = std::sin(std::exp(x));
  float q = std::sqrt(std::hypot(std::pow(x, s), x));
  EXPECT_NEAR(out[0], (q + s) * std::log2(q) + s, 1e-4);
}

TEST_F(PrecompiledKernels, FunctionsOfLibdeviceThatAreInTheBitcode) {
  // The shape of libdevice's expf.
  const char *expf = R"(
define internal float @__nv_expf(float %a) {
  %f = call i32 @__nvvm_reflect(ptr @flush)
  %z = icmp eq i32 %f, 0
  %t = call float @llvm.nvvm.fma.rn.f(float %a, float 0x3F777313A0000000, float 5.000000e-01)
  %s = call float @llvm.nvvm.saturate.f(float %t)
  %r = call float @llvm.nvvm.fma.rm.f(float %s, float 2.520000e+02, float 0x4168000020000000)
  %m = fadd float %r, 0xC168000FE0000000
  %n = fneg float %m
  %c = call float @llvm.nvvm.fma.rn.f(float %a, float 0x3FF7154760000000, float %n)
  %d = call float @llvm.nvvm.fma.rn.f(float %a, float 0x3E54AE0C00000000, float %c)
  %i = bitcast float %r to i32
  %h = shl i32 %i, 23
  %p = bitcast i32 %h to float
  %e = call float @llvm.nvvm.ex2.approx.ftz.f(float %d)
  %v = fmul float %e, %p
  ret float %v
}
@flush = private constant [11 x i8] c"__CUDA_FTZ\00"
declare i32 @__nvvm_reflect(ptr)
declare float @llvm.nvvm.fma.rn.f(float, float, float)
declare float @llvm.nvvm.fma.rm.f(float, float, float)
declare float @llvm.nvvm.saturate.f(float)
declare float @llvm.nvvm.ex2.approx.ftz.f(float)
)";
  float *in = array<float>(128);
  for (int i = 0; i < 128; ++i)
    in[i] = double(int64_t(random())) / (1ll << 58);
  auto out = onBoth<float>(storing(", ptr %in", "float", "%v",
                                   loading("float") +
                                       "  %v = call float @__nv_expf(float "
                                       "%x)\n",
                                   expf),
                           {1}, {128}, 0, 128, in);
  for (int i = 0; i < 128; ++i)
    ASSERT_NEAR(out[i] / std::exp(in[i]), 1, 1e-5) << in[i];
}

TEST_F(PrecompiledKernels, HalfConversions) {
  double *in = array<double>(512);
  for (int i = 0; i < 512; ++i) {
    // Sign and exponent within and around the range of half.
    double magnitude =
        std::ldexp(1 + (random() >> 12) * 0x1p-52, int(random() % 44) - 27);
    in[i] = i % 2 ? -magnitude : magnitude;
  }
  auto out =
      onBoth<uint64_t>(storing(", ptr %in", "i64", "%v", loading("double") + R"(
  %f = fptrunc double %x to float
  %h = fptrunc float %f to half
  %hd = fptrunc double %x to half
  %b = fptrunc float %f to bfloat
  %bd = fptrunc double %x to bfloat
  %he = fpext half %h to float
  %hde = fpext half %hd to double
  %sum = fadd half %h, %hd
  %hi = bitcast half %sum to i16
  %bi = bitcast bfloat %b to i16
  %bdi = bitcast bfloat %bd to i16
  %e0 = bitcast float %he to i32
  %e1 = bitcast double %hde to i64
  %h64 = zext i16 %hi to i64
  %b64 = zext i16 %bi to i64
  %c64 = zext i16 %bdi to i64
  %e64 = zext i32 %e0 to i64
  %m0 = shl i64 %b64, 16
  %m1 = shl i64 %c64, 32
  %a0 = or i64 %h64, %m0
  %a1 = or i64 %a0, %m1
  %a2 = xor i64 %a1, %e1
  %v = add i64 %a2, %e64
)"),
                       {4}, {128}, 0, 512, in);
  EXPECT_NE(out[0], out[1]);
}

TEST_F(PrecompiledKernels, Atomics) {
  auto out = onBoth<uint32_t>(kernel("ptr %out", R"(
  %old = atomicrmw add ptr %out, i32 %i seq_cst
  %p1 = getelementptr i32, ptr %out, i64 1
  %f = atomicrmw fadd ptr %p1, float 1.0 monotonic
  %p2 = getelementptr i32, ptr %out, i64 2
  br label %loop
loop:
  %expected = load volatile i32, ptr %p2
  %new = add i32 %expected, 3
  %pair = cmpxchg ptr %p2, i32 %expected, i32 %new seq_cst seq_cst
  %ok = extractvalue {i32, i1} %pair, 1
  br i1 %ok, label %end, label %loop
end:
  ret void)"),
                              {4}, {64}, 0, 3);
  EXPECT_EQ(out[0], 255u * 256 / 2);
  float count;
  std::memcpy(&count, &out[1], 4);
  EXPECT_EQ(count, 256.0f);
  EXPECT_EQ(out[2], 3u * 256);
}

TEST_F(PrecompiledKernels, VariablesOfTheModule) {
  std::string body =
      storing("", "i32", "%v", R"(
  %slot = and i32 %tid, 3
  %pt = getelementptr [4 x i32], ptr addrspace(4) @table, i32 0, i32 %slot
  %t = load i32, ptr addrspace(4) %pt
  %old = atomicrmw add ptr addrspace(1) @counter, i32 1 monotonic
  %first = load i32, ptr @first
  %v = add i32 %t, %first
)",
              "@table = internal addrspace(4) constant [4 x i32] "
              "[i32 5, i32 7, i32 11, i32 13]\n"
              "@counter = addrspace(1) global i32 100\n"
              "@first = global i32 1000\n");
  auto out = onBoth<uint32_t>(body, {1}, {32}, 0, 32);
  EXPECT_EQ(out[0], 1005u);
  EXPECT_EQ(out[7], 1013u);
}

TEST_F(PrecompiledKernels, Printf) {
  void *k =
      loadIntoCore(kernel("ptr %out", R"(
  %a = alloca {i32, double}
  store i32 %tid, ptr %a
  %d = getelementptr {i32, double}, ptr %a, i32 0, i32 1
  store double 0.5, ptr %d
  %n = call i32 @vprintf(ptr @fmt, ptr %a)
  store i32 %n, ptr %out
  ret void)",
                          "declare i32 @vprintf(ptr, ptr)\n@fmt = private "
                          "constant [11 x i8] c\"t%d %.1f\\0A\\00\\00\"\n"));
  uint32_t *out = array<uint32_t>(1);
  testing::internal::CaptureStdout();
  core.launch(k, {1}, {1}, 0, out);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "t0 0.5\n");
  EXPECT_EQ(out[0], 2u);
}

TEST_F(PrecompiledKernels, RecursionAndParametersByValue) {
  auto out = onBoth<uint32_t>(
      kernel("ptr %out, ptr byval({i32, i64}) align 8 %s, i8 %b", R"(
  %a = load i32, ptr %s
  %n = add i32 %a, %tid
  %v = call i32 @fib(i32 %n)
  %w = zext i8 %b to i32
  %x = add i32 %v, %w
  %p = getelementptr i32, ptr %out, i64 %i64
  store i32 %x, ptr %p
  ret void)",
             R"(
define internal i32 @fib(i32 %n) {
  %c = icmp ult i32 %n, 2
  br i1 %c, label %base, label %rec
base:
  ret i32 %n
rec:
  %a = sub i32 %n, 1
  %b = sub i32 %n, 2
  %x = call i32 @fib(i32 %a)
  %y = call i32 @fib(i32 %b)
  %s = add i32 %x, %y
  ret i32 %s
}
)"),
      {1}, {8}, 0, 8, std::pair<int32_t, int64_t>(5, 1), uint8_t(200));
  EXPECT_EQ(out[0], 205u);
  EXPECT_EQ(out[7], 344u);
}

TEST_F(PrecompiledKernels, FunctionsWithNamesOfTheCLibrary) {
  // LLVM makes a call of ldexpf of exp2; the module's own is another function.
  auto out = onBoth<float>(storing("", "float", "%v", R"(
  %f = sitofp i32 %tid to float
  %e = call float @llvm.exp2.f32(float %f)
  %w = call float @ldexpf(float %f, i32 %tid)
  %v = fadd float %e, %w
)",
                                   R"(
declare float @llvm.exp2.f32(float)
define internal float @ldexpf(float %x, i32 %n) noinline nobuiltin {
  %c = icmp eq i32 %n, 0
  br i1 %c, label %end, label %more
more:
  %m = sub i32 %n, 1
  %r = call float @ldexpf(float %x, i32 %m) nobuiltin
  %s = fadd float %r, 100.0
  ret float %s
end:
  ret float %x
}
)"),
                           {1}, {4}, 0, 4);
  EXPECT_EQ(out[3], 8 + 3 + 300);
}
