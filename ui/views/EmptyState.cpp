#include "ui/views/EmptyState.h"

#include <QVBoxLayout>

#include "ui/theme/Colors.h"
#include "ui/theme/Icons.h"
#include "ui/theme/Metrics.h"

namespace berth::ui {

namespace {
constexpr int kIcon = 32;
constexpr int kTextWidth = 420;
}  // namespace

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent),
      m_icon(new QLabel(this)),
      m_headline(new QLabel(this)),
      m_sentence(new QLabel(this)),
      m_button(new PrimaryButton({}, this)) {
  m_headline->setFont(Metrics::headingFont());
  m_sentence->setWordWrap(true);
  m_sentence->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
  m_sentence->setFixedWidth(Metrics::px(kTextWidth));
  auto* column = new QVBoxLayout(this);
  column->setSpacing(Metrics::px(Metrics::kGap));
  column->addStretch(2);
  for (QWidget* part : std::initializer_list<QWidget*>{m_icon, m_headline, m_sentence}) {
    column->addWidget(part, 0, Qt::AlignHCenter);
  }
  column->addSpacing(Metrics::px(Metrics::kGap));
  column->addWidget(m_button, 0, Qt::AlignHCenter);
  column->addStretch(3);
  connect(m_button, &QPushButton::clicked, this, &EmptyState::buttonClicked);
}

void EmptyState::set(const QString& iconName, const QString& headline, const QString& sentence,
                     const QString& buttonText) {
  const int size = Metrics::px(kIcon);
  m_icon->setPixmap(Icons::tinted(iconName, Colors::from(palette()).secondaryText)
                        .pixmap(QSize(size, size), devicePixelRatioF(), QIcon::Normal, QIcon::Off));
  m_headline->setText(headline);
  m_sentence->setText(sentence);
  m_button->setText(buttonText);
  m_button->setVisible(!buttonText.isEmpty());
}

}  // namespace berth::ui
