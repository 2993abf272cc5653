# OpenSSL for the agent, as resources/dev/openssl.sh leaves it in the cache. Gives the target berth_openssl_slim.
if(DEFINED ENV{XDG_CACHE_HOME})
  set(berthCache $ENV{XDG_CACHE_HOME})
else()
  set(berthCache $ENV{HOME}/.cache)
endif()
set(BERTH_OPENSSL_SLIM ${berthCache}/berth/openssl CACHE PATH "Archives made by resources/dev/openssl.sh")
if(NOT EXISTS ${BERTH_OPENSSL_SLIM}/libcrypto.a)
  message(FATAL_ERROR "No OpenSSL in ${BERTH_OPENSSL_SLIM}: run resources/dev/openssl.sh (./dev setup does)")
endif()

add_library(berth_openssl_slim INTERFACE)
target_link_directories(berth_openssl_slim BEFORE INTERFACE ${BERTH_OPENSSL_SLIM})  # before the system's for -lssl, -lcrypto
