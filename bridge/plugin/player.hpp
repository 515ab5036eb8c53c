/* What the audio thread does in one block, always in this order:

       read the host's position        flush at a new epoch; release everything at a bypass
       take the orders of the app      plan them, or drop those of another epoch
       report the block to the app
       take the player's MIDI          report it; pass it on if Thru is on
       emit the events that are due    each at its frame

   There are two queues of planned events: one by position in quarter notes, one by time on the
   steady clock. A position and a time cannot be compared until the tempo is known, so each block
   converts both to frames. An event goes to the nearest frame, so the events of a block are those
   from half a frame before its start to half a frame before its end.

   A note-on that is too late is dropped, because a note in the wrong place is worse than none. All
   other events are played however late, above all releases. A release that a full queue refuses is
   played at once; one that the host refuses is owed to the next block.

   The window's keyboard has a channel of its own, and its notes do not belong to the host's
   timeline. So neither a new epoch nor a retraction of the response affects them, and they may be
   later than other notes: the player's own note is better late than missing.

   This file is pure: the time is an argument, and MIDI goes out through a `Sink`. It makes no
   system calls, takes no locks and allocates no memory. */

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <variant>

#include "block_clock.hpp"
#include "mailbox.hpp"
#include "queue.hpp"
#include "sounding.hpp"
#include "transport.hpp"
#include "wire.hpp"

namespace antiphon {

/* The parameters that the user sets. */
struct Settings {
    bool bypassed = false;
    bool listens = true;
    bool thru = false;
    std::uint8_t plays = 0;
};

/* A message of the player. */
struct Incoming {
    std::uint32_t frame = 0;
    wire::Midi midi;
};

/* What a host passes for one block. */
struct BlockOfAudio {
    HostTime host;
    std::uint32_t frames = 0;
    double rate_hz = 0;
    std::int64_t now_ns = 0;
    const Incoming* incoming = nullptr;  // in order of their frames
    std::uint32_t incoming_count = 0;
};

/* Takes the MIDI that goes out. Within a block, frames never decrease. */
class Sink {
public:
    virtual bool emit(std::uint32_t frame, const wire::Midi& midi) = 0;  // false: no room

protected:
    ~Sink() = default;
};

class Player {
public:
    static constexpr std::size_t plan_size = 2048;
    static constexpr std::int64_t late_limit_ns = 30'000'000;
    // The limit for PlayNow, and for the window's keyboard. PlayNow waits for the next block,
    // whatever its size, and is too late only if the host has suspended the plugin in between.
    static constexpr std::int64_t patience_ns = 250'000'000;

    static constexpr double horizon_s = 10;
    static constexpr double min_horizon_quarters = 16;  // a tempo may change

    explicit Player(Mailbox& mailbox) : mailbox_(mailbox) {}

    void run(const BlockOfAudio& block, const Settings& settings, Sink& sink) {
        if (block.frames == 0) return;
        begin(block, sink);
        const bool began = transport_.observe(block.host, block.frames, block.rate_hz);
        if (resumes_ || (settings.bypassed && !settings_.bypassed))
            silence();
        else if (began)
            flush();
        if (resumes_ || (settings_.thru && !settings.thru)) damp(thru_);
        resumes_ = false;
        settings_ = settings;
        take_orders();
        report_block();
        for (std::uint32_t each = 0; each < block.incoming_count; ++each)
            receive(block.incoming[each]);
        emit_before(block.frames);
        sink_ = nullptr;
    }

    /* Processing is suspended. MIDI cannot be sent until it resumes, so the releases wait. */
    void suspend() {
        transport_.restart();
        clock_.restart();
        resumes_ = true;
    }

private:
    static constexpr double ns_per_s = 1e9;
    static constexpr std::uint32_t own_tag = 0;

    void begin(const BlockOfAudio& block, Sink& sink) {
        sink_ = &sink;
        rate_hz_ = block.rate_hz;
        frames_ = block.frames;
        begin_ns_ = clock_.observe(block.now_ns, block.frames, block.rate_hz);
        if (owed_.any()) damp(owed_);
    }

    /* ------------------------------------------------------------------ orders of the app */

    void take_orders() {
        Order order;
        while (mailbox_.orders.pop(order))
            std::visit([&](const auto& what) { apply(order, what); }, order.what);
    }

    void apply(const Order&, const wire::Flush&) { flush(); }

    void apply(const Order&, const wire::FlushAll&) { silence(); }

