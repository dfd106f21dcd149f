//===- Expected.h - Errors as values
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A value or a message. No exception crosses an interface of this project, and
// the libraries below the dialect do not link LLVM, so that llvm::Expected is
// not at hand there.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_SUPPORT_EXPECTED_H
#define SPARSEGPU_SUPPORT_EXPECTED_H

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace sparsegpu {

/// What went wrong, as one line for the user, without "error:" and without a
/// final full stop.
class Error {
public:
  explicit Error(std::string message) : text(std::move(message)) {}
  const std::string &message() const { return text; }

private:
  std::string text;
};

/// Success, or an Error. Converts to true on success.
class [[nodiscard]] Status {
public:
  static Status success() { return Status(); }
  Status(Error error) : failed(true), text(error.message()) {}

  bool ok() const { return !failed; }
  explicit operator bool() const { return ok(); }

  /// The message; empty on success.
  const std::string &message() const { return text; }

  /// Requires a failure.
  Error takeError() {
    assert(failed && "there is no error to take");
    return Error(std::move(text));
  }

private:
  Status() = default;
  bool failed = false;
  std::string text;
};

/// A T, or the Error that prevented it. Converts to true when there is a T;
/// dereferencing requires that.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T value) : storage(std::in_place_index<0>, std::move(value)) {}
  Expected(Error error) : storage(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return storage.index() == 0; }
  explicit operator bool() const { return ok(); }

  T &operator*() & { return value(); }
  const T &operator*() const & { return value(); }
  T &&operator*() && { return std::move(value()); }
  T *operator->() { return &value(); }
  const T *operator->() const { return &value(); }

  /// The message; empty when there is a value.
  std::string message() const {
    return ok() ? std::string() : std::get_if<1>(&storage)->message();
  }

  /// Requires a failure.
  Error takeError() {
    assert(!ok() && "there is no error to take");
    return std::move(*std::get_if<1>(&storage));
  }

private:
  T &value() {
    assert(ok() && "dereferenced an Expected that holds an error");
    return *std::get_if<0>(&storage);
  }
  const T &value() const {
    assert(ok() && "dereferenced an Expected that holds an error");
    return *std::get_if<0>(&storage);
  }

  std::variant<T, Error> storage;
};

} // namespace sparsegpu

#endif // SPARSEGPU_SUPPORT_EXPECTED_H
