/* When a block begins, on the steady clock: a line through readings that tremble.

   Blocks follow each other exactly, but a host calls when the system lets it, so the moment at
   which the call comes trembles. As in `bridge/sync/frames.py`, a line is laid through the readings:
   each moves it by a small part of what it misses. A miss too large for a late call means that time
   was lost (a dropout, or a render faster than sound), and the line starts again from there. What
   is too large depends on the block: hosts compute a few in a row and then wait. */

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace antiphon {

class BlockClock {
public:
    /* Take in a reading at the beginning of a block; give the block's first moment. */
    std::int64_t observe(std::int64_t now_ns, std::uint32_t frames, double rate_hz) {
        const std::int64_t expected_ns = begin_ns_ + length_ns_;
        const std::int64_t miss_ns = now_ns - expected_ns;
        const std::int64_t lost_ns = 2 * length_ns_ + slack_ns;
        const bool lost = miss_ns > lost_ns || miss_ns < -lost_ns;
        // The first readings are averaged, or an unlucky first one would be felt for long.
        readings_ = lost ? 1 : std::min(readings_ + 1, share);
        begin_ns_ = expected_ns + miss_ns / readings_;
        length_ns_ = std::llround(frames * 1e9 / rate_hz);
        return begin_ns_;
    }

    void restart() { *this = BlockClock(); }

private:
    static constexpr std::int64_t slack_ns = 5'000'000;
    static constexpr std::int64_t share = 64;  // of a miss, one part in this many is corrected

    std::int64_t begin_ns_ = 0;
    std::int64_t length_ns_ = 0;
    std::int64_t readings_ = 0;
};

}  // namespace antiphon
