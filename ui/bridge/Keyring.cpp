#include "ui/bridge/Keyring.h"

#include <qt6keychain/keychain.h>

namespace berth::ui {

namespace {

QString service() { return QStringLiteral("berth"); }

QString text(const Secret& secret) {
  return QString::fromUtf8(secret.reveal().data(), static_cast<qsizetype>(secret.reveal().size()));
}

}  // namespace

void Keyring::read(const QString& key, std::function<void(Secret)> done) {
  auto* job = new QKeychain::ReadPasswordJob(service(), this);
  job->setKey(key);
  connect(job, &QKeychain::Job::finished, this, [this, job, key, done = std::move(done)] {
    if (job->error() == QKeychain::NoError)
      done(Secret(job->textData().toStdString()));
    else
      done(m_thisRun.contains(key) ? *m_thisRun[key] : Secret());
  });
  job->start();
}

void Keyring::write(const QString& key, const Secret& value, std::function<void(bool)> done) {
  m_thisRun.insert(key, std::make_shared<Secret>(value));
  auto* job = new QKeychain::WritePasswordJob(service(), this);
  job->setKey(key);
  job->setTextData(text(value));
  connect(job, &QKeychain::Job::finished, this,
          [job, done = std::move(done)] { done(job->error() == QKeychain::NoError); });
  job->start();
}

void Keyring::remove(const QString& key) {
  m_thisRun.remove(key);
  auto* job = new QKeychain::DeletePasswordJob(service(), this);
  job->setKey(key);
  job->start();
}

}  // namespace berth::ui
