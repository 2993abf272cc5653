#include "app/desktop/Notifier.h"

#include <KNotification>
#include <QDir>
#include <QFile>
#include <QStandardPaths>

namespace berth::desktop {

namespace {
const QString kComponent = QStringLiteral("berth");
}

Notifier::Notifier(QObject* parent) : QObject(parent) { provideConfiguration(); }

// KNotifications finds events only in a data directory. A build that is not installed puts its file there itself.
void Notifier::provideConfiguration() {
  const QString name = QStringLiteral("knotifications6/berth.notifyrc");
  if (!QStandardPaths::locate(QStandardPaths::GenericDataLocation, name).isEmpty()) return;
  const QString own = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QLatin1Char('/') + name;
  QDir().mkpath(QFileInfo(own).path());
  QFile::copy(QStringLiteral(BERTH_NOTIFYRC_SOURCE), own);
}

void Notifier::show(const QString& event, const QString& title, const QString& text,
                    QList<NotificationAction> actions) {
  auto* notification = new KNotification(event, KNotification::CloseOnTimeout, this);
  notification->setComponentName(kComponent);
  notification->setTitle(title);
  notification->setText(text.toHtmlEscaped());
  for (qsizetype i = 0; i < actions.size(); ++i) {
    if (i == 0)
      connect(notification->addDefaultAction(actions[i].label), &KNotificationAction::activated, this, actions[i].run);
    connect(notification->addAction(actions[i].label), &KNotificationAction::activated, this, actions[i].run);
  }
  notification->sendEvent();
}

}  // namespace berth::desktop
