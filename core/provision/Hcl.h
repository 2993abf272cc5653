// The outer form of HCL: blocks, labels and attributes, with expressions kept as text.
//
// Enough for what must be known before OpenTofu runs (variables, tags, lock files, what a template requires); values
// are OpenTofu's business. HCL native syntax specification, sections "Structural Elements" and "Template Expressions".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"

namespace berth::provision::hcl {

struct Attribute {
  std::string name;
  std::string expression;  // as written, without surrounding space
  int line = 0;
};

struct Block {
  std::string type;
  std::vector<std::string> labels;
  std::vector<Attribute> attributes;
  std::vector<Block> blocks;
  int line = 0;           // 0: the file itself
  std::size_t begin = 0;  // where the block stands in the text
  std::size_t end = 0;

  const Attribute* findAttribute(std::string_view name) const;
};

// The file as a block without type. InvalidInput names file and line.
Result<Block> parse(std::string_view text, std::string_view fileName);

// The text of a quoted string or heredoc without template parts; nothing for any other expression.
std::optional<std::string> literalString(std::string_view expression);

// The entries of an object constructor `{ key = value, "key" : value }`; quotes around keys are removed, values stay
// expressions. InvalidInput when it is no object constructor.
Result<std::vector<Attribute>> objectEntries(std::string_view expression);

// Dotted names in an expression: "coder_agent.main.id", "local.name", "var.x". Names inside plain string parts are not
// references; those inside ${} are.
std::vector<std::string> references(std::string_view expression);

}  // namespace berth::provision::hcl
