#include "core/provision/Template.h"

#include <gmock/gmock.h>

#include "core/base/Ids.h"
#include "core/provision/Files.h"
#include "core/provision/Prepared.h"

using namespace berth;
using namespace berth::provision;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

TemplateFacts factsOf(std::string main) {
  auto facts = readTemplate({{.path = "main.tf", .content = std::move(main)}});
  EXPECT_TRUE(facts) << facts.error().message();
  return *facts;
}

std::string keyOf(std::string main, std::string_view sourceHash = "source") {
  return PreparedDirectories::keyOf(factsOf(std::move(main)), sourceHash, Tool{"/bin/tofu", "1.12.6", true}, {});
}

constexpr std::string_view kLock = R"(# made by init
provider "registry.opentofu.org/coder/coder" {
  version     = "2.20.0"
  constraints = "~> 2"
  hashes = [
    "h1:abc=",
    "zh:def",
  ]
}

provider "registry.opentofu.org/other/other" {
  version = "1.0.0"
  hashes = [
    "h1:xyz=",
  ]
}
)";

// A provider mirror with coder/coder in one version.
class Mirror {
 public:
  explicit Mirror(std::string_view version)
      : m_path(std::filesystem::temp_directory_path() / ("berth-mirror-" + Uuid::random().toString())) {
    std::filesystem::create_directories(m_path / "registry.opentofu.org/coder/coder" / version);
  }
  ~Mirror() { std::filesystem::remove_all(m_path); }
  const std::filesystem::path& path() const { return m_path; }

 private:
  std::filesystem::path m_path;
};

}  // namespace

TEST(Template, readsVariables) {
  const auto facts = factsOf(R"(
variable "size" {
  type        = number
  description = "How large"
}
variable "names" {
  type      = list(string)
  default   = ["a"]
  sensitive = true
}
variable "nothing" {
  default = null
}
)");
  ASSERT_EQ(facts.variables.size(), 3u);
  EXPECT_TRUE(facts.variables[0].isRequired);
  EXPECT_EQ(facts.variables[0].description, "How large");
  EXPECT_EQ(facts.variables[0].type, "number");
  EXPECT_EQ(facts.variables[1].defaultValue, "[\"a\"]");
  EXPECT_EQ(facts.variables[1].type, "list(string)");
  EXPECT_TRUE(facts.variables[1].isSensitive);
  EXPECT_FALSE(facts.variables[2].isRequired);
  EXPECT_EQ(facts.variables[2].defaultValue, "");
}

TEST(Template, readsJsonTagsReadmeAndLocals) {
  const auto facts = *readTemplate({
      {.path = "a.tf.json", .content = R"({"variable":{"n":{"default":3,"description":"d"}}})"},
      {.path = "main.tf",
       .content = "data \"coder_workspace_tags\" \"t\" {\n  tags = { zone = var.n }\n}\nlocals {\n  b = x.y.z\n}\n"},
      {.path = "README.md", .content = "# hello"},
      {.path = "sub/ignored.tf", .content = "variable \"deep\" {}\n"},
  });
  ASSERT_EQ(facts.variables.size(), 1u);
  EXPECT_EQ(facts.variables[0].defaultValue, "3");
  EXPECT_EQ(facts.workspaceTags.at("zone"), "var.n");
  EXPECT_THAT(facts.locals.at("b"), ElementsAre("x.y.z"));
  EXPECT_EQ(facts.readme, "# hello");
}

TEST(Template, leavesBrokenFilesToOpenTofu) {
  const auto facts = factsOf("variable \"x\" {");
  EXPECT_EQ(facts.requirements, "");  // never shares an initialisation by guess
}

TEST(Template, onlyRequirementsAndModulesDecideAboutInit) {
  const std::string base =
      "terraform {\n  required_version = \"> 1\"\n}\nresource \"docker_volume\" \"v\" {\n  name = \"a\"\n}\n";
  EXPECT_EQ(keyOf(base), keyOf(base + "resource \"docker_image\" \"i\" {}\n"));
  EXPECT_EQ(keyOf(base, "one"), keyOf(base, "two"));
  EXPECT_NE(keyOf(base), keyOf(base + "resource \"coder_app\" \"a\" {}\n"));
  EXPECT_NE(keyOf(base), keyOf("terraform {\n  required_version = \"> 2\"\n}\nresource \"docker_volume\" \"v\" {}\n"));
  const auto withModule = base + "module \"m\" {\n  source = \"./m\"\n}\n";
  EXPECT_NE(keyOf(withModule, "one"), keyOf(withModule, "two"));
}

TEST(LockFile, losesItsHashes) {
  const auto text = withoutHashes(kLock);
  EXPECT_THAT(text, HasSubstr("version = \"2.20.0\""));
  EXPECT_THAT(text, HasSubstr("constraints = \"~> 2\""));
  EXPECT_THAT(text, Not(HasSubstr("h1:")));
  EXPECT_EQ(withoutHashes("provider {"), "provider {");
}

TEST(LockFile, followsTheMirror) {
  std::vector<std::string> warnings;
  const auto same = adaptLockFile(kLock, Mirror("2.20.0").path(), warnings);
  EXPECT_THAT(same, Not(HasSubstr("h1:abc=")));
  EXPECT_THAT(same, HasSubstr("2.20.0"));
  EXPECT_THAT(same, HasSubstr("h1:xyz="));
  EXPECT_TRUE(warnings.empty());
  const auto other = adaptLockFile(kLock, Mirror("2.17.0").path(), warnings);
  EXPECT_THAT(other, Not(HasSubstr("coder/coder")));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("coder/coder 2.20.0")));
  EXPECT_EQ(adaptLockFile(kLock, "/no/mirror", warnings), kLock);
}
