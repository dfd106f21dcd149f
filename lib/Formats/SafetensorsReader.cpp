//===- SafetensorsReader.cpp - Tensors of neural networks
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/SafetensorsReader.h"

#include "NumericArray.h"

#include <new>
#include <nlohmann/json.hpp>

using namespace sparsegpu;
using namespace sparsegpu::formats;

using nlohmann::json;
using Kind = NumericType::Kind;

/// A length of 8 bytes comes first, then the header, as JSON.
static constexpr size_t lengthBytes = 8;
/// As large as the format's own library takes.
static constexpr uint64_t maxHeader = 100000000;

static uint64_t headerLength(std::string_view content) {
  uint64_t length = 0;
  for (size_t i = 0; i < lengthBytes; ++i)
    length |= uint64_t(static_cast<uint8_t>(content[i])) << (8 * i);
  return length;
}

bool formats::isSafetensors(std::string_view content) {
  return content.size() > lengthBytes && content[lengthBytes] == '{' &&
         headerLength(content) <= maxHeader;
}

namespace {
struct TypeName {
  std::string_view name;
  NumericType type;
};
} // namespace

static constexpr TypeName typeNames[] = {
    {"BOOL", {Kind::Bool, 1}},          {"U8", {Kind::Unsigned, 1}},
    {"I8", {Kind::Signed, 1}},          {"F8_E4M3", {Kind::Float8E4M3, 1}},
    {"F8_E5M2", {Kind::Float8E5M2, 1}}, {"U16", {Kind::Unsigned, 2}},
    {"I16", {Kind::Signed, 2}},         {"F16", {Kind::Float, 2}},
    {"BF16", {Kind::BFloat16, 2}},      {"U32", {Kind::Unsigned, 4}},
    {"I32", {Kind::Signed, 4}},         {"F32", {Kind::Float, 4}},
    {"U64", {Kind::Unsigned, 8}},       {"I64", {Kind::Signed, 8}},
    {"F64", {Kind::Float, 8}},
};

/// A size or an offset.
static bool getSize(const json &value, int64_t &size) {
  if (!value.is_number_unsigned() ||
      value.get<uint64_t>() > uint64_t(std::numeric_limits<int64_t>::max()))
    return false;
  size = value.get<int64_t>();
  return true;
}

/// The tensor that an entry of the header describes. `data` follows the header,
/// at `begin`.
static Expected<NumericArray> makeTensor(const std::string &name,
                                         const json &entry,
                                         std::string_view data, size_t begin,
                                         std::string_view path) {
  auto error = [&](const auto &...parts) {
    return byteError(path, lengthBytes, "tensor ", sparsegpu::quoted(name), " ",
                     parts...);
  };
  if (!entry.is_object() || !entry.contains("dtype") ||
      !entry["dtype"].is_string() || !entry.contains("shape") ||
      !entry["shape"].is_array() || !entry.contains("data_offsets") ||
      !entry["data_offsets"].is_array() || entry["data_offsets"].size() != 2)
    return error("lacks its dtype, shape or data_offsets");
  NumericArray tensor;
  tensor.where = path;
  const std::string &type = entry["dtype"].get_ref<const std::string &>();
  const TypeName *known = nullptr;
  for (const TypeName &candidate : typeNames)
    if (candidate.name == type)
      known = &candidate;
  if (!known)
    return error("has elements of type ", sparsegpu::quoted(type),
                 ", which is not supported");
  tensor.type = known->type;
  for (const json &size : entry["shape"])
    if (!getSize(size, tensor.shape.emplace_back()))
      return error("has a size that is not a whole number");
  int64_t first = 0, last = 0;
  if (!getSize(entry["data_offsets"][0], first) ||
      !getSize(entry["data_offsets"][1], last) || first > last ||
      static_cast<uint64_t>(last) > data.size())
    return error("lies outside of the ", data.size(),
                 " bytes that follow the header");
  std::optional<int64_t> count = elementCount(tensor.shape);
  uint64_t bytes = 0;
  if (!count || __builtin_mul_overflow(static_cast<uint64_t>(*count),
                                       tensor.type.bytes, &bytes))
    return error("has more elements than fit 64 bits");
  if (bytes != static_cast<uint64_t>(last - first))
    return error("takes ", bytes, " bytes, but its offsets span ",
                 last - first);
  tensor.data = data.substr(static_cast<size_t>(first), bytes);
  tensor.offset = begin + static_cast<size_t>(first);
  return tensor;
}

static Expected<MatrixFile> parse(std::string_view content,
                                  std::string_view path,
                                  const ReadOptions &options) {
  if (content.size() < lengthBytes)
    return byteError(path, content.size(),
                     "the file ends before the length "
                     "of its header");
  uint64_t length = headerLength(content);
  if (length > maxHeader || length > content.size() - lengthBytes)
    return byteError(path, 0, "the header has ", length, " bytes, but ",
                     content.size() - lengthBytes, " follow");
  json header;
  try {
    header = json::parse(content.substr(lengthBytes, length));
  } catch (const json::parse_error &error) {
    // Bytes are counted from 1.
    return byteError(path, lengthBytes + std::max<size_t>(error.byte, 1) - 1,
                     "the header is not JSON here");
  } catch (const json::out_of_range &) {
    return byteError(path, lengthBytes,
                     "the header has a number that is too large");
  }
  if (!header.is_object())
    return byteError(path, lengthBytes, "the header is not a JSON object");
  std::string chosen = options.tensor, names;
  for (const auto &[name, entry] : header.items()) {
    if (name == "__metadata__")
      continue;
    if (names.size() < 400)
      names += concat(names.empty() ? "" : ", ", sparsegpu::quoted(name, 100));
    bool isMatrix = entry.is_object() && entry.contains("shape") &&
                    entry["shape"].is_array() && entry["shape"].size() == 2;
    if (!options.tensor.empty() || !isMatrix)
      continue;
    if (!chosen.empty())
      return Error(concat(path, ": the file has several matrices, ",
                          sparsegpu::quoted(chosen, 100), " and ",
                          sparsegpu::quoted(name, 100),
                          "; choose one by its name"));
    chosen = name;
  }
  if (names.empty())
    names = "none";
  if (chosen.empty())
    return Error(
        concat(path, ": the file has no matrix among its tensors: ", names));
  if (!header.contains(chosen) || chosen == "__metadata__")
    return Error(concat(path, ": the file has no tensor ",
                        sparsegpu::quoted(chosen), "; it has: ", names));
  size_t begin = lengthBytes + length;
  Expected<NumericArray> tensor =
      makeTensor(chosen, header[chosen], content.substr(begin), begin, path);
  if (!tensor)
    return tensor.takeError();
  return denseMatrix(*tensor, FileKind::Safetensors, options);
}

Expected<MatrixFile> formats::parseSafetensors(std::string_view content,
                                               std::string_view path,
                                               const ReadOptions &options) {
  try {
    return parse(content, path, options);
  } catch (const std::bad_alloc &) {
    return Error(concat(path, ": there is not enough memory for the matrix"));
  }
}
