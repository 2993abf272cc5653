#include "ui/views/TrayMenu.h"

namespace berth::ui {

namespace {

// More would not fit a screen; the window shows all.
constexpr qsizetype kMostRunning = 8;
constexpr qsizetype kMostStopped = 12;

// A menu takes "&" for a mnemonic.
QString escaped(QString text) { return text.replace(QLatin1Char('&'), QLatin1String("&&")); }

}  // namespace

TrayMenu::TrayMenu(WorkspacesPresenter& presenter, QObject* parent)
    : QObject(parent), m_presenter(presenter), m_menu(new QMenu) {
  connect(&m_presenter, &WorkspacesPresenter::workspacesChanged, this, &TrayMenu::update);
  connect(&m_presenter, &WorkspacesPresenter::deploymentsChanged, this, &TrayMenu::update);
  update();
}

TrayMenu::~TrayMenu() { delete m_menu; }

QString TrayMenu::iconName(State state) {
  switch (state) {
    case State::Attention: return QStringLiteral("berth-tray-attention-symbolic");
    case State::Offline: return QStringLiteral("berth-tray-offline-symbolic");
    case State::Connecting: return QStringLiteral("berth-tray-connecting-symbolic");
    case State::Connected: return QStringLiteral("berth-tray-connected-symbolic");
    case State::Idle: break;
  }
  return QStringLiteral("berth-tray-idle-symbolic");
}

QString TrayMenu::titleOf(const DeploymentItem& deployment, const WorkspaceItem& item) const {
  QString title = item.name;
  if (m_presenter.hasSeveralDeployments()) title = tr("%1 – %2").arg(title, deployment.name);
  if (deployment.isStale()) return tr("%1 (offline)").arg(title);
  if (item.isChanging()) return tr("%1 (%2)").arg(title, item.statusWord.toLower());
  if (item.role == Role::Attention) return tr("%1 (%2)").arg(title, item.statusDetail);
  if (item.role == Role::Failed) return tr("%1 (failed)").arg(title);
  return title;
}

void TrayMenu::addWorkspace(QMenu* menu, const Entry& entry) {
  const WorkspaceKey& key = entry.key;
  if (entry.item.isChanging() || entry.isStale) {
    QAction* action = menu->addAction(escaped(entry.title), this, [this, key] { Q_EMIT logRequested(key); });
    action->setEnabled(!entry.isStale);
    return;
  }
  QMenu* own = menu->addMenu(escaped(entry.title));
  if (entry.item.isRunning()) {
    own->addAction(tr("Open in VS Code"), this, [this, key] { Q_EMIT editorRequested(key); });
    own->addAction(tr("Open terminal"), this, [this, key] { Q_EMIT terminalRequested(key); });
    own->addAction(tr("Copy SSH command"), this, [this, key] { Q_EMIT copySshRequested(key); });
    own->addSeparator();
    own->addAction(tr("Restart"), this, [this, key] { m_presenter.restart(key); });
    own->addAction(tr("Stop"), this, [this, key] { m_presenter.stop(key); });
  } else {
    own->addAction(tr("Start"), this, [this, key] { m_presenter.start(key); });
  }
  own->addSeparator();
  own->addAction(tr("Show log"), this, [this, key] { Q_EMIT logRequested(key); });
}

void TrayMenu::update() {
  QList<Entry> active;
  QList<Entry> stopped;
  int attention = 0;
  int running = 0;
  bool isOffline = false;
  bool isConnecting = !m_presenter.changing().isEmpty();
  QString shown;
  for (const DeploymentItem& deployment : m_presenter.deployments()) {
    isOffline |= deployment.isStale();
    isConnecting |= deployment.state == LoadState::Loading;
    for (const WorkspaceItem& item : m_presenter.model()->workspaces(deployment.id)) {
      const Entry entry{{deployment.id, item.id}, item, titleOf(deployment, item), deployment.isStale()};
      (item.isRunning() || item.isChanging() ? active : stopped).append(entry);
      if (entry.isStale) continue;
      running += item.isRunning() ? 1 : 0;
      attention += item.role == Role::Attention || item.role == Role::Failed ? 1 : 0;
    }
  }
  for (const Entry& entry : active + stopped)
    shown += entry.key.workspaceId + entry.title + QString::number(static_cast<int>(entry.item.status));
  m_headline = attention > 0 ? tr("Berth: %1 running, %2 need you").arg(running).arg(attention)
                             : tr("Berth: %1 running").arg(running);
  m_state = attention > 0  ? State::Attention
            : isOffline    ? State::Offline
            : isConnecting ? State::Connecting
            : running > 0  ? State::Connected
                           : State::Idle;
  Q_EMIT changed();
  shown += m_headline;
  if (shown == m_shown) return;  // an open menu must not move under the pointer
  m_shown = shown;
  rebuild(active, stopped);
}

void TrayMenu::rebuild(const QList<Entry>& active, const QList<Entry>& stopped) {
  m_menu->clear();
  QAction* head = m_menu->addAction(m_headline, this, &TrayMenu::windowRequested);
  m_menu->setDefaultAction(head);
  m_menu->addSeparator();
  for (const Entry& entry : active.first(std::min(active.size(), kMostRunning))) addWorkspace(m_menu, entry);
  if (!stopped.isEmpty()) {
    QMenu* more = m_menu->addMenu(tr("Stopped"));
    for (const Entry& entry : stopped.first(std::min(stopped.size(), kMostStopped))) addWorkspace(more, entry);
  }
  if (!active.isEmpty() || !stopped.isEmpty()) m_menu->addSeparator();
  m_menu->addAction(tr("New workspace …"), this, &TrayMenu::newWorkspaceRequested);
  m_menu->addAction(tr("Show Berth"), this, &TrayMenu::windowRequested);
  m_menu->addSeparator();
  m_menu->addAction(tr("Quit"), this, &TrayMenu::quitRequested);
}

}  // namespace berth::ui
