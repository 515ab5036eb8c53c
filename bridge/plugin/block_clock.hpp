/* The start of each block on the steady clock, estimated from readings with jitter.

   Blocks follow each other without gaps, but the system schedules the host's calls, so the time of
   a call has jitter. As in `bridge/sync/frames.py`, each reading corrects the estimate by a small
   part of its miss. A miss too large for a late call means that time was lost (a dropout, or a
   render faster than real time). Then the estimate restarts at the reading. The limit depends on
   the block size, because hosts compute a few blocks in a row and then wait. */

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace antiphon {

class BlockClock {
public:
    /* Add a reading from the start of a block; return the estimated start of the block. */
    std::int64_t observe(std::int64_t now_ns, std::uint32_t frames, double rate_hz) {
        const std::int64_t expected_ns = begin_ns_ + length_ns_;
        const std::int64_t miss_ns = now_ns - expected_ns;
        const std::int64_t lost_ns = 2 * length_ns_ + slack_ns;
        const bool lost = miss_ns > lost_ns || miss_ns < -lost_ns;
        // Average the first readings; otherwise a bad first one would take long to correct.
        readings_ = lost ? 1 : std::min(readings_ + 1, share);
        begin_ns_ = expected_ns + miss_ns / readings_;
        length_ns_ = std::llround(frames * 1e9 / rate_hz);
        return begin_ns_;
    }

    void restart() { *this = BlockClock(); }

private:
    static constexpr std::int64_t slack_ns = 5'000'000;
    static constexpr std::int64_t share = 64;  // a reading corrects 1/64 of its miss

    std::int64_t begin_ns_ = 0;
    std::int64_t length_ns_ = 0;
    std::int64_t readings_ = 0;
};

}  // namespace antiphon
