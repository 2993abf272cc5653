# A workspace in a Docker container: the container is made anew at every start, the home directory is kept in a volume.
terraform {
  required_providers {
    coder = {
      source = "coder/coder"
    }
    docker = {
      source = "kreuzwerker/docker"
    }
  }
}

variable "docker_socket" {
  default     = ""
  description = "Address of the Docker engine, such as unix:///run/user/1000/docker.sock. Empty: DOCKER_HOST, or the system's engine."
  type        = string
}

variable "default_image" {
  default     = "berth-base:latest"
  description = "Image that new workspaces start from unless another one is chosen. It needs a shell and curl, wget or busybox."
  type        = string
}

provider "docker" {
  host = var.docker_socket != "" ? var.docker_socket : null
}

provider "coder" {}

data "coder_provisioner" "me" {}
data "coder_workspace" "me" {}
data "coder_workspace_owner" "me" {}

data "coder_parameter" "image" {
  name         = "image"
  display_name = "Image"
  description  = "Container image of the workspace. Images with a user named `coder` keep their home directory."
  type         = "string"
  default      = var.default_image
  mutable      = true
  icon         = "/icon/docker.png"
  order        = 1
}

data "coder_parameter" "dotfiles" {
  name         = "dotfiles_url"
  display_name = "Dotfiles"
  description  = "Git repository with your settings; its `install.sh` runs at each start. Empty: none."
  type         = "string"
  default      = ""
  mutable      = true
  order        = 2
}

locals {
  username = data.coder_workspace_owner.me.name
  hostname = lower(data.coder_workspace.me.name)
}

resource "coder_agent" "main" {
  arch = data.coder_provisioner.me.arch
  os   = "linux"
  dir  = "/home/coder" # where editors open

  startup_script = <<-EOT
    set -e
    # The volume is empty at the first start: fill it as a new user's home would be.
    if [ ! -f ~/.berth-home ]; then
      cp -rT /etc/skel ~ 2>/dev/null || true
      touch ~/.berth-home
    fi
  EOT

  env = {
    GIT_AUTHOR_NAME     = coalesce(data.coder_workspace_owner.me.full_name, data.coder_workspace_owner.me.name)
    GIT_AUTHOR_EMAIL    = data.coder_workspace_owner.me.email
    GIT_COMMITTER_NAME  = coalesce(data.coder_workspace_owner.me.full_name, data.coder_workspace_owner.me.name)
    GIT_COMMITTER_EMAIL = data.coder_workspace_owner.me.email
  }

  metadata {
    key          = "cpu"
    display_name = "CPU"
    script       = "coder stat cpu"
    interval     = 10
    timeout      = 1
  }
  metadata {
    key          = "memory"
    display_name = "Memory"
    script       = "coder stat mem"
    interval     = 10
    timeout      = 1
  }
  metadata {
    key          = "disk"
    display_name = "Home disk"
    script       = "coder stat disk --path $HOME"
    interval     = 60
    timeout      = 1
  }
}

resource "coder_script" "dotfiles" {
  count        = data.coder_parameter.dotfiles.value != "" ? data.coder_workspace.me.start_count : 0
  agent_id     = coder_agent.main.id
  display_name = "Dotfiles"
  icon         = "/icon/dotfiles.svg"
  run_on_start = true
  script       = <<-EOT
    set -e
    if [ -d ~/.dotfiles ]; then
      git -C ~/.dotfiles pull --ff-only
    else
      git clone --depth 1 "$DOTFILES_URL" ~/.dotfiles
    fi
    [ ! -x ~/.dotfiles/install.sh ] || ~/.dotfiles/install.sh
  EOT
}

resource "coder_env" "dotfiles_url" {
  agent_id = coder_agent.main.id
  name     = "DOTFILES_URL"
  value    = data.coder_parameter.dotfiles.value
}

resource "coder_app" "preview" {
  agent_id     = coder_agent.main.id
  slug         = "preview"
  display_name = "Port 8000"
  icon         = "/icon/widgets.svg"
  url          = "http://localhost:8000"
  share        = "owner"
  subdomain    = false
}

resource "docker_volume" "home" {
  name = "coder-${data.coder_workspace.me.id}-home"

  # A new name or owner must not cost the home directory.
  lifecycle {
    ignore_changes = all
  }
  labels {
    label = "coder.owner"
    value = data.coder_workspace_owner.me.name
  }
  labels {
    label = "coder.owner_id"
    value = data.coder_workspace_owner.me.id
  }
  labels {
    label = "coder.workspace_id"
    value = data.coder_workspace.me.id
  }
  labels {
    label = "coder.workspace_name_at_creation"
    value = data.coder_workspace.me.name
  }
}

resource "docker_container" "workspace" {
  count = data.coder_workspace.me.start_count
  image = data.coder_parameter.image.value
  # Also unique where several servers share one Docker engine.
  name = "coder-${local.username}-${local.hostname}-${substr(data.coder_workspace.me.id, 0, 8)}"

  hostname = local.hostname
  # Inside the container this machine has another name than localhost.
  entrypoint = ["sh", "-c", replace(coder_agent.main.init_script, "/localhost|127\\.0\\.0\\.1/", "host.docker.internal")]
  env        = ["CODER_AGENT_TOKEN=${coder_agent.main.token}"]

  host {
    host = "host.docker.internal"
    ip   = "host-gateway"
  }
  volumes {
    container_path = "/home/coder"
    volume_name    = docker_volume.home.name
    read_only      = false
  }

  labels {
    label = "coder.owner"
    value = data.coder_workspace_owner.me.name
  }
  labels {
    label = "coder.owner_id"
    value = data.coder_workspace_owner.me.id
  }
  labels {
    label = "coder.workspace_id"
    value = data.coder_workspace.me.id
  }
  labels {
    label = "coder.workspace_name"
    value = data.coder_workspace.me.name
  }
}

resource "coder_metadata" "home" {
  resource_id = docker_volume.home.id
  icon        = "/icon/database.svg"

  item {
    key   = "kept"
    value = "while the workspace exists, also when it is stopped"
  }
}

resource "coder_metadata" "workspace" {
  count       = data.coder_workspace.me.start_count
  resource_id = docker_container.workspace[0].id
  icon        = "/icon/docker.png"

  item {
    key   = "image"
    value = data.coder_parameter.image.value
  }
}
