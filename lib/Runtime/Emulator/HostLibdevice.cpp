//===- HostLibdevice.cpp - CUDA's mathematical functions on the host ------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions that LowerLibdevice.cpp calls. They are at least as accurate as
// the bounds in the CUDA programming guide ("Mathematical Functions Appendix"),
// but not bit for bit the same.
//
//===----------------------------------------------------------------------===//

#include "HostFunctions.h"

#include <cmath>
#include <limits>

using namespace sparsegpu::emulator;

namespace {

template <typename T> T rsqrtOf(T x) { return T(1) / std::sqrt(x); }
template <typename T> T rcbrtOf(T x) { return T(1) / std::cbrt(x); }
template <typename T> T exp10Of(T x) { return std::pow(T(10), x); }
template <typename T> T powiOf(T x, int n) { return std::pow(x, T(n)); }
template <typename T> T erfcxOf(T x) {
  return T(std::exp(double(x) * x) * std::erfc(double(x)));
}
template <typename T> T normcdfOf(T x) {
  return T(0.5 * std::erfc(-double(x) * M_SQRT1_2));
}
/// sin and cos of x * pi: reduce first, the product with pi would round.
template <typename T> T sinpiOf(T x) {
  T r = std::remainder(x, T(2));
  if (std::fabs(r) > T(0.5))
    r = std::copysign(T(1), r) - r;
  return T(std::sin(double(r) * M_PI));
}
template <typename T> T cospiOf(T x) {
  T r = std::fabs(std::remainder(x, T(2)));
  return r == T(0.5) ? T(0) : T(std::cos(double(r) * M_PI));
}
template <typename T> T saturateOf(T x) {
  return x > T(0) ? (x < T(1) ? x : T(1)) : T(0);
}
template <typename T> void sincosOf(T x, T *s, T *c) {
  *s = std::sin(x);
  *c = std::cos(x);
}
template <typename T> void sincospiOf(T x, T *s, T *c) {
  *s = sinpiOf(x);
  *c = cospiOf(x);
}
template <typename T> T fastPow(T x, T y) { return std::pow(x, y); }
/// Not std::hypot, which asks for a new C library (glibc 2.35). The squares fit
/// into the exponent of a long double.
template <typename T> T hypotOf(T x, T y) {
  if (std::isinf(x) || std::isinf(y))
    return std::numeric_limits<T>::infinity();
  long double a = x, b = y;
  return T(std::sqrt(a * a + b * b));
}
template <typename T> T hypot3(T x, T y, T z) { return std::hypot(x, y, z); }
template <typename T> int signbitOf(T x) { return std::signbit(x); }
template <typename T> int isinfOf(T x) { return std::isinf(x); }
template <typename T> int isnanOf(T x) { return std::isnan(x); }
template <typename T> int isfiniteOf(T x) { return std::isfinite(x); }

// The C++ overloads, as plain functions whose address can be taken.
#define UNARY(fn)                                                              \
  template <typename T> T fn##Of(T x) { return std::fn(x); }
UNARY(acos)
UNARY(acosh)
UNARY(asin)
UNARY(asinh)
UNARY(atan)
UNARY(atanh)
UNARY(cbrt)
UNARY(cos)
UNARY(cosh)
UNARY(erf)
UNARY(erfc)
UNARY(exp)
UNARY(exp2)
UNARY(expm1)
UNARY(lgamma)
UNARY(log)
UNARY(log10)
UNARY(log1p)
UNARY(log2)
UNARY(logb)
UNARY(sin)
UNARY(sinh)
UNARY(tan)
UNARY(tanh)
UNARY(tgamma)
#undef UNARY
#define BINARY(fn)                                                             \
  template <typename T> T fn##Of(T x, T y) { return std::fn(x, y); }
BINARY(atan2)
BINARY(fdim)
BINARY(fmod)
BINARY(nextafter)
BINARY(pow)
BINARY(remainder)
#undef BINARY
template <typename T> T ldexpOf(T x, int n) { return std::ldexp(x, n); }
template <typename T> T frexpOf(T x, int *n) { return std::frexp(x, n); }
template <typename T> T modfOf(T x, T *whole) { return std::modf(x, whole); }
template <typename T> int ilogbOf(T x) { return std::ilogb(x); }
template <typename T> T remquoOf(T x, T y, int *q) {
  return std::remquo(x, y, q);
}

#define BOTH(name, fn)                                                         \
  {"__nv_" name "f", reinterpret_cast<void *>(fn<float>)}, {                   \
    "__nv_" name, reinterpret_cast<void *>(fn<double>)                         \
  }
#define FAST(name, fn)                                                         \
  {"__nv_fast_" name "f", reinterpret_cast<void *>(fn<float>)}

const HostFunction functions[] = {
    BOTH("acos", acosOf),
    BOTH("acosh", acoshOf),
    BOTH("asin", asinOf),
    BOTH("asinh", asinhOf),
    BOTH("atan", atanOf),
    BOTH("atanh", atanhOf),
    BOTH("atan2", atan2Of),
    BOTH("cbrt", cbrtOf),
    BOTH("cos", cosOf),
    BOTH("cosh", coshOf),
    BOTH("cospi", cospiOf),
    BOTH("erf", erfOf),
    BOTH("erfc", erfcOf),
    BOTH("erfcx", erfcxOf),
    BOTH("exp", expOf),
    BOTH("exp10", exp10Of),
    BOTH("exp2", exp2Of),
    BOTH("expm1", expm1Of),
    BOTH("fdim", fdimOf),
    BOTH("fmod", fmodOf),
    BOTH("frexp", frexpOf),
    BOTH("hypot", hypotOf),
    BOTH("ilogb", ilogbOf),
    BOTH("ldexp", ldexpOf),
    BOTH("scalbn", ldexpOf),
    BOTH("lgamma", lgammaOf),
    BOTH("log", logOf),
    BOTH("log10", log10Of),
    BOTH("log1p", log1pOf),
    BOTH("log2", log2Of),
    BOTH("logb", logbOf),
    BOTH("modf", modfOf),
    BOTH("nextafter", nextafterOf),
    BOTH("norm3d", hypot3),
    BOTH("normcdf", normcdfOf),
    BOTH("pow", powOf),
    BOTH("powi", powiOf),
    BOTH("rcbrt", rcbrtOf),
    BOTH("remainder", remainderOf),
    BOTH("remquo", remquoOf),
    BOTH("rsqrt", rsqrtOf),
    BOTH("sin", sinOf),
    BOTH("sincos", sincosOf),
    BOTH("sincospi", sincospiOf),
    BOTH("sinh", sinhOf),
    BOTH("sinpi", sinpiOf),
    BOTH("tan", tanOf),
    BOTH("tanh", tanhOf),
    BOTH("tgamma", tgammaOf),
    FAST("cos", cosOf),
    FAST("exp", expOf),
    FAST("exp10", exp10Of),
    FAST("log", logOf),
    FAST("log10", log10Of),
    FAST("log2", log2Of),
    FAST("pow", fastPow),
    FAST("sin", sinOf),
    FAST("sincos", sincosOf),
    FAST("tan", tanOf),
    {"__nv_saturatef", reinterpret_cast<void *>(saturateOf<float>)},
    {"__nv_signbitf", reinterpret_cast<void *>(signbitOf<float>)},
    {"__nv_signbitd", reinterpret_cast<void *>(signbitOf<double>)},
    {"__nv_isinff", reinterpret_cast<void *>(isinfOf<float>)},
    {"__nv_isinfd", reinterpret_cast<void *>(isinfOf<double>)},
    {"__nv_isnanf", reinterpret_cast<void *>(isnanOf<float>)},
    {"__nv_isnand", reinterpret_cast<void *>(isnanOf<double>)},
    {"__nv_finitef", reinterpret_cast<void *>(isfiniteOf<float>)},
    {"__nv_isfinited", reinterpret_cast<void *>(isfiniteOf<double>)},
};
#undef BOTH
#undef FAST

} // namespace

HostFunctionTable sparsegpu::emulator::libdeviceFunctions() {
  return functions;
}
