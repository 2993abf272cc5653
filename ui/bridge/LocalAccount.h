// The first user of the server on this computer. Its password is made once and kept in the keyring; a desktop without
// one gets a file beside the server's database, which is where `./dev run` in a terminal keeps it too. Whoever can read
// that folder has the database as well.
#pragma once

#include <QObject>
#include <functional>

#include "ui/bridge/Keyring.h"
#include "ui/bridge/SignIn.h"

namespace berth::ui {

class LocalAccount : public QObject {
  Q_OBJECT

 public:
  enum class PasswordPlace { Keyring, File };
  struct SignedIn {
    Secret token;
    PasswordPlace place;
  };
  using Reply = std::function<void(Result<SignedIn>)>;

  // Collaborators outlive the account. `passwordFile` is absolute.
  LocalAccount(SignIn& signIn, Keyring& keyring, QString passwordFile, QObject* parent = nullptr);

  // Signs in to the server at `url`, as its first user; creates that one where there is none yet.
  void signIn(const QString& url, Reply reply);
  const QString& passwordFile() const { return m_passwordFile; }

  static QString defaultPasswordFile();
  static QString userName();  // that of the desktop's user, as servers take names

 private:
  void useNewPassword(const QString& url, Reply reply);
  void ask(const QString& url, const Secret& password, PasswordPlace place, Reply reply);

  SignIn& m_signIn;
  Keyring& m_keyring;
  QString m_passwordFile;
};

}  // namespace berth::ui
