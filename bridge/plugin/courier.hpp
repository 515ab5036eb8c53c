/* The courier: a thread that exchanges messages with the app, so that the audio thread makes no
   system calls.

   It sleeps on the connection until something arrives. The audio thread may not make a system call
   to wake it, so it also wakes every millisecond to look for reports. Without an app it wakes every
   20 ms, and looks for the app four times a second.

   The app is present from its first AppHello on. It is gone when it sends AppBye, when the
   connection ends, or when nothing has arrived for a second. Then everything is flushed, including
   the notes of the window's keyboard: an app that dies in the middle of a note must not leave it
   sounding.

   Nothing that arrives is trusted. A message for another instance, or with a time that is far from
   now, is dropped and counted. Orders that do not fit into the ring are lost, note-ons first: a
   quarter of the ring is reserved for other messages. If one that may end a note is dropped
   nevertheless, the courier owes a FlushAll, and pushes no order before it. If the audio thread has
   lost an event that ends a note of the player, the courier ends the connection, which tells the
   app that the player's keys are not known any more. */

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "app_connection.hpp"
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
    static constexpr std::int64_t search_interval_ns = 250'000'000;

    /* Tests pass a shorter interval between two attempts to connect. */
    Courier(Mailbox& mailbox, std::uint64_t instance, std::vector<Place> places,
            std::int64_t interval_ns = search_interval_ns)
        : mailbox_(mailbox),
          instance_(instance),
          interval_ns_(interval_ns),
          app_connection_(std::move(places)),
          thread_([this] { work(); }) {}

    ~Courier() {
        leaving_.store(true);
        thread_.join();
    }

    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;