    void apply(const Order& order, const wire::PlayNow& what) {
        // The estimated start of the block may lag behind the clock. An order that has arrived is
        // due now all the same.
        const std::int64_t when_ns = std::min(order.arrived_ns, begin_ns_);
        plan<std::int64_t>(times_, {when_ns, ++arrivals_, what.tag, patience_ns, what.midi});
    }

    void apply(const Order&, const wire::PlayAtTime& what) {
        const bool by_hand = channel_of(what.midi) == wire::kHandChannel;
        const std::int64_t limit_ns = by_hand ? patience_ns : late_limit_ns;
        plan<std::int64_t>(times_, {what.time_ns, ++arrivals_, what.tag, limit_ns, what.midi});
    }

    void apply(const Order&, const wire::PlayAtPosition& what) {
        if (what.epoch != transport_.epoch()) return;
        if (is_far_ahead(what.position_quarters)) return lose(what.midi);
        plan<double>(positions_,
                     {what.position_quarters, ++arrivals_, what.tag, late_limit_ns, what.midi});
    }

    template <typename When>
    void plan(Queue<When, plan_size>& events, const Due<When>& due) {
        if (settings_.bypassed) return;
        const Admission admission = events.push(due);
        if (admission == Admission::kept) return;
        ++lost_;
        if (admission == Admission::refused && !is_onset(due.midi))
            play(0, due.tag, due.midi, begin_ns_);
    }

    /* Drop an event whose place is impossible. If it may have ended a note, which may not have
       begun yet, everything ends. */
    void lose(const wire::Midi& midi) {
        ++lost_;
        if (!is_onset(midi)) silence();
    }

    /* Whether a position is so far away that it must be an error: it would wait in vain. */
    bool is_far_ahead(double position_quarters) const {
        const HostTime& host = transport_.now();
        const double horizon = std::max(min_horizon_quarters, horizon_s * host.tempo_bpm / 60);
        return position_quarters > host.position_quarters + horizon;
    }

    /* Drop the plan and release what sounds, except for the window's keyboard. */
    void flush() {
        positions_.clear();
        times_.keep_only(wire::kHandChannel);
        release(sounding_.give_up_all_but(wire::kHandChannel));
    }

    void silence() {
        positions_.clear();
        times_.clear();
        damp(sounding_);
    }

    /* Release all that `sounding` holds. */
    void damp(Sounding& sounding) { release(std::exchange(sounding, Sounding{})); }

    /* Send the releases as early as possible, at the first frame. */
    void release(Sounding ends) {
        ends.damp([this](const wire::Midi& midi) { send(0, own_tag, midi, begin_ns_); });
    }

    /* --------------------------------------------------------------- MIDI of the player */

    void receive(const Incoming& incoming) {
        const std::uint32_t frame = std::min(incoming.frame, frames_ - 1);
        emit_before(frame);
        if (settings_.listens) report_midi(frame, incoming.midi);
        if (!settings_.thru) return;
        if (wire::is_channel_message(incoming.midi)) (void)thru_.pass(incoming.midi);
        if (!sink_->emit(frame, incoming.midi)) ++lost_;
    }

    /* --------------------------------------------------------------- events that are due */

    /* Emit what is due before this frame of the block, in order. */
    void emit_before(std::uint32_t frame) {
        for (;;) {
            const double by_position = frame_of_position();
            const double by_time = frame_of_time();
            if (std::min(by_position, by_time) >= frame - 0.5) return;
            const bool position_first =
                by_position < by_time
                || (by_position == by_time
                    && positions_.front().arrival < times_.front().arrival);
            if (position_first)
                emit(positions_, by_position);
            else
                emit(times_, by_time);
        }
    }

    double frame_of_position() const {
        const HostTime& host = transport_.now();
        const double step = host.quarters_per_frame(rate_hz_);
        if (positions_.empty() || !host.playing || !host.valid || step <= 0) return never;
        return std::max((positions_.front().when - host.position_quarters) / step, long_ago);
    }

    double frame_of_time() const {
        if (times_.empty()) return never;
        const auto apart_ns = static_cast<double>(times_.front().when - begin_ns_);
        return std::max(apart_ns * rate_hz_ / ns_per_s, long_ago);
    }

    template <typename When>
    void emit(Queue<When, plan_size>& events, double exact_frame) {
        const Due<When> due = events.front();
        events.pop();
        const std::int64_t wanted_ns = begin_ns_ + ns_of(exact_frame);
        if (is_onset(due.midi) && begin_ns_ - wanted_ns > due.late_limit_ns) {
            ++dropped_late_;
            return;
        }
        const auto frame = static_cast<std::uint32_t>(std::max(0.0, std::round(exact_frame)));
        play(frame, due.tag, due.midi, wanted_ns);
    }

