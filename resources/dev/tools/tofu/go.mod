// Builds OpenTofu from its Go module where no release binary can be fetched. The replace line is upstream's own: only
// the main module's counts, so it is repeated here.
module berth/tools/tofu

go 1.26.6

tool github.com/opentofu/opentofu/cmd/tofu

require github.com/opentofu/opentofu v1.12.6

replace github.com/hashicorp/hcl/v2 v2.20.1 => github.com/opentofu/hcl/v2 v2.20.2-0.20251021132045-587d123c2828
