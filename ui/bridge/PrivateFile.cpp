#include "ui/bridge/PrivateFile.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

namespace berth::ui {

bool writePrivateFile(const QString& path, const Secret& content) {
  const QString folder = QFileInfo(path).path();
  if (!QFileInfo::exists(folder)) {
    if (!QDir().mkpath(folder)) return false;
    QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
  }
  QSaveFile file(path);
  const std::string_view text = content.reveal();
  const auto size = static_cast<qint64>(text.size());
  return file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) &&
         file.write(text.data(), size) == size && file.commit();
}

}  // namespace berth::ui
