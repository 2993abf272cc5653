// Secrets in the desktop's keyring (Secret Service, KWallet). Where none answers, they are kept for this run only.
#pragma once

#include <QObject>
#include <functional>

#include "core/base/Secret.h"

namespace berth::ui {

class Keyring : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  // The value, or an empty one if there is none. Answers later, on the main thread.
  void read(const QString& key, std::function<void(Secret)> done);
  // `kept` is false when the secret lives only as long as this program.
  void write(const QString& key, const Secret& value, std::function<void(bool kept)> done);
  void remove(const QString& key);

 private:
  QMap<QString, std::shared_ptr<Secret>> m_thisRun;
};

}  // namespace berth::ui
