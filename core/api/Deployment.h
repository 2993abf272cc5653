// Build info, SSH configuration, regions, appearance (reference/rest-api.md 6.1 to 6.4).
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/api/Common.h"

namespace berth::api {

struct BuildInfo {
  std::string external_url, version, dashboard_url;
  bool telemetry = false;
  bool workspace_proxy = false;
  std::string agent_api_version, provisioner_api_version, upgrade_message, deployment_id;
  std::optional<std::string> webpush_public_key;
};
BOOST_DESCRIBE_STRUCT(BuildInfo, (),
                      (external_url, version, dashboard_url, telemetry, workspace_proxy, agent_api_version,
                       provisioner_api_version, upgrade_message, deployment_id, webpush_public_key))

struct SshConfigResponse {
  std::string hostname_prefix, hostname_suffix;
  std::map<std::string, std::string> ssh_config_options;
};
BOOST_DESCRIBE_STRUCT(SshConfigResponse, (), (hostname_prefix, hostname_suffix, ssh_config_options))

struct Region {
  Uuid id;
  std::string name, display_name, icon_url;
  bool healthy = false;
  std::string path_app_url, wildcard_hostname;
};
BOOST_DESCRIBE_STRUCT(Region, (), (id, name, display_name, icon_url, healthy, path_app_url, wildcard_hostname))

struct RegionsResponse {
  std::vector<Region> regions;
};
BOOST_DESCRIBE_STRUCT(RegionsResponse, (), (regions))

struct UpdateCheckResponse {
  bool current = false;
  std::string version, url;
};
BOOST_DESCRIBE_STRUCT(UpdateCheckResponse, (), (current, version, url))

struct AppHostResponse {
  std::string host;
};
BOOST_DESCRIBE_STRUCT(AppHostResponse, (), (host))

struct Banner {
  bool enabled = false;
  std::optional<std::string> message, background_color;
};
BOOST_DESCRIBE_STRUCT(Banner, (), (enabled, message, background_color))

struct SupportLink {
  std::string name, target, icon;
  std::optional<std::string> location;
};
BOOST_DESCRIBE_STRUCT(SupportLink, (), (name, target, icon, location))

struct Appearance {
  std::string application_name, logo_url, docs_url;
  Banner service_banner;
  std::vector<Banner> announcement_banners;
  std::optional<std::vector<SupportLink>> support_links;
};
BOOST_DESCRIBE_STRUCT(Appearance, (),
                      (application_name, logo_url, docs_url, service_banner, announcement_banners, support_links))

struct AvailableExperiments {
  std::vector<std::string> safe;
};
BOOST_DESCRIBE_STRUCT(AvailableExperiments, (), (safe))

}  // namespace berth::api
