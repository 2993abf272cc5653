// The first page: where workspaces run (this computer or a server), checks with fixes, and the set-up's progress.
#pragma once

#include <QButtonGroup>
#include <QLineEdit>
#include <QRadioButton>
#include <QStackedWidget>
#include <QTimer>
#include <QWidget>

#include "ui/presenters/LocalChecks.h"
#include "ui/presenters/LocalSetup.h"
#include "ui/presenters/ServerSignIn.h"
#include "ui/views/ChecklistView.h"
#include "ui/views/Glyph.h"
#include "ui/views/Label.h"
#include "ui/views/LogView.h"
#include "ui/views/PrimaryButton.h"

namespace berth::ui {

// A large choice with an icon, a title and a sentence; exclusive among its siblings.
class ChoiceCard : public QAbstractButton {
  Q_OBJECT

 public:
  ChoiceCard(const QString& icon, const QString& title, const QString& sentence, QWidget* parent = nullptr);
  QSize sizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void paintRadio(QPainter& painter, const QRectF& place, const Colors& colors) const;

  QString m_icon;
  QString m_sentence;
};

class FirstRunWindow : public QWidget {
  Q_OBJECT

 public:
  FirstRunWindow(LocalChecks& checks, LocalSetup& setup, ServerSignIn& signIn, BuildLogModel& log,
                 QWidget* parent = nullptr);

  void startLocal();
  void raiseWindow();
  // The page "A server", with an address to sign in to again.
  void showServer(const QString& address = {});

 Q_SIGNALS:
  void closed();  // by the user; a set-up that runs goes on

 protected:
  void closeEvent(QCloseEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  // What the page "This computer" shows.
  enum class LocalPage { Checks, Running, Failed };

  QWidget* makeChoices();
  QWidget* makeLocalPage(BuildLogModel& log);
  QWidget* makeLogBox(BuildLogModel& log, QWidget* parent);
  QWidget* makeServerPage();
  QWidget* makeFoot();
  void connectServerPage();
  void showLocal(LocalPage page);
  void update();
  void updateChecks();
  void updateSetup();
  void updateServer();
  void submit();
  void cancel();
  ServerSignIn::Form form() const;

  LocalChecks& m_checks;
  LocalSetup& m_setup;
  ServerSignIn& m_signIn;
  LocalPage m_localPage = LocalPage::Checks;
  ChoiceCard* m_localCard;
  ChoiceCard* m_serverCard;
  QStackedWidget* m_pages;
  Label* m_headline;
  Label* m_elapsed;
  Label* m_subline;
  ChecklistView* m_checklist;
  QWidget* m_logBox;
  LogView* m_log;
  QLineEdit* m_address;
  Label* m_addressNote;
  QRadioButton* m_usesPassword;
  QRadioButton* m_usesToken;
  QLineEdit* m_email;
  QLabel* m_emailLabel;
  QLineEdit* m_secret;
  QLabel* m_secretLabel;
  QLabel* m_tokenLink;
  QString m_serverProblem;
  Glyph* m_footGlyph;
  Label* m_footState;
  QPushButton* m_cancel;
  PrimaryButton* m_start;
  QTimer m_clock;  // the total time, once a second while set-up runs
};

}  // namespace berth::ui
