/* A ring between two threads: one of them only pushes, the other only pops, and neither ever waits.

   The audio thread may not take a lock, because whoever holds it may be descheduled; nor allocate,
   nor ask the system for anything. A ring of fixed size needs none of that. Each end owns one
   counter, which only grows and which the other end only reads: `pushed_` says how many values were
   put in, `popped_` how many were taken out, and their difference is what waits. A value is written
   before the counter that announces it (release), and the counter is read before the value
   (acquire). The counters lie on cache lines of their own, or the two threads would pass one line
   back and forth.

   What does not fit is refused, and the caller says what that means. */

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <type_traits>

namespace antiphon {

template <typename Value, std::size_t Capacity>
class Ring {
    static_assert(Capacity != 0 && (Capacity & (Capacity - 1)) == 0,
                  "a power of two, so that the counters may wrap around");
    static_assert(std::is_trivially_copyable_v<Value>, "copying must not allocate");
    static_assert(std::atomic<std::size_t>::is_always_lock_free);

public:
    static constexpr std::size_t capacity = Capacity;

    /* The pushing thread: put a value in, or refuse it. */
    bool push(const Value& value) noexcept {
        const std::size_t pushed = pushed_.load(std::memory_order_relaxed);
        if (pushed - popped_.load(std::memory_order_acquire) == Capacity) return false;
        values_[pushed % Capacity] = value;
        pushed_.store(pushed + 1, std::memory_order_release);
        return true;
    }

    /* The popping thread: take the oldest value out, if there is one. */
    bool pop(Value& value) noexcept {
        const std::size_t popped = popped_.load(std::memory_order_relaxed);
        if (popped == pushed_.load(std::memory_order_acquire)) return false;
        value = values_[popped % Capacity];
        popped_.store(popped + 1, std::memory_order_release);
        return true;
    }

    /* The pushing thread: how many more fit, at least. */
    std::size_t room() const noexcept {
        const std::size_t pushed = pushed_.load(std::memory_order_relaxed);
        return Capacity - (pushed - popped_.load(std::memory_order_acquire));
    }

    /* The popping thread: how many wait, at least. */
    std::size_t waiting() const noexcept {
        return pushed_.load(std::memory_order_acquire) - popped_.load(std::memory_order_relaxed);
    }

private:
    static constexpr std::size_t cache_line = 64;

    std::array<Value, Capacity> values_{};
    alignas(cache_line) std::atomic<std::size_t> pushed_{0};
    alignas(cache_line) std::atomic<std::size_t> popped_{0};
};

}  // namespace antiphon
