/* The mailbox: all that the two threads of an instance share, the audio thread and the courier's.

   Reports go to the app and orders come from it, each through a ring. There are no locks: a ring
   has one thread at each end, and each atomic has one writer or is a flag. */

#pragma once

#include <atomic>
#include <cstdint>
#include <variant>

#include "ring.hpp"
#include "wire.hpp"

namespace antiphon {

/* A message from the audio thread to the app. */
using Report = std::variant<wire::Block, wire::MidiIn, wire::Played>;

/* A message from the app to the audio thread, and the time at which it arrived. */
struct Order {
    std::int64_t arrived_ns = 0;
    std::variant<wire::Flush, wire::FlushAll, wire::PlayNow, wire::PlayAtPosition,
                 wire::PlayAtTime>
        what;
};

/* Whether the app is connected; the plugin shows this as a parameter. */
enum class AppState : int { absent = 0, present = 1, other_version = 2, another_user = 3 };

struct Mailbox {
    Ring<Report, 2048> reports;
    Ring<Order, 1024> orders;
    std::atomic<std::uint32_t> lost_orders{0};  // written by the courier
    std::atomic<bool> lost_release{false};  // set by the audio thread, reset by the courier
    std::atomic<AppState> app{AppState::absent};  // written by the courier
};

}  // namespace antiphon
