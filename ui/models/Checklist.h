// Rows of a checklist: the checks before a set-up, and its stages while it runs.
#pragma once

#include <QList>
#include <QObject>
#include <QString>

#include "ui/theme/Colors.h"

namespace berth::ui {

enum class StepState { Waiting, Running, Done, Failed };

struct Step {
  QString id;
  QString title;
  QString detail;
  StepState state = StepState::Waiting;
  QString fix;         // what to do about a failure, a sentence or two
  QString fixCommand;  // to copy, if there is one
  qint64 seconds = -1;
};

class Checklist : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  void setSteps(QList<Step> steps);
  void set(const QString& id, StepState state, const QString& detail = {}, const QString& fix = {},
           const QString& fixCommand = {});
  void setSeconds(const QString& id, qint64 seconds);
  const QList<Step>& steps() const { return m_steps; }
  int count(StepState state) const;
  bool isDone() const { return count(StepState::Done) == m_steps.size(); }
  const Step* find(const QString& id) const;

 Q_SIGNALS:
  void changed();

 private:
  QList<Step> m_steps;
};

}  // namespace berth::ui
