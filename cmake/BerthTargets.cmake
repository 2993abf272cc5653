# How every target of the project is made: language, warnings, separate compilation of Asio and Beast, one
# precompiled header, libraries by folder.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Precompiled headers and checkouts in several places share one cache.
  set(BERTH_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${BERTH_LAUNCHER})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BERTH_LAUNCHER})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.83 CONFIG REQUIRED COMPONENTS json url)

add_library(berth_flags INTERFACE)
target_include_directories(berth_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(berth_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_compile_options(berth_flags INTERFACE -ffunction-sections -fdata-sections)
target_link_options(berth_flags INTERFACE -Wl,--gc-sections)
target_link_libraries(berth_flags INTERFACE Boost::headers Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(berth_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fcoroutines>)
endif()
if(BERTH_SANITIZE)
  target_compile_options(berth_flags INTERFACE -fsanitize=${BERTH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(berth_flags INTERFACE -fsanitize=${BERTH_SANITIZE})
endif()

# Warnings are for our own code only; third-party sources built here do not get them.
# A designated initializer that leaves members at their defaults is the point of designated initializers.
set(BERTH_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wno-missing-field-initializers)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  list(APPEND BERTH_WARNINGS -Werror)
else()
  # GCC 14's optimiser takes Asio's pooled coroutine frames for mismatched new and delete, and guesses at initialisation
  # through std::optional and std::expected: false alarms that only an optimised build shows.
  list(APPEND BERTH_WARNINGS -Wno-maybe-uninitialized $<$<COMPILE_LANGUAGE:CXX>:-Wno-mismatched-new-delete>)
endif()
if(BERTH_SANITIZE STREQUAL "thread")
  # ThreadSanitizer does not know fences, and GCC warns of those that are left; Asio's scheduler has a mutex besides.
  target_compile_definitions(berth_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  list(APPEND BERTH_WARNINGS -Wno-tsan $<$<COMPILE_LANGUAGE:CXX>:-Wno-mismatched-new-delete>)  # the latter as optimised
endif()
if(BERTH_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 14 warns about code that the sanitizers themselves put in (Boost.JSON's reference counts).
  list(APPEND BERTH_WARNINGS -Wno-stringop-overflow -Wno-maybe-uninitialized)
endif()

set(BERTH_SMALL $<$<CONFIG:Release>:-Os>)

# The precompiled header, compiled once and used by every library and test without Qt.
add_library(berth_pch OBJECT ${PROJECT_SOURCE_DIR}/cmake/Pch.cpp)
target_link_libraries(berth_pch PUBLIC berth_flags)
target_compile_options(berth_pch PRIVATE ${BERTH_WARNINGS})
target_precompile_headers(berth_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/Pch.h)

# The same header for what is made small instead of fast: GCC refuses one that was compiled at another level.
add_library(berth_pch_small OBJECT ${PROJECT_SOURCE_DIR}/cmake/Pch.cpp)
target_link_libraries(berth_pch_small PUBLIC berth_flags)
target_compile_options(berth_pch_small PRIVATE ${BERTH_WARNINGS} ${BERTH_SMALL})
target_precompile_headers(berth_pch_small PRIVATE ${PROJECT_SOURCE_DIR}/cmake/Pch.h)

# And for tests, which need not be fast but be compiled soon.
set(BERTH_QUICK $<$<CONFIG:Release>:-O0>)
add_library(berth_pch_test OBJECT ${PROJECT_SOURCE_DIR}/cmake/Pch.cpp)
target_link_libraries(berth_pch_test PUBLIC berth_flags)
target_compile_options(berth_pch_test PRIVATE ${BERTH_WARNINGS} ${BERTH_QUICK})
target_precompile_headers(berth_pch_test PRIVATE ${PROJECT_SOURCE_DIR}/cmake/Pch.h)

# berth_library(NAME [SMALL] SOURCES a.cpp b.cpp LINKS other... [PRIVATE_LINKS x...]): one static library for one folder.
# LINKS is the architecture: tests/unit/arch holds the table of what may stand there. SMALL is for what the agent carries
# and is on no fast path: a third less code.
function(berth_library name)
  cmake_parse_arguments(ARG "SMALL" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC berth_flags ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
  target_compile_options(${name} PRIVATE ${BERTH_WARNINGS})
  if(ARG_SMALL)
    target_compile_options(${name} PRIVATE ${BERTH_SMALL})
    target_precompile_headers(${name} REUSE_FROM berth_pch_small)
  else()
    target_precompile_headers(${name} REUSE_FROM berth_pch)
  endif()
endfunction()

# berth_test(NAME LABEL unit SOURCES a.cpp LINKS lib...): one GoogleTest program, one CTest test.
function(berth_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LINKS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE berth_flags ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${BERTH_WARNINGS} ${BERTH_QUICK})
  target_precompile_headers(${name} REUSE_FROM berth_pch_test)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "BERTH_SOURCE_DIR=${PROJECT_SOURCE_DIR};BERTH_BIN_DIR=${CMAKE_BINARY_DIR}/bin")
endfunction()

# berth_ui_library(NAME SOURCES ... LINKS ...): as berth_library, with Qt's moc and a precompiled header of its own.
function(berth_ui_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC berth_qt_flags ${ARG_LINKS})
  target_compile_options(${name} PRIVATE ${BERTH_WARNINGS})
  target_precompile_headers(${name} REUSE_FROM berth_qt_pch)
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
endfunction()

# berth_translations(PROGRAM): compiles the catalogues of resources/desktop/i18n into a program, under :/berth/i18n.
function(berth_translations program)
  file(GLOB catalogues CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/resources/desktop/i18n/*.ts)
  qt_add_lrelease(${program} TS_FILES ${catalogues} QM_FILES_OUTPUT_VARIABLE compiled)
  qt_add_resources(${program} translations PREFIX /berth/i18n BASE ${CMAKE_CURRENT_BINARY_DIR} FILES ${compiled})
endfunction()

if(BERTH_DESKTOP)
  find_package(Qt6 6.8 REQUIRED COMPONENTS Widgets Svg Network DBus LinguistTools Test)
  add_library(berth_qt_flags INTERFACE)
  target_link_libraries(berth_qt_flags INTERFACE berth_flags Qt6::Widgets Qt6::Svg)
  target_compile_definitions(berth_qt_flags INTERFACE QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII)
  add_library(berth_qt_pch OBJECT ${PROJECT_SOURCE_DIR}/cmake/Pch.cpp)
  target_link_libraries(berth_qt_pch PUBLIC berth_qt_flags)
  target_compile_options(berth_qt_pch PRIVATE ${BERTH_WARNINGS})
  target_precompile_headers(berth_qt_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/QtPch.h)
endif()
