// Secrets in the desktop's keyring (Secret Service, KWallet). Where none answers, they are kept for this run only.
// Virtual so that tests have a keyring of their own.
#pragma once

#include <QObject>
#include <functional>

#include "core/base/Secret.h"

namespace berth::ui {

enum class KeyringAnswer {
  Found,
  Missing,  // never stored
  Refused,  // there is a keyring, but it is locked or said no: the user is not signed out
  Absent,   // this desktop has no keyring
};

class Keyring : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  using ReadReply = std::function<void(KeyringAnswer, Secret)>;

  // Answers later, on the main thread; a locked keyring may take as long as its user does. Without a keyring a secret
  // written in this run is still found.
  virtual void read(const QString& key, ReadReply done);
  // `kept` is false when the secret lives only as long as this program.
  virtual void write(const QString& key, const Secret& value, std::function<void(bool kept)> done);

 private:
  void tellMissingFromLocked(const QString& key, const ReadReply& done);

  QMap<QString, std::shared_ptr<Secret>> m_thisRun;
};

}  // namespace berth::ui
