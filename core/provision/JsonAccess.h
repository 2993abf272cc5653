// Tolerant access to JSON that another program wrote: what is absent, null or of another type is the empty value.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/Error.h"

namespace berth::provision {

namespace json = boost::json;

// InvalidInput says `what` is broken. `depth` bounds the nesting.
Result<json::value> parseJson(std::string_view text, std::string_view what, std::size_t depth = 256);

const json::object& objectAt(const json::object& in, std::string_view key);
const json::array& arrayAt(const json::object& in, std::string_view key);
const json::object& asObject(const json::value& value);
// The first element's object of a block that may stand at most once; empty when there is none.
const json::object& blockAt(const json::object& in, std::string_view key);
std::string textAt(const json::object& in, std::string_view key);
std::int64_t numberAt(const json::object& in, std::string_view key);
bool flagAt(const json::object& in, std::string_view key);
std::map<std::string, std::string> textsAt(const json::object& in, std::string_view key);

// Clamped to 32 bits.
std::int32_t number32At(const json::object& in, std::string_view key);

}  // namespace berth::provision
