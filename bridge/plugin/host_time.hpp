/* Converts the host's position, as DPF reports it, to quarter notes.

   DPF reports bars, beats and ticks. The meaning of a beat depends on the plugin format, and DPF's
   documentation does not describe it. The rules below come from the sources of DPF 1.6, and tests
   check them:

     LV2   A beat is a note of the metre's denominator, in the tempo too. Bars are the host's own.
     VST3  A beat is a note of the denominator, but DPF truncates the quarters of a bar to a whole
           number (3 in a bar of 7/8) and stretches beats to match. Below zero, it counts beats and
           ticks backwards, one tick short, and from the second bar below zero on it loses the
           sign, which the frame keeps. The tempo is in quarter notes. DPF drops the host's bar
           lines, so we count them from zero in the current metre. This is right unless the metre
           has changed before.

   CLAP positions do not come through DPF: see `clap_time.hpp`. */

#pragma once

#include <cmath>
#include <cstdint>

#include "transport.hpp"
#include "wire.hpp"

namespace antiphon {

enum class Format { lv2, vst3 };

/* Count bar lines from zero in the current metre. */
inline void count_bars(HostTime& host) {
    const double bar_quarters = host.numerator * 4.0 / host.denominator;
    host.bar = static_cast<std::int32_t>(std::floor(host.position_quarters / bar_quarters));
    host.bar_start_quarters = host.bar * bar_quarters;
}

/* The functions below take DPF's `BarBeatTick`, or a test's struct with the same fields. */

template <typename BarBeatTick>
double beat_in_bar(const BarBeatTick& bbt) {
    return bbt.beat - 1 + bbt.tick / bbt.ticksPerBeat;
}

template <typename BarBeatTick>
void read_lv2(const BarBeatTick& bbt, HostTime& host) {
    const double quarters_per_beat = 4.0 / host.denominator;
    host.tempo_bpm = bbt.beatsPerMinute * quarters_per_beat;
    host.bar = bbt.bar - 1;
    host.bar_start_quarters =
        host.bar * static_cast<double>(bbt.beatsPerBar) * quarters_per_beat;
    host.position_quarters = host.bar_start_quarters + beat_in_bar(bbt) * quarters_per_beat;
}

template <typename BarBeatTick>
void read_vst3(const BarBeatTick& bbt, HostTime& host) {
    const int bar_quarters = host.numerator * 4 / host.denominator;
    const double quarters_per_beat = static_cast<double>(bar_quarters) / host.numerator;
    if (bbt.bar >= 1 && host.frame >= 0) {
        host.position_quarters =
            (bbt.bar - 1) * bar_quarters + beat_in_bar(bbt) * quarters_per_beat;
    } else {
        const double beats_back =
            host.numerator - bbt.beat + (bbt.ticksPerBeat - bbt.tick - 1) / bbt.ticksPerBeat;
        host.position_quarters = -(bbt.bar * bar_quarters + beats_back * quarters_per_beat);
    }
    count_bars(host);
}

template <typename TimePosition>
HostTime host_time(const TimePosition& reported, Format format) {
    HostTime host;
    host.playing = reported.playing;
    host.has_frame = true;
    host.frame = static_cast<std::int64_t>(reported.frame);  // a signed value in DPF's unsigned
    const auto& bbt = reported.bbt;
    if (bbt.beatsPerMinute > 0) host.tempo_bpm = bbt.beatsPerMinute;
    host.valid = bbt.valid && bbt.ticksPerBeat > 0 && bbt.beatsPerMinute > 0
              && bbt.beatsPerBar >= 1 && bbt.beatsPerBar < 256 && bbt.beatType >= 1
              && bbt.beatType < 256;
    if (!host.valid) return host;
    host.numerator = static_cast<std::uint8_t>(bbt.beatsPerBar);
    host.denominator = static_cast<std::uint8_t>(bbt.beatType);
    if (format == Format::vst3)
        read_vst3(bbt, host);
    else
        read_lv2(bbt, host);
    return host;
}

}  // namespace antiphon
