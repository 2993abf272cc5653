#include "ui/models/BuildLogModel.h"

#include "ui/models/WorkspaceItem.h"

namespace berth::ui {

namespace {

QDateTime toDateTime(WallTime time) {
  return QDateTime::fromMSecsSinceEpoch(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

}  // namespace

void BuildLogModel::clear() {
  beginResetModel();
  m_rows.clear();
  m_phases.clear();
  m_lastId = 0;
  m_isFinished = false;
  endResetModel();
  Q_EMIT phasesChanged();
}

void BuildLogModel::append(const std::vector<api::ProvisionerJobLog>& lines) {
  QList<Row> added;
  for (const auto& line : lines) {
    if (line.id <= m_lastId) continue;
    m_lastId = line.id;
    const QString stage = QString::fromStdString(line.stage);
    const QDateTime at = toDateTime(line.created_at);
    if (m_phases.isEmpty() || m_phases.last().name != stage) {
      if (!m_phases.isEmpty()) {
        m_phases.last().endedAt = at;
        m_phases.last().role = Role::Running;
      }
      const int row = static_cast<int>(m_rows.size() + added.size());
      m_phases.append({.name = stage, .startedAt = at, .endedAt = {}, .role = Role::Starting, .firstRow = row});
      added.append({.phase = static_cast<int>(m_phases.size()) - 1, .line = {.time = at, .level = {}, .text = stage}});
    }
    if (!line.output.empty())
      added.append(
          {.phase = -1, .line = {.time = at, .level = line.log_level, .text = QString::fromStdString(line.output)}});
  }
  if (added.isEmpty()) return;
  const int first = static_cast<int>(m_rows.size());
  beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
  m_rows.append(added);
  endInsertRows();
  Q_EMIT phasesChanged();
}

// The last phase ended with its last line: a log may be read long after its build.
void BuildLogModel::finish(bool succeeded) {
  m_isFinished = true;
  if (!m_phases.isEmpty()) {
    m_phases.last().endedAt = m_rows.last().line.time;
    m_phases.last().role = succeeded ? Role::Running : Role::Failed;
  }
  Q_EMIT phasesChanged();
}

int BuildLogModel::count(LogLevel level) const {
  return static_cast<int>(
      std::ranges::count_if(m_rows, [level](const Row& row) { return row.phase < 0 && row.line.level == level; }));
}

int BuildLogModel::firstRowOf(LogLevel level) const {
  const auto found =
      std::ranges::find_if(m_rows, [level](const Row& row) { return row.phase < 0 && row.line.level == level; });
  return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

QString BuildLogModel::levelWord(LogLevel level) const {
  switch (level) {
    case LogLevel::Trace: return tr("trace");
    case LogLevel::Debug: return tr("debug");
    case LogLevel::Info: return tr("info");
    case LogLevel::Warn: return tr("warn");
    case LogLevel::Error: return tr("error");
    case LogLevel::Unknown: break;
  }
  return {};
}

QString BuildLogModel::plainText() const {
  QString text;
  for (const Row& row : m_rows) {
    if (row.phase >= 0)
      text += QStringLiteral("== %1\n").arg(row.line.text);
    else
      text += QStringLiteral("%1  %2  %3\n")
                  .arg(row.line.time.toString(QStringLiteral("HH:mm:ss")), levelWord(row.line.level).leftJustified(5),
                       row.line.text);
  }
  return text;
}

int BuildLogModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant BuildLogModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Row& row = m_rows[index.row()];
  switch (role) {
    case Qt::DisplayRole: return row.line.text;
    case IsHeadRole: return row.phase >= 0;
    case TimeRole: return row.line.time.toString(QStringLiteral("HH:mm:ss"));
    case LevelRole: return static_cast<int>(row.line.level);
    case LevelWordRole: return row.phase >= 0 ? QString() : levelWord(row.line.level);
    case DurationRole: {
      if (row.phase < 0) return {};
      const LogPhase& phase = m_phases[row.phase];
      const QDateTime end = phase.endedAt.isValid() ? phase.endedAt : QDateTime::currentDateTime();
      return durationText(phase.startedAt.secsTo(end));
    }
    default: return {};
  }
}

}  // namespace berth::ui
