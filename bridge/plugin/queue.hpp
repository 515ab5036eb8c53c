/* A queue of planned events, in order, in an array of fixed size.

   `When` is the key of the order: a position in quarter notes, or a time in nanoseconds. Events
   with the same key keep their order of arrival, since a release and the next note-on of a pitch
   often fall on the same moment. Most events arrive in order, so inserting one rarely moves others.

   A full queue loses a note-on, because a missing note is a smaller fault than a hanging one. A new
   note-on is refused; any other new event replaces the last note-on in the queue. If there is none,
   the event is refused, and the caller emits a release at once: early is better than never. */

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sounding.hpp"

namespace antiphon {

/* A planned event. */
template <typename When>
struct Due {
    When when{};
    std::uint32_t arrival = 0;  // counts the events of all queues
    std::uint32_t tag = 0;
    std::int64_t late_limit_ns = 0;  // a note-on later than this is dropped
    wire::Midi midi;
};

enum class Admission { kept, kept_for_another, refused };

template <typename When, std::size_t Capacity>
class Queue {
public:
    /* Insert an event. To save moves, the array is packed only when its end is reached. */
    Admission push(const Due<When>& due) {
        Admission admission = Admission::kept;
        if (size() == Capacity) {
            if (is_onset(due.midi) || !drop_an_onset()) return Admission::refused;
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

    /* Drop the events of all other channels. */
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

    bool drop_an_onset() {
        for (std::size_t place = end_; place-- > begin_;) {
            if (!is_onset(events_[place].midi)) continue;
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
