// Precompiled for every file that uses Qt.
#pragma once

#include <QtCore>
#include <QtGui>
#include <QtWidgets>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
