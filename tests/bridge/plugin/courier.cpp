/* Tests of the courier against apps that behave and that do not: `test_courier.py` compiles and runs
   them. The first argument is an empty folder, the second the number of damaged messages.

   The app is in the same process: its socket is read and written here, between two looks at what
   the courier has put into the mailbox. Each test is a function, and the table at the end lists
   them. The first check that fails prints its line and ends the program. */

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

#include "courier.hpp"

using namespace antiphon;

namespace {

void expect(bool holds, const char* what, int line) {
    if (holds) return;
    std::fprintf(stderr, "line %d: this does not hold: %s\n", line, what);
    std::exit(1);
}
#define EXPECT(condition) expect((condition), #condition, __LINE__)

std::string folder;
long damaged_messages = 0;

constexpr std::uint64_t kInstance = 7;
constexpr std::int64_t kPatienceNs = 20'000'000'000;
const wire::Midi kStrike{3, {0x90, 60, 100}};
const wire::Midi kRelease{3, {0x80, 60, 64}};

/* Wait until something holds. */
bool comes_true(const std::function<bool()>& holds) {
    const std::int64_t give_up_ns = steady_ns() + kPatienceNs;
    while (!holds()) {
        if (steady_ns() > give_up_ns) return false;
        std::this_thread::yield();
    }
    return true;
}

/* --------------------------------------------------------------------------- the other side */

/* A connection as the app sees it. */
class Side {
public:
    explicit Side(int handle) : handle_(handle) {}
    ~Side() { ::close(handle_); }
    Side(const Side&) = delete;
    Side& operator=(const Side&) = delete;

    /* Send all; return whether the plugin still listens. */
    bool send_bytes(const std::uint8_t* data, std::size_t size) const {
        while (size > 0) {
            const ssize_t sent = ::send(handle_, data, size, MSG_NOSIGNAL);
            if (sent <= 0) return false;
            data += sent;
            size -= static_cast<std::size_t>(sent);
        }
        return true;
    }

    template <typename Message>
    bool send(const Message& message, std::uint64_t instance = kInstance) const {
        const wire::Encoded encoded = wire::encode(instance, message);
        return send_bytes(encoded.bytes.data(), encoded.size);
    }

    /* Read this many bytes; fewer if the connection ends. */
    std::vector<std::uint8_t> read(std::size_t size) const {
        std::vector<std::uint8_t> data(size);
        const ssize_t got = ::recv(handle_, data.data(), size, MSG_WAITALL);
        data.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return data;
    }

