#include "ui/models/Checklist.h"

#include <algorithm>

namespace berth::ui {

void Checklist::setSteps(QList<Step> steps) {
  m_steps = std::move(steps);
  Q_EMIT changed();
}

const Step* Checklist::find(const QString& id) const {
  const auto found = std::ranges::find(m_steps, id, &Step::id);
  return found == m_steps.end() ? nullptr : &*found;
}

void Checklist::set(const QString& id, StepState state, const QString& detail, const QString& fix,
                    const QString& fixCommand) {
  const auto found = std::ranges::find(m_steps, id, &Step::id);
  if (found == m_steps.end()) return;
  found->state = state;
  found->detail = detail;
  found->fix = fix;
  found->fixCommand = fixCommand;
  Q_EMIT changed();
}

void Checklist::setSeconds(const QString& id, qint64 seconds) {
  const auto found = std::ranges::find(m_steps, id, &Step::id);
  if (found == m_steps.end() || found->seconds == seconds) return;
  found->seconds = seconds;
  Q_EMIT changed();
}

int Checklist::count(StepState state) const {
  return static_cast<int>(std::ranges::count(m_steps, state, &Step::state));
}

}  // namespace berth::ui
