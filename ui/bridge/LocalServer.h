// The control plane on this computer: `berth server` as a child process, or one that runs already and is left alone.
#pragma once

#include <QNetworkAccessManager>
#include <QObject>
#include <QProcess>
#include <QTimer>
#include <functional>

namespace berth::ui {

// What answers on the server's port.
enum class PortUse { Free, Server, OtherProgram };

// Virtual so that set-up can be tested without a process.
class LocalServer : public QObject {
  Q_OBJECT

 public:
  explicit LocalServer(QObject* parent = nullptr);
  ~LocalServer() override;

  static int port();  // 7080, or what BERTH_PORT says
  QString url() const;
  static QString program();        // the bundled `berth`, beside this program
  static QString dataDirectory();  // what the server keeps everything under
  static QString logFile();

  // Looks without starting anything; answers later, on the main thread.
  void look(std::function<void(PortUse)> done);

  virtual void start();  // ready() or failed() follows
  // Ends the child in good order (running workspaces go on); returns when it is gone, after 3 s at most.
  void stop();
  bool isChild() const { return m_process.state() != QProcess::NotRunning; }

 Q_SIGNALS:
  void ready();
  void failed(const QString& sentence);

 private:
  void probe();
  void judge(PortUse use);
  void launch();
  void fail(const QString& sentence);
  QString lastLogLine() const;

  QProcess m_process;
  QNetworkAccessManager m_network;
  QTimer m_probeTimer;
  int m_probesLeft = 0;
  bool m_isAsking = false;  // a probe is under way
  bool m_isStopping = false;
};

}  // namespace berth::ui
