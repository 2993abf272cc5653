// A build's log: lines in order, and the phases (stages) that they belong to.
#pragma once

#include <QAbstractListModel>
#include <QDateTime>

#include "core/api/ProvisionerJobs.h"
#include "ui/theme/Colors.h"

namespace berth::ui {

struct LogLine {
  QDateTime time;
  LogLevel level = LogLevel::Info;
  QString text;
};

struct LogPhase {
  QString name;
  QDateTime startedAt;
  QDateTime endedAt;  // null for the running one
  Role role = Role::Starting;
  int firstRow = 0;
};

// Rows are lines and, before the first line of each phase, a head.
class BuildLogModel : public QAbstractListModel {
  Q_OBJECT

 public:
  enum DataRole { IsHeadRole = Qt::UserRole, TimeRole, LevelRole, LevelWordRole, DurationRole };

  using QAbstractListModel::QAbstractListModel;

  void clear();
  void append(const std::vector<api::ProvisionerJobLog>& lines);  // lines already there (by id) are passed over
  void finish(bool succeeded);  // no more lines will come; may be corrected by calling again

  const QList<LogPhase>& phases() const { return m_phases; }
  int count(LogLevel level) const;
  int firstRowOf(LogLevel level) const;  // -1 when there is none
  QString plainText() const;             // for the clipboard and files
  bool isFinished() const { return m_isFinished; }
  Role outcome() const { return m_phases.isEmpty() ? Role::Running : m_phases.last().role; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

 Q_SIGNALS:
  void phasesChanged();

 private:
  struct Row {
    int phase = -1;  // index of the phase for a head, else -1
    LogLine line;
  };
  QString levelWord(LogLevel level) const;

  QList<Row> m_rows;
  QList<LogPhase> m_phases;
  std::int64_t m_lastId = 0;
  bool m_isFinished = false;
};

}  // namespace berth::ui
