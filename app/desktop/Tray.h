// The icon in the desktop's tray (StatusNotifierItem, else the older X11 tray), with ui::TrayMenu behind it.
#pragma once

#include <KStatusNotifierItem>
#include <QObject>

#include "ui/views/TrayMenu.h"

namespace berth::desktop {

class Tray : public QObject {
  Q_OBJECT

 public:
  // `menu` outlives the tray.
  explicit Tray(ui::TrayMenu& menu, QObject* parent = nullptr);

  // Whether this desktop has a tray that shows the icon: a window may hide only then. Asks the session bus.
  static bool isAvailable();

 Q_SIGNALS:
  void windowRequested();

 private:
  void update();

  ui::TrayMenu& m_menu;
  KStatusNotifierItem m_item;
};

}  // namespace berth::desktop
