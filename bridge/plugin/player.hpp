/* What happens in one block of audio: a course of steps, always the same.

       where does the host stand?      a stop, a jump: flush; a bypass: silence everything first
       what does the app want?         sort it into the plan, or drop what is of another epoch
       tell the app about the block
       what did the player do?         tell the app; pass it on if asked to
       what is due in this block?      emit it at its frame

   There are two plans, because nothing can put a position and a time in order before it is known
   how fast the host goes: one of positions in quarter notes, one of moments on the steady clock.
   The block decides: within it both are frames. A frame is the nearest one, so a block begins half
   a frame early and ends half a frame early.

   A note-on that comes too late is dropped, because a note in the wrong place is worse than none;
   everything else is played however late, above all releases. And a release that finds no room is
   played at once, or owed to the next block.

   What the player plays by hand, on the app's desk, comes on a channel of its own and has no place
   in the host's music. So no turn of the host cuts it, nor an answer that is taken back; and the
   player's own note is heard late rather than not at all.

   This file is all that the audio thread does, and it is pure: the time is an argument, and what
   goes out goes to a `Sink`. No system call, no lock, no memory. */

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

/* What a host calls one block. */
struct BlockOfAudio {
    HostTime host;
    std::uint32_t frames = 0;
    double rate_hz = 0;
    std::int64_t now_ns = 0;
    const Incoming* incoming = nullptr;  // in order of their frames
    std::uint32_t incoming_count = 0;
};

/* Where MIDI goes out; frames never run backwards within a block. */
class Sink {
public:
    virtual bool emit(std::uint32_t frame, const wire::Midi& midi) = 0;  // false: there is no room

protected:
    ~Sink() = default;
};

class Player {
public:
    static constexpr std::size_t plan_size = 2048;
    static constexpr std::int64_t late_limit_ns = 30'000'000;
    // What is to be played at once waits for the next block, of whatever size: only if the host has
    // let it lie, because it had suspended us, is it too late.
    static constexpr std::int64_t patience_ns = 250'000'000;

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
            hear(block.incoming[each]);
        emit_before(block.frames);
        sink_ = nullptr;
    }

    /* Processing was suspended. Nothing can be sent until it goes on, so what sounds is owed. */
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

    /* ----------------------------------------------------------------- what the app wants */

    void take_orders() {
        Order order;
        while (mailbox_.orders.pop(order))
            std::visit([&](const auto& what) { obey(order, what); }, order.what);
    }

    void obey(const Order&, const wire::Flush&) { flush(); }

    void obey(const Order&, const wire::FlushAll&) { silence(); }

    void obey(const Order& order, const wire::PlayNow& what) {
        // The line through the block's moments may lag, but what has come is not of the future.
        const std::int64_t when_ns = std::min(order.arrived_ns, begin_ns_);
        plan<std::int64_t>(times_, {when_ns, ++arrivals_, what.tag, patience_ns, what.midi});
    }

    void obey(const Order&, const wire::PlayAtTime& what) {
        const bool by_hand = channel_of(what.midi) == wire::kHandChannel;
        const std::int64_t limit_ns = by_hand ? patience_ns : late_limit_ns;
        plan<std::int64_t>(times_, {what.time_ns, ++arrivals_, what.tag, limit_ns, what.midi});
    }

    void obey(const Order&, const wire::PlayAtPosition& what) {
        if (what.epoch != transport_.epoch()) return;
        plan<double>(positions_,
                     {what.position_quarters, ++arrivals_, what.tag, late_limit_ns, what.midi});
    }

    template <typename When>
    void plan(Queue<When, plan_size>& events, const Due<When>& due) {
        if (settings_.bypassed) return;
        const Admission admission = events.push(due);
        if (admission == Admission::kept) return;
        ++lost_;
        if (admission == Admission::refused && !is_strike(due.midi))
            play(0, due.tag, due.midi, begin_ns_);
    }

    /* Leave what is planned and end what sounds, but for what is played by hand. */
    void flush() {
        positions_.clear();
        times_.keep_only(wire::kHandChannel);
        release(answer_.give_up_all_but(wire::kHandChannel));
    }

    void silence() {
        positions_.clear();
        times_.clear();
        damp(answer_);
    }

    /* Release what one of us holds. */
    void damp(Sounding& sounding) { release(std::exchange(sounding, Sounding{})); }

    /* End all of this, at the first frame. */
    void release(Sounding ends) {
        ends.damp([this](const wire::Midi& midi) { send(0, own_tag, midi, begin_ns_); });
    }

    /* ------------------------------------------------------------- what the player does */

    void hear(const Incoming& incoming) {
        const std::uint32_t frame = std::min(incoming.frame, frames_ - 1);
        emit_before(frame);
        if (settings_.listens) report_midi(frame, incoming.midi);
        if (!settings_.thru) return;
        if (wire::is_channel_message(incoming.midi)) (void)thru_.pass(incoming.midi);
        if (!sink_->emit(frame, incoming.midi)) ++lost_;
    }

    /* ---------------------------------------------------------------------- what is due */

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
        if (is_strike(due.midi) && begin_ns_ - wanted_ns > due.late_limit_ns) {
            ++dropped_late_;
            return;
        }
        const auto frame = static_cast<std::uint32_t>(std::max(0.0, std::round(exact_frame)));
        play(frame, due.tag, due.midi, wanted_ns);
    }

    void play(std::uint32_t frame, std::uint32_t tag, const wire::Midi& midi,
              std::int64_t wanted_ns) {
        const Passage passage = answer_.pass(midi);
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

    /* The host took no more: a strike has not begun, and an end is still due. */
    void owe(const wire::Midi& midi) {
        const std::uint8_t channel = channel_of(midi);
        if (is_strike(midi))
            (void)answer_.pass(release_of(channel, midi.bytes[1]));
        else if (is_release(midi))
            (void)owed_.pass(strike_of(channel, midi.bytes[1]));
        else if (is_pedal(midi))
            (void)owed_.pass(pedal(channel, 127));
    }

    /* -------------------------------------------------------------------------- reports */

    void report(const Report& report) {
        if (!mailbox_.reports.push(report)) ++lost_;
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
        report(block);
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
        report(wire::MidiIn{begin_ns_ + ns_of(frame), host.position_quarters + way,
                            transport_.epoch(), frame, midi});
    }

    std::int64_t ns_of(double frame) const { return std::llround(frame * ns_per_s / rate_hz_); }

    // In frames; not infinities, which -ffast-math forgets.
    static constexpr double never = 1e300;
    static constexpr double long_ago = -1e9;

    Mailbox& mailbox_;
    Settings settings_;
    Transport transport_;
    BlockClock clock_;
    Queue<double, plan_size> positions_;
    Queue<std::int64_t, plan_size> times_;
    Sounding answer_;  // what the app holds
    Sounding thru_;    // what the player holds through us
    Sounding owed_;    // what the host had no room to end
    std::uint64_t sequence_ = 0;
    std::uint32_t arrivals_ = 0;
    std::uint32_t emitted_ = 0;
    std::uint32_t dropped_late_ = 0;
    std::uint32_t lost_ = 0;
    bool resumes_ = false;

    // Of the block at hand.
    Sink* sink_ = nullptr;
    double rate_hz_ = 48'000;
    std::uint32_t frames_ = 0;
    std::int64_t begin_ns_ = 0;
};

}  // namespace antiphon
