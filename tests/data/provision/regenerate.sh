#!/bin/sh
# Makes the plan and state JSON beside it anew: regenerate.sh TOFU CLI_CONFIG
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/full/main.tf" "$work"
cd "$work"
export TF_CLI_CONFIG_FILE=$2 CODER_AGENT_URL=http://127.0.0.1:3000/ CODER_WORKSPACE_TRANSITION=start \
  CODER_WORKSPACE_ID=11111111-1111-4111-8111-111111111111 CODER_WORKSPACE_NAME=dev \
  CODER_AGENT_SCRIPT_linux_amd64='exec agent ${ACCESS_URL} ${AUTH_TYPE}'
"$1" init -input=false >/dev/null
"$1" plan -input=false -out=plan >/dev/null
"$1" show -json plan | python3 -m json.tool >"$here/full-plan.json"
"$1" apply -input=false -json plan >"$here/full-apply.jsonl"
python3 -m json.tool terraform.tfstate >"$here/full.tfstate"
CODER_WORKSPACE_TRANSITION=stop "$1" plan -input=false -out=stop >/dev/null
"$1" show -json stop | python3 -m json.tool >"$here/full-stop-plan.json"
