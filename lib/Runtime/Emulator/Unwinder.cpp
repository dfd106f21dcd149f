//===- Unwinder.cpp - What exceptions would need of a new C library -------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libgcc's unwinder, which comes in with the C++ library, asks glibc 2.35 or
// newer where the unwind tables are. This project is built without exceptions;
// one that the C++ library throws (no memory left) has no handler and ends the
// process with or without tables. So the question is answered here, with "there
// are none", and libsparsegpu_emulator_core.so loads with older versions too.
//
//===----------------------------------------------------------------------===//

extern "C" int _dl_find_object(void *, void *) { return -1; }