    /* Throw away what has arrived; return whether the connection has ended. */
    bool drain() const {
        std::array<std::uint8_t, 65'536> room;
        for (;;) {
            const ssize_t got = ::recv(handle_, room.data(), room.size(), MSG_DONTWAIT);
            if (got == 0) return true;
            if (got < 0) return errno != EAGAIN;
        }
    }

private:
    const int handle_;
};

class Listener {
public:
    explicit Listener(const std::string& path) : path_(path) {
        handle_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un here{};
        here.sun_family = AF_UNIX;
        std::memcpy(here.sun_path, path.data(), path.size());
        ::unlink(path.c_str());
        EXPECT(::bind(handle_, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0);
        EXPECT(::listen(handle_, 16) == 0);
    }
    ~Listener() {
        ::close(handle_);
        ::unlink(path_.c_str());
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::unique_ptr<Side> accept() const {
        const int side = ::accept(handle_, nullptr, nullptr);
        EXPECT(side >= 0);
        return std::make_unique<Side>(side);
    }

private:
    const std::string path_;
    int handle_;
};

/* A TCP socket on a port that the system chooses. */
class PortListener {
public:
    PortListener() {
        handle_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof here;
        EXPECT(::bind(handle_, reinterpret_cast<const sockaddr*>(&here), size) == 0);
        EXPECT(::listen(handle_, 16) == 0);
        EXPECT(::getsockname(handle_, reinterpret_cast<sockaddr*>(&here), &size) == 0);
        port = ntohs(here.sin_port);
    }
    ~PortListener() { ::close(handle_); }
    PortListener(const PortListener&) = delete;
    PortListener& operator=(const PortListener&) = delete;

    std::unique_ptr<Side> accept() const {
        return std::make_unique<Side>(::accept(handle_, nullptr, nullptr));
    }

    std::uint16_t port = 0;

private:
    int handle_;
};

/* The plugin without its audio thread. */
struct Plugin {
    Mailbox mailbox;
    Courier courier;

    explicit Plugin(const Place& place = {folder, false}, std::int64_t interval_ns = 1'000'000)
        : courier(mailbox, kInstance, {place}, interval_ns) {}

    bool reaches(AppState state) {
        return comes_true([&] { return mailbox.app.load() == state; });
    }

    /* Return the next order that is of a kind; skip the others. */
    template <typename What>
    What next() {
        Order order;
        EXPECT(comes_true([&] {
            return mailbox.orders.pop(order) && std::holds_alternative<What>(order.what);
        }));
        return std::get<What>(order.what);
    }

    void forget_orders() {
        for (Order order; mailbox.orders.pop(order);) {}
    }
};

/* -------------------------------------------------------------------------------- the tests */

void an_app_is_present_from_its_hello_to_its_end() {
    Plugin plugin;
    for (int round = 0; round < 3; ++round) {
        const Listener listener(folder + "/plugin.sock");
        const std::unique_ptr<Side> app = listener.accept();
        const std::vector<std::uint8_t> hello = app->read(wire::size_of<wire::PluginHello>());
        EXPECT(wire::decode<wire::FromPlugin>(hello.data(), hello.size()).instance == kInstance);
        EXPECT(app->send(wire::PlayNow{1, kStrike}));  // before the hello: ignored
        EXPECT(app->send(wire::AppHello{1}));
        EXPECT(app->send(wire::PlayNow{2, kStrike}));
        EXPECT(plugin.next<wire::PlayNow>().tag == 2);
        EXPECT(plugin.reaches(AppState::present));
    }
    (void)plugin.next<wire::FlushAll>();
    EXPECT(plugin.reaches(AppState::absent));
}

void an_app_that_says_nothing_is_left_after_a_second() {
    Plugin plugin;
    const Listener listener(folder + "/plugin.sock");
    const std::unique_ptr<Side> app = listener.accept();
    const std::int64_t begin_ns = steady_ns();
    EXPECT(comes_true([&] { return app->drain(); }));
    EXPECT(steady_ns() - begin_ns > 700'000'000);
}

void an_app_that_reads_nothing_stops_no_order() {
    Plugin plugin;
    const Listener listener(folder + "/plugin.sock");
    const std::unique_ptr<Side> app = listener.accept();
    EXPECT(app->send(wire::AppHello{1}));
    EXPECT(plugin.reaches(AppState::present));
    const std::int64_t end_ns = steady_ns() + 300'000'000;
    while (steady_ns() < end_ns) (void)plugin.mailbox.reports.push(wire::Block{});
    EXPECT(app->send(wire::PlayNow{3, kStrike}));
    EXPECT(plugin.next<wire::PlayNow>().tag == 3);
}

void a_release_of_the_player_that_was_lost_ends_the_connection() {
    Plugin plugin;
    const Listener listener(folder + "/plugin.sock");
    const std::unique_ptr<Side> app = listener.accept();
    EXPECT(app->send(wire::AppHello{1}));
    EXPECT(plugin.reaches(AppState::present));
    plugin.mailbox.lost_release.store(true);
    EXPECT(comes_true([&] { return app->drain(); }));
    (void)plugin.next<wire::FlushAll>();
    EXPECT(listener.accept() != nullptr);  // it connects again
}

void a_far_time_mutes_nothing_and_ends_what_it_may_have_ended() {
    Plugin plugin;
    const Listener listener(folder + "/plugin.sock");
    const std::unique_ptr<Side> app = listener.accept();
    EXPECT(app->send(wire::AppHello{1}));
    EXPECT(plugin.reaches(AppState::present));
    for (const std::int64_t apart_ns : {3'600'000'000'000, -3'600'000'000'000, 6'000'000'000})
        EXPECT(app->send(wire::PlayAtTime{1, steady_ns() + apart_ns, kStrike}));
    EXPECT(app->send(wire::PlayAtTime{2, steady_ns(), kStrike}));
    EXPECT(plugin.next<wire::PlayAtTime>().tag == 2);
    EXPECT(plugin.mailbox.lost_orders.load() == 3);
    EXPECT(app->send(wire::PlayAtTime{1, INT64_MAX, kRelease}));
    (void)plugin.next<wire::FlushAll>();
}

/* The folder is one that everybody can change, so only the check of the peer is left. */
void an_app_of_another_user_is_sent_nothing() {
    if (::geteuid() != 0) return std::puts("    (only root can be another user)"), void();
    char open_to_all[] = "/tmp/antiphon-XXXXXX";
    EXPECT(::mkdtemp(open_to_all) != nullptr && ::chmod(open_to_all, 0777) == 0);
    const std::string path = std::string(open_to_all) + "/plugin.sock";
    int result[2];
    EXPECT(::pipe(result) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setuid(65534) != 0) ::_exit(1);
        const Listener listener(path);
        if (::write(result[1], "!", 1) != 1) ::_exit(1);
        const bool silent = listener.accept()->read(1).empty();
        ::_exit(::write(result[1], silent ? "0" : "1", 1) == 1 ? 0 : 1);
    }
    ::close(result[1]);
    char said = 0;
    EXPECT(::read(result[0], &said, 1) == 1 && said == '!');
    Plugin plugin({open_to_all, false});
    EXPECT(::read(result[0], &said, 1) == 1 && said == '0');
    EXPECT(plugin.reaches(AppState::another_user));
    int status = 0;
    EXPECT(::waitpid(child, &status, 0) == child && status == 0);
    ::close(result[0]);
    ::unlink(path.c_str());
    ::rmdir(open_to_all);
}

std::string hex(const Cookie& cookie) {
    std::string text;
    for (const std::uint8_t byte : cookie) {
        std::array<char, 3> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", byte);
        text += digits.data();
    }
    return text;
}

struct WrittenPortFile {
    Cookie of_plugins{}, of_app{};

    WrittenPortFile(std::uint16_t port, mode_t mode) {
        of_plugins.fill(0x5A);
        of_app.fill(0xC3);
        const std::string path = folder + "/plugin.port";
        std::ofstream(path) << port << ' ' << hex(of_plugins) << ' ' << hex(of_app) << '\n';
        EXPECT(::chmod(path.c_str(), mode) == 0);
    }
    ~WrittenPortFile() { ::unlink((folder + "/plugin.port").c_str()); }
};

void by_port_nothing_but_the_cookie_is_sent_before_the_other_cookie() {
    const PortListener listener;
    const WrittenPortFile file(listener.port, 0600);
    Plugin plugin({folder, true});
    {  // a program that has taken the port of a dead app
        const std::unique_ptr<Side> squatter = listener.accept();
        Cookie wrong = file.of_app;
        wrong.back() ^= 1;
        EXPECT(squatter->read(kCookieSize)
               == std::vector<std::uint8_t>(file.of_plugins.begin(), file.of_plugins.end()));
        EXPECT(squatter->send_bytes(wrong.data(), wrong.size()));
        (void)squatter->send(wire::AppHello{1});
        EXPECT(squatter->read(1).empty());
    }
    const std::unique_ptr<Side> app = listener.accept();
    EXPECT(app->read(kCookieSize).size() == kCookieSize);
    for (const std::uint8_t byte : file.of_app) EXPECT(app->send_bytes(&byte, 1));
    EXPECT(app->read(wire::size_of<wire::PluginHello>()).size() == 24);
    EXPECT(app->send(wire::AppHello{1}));
    EXPECT(plugin.reaches(AppState::present));
    EXPECT(app->send(wire::PlayNow{5, kStrike}));
    EXPECT(plugin.next<wire::PlayNow>().tag == 5);
}

void a_port_file_that_others_can_read_or_that_is_not_whole_is_not_used() {
    PortFile found;
    {
        const WrittenPortFile file(1234, 0600);
        EXPECT(read_port_file(folder, found) && found.port == 1234);
        EXPECT(found.of_plugins == file.of_plugins && found.of_app == file.of_app);
        for (const mode_t mode : {0640, 0604, 0644, 0666}) {
            const WrittenPortFile open_to_others(1234, mode);
            EXPECT(!read_port_file(folder, found));
        }
    }
    const std::string path = folder + "/plugin.port";
    EXPECT(::mkfifo(path.c_str(), 0600) == 0);
    EXPECT(!read_port_file(folder, found));
    ::unlink(path.c_str());
    Cookie cookie{};
    const std::string whole = "1 " + hex(cookie) + " " + hex(cookie) + "\n";
    EXPECT(parse_port_file(whole, found));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT(!parse_port_file(whole.substr(0, size), found));
    for (const char* const port : {"0", "65536", "99999", "-1", "", "x", "123456"})
        EXPECT(!parse_port_file(port + whole.substr(1), found));
    std::mt19937 dice(0);
    for (int round = 0; round < 20'000; ++round) {
        std::string text = whole;
        text[dice() % text.size()] = static_cast<char>(dice());
        (void)parse_port_file(text.substr(0, dice() % (text.size() + 1)), found);
    }
}

/* Return a message of the app, mostly for this instance, with some wrong bytes. */
std::vector<std::uint8_t> damaged(std::mt19937& dice) {
    const std::int64_t now_ns = steady_ns();
    wire::Encoded encoded;
    switch (dice() % 7) {
        case 0: encoded = wire::encode(kInstance, wire::AppHello{1}); break;
        case 1: encoded = wire::encode(kInstance, wire::PlayNow{1, kStrike}); break;
        case 2: encoded = wire::encode(kInstance, wire::PlayAtPosition{1, 1, 2, kStrike}); break;
        case 3: encoded = wire::encode(kInstance, wire::PlayAtTime{1, now_ns, kRelease}); break;
        case 4: encoded = wire::encode(kInstance, wire::Flush{}); break;
        case 5: encoded = wire::encode(kInstance, wire::FlushAll{}); break;
        default: encoded = wire::encode(kInstance, wire::AppBye{}); break;
    }
    std::vector<std::uint8_t> data(encoded.bytes.begin(), encoded.bytes.begin() + encoded.size);
    const std::size_t first = dice() % 50 == 0 ? 0 : 8;
    for (auto count = dice() % 4; count-- > 0;)
        data[first + dice() % (data.size() - first)] = static_cast<std::uint8_t>(dice());
    if (dice() % 200 == 0) data.resize(dice() % data.size());
    return data;
}

void no_bytes_of_an_app_do_harm() {
    std::mt19937 dice(1);
    Plugin plugin({folder, false}, 0);
    const Listener listener(folder + "/plugin.sock");
    long connections = 0;
    for (long sent = 0; sent < damaged_messages; ++connections) {
        const std::unique_ptr<Side> app = listener.accept();
        (void)app->send(wire::AppHello{1});
        while (sent < damaged_messages) {
            std::vector<std::uint8_t> batch;
            for (auto count = dice() % 20; count-- > 0; ++sent) {
                const std::vector<std::uint8_t> data = damaged(dice);
                batch.insert(batch.end(), data.begin(), data.end());
            }
            if (!app->send_bytes(batch.data(), batch.size()) || app->drain() || dice() % 200 == 0) break;
            plugin.forget_orders();
        }
    }
    std::printf("    %ld messages, %ld connections, %u refused\n", damaged_messages, connections,
                plugin.mailbox.lost_orders.load());
    const std::unique_ptr<Side> app = listener.accept();
    plugin.forget_orders();
    EXPECT(app->send(wire::AppHello{1}));
    EXPECT(app->send(wire::PlayNow{99, kStrike}));
    EXPECT(comes_true([&] { return plugin.next<wire::PlayNow>().tag == 99; }));
}

void no_bytes_are_read_beyond_their_end() {
    std::mt19937 dice(2);
    for (long round = 0; round < damaged_messages; ++round) {
        std::vector<std::uint8_t> data = damaged(dice);  // on the heap: a sanitizer sees its end
        data.resize(dice() % (data.size() + 1));
        data.shrink_to_fit();
        (void)wire::read_header(data.data(), data.size());
        (void)wire::decode<wire::FromApp>(data.data(), data.size());
        (void)wire::decode<wire::FromPlugin>(data.data(), data.size());
    }
}

struct Test {
    const char* name;
    void (*run)();
};

#define TEST(function) {#function, function}
const Test kTests[] = {
    TEST(an_app_is_present_from_its_hello_to_its_end),
    TEST(an_app_that_says_nothing_is_left_after_a_second),
    TEST(an_app_that_reads_nothing_stops_no_order),
    TEST(a_release_of_the_player_that_was_lost_ends_the_connection),
    TEST(a_far_time_mutes_nothing_and_ends_what_it_may_have_ended),
    TEST(an_app_of_another_user_is_sent_nothing),
    TEST(by_port_nothing_but_the_cookie_is_sent_before_the_other_cookie),
    TEST(a_port_file_that_others_can_read_or_that_is_not_whole_is_not_used),
    TEST(no_bytes_of_an_app_do_harm),
    TEST(no_bytes_are_read_beyond_their_end),
};

}  // namespace

int main(int count, char** words) {
    if (count != 3) return std::fprintf(stderr, "usage: courier FOLDER MESSAGES\n"), 2;
    folder = words[1];
    damaged_messages = std::atol(words[2]);
    for (const Test& test : kTests) {
        std::printf("%s\n", test.name);
        std::fflush(stdout);
        test.run();
    }
    return 0;
}
