// Adding a server by its address, against a small server in this process and the real client library.
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "ui/presenters/ServerSignIn.h"

using namespace berth;
using namespace berth::ui;

namespace {

constexpr int kAnswerMs = 10000;

// Answers each request by its path; everything else is 404.
class SmallServer final : public QTcpServer {
 public:
  SmallServer() {
    listen(QHostAddress::LocalHost);
    connect(this, &QTcpServer::newConnection, this, [this] {
      QTcpSocket* socket = nextPendingConnection();
      connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
        const QByteArray request = socket->readAll();
        for (const QByteArray& line : request.split('\n'))
          if (line.startsWith("GET ") || line.startsWith("POST ")) socket->write(answerTo(line.split(' ')[1]));
      });
    });
  }

  void set(const QByteArray& path, int status, const QByteArray& body) { m_answers[path] = {status, body}; }
  QString url() const { return QStringLiteral("http://127.0.0.1:%1").arg(serverPort()); }
  bool isBerth = true;

 private:
  QByteArray answerTo(const QByteArray& path) const {
    const auto [status, body] = m_answers.value(path, {404, R"({"message":"Not found."})"});
    return "HTTP/1.1 " + QByteArray::number(status) + " X\r\nContent-Type: application/json\r\n" +
           (isBerth ? "X-Coder-Build-Version: v2.35.0\r\n" : "") +
           "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
  }

  QMap<QByteArray, std::pair<int, QByteArray>> m_answers;
};

struct Fixture {
  CoreThread thread;
  SignIn signIn{thread};
  ServerSignIn presenter{signIn};
  QSignalSpy failed{&presenter, &ServerSignIn::failed};
  QSignalSpy signedIn{&presenter, &ServerSignIn::signedIn};

  // What the user is told after submitting; empty when signed in.
  QString submit(const ServerSignIn::Form& form) {
    presenter.submit(form);
    const auto isAnswered = [this] { return failed.count() + signedIn.count() > 0; };
    if (!QTest::qWaitFor(isAnswered, kAnswerMs)) return QStringLiteral("no answer");
    return failed.isEmpty() ? QString() : failed.takeFirst()[0].toString();
  }
};

ServerSignIn::Form passwordForm(const QString& address) {
  return {.address = address, .email = QStringLiteral("alice@example.com"), .secret = QStringLiteral("secret")};
}

ServerSignIn::Form tokenForm(const QString& address) {
  return {.address = address, .usesToken = true, .secret = QStringLiteral(" token\n")};
}

}  // namespace

class ServerSignInTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { QTest::failOnWarning(); }

  void addressesAreCheckedWhileTheyAreTyped_data() {
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("used");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* typed, const char* used, const char* problem) {
      QTest::newRow(typed) << QString::fromLatin1(typed) << QString::fromLatin1(used) << QString::fromLatin1(problem);
    };
    row(" coder.example.com ", "https://coder.example.com", "");
    row("http://127.0.0.1:7080/login?x=1", "http://127.0.0.1:7080", "");
    row("ftp://example.com", "", "The address begins with https:// or http://, not with ftp://.");
    row("https://", "", "This is no address. Example: https://coder.example.com");
    row("two words", "", "This is no address. Example: https://coder.example.com");
    row("https://me:pw@example.com", "", "Leave the name and password out of the address.");
    row("", "", "");
  }

  void addressesAreCheckedWhileTheyAreTyped() {
    QFETCH(QString, typed);
    QTEST(ServerSignIn::normalized(typed), "used");
    QTEST(ServerSignIn::problemOf(typed), "problem");
  }

  void anUnencryptedConnectionIsNamedUnlessItStaysOnThisComputer() {
    QVERIFY(!ServerSignIn::warningOf(QStringLiteral("http://coder.example.com")).isEmpty());
    QVERIFY(ServerSignIn::warningOf(QStringLiteral("http://localhost:7080")).isEmpty());
    QVERIFY(ServerSignIn::warningOf(QStringLiteral("coder.example.com")).isEmpty());
  }

  void signsInWithPasswordAndWithToken() {
    SmallServer server;
    server.set("/api/v2/users/first", 200, R"({"message":"yes"})");
    server.set("/api/v2/users/login", 201, R"({"session_token":"abc"})");
    Fixture byPassword;
    QCOMPARE(byPassword.submit(passwordForm(server.url())), QString());
    QCOMPARE(byPassword.signedIn[0][0].toString(), server.url());
    QCOMPARE(byPassword.signedIn[0][1].value<Secret>().reveal(), std::string_view("abc"));
    server.set("/api/v2/users/me", 200,
               R"({"id":"c2b1ad3e-6c9f-4f0a-9d3b-0a1b2c3d4e5f","username":"alice","email":"a@b.c"})");
    Fixture byToken;
    QCOMPARE(byToken.submit(tokenForm(server.url())), QString());
    QCOMPARE(byToken.signedIn[0][1].value<Secret>().reveal(), std::string_view("token"));
  }

  void refusalsAreSaidInWords() {
    SmallServer server;
    server.set("/api/v2/users/first", 200, R"({"message":"yes"})");
    server.set("/api/v2/users/login", 401, R"({"message":"Incorrect email or password."})");
    server.set("/api/v2/users/me", 401, R"({"message":"Cookie is invalid."})");
    Fixture f;
    QVERIFY(f.submit(passwordForm(server.url())).endsWith(QLatin1String("refuses this e-mail and password.")));
    QVERIFY(f.submit(tokenForm(server.url())).contains(QLatin1String("does not know this token")));
  }

  void anotherKindOfServerIsNamedSo() {
    SmallServer server;
    server.isBerth = false;
    Fixture f;
    const QString said = f.submit(passwordForm(server.url()));
    QVERIFY2(said.contains(QLatin1String("is not a Berth or Coder server")), qPrintable(said));
  }

  void aServerThatIsAwaySaysWhichAndWhy() {
    quint16 port = 0;
    {
      QTcpServer gone;
      gone.listen(QHostAddress::LocalHost);
      port = gone.serverPort();
    }
    Fixture f;
    const QString said = f.submit(passwordForm(QStringLiteral("http://127.0.0.1:%1").arg(port)));
    QVERIFY2(said.startsWith(QStringLiteral("127.0.0.1:%1 cannot be reached: ").arg(port)), qPrintable(said));
  }

  void nothingIsAskedBeforeTheFormIsComplete() {
    QVERIFY(!ServerSignIn::isComplete({.address = QStringLiteral("a.example"), .secret = QStringLiteral("x")}));
    QVERIFY(!ServerSignIn::isComplete(
        {.address = QStringLiteral("ftp://a"), .usesToken = true, .secret = QStringLiteral("x")}));
    QVERIFY(ServerSignIn::isComplete(tokenForm(QStringLiteral("a.example"))));
  }
};

QTEST_MAIN(ServerSignInTest)
#include "ServerSignInTest.moc"
