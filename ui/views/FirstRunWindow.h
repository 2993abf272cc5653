// The first page: where workspaces run (this computer or a server), checks with fixes, and the set-up's progress.
#pragma once

#include <QButtonGroup>
#include <QLabel>
#include <QLineEdit>
#include <QStackedWidget>
#include <QWidget>

#include "ui/bridge/SignIn.h"
#include "ui/presenters/LocalChecks.h"
#include "ui/presenters/LocalSetup.h"
#include "ui/views/ChecklistView.h"
#include "ui/views/LogView.h"
#include "ui/views/PrimaryButton.h"

namespace berth::ui {

// A large choice with an icon, a title and a sentence; exclusive within its group.
class ChoiceCard : public QAbstractButton {
  Q_OBJECT

 public:
  ChoiceCard(const QString& icon, const QString& title, const QString& sentence, QWidget* parent = nullptr);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString m_icon;
  QString m_sentence;
};

class FirstRunWindow : public QWidget {
  Q_OBJECT

 public:
  FirstRunWindow(LocalChecks& checks, LocalSetup& setup, SignIn& signIn, BuildLogModel& log, QWidget* parent = nullptr);

  void startLocal();

 Q_SIGNALS:
  void serverAdded(const QString& url, const berth::Secret& token);
  void done();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QWidget* makeChoices();
  QWidget* makeLocalPage(BuildLogModel& log);
  QWidget* makeServerPage();
  QWidget* makeFoot();
  void updateFoot();
  void submit();
  void connectToServer();

  LocalChecks& m_checks;
  LocalSetup& m_setup;
  SignIn& m_signIn;
  ChoiceCard* m_localCard;
  ChoiceCard* m_serverCard;
  QStackedWidget* m_pages;
  QLabel* m_headline;
  QLabel* m_subline;
  ChecklistView* m_checklist;
  LogView* m_log;
  QLineEdit* m_address;
  QLineEdit* m_token;
  QLabel* m_serverProblem;
  QLabel* m_footState;
  QPushButton* m_cancel;
  PrimaryButton* m_start;
  bool m_isSettingUp = false;
};

}  // namespace berth::ui
