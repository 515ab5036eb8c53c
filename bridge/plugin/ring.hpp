/* A ring buffer between two threads: one only pushes, the other only pops, and neither waits.

   The audio thread may not take a lock, because the thread that holds it may be descheduled. Nor
   may it allocate memory or make a system call. A ring of fixed size needs none of these. Each end
   owns one counter, which only grows and which the other end only reads: `pushed_` counts the
   values pushed, `popped_` the values popped, and the difference is how many wait. A value
   is written before the counter that includes it (release), and the counter is read before the
   value (acquire). Each counter has its own cache line, because the two threads would otherwise
   contend for one.

   A full ring refuses a value, and the caller decides what to do. */

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

    /* Pushing thread: add a value; return false if the ring is full. */
    bool push(const Value& value) noexcept {
        const std::size_t pushed = pushed_.load(std::memory_order_relaxed);
        if (pushed - popped_.load(std::memory_order_acquire) == Capacity) return false;
        values_[pushed % Capacity] = value;
        pushed_.store(pushed + 1, std::memory_order_release);
        return true;
    }

    /* Popping thread: take the oldest value; return false if the ring is empty. */
    bool pop(Value& value) noexcept {
        const std::size_t popped = popped_.load(std::memory_order_relaxed);
        if (popped == pushed_.load(std::memory_order_acquire)) return false;
        value = values_[popped % Capacity];
        popped_.store(popped + 1, std::memory_order_release);
        return true;
    }

    /* Pushing thread: how many more values fit, at least. */
    std::size_t room() const noexcept {
        const std::size_t pushed = pushed_.load(std::memory_order_relaxed);
        return Capacity - (pushed - popped_.load(std::memory_order_acquire));
    }

    /* Popping thread: how many values wait, at least. */
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
