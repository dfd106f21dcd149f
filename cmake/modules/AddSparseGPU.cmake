# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

# The functions by which every target of the project is made.

# One precompiled header serves every target that uses MLIR.
function(sparsegpu_use_mlir target)
  target_include_directories(${target} SYSTEM PRIVATE
    ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  separate_arguments(definitions UNIX_COMMAND "${LLVM_DEFINITIONS}")
  target_compile_options(${target} PRIVATE ${definitions})
  # LLVM is built without exceptions; so is everything that derives from it.
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>")
  if(NOT LLVM_ENABLE_RTTI)
    target_compile_options(${target} PRIVATE
      "$<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>")
  endif()
endfunction()

function(_sparsegpu_common target)
  target_include_directories(${target} PRIVATE
    "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include")
endfunction()

# The precompiled header: an object library that nothing links.
function(add_sparsegpu_precompiled_header)
  file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/Precompiled.cpp"
    CONTENT "// Carries the precompiled header.\n")
  add_library(SparseGPUPrecompiledHeader OBJECT
    "${PROJECT_BINARY_DIR}/Precompiled.cpp")
  _sparsegpu_common(SparseGPUPrecompiledHeader)
  sparsegpu_use_mlir(SparseGPUPrecompiledHeader)
  target_precompile_headers(SparseGPUPrecompiledHeader PRIVATE
    "${PROJECT_SOURCE_DIR}/cmake/pch/Precompiled.h")
endfunction()

# add_sparsegpu_library(name source... [DEPENDS target...] [LINK_LIBS lib...])
# A static library of the compiler (uses MLIR). Its public headers live in
# include/SparseGPU; it reaches MLIR only through the shared target MLIR.
function(add_sparsegpu_library name)
  cmake_parse_arguments(ARG "NO_PCH" "" "DEPENDS;LINK_LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  _sparsegpu_common(${name})
  sparsegpu_use_mlir(${name})
  if(NOT ARG_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM SparseGPUPrecompiledHeader)
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS} MLIR LLVM)
  add_dependencies(${name} SparseGPUTablegen)
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  set_property(GLOBAL APPEND PROPERTY SPARSEGPU_LIBRARIES ${name})
  sparsegpu_install_library(${name})
endfunction()

# add_sparsegpu_plain_library(name source... [LINK_LIBS lib...])
# A static library that uses neither MLIR nor LLVM.
function(add_sparsegpu_plain_library name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  _sparsegpu_common(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK_LIBS})
  sparsegpu_install_library(${name})
endfunction()

# add_sparsegpu_runtime(name source... [LINK_LIBS lib...] [USE_LLVM])
# A shared library with a C interface, loaded by generated code.
function(add_sparsegpu_runtime name)
  cmake_parse_arguments(ARG "USE_LLVM" "" "LINK_LIBS" ${ARGN})
  add_library(${name} SHARED ${ARG_UNPARSED_ARGUMENTS})
  _sparsegpu_common(${name})
  if(ARG_USE_LLVM)
    sparsegpu_use_mlir(${name})
    target_link_libraries(${name} PRIVATE LLVM)
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  set_target_properties(${name} PROPERTIES
    INSTALL_RPATH "$ORIGIN;${LLVM_LIBRARY_DIR}")
  set_property(GLOBAL APPEND PROPERTY SPARSEGPU_TEST_DEPENDS ${name})
  sparsegpu_install_library(${name})
endfunction()

# add_sparsegpu_objects(name source...)
# Object files that several runtime libraries share; no LLVM, no exceptions.
function(add_sparsegpu_objects name)
  add_library(${name} OBJECT ${ARGN})
  _sparsegpu_common(${name})
  target_compile_options(${name} PRIVATE -fno-exceptions
    -ffunction-sections -fdata-sections)
endfunction()

# add_sparsegpu_standalone_runtime(name source... EXPORTS map [LINK_LIBS lib...])
# A shared library for bundles: it needs nothing but the C library, and exports
# what the version script names.
function(add_sparsegpu_standalone_runtime name)
  cmake_parse_arguments(ARG "" "EXPORTS" "LINK_LIBS" ${ARGN})
  add_library(${name} SHARED ${ARG_UNPARSED_ARGUMENTS})
  _sparsegpu_common(${name})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc
    -Wl,--gc-sections -Wl,--as-needed -Wl,-Bsymbolic
    "-Wl,--version-script=${ARG_EXPORTS}")
  set_target_properties(${name} PROPERTIES LINK_DEPENDS "${ARG_EXPORTS}")
  set_property(GLOBAL APPEND PROPERTY SPARSEGPU_TEST_DEPENDS ${name})
  sparsegpu_install_library(${name})
endfunction()

# add_sparsegpu_plugin(name source... [LINK_LIBS lib...])
# build/lib/<name>.so for programs of stock MLIR: it links this project's own
# static libraries, and MLIR only as the shared library that the program has.
function(add_sparsegpu_plugin name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_library(${name} MODULE ${ARG_UNPARSED_ARGUMENTS})
  _sparsegpu_common(${name})
  sparsegpu_use_mlir(${name})
  target_precompile_headers(${name} REUSE_FROM SparseGPUPrecompiledHeader)
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} MLIR LLVM)
  add_dependencies(${name} SparseGPUTablegen)
  set_target_properties(${name} PROPERTIES
    PREFIX "" INSTALL_RPATH "${LLVM_LIBRARY_DIR}")
  set_property(GLOBAL APPEND PROPERTY SPARSEGPU_TEST_DEPENDS ${name})
  install(TARGETS ${name} LIBRARY DESTINATION lib)
