#include "core/provision/Hcl.h"

#include <gmock/gmock.h>

using namespace berth;
using namespace berth::provision;

namespace {

constexpr std::string_view kTemplate = R"(
# a comment with { a brace
variable "image" {
  description = "with \"quotes\" and ${var.x == "}" ? "{" : "}"}" // not the end: }
  type        = object({
    name = string
  })
  default = <<-EOT
    first }
      second
  EOT
  validation { condition = length(var.image) > 1 }
}
/* block } comment */
locals { agent = coder_agent.main }
resource "docker_container" "w" {
  count = data.coder_workspace.me.start_count
}
)";

}  // namespace

TEST(Hcl, findsBlocksLabelsAndExpressions) {
  auto file = hcl::parse(kTemplate, "main.tf");
  ASSERT_TRUE(file) << file.error().message();
  ASSERT_EQ(file->blocks.size(), 3u);
  const auto& variable = file->blocks[0];
  EXPECT_EQ(variable.type, "variable");
  EXPECT_THAT(variable.labels, testing::ElementsAre("image"));
  EXPECT_EQ(variable.line, 3);
  EXPECT_EQ(variable.findAttribute("type")->expression, "object({\n    name = string\n  })");
  EXPECT_EQ(hcl::literalString(variable.findAttribute("default")->expression), "first }\n  second\n");
  ASSERT_EQ(variable.blocks.size(), 1u);
  EXPECT_EQ(variable.blocks[0].attributes[0].expression, "length(var.image) > 1");
  EXPECT_THAT(file->blocks[2].labels, testing::ElementsAre("docker_container", "w"));
}

TEST(Hcl, saysWhereATextIsBroken) {
  EXPECT_EQ(hcl::parse("a = 1\nb \"c\" {\n", "x.tf").error().message(), "x.tf: line 3: block 'b' is not closed");
  EXPECT_EQ(hcl::parse("a = \"b\n", "x.tf").error().message(), "x.tf: line 1: string without closing quote");
  for (const std::string_view text : {"}", "a = [1", "a = <<X\nb", "/* a", "a b c", "= 1", "a = ${", "a \"${\" {"})
    EXPECT_FALSE(hcl::parse(text, "x.tf")) << text;
}

TEST(Hcl, refusesEndlessNesting) {
  EXPECT_FALSE(hcl::parse("a = " + std::string(100'000, '['), "x.tf"));
  std::string blocks;
  for (int i = 0; i < 100'000; ++i) blocks += "a {\n";
  EXPECT_FALSE(hcl::parse(blocks, "x.tf"));
}

TEST(Hcl, manyLinesTakeNoTimeToSpeakOf) {
  constexpr int kLines = 300'000;
  std::string text;
  for (int i = 0; i < kLines; ++i) text += "a = 1\n";
  const auto start = std::chrono::steady_clock::now();
  const auto file = hcl::parse(text, "x.tf");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->attributes.back().line, kLines);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Hcl, literalsAreOnlyPlainStrings) {
  EXPECT_EQ(hcl::literalString(R"("a\n\"b\" $${c}")"), "a\n\"b\" $${c}");
  EXPECT_EQ(hcl::literalString("\"${var.a}\""), std::nullopt);
  EXPECT_EQ(hcl::literalString("\"a\" + \"b\""), std::nullopt);
  EXPECT_EQ(hcl::literalString("true"), std::nullopt);
}

TEST(Hcl, readsObjects) {
  auto entries = hcl::objectEntries("{ cluster = \"a,b\", \"zone\" : data.coder_parameter.z.value\n x = f(1, 2) }");
  ASSERT_TRUE(entries) << entries.error().message();
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ((*entries)[0].expression, "\"a,b\"");
  EXPECT_EQ((*entries)[1].name, "zone");
  EXPECT_EQ((*entries)[1].expression, "data.coder_parameter.z.value");
  EXPECT_EQ((*entries)[2].expression, "f(1, 2)");
  EXPECT_FALSE(hcl::objectEntries("merge({}, {})"));
}

TEST(Hcl, collectsReferences) {
  EXPECT_THAT(hcl::references(R"(replace(coder_agent.main.init_script, "/a.b/", "x ${local.y} $${local.z}") # c.d)"),
              testing::ElementsAre("coder_agent.main.init_script", "local.y"));
}
