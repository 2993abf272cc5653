#include "ui/models/Connections.h"

#include <QSignalSpy>
#include <QTest>

using namespace berth;
using namespace berth::ui;
using namespace std::chrono_literals;

namespace {

const QString kServer = QStringLiteral("local");
const AgentId kMain = AgentId::random();
const AgentId kDatabase = AgentId::random();

QString idOf(const AgentId& agent) { return QString::fromStdString(agent.toString()); }

AgentConnection connection(const AgentId& agent, qint64 received = 0, qint64 sent = 0) {
  return {.agent = agent, .path = AgentConnection::Path::Direct, .receiveRate = received, .sendRate = sent};
}

AgentItem item(const AgentId& agent) {
  AgentItem made;
  made.id = idOf(agent);
  return made;
}

}  // namespace

class ConnectionsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QTest::failOnWarning(); }

  void findsAnAgentsConnection() {
    Connections connections;
    QSignalSpy changed(&connections, &Connections::changed);
    connections.update(kServer, {connection(kMain)});
    QCOMPARE(changed.count(), 1);
    QVERIFY(connections.find(kServer, idOf(kMain)) != nullptr);
    QVERIFY(connections.find(kServer, idOf(kDatabase)) == nullptr);
    QVERIFY(connections.find(QStringLiteral("other"), idOf(kMain)) == nullptr);
  }

  void keepsAMinuteOfTraffic() {
    Connections connections;
    for (int second = 1; second <= 100; ++second) connections.update(kServer, {connection(kMain, second, 2 * second)});
    const auto traffic = connections.traffic(kServer, {item(kMain)});
    QCOMPARE(traffic.size(), Connections::kSamples);
    QVERIFY((traffic.last() == TrafficSample{100, 200}));
    QVERIFY((traffic.first() == TrafficSample{41, 82}));
  }

  void addsUpTheAgentsOfAWorkspaceByTheirNewestSecond() {
    Connections connections;
    connections.update(kServer, {connection(kMain, 1, 10)});
    connections.update(kServer, {connection(kMain, 2, 20), connection(kDatabase, 100, 0)});
    const auto traffic = connections.traffic(kServer, {item(kMain), item(kDatabase), item(AgentId::random())});
    QCOMPARE(traffic, (QList<TrafficSample>{{1, 10}, {102, 20}}));
  }

  void forgetsWhatIsNotConnectedAnyMore() {
    Connections connections;
    connections.update(kServer, {connection(kMain), connection(kDatabase)});
    connections.update(kServer, {connection(kMain)});
    QVERIFY(connections.find(kServer, idOf(kDatabase)) == nullptr);
    connections.update(kServer, {});
    QVERIFY(connections.traffic(kServer, {item(kMain)}).isEmpty());
    connections.update(kServer, {connection(kMain)});
    QCOMPARE(connections.traffic(kServer, {item(kMain)}).size(), 1);
  }

  void saysTheWay_data() {
    using Path = AgentConnection::Path;
    QTest::addColumn<int>("path");
    QTest::addColumn<qint64>("microseconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("near") << static_cast<int>(Path::Direct) << qint64{240} << QStringLiteral("direct < 1 ms");
    QTest::newRow("direct") << static_cast<int>(Path::Direct) << qint64{3400} << QStringLiteral("direct 3 ms");
    QTest::newRow("relayed") << static_cast<int>(Path::Relayed) << qint64{41'000} << QStringLiteral("relayed 41 ms");
    QTest::newRow("not yet measured") << static_cast<int>(Path::Relayed) << qint64{-1} << QStringLiteral("relayed");
    QTest::newRow("connecting") << static_cast<int>(Path::Connecting) << qint64{-1} << QStringLiteral("connecting");
  }
  void saysTheWay() {
    QFETCH(int, path);
    QFETCH(qint64, microseconds);
    AgentConnection way{.path = static_cast<AgentConnection::Path>(path)};
    if (microseconds >= 0) way.latency = std::chrono::microseconds(microseconds);
    QTEST(pathText(way), "text");
  }

  void ratesHaveThreeFiguresAtMost_data() {
    QTest::addColumn<qint64>("rate");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << qint64{0} << QStringLiteral("0 B/s");
    QTest::newRow("bytes") << qint64{999} << QStringLiteral("999 B/s");
    QTest::newRow("kilobytes") << qint64{240'400} << QStringLiteral("240 kB/s");
    QTest::newRow("few") << qint64{1840} << QStringLiteral("1.8 kB/s");
    QTest::newRow("whole") << qint64{4'000'000} << QStringLiteral("4 MB/s");
    QTest::newRow("rounded up") << qint64{999'700} << QStringLiteral("1 MB/s");
    QTest::newRow("many") << qint64{1'240'000'000} << QStringLiteral("1.2 GB/s");
  }
  void ratesHaveThreeFiguresAtMost() {
    QFETCH(qint64, rate);
    QTEST(rateText(rate), "text");
  }

  void aScaleHasRoomAndARoundEnd() {
    QCOMPARE(scaleFor(0), qint64{1000});
    QCOMPARE(scaleFor(1000), qint64{1000});
    QCOMPARE(scaleFor(1001), qint64{2000});
    QCOMPARE(scaleFor(2'400'000), qint64{3'000'000});
    QCOMPARE(scaleFor(8'100'000), qint64{10'000'000});
  }
};

QTEST_APPLESS_MAIN(ConnectionsTest)
#include "ConnectionsTest.moc"
