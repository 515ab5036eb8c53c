/* Where the host stands, and whether it still goes where it went: epochs.

   A host tells its position once per block. From one block to the next it should move by what the
   tempo makes of the frames in between; where it does not, it has jumped: the user has clicked
   somewhere, or a loop has come round. What was planned for the old course is then worthless. So
   each course has a number, its *epoch*, which goes up when the host starts, stops or jumps. While
   it stands still it may be moved about without a new epoch: nothing is played by position then.

   How exact is "as predicted"? Two honest things make a host miss. A tempo that changes inside the
   block: then the way lies between what the old and what the new tempo would make. And ticks: hosts
   count in parts of a quarter note (Ardour in 1/1920, some in 1/960, the coarsest in 1/480), and
   two rounded positions differ from their true distance by up to one part. That, and two frames for
   hosts that round to samples, is what is tolerated: 1 ms at 120 to the minute. It need not be
   less, for events are placed by the host's position, so a smaller jump moves them along with the
   bars; and nobody loops over less than that. Each prediction starts from the last reading, so that
   misses do not add up.

   One host lies. DPF 1.6 goes on counting by itself when an LV2 host has nothing new to say (jalv
   does not), and turns to the next bar one block too soon. So where frames are told as well, and
   are exactly as predicted, a position that disagrees is overruled, for two blocks at most. */

#pragma once

#include <algorithm>
#include <cstdint>

namespace antiphon {

/* What a host says at the first frame of a block, in the units of the wire. */
struct HostTime {
    bool playing = false;
    bool valid = false;      // the position and what follows mean something
    bool has_frame = false;  // `frame` follows the host's position
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

    /* Take in what the host says about a block; tell whether a new epoch begins with it. */
    bool observe(const HostTime& told, std::uint32_t frames, double rate_hz) {
        const bool began = !as_predicted(told, rate_hz);
        if (began) {
            ++epoch_;
            overruled_ = 0;
        }
        if (overruled_ == 0) now_ = told;
        frames_ = frames;
        started_ = true;
        return began;
    }

    /* Forget where the host was: processing was suspended. */
    void restart() { started_ = false; }

private:
    static constexpr double tick_quarters = 1.0 / 480;
    static constexpr double rounding_frames = 2;
    static constexpr int patience_blocks = 2;

    bool as_predicted(const HostTime& told, double rate_hz) {
        if (!started_ || told.playing != now_.playing) return false;
        if (!told.playing) {
            overruled_ = 0;
            return true;
        }
        if (told.valid != now_.valid) return false;
        if (!told.valid || is_near(told, rate_hz)) {
            overruled_ = 0;
            return true;
        }
        return overrule(told, rate_hz);
    }

    bool is_near(const HostTime& told, double rate_hz) const {
        const double before = now_.quarters_per_frame(rate_hz);
        const double after = told.quarters_per_frame(rate_hz);
        const double way = told.position_quarters - now_.position_quarters;
        const double tolerance = tick_quarters + rounding_frames * std::max(before, after);
        return way >= frames_ * std::min(before, after) - tolerance
            && way <= frames_ * std::max(before, after) + tolerance;
    }

    /* Go on as predicted if the frames say so, against what the position says. */
    bool overrule(const HostTime& told, double rate_hz) {
        const bool frames_agree =
            told.has_frame && now_.has_frame && told.frame == now_.frame + frames_;
        if (!frames_agree || overruled_ == patience_blocks) return false;
        ++overruled_;
        now_.frame = told.frame;
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
