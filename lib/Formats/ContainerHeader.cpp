//===- ContainerHeader.cpp - The header of containers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContainerHeader.h"

#include "NumericArray.h"
#include "SparseGPU/Support/Strings.h"

#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <zlib.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;

using json = nlohmann::ordered_json;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "containers are little endian, and mapped as they are");

/// The first bytes. As PNG's, they are damaged by whatever takes the file for
/// text.
static constexpr std::string_view magic("\x89SGPK\r\n\x1a", 8);

/// Before the header's text: magic, version, checksum of the text, its length,
/// the length of the file, checksum of all that. Zeros follow.
static constexpr size_t prefixBytes = 64, checkedBytes = 32;

static size_t aligned(size_t size) {
  return (size + containerAlignment - 1) / containerAlignment *
         containerAlignment;
}

uint32_t formats::containerChecksum(std::string_view content) {
  // zlib takes a null pointer for another question.
  if (content.empty())
    return 0;
  return static_cast<uint32_t>(crc32_z(
      0, reinterpret_cast<const Bytef *>(content.data()), content.size()));
}

bool formats::isContainer(std::string_view content) {
  return startsWith(content, magic);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

template <typename T> static void append(std::string &to, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  to.append(bytes, sizeof(T));
}

std::string formats::writeContainerHeader(const ContainerView &view) {
  size_t offset = 0;
  auto describe = [&](const ContainerField &field) {
    std::string_view data(reinterpret_cast<const char *>(field.data),
                          field.bytes());
    json result = {
        {"name", field.name},       {"role", name(field.role)},
        {"type", name(field.type)}, {"count", field.count},
        {"offset", offset},         {"crc32", containerChecksum(data)}};
    offset += aligned(data.size());
    return result;
  };
  json header = {{"format", view.format},
                 {"rows", view.rows},
                 {"cols", view.cols},
                 {"nnz", view.nnz},
                 {"parameters", json::object()},
                 {"fields", json::array()}};
  for (const auto &[name, value] : view.parameters)
    header["parameters"][name] = value;
  for (const ContainerField &field : view.fields)
    header["fields"].push_back(describe(field));
  header["explicitZeros"] = describe(view.explicitZeros);
  std::string text = header.dump();

  size_t begin = aligned(prefixBytes + text.size());
  std::string content;
  content.reserve(begin + offset);
  content += magic;
  append(content, containerVersion);
  append(content, containerChecksum(text));
  append(content, static_cast<uint64_t>(text.size()));
  append(content, static_cast<uint64_t>(begin + offset));
  append(content, containerChecksum(content));
  content.resize(prefixBytes);
  content += text;
  content.resize(begin);
  auto appendData = [&](const ContainerField &field) {
    content.append(reinterpret_cast<const char *>(field.data), field.bytes());
    content.resize(aligned(content.size()));
  };
  for (const ContainerField &field : view.fields)
    appendData(field);
  appendData(view.explicitZeros);
  return content;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
class HeaderReader {
public:
  HeaderReader(std::string_view content, std::string_view path)
      : content(content), path(path) {}

  Expected<ContainerView> read();

private:
  Expected<json> readText();
  Status readField(const json &entry, ContainerField &field);
  Status readNumber(const json &object, const char *key, int64_t &value);
  Status readString(const json &object, const char *key, std::string &value);

  template <typename T> T load(size_t at) const {
    T value;
    std::memcpy(&value, content.data() + at, sizeof(T));
    return value;
  }
  template <typename... Ts> Error error(size_t at, const Ts &...parts) const {
    return byteError(path, at, parts...);
  }

  std::string_view content, path;
  /// Where the arrays begin.
  size_t begin = 0;
};
} // namespace

/// The prefix and the text of the header, after their checksums.
Expected<json> HeaderReader::readText() {
  if (!isContainer(content))
    return error(0, "is not a container of a packed matrix");
  if (content.size() < prefixBytes)
    return error(content.size(), "the container ends in its header");
  if (load<uint32_t>(checkedBytes) !=
      containerChecksum(content.substr(0, checkedBytes)))
    return error(0, "the header is damaged: its checksum differs");
  if (auto version = load<uint32_t>(8); version != containerVersion)
    return error(8, "version ", version,
                 " of the container is not known, only ", containerVersion);
  auto textSize = load<uint64_t>(16), fileSize = load<uint64_t>(24);
  if (fileSize != content.size())
    return error(24, "the container has ", fileSize, " bytes, found ",
                 content.size());
  if (textSize > content.size() - prefixBytes)
    return error(16, "the header has ", textSize, " bytes, but ",
                 content.size() - prefixBytes, " follow");
  std::string_view text = content.substr(prefixBytes, textSize);
  if (load<uint32_t>(12) != containerChecksum(text))
    return error(prefixBytes, "the header is damaged: its checksum differs");
  begin = aligned(prefixBytes + textSize);
  if (begin > content.size())
    return error(16, "the container ends in its header");
  json header = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object())
    return error(prefixBytes, "the header is not a JSON object");
  return header;
}

