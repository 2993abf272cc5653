// Desktop notifications of Berth (berth.notifyrc), with actions. The user's desktop decides how they look.
#pragma once

#include <QObject>
#include <functional>

namespace berth::desktop {

struct NotificationAction {
  QString label;
  std::function<void()> run;
};

class Notifier : public QObject {
  Q_OBJECT

 public:
  explicit Notifier(QObject* parent = nullptr);

  // `event` is one of berth.notifyrc. A click on the text runs the first action.
  void show(const QString& event, const QString& title, const QString& text, QList<NotificationAction> actions);

 private:
  static void provideConfiguration();
};

}  // namespace berth::desktop
