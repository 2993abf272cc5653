# OpenSSL for the agent, compiled from the source that resources/dev/openssl.sh leaves in the cache, with what an agent
# uses and nothing else: less than half of what Debian's archives put into a static program. Gives the target
# berth_openssl_slim. The headers stay the system's: same series, same interface.
include(ExternalProject)

if(DEFINED ENV{XDG_CACHE_HOME})
  set(berthCache $ENV{XDG_CACHE_HOME})
else()
  set(berthCache $ENV{HOME}/.cache)
endif()
set(BERTH_OPENSSL_SOURCE ${berthCache}/berth/src/openssl CACHE PATH "Source tree made by resources/dev/openssl.sh")
if(NOT EXISTS ${BERTH_OPENSSL_SOURCE}/berth.patch)
  message(FATAL_ERROR "No OpenSSL source in ${BERTH_OPENSSL_SOURCE}: run resources/dev/openssl.sh (./dev setup does)")
endif()

set(opensslBuild ${CMAKE_BINARY_DIR}/openssl)
set(opensslWithout
  # kinds of libraries and programs
  shared module legacy engine dso apps tests docs
  # protocols
  quic dtls ssl3 tls1 tls1_1 srp srtp psk nextprotoneg ssl-trace sctp
  # formats and services around certificates
  cms cmp ct ts ocsp http comp
  # algorithms that no server of today and no SSH client of today needs
  aria camellia seed idea bf cast rc2 rc4 md4 mdc2 whirlpool rmd160 sm2 sm3 sm4 gost dsa ec2m siv siphash scrypt argon2
  ocb ml-dsa slh-dsa)
list(TRANSFORM opensslWithout PREPEND "no-")
ExternalProject_Add(openssl_build
  SOURCE_DIR ${BERTH_OPENSSL_SOURCE}
  BINARY_DIR ${opensslBuild}
  CONFIGURE_COMMAND ${CMAKE_COMMAND} -E env "CC=${CCACHE_PROGRAM} ${CMAKE_C_COMPILER}"
    perl <SOURCE_DIR>/Configure --release --openssldir=/etc/ssl ${opensslWithout}
    -Os -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections
  BUILD_COMMAND make -s -j2 build_libs
  INSTALL_COMMAND ""
  BUILD_BYPRODUCTS ${opensslBuild}/libssl.a ${opensslBuild}/libcrypto.a
  LOG_CONFIGURE ON LOG_BUILD ON LOG_OUTPUT_ON_FAILURE ON)

add_library(berth_openssl_slim INTERFACE)
add_dependencies(berth_openssl_slim openssl_build)
target_link_directories(berth_openssl_slim BEFORE INTERFACE ${opensslBuild})  # before the system's for -lssl, -lcrypto
