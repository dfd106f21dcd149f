//===- Zip.cpp - zip archives
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Zip.h"

#include "NumericArray.h"
#include "SparseGPU/Support/Compression.h"

#include <zlib.h>

using namespace sparsegpu;
using namespace sparsegpu::formats;

static constexpr std::string_view localMagic("PK\3\4", 4);
static constexpr std::string_view centralMagic("PK\1\2", 4);
static constexpr std::string_view endMagic("PK\5\6", 4);
static constexpr std::string_view end64Magic("PK\6\6", 4);
static constexpr std::string_view locator64Magic("PK\6\7", 4);
static constexpr uint32_t none32 = 0xffffffff;

bool formats::isZip(std::string_view content) {
  return startsWith(content, localMagic) || startsWith(content, endMagic);
}

/// A little-endian number of `bytes` bytes. Requires that they are there.
static uint64_t number(std::string_view content, size_t at, unsigned bytes) {
  uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= uint64_t(static_cast<uint8_t>(content[at + i])) << (8 * i);
  return value;
}

static uint32_t checksum(std::string_view content) {
  return static_cast<uint32_t>(crc32_z(
      0, reinterpret_cast<const Bytef *>(content.data()), content.size()));
}

namespace {
struct Directory {
  uint64_t offset = 0, size = 0, members = 0;
};
} // namespace

/// Finds the end record by walking back over a comment.
static Expected<Directory> findDirectory(std::string_view content,
                                         std::string_view path) {
  size_t end = content.rfind(endMagic);
  // A record has 22 bytes and a comment of at most 65535.
  if (end == std::string_view::npos || content.size() - end < 22 ||
      content.size() - end > 22 + 65535)
    return byteError(path, content.size(),
                     "the archive has no directory; it may be truncated");
  Directory directory = {number(content, end + 16, 4),
                         number(content, end + 12, 4),
                         number(content, end + 10, 2)};
  if (end >= 20 && startsWith(content.substr(end - 20), locator64Magic)) {
    uint64_t at = number(content, end - 20 + 8, 8);
    if (at > content.size() || content.size() - at < 56 ||
        !startsWith(content.substr(at), end64Magic))
      return byteError(path, end - 20, "the zip64 record is not at byte ", at);
    directory = {number(content, at + 48, 8), number(content, at + 40, 8),
                 number(content, at + 32, 8)};
  }
  if (directory.offset > end || directory.size > end - directory.offset)
    return byteError(path, end,
                     "the directory of the archive lies outside of "
                     "it");
  // An entry takes 46 bytes at least.
  if (directory.members > directory.size / 46)
    return byteError(path, end,
                     "the directory of the archive is too short for ",
                     directory.members, " members");
  return directory;
}

/// Sizes of 4 GiB and more stand in an extra field.
static void readZip64(std::string_view extra, ZipMember &member) {
  while (extra.size() >= 4) {
    size_t size = number(extra, 2, 2);
    if (size > extra.size() - 4)
      return;
    if (number(extra, 0, 2) == 1) {
      size_t at = 4;
      for (uint64_t *value : {&member.size, &member.packedSize, &member.offset})
        if (*value == none32 && at + 8 <= 4 + size) {
          *value = number(extra, at, 8);
          at += 8;
        }
      return;
    }
    extra.remove_prefix(4 + size);
  }
}

Expected<std::vector<ZipMember>> formats::listZip(std::string_view content,
                                                  std::string_view path) {
  Expected<Directory> directory = findDirectory(content, path);
  if (!directory)
    return directory.takeError();
  std::vector<ZipMember> members;
  uint64_t at = directory->offset, end = at + directory->size;
  for (uint64_t i = 0; i < directory->members; ++i) {
    if (end - at < 46 || !startsWith(content.substr(at), centralMagic))
      return byteError(path, at, "entry ", i,
                       " of the archive's directory is "
                       "damaged");
    size_t nameSize = number(content, at + 28, 2);
    size_t extraSize = number(content, at + 30, 2);
    size_t commentSize = number(content, at + 32, 2);
    if (end - at - 46 < nameSize + extraSize + commentSize)
      return byteError(path, at, "entry ", i,
                       " of the archive's directory is "
                       "truncated");
    ZipMember member;
    member.name = content.substr(at + 46, nameSize);
    member.method = static_cast<unsigned>(number(content, at + 10, 2));
    member.crc = static_cast<uint32_t>(number(content, at + 16, 4));
    member.packedSize = number(content, at + 20, 4);
    member.size = number(content, at + 24, 4);
    member.offset = number(content, at + 42, 4);
    readZip64(content.substr(at + 46 + nameSize, extraSize), member);
    if (number(content, at + 8, 2) & 1)
      return byteError(path, at, "member ", sparsegpu::quoted(member.name),
                       " is encrypted");
    members.push_back(std::move(member));
    at += 46 + nameSize + extraSize + commentSize;
  }
  return members;
}

