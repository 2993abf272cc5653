// The control plane on this computer: `berth server` as a child process, or one that runs already and is left alone.
#pragma once

#include <QObject>
#include <QProcess>
#include <QTimer>

namespace berth::ui {

class LocalServer : public QObject {
  Q_OBJECT

 public:
  static constexpr int kPort = 7080;

  explicit LocalServer(QObject* parent = nullptr);
  ~LocalServer() override;

  QString url() const;
  static QString program();        // the bundled `berth`, beside this program
  static QString dataDirectory();  // what the server keeps everything under
  static QString logFile();

  void start();  // ready() or failed() follows
  // Ends the child in good order (running workspaces go on); returns when it is gone, after 3 s at most.
  void stop();
  bool isChild() const { return m_process.state() != QProcess::NotRunning; }

 Q_SIGNALS:
  void ready();
  void failed(const QString& sentence);

 private:
  void probe();
  void launch();
  QString lastLogLine() const;

  QProcess m_process;
  QTimer m_probeTimer;
  int m_probesLeft = 0;
  bool m_isStopping = false;
};

}  // namespace berth::ui
