#include "core/provision/Template.h"

#include <set>

#include "core/provision/Hcl.h"
#include "core/provision/JsonAccess.h"
#include "core/provision/Tool.h"

namespace berth::provision {

namespace {

constexpr std::string_view kLockFileName = ".terraform.lock.hcl";

bool isTop(const ArchiveEntry& file) { return !file.isDirectory && file.path.find('/') == std::string::npos; }

TemplateVariable variableOf(const hcl::Block& block) {
  const auto text = [&](std::string_view name) {
    const auto* attribute = block.findAttribute(name);
    return attribute ? hcl::literalString(attribute->expression).value_or(attribute->expression) : std::string();
  };
  TemplateVariable variable;
  variable.name = block.labels.empty() ? "" : block.labels.front();
  variable.description = text("description");
  if (const auto* type = block.findAttribute("type")) variable.type = type->expression;
  variable.defaultValue = text("default");
  variable.isRequired = block.findAttribute("default") == nullptr;
  variable.isSensitive = text("sensitive") == "true";
  if (variable.defaultValue == "null") variable.defaultValue.clear();
  return variable;
}

Result<void> readTags(const hcl::Block& block, TemplateFacts& facts) {
  const auto* tags = block.findAttribute("tags");
  if (!tags) return {};
  TRY_ASSIGN(const auto entries, hcl::objectEntries(tags->expression));
  for (const auto& entry : entries)
    if (!facts.workspaceTags.emplace(entry.name, entry.expression).second)
      return fail(ErrorCode::InvalidInput, std::format("workspace tag \"{}\" is declared twice", entry.name));
  return {};
}

// "docker" of docker_container: the provider that a resource takes when it names none.
std::string providerWord(const std::string& type) { return type.substr(0, type.find('_')); }

class TemplateReader {
 public:
  Result<void> readHcl(const ArchiveEntry& file) {
    const auto parsed = hcl::parse(file.content, file.path);
    if (!parsed) {
      m_isComplete = false;
      return {};
    }
    for (const auto& block : parsed->blocks) TRY(readBlock(block, file.content));
    return {};
  }

  void readJson(const ArchiveEntry& file) {
    m_requirements.insert(file.content);
    const auto parsed = parseJson(file.content, file.path);
    if (!parsed) {
      m_isComplete = false;
      return;
    }
    m_facts.hasModules |= asObject(*parsed).contains("module");
    for (const auto& [name, raw] : objectAt(asObject(*parsed), "variable")) {
      const auto& values = asObject(raw);
      const auto* fallback = values.if_contains("default");
      TemplateVariable variable;
      variable.name = name;
      variable.description = textAt(values, "description");
      variable.type = textAt(values, "type");
      variable.isRequired = fallback == nullptr;
      variable.isSensitive = flagAt(values, "sensitive");
      if (fallback && !fallback->is_null())
        variable.defaultValue =
            fallback->is_string() ? std::string(fallback->get_string()) : json::serialize(*fallback);
      m_facts.variables.push_back(std::move(variable));
    }
  }

  TemplateFacts take() {
    if (m_isComplete)
      for (const auto& text : m_requirements) m_facts.requirements += text + "\n";
    return std::move(m_facts);
  }
  TemplateFacts& facts() { return m_facts; }
  void setIncomplete() { m_isComplete = false; }

 private:
  Result<void> readBlock(const hcl::Block& block, std::string_view text) {
    if (block.type == "variable" && block.labels.size() == 1) {
      m_facts.variables.push_back(variableOf(block));
    } else if (block.type == "locals") {
      for (const auto& local : block.attributes) m_facts.locals[local.name] = hcl::references(local.expression);
    } else if (block.type == "terraform") {
      m_requirements.emplace(text.substr(block.begin, block.end - block.begin));
    } else if (block.type == "module") {
      m_facts.hasModules = true;
    } else if (block.type == "provider" && !block.labels.empty()) {
      m_requirements.insert("provider " + block.labels[0]);
    } else if ((block.type == "resource" || block.type == "data") && !block.labels.empty()) {
      m_requirements.insert("provider " + providerWord(block.labels[0]));
      if (block.type == "data" && block.labels[0] == "coder_workspace_tags") TRY(readTags(block, m_facts));
    }
    return {};
  }

  TemplateFacts m_facts;
  std::set<std::string> m_requirements;
  bool m_isComplete = true;
};

std::string lockEntry(const hcl::Block& block, bool keepsHashes) {
  std::string text = std::format("provider \"{}\" {{\n", block.labels.front());
  for (const auto& attribute : block.attributes)
    if (keepsHashes || attribute.name != "hashes")
      text += std::format("  {} = {}\n", attribute.name, attribute.expression);
  return text + "}\n";
}

bool isProviderLock(const hcl::Block& block) { return block.type == "provider" && block.labels.size() == 1; }

}  // namespace

Result<TemplateFacts> readTemplate(const std::vector<ArchiveEntry>& files) {
  std::vector<const ArchiveEntry*> ordered;
  for (const auto& file : files)
    if (isTop(file)) ordered.push_back(&file);
  std::ranges::sort(ordered, {}, &ArchiveEntry::path);
  TemplateReader reader;
  for (const auto* file : ordered) {
    if (file->path.ends_with(".tf")) TRY(reader.readHcl(*file));
    if (file->path.ends_with(".tf.json")) reader.readJson(*file);
    if (file->path.ends_with(".tofu") || file->path.ends_with(".tofu.json")) reader.setIncomplete();
    if (file->path == "README.md") reader.facts().readme = file->content;
    if (file->path == kLockFileName) reader.facts().lockFile = file->content;
  }
  return reader.take();
}

std::string adaptLockFile(std::string_view lockFile, const std::filesystem::path& mirror,
                          std::vector<std::string>& warnings) {
  const auto mirrored = mirroredProviders(mirror);
  const auto parsed = hcl::parse(lockFile, kLockFileName);
  if (!parsed || mirrored.empty()) return std::string(lockFile);
  std::string text;
  for (const auto& block : parsed->blocks) {
    if (!isProviderLock(block)) continue;
    const auto& provider = block.labels.front();
    if (!std::ranges::contains(mirrored, provider)) {
      text += lockEntry(block, true);
      continue;
    }
    const auto* version = block.findAttribute("version");
    const std::string locked = version ? hcl::literalString(version->expression).value_or("") : "";
    if (std::ranges::contains(mirroredVersions(mirror, provider), locked)) {
      text += lockEntry(block, false);
    } else {
      warnings.push_back(
          std::format("The lock file asks for {} {}, which the provider mirror does not have: its newest "
                      "version that the template allows is used.",
                      provider, locked));
    }
  }
  return text;
}

std::string withoutHashes(std::string_view lockFile) {
  const auto parsed = hcl::parse(lockFile, kLockFileName);
  if (!parsed) return std::string(lockFile);
  std::string text;
  for (const auto& block : parsed->blocks)
    if (isProviderLock(block)) text += lockEntry(block, false);
  return text;
}

}  // namespace berth::provision