endfunction()

# add_sparsegpu_tool(name source... [LINK_LIBS lib...])
function(add_sparsegpu_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  _sparsegpu_common(${name})
  sparsegpu_use_mlir(${name})
  # Compiled as the libraries are (-fPIC, not -fPIE), to share their header.
  target_compile_options(${name} PRIVATE -fPIC)
  target_precompile_headers(${name} REUSE_FROM SparseGPUPrecompiledHeader)
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} MLIR LLVM)
  add_dependencies(${name} SparseGPUTablegen)
  set_target_properties(${name} PROPERTIES
    POSITION_INDEPENDENT_CODE OFF
    INSTALL_RPATH "$ORIGIN/../lib;${LLVM_LIBRARY_DIR}")
  set_property(GLOBAL APPEND PROPERTY SPARSEGPU_TEST_DEPENDS ${name})
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()

# add_sparsegpu_plain_tool(name source... [LINK_LIBS lib...])
# A program that uses neither MLIR nor LLVM.
function(add_sparsegpu_plain_tool name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  _sparsegpu_common(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  set_property(GLOBAL APPEND PROPERTY SPARSEGPU_TEST_DEPENDS ${name})
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()

# add_sparsegpu_bundle_program(name source... [LINK_LIBS lib...])
# A program that is copied into bundles: it needs the C library and no other.
function(add_sparsegpu_bundle_program name)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  _sparsegpu_common(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  target_link_options(${name} PRIVATE
    -static-libstdc++ -static-libgcc -Wl,--gc-sections)
  set_target_properties(${name} PROPERTIES
    SPARSEGPU_STATIC ON SKIP_BUILD_RPATH ON INSTALL_RPATH "")
  set_property(GLOBAL APPEND PROPERTY SPARSEGPU_TEST_DEPENDS ${name})
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()

# add_sparsegpu_unittest(name source... [LINK_LIBS lib...] [USE_MLIR])
# A GoogleTest program in build/unittests, run by check-sparsegpu-unit.
function(add_sparsegpu_unittest name)
  cmake_parse_arguments(ARG "USE_MLIR" "" "LINK_LIBS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  _sparsegpu_common(${name})
  if(ARG_USE_MLIR)
    sparsegpu_use_mlir(${name})
    target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS} MLIR LLVM)
    add_dependencies(${name} SparseGPUTablegen)
  else()
    target_link_libraries(${name} PRIVATE ${ARG_LINK_LIBS})
  endif()
  target_link_libraries(${name} PRIVATE GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/unittests")
  set_property(GLOBAL APPEND PROPERTY SPARSEGPU_UNITTESTS ${name})
endfunction()

# add_sparsegpu_lit_suite(target comment)
# Runs the lit suite of this directory. Debian ships no `llvm-lit`; `lit` is
# beside LLVM's other tools. check.sh reads results.json.
function(add_sparsegpu_lit_suite target comment)
  get_property(depends GLOBAL PROPERTY SPARSEGPU_TEST_DEPENDS)
  add_custom_target(${target}
    COMMAND "${LLVM_TOOLS_BINARY_DIR}/lit" -sv --order=lexical
            -o "${CMAKE_CURRENT_BINARY_DIR}/results.json"
            "${CMAKE_CURRENT_BINARY_DIR}"
    DEPENDS ${depends} sparsegpu-doc
    COMMENT "${comment}" USES_TERMINAL)
endfunction()

# sparsegpu_add_doc(file.td name generator-option...)
# Writes build/docs/<name>.md from a .td file; target sparsegpu-doc.
function(sparsegpu_add_doc td name)
  set(LLVM_TARGET_DEFINITIONS ${td})
  tablegen(MLIR ${name}.md ${ARGN})
  add_custom_command(OUTPUT "${PROJECT_BINARY_DIR}/docs/${name}.md"
    COMMAND "${CMAKE_COMMAND}" -E copy "${CMAKE_CURRENT_BINARY_DIR}/${name}.md"
            "${PROJECT_BINARY_DIR}/docs/${name}.md"
    DEPENDS "${CMAKE_CURRENT_BINARY_DIR}/${name}.md")
  add_custom_target(sparsegpu-doc-${name}
    DEPENDS "${PROJECT_BINARY_DIR}/docs/${name}.md")
  if(NOT TARGET sparsegpu-doc)
    add_custom_target(sparsegpu-doc)
  endif()
  add_dependencies(sparsegpu-doc sparsegpu-doc-${name})
endfunction()

function(sparsegpu_install_library name)
  install(TARGETS ${name} EXPORT SparseGPUTargets
    LIBRARY DESTINATION lib ARCHIVE DESTINATION lib RUNTIME DESTINATION bin)
endfunction()
