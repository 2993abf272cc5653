#include "core/provision/Hcl.h"

#include <algorithm>
#include <cctype>

namespace berth::provision::hcl {

namespace {

// Deeper nesting than any real template's; guards the stack.
constexpr int kMaxDepth = 100;

bool isNameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0; }
bool isNamePart(char c) { return isNameStart(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-'; }
bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

// Walks over text; every skip... ends behind what it names, or at the end of a broken text with m_problem set.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : m_text(text) {}

  bool atEnd() const { return m_at >= m_text.size(); }
  char peek(std::size_t ahead = 0) const { return m_at + ahead < m_text.size() ? m_text[m_at + ahead] : '\0'; }
  bool looksAt(std::string_view word) const { return m_text.substr(m_at).starts_with(word); }
  std::size_t position() const { return m_at; }
  std::string_view slice(std::size_t from) const { return m_text.substr(from, m_at - from); }
  // Counted from where it was last asked for: this walks one way.
  int line() {
    const auto counted = m_text.substr(m_lineKnownAt, m_at - m_lineKnownAt);
    m_line += static_cast<int>(std::ranges::count(counted, '\n'));
    m_lineKnownAt = m_at;
    return m_line;
  }
  const std::string& problem() const { return m_problem; }
  bool isBroken() const { return !m_problem.empty(); }
  void advance(std::size_t count = 1) { m_at = std::min(m_at + count, m_text.size()); }
  void breakOff(std::string_view problem) {
    if (m_problem.empty()) m_problem = std::format("line {}: {}", line(), problem);
    m_at = m_text.size();
  }

  void skipComment() {
    const bool isBlock = looksAt("/*");
    const auto end = m_text.find(isBlock ? "*/" : "\n", m_at + (isBlock ? 2 : 0));
    if (end == std::string_view::npos) {
      if (isBlock) return breakOff("comment without end");
      m_at = m_text.size();
    } else {
      m_at = end + (isBlock ? 2 : 0);
    }
  }
  bool looksAtHeredoc() const { return looksAt("<<") && (isNameStart(peek(2)) || peek(2) == '-'); }
  bool looksAtComment() const { return peek() == '#' || looksAt("//") || looksAt("/*"); }

  // Spaces and comments, and line ends when `overLines`.
  void skipBlank(bool overLines) {
    while (!atEnd()) {
      if (looksAtComment()) {
        skipComment();
      } else if (isSpace(peek()) || (overLines && peek() == '\n')) {
        advance();
      } else {
        return;
      }
    }
  }

  std::string_view takeName() {
    const std::size_t from = m_at;
    if (isNameStart(peek()))
      while (!atEnd() && isNamePart(peek())) advance();
    return slice(from);
  }

  // At the opening quote.
  void skipQuoted(int depth) {
    advance();
    while (!atEnd() && peek() != '"') {
      if (peek() == '\n') return breakOff("string without closing quote");
      skipTemplatePart(depth, true);
    }
    if (atEnd()) return breakOff("string without closing quote");
    advance();
  }

  // At "<<": up to the line that holds only the marker.
  void skipHeredoc(int depth) {
    advance(2);
    if (peek() == '-') advance();
    const std::string marker(takeName());
    const auto lineEnd = m_text.find('\n', m_at);
    if (marker.empty() || lineEnd == std::string_view::npos) return breakOff("heredoc without text");
    m_at = lineEnd + 1;
    while (!atEnd()) {
      const auto end = std::min(m_text.find('\n', m_at), m_text.size());
      if (trim(m_text.substr(m_at, end - m_at)) == marker) {
        m_at = end;
        return;
      }
      while (!atEnd() && peek() != '\n') skipTemplatePart(depth, false);
      advance();
    }
    breakOff("heredoc without closing '" + marker + "'");
  }

  // A string, heredoc, comment or bracketed part as a whole, or one character.
  void skipElement(int depth) {
    const char c = peek();
    if (c == '"') {
      skipQuoted(depth);
    } else if (looksAtHeredoc()) {
      skipHeredoc(depth);
    } else if (c == '{' || c == '[' || c == '(') {
      skipBracketed(depth);
    } else if (looksAtComment()) {
      skipComment();
    } else {
      advance();
    }
  }

  // Up to the end of the line or an unmatched closing bracket, over everything that is bracketed.
  void skipExpression(int depth, bool overLines) {
    if (depth > kMaxDepth) return breakOff("nested too deeply");
    while (!atEnd()) {
      const char c = peek();
      if (c == '}' || c == ']' || c == ')' || (c == '\n' && !overLines)) return;
      skipElement(depth);
    }
  }

 private:
  // One character of a template, or one whole ${...} or %{...}.
  void skipTemplatePart(int depth, bool hasEscapes) {
    if (hasEscapes && peek() == '\\') return advance(2);
    if (looksAt("$${") || looksAt("%%{")) return advance(3);
    if (!looksAt("${") && !looksAt("%{")) return advance();
    advance();
    skipBracketed(depth);
  }

  void skipBracketed(int depth) {
    const char closing = peek() == '{' ? '}' : peek() == '[' ? ']' : ')';
    advance();
    skipExpression(depth + 1, true);
    if (peek() != closing) return breakOff(std::string("missing '") + closing + "'");
    advance();
  }

  std::string_view m_text;
  std::size_t m_at = 0;
  std::size_t m_lineKnownAt = 0;
  int m_line = 1;
  std::string m_problem;
};

std::string unescape(std::string_view quoted) {
  std::string text;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '\\' || i + 1 == quoted.size()) {
      text += quoted[i];
      continue;
    }
    const char c = quoted[++i];
    text += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
  }
  return text;
}

