# Everything that a template can declare, without any compute: terraform_data stands for the container.
terraform {
  required_providers {
    coder = {
      source = "coder/coder"
    }
  }
}

variable "zone" {
  description = "Where it runs"
  type        = string
  default     = "eu"
}

data "coder_provisioner" "me" {}
data "coder_workspace" "me" {}
data "coder_workspace_owner" "me" {}

data "coder_workspace_tags" "tags" {
  tags = {
    "zone" = var.zone
  }
}

data "coder_parameter" "region" {
  name         = "region"
  display_name = "Region"
  description  = "Where the *workspace* runs"
  type         = "string"
  form_type    = "dropdown"
  default      = "eu"
  icon         = "/emojis/1f30e.png"
  order        = 2
  option {
    name  = "Europe"
    value = "eu"
  }
  option {
    name        = "America"
    value       = "us"
    description = "Far away"
    icon        = "/emojis/1f1fa-1f1f8.png"
  }
}

data "coder_parameter" "cores" {
  name    = "cores"
  type    = "number"
  default = "2"
  mutable = true
  order   = 1
  validation {
    min       = 1
    max       = 8
    monotonic = "increasing"
    error     = "Between {min} and {max}, not {value}"
  }
}

data "coder_parameter" "debug" {
  name      = "debug"
  type      = "bool"
  default   = "false"
  ephemeral = true
  mutable   = true
}

data "coder_parameter" "repos" {
  name      = "repos"
  type      = "list(string)"
  form_type = "multi-select"
  default   = jsonencode(["web"])
  mutable   = true
  option {
    name  = "Web"
    value = "web"
  }
  option {
    name  = "API"
    value = "api"
  }
}

data "coder_parameter" "project" {
  name = "project"
  type = "string"
  validation {
    regex = "^[a-z]*$"
    error = "lower-case letters only"
  }
}

data "coder_workspace_preset" "small" {
  name    = "Small in Europe"
  default = true
  parameters = {
    region = "eu"
    cores  = "2"
  }
}

data "coder_external_auth" "git" {
  id       = "github"
  optional = true
}

locals {
  boot = coder_agent.main.init_script
}

resource "coder_agent" "main" {
  os   = "linux"
  arch = data.coder_provisioner.me.arch
  dir  = "/home/coder"
  env = {
    FROM_AGENT = "agent"
  }
  startup_script          = "echo starting"
  startup_script_behavior = "blocking"
  shutdown_script         = "echo stopping"
  troubleshooting_url     = "https://example.com/help"
  order                   = 3
  metadata {
    key          = "cpu"
    display_name = "CPU"
    script       = "coder stat cpu"
    interval     = 10
    timeout      = 1
    order        = 1
  }
  display_apps {
    vscode       = true
    web_terminal = false
  }
  resources_monitoring {
    memory {
      enabled   = true
      threshold = 80
    }
    volume {
      path      = "/home/coder"
      enabled   = true
      threshold = 90
    }
  }
}

resource "coder_app" "web" {
  agent_id     = coder_agent.main.id
  slug         = "web"
  display_name = "Web"
  url          = "http://localhost:8000"
  icon         = "/icon/widgets.svg"
  share        = "authenticated"
  subdomain    = true
  order        = 1
  open_in      = "tab"
  healthcheck {
    url       = "http://localhost:8000/health"
    interval  = 5
    threshold = 3
  }
}

resource "coder_app" "docs" {
  agent_id = coder_agent.main.id
  slug     = "docs"
  url      = "https://example.com"
  external = true
}

resource "coder_script" "hello" {
  agent_id           = coder_agent.main.id
  display_name       = "Hello"
  icon               = "/emojis/1f44b.png"
  script             = "echo hello"
  run_on_start       = true
  start_blocks_login = true
  timeout            = 60
}

resource "coder_env" "first" {
  agent_id = coder_agent.main.id
  name     = "TOOLS"
  value    = "/a"
}

resource "coder_env" "second" {
  agent_id       = coder_agent.main.id
  name           = "TOOLS"
  value          = "/b"
  merge_strategy = "append"
}

resource "terraform_data" "home" {
  input = data.coder_workspace.me.id
}

resource "terraform_data" "workspace" {
  count = data.coder_workspace.me.start_count
  input = {
    boot  = local.boot
    token = coder_agent.main.token
    home  = terraform_data.home.id
  }
}

resource "coder_metadata" "home" {
  resource_id = terraform_data.home.id
  icon        = "/icon/database.svg"
  daily_cost  = 3
  item {
    key   = "size"
    value = "10 GB"
  }
  item {
    key       = "secret"
    value     = "hidden"
    sensitive = true
  }
  item {
    key = "nothing"
  }
}