Status HeaderReader::readNumber(const json &object, const char *key,
                                int64_t &value) {
  auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned() ||
      found->get<uint64_t>() > uint64_t(std::numeric_limits<int64_t>::max()))
    return error(prefixBytes, "the header has no number ",
                 sparsegpu::quoted(key));
  value = found->get<int64_t>();
  return Status::success();
}

Status HeaderReader::readString(const json &object, const char *key,
                                std::string &value) {
  auto found = object.find(key);
  if (found == object.end() || !found->is_string())
    return error(prefixBytes, "the header has no text ",
                 sparsegpu::quoted(key));
  value = found->get<std::string>();
  return Status::success();
}

Status HeaderReader::readField(const json &entry, ContainerField &field) {
  if (!entry.is_object())
    return error(prefixBytes, "a field is not described");
  std::string role, type;
  int64_t offset = 0, crc = 0;
  if (Status status = readString(entry, "name", field.name); !status)
    return status;
  if (Status status = readString(entry, "role", role); !status)
    return status;
  if (Status status = readString(entry, "type", type); !status)
    return status;
  if (Status status = readNumber(entry, "count", field.count); !status)
    return status;
  if (Status status = readNumber(entry, "offset", offset); !status)
    return status;
  if (Status status = readNumber(entry, "crc32", crc); !status)
    return status;
  bool knownRole = false;
  for (FieldRole candidate : {FieldRole::Positions, FieldRole::Coordinates,
                              FieldRole::Values, FieldRole::Bits})
    if (name(candidate) == role) {
      field.role = candidate;
      knownRole = true;
    }
  std::optional<ElementType> knownType = parseElementType(type);
  if (!knownRole || !knownType)
    return error(prefixBytes, "field ", sparsegpu::quoted(field.name),
                 " has the role ", sparsegpu::quoted(role), " and the type ",
                 sparsegpu::quoted(type), ", which are not both known");
  field.type = *knownType;
  field.crc = static_cast<uint32_t>(crc);
  auto left = static_cast<int64_t>(content.size() - begin);
  if (offset % static_cast<int64_t>(containerAlignment) || offset > left ||
      field.count >
          (left - offset) / static_cast<int64_t>(byteSize(field.type)))
    return error(prefixBytes, "field ", sparsegpu::quoted(field.name),
                 " lies outside of the file");
  field.data = reinterpret_cast<const std::byte *>(content.data() + begin +
                                                   static_cast<size_t>(offset));
  return Status::success();
}

Expected<ContainerView> HeaderReader::read() {
  Expected<json> header = readText();
  if (!header)
    return header.takeError();
  ContainerView view;
  if (Status status = readString(*header, "format", view.format); !status)
    return status.takeError();
  const std::pair<const char *, int64_t *> numbers[] = {
      {"rows", &view.rows}, {"cols", &view.cols}, {"nnz", &view.nnz}};
  for (const auto &[key, target] : numbers)
    if (Status status = readNumber(*header, key, *target); !status)
      return status.takeError();
  auto parameters = header->find("parameters"), fields = header->find("fields"),
       zeros = header->find("explicitZeros");
  if (parameters == header->end() || !parameters->is_object() ||
      fields == header->end() || !fields->is_array() || zeros == header->end())
    return error(prefixBytes, "the header lacks parameters, fields or "
                              "explicitZeros");
  for (const auto &[name, value] : parameters->items())
    if (Status status =
            readNumber(*parameters, name.c_str(),
                       view.parameters.emplace_back(name, 0).second);
        !status)
      return status.takeError();
  for (const json &entry : *fields)
    if (Status status = readField(entry, view.fields.emplace_back()); !status)
      return status.takeError();
  if (Status status = readField(*zeros, view.explicitZeros); !status)
    return status.takeError();
  if (view.explicitZeros.type != ElementType::I64)
    return error(prefixBytes, "explicitZeros is not of type i64");
  return view;
}

Expected<ContainerView> formats::viewContainer(std::string_view content,
                                               std::string_view path) {
  return HeaderReader(content, path).read();
}
