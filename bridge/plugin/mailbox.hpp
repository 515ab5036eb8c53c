/* What joins the two threads of an instance: the audio thread and the one that talks to the app.

   Reports go out, orders come in, each through a ring of its own. Everything in here is a value, or
   an atomic with one writer. */

#pragma once

#include <atomic>
#include <cstdint>
#include <variant>

#include "ring.hpp"
#include "wire.hpp"

namespace antiphon {

/* What the audio thread has to tell the app. */
using Report = std::variant<wire::Block, wire::MidiIn, wire::Played>;

/* What the app wants of the audio thread, and when that came. */
struct Order {
    std::int64_t arrived_ns = 0;
    std::variant<wire::Flush, wire::FlushAll, wire::PlayNow, wire::PlayAtPosition,
                 wire::PlayAtTime>
        what;
};

/* Whether there is an app; the plugin shows it as a parameter. */
enum class AppState : int { absent = 0, present = 1, other_version = 2 };

struct Mailbox {
    Ring<Report, 2048> reports;
    Ring<Order, 1024> orders;
    std::atomic<std::uint32_t> lost_orders{0};  // written by the talking thread
    std::atomic<AppState> app{AppState::absent};  // written by the talking thread
};

}  // namespace antiphon
