//===- JSON.h - Writing JSON ------------------------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_RUNTIME_EMULATOR_JSON_H
#define SPARSEGPU_LIB_RUNTIME_EMULATOR_JSON_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sparsegpu::emulator {

/// A JSON value that can be printed. Members are printed in the order of their
/// names. Bytes that are not UTF-8 become U+FFFD.
class JSONValue {
public:
  /// Null.
  JSONValue() : JSONValue(Kind::Scalar, "null") {}
  JSONValue(uint64_t number)
      : JSONValue(Kind::Scalar, std::to_string(number)) {}
  JSONValue(std::string_view text);

  /// Six digits; the number is finite.
  static JSONValue real(double number);
  static JSONValue array(std::vector<JSONValue> elements = {});
  static JSONValue object() { return JSONValue(Kind::Object, ""); }

  bool isObject() const { return kind == Kind::Object; }
  void push(JSONValue value) { elements.push_back(std::move(value)); }
  JSONValue &operator[](const std::string &name) { return members[name]; }

  /// With line ends and two spaces for each level.
  std::string print() const;

private:
  enum class Kind { Scalar, Array, Object };
  JSONValue(Kind kind, std::string scalar)
      : kind(kind), scalar(std::move(scalar)) {}
  void print(std::string &out, unsigned indent) const;

  Kind kind;
  std::string scalar;
  std::vector<JSONValue> elements;
  std::map<std::string, JSONValue> members;
};

} // namespace sparsegpu::emulator

#endif // SPARSEGPU_LIB_RUNTIME_EMULATOR_JSON_H
