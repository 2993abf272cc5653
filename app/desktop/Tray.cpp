#include "app/desktop/Tray.h"

#include <QDBusConnection>
#include <QDBusInterface>
#include <QSystemTrayIcon>

#include "ui/theme/Icons.h"

namespace berth::desktop {

namespace {

const QString kWatcher = QStringLiteral("org.kde.StatusNotifierWatcher");

bool hasNotifierHost() {
  const QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return false;
  const QDBusInterface watcher(kWatcher, QStringLiteral("/StatusNotifierWatcher"), kWatcher, bus);
  return watcher.isValid() && watcher.property("IsStatusNotifierHostRegistered").toBool();
}

}  // namespace

Tray::Tray(ui::TrayMenu& menu, QObject* parent)
    : QObject(parent), m_menu(menu), m_item(QStringLiteral("io.github.berth.Berth")) {
  m_item.setTitle(tr("Berth"));
  m_item.setCategory(KStatusNotifierItem::ApplicationStatus);
  m_item.setStandardActionsEnabled(false);
  m_item.setContextMenu(m_menu.menu());
  connect(&m_item, &KStatusNotifierItem::activateRequested, this, &Tray::windowRequested);
  connect(&m_menu, &ui::TrayMenu::changed, this, &Tray::update);
  update();
}

bool Tray::isAvailable() { return hasNotifierHost() || QSystemTrayIcon::isSystemTrayAvailable(); }

// A desktop that has our icons installed gets the name and tints it itself; others get pixels.
void Tray::update() {
  const QString name = ui::TrayMenu::iconName(m_menu.state());
  if (QIcon::hasThemeIcon(name))
    m_item.setIconByName(name);
  else
    m_item.setIconByPixmap(ui::Icons::themed(name));
  m_item.setToolTip(QIcon(), m_menu.headline(), {});
  const bool needsUser = m_menu.state() == ui::TrayMenu::State::Attention;
  m_item.setStatus(needsUser ? KStatusNotifierItem::NeedsAttention : KStatusNotifierItem::Active);
}

}  // namespace berth::desktop
