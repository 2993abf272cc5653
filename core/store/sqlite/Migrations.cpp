// The schema, step by step. A released step is frozen: it may not use code or names that can change. A new one goes at
// the end, and tests/unit/core/store/MigrationsTest.cpp gets data that the step must carry over.
#include <array>
#include <format>

#include "core/store/sqlite/SqliteConnection.h"

namespace berth::store {

namespace {

// Times are microseconds since 1970 UTC; ids are lower-case UUID text; lists and maps are JSON text.
constexpr std::string_view kInitialSchema[] = {
    R"(CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT)",

    R"(CREATE TABLE users (
      id TEXT PRIMARY KEY, email TEXT NOT NULL, username TEXT NOT NULL, name TEXT NOT NULL, avatar_url TEXT NOT NULL,
      password_hash TEXT NOT NULL, login_type TEXT NOT NULL, status TEXT NOT NULL, roles TEXT NOT NULL,
      created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL,
      appearance TEXT NOT NULL, deleted INTEGER NOT NULL) STRICT)",
    R"(CREATE UNIQUE INDEX users_username ON users (lower(username)) WHERE deleted = 0)",
    R"(CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE deleted = 0 AND email <> '')",

    R"(CREATE TABLE git_ssh_keys (
      user_id TEXT PRIMARY KEY REFERENCES users (id), created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
      private_key TEXT NOT NULL, public_key TEXT NOT NULL) STRICT)",

    R"(CREATE TABLE api_keys (
      id TEXT PRIMARY KEY, hashed_secret BLOB NOT NULL, user_id TEXT NOT NULL REFERENCES users (id),
      last_used INTEGER NOT NULL, expires_at INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
      login_type TEXT NOT NULL, scopes TEXT NOT NULL, token_name TEXT NOT NULL, lifetime_seconds INTEGER NOT NULL,
      ip_address TEXT NOT NULL, allow_list TEXT NOT NULL) STRICT)",
    R"(CREATE UNIQUE INDEX api_keys_token_name ON api_keys (user_id, token_name) WHERE token_name <> '')",
    R"(CREATE INDEX api_keys_user ON api_keys (user_id))",

    R"(CREATE TABLE organizations (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, display_name TEXT NOT NULL, description TEXT NOT NULL,
      icon TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, is_default INTEGER NOT NULL,
      default_org_member_roles TEXT NOT NULL) STRICT)",
    R"(CREATE UNIQUE INDEX organizations_name ON organizations (lower(name)))",

    R"(CREATE TABLE organization_members (
      user_id TEXT NOT NULL REFERENCES users (id), organization_id TEXT NOT NULL REFERENCES organizations (id),
      created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, roles TEXT NOT NULL,
      PRIMARY KEY (organization_id, user_id)) STRICT)",

    R"(CREATE TABLE files (
      id TEXT PRIMARY KEY, hash TEXT NOT NULL, created_by TEXT NOT NULL REFERENCES users (id),
      created_at INTEGER NOT NULL, mimetype TEXT NOT NULL, data BLOB NOT NULL, UNIQUE (created_by, hash)) STRICT)",

    R"(CREATE TABLE provisioner_daemons (
      id TEXT PRIMARY KEY, organization_id TEXT NOT NULL, created_at INTEGER NOT NULL, last_seen_at INTEGER,
      name TEXT NOT NULL, version TEXT NOT NULL, api_version TEXT NOT NULL, provisioners TEXT NOT NULL,
      tags TEXT NOT NULL) STRICT)",

    R"(CREATE TABLE provisioner_jobs (
      id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, started_at INTEGER,
      completed_at INTEGER, canceled_at INTEGER, error TEXT NOT NULL, error_code TEXT NOT NULL,
      organization_id TEXT NOT NULL, initiator_id TEXT NOT NULL, provisioner TEXT NOT NULL, type TEXT NOT NULL,
      file_id TEXT NOT NULL, input TEXT NOT NULL, tags TEXT NOT NULL, worker_id TEXT, logs_length INTEGER NOT NULL,
      logs_overflowed INTEGER NOT NULL) STRICT)",
    R"(CREATE INDEX provisioner_jobs_open ON provisioner_jobs (created_at) WHERE completed_at IS NULL)",

    R"(CREATE TABLE provisioner_job_logs (
      id INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL REFERENCES provisioner_jobs (id),
      created_at INTEGER NOT NULL, source TEXT NOT NULL, level TEXT NOT NULL, stage TEXT NOT NULL,
      output TEXT NOT NULL) STRICT)",
    R"(CREATE INDEX provisioner_job_logs_job ON provisioner_job_logs (job_id, id))",

    R"(CREATE TABLE provisioner_job_timings (
      job_id TEXT NOT NULL REFERENCES provisioner_jobs (id), started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
      stage TEXT NOT NULL, source TEXT NOT NULL, action TEXT NOT NULL, resource TEXT NOT NULL) STRICT)",
    R"(CREATE INDEX provisioner_job_timings_job ON provisioner_job_timings (job_id))",

    R"(CREATE TABLE templates (
      id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
      organization_id TEXT NOT NULL REFERENCES organizations (id), deleted INTEGER NOT NULL, name TEXT NOT NULL,
      display_name TEXT NOT NULL, description TEXT NOT NULL, icon TEXT NOT NULL, provisioner TEXT NOT NULL,
      active_version_id TEXT NOT NULL, created_by TEXT NOT NULL, default_ttl_ms INTEGER NOT NULL,
      activity_bump_ms INTEGER NOT NULL, time_til_autostop_notify_ms INTEGER NOT NULL,
      autostop_days_of_week TEXT NOT NULL, autostop_weeks INTEGER NOT NULL, autostart_days_of_week TEXT NOT NULL,
      allow_user_autostart INTEGER NOT NULL, allow_user_autostop INTEGER NOT NULL,
      allow_user_cancel_workspace_jobs INTEGER NOT NULL, failure_ttl_ms INTEGER NOT NULL,
      time_til_dormant_ms INTEGER NOT NULL, time_til_dormant_autodelete_ms INTEGER NOT NULL,
      require_active_version INTEGER NOT NULL, deprecation_message TEXT NOT NULL, max_port_share_level TEXT NOT NULL,
      cors_behavior TEXT NOT NULL, use_classic_parameter_flow INTEGER NOT NULL,
      disable_module_cache INTEGER NOT NULL) STRICT)",
    R"(CREATE UNIQUE INDEX templates_name ON templates (organization_id, lower(name)) WHERE deleted = 0)",

    R"(CREATE TABLE template_versions (
      id TEXT PRIMARY KEY, template_id TEXT REFERENCES templates (id),
      organization_id TEXT NOT NULL REFERENCES organizations (id), created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL, name TEXT NOT NULL, message TEXT NOT NULL, readme TEXT NOT NULL,
      job_id TEXT NOT NULL UNIQUE REFERENCES provisioner_jobs (id), created_by TEXT NOT NULL, archived INTEGER NOT NULL,
      external_auth_providers TEXT NOT NULL, has_ai_task INTEGER NOT NULL, has_external_agent INTEGER NOT NULL,
      modules_file_id TEXT) STRICT)",
    R"(CREATE UNIQUE INDEX template_versions_name ON template_versions (template_id, name))",

    R"(CREATE TABLE template_version_plans (
      template_version_id TEXT PRIMARY KEY REFERENCES template_versions (id), plan TEXT NOT NULL) STRICT)",

    R"(CREATE TABLE template_version_parameters (
      template_version_id TEXT NOT NULL REFERENCES template_versions (id), position INTEGER NOT NULL,
      name TEXT NOT NULL, display_name TEXT NOT NULL, description TEXT NOT NULL, icon TEXT NOT NULL,
      default_value TEXT NOT NULL, type TEXT NOT NULL, form_type TEXT NOT NULL, is_mutable INTEGER NOT NULL,
      options TEXT NOT NULL, validation_error TEXT NOT NULL, validation_regex TEXT NOT NULL,
      validation_monotonic TEXT NOT NULL, validation_min INTEGER, validation_max INTEGER, required INTEGER NOT NULL,
      display_order INTEGER NOT NULL, ephemeral INTEGER NOT NULL, styling TEXT NOT NULL,
      PRIMARY KEY (template_version_id, name)) STRICT)",

    R"(CREATE TABLE template_version_presets (
      id TEXT PRIMARY KEY, template_version_id TEXT NOT NULL REFERENCES template_versions (id),
      position INTEGER NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, icon TEXT NOT NULL,
      is_default INTEGER NOT NULL, desired_prebuild_instances INTEGER) STRICT)",
    R"(CREATE INDEX template_version_presets_version ON template_version_presets (template_version_id))",
    R"(CREATE TABLE template_version_preset_parameters (
      preset_id TEXT NOT NULL REFERENCES template_version_presets (id), name TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (preset_id, name)) STRICT)",

    R"(CREATE TABLE template_version_variables (
      template_version_id TEXT NOT NULL REFERENCES template_versions (id), position INTEGER NOT NULL,
      name TEXT NOT NULL, description TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL,
      default_value TEXT NOT NULL, required INTEGER NOT NULL, sensitive INTEGER NOT NULL,
      PRIMARY KEY (template_version_id, name)) STRICT)",

    R"(CREATE TABLE workspaces (
      id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
      owner_id TEXT NOT NULL REFERENCES users (id), organization_id TEXT NOT NULL REFERENCES organizations (id),
      template_id TEXT NOT NULL REFERENCES templates (id), deleted INTEGER NOT NULL, name TEXT NOT NULL,
      autostart_schedule TEXT NOT NULL, ttl_ms INTEGER, last_used_at INTEGER NOT NULL, dormant_at INTEGER,
      deleting_at INTEGER, next_start_at INTEGER, automatic_updates TEXT NOT NULL, favorite INTEGER NOT NULL) STRICT)",
    R"(CREATE UNIQUE INDEX workspaces_name ON workspaces (owner_id, lower(name)) WHERE deleted = 0)",
    R"(CREATE INDEX workspaces_template ON workspaces (template_id))",

    R"(CREATE TABLE workspace_builds (
      id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
      workspace_id TEXT NOT NULL REFERENCES workspaces (id),
      template_version_id TEXT NOT NULL REFERENCES template_versions (id), build_number INTEGER NOT NULL,
      transition TEXT NOT NULL, initiator_id TEXT NOT NULL,
      job_id TEXT NOT NULL UNIQUE REFERENCES provisioner_jobs (id), deadline INTEGER, max_deadline INTEGER,
      reason TEXT NOT NULL, daily_cost INTEGER NOT NULL, preset_id TEXT, has_ai_task INTEGER,
      has_external_agent INTEGER, UNIQUE (workspace_id, build_number)) STRICT)",
    R"(CREATE TABLE workspace_build_states (
      build_id TEXT PRIMARY KEY REFERENCES workspace_builds (id), state BLOB NOT NULL) STRICT)",
    R"(CREATE TABLE workspace_build_parameters (
      build_id TEXT NOT NULL REFERENCES workspace_builds (id), name TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (build_id, name)) STRICT)",

    R"(CREATE TABLE workspace_resources (
      id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, job_id TEXT NOT NULL REFERENCES provisioner_jobs (id),
      transition TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, icon TEXT NOT NULL,
      instance_type TEXT NOT NULL, module_path TEXT NOT NULL, hide INTEGER NOT NULL,
      daily_cost INTEGER NOT NULL) STRICT)",
    R"(CREATE INDEX workspace_resources_job ON workspace_resources (job_id))",
    R"(CREATE TABLE workspace_resource_metadata (
      resource_id TEXT NOT NULL REFERENCES workspace_resources (id), position INTEGER NOT NULL, key TEXT NOT NULL,
      value TEXT NOT NULL, sensitive INTEGER NOT NULL, PRIMARY KEY (resource_id, key)) STRICT)",

    R"(CREATE TABLE workspace_agents (
      id TEXT PRIMARY KEY, parent_id TEXT REFERENCES workspace_agents (id),
      resource_id TEXT NOT NULL REFERENCES workspace_resources (id), created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL, deleted INTEGER NOT NULL, name TEXT NOT NULL, auth_token TEXT NOT NULL,
      instance_id TEXT NOT NULL, architecture TEXT NOT NULL, operating_system TEXT NOT NULL, directory TEXT NOT NULL,
      expanded_directory TEXT NOT NULL, environment_variables TEXT NOT NULL, display_apps TEXT NOT NULL,
      display_order INTEGER NOT NULL, connection_timeout_seconds INTEGER NOT NULL, troubleshooting_url TEXT NOT NULL,
      motd_file TEXT NOT NULL, api_key_scope TEXT NOT NULL, first_connected_at INTEGER, last_connected_at INTEGER,
      disconnected_at INTEGER, started_at INTEGER, ready_at INTEGER, lifecycle TEXT NOT NULL, version TEXT NOT NULL,
      api_version TEXT NOT NULL, subsystems TEXT NOT NULL, logs_length INTEGER NOT NULL,
      logs_overflowed INTEGER NOT NULL) STRICT)",
    R"(CREATE INDEX workspace_agents_resource ON workspace_agents (resource_id))",
    R"(CREATE INDEX workspace_agents_token ON workspace_agents (auth_token))",
    R"(CREATE INDEX workspace_agents_parent ON workspace_agents (parent_id) WHERE parent_id IS NOT NULL)",

    R"(CREATE TABLE workspace_agent_scripts (
      id TEXT PRIMARY KEY, agent_id TEXT NOT NULL REFERENCES workspace_agents (id), position INTEGER NOT NULL,
      log_source_id TEXT NOT NULL, log_path TEXT NOT NULL, script TEXT NOT NULL, cron TEXT NOT NULL,
      display_name TEXT NOT NULL, run_on_start INTEGER NOT NULL, run_on_stop INTEGER NOT NULL,
      start_blocks_login INTEGER NOT NULL, timeout_seconds INTEGER NOT NULL, exit_code INTEGER, status TEXT) STRICT)",
    R"(CREATE INDEX workspace_agent_scripts_agent ON workspace_agent_scripts (agent_id))",
    R"(CREATE TABLE workspace_agent_script_timings (
      script_id TEXT NOT NULL REFERENCES workspace_agent_scripts (id), agent_id TEXT NOT NULL,
      started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, exit_code INTEGER NOT NULL, stage TEXT NOT NULL,
      status TEXT NOT NULL) STRICT)",
    R"(CREATE INDEX workspace_agent_script_timings_agent ON workspace_agent_script_timings (agent_id))",
    R"(CREATE TABLE workspace_agent_log_sources (
      id TEXT NOT NULL, agent_id TEXT NOT NULL REFERENCES workspace_agents (id), created_at INTEGER NOT NULL,
      display_name TEXT NOT NULL, icon TEXT NOT NULL, PRIMARY KEY (agent_id, id)) STRICT)",
    R"(CREATE TABLE workspace_agent_logs (
      id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id TEXT NOT NULL REFERENCES workspace_agents (id),
      created_at INTEGER NOT NULL, output TEXT NOT NULL, level TEXT NOT NULL, log_source_id TEXT NOT NULL) STRICT)",
    R"(CREATE INDEX workspace_agent_logs_agent ON workspace_agent_logs (agent_id, id))",
    R"(CREATE TABLE workspace_agent_metadata (
      agent_id TEXT NOT NULL REFERENCES workspace_agents (id), key TEXT NOT NULL, display_name TEXT NOT NULL,
      script TEXT NOT NULL, interval_seconds INTEGER NOT NULL, timeout_seconds INTEGER NOT NULL,
      display_order INTEGER NOT NULL, value TEXT NOT NULL, error TEXT NOT NULL, collected_at INTEGER NOT NULL,
      PRIMARY KEY (agent_id, key)) STRICT)",
    R"(CREATE TABLE workspace_agent_devcontainers (
      id TEXT PRIMARY KEY, agent_id TEXT NOT NULL REFERENCES workspace_agents (id), name TEXT NOT NULL,
      workspace_folder TEXT NOT NULL, config_path TEXT NOT NULL, subagent_id TEXT) STRICT)",
    R"(CREATE TABLE workspace_agent_stats (
      agent_id TEXT PRIMARY KEY REFERENCES workspace_agents (id), reported_at INTEGER NOT NULL,
      connections_by_proto TEXT NOT NULL, connection_count INTEGER NOT NULL, connection_median_latency_ms REAL NOT NULL,
      rx_packets INTEGER NOT NULL, rx_bytes INTEGER NOT NULL, tx_packets INTEGER NOT NULL, tx_bytes INTEGER NOT NULL,
      session_count_vscode INTEGER NOT NULL, session_count_jetbrains INTEGER NOT NULL,
      session_count_reconnecting_pty INTEGER NOT NULL, session_count_ssh INTEGER NOT NULL) STRICT)",
    R"(CREATE TABLE workspace_agent_connections (
      id TEXT PRIMARY KEY, agent_id TEXT NOT NULL REFERENCES workspace_agents (id), type TEXT NOT NULL, ip TEXT NOT NULL,
      connected_at INTEGER NOT NULL, disconnected_at INTEGER, exit_code INTEGER, reason TEXT NOT NULL) STRICT)",
    R"(CREATE INDEX workspace_agent_connections_agent ON workspace_agent_connections (agent_id))",

    R"(CREATE TABLE workspace_apps (
      id TEXT PRIMARY KEY, agent_id TEXT NOT NULL REFERENCES workspace_agents (id), created_at INTEGER NOT NULL,
      slug TEXT NOT NULL, display_name TEXT NOT NULL, icon TEXT NOT NULL, command TEXT NOT NULL, url TEXT NOT NULL,
      display_group TEXT NOT NULL, tooltip TEXT NOT NULL, external INTEGER NOT NULL, subdomain INTEGER NOT NULL,
      sharing_level TEXT NOT NULL, healthcheck_url TEXT NOT NULL, healthcheck_interval INTEGER NOT NULL,
      healthcheck_threshold INTEGER NOT NULL, health TEXT NOT NULL, display_order INTEGER NOT NULL,
      hidden INTEGER NOT NULL, open_in TEXT NOT NULL, UNIQUE (agent_id, slug)) STRICT)",
    R"(CREATE TABLE workspace_app_statuses (
      id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, workspace_id TEXT NOT NULL REFERENCES workspaces (id),
      agent_id TEXT NOT NULL, app_id TEXT NOT NULL REFERENCES workspace_apps (id), state TEXT NOT NULL,
      message TEXT NOT NULL, uri TEXT NOT NULL) STRICT)",
    R"(CREATE INDEX workspace_app_statuses_workspace ON workspace_app_statuses (workspace_id, created_at))",
    R"(CREATE INDEX workspace_app_statuses_app ON workspace_app_statuses (app_id, created_at))",
    R"(CREATE TABLE workspace_agent_port_share (
      workspace_id TEXT NOT NULL REFERENCES workspaces (id), agent_name TEXT NOT NULL, port INTEGER NOT NULL,
      share_level TEXT NOT NULL, protocol TEXT NOT NULL, PRIMARY KEY (workspace_id, agent_name, port)) STRICT)",

    R"(CREATE TABLE audit_logs (
      id TEXT PRIMARY KEY, request_id TEXT NOT NULL, time INTEGER NOT NULL, user_id TEXT, organization_id TEXT,
      ip TEXT NOT NULL, user_agent TEXT NOT NULL, resource_type TEXT NOT NULL, resource_id TEXT NOT NULL,
      resource_target TEXT NOT NULL, resource_icon TEXT NOT NULL, action TEXT NOT NULL, diff TEXT NOT NULL,
      status_code INTEGER NOT NULL, additional_fields TEXT NOT NULL) STRICT)",
    R"(CREATE INDEX audit_logs_time ON audit_logs (time))",
};

