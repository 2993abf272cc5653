// Beast's and Asio SSL's separately compiled halves (BOOST_BEAST_SEPARATE_COMPILATION,
// BOOST_ASIO_SEPARATE_COMPILATION).
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
