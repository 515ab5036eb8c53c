/* The courier: a thread that exchanges messages with the app, so that the audio thread makes no
   system calls.

   It sleeps on the socket until a datagram arrives. The audio thread may not make a system call to
   wake it, so it also wakes every millisecond to look for reports. Without an app it wakes every
   20 ms, and sends only a PluginHello, four times a second.

   The app is present from its first AppHello on. It is gone when it sends AppBye, when the system
   refuses a datagram because no process has the port, when nothing has arrived for a second, or
   when another process answers in its place. Then everything is flushed, including the notes of the
   window's keyboard: an app that dies in the middle of a note must not leave it sounding.

   Orders that do not fit into the ring are lost, note-ons first: a quarter of the ring is reserved
   for other messages. If one of those is lost nevertheless, the courier owes a FlushAll, and pushes
   no order before it. */

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <variant>

#include "loopback_socket.hpp"
#include "mailbox.hpp"
#include "sounding.hpp"
#include "wire.hpp"

namespace antiphon {

/* Read the steady clock. On Linux and Windows it is also the app's session clock. On macOS the two
   differ by the time that the machine has slept; the app gets the difference from the hellos. */
inline std::int64_t steady_ns() {
    const auto since_zero = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since_zero).count();
}

class Courier {
public:
    Courier(Mailbox& mailbox, std::uint64_t instance, std::uint16_t port)
        : mailbox_(mailbox), instance_(instance), socket_(port), thread_([this] { work(); }) {}

    ~Courier() {
        leaving_.store(true);
        thread_.join();
    }

    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;

private:
    static constexpr int glance_ms = 1;
    static constexpr int idle_glance_ms = 20;
    static constexpr int most_at_once = 512;  // datagrams to read before the next reports are sent
    static constexpr std::int64_t hello_interval_ns = 250'000'000;
    static constexpr std::int64_t horizon_ns = 3'600'000'000'000;  // a time beyond it is an error
    static constexpr std::int64_t silence_limit_ns = 1'000'000'000;

    void work() {
        while (socket_.is_open() && !leaving_.load()) {
            const std::int64_t now_ns = steady_ns();
            say_hello(now_ns);
            send_reports();
            read_mail(now_ns);
            if (knows_app() && now_ns - received_ns_ > silence_limit_ns) lose_app();
            settle();
            socket_.wait(is_connected() ? glance_ms : idle_glance_ms);
        }
        send_reports();
        if (socket_.is_open()) send(wire::PluginBye{});
    }

    AppState state() const { return mailbox_.app.load(std::memory_order_relaxed); }
    bool is_connected() const { return state() == AppState::present; }
    bool knows_app() const { return state() != AppState::absent; }

    template <typename Message>
    void send(const Message& message) {
        const wire::Datagram datagram = wire::encode(instance_, message);
        if (socket_.send(datagram.bytes.data(), datagram.size) == Exchange::refused) lose_app();
    }

    void say_hello(std::int64_t now_ns) {
        if (now_ns - hello_ns_ < hello_interval_ns) return;
        hello_ns_ = now_ns;
        send(wire::PluginHello{now_ns});
    }

    /* Send only the reports that wait now. A host that renders faster than real time adds reports
       all the time, and this thread must still read the app's messages. */
    void send_reports() {
        Report report;
        for (std::size_t count = mailbox_.reports.waiting(); count-- > 0;)
            if (mailbox_.reports.pop(report) && is_connected())
                std::visit([this](const auto& message) { send(message); }, report);
    }

    void read_mail(std::int64_t now_ns) {
        std::array<std::uint8_t, wire::kLongest + 1> data;
        for (int count = 0; count < most_at_once; ++count) {
            std::size_t size = 0;
            const Exchange exchange = socket_.receive(data.data(), data.size(), size);
            if (exchange == Exchange::nothing) return;
            if (exchange == Exchange::refused)
                lose_app();
            else
                open(wire::decode<wire::FromApp>(data.data(), size), now_ns);
        }
    }

    void open(const wire::Letter<wire::FromApp>& letter, std::int64_t now_ns) {
        if (letter.verdict == wire::Verdict::rubbish || letter.instance != instance_) return;
        received_ns_ = now_ns;
        if (letter.verdict == wire::Verdict::other_version) return refuse(now_ns);
        if (letter.verdict == wire::Verdict::unknown_kind) return;
        std::visit([&](const auto& message) { follow(message, now_ns); }, letter.body);
    }

    /* Send our version to an app of another version, in the header of a hello. It is sent at once,
       but not again for each of the app's messages. */
    void refuse(std::int64_t now_ns) {
        if (state() == AppState::other_version) return;
        lose_app();
        mailbox_.app.store(AppState::other_version, std::memory_order_relaxed);
        send(wire::PluginHello{now_ns});
    }

    void follow(const wire::AppHello& hello, std::int64_t) {
        if (is_connected() && hello.app != app_) lose_app();
        app_ = hello.app;
        mailbox_.app.store(AppState::present, std::memory_order_relaxed);
    }

    void follow(const wire::AppBye&, std::int64_t) { lose_app(); }

    void follow(const wire::Flush&, std::int64_t) { owe(Debt::flush); }
    void follow(const wire::FlushAll&, std::int64_t) { owe(Debt::flush_all); }

    void follow(const wire::PlayNow& what, std::int64_t now_ns) { order(what, now_ns); }
    void follow(const wire::PlayAtTime& what, std::int64_t now_ns) {
        if (what.time_ns > now_ns - horizon_ns && what.time_ns < now_ns + horizon_ns)
            order(what, now_ns);
    }
    void follow(const wire::PlayAtPosition& what, std::int64_t now_ns) {
        if (wire::is_finite(what.position_quarters)) order(what, now_ns);
    }

    /* Orders are ignored until the app has sent AppHello. */
    template <typename What>
    void order(const What& what, std::int64_t now_ns) {
        if (!is_connected() || !wire::is_channel_message(what.midi)) return;
        const bool may_be_lost = is_onset(what.midi);
        const bool fits = !may_be_lost || mailbox_.orders.room() > mailbox_.orders.capacity / 4;
        if (settle() && fits && mailbox_.orders.push({now_ns, what})) return;
        mailbox_.lost_orders.fetch_add(1, std::memory_order_relaxed);
        if (!may_be_lost) owe(Debt::flush_all);
    }

    /* The flush that is owed to the audio thread; `flush_all` includes `flush`. */
    enum class Debt { none, flush, flush_all };

    void owe(Debt debt) {
        debt_ = std::max(debt_, debt);
        settle();
    }

    /* Push the flush that is owed, if any; return whether none is owed any more. */
    bool settle() {
        if (debt_ == Debt::none) return true;
        Order order{0, wire::Flush{}};
        if (debt_ == Debt::flush_all) order.what = wire::FlushAll{};
        if (mailbox_.orders.push(order)) debt_ = Debt::none;
        return debt_ == Debt::none;
    }

    void lose_app() {
        if (is_connected()) owe(Debt::flush_all);
        mailbox_.app.store(AppState::absent, std::memory_order_relaxed);
    }

    Mailbox& mailbox_;
    const std::uint64_t instance_;
    LoopbackSocket socket_;
    std::uint64_t app_ = 0;
    std::int64_t received_ns_ = 0;
    std::int64_t hello_ns_ = -hello_interval_ns;
    Debt debt_ = Debt::none;
    std::atomic<bool> leaving_{false};
    std::thread thread_;  // last, because it uses all other members
};

}  // namespace antiphon
