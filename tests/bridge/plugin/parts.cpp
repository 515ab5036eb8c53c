/* Tests of the plugin's pure parts, without a host: `test_parts.py` compiles and runs them.

   Each test is a function, and the table at the end lists them. The first check that fails prints
   its line and ends the program. */

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "block_clock.hpp"
#include "host_time.hpp"
#include "mailbox.hpp"
#include "player.hpp"
#include "queue.hpp"
#include "ring.hpp"
#include "sounding.hpp"
#include "transport.hpp"

using namespace antiphon;
using wire::Midi;

namespace {

void expect(bool holds, const char* what, int line) {
    if (holds) return;
    std::fprintf(stderr, "line %d: this does not hold: %s\n", line, what);
    std::exit(1);
}
#define EXPECT(condition) expect((condition), #condition, __LINE__)

constexpr double kRate = 48'000;

Midi note_on(int pitch, int velocity = 100) {
    return {3, {0x90, static_cast<std::uint8_t>(pitch), static_cast<std::uint8_t>(velocity)}};
}

Midi note_off(int pitch) { return {3, {0x80, static_cast<std::uint8_t>(pitch), 0}}; }

Midi by_hand(Midi midi) {
    midi.bytes[0] = static_cast<std::uint8_t>((midi.bytes[0] & 0xF0) | wire::kHandChannel);
    return midi;
}

/* ------------------------------------------------------------------------------------ ring */

void a_ring_gives_what_it_took_in_order_and_refuses_what_is_too_much() {
    Ring<int, 4> ring;
    int value = 0;
    for (int round = 0; round < 10; ++round) {
        for (int each = 0; each < 4; ++each) EXPECT(ring.push(10 * round + each));
        EXPECT(ring.room() == 0 && !ring.push(99));
        for (int each = 0; each < 4; ++each) EXPECT(ring.pop(value) && value == 10 * round + each);
        EXPECT(ring.room() == 4 && !ring.pop(value));
    }
}

void two_threads_share_a_ring() {
    constexpr std::uint64_t count = 300'000;
    struct Pair {
        std::uint64_t one, twice;
    };
    Ring<Pair, 64> ring;
    std::thread pushes([&] {
        for (std::uint64_t each = 0; each < count;)
            if (ring.push({each, 2 * each}))
                ++each;
            else
                std::this_thread::yield();
    });
    for (std::uint64_t each = 0; each < count;) {
        Pair pair{};
        if (!ring.pop(pair)) {
            std::this_thread::yield();
            continue;
        }
        EXPECT(pair.one == each && pair.twice == 2 * each);
        ++each;
    }
    pushes.join();
}

/* -------------------------------------------------------------------------------- sounding */

void a_pitch_is_struck_and_released_in_turn() {
    Sounding sounding;
    EXPECT(sounding.pass(note_off(60)) == Passage::not_at_all);
    EXPECT(sounding.pass(note_on(60)) == Passage::as_it_is);
    EXPECT(sounding.pass(note_on(60)) == Passage::after_a_release);
    EXPECT(sounding.pass(note_on(60, 0)) == Passage::as_it_is);
    EXPECT(sounding.pass(note_off(60)) == Passage::not_at_all);
    EXPECT(!sounding.any());
}

void damping_ends_each_note_and_each_pedal_once() {
    Sounding sounding;
    (void)sounding.pass(note_on(0));
    (void)sounding.pass({3, {0x9F, 127, 1}});
    (void)sounding.pass({3, {0xB4, 64, 64}});
    (void)sounding.pass({3, {0xB5, 64, 63}});
    std::vector<Midi> ends;
    const auto note = [&](const Midi& midi) { ends.push_back(midi); };
    sounding.damp(note);
    sounding.damp(note);
    EXPECT(ends.size() == 3);
    EXPECT(ends[0].bytes[0] == 0x80 && ends[0].bytes[1] == 0);
    EXPECT(ends[1].bytes[0] == 0x8F && ends[1].bytes[1] == 127);
    EXPECT(ends[2].bytes[0] == 0xB4 && ends[2].bytes[1] == 64 && ends[2].bytes[2] == 0);
}

void what_is_given_up_is_all_but_one_channel() {
    Sounding sounding;
    (void)sounding.pass(note_on(60));
    (void)sounding.pass({3, {0xBE, 64, 127}});
    (void)sounding.pass({3, {0x9F, 0, 1}});
    (void)sounding.pass({3, {0x9F, 127, 1}});
    (void)sounding.pass({3, {0xBF, 64, 127}});
    std::vector<int> ends;
    const auto note = [&](const Midi& midi) { ends.push_back(midi.bytes[0]); };
    sounding.give_up_all_but(15).damp(note);
    EXPECT((ends == std::vector<int>{0x80, 0xBE}));
    ends.clear();
    sounding.damp(note);
    EXPECT((ends == std::vector<int>{0x8F, 0x8F, 0xBF}));
}

/* ----------------------------------------------------------------------------------- queue */

template <std::size_t Capacity>
std::vector<int> pitches(Queue<double, Capacity>& queue) {
    std::vector<int> found;
    for (; !queue.empty(); queue.pop()) found.push_back(queue.front().midi.bytes[1]);
    return found;
}

void a_queue_sorts_and_keeps_the_order_of_arrival() {
    Queue<double, 8> queue;
    const double whens[] = {3, 1, 2, 1, 3, 0.5};
    for (int each = 0; each < 6; ++each) queue.push({whens[each], 0, 0, 0, note_on(each)});
    EXPECT((pitches(queue) == std::vector<int>{5, 1, 3, 2, 0, 4}));
}

void a_queue_goes_round_for_ever() {
    Queue<double, 4> queue;
    for (int each = 0; each < 100; ++each) {
        EXPECT(queue.push({each + 0.0, 0, 0, 0, note_on(each)}) == Admission::kept);
        EXPECT(queue.push({each + 0.5, 0, 0, 0, note_off(each)}) == Admission::kept);
        EXPECT(queue.front().when == each);
        queue.pop();
        EXPECT(queue.front().when == each + 0.5);
        queue.pop();
    }
    EXPECT(queue.empty());
}

void a_full_queue_drops_note_ons_first() {
    Queue<double, 4> queue;
    for (int each = 0; each < 4; ++each)
        queue.push({each + 0.0, 0, 0, 0, each % 2 == 0 ? note_on(each) : note_off(each)});
    EXPECT(queue.push({0.5, 0, 0, 0, note_on(9)}) == Admission::refused);
    EXPECT(queue.push({0.5, 0, 0, 0, note_off(10)}) == Admission::kept_for_another);
    EXPECT(queue.push({0.6, 0, 0, 0, note_off(11)}) == Admission::kept_for_another);
    EXPECT(queue.push({0.7, 0, 0, 0, note_off(12)}) == Admission::refused);
    EXPECT((pitches(queue) == std::vector<int>{10, 11, 1, 3}));
}

void a_queue_keeps_one_channel_in_its_order() {
    Queue<double, 8> queue;
    for (int each = 0; each < 8; ++each)
        queue.push({8.0 - each, 0, 0, 0,
                    each % 2 == 0 ? note_on(each) : by_hand(note_on(each))});
    queue.pop();
    queue.keep_only(15);
    EXPECT((pitches(queue) == std::vector<int>{5, 3, 1}));
}

/* ------------------------------------------------------------------------- transport, clock */

HostTime playing_at(double position_quarters, double tempo_bpm = 120) {
    HostTime host;
    host.playing = host.valid = true;
    host.position_quarters = position_quarters;
    host.tempo_bpm = tempo_bpm;
    return host;
}

constexpr double kBlockQuarters = 256 * 120 / 60.0 / kRate;

void each_start_stop_and_jump_begins_an_epoch() {
    Transport transport;
    EXPECT(transport.observe(HostTime{}, 256, kRate) && transport.epoch() == 1);
    EXPECT(!transport.observe(HostTime{}, 256, kRate));
    EXPECT(transport.observe(playing_at(-1), 256, kRate));
    EXPECT(!transport.observe(playing_at(-1 + kBlockQuarters), 256, kRate));
    EXPECT(transport.observe(playing_at(-1), 256, kRate));
    EXPECT(transport.observe(HostTime{}, 256, kRate) && transport.epoch() == 4);
}

void two_frames_and_a_tick_are_no_jump_and_four_milliseconds_are() {
    for (const double miss : {1.0 / 480, -1.0 / 480, 1.0 / 125, -1.0 / 125}) {
        Transport transport;
        transport.observe(playing_at(0), 256, kRate);
        EXPECT(transport.observe(playing_at(kBlockQuarters + miss), 256, kRate)
               == (std::abs(miss) > 1.0 / 400));
    }
}

void a_position_that_disagrees_with_frames_is_overruled_for_two_blocks() {
    Transport transport;
    const auto reported = [](int block, double ahead) {
        HostTime host = playing_at(block * kBlockQuarters + ahead);
        host.has_frame = true;
        host.frame = 1000 + 256 * block;
        return host;
    };
    transport.observe(reported(0, 0), 256, kRate);
    for (int block = 1; block < 10; ++block) {
        EXPECT(!transport.observe(reported(block, block % 5 == 0 ? 4 : 0), 256, kRate));
        EXPECT(std::abs(transport.now().position_quarters - block * kBlockQuarters) < 1e-9);
    }
    EXPECT(!transport.observe(reported(10, 7), 256, kRate));
    EXPECT(!transport.observe(reported(11, 7), 256, kRate));
    EXPECT(transport.observe(reported(12, 7), 256, kRate) && transport.epoch() == 2);
    EXPECT(transport.now().position_quarters > 7);
}

void the_clock_smoothes_what_trembles_and_follows_what_is_lost() {
    BlockClock clock;
    const std::int64_t block_ns = 5'333'333;
    std::int64_t now_ns = 1'000'000'000;
    EXPECT(clock.observe(now_ns, 256, kRate) == now_ns);
    for (int block = 0; block < 1000; ++block) {
        now_ns += block_ns;
        const std::int64_t tremble_ns = block % 7 * 300'000 - 900'000;
        EXPECT(std::abs(clock.observe(now_ns + tremble_ns, 256, kRate) - now_ns) < 600'000);
    }
    now_ns += 1'000'000'000;
    EXPECT(clock.observe(now_ns, 256, kRate) == now_ns);
}

/* ---------------------------------------------------------------------- time as DPF reports it */

struct BarBeatTick {
    bool valid = true;
    std::int32_t bar = 1, beat = 1;
    double tick = 0, barStartTick = 0;
    float beatsPerBar = 4, beatType = 4;
    double ticksPerBeat = 1920, beatsPerMinute = 120;
};

struct TimePosition {
    bool playing = true;
    std::uint64_t frame = 0;
    BarBeatTick bbt;
};

/* The same computation as in DistrhoPluginVST3.cpp of DPF 1.6. */
TimePosition as_dpf_tells_vst3(double quarters, int numerator, int denominator) {
    TimePosition reported;
    reported.frame = static_cast<std::uint64_t>(std::llround(quarters * kRate / 2));
    const double distance = std::abs(quarters);
    const int bar_quarters = numerator * 4 / denominator;
    const double beats = std::fmod(distance, bar_quarters) / bar_quarters * numerator;
    const double rest = std::fmod(beats, 1.0);
    reported.bbt.bar = static_cast<std::int32_t>(distance) / bar_quarters + 1;
    reported.bbt.beat = static_cast<std::int32_t>(beats - rest + 0.5) + 1;
    reported.bbt.tick = rest * 1920;
    reported.bbt.beatsPerBar = static_cast<float>(numerator);
    reported.bbt.beatType = static_cast<float>(denominator);
    if (quarters < 0) {
        --reported.bbt.bar;
        reported.bbt.beat = numerator - reported.bbt.beat + 1;
        reported.bbt.tick = 1920 - reported.bbt.tick - 1;
    }
    return reported;
}

void vst3_positions_are_undone_in_every_metre_and_below_zero() {
    const int metres[][2] = {{4, 4}, {3, 4}, {6, 8}, {7, 8}, {5, 4}, {12, 8}, {2, 2}};
    for (const auto& [numerator, denominator] : metres) {
        for (double quarters = -20.3; quarters < 40; quarters += 0.137) {
            const TimePosition reported = as_dpf_tells_vst3(quarters, numerator, denominator);
            const HostTime host = host_time(reported, Format::vst3);
            EXPECT(std::abs(host.position_quarters - quarters) < 1e-6);
            const double bar_quarters = numerator * 4.0 / denominator;
            EXPECT(host.bar == std::floor(host.position_quarters / bar_quarters));
            EXPECT(host.bar_start_quarters == host.bar * bar_quarters && host.tempo_bpm == 120);
        }
    }
}

void lv2_beats_are_notes_of_the_denominator() {
    TimePosition reported;
    reported.bbt.bar = 3;
    reported.bbt.beat = 2;
    reported.bbt.tick = 960;
    reported.bbt.beatsPerBar = 6;
    reported.bbt.beatType = 8;
    reported.bbt.beatsPerMinute = 180;
    const HostTime host = host_time(reported, Format::lv2);
    EXPECT(host.position_quarters == 6.75 && host.tempo_bpm == 90);
    EXPECT(host.bar == 2 && host.bar_start_quarters == 6);
}

void what_a_host_does_not_know_is_not_valid() {
    TimePosition reported;
    EXPECT(host_time(reported, Format::lv2).valid);
    for (float* zero : {&reported.bbt.beatsPerBar, &reported.bbt.beatType}) {
        const float before = *zero;
        *zero = 0;
        EXPECT(!host_time(reported, Format::lv2).valid && !host_time(reported, Format::vst3).valid);
        *zero = before;
    }
    reported.bbt.valid = false;
    EXPECT(!host_time(reported, Format::vst3).valid && host_time(reported, Format::vst3).playing);
}

/* ---------------------------------------------------------------------------------- player */

struct Emission {
    std::uint32_t frame;
    Midi midi;
};

struct Recorder final : Sink {
    std::vector<Emission> emissions;
    bool emit(std::uint32_t frame, const Midi& midi) override {
        emissions.push_back({frame, midi});
        return true;
    }
};

/* A `Player` in a host whose blocks are exactly on time. */
struct Stage {
    std::unique_ptr<Mailbox> mailbox = std::make_unique<Mailbox>();
    std::unique_ptr<Player> player = std::make_unique<Player>(*mailbox);
    Settings settings;
    HostTime host;
    std::int64_t begin_ns = 10'000'000'000;
    std::int64_t frame = 0;

    std::int64_t now_ns() const {
        return begin_ns + std::llround(static_cast<double>(frame) * 1e9 / kRate);
    }

    std::vector<Emission> run(std::uint32_t frames) {
        Recorder recorder;
        player->run({host, frames, kRate, now_ns(), nullptr, 0}, settings, recorder);
        frame += frames;
        if (host.playing) host.position_quarters += frames * host.quarters_per_frame(kRate);
        return recorder.emissions;
    }

    template <typename What>
    void order(const What& what) {
        EXPECT(mailbox->orders.push({now_ns(), what}));
    }

    wire::Block last_block() {
        wire::Block block;
        for (Report report; mailbox->reports.pop(report);)
            if (std::holds_alternative<wire::Block>(report)) block = std::get<wire::Block>(report);
        return block;
    }
};

/* Return the status bytes of what went out. */
std::vector<int> statuses(const std::vector<Emission>& emissions) {
    std::vector<int> found;
    for (const Emission& emission : emissions) found.push_back(emission.midi.bytes[0]);
    return found;
}

void a_time_is_played_at_its_frame() {
    Stage stage;
    stage.run(480);
    for (int each = 0; each < 100; ++each)
        stage.order(
            wire::PlayAtTime{0, stage.begin_ns + 20'000'000 + each * 1'234'567, note_on(each)});
    std::vector<std::int64_t> frames;
    while (frames.size() < 100) {
        const std::int64_t begin = stage.frame;
        for (const Emission& emission : stage.run(100)) frames.push_back(begin + emission.frame);
    }
    for (int each = 0; each < 100; ++each)
        EXPECT(frames[static_cast<std::size_t>(each)]
               == std::llround((20e6 + each * 1'234'567.0) * kRate / 1e9));
}

void positions_and_times_are_one_stream_within_a_block() {
    Stage stage;
    stage.host = playing_at(0);
    stage.run(480);
    const std::uint32_t epoch = stage.last_block().epoch;
    const std::int64_t next_ns = stage.now_ns();
    stage.order(wire::PlayAtTime{0, next_ns + 2'000'000, note_on(2)});
    stage.order(wire::PlayAtPosition{0, epoch, 0.02 + 0.002, note_on(1)});
    stage.order(wire::PlayAtPosition{0, epoch, 0.02 + 0.006, note_on(3)});
    const std::vector<Emission> emitted = stage.run(480);
    EXPECT(emitted.size() == 3);
    const std::uint32_t frames[] = {48, 96, 144};
    for (std::size_t each = 0; each < 3; ++each)
        EXPECT(emitted[each].frame == frames[each] && emitted[each].midi.bytes[1] == each + 1);
}

void a_note_on_is_late_after_thirty_milliseconds() {
    for (const std::int64_t late_ms : {29, 31}) {
        Stage stage;
        stage.run(480);
        stage.order(wire::PlayAtTime{0, stage.now_ns() - late_ms * 1'000'000, note_on(60)});
        EXPECT(stage.run(480).size() == (late_ms < 30 ? 1u : 0u));
        stage.run(480);
        EXPECT(stage.last_block().dropped_late == (late_ms < 30 ? 0u : 1u));
    }
}

void more_than_fits_loses_note_ons_and_no_release() {
    Stage stage;
    stage.host = playing_at(0);
    stage.run(48);
    const std::uint32_t epoch = stage.last_block().epoch;
    std::uint32_t sounding = 0, struck = 0;
    for (int round = 0; round < 5; ++round) {
        for (int each = 0; each < 250; ++each) {
            const double onset = 1 + (each % 120) * 1e-3 + round * 0.2;
            stage.order(wire::PlayAtPosition{0, epoch, onset, note_on(each % 120)});
            stage.order(wire::PlayAtPosition{0, epoch, onset + 0.01, note_off(each % 120)});
        }
        stage.run(48);
    }
    stage.run(48);
    EXPECT(stage.last_block().lost == 2500 - Player::plan_size);
    while (stage.host.position_quarters < 4) {
        for (const Emission& emission : stage.run(480)) {
            if (is_onset(emission.midi)) ++sounding, ++struck;
            if (is_release(emission.midi)) --sounding;
        }
        EXPECT(sounding <= 120);
    }
    EXPECT(struck > 0 && sounding == 0);
}

void a_position_far_ahead_is_lost_and_ends_the_note_that_it_may_have_ended() {
    for (const double far : {1e3, 1e300}) {
        Stage stage;
        stage.host = playing_at(0);
        stage.run(48);
        const std::uint32_t epoch = stage.last_block().epoch;
        stage.order(wire::PlayNow{0, note_on(60)});
        stage.order(wire::PlayAtPosition{0, epoch, far, note_on(61)});
        EXPECT((statuses(stage.run(480)) == std::vector<int>{0x90}));
        stage.order(wire::PlayAtPosition{0, epoch, 0.04, note_on(62)});
        stage.order(wire::PlayAtPosition{0, epoch, far, note_off(62)});
        EXPECT((statuses(stage.run(480)) == std::vector<int>{0x80}));
        EXPECT(stage.run(48'000).empty());  // nor does the other note begin
        EXPECT(stage.last_block().lost == 2);
    }
}

void blocks_leave_room_for_the_player_and_a_lost_release_is_told() {
    Stage stage;
    stage.settings.listens = true;
    for (int block = 0; block < 3000; ++block) stage.run(1);
    EXPECT(stage.mailbox->reports.room() == stage.mailbox->reports.capacity / 4);
    Recorder recorder;
    std::array<Incoming, 2> played{Incoming{0, note_on(60)}, Incoming{0, note_on(61)}};
    const auto play = [&] {
        stage.player->run({stage.host, 1, kRate, stage.now_ns(), played.data(), 2}, stage.settings,
                          recorder);
    };
    for (int round = 0; round < 256; ++round) play();
    EXPECT(stage.mailbox->reports.room() == 0 && !stage.mailbox->lost_release.load());
    play();
    EXPECT(!stage.mailbox->lost_release.load());  // two onsets
    played[1].midi = note_off(60);
    play();
    EXPECT(stage.mailbox->lost_release.load());
}

/* A stage on which a note of the response and one of the window's keyboard sound, and one more of
   each is due in 20 ms. */
Stage with_a_hand_and_an_answer() {
    Stage stage;
    stage.host = playing_at(0);
    stage.run(480);
    stage.order(wire::PlayNow{0, note_on(60)});
    stage.order(wire::PlayAtTime{0, stage.now_ns(), by_hand(note_on(60))});
    stage.order(wire::PlayAtTime{0, stage.now_ns(), by_hand(Midi{3, {0xB0, 64, 127}})});
    EXPECT((statuses(stage.run(480)) == std::vector<int>{0x90, 0x9F, 0xBF}));
    stage.order(wire::PlayAtTime{0, stage.now_ns() + 20'000'000, note_on(61)});
    stage.order(wire::PlayAtTime{0, stage.now_ns() + 20'000'000, by_hand(note_on(61))});
    EXPECT(stage.run(480).empty());
    return stage;
}

void no_flush_and_no_new_epoch_cuts_what_is_played_by_hand() {
    for (const int cut : {0, 1, 2}) {
        Stage stage = with_a_hand_and_an_answer();
        if (cut == 0) stage.order(wire::Flush{});
        if (cut == 1) stage.host.position_quarters = 0;
        if (cut == 2) stage.host.playing = false;
        EXPECT((statuses(stage.run(480)) == std::vector<int>{0x80}));
        EXPECT((statuses(stage.run(480)) == std::vector<int>{0x9F}));
        stage.order(wire::PlayAtTime{0, stage.now_ns(), by_hand(note_off(60))});
        EXPECT((statuses(stage.run(480)) == std::vector<int>{0x8F}));
    }
}

void what_silences_all_cuts_what_is_played_by_hand() {
    for (const int cut : {0, 1, 2}) {
        Stage stage = with_a_hand_and_an_answer();
        if (cut == 0) stage.order(wire::FlushAll{});
        if (cut == 1) stage.settings.bypassed = true;
        if (cut == 2) stage.player->suspend();
        EXPECT((statuses(stage.run(480)) == std::vector<int>{0x80, 0x8F, 0xBF}));
        EXPECT(stage.run(4800).empty());
    }
}

void what_is_played_by_hand_is_late_after_a_quarter_of_a_second() {
    for (const std::int64_t late_ms : {249, 251}) {
        Stage stage;
        stage.run(480);
        const std::int64_t when_ns = stage.now_ns() - late_ms * 1'000'000;
        stage.order(wire::PlayAtTime{0, when_ns, by_hand(note_on(60))});
        EXPECT(stage.run(480).size() == (late_ms < 250 ? 1u : 0u));
    }
}

struct Test {
    const char* name;
    void (*run)();
};

#define TEST(function) {#function, function}
const Test kTests[] = {
    TEST(a_ring_gives_what_it_took_in_order_and_refuses_what_is_too_much),
    TEST(two_threads_share_a_ring),
    TEST(a_pitch_is_struck_and_released_in_turn),
    TEST(damping_ends_each_note_and_each_pedal_once),
    TEST(what_is_given_up_is_all_but_one_channel),
    TEST(a_queue_keeps_one_channel_in_its_order),
    TEST(a_queue_sorts_and_keeps_the_order_of_arrival),
    TEST(a_queue_goes_round_for_ever),
    TEST(a_full_queue_drops_note_ons_first),
    TEST(each_start_stop_and_jump_begins_an_epoch),
    TEST(two_frames_and_a_tick_are_no_jump_and_four_milliseconds_are),
    TEST(a_position_that_disagrees_with_frames_is_overruled_for_two_blocks),
    TEST(the_clock_smoothes_what_trembles_and_follows_what_is_lost),
    TEST(vst3_positions_are_undone_in_every_metre_and_below_zero),
    TEST(lv2_beats_are_notes_of_the_denominator),
    TEST(what_a_host_does_not_know_is_not_valid),
    TEST(a_time_is_played_at_its_frame),
    TEST(positions_and_times_are_one_stream_within_a_block),
    TEST(a_note_on_is_late_after_thirty_milliseconds),
    TEST(more_than_fits_loses_note_ons_and_no_release),
    TEST(a_position_far_ahead_is_lost_and_ends_the_note_that_it_may_have_ended),
    TEST(blocks_leave_room_for_the_player_and_a_lost_release_is_told),
    TEST(no_flush_and_no_new_epoch_cuts_what_is_played_by_hand),
    TEST(what_silences_all_cuts_what_is_played_by_hand),
    TEST(what_is_played_by_hand_is_late_after_a_quarter_of_a_second),
};

}  // namespace

int main() {
    for (const Test& test : kTests) {
        std::printf("%s\n", test.name);
        std::fflush(stdout);
        test.run();
    }
    return 0;
}
