/* The notes that sound, so that every note-on that goes out is followed by exactly one release.

   A pitch on a channel is silent or sounding. A second note-on first releases the sounding note.
   The first release ends the note; a release of a silent pitch is dropped. The sustain pedal holds
   notes too, so releasing all notes also lifts the pedal. `bridge/playout/schedule.py` has the same
   rules. Here the state is one bit for each pitch of each channel, since the audio thread may not
   allocate memory. */

#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

#include "wire.hpp"

namespace antiphon {

constexpr std::uint8_t kNoteOff = 0x80, kNoteOn = 0x90, kControlChange = 0xB0;
constexpr std::uint8_t kSustain = 64;
constexpr std::uint8_t kPedalDown = 64;        // "0 to 63 off, 64 to 127 on" (MIDI 1.0)
constexpr std::uint8_t kReleaseVelocity = 64;  // of keyboards that do not measure it (MIDI 1.0)

/* An onset is a note-on that starts a note: "A Note On with a velocity of 0 is a Note Off"
   (MIDI 1.0). */
inline bool is_onset(const wire::Midi& midi) {
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

inline wire::Midi onset_of(std::uint8_t channel, std::uint8_t pitch) {
    return {3, {static_cast<std::uint8_t>(kNoteOn | channel), pitch, kReleaseVelocity}};
}

inline wire::Midi release_of(std::uint8_t channel, std::uint8_t pitch) {
    return {3, {static_cast<std::uint8_t>(kNoteOff | channel), pitch, kReleaseVelocity}};
}

inline wire::Midi pedal(std::uint8_t channel, std::uint8_t value) {
    return {3, {static_cast<std::uint8_t>(kControlChange | channel), kSustain, value}};
}

/* How a channel message goes out. */
enum class Passage { as_it_is, after_a_release, not_at_all };

class Sounding {
public:
    /* Record a channel message that is about to go out; return how it must go out. */
    Passage pass(const wire::Midi& midi) {
        const std::uint8_t channel = channel_of(midi);
        if (is_onset(midi)) return onset(channel, midi.bytes[1]);
        if (is_release(midi)) return release(channel, midi.bytes[1]);
        if (is_pedal(midi)) pedals_[channel] = midi.bytes[2] >= kPedalDown;
        return Passage::as_it_is;
    }

    /* Release all notes and pedals: call `end(midi)` with each message. */
    template <typename End>
    void damp(End end) {
        if (notes_.any()) {
            for (std::size_t note = 0; note < notes_.size(); ++note)
                if (notes_[note])
                    end(release_of(static_cast<std::uint8_t>(note / 128),
                                   static_cast<std::uint8_t>(note % 128)));
        }
        for (std::uint8_t channel = 0; channel < 16; ++channel)
            if (pedals_[channel]) end(pedal(channel, 0));
        notes_.reset();
        pedals_.reset();
    }

    /* Remove and return what sounds on all channels but this one. */
    Sounding give_up_all_but(std::uint8_t channel) {
        Sounding given_up = *this;
        for (std::uint8_t pitch = 0; pitch < 128; ++pitch)
            given_up.notes_[note_of(channel, pitch)] = false;
        given_up.pedals_[channel] = false;
        notes_ &= ~given_up.notes_;
        pedals_ &= ~given_up.pedals_;
        return given_up;
    }

    bool any() const { return notes_.any() || pedals_.any(); }

private:
    static std::size_t note_of(std::uint8_t channel, std::uint8_t pitch) {
        return channel * std::size_t{128} + (pitch & 0x7F);
    }

    Passage onset(std::uint8_t channel, std::uint8_t pitch) {
        const std::size_t note = note_of(channel, pitch);
        const bool sounds = notes_[note];
        notes_[note] = true;
        return sounds ? Passage::after_a_release : Passage::as_it_is;
    }

    Passage release(std::uint8_t channel, std::uint8_t pitch) {
        const std::size_t note = note_of(channel, pitch);
        const bool sounds = notes_[note];
        notes_[note] = false;
        return sounds ? Passage::as_it_is : Passage::not_at_all;
    }

    std::bitset<16 * 128> notes_;
    std::bitset<16> pedals_;
};

}  // namespace antiphon
