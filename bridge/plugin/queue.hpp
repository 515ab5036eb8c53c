/* The plan: events that are to be emitted, in order, in an array of fixed size.

   `When` is what they are ordered by: a position in quarter notes, or a time in nanoseconds. What
   is due at the same moment goes out in the order in which it came, since a release and the next
   strike of a string often fall together. Plans mostly come in order, so an event is sorted in from
   the end, which then costs nothing.

   There is room for so many and no more. When it is full a note-on has to go, for a note that is
   missing is a smaller fault than one that hangs: the last one planned, or the newcomer. Only if
   the plan holds nothing that may go is a release refused, and whoever is refused one emits it at
   once: better early than never. */

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sounding.hpp"

namespace antiphon {

/* An event that is planned. */
template <typename When>
struct Due {
    When when{};
    std::uint32_t arrival = 0;  // counts what came, over all plans
    std::uint32_t tag = 0;
    std::int64_t late_limit_ns = 0;  // a strike that is later than this is dropped
    wire::Midi midi;
};

enum class Admission { kept, kept_for_another, refused };

template <typename When, std::size_t Capacity>
class Queue {
public:
    /* Sort an event in. The array is kept packed to its beginning only when its end is reached. */
    Admission push(const Due<When>& due) {
        Admission admission = Admission::kept;
        if (size() == Capacity) {
            if (is_strike(due.midi) || !drop_a_strike()) return Admission::refused;
            admission = Admission::kept_for_another;
        }
        if (end_ == Capacity) pack();
        auto* const last = events_.data() + end_;
        auto* const place = std::upper_bound(events_.data() + begin_, last, due, earlier);
        std::move_backward(place, last, last + 1);
        *place = due;
        ++end_;
        return admission;
    }

    bool empty() const { return begin_ == end_; }
    std::size_t size() const { return end_ - begin_; }
    const Due<When>& front() const { return events_[begin_]; }
    void pop() { ++begin_; }
    void clear() { begin_ = end_ = 0; }

    /* Drop all that is not of this channel. */
    void keep_only(std::uint8_t channel) {
        const auto is_of_another = [channel](const Due<When>& due) {
            return channel_of(due.midi) != channel;
        };
        auto* const first = events_.data() + begin_;
        auto* const last = events_.data() + end_;
        end_ = begin_
               + static_cast<std::size_t>(std::remove_if(first, last, is_of_another) - first);
    }

private:
    static bool earlier(const Due<When>& one, const Due<When>& other) {
        return one.when < other.when;
    }

    void pack() {
        std::move(events_.data() + begin_, events_.data() + end_, events_.data());
        end_ -= begin_;
        begin_ = 0;
    }

    bool drop_a_strike() {
        for (std::size_t place = end_; place-- > begin_;) {
            if (!is_strike(events_[place].midi)) continue;
            std::move(events_.data() + place + 1, events_.data() + end_, events_.data() + place);
            --end_;
            return true;
        }
        return false;
    }

    std::array<Due<When>, Capacity> events_{};
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace antiphon