constexpr std::array<std::span<const std::string_view>, 1> kMigrations{kInitialSchema};

Result<std::int64_t> schemaVersion(Connection& connection) {
  TRY_ASSIGN(const auto outcome, connection.execute({.name = "schema version", .text = "PRAGMA user_version"}, {}));
  return std::get<std::int64_t>(outcome.rows.at(0).at(0));
}

Result<void> runSteps(Connection& connection, std::span<const std::string_view> statements, std::size_t version) {
  const auto name = std::format("migrate database to version {}", version);
  for (const auto statement : statements) TRY(connection.execute({.name = name, .text = std::string(statement)}, {}));
  // PRAGMA takes no parameters.
  TRY(connection.execute({.name = name, .text = std::format("PRAGMA user_version = {}", version)}, {}));
  return {};
}

}  // namespace

Result<void> migrateSqlite(Connection& connection) {
  TRY_ASSIGN(const auto version, schemaVersion(connection));
  if (version > static_cast<std::int64_t>(kMigrations.size()))
    return fail(
        ErrorCode::Unsupported,
        std::format("the database has version {}, this program knows up to {}: it was written by a newer Berth; "
                    "start that one, or restore an older copy of the file",
                    version, kMigrations.size()));
  for (auto next = static_cast<std::size_t>(version); next < kMigrations.size(); ++next) {
    TRY(connection.begin());
    auto done = runSteps(connection, kMigrations[next], next + 1);
    if (done) done = connection.commit();
    if (!done) connection.rollback();
    if (!done) return done;
  }
  return {};
}

}  // namespace berth::store
