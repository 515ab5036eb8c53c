/* What sounds: whoever starts a note owes its end.

   A pitch on a channel is treated as one string: it is silent or it sounds. A second strike ends
   the first before it sounds; the first release after a strike ends it; a release of a silent
   string is nothing, so it is dropped. Hence every note-on that goes out is followed by exactly one
   release, whatever happens in between. The sustain pedal holds strings too, so whatever silences
   the strings lifts it. This is the law of `bridge/playout/schedule.py`, in the shape that an audio thread
   needs: 16 times 128 bits. */

#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

#include "wire.hpp"

namespace antiphon {

constexpr std::uint8_t kNoteOff = 0x80, kNoteOn = 0x90, kControlChange = 0xB0;
constexpr std::uint8_t kSustain = 64;
constexpr std::uint8_t kPedalDown = 64;        // "0 to 63 off, 64 to 127 on" (MIDI 1.0)
constexpr std::uint8_t kReleaseVelocity = 64;  // of keyboards that measure none (MIDI 1.0)

/* Tell a strike. "A Note On with a velocity of 0 is a Note Off" (MIDI 1.0). */
inline bool is_strike(const wire::Midi& midi) {
    return (midi.bytes[0] & 0xF0) == kNoteOn && midi.bytes[2] != 0;
}

inline bool is_release(const wire::Midi& midi) {
    const std::uint8_t status = midi.bytes[0] & 0xF0;
    return status == kNoteOff || (status == kNoteOn && midi.bytes[2] == 0);
}

inline bool is_pedal(const wire::Midi& midi) {
    return (midi.bytes[0] & 0xF0) == kControlChange && midi.bytes[1] == kSustain;
}

inline std::uint8_t channel_of(const wire::Midi& midi) { return midi.bytes[0] & 0x0F; }

inline wire::Midi strike_of(std::uint8_t channel, std::uint8_t pitch) {
    return {3, {static_cast<std::uint8_t>(kNoteOn | channel), pitch, kReleaseVelocity}};
}

inline wire::Midi release_of(std::uint8_t channel, std::uint8_t pitch) {
    return {3, {static_cast<std::uint8_t>(kNoteOff | channel), pitch, kReleaseVelocity}};
}

inline wire::Midi pedal(std::uint8_t channel, std::uint8_t value) {
    return {3, {static_cast<std::uint8_t>(kControlChange | channel), kSustain, value}};
}

/* What a channel message turns into on its way out. */
enum class Passage { as_it_is, after_a_release, not_at_all };

class Sounding {
public:
    /* Take note of a channel message that is about to go out. */
    Passage pass(const wire::Midi& midi) {
        const std::uint8_t channel = channel_of(midi);
        if (is_strike(midi)) return strike(channel, midi.bytes[1]);
        if (is_release(midi)) return release(channel, midi.bytes[1]);
        if (is_pedal(midi)) pedals_[channel] = midi.bytes[2] >= kPedalDown;
        return Passage::as_it_is;
    }

    /* Silence everything: call `end(midi)` with each message that it takes. */
    template <typename End>
    void damp(End end) {
        if (strings_.any()) {
            for (std::size_t string = 0; string < strings_.size(); ++string)
                if (strings_[string])
                    end(release_of(static_cast<std::uint8_t>(string / 128),
                                   static_cast<std::uint8_t>(string % 128)));
        }
        for (std::uint8_t channel = 0; channel < 16; ++channel)
            if (pedals_[channel]) end(pedal(channel, 0));
        strings_.reset();
        pedals_.reset();
    }

    /* Give up what sounds on all channels but one, and keep that. */
    Sounding give_up_all_but(std::uint8_t channel) {
        Sounding given_up = *this;
        for (std::uint8_t pitch = 0; pitch < 128; ++pitch)
            given_up.strings_[string_of(channel, pitch)] = false;
        given_up.pedals_[channel] = false;
        strings_ &= ~given_up.strings_;
        pedals_ &= ~given_up.pedals_;
        return given_up;
    }

    bool any() const { return strings_.any() || pedals_.any(); }

private:
    static std::size_t string_of(std::uint8_t channel, std::uint8_t pitch) {
        return channel * std::size_t{128} + (pitch & 0x7F);
    }

    Passage strike(std::uint8_t channel, std::uint8_t pitch) {
        const std::size_t string = string_of(channel, pitch);
        const bool sounds = strings_[string];
        strings_[string] = true;
        return sounds ? Passage::after_a_release : Passage::as_it_is;
    }

    Passage release(std::uint8_t channel, std::uint8_t pitch) {
        const std::size_t string = string_of(channel, pitch);
        const bool sounds = strings_[string];
        strings_[string] = false;
        return sounds ? Passage::as_it_is : Passage::not_at_all;
    }

    std::bitset<16 * 128> strings_;
    std::bitset<16> pedals_;
};

}  // namespace antiphon
