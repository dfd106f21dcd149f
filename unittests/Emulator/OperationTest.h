//===- OperationTest.h - One operation on arrays of operands -- -*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_EMULATOR_OPERATIONTEST_H
#define SPARSEGPU_UNITTESTS_EMULATOR_OPERATIONTEST_H

#include "EmulatorTest.h"

#include <cmath>
#include <cstring>
#include <random>

namespace sparsegpu::emulator {

/// Bits of another type.
template <typename To, typename From> To bitsAs(From from) {
  static_assert(sizeof(To) == sizeof(From), "the same size");
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

/// Runs an operation without side effects on each element of its operands.
class OperationTest : public EmulatorTest {
protected:
  std::mt19937_64 generator{12345};

  /// Random bits, with edges among them: zero, ones, single bits.
  template <typename T> std::vector<T> randomBits(size_t count) {
    std::vector<T> values(count);
    for (size_t i = 0; i < count; ++i) {
      uint64_t bits = generator();
      if (i % 8 == 1)
        bits &= 63;
      else if (i % 8 == 3)
        bits = uint64_t(1) << (bits % (8 * sizeof(T)));
      else if (i % 32 == 4)
        bits = 0;
      else if (i % 32 == 5)
        bits = ~uint64_t(0);
      values[i] = static_cast<T>(bits);
    }
    return values;
  }

  /// `name(types...)` of `type`; `last` is appended to the operands, for
  /// constants such as "i1 true".
  template <typename Out, typename... In>
  std::vector<Out> apply(const std::string &type, const std::string &name,
                         const std::vector<std::string> &types,
                         const std::string &last,
                         const std::vector<In> &...operands) {
    size_t count = std::min({operands.size()...});
    std::string body, call, declaration, params = "ptr %out";
    for (size_t i = 0; i < types.size(); ++i) {
      std::string n = std::to_string(i);
      params += ", ptr %a" + n;
      body += "  %p" + n + " = getelementptr " + types[i] + ", ptr %a" + n +
              ", i64 %i64\n  %v" + n + " = load " + types[i] + ", ptr %p" + n +
              ", align 1\n";
      call += (i ? ", " : "") + types[i] + " %v" + n;
      declaration += (i ? ", " : "") + types[i];
    }
    if (!last.empty()) {
      call += ", " + last;
      declaration += ", " + last.substr(0, last.find(' '));
    }
    body += "  %r = call " + type + " @" + name + "(" + call +
            ")\n  %o = getelementptr " + type +
            ", ptr %out, i64 %i64\n  store " + type +
            " %r, ptr %o, align 1\n  ret void";
    Out *out = array<Out>(count);
    Kernel *k = load(
        kernel(params, body,
               "declare " + type + " @" + name + "(" + declaration + ")\n"));
    auto copy = [&](const auto &operand) {
      using T = typename std::decay_t<decltype(operand)>::value_type;
      T *data = array<T>(count);
      std::copy(operand.begin(), operand.begin() + count, data);
      return data;
    };
    launch(k, {1}, {static_cast<uint32_t>(count)}, out, copy(operands)...);
    return std::vector<Out>(out, out + count);
  }
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_UNITTESTS_EMULATOR_OPERATIONTEST_H