Expected<std::string_view> formats::readZipMember(std::string_view content,
                                                  const ZipMember &member,
                                                  std::string_view path,
                                                  std::string &inflated) {
  auto error = [&](const auto &...parts) {
    return byteError(path, member.offset, "member ",
                     sparsegpu::quoted(member.name), " ", parts...);
  };
  if (member.offset > content.size() || content.size() - member.offset < 30 ||
      !startsWith(content.substr(member.offset), localMagic))
    return error("is not where the directory of the archive says");
  size_t skipped = 30 + number(content, member.offset + 26, 2) +
                   number(content, member.offset + 28, 2);
  size_t left = content.size() - member.offset;
  if (skipped > left || member.packedSize > left - skipped)
    return error("is truncated");
  std::string_view packed =
      content.substr(member.offset + skipped, member.packedSize);
  std::string_view bytes = packed;
  if (member.method == 0) {
    if (member.size != member.packedSize)
      return error("has two sizes");
  } else if (member.method == 8) {
    Expected<std::string> result = inflateRaw(packed, member.size);
    if (!result)
      return error("cannot be read: ", result.message());
    bytes = inflated = *std::move(result);
  } else {
    return error("is compressed by method ", member.method,
                 ", which is not supported");
  }
  if (checksum(bytes) != member.crc)
    return error("is damaged: its checksum differs");
  return bytes;
}

static void append(std::string &to, uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    to += static_cast<char>(value >> (8 * i));
}

/// What local and central headers have in common, from the version that is
/// needed to the length of the extra field.
static void appendHeader(std::string &to, const ZipMember &member,
                         size_t extraSize) {
  bool large = extraSize != 0;
  append(to, large ? 45 : 20, 2);
  append(to, 0, 2);    // flags
  append(to, 0, 2);    // stored
  append(to, 0, 2);    // midnight
  append(to, 0x21, 2); // on the first of January 1980
  append(to, member.crc, 4);
  append(to, large ? none32 : member.size, 4);
  append(to, large ? none32 : member.size, 4);
  append(to, member.name.size(), 2);
  append(to, extraSize, 2);
}

static bool isLarge(const ZipMember &member) {
  return member.size >= none32 || member.offset >= none32;
}

void ZipWriter::add(std::string_view name, std::string_view content) {
  ZipMember member;
  member.name = name;
  member.crc = checksum(content);
  member.size = member.packedSize = content.size();
  member.offset = archive.size();
  archive += localMagic;
  bool large = isLarge(member);
  appendHeader(archive, member, large ? 20 : 0);
  archive += name;
  if (large) {
    append(archive, 1, 2);
    append(archive, 16, 2);
    append(archive, member.size, 8);
    append(archive, member.size, 8);
  }
  archive += content;
  members.push_back(std::move(member));
}

std::string ZipWriter::finish() {
  size_t begin = archive.size();
  for (const ZipMember &member : members) {
    bool large = isLarge(member);
    archive += centralMagic;
    append(archive, 45, 2);
    appendHeader(archive, member, large ? 28 : 0);
    append(archive, 0, 2); // comment
    append(archive, 0, 2); // disk
    append(archive, 0, 2); // internal attributes
    append(archive, 0, 4); // external attributes
    append(archive, large ? none32 : member.offset, 4);
    archive += member.name;
    if (large) {
      append(archive, 1, 2);
      append(archive, 24, 2);
      append(archive, member.size, 8);
      append(archive, member.size, 8);
      append(archive, member.offset, 8);
    }
  }
  size_t size = archive.size() - begin, end = archive.size();
  bool large = begin >= none32;
  if (large) {
    archive += end64Magic;
    append(archive, 44, 8);
    append(archive, 45, 2);
    append(archive, 45, 2);
    append(archive, 0, 8); // disks
    append(archive, members.size(), 8);
    append(archive, members.size(), 8);
    append(archive, size, 8);
    append(archive, begin, 8);
    archive += locator64Magic;
    append(archive, 0, 4);
    append(archive, end, 8);
    append(archive, 1, 4);
  }
  archive += endMagic;
  append(archive, 0, 4); // disks
  append(archive, members.size(), 2);
  append(archive, members.size(), 2);
  append(archive, size, 4);
  append(archive, large ? none32 : begin, 4);
  append(archive, 0, 2);
  return std::move(archive);
}
