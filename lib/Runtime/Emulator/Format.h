//===- Format.h - Text with values in it ------------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_FORMAT_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_FORMAT_H

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace sparsegpu::emulator {

/// "0x1f".
std::string toHex(uint64_t value);

/// A value as it is written in decimal and in hexadecimal.
struct FormatArgument {
  FormatArgument(std::string_view text) : plain(text), hex(text) {}
  FormatArgument(const std::string &text) : plain(text), hex(text) {}
  FormatArgument(const char *text) : plain(text), hex(text) {}
  FormatArgument(const void *pointer)
      : plain(toHex(reinterpret_cast<uint64_t>(pointer))), hex(plain) {}
  template <typename T, typename = std::enable_if_t<std::is_integral_v<T>>>
  FormatArgument(T value)
      : plain(std::to_string(value)), hex(toHex(static_cast<uint64_t>(value))) {
  }

  std::string plain, hex;
};

std::string formatArguments(std::string_view text,
                            std::initializer_list<FormatArgument> arguments);

/// Replaces {0}, {1}, ... by the arguments; {0:x} is hexadecimal. What LLVM's
/// formatv does, for code that has to run where there is no LLVM.
template <typename... Args>
std::string formatText(std::string_view text, const Args &...args) {
  return formatArguments(text, {FormatArgument(args)...});
}

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_FORMAT_H
