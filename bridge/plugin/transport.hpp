/* The host's position, and the *epoch*, which goes up when the host starts, stops or jumps.

   A host reports its position once per block. From one block to the next, the position should
   advance by the frames in between at the current tempo. If it does not, the host has jumped: the
   user has moved the position, or a loop has gone back to its start. Events planned before that are
   useless, so a new epoch begins. While the host is stopped, a move begins no epoch, because
   nothing is played by position then.

   A playing host may miss the prediction without a jump, for two reasons. The tempo may change
   within the block; then the advance lies between those of the old and the new tempo. And hosts
   round positions to ticks (Ardour to 1/1920 of a quarter note, some to 1/960, the coarsest to
   1/480), so the distance of two positions is wrong by up to one tick. The tolerance is one tick of
   1/480, plus two frames for hosts that round to samples: 1 ms at 120 BPM. It need not be smaller:
   events are placed by the host's position, so they move with a smaller jump, and no loop is that
   short. Each prediction starts from the last report, so that misses do not add up.

   If an LV2 host sends no new position (jalv does not), DPF 1.6 goes on counting by itself, and
   begins each bar one block too soon. So if frames are reported as well and are exactly as
   predicted, they overrule a position that is not, for two blocks at most. */

#pragma once

#include <algorithm>
#include <cstdint>

namespace antiphon {

/* What a host reports for the first frame of a block, in the units of the wire. */
struct HostTime {
    bool playing = false;
    bool valid = false;      // the position, the bar and the metre are known
    bool has_frame = false;  // `frame` is known, and moves with the position
    std::int64_t frame = 0;
    double position_quarters = 0;
    double tempo_bpm = 120;
    double bar_start_quarters = 0;
    std::int32_t bar = 0;
    std::uint8_t numerator = 4;
    std::uint8_t denominator = 4;

    double quarters_per_frame(double rate_hz) const { return tempo_bpm / 60 / rate_hz; }
};

class Transport {
public:
    std::uint32_t epoch() const { return epoch_; }
    const HostTime& now() const { return now_; }

    /* Process the host's report for a block; return whether the block begins a new epoch. */
    bool observe(const HostTime& reported, std::uint32_t frames, double rate_hz) {
        const bool began = !as_predicted(reported, rate_hz);
        if (began) {
            ++epoch_;
            overruled_ = 0;
        }
        if (overruled_ == 0) now_ = reported;
        frames_ = frames;
        started_ = true;
        return began;
    }

    /* Forget the last position, because processing was suspended. */
    void restart() { started_ = false; }

private:
    static constexpr double tick_quarters = 1.0 / 480;
    static constexpr double rounding_frames = 2;
    static constexpr int patience_blocks = 2;

    bool as_predicted(const HostTime& reported, double rate_hz) {
        if (!started_ || reported.playing != now_.playing) return false;
        if (!reported.playing) {
            overruled_ = 0;
            return true;
        }
        if (reported.valid != now_.valid) return false;
        if (!reported.valid || is_near(reported, rate_hz)) {
            overruled_ = 0;
            return true;
        }
        return overrule(reported, rate_hz);
    }

    bool is_near(const HostTime& reported, double rate_hz) const {
        const double before = now_.quarters_per_frame(rate_hz);
        const double after = reported.quarters_per_frame(rate_hz);
        const double way = reported.position_quarters - now_.position_quarters;
        const double tolerance = tick_quarters + rounding_frames * std::max(before, after);
        return way >= frames_ * std::min(before, after) - tolerance
            && way <= frames_ * std::max(before, after) + tolerance;
    }

    /* If the frames are as predicted, ignore the reported position and use the predicted one. */
    bool overrule(const HostTime& reported, double rate_hz) {
        const bool frames_agree =
            reported.has_frame && now_.has_frame && reported.frame == now_.frame + frames_;
        if (!frames_agree || overruled_ == patience_blocks) return false;
        ++overruled_;
        now_.frame = reported.frame;
        now_.position_quarters += frames_ * now_.quarters_per_frame(rate_hz);
        return true;
    }

    HostTime now_;
    std::uint32_t epoch_ = 0;
    std::uint32_t frames_ = 0;
    int overruled_ = 0;
    bool started_ = false;
};

}  // namespace antiphon