    void play(std::uint32_t frame, std::uint32_t tag, const wire::Midi& midi,
              std::int64_t wanted_ns) {
        const Passage passage = sounding_.pass(midi);
        if (passage == Passage::not_at_all) return;
        if (passage == Passage::after_a_release)
            send(frame, own_tag, release_of(channel_of(midi), midi.bytes[1]), wanted_ns);
        send(frame, tag, midi, wanted_ns);
    }

    void send(std::uint32_t frame, std::uint32_t tag, const wire::Midi& midi,
              std::int64_t wanted_ns) {
        if (sink_->emit(frame, midi)) {
            ++emitted_;
            const std::int64_t played_ns = begin_ns_ + ns_of(frame);
            report(wire::Played{wanted_ns, played_ns, tag, transport_.epoch(), midi});
            return;
        }
        ++lost_;
        owe(midi);
    }

    /* The host had no room: a note-on has not sounded, and a release is still owed. */
    void owe(const wire::Midi& midi) {
        const std::uint8_t channel = channel_of(midi);
        if (is_onset(midi))
            (void)sounding_.pass(release_of(channel, midi.bytes[1]));
        else if (is_release(midi))
            (void)owed_.pass(onset_of(channel, midi.bytes[1]));
        else if (is_pedal(midi))
            (void)owed_.pass(pedal(channel, 127));
    }

    /* -------------------------------------------------------------------------- reports */

    void report(const Report& report) {
        if (!mailbox_.reports.push(report)) ++lost_;
    }

    /* The position of a block is soon replaced by the next, so blocks leave room for events. */
    bool has_room_for_a_block() const {
        return mailbox_.reports.room() > mailbox_.reports.capacity / 4;
    }

    void report_block() {
        const HostTime& host = transport_.now();
        wire::Block block;
        block.sequence = sequence_++;
        block.time_ns = begin_ns_;
        block.rate_hz = rate_hz_;
        block.position_quarters = host.position_quarters;
        block.tempo_bpm = host.tempo_bpm;
        block.bar_start_quarters = host.bar_start_quarters;
        block.epoch = transport_.epoch();
        block.frames = frames_;
        block.bar = host.bar;
        block.emitted = emitted_;
        block.dropped_late = dropped_late_;
        block.lost = lost_ + mailbox_.lost_orders.load(std::memory_order_relaxed);
        block.numerator = host.numerator;
        block.denominator = host.denominator;
        block.plays = settings_.plays;
        block.flags = flags();
        if (has_room_for_a_block())
            report(block);
        else
            ++lost_;
    }

    std::uint8_t flags() const {
        const HostTime& host = transport_.now();
        return static_cast<std::uint8_t>((host.playing ? wire::Block::playing : 0)
                                         | (host.valid ? wire::Block::position_valid : 0)
                                         | (settings_.bypassed ? wire::Block::bypassed : 0)
                                         | (settings_.listens ? wire::Block::listens : 0));
    }

    void report_midi(std::uint32_t frame, const wire::Midi& midi) {
        const HostTime& host = transport_.now();
        const double way = host.playing ? frame * host.quarters_per_frame(rate_hz_) : 0;
        const wire::MidiIn played{begin_ns_ + ns_of(frame), host.position_quarters + way,
                                  transport_.epoch(), frame, midi};
        if (mailbox_.reports.push(played)) return;
        ++lost_;
        if (!is_onset(midi)) mailbox_.lost_release.store(true, std::memory_order_relaxed);
    }

    std::int64_t ns_of(double frame) const { return std::llround(frame * ns_per_s / rate_hz_); }

    // In frames. Not infinities, because -ffast-math assumes that there are none.
    static constexpr double never = 1e300;
    static constexpr double long_ago = -1e9;

    Mailbox& mailbox_;
    Settings settings_;
    Transport transport_;
    BlockClock clock_;
    Queue<double, plan_size> positions_;
    Queue<std::int64_t, plan_size> times_;
    Sounding sounding_;  // notes of the app
    Sounding thru_;    // notes of the player that were passed on
    Sounding owed_;    // notes whose release the host had no room for
    std::uint64_t sequence_ = 0;
    std::uint32_t arrivals_ = 0;
    std::uint32_t emitted_ = 0;
    std::uint32_t dropped_late_ = 0;
    std::uint32_t lost_ = 0;
    bool resumes_ = false;

    // Of the current block.
    Sink* sink_ = nullptr;
    double rate_hz_ = 48'000;
    std::uint32_t frames_ = 0;
    std::int64_t begin_ns_ = 0;
};

}  // namespace antiphon
