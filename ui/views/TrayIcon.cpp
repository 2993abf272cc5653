#include "ui/views/TrayIcon.h"

#include <QApplication>

#include "ui/theme/Icons.h"

namespace berth::ui {

namespace {

constexpr qsizetype kMostRunning = 12;  // more would not fit a screen; the window shows all

QString iconName(const WorkspacesPresenter& presenter, int running, int attention, bool isOffline) {
  if (attention > 0) return QStringLiteral("berth-tray-attention-symbolic");
  if (isOffline) return QStringLiteral("berth-tray-offline-symbolic");
  if (!presenter.changing().isEmpty()) return QStringLiteral("berth-tray-connecting-symbolic");
  return running > 0 ? QStringLiteral("berth-tray-connected-symbolic") : QStringLiteral("berth-tray-idle-symbolic");
}

QString headline(int running, int attention) {
  if (attention > 0) return TrayIcon::tr("Berth: %1 running, %2 need you").arg(running).arg(attention);
  return TrayIcon::tr("Berth: %1 running").arg(running);
}

}  // namespace

TrayIcon::TrayIcon(WorkspacesPresenter& presenter, QObject* parent) : QObject(parent), m_presenter(presenter) {
  m_icon.setContextMenu(&m_menu);
  connect(&m_icon, &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
    if (reason == QSystemTrayIcon::Trigger) Q_EMIT windowRequested();
  });
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &TrayIcon::update);
  connect(&m_presenter, &WorkspacesPresenter::deploymentsChanged, this, &TrayIcon::update);
  update();
}

void TrayIcon::show() { m_icon.show(); }

void TrayIcon::addWorkspace(QMenu* menu, const WorkspaceKey& key, const WorkspaceItem& item) {
  if (item.isChanging()) {
    menu->addAction(tr("%1 (%2)").arg(item.name, item.statusWord.toLower()), this,
                    [this, key] { Q_EMIT logRequested(key); });
    return;
  }
  const QString title = item.role == Role::Attention ? tr("%1 (%2)").arg(item.name, item.statusDetail) : item.name;
  QMenu* own = menu->addMenu(title);
  if (item.isRunning()) {
    own->addAction(tr("Open in VS Code"), this, [this, key] { Q_EMIT editorRequested(key); });
    own->addAction(tr("Open terminal"), this, [this, key] { Q_EMIT terminalRequested(key); });
    own->addSeparator();
    own->addAction(tr("Restart"), this, [this, key] { m_presenter.restart(key); });
    own->addAction(tr("Stop"), this, [this, key] { m_presenter.stop(key); });
  } else {
    own->addAction(tr("Start"), this, [this, key] { m_presenter.start(key); });
    own->addAction(tr("Show log"), this, [this, key] { Q_EMIT logRequested(key); });
  }
}

void TrayIcon::update() {
  QList<std::pair<WorkspaceKey, WorkspaceItem>> active;
  QList<std::pair<WorkspaceKey, WorkspaceItem>> stopped;
  int attention = 0;
  int running = 0;
  bool isOffline = false;
  const WorkspaceModel* model = m_presenter.model();
  QString shown;
  for (int group = 0; group < model->rowCount(); ++group) {
    const QModelIndex parent = model->index(group, 0);
    isOffline |= model->deployment(parent)->state == LoadState::Failed;
    for (int row = 0; row < model->rowCount(parent); ++row) {
      const QModelIndex index = model->index(row, 0, parent);
      const auto item = model->workspace(index);
      const bool isActive = item->isRunning() || item->isChanging();
      (isActive ? active : stopped).append({WorkspacesPresenter::keyOf(index), *item});
      running += item->isRunning() ? 1 : 0;
      attention += item->role == Role::Attention || item->role == Role::Failed ? 1 : 0;
      shown += QStringLiteral("%1:%2:%3;").arg(item->name, item->statusWord, item->statusDetail);
    }
  }
  shown += headline(running, attention);
  // The desktop gives the icon its colour; this one is for trays that take pixels as they are.
  m_icon.setIcon(Icons::tinted(iconName(m_presenter, running, attention, isOffline),
                               QApplication::palette().color(QPalette::WindowText)));
  m_icon.setToolTip(headline(running, attention));
  if (shown == m_shown) return;  // an open menu must not move under the pointer
  m_shown = shown;

  m_menu.clear();
  QAction* head = m_menu.addAction(headline(running, attention), this, &TrayIcon::windowRequested);
  m_menu.setDefaultAction(head);
  m_menu.addSeparator();
  for (const auto& [key, item] : active.first(std::min(active.size(), kMostRunning))) addWorkspace(&m_menu, key, item);
  if (!stopped.isEmpty()) {
    QMenu* more = m_menu.addMenu(tr("Stopped"));
    for (const auto& [key, item] : std::as_const(stopped)) addWorkspace(more, key, item);
  }
  m_menu.addSeparator();
  m_menu.addAction(tr("New workspace …"), this, &TrayIcon::newWorkspaceRequested);
  m_menu.addAction(tr("Show Berth"), this, &TrayIcon::windowRequested);
  m_menu.addSeparator();
  m_menu.addAction(tr("Quit"), this, &TrayIcon::quitRequested);
}

}  // namespace berth::ui
