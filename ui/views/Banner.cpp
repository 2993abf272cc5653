#include "ui/views/Banner.h"

#include <QHBoxLayout>
#include <QPainter>

namespace berth::ui {

namespace {

// Design pixels.
constexpr int kMinHeight = 40;
constexpr int kInset = 12;
constexpr int kRadius = 4;

}  // namespace

Banner::Banner(QWidget* parent)
    : QFrame(parent), m_glyph(new Glyph(this)), m_text(new Label(this)), m_button(new QPushButton(this)) {
  setMinimumHeight(Metrics::px(kMinHeight));
  m_text->setWordWrap(true);
  m_button->setFont(Metrics::smallFont());
  m_button->setAutoDefault(false);
  auto* row = new QHBoxLayout(this);
  const int inset = Metrics::px(kInset);
  row->setContentsMargins(inset, Metrics::px(4), Metrics::px(6), Metrics::px(4));
  row->setSpacing(Metrics::px(Metrics::kGap));
  row->addWidget(m_glyph);
  row->addWidget(m_text, 1);
  row->addWidget(m_button);
  connect(m_button, &QPushButton::clicked, this, &Banner::buttonClicked);
  hide();
}

void Banner::show(Role role, const QString& sentence, const QString& buttonText) {
  m_role = role;
  m_glyph->setRole(role);
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
}

}  // namespace berth::ui
