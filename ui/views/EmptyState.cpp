#include "ui/views/EmptyState.h"

#include <QEvent>
#include <QVBoxLayout>

#include "ui/theme/Icons.h"

namespace berth::ui {

namespace {
constexpr int kIcon = 32;
constexpr int kTextWidth = 420;
}  // namespace

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent),
      m_icon(new QLabel(this)),
      m_headline(new Label(this, Metrics::headingFont())),
      m_sentence(new Label(this, Metrics::bodyFont(), Label::Ink::Secondary)),
      m_primary(new PrimaryButton({}, this)),
      m_secondary(new QPushButton(this)) {
  setBackgroundRole(QPalette::Base);
  setAutoFillBackground(true);
  m_sentence->setWordWrap(true);
  m_sentence->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
  m_sentence->setFixedWidth(Metrics::px(kTextWidth));
  auto* column = new QVBoxLayout(this);
  column->setSpacing(Metrics::px(Metrics::kGap));
  column->addStretch(2);
  for (QWidget* part : std::initializer_list<QWidget*>{m_icon, m_headline, m_sentence})
    column->addWidget(part, 0, Qt::AlignHCenter);
  column->addSpacing(Metrics::px(Metrics::kGap));
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(Metrics::px(Metrics::kGap));
  buttons->addStretch(1);
  buttons->addWidget(m_primary);
  buttons->addWidget(m_secondary);
  buttons->addStretch(1);
  column->addLayout(buttons);
  column->addStretch(3);
  connect(m_primary, &QPushButton::clicked, this, &EmptyState::primaryClicked);
  connect(m_secondary, &QPushButton::clicked, this, &EmptyState::secondaryClicked);
}

void EmptyState::set(const Face& face) {
  m_face = face;
  m_headline->setText(face.headline);
  m_sentence->setText(face.sentence);
  m_sentence->setMinimumHeight(m_sentence->heightForWidth(m_sentence->width()));
  m_primary->setText(face.primary);
  m_primary->setVisible(!face.primary.isEmpty());
  m_secondary->setText(face.secondary);
  m_secondary->setVisible(!face.secondary.isEmpty());
  setAccessibleName(face.headline + QStringLiteral(". ") + face.sentence);
  updateIcon();
}

void EmptyState::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) updateIcon();
}

void EmptyState::updateIcon() {
  if (m_face.icon.isEmpty()) return m_icon->clear();
  const Colors colors = Colors::from(palette());
  const QColor color = m_face.role ? colors.role(*m_face.role) : colors.secondaryText;
  const int size = Metrics::px(kIcon);
  m_icon->setPixmap(Icons::tinted(m_face.icon, color).pixmap(QSize(size, size), devicePixelRatioF()));
}

}  // namespace berth::ui
