# libssh for the agent's SSH server, compiled from the patched source that resources/dev/libssh.sh leaves in the cache.
# Gives the target berth_libssh. A project of its own, so that its flags and options stay apart from ours.
include(ExternalProject)

if(DEFINED ENV{XDG_CACHE_HOME})
  set(berthCache $ENV{XDG_CACHE_HOME})
else()
  set(berthCache $ENV{HOME}/.cache)
endif()
set(BERTH_LIBSSH_SOURCE ${berthCache}/berth/src/libssh CACHE PATH "Source tree made by resources/dev/libssh.sh")
if(NOT EXISTS ${BERTH_LIBSSH_SOURCE}/berth.patch)
  message(FATAL_ERROR "No libssh source in ${BERTH_LIBSSH_SOURCE}: run resources/dev/libssh.sh (./dev setup does)")
endif()

set(libsshBuild ${CMAKE_BINARY_DIR}/libssh)
ExternalProject_Add(libssh_build
  SOURCE_DIR ${BERTH_LIBSSH_SOURCE}
  BINARY_DIR ${libsshBuild}
  CMAKE_ARGS
    -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER}
    -DCMAKE_C_COMPILER_LAUNCHER=${CCACHE_PROGRAM}
    "-DCMAKE_C_FLAGS=-O2 -ffunction-sections -fdata-sections -w"
    -DBUILD_SHARED_LIBS=OFF -DWITH_GSSAPI=OFF -DWITH_ZLIB=OFF -DWITH_SERVER=ON -DWITH_SFTP=OFF -DWITH_EXEC=OFF
    -DWITH_PCAP=OFF -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF -DWITH_NACL=OFF
  BUILD_COMMAND ${CMAKE_COMMAND} --build <BINARY_DIR> --target ssh
  INSTALL_COMMAND ""
  BUILD_BYPRODUCTS ${libsshBuild}/src/libssh.a
  LOG_CONFIGURE ON LOG_BUILD ON LOG_OUTPUT_ON_FAILURE ON)

add_library(berth_libssh INTERFACE)
add_dependencies(berth_libssh libssh_build)
target_include_directories(berth_libssh SYSTEM INTERFACE
  ${BERTH_LIBSSH_SOURCE}/include ${libsshBuild}/include)
target_link_libraries(berth_libssh INTERFACE ${libsshBuild}/src/libssh.a crypto)