private:
    static constexpr int glance_ms = 1;
    static constexpr int idle_glance_ms = 20;
    static constexpr std::size_t most_at_once = 16'384;  // bytes to read before reports are sent
    static constexpr std::int64_t hello_interval_ns = 250'000'000;
    static constexpr std::int64_t horizon_ns = 5'000'000'000;  // a time beyond it is an error
    static constexpr std::int64_t silence_limit_ns = 1'000'000'000;

    void work() {
        while (!leaving_.load()) {
            const std::int64_t now_ns = steady_ns();
            if (!app_connection_.is_open()) look_for_app(now_ns);
            say_hello(now_ns);
            send_reports();
            read_mail(now_ns);
            if (now_ns - received_ns_ > silence_limit_ns) app_connection_.close();
            if (!app_connection_.is_open()) lose_app();
            settle();
            app_connection_.wait(app_connection_.is_open() ? glance_ms : idle_ms());
        }
        send_reports();
        send(wire::PluginBye{});
    }

    AppState state() const { return mailbox_.app.load(std::memory_order_relaxed); }
    void set_state(AppState state) { mailbox_.app.store(state, std::memory_order_relaxed); }
    bool is_connected() const { return state() == AppState::present; }

    int idle_ms() const {
        return static_cast<int>(std::min<std::int64_t>(idle_glance_ms, interval_ns_ / 1'000'000));
    }

    template <typename Message>
    void send(const Message& message) {
        app_connection_.send(instance_, message);
    }

    /* Connect if it is time to try again. While that fails, there is no app. */
    void look_for_app(std::int64_t now_ns) {
        if (now_ns - searched_ns_ < interval_ns_) return;
        searched_ns_ = now_ns;
        const Search found = app_connection_.connect();
        if (found != Search::connected) {
            set_state(found == Search::another_user ? AppState::another_user : AppState::absent);
            return;
        }
        received_ns_ = now_ns;
        hello_ns_ = now_ns - hello_interval_ns;
    }

    void say_hello(std::int64_t now_ns) {
        app_connection_.flush();
        if (!app_connection_.is_ready() || now_ns - hello_ns_ < hello_interval_ns) return;
        hello_ns_ = now_ns;
        send(wire::PluginHello{now_ns});
    }

    /* Send only the reports that wait now. A host that renders faster than real time adds reports
       all the time, and this thread must still read the app's messages. What the system does not
       take stays in the ring. Without an app, reports are of no use. */
    void send_reports() {
        Report report;
        for (std::size_t count = mailbox_.reports.waiting(); count-- > 0;) {
            if (app_connection_.is_waiting() || !mailbox_.reports.pop(report)) return;
            if (is_connected())
                std::visit([this](const auto& message) { send(message); }, report);
        }
        if (mailbox_.lost_release.exchange(false, std::memory_order_relaxed) && is_connected())
            app_connection_.close();
    }

    void read_mail(std::int64_t now_ns) {
        app_connection_.receive(most_at_once, [&](const wire::Letter<wire::FromApp>& letter) {
            open(letter, now_ns);
        });
    }

    void open(const wire::Letter<wire::FromApp>& letter, std::int64_t now_ns) {
        if (letter.verdict == wire::Verdict::other_version) return refuse(now_ns);
        if (letter.verdict != wire::Verdict::understood || letter.instance != instance_)
            return count_lost();
        received_ns_ = now_ns;
        std::visit([&](const auto& message) { follow(message, now_ns); }, letter.body);
    }

    /* Send our version to an app of another version, in the header of a hello. */
    void refuse(std::int64_t now_ns) {
        lose_app();
        set_state(AppState::other_version);
        send(wire::PluginHello{now_ns});
    }

    void follow(const wire::AppHello& hello, std::int64_t) {
        if (is_connected() && hello.app != app_) owe(Debt::flush_all);
        app_ = hello.app;
        set_state(AppState::present);
    }

    void follow(const wire::AppBye&, std::int64_t) { app_connection_.close(); }

    void follow(const wire::Flush&, std::int64_t) { owe(Debt::flush); }
    void follow(const wire::FlushAll&, std::int64_t) { owe(Debt::flush_all); }

    void follow(const wire::PlayNow& what, std::int64_t now_ns) { order(what, now_ns); }
    void follow(const wire::PlayAtTime& what, std::int64_t now_ns) {
        if (what.time_ns > now_ns - horizon_ns && what.time_ns < now_ns + horizon_ns)
            order(what, now_ns);
        else
            lose(what.midi);
    }
    void follow(const wire::PlayAtPosition& what, std::int64_t now_ns) {
        if (wire::is_finite(what.position_quarters))
            order(what, now_ns);
        else
            lose(what.midi);
    }

    /* Orders are ignored until the app has sent AppHello. */
    template <typename What>
    void order(const What& what, std::int64_t now_ns) {
        if (!is_connected() || !wire::is_channel_message(what.midi)) return count_lost();
        const bool may_be_lost = is_onset(what.midi);
        const bool fits = !may_be_lost || mailbox_.orders.room() > mailbox_.orders.capacity / 4;
        if (!settle() || !fits || !mailbox_.orders.push({now_ns, what})) lose(what.midi);
    }

    void count_lost() { mailbox_.lost_orders.fetch_add(1, std::memory_order_relaxed); }

    /* Drop an order. Only the loss of an onset leaves no note sounding. */
    void lose(const wire::Midi& midi) {
        count_lost();
        if (!is_onset(midi)) owe(Debt::flush_all);
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

    /* The connection has ended. An app of another version stays known until it cannot be found. */
    void lose_app() {
        if (!is_connected()) return;
        owe(Debt::flush_all);
        set_state(AppState::absent);
    }

    Mailbox& mailbox_;
    const std::uint64_t instance_;
    const std::int64_t interval_ns_;
    AppConnection app_connection_;
    std::uint64_t app_ = 0;
    std::int64_t received_ns_ = 0;
    std::int64_t hello_ns_ = 0;
    std::int64_t searched_ns_ = -3'600'000'000'000;  // long ago
    Debt debt_ = Debt::none;
    std::atomic<bool> leaving_{false};
    std::thread thread_;  // last, because it uses all other members
};

}  // namespace antiphon
