# Debian 13 packages, by use; NAME>=VERSION where what a Debian 12 may have already is too old. Sourced by setup.sh.

readonly kBuildPackages=(
  g++-14 'cmake>=3.31' ninja-build ccache mold pkg-config git patch dpkg-dev
  libboost1.88-dev libboost-json1.88-dev libboost-url1.88-dev
  libssl-dev libsodium-dev libsqlite3-dev zlib1g-dev libzstd-dev
  libprotobuf-dev protobuf-compiler libspdlog-dev libcli11-dev
  libarchive-dev libssh2-1-dev libgtest-dev libgmock-dev
)

readonly kDesktopPackages=(
  qt6-base-dev qt6-svg-dev qt6-svg-plugins qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools libgl-dev
  extra-cmake-modules libkf6notifications-dev libkf6statusnotifieritem-dev qtkeychain-qt6-dev
)

# What the local quickstart needs (an own Docker engine counts in place of docker.io).
readonly kRunPackages=(iptables mmdebstrap openssh-client ca-certificates curl)

readonly kTestPackages=(
  xvfb xauth dbus dunst stalonetray openssh-server sqlite3
  python3 jq iproute2 iperf3 nftables 'wireguard-go>=0.0.20230223' wireguard-tools busybox-static fonts-dejavu-core fonts-noto-core
)

readonly kLintPackages=(clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev)
