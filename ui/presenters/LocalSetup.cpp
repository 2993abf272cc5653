#include "ui/presenters/LocalSetup.h"

#include <QRegularExpression>

#include "core/base/Random.h"

namespace berth::ui {

namespace {

const QString kServer = QStringLiteral("server");
const QString kUser = QStringLiteral("user");
const QString kTemplate = QStringLiteral("template");
const QString kWorkspace = QStringLiteral("workspace");
const QString kAgent = QStringLiteral("agent");
const QString kPasswordKey = QStringLiteral("password/local");
const QString kStarterName = QStringLiteral("docker");
const QString kLocalId = QStringLiteral("local");
constexpr std::size_t kPasswordLength = 24;

// Names of servers' users: letters, digits and single hyphens.
QString userName() {
  static const QRegularExpression kOthers(QStringLiteral("[^a-zA-Z0-9]+"));
  QString name = QString::fromLocal8Bit(qgetenv("USER")).replace(kOthers, QStringLiteral("-"));
  while (name.startsWith(QLatin1Char('-'))) name.removeFirst();
  while (name.endsWith(QLatin1Char('-'))) name.removeLast();
  return name.isEmpty() ? QStringLiteral("owner") : name;
}

}  // namespace

LocalSetup::LocalSetup(LocalServer& server, SignIn& signIn, Keyring& keyring, WorkspacesPresenter& workspaces,
                       QObject* parent)
    : QObject(parent), m_server(server), m_signIn(signIn), m_keyring(keyring), m_workspaces(workspaces) {
  m_clock.setInterval(1000);
  connect(&m_clock, &QTimer::timeout, this, [this] { m_list.setSeconds(m_current, m_since.elapsed() / 1000); });
  connect(&m_server, &LocalServer::ready, this, [this] {
    if (m_isRunning && m_current == kServer) createUser();
  });
  connect(&m_server, &LocalServer::failed, this, [this](const QString& sentence) {
    if (m_isRunning) fail(sentence, tr("The whole log is %1.").arg(LocalServer::logFile()));
  });
  connect(&m_workspaces, &WorkspacesPresenter::workspacesChanged, this, &LocalSetup::advance);
  connect(m_workspaces.templates(), &QAbstractItemModel::modelReset, this, &LocalSetup::advance);
  connect(&m_workspaces, &WorkspacesPresenter::failed, this, [this](const QString& what, const QString& why) {
    if (m_isRunning && m_current == kWorkspace) fail(QStringLiteral("%1: %2").arg(what, why), {});
  });
}

void LocalSetup::start() {
  const auto step = [](const QString& id, const QString& title) {
    Step made;
    made.id = id;
    made.title = title;
    return made;
  };
  m_list.setSteps({step(kServer, tr("Start the server")), step(kUser, tr("Create the local user")),
                   step(kTemplate, tr("Add the template Docker starter")),
                   step(kWorkspace, tr("Build the first workspace")), step(kAgent, tr("Connect to its agent"))});
  m_isRunning = true;
  m_hasAskedForWorkspace = false;
  m_clock.start();
  enter(kServer);
  m_server.start();
}

void LocalSetup::cancel() {
  if (!m_isRunning) return;
  m_isRunning = false;
  m_clock.stop();
  if (const auto item = findWorkspace(); item && item->isChanging()) m_workspaces.cancel(m_key);
}

void LocalSetup::enter(const QString& step) {
  m_current = step;
  m_since.start();
  m_list.set(step, StepState::Running);
}

void LocalSetup::complete(const QString& step, const QString& detail) {
  m_list.set(step, StepState::Done, detail);
  m_list.setSeconds(step, m_since.elapsed() / 1000);
}

void LocalSetup::fail(const QString& sentence, const QString& fix) {
  m_list.set(m_current, StepState::Failed, sentence, fix);
  m_isRunning = false;
  m_clock.stop();
  Q_EMIT failed(sentence);
}

void LocalSetup::createUser() {
  complete(kServer, m_server.url().mid(7));
  enter(kUser);
  m_keyring.read(kPasswordKey, [this](Secret password) {
    const auto signIn = [this](const Secret& chosen) {
      m_signIn.asFirstUser(m_server.url(), userName(), chosen, [this](Result<Secret> token) {
        if (!m_isRunning) return;
        if (token)
          acceptToken(*token);
        else
          fail(tr("Signing in to the server on this computer failed: %1")
                   .arg(QString::fromStdString(token.error().message())),
               tr("If its first user was made elsewhere, add it as a server at %1.").arg(m_server.url()));
      });
    };
    if (!password.isEmpty()) return signIn(password);
    const Secret made(randomAlphanumeric(kPasswordLength));
    m_keyring.write(kPasswordKey, made, [signIn, made](bool) { signIn(made); });
  });
}

void LocalSetup::acceptToken(const Secret& token) {
  m_keyring.write(QString::fromLatin1(kTokenKey), token, [this](bool kept) {
    m_list.set(kUser, StepState::Done,
               kept ? tr("password kept in the desktop keyring")
                    : tr("no keyring answers: the sign-in lasts as long as Berth runs"));
  });
  complete(kUser, {});
  enter(kTemplate);
  Q_EMIT signedIn(token);
  advance();
}

const TemplateItem* LocalSetup::starterTemplate() const {
  const TemplateModel* templates = m_workspaces.templates();
  for (int row = 0; row < templates->rowCount(); ++row) {
    const TemplateItem* item = templates->item(templates->index(row, 0));
    if (item->deploymentId == kLocalId && item->slug == kStarterName) return item;
  }
  return nullptr;
}

std::optional<WorkspaceItem> LocalSetup::findWorkspace() const {
  const WorkspaceModel* model = m_workspaces.model();
  const QModelIndex local = model->deploymentIndex(kLocalId);
  for (int row = 0; row < model->rowCount(local); ++row) {
    const auto item = model->workspace(model->index(row, 0, local));
    if (item && item->name == QLatin1String(kWorkspaceName)) return item;
  }
  return std::nullopt;
}

void LocalSetup::advance() {
  if (!m_isRunning) return;
  if (m_current == kTemplate) {
    const TemplateItem* starter = starterTemplate();
    if (starter == nullptr) return;
    complete(kTemplate, starter->description);
    enter(kWorkspace);
  }
  if (m_current != kWorkspace && m_current != kAgent) return;
  if (const auto item = findWorkspace()) {
    m_key = {kLocalId, item->id};
    advanceWorkspace(*item);
  } else if (!m_hasAskedForWorkspace) {
    m_hasAskedForWorkspace = true;
    m_workspaces.create(kLocalId, starterTemplate()->id, QString::fromLatin1(kWorkspaceName));
  }
}

void LocalSetup::advanceWorkspace(const WorkspaceItem& item) {
  m_workspaces.showLog(m_key);
  if (m_current == kWorkspace) {
    if (item.canStart() && !m_hasAskedForWorkspace) {
      m_hasAskedForWorkspace = true;
      m_workspaces.start(m_key);
      return;
    }
    if (item.status == WorkspaceStatus::Failed && m_hasAskedForWorkspace && !item.isChanging())
      return fail(item.statusDetail, tr("The log below says more."));
    if (!item.isRunning()) {
      const auto& phases = m_workspaces.log()->phases();
      m_list.set(kWorkspace, StepState::Running, phases.isEmpty() ? item.statusWord : phases.last().name);
      return;
    }
    complete(kWorkspace, item.templateName);
    enter(kAgent);
  }
  const bool isReady = !item.agents.isEmpty() && item.agents.first().isConnected;
  if (!isReady) return;
  complete(kAgent, item.agents.first().stateText);
  m_isRunning = false;
  m_clock.stop();
  Q_EMIT finished();
}

}  // namespace berth::ui
