#include "ui/views/Banner.h"

#include <QHBoxLayout>
#include <QPainter>

#include "ui/theme/Metrics.h"
#include "ui/theme/StateGlyph.h"

namespace berth::ui {

namespace {
constexpr int kMinHeight = 40;
constexpr int kInset = 12;
constexpr int kGlyph = 16;
constexpr int kRadius = 4;
}  // namespace

Banner::Banner(QWidget* parent) : QFrame(parent), m_text(new QLabel(this)), m_button(new QPushButton(this)) {
  setMinimumHeight(Metrics::px(kMinHeight));
  m_text->setWordWrap(true);
  m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* row = new QHBoxLayout(this);
  const int inset = Metrics::px(kInset);
  row->setContentsMargins(2 * inset + Metrics::px(kGlyph), Metrics::px(6), inset, Metrics::px(6));
  row->addWidget(m_text, 1);
  row->addWidget(m_button);
  connect(m_button, &QPushButton::clicked, this, &Banner::buttonClicked);
  hide();
}

void Banner::show(Role role, const QString& sentence, const QString& buttonText) {
  m_role = role;
  m_text->setText(sentence);
  m_button->setText(buttonText);
  m_button->setVisible(!buttonText.isEmpty());
  setAccessibleName(sentence);
  setVisible(true);
  update();
}

void Banner::paintEvent(QPaintEvent*) {
  const Colors colors = Colors::from(palette());
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(colors.role(m_role), 1));
  painter.setBrush(colors.bannerGround(m_role));
  painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
  QRect glyph(Metrics::px(kInset), 0, Metrics::px(kGlyph), Metrics::px(kGlyph));
  glyph.moveTop((height() - glyph.height()) / 2);
  StateGlyph::paint(painter, QStyle::visualRect(layoutDirection(), rect(), glyph), m_role, colors.role(m_role));
}

}  // namespace berth::ui