std::string takeLabel(Scanner& scanner) {
  if (scanner.peek() != '"') return std::string(scanner.takeName());
  const std::size_t from = scanner.position();
  scanner.skipQuoted(0);
  auto quoted = scanner.slice(from);
  return quoted.size() < 2 ? std::string() : unescape(quoted.substr(1, quoted.size() - 2));
}

void parseBody(Scanner& scanner, Block& block, int depth);

void parseAttribute(Scanner& scanner, Block& block, std::string_view name, int line) {
  scanner.advance();
  scanner.skipBlank(false);
  const std::size_t from = scanner.position();
  scanner.skipExpression(0, false);
  block.attributes.push_back({std::string(name), std::string(trim(scanner.slice(from))), line});
}

void parseBlock(Scanner& scanner, Block& parent, std::string_view type, std::size_t begin, int line, int depth) {
  Block block;
  block.type = type;
  block.line = line;
  block.begin = begin;
  while (!scanner.atEnd() && scanner.peek() != '{') {
    if (scanner.peek() != '"' && !isNameStart(scanner.peek()))
      return scanner.breakOff("expected a block or '=' after '" + block.type + "'");
    block.labels.push_back(takeLabel(scanner));
    scanner.skipBlank(false);
  }
  scanner.advance();
  parseBody(scanner, block, depth + 1);
  if (scanner.peek() != '}') return scanner.breakOff("block '" + block.type + "' is not closed");
  scanner.advance();
  block.end = scanner.position();
  parent.blocks.push_back(std::move(block));
}

void parseBody(Scanner& scanner, Block& block, int depth) {
  if (depth > kMaxDepth) return scanner.breakOff("nested too deeply");
  while (true) {
    scanner.skipBlank(true);
    if (scanner.atEnd() || scanner.peek() == '}') return;
    const std::size_t begin = scanner.position();
    const int line = scanner.line();
    const auto name = scanner.takeName();
    if (name.empty()) return scanner.breakOff(std::string("unexpected '") + scanner.peek() + "'");
    scanner.skipBlank(false);
    if (scanner.peek() == '=') {
      parseAttribute(scanner, block, name, line);
    } else {
      parseBlock(scanner, block, name, begin, line, depth);
    }
  }
}

bool hasTemplateParts(std::string_view text) {
  for (std::size_t at = 0; (at = text.find('{', at)) != std::string_view::npos; ++at) {
    if (at == 0 || (text[at - 1] != '$' && text[at - 1] != '%')) continue;
    if (at < 2 || text[at - 2] != text[at - 1]) return true;
  }
  return false;
}

std::string withoutIndent(std::string_view body) {
  std::size_t indent = std::string_view::npos;
  std::vector<std::string_view> lines;
  while (!body.empty()) {
    const auto end = body.find('\n');
    lines.push_back(body.substr(0, end));
    body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
    if (const auto first = lines.back().find_first_not_of(" \t"); first != std::string_view::npos)
      indent = std::min(indent, first);
  }
  std::string text;
  for (const auto line : lines) {
    text += line.substr(std::min(indent, line.size()));
    text += '\n';
  }
  return text;
}

// Skips plain text of a template, reporting the expressions inside it.
void collectFromTemplate(std::string_view text, std::vector<std::string>& into);

void collectReferences(std::string_view expression, std::vector<std::string>& into) {
  Scanner scanner(expression);
  while (!scanner.atEnd()) {
    const std::size_t from = scanner.position();
    if (scanner.peek() == '"') {
      scanner.skipQuoted(0);
      collectFromTemplate(scanner.slice(from), into);
    } else if (scanner.looksAtHeredoc()) {
      scanner.skipHeredoc(0);
      collectFromTemplate(scanner.slice(from), into);
    } else if (scanner.looksAtComment()) {
      scanner.skipComment();
    } else if (isNameStart(scanner.peek())) {
      std::string name(scanner.takeName());
      while (scanner.peek() == '.' && isNameStart(scanner.peek(1))) {
        scanner.advance();
        name += '.';
        name += scanner.takeName();
      }
      if (name.find('.') != std::string::npos) into.push_back(std::move(name));
    } else {
      scanner.advance();
    }
  }
}

void collectFromTemplate(std::string_view text, std::vector<std::string>& into) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if ((text[at] != '$' && text[at] != '%') || text[at + 1] != '{') continue;
    if (at > 0 && text[at - 1] == text[at]) continue;
    Scanner inner(text.substr(at + 2));
    inner.skipExpression(0, true);
    collectReferences(inner.slice(0), into);
    at += 1 + inner.position();
  }
}

}  // namespace

const Attribute* Block::findAttribute(std::string_view name) const {
  const auto found = std::ranges::find(attributes, name, &Attribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

Result<Block> parse(std::string_view text, std::string_view fileName) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Scanner scanner(text);
  Block file;
  parseBody(scanner, file, 0);
  if (!scanner.isBroken() && !scanner.atEnd()) scanner.breakOff("'}' without a block");
  if (scanner.isBroken()) return fail(ErrorCode::InvalidInput, std::format("{}: {}", fileName, scanner.problem()));
  file.end = text.size();
  return file;
}

std::optional<std::string> literalString(std::string_view expression) {
  expression = trim(expression);
  Scanner scanner(expression);
  if (expression.starts_with('"')) {
    scanner.skipQuoted(0);
    if (scanner.isBroken() || !scanner.atEnd()) return std::nullopt;
    const auto inner = expression.substr(1, expression.size() - 2);
    return hasTemplateParts(inner) ? std::nullopt : std::optional(unescape(inner));
  }
  if (!expression.starts_with("<<")) return std::nullopt;
  scanner.skipHeredoc(0);
  if (scanner.isBroken() || !scanner.atEnd() || hasTemplateParts(expression)) return std::nullopt;
  const auto first = expression.find('\n') + 1;
  const auto last = expression.rfind('\n');
  const auto body = first > last ? std::string_view() : expression.substr(first, last - first);
  if (expression.starts_with("<<-")) return withoutIndent(body);
  return std::string(body) + "\n";
}

Result<std::vector<Attribute>> objectEntries(std::string_view expression) {
  expression = trim(expression);
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::InvalidInput, std::format("expected an object like {{ key = value }}, {}", why));
  };
  if (!expression.starts_with('{')) return refuse("got another expression");
  Scanner scanner(expression);
  scanner.advance();
  std::vector<Attribute> entries;
  while (true) {
    scanner.skipBlank(true);
    if (scanner.peek() == ',') {
      scanner.advance();
      continue;
    }
    if (scanner.peek() == '}' || scanner.atEnd()) break;
    Attribute entry{.name = takeLabel(scanner), .expression = {}, .line = scanner.line()};
    scanner.skipBlank(true);
    if (entry.name.empty() || (scanner.peek() != '=' && scanner.peek() != ':')) return refuse("with names as keys");
    scanner.advance();
    const std::size_t from = scanner.position();
    while (!scanner.atEnd() && scanner.peek() != ',' && scanner.peek() != '\n' && scanner.peek() != '}')
      scanner.skipElement(0);
    entry.expression = trim(scanner.slice(from));
    entries.push_back(std::move(entry));
  }
  if (scanner.isBroken()) return refuse(scanner.problem());
  return entries;
}

std::vector<std::string> references(std::string_view expression) {
  std::vector<std::string> names;
  collectReferences(expression, names);
  return names;
}

}  // namespace berth::provision::hcl
